#pragma once

#include "domain/decision/draft.hpp"

namespace florin {

/// Staff moves credits, licences and a member to another account of the tenant (`world.other`): one decision, two
/// entries, all or nothing. Each grant keeps its type, source, end and cost; what is held stays, and so do both plans
/// and renewals. A part of a balance moves in spending order; trial credits do not move. Source   KA-08
Decision transfer(const Account& account, const TenantState& tenant, const World& world, const Actor& actor,
                  const Transfer& command);

}  // namespace florin

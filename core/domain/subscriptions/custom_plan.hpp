#pragma once

#include <optional>

#include "domain/decision/draft.hpp"

/// Plans whose terms staff fills in for one account. Source   CL-02, EX-04
namespace florin {

/// The plan as it is for this account: the keys that were filled in for it, and all else as the catalog has it.
/// None: there is no such plan.
std::optional<Plan> plan_for(const Account& account, const Catalog& catalog, const PlanId& plan);

/// The meter as it counts for this account. `own` holds it when it is not the catalog's. None: there is no such meter.
const Meter* meter_for(const Account& account, const Catalog& catalog, const MeterId& meter, Meter& own);

/// Whether the plan has everything that staff must fill in before somebody can be on it.
bool is_made(const Account& account, const Plan& plan);

void set_custom_plan(Draft& draft, const SetCustomPlan& command);

/// Why the agreement of a plan would end inside a period; none: it does not.
std::optional<std::string> agreement_that_ends_inside(const Plan& plan);

}  // namespace florin

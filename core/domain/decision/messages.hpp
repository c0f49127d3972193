#pragma once

#include "domain/catalog/catalog.hpp"
#include "florin/commands.hpp"
#include "florin/outcome.hpp"

namespace florin {

/// The refusal as the tenant's file says it (`messages`), where it says it. Staff reads what Florin says, which names
/// amounts, dates and what was probably meant.
Refusal in_own_words(Refusal refusal, const Catalog& catalog, const Actor& actor);

}  // namespace florin

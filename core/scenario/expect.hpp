#pragma once

#include "answers/quote.hpp"
#include "scenario/audit.hpp"
#include "scenario/stage.hpp"
#include "scenario/story.hpp"

namespace florin::scenario {

/// One value that is not as expected.
struct Discrepancy {
  Where at;
  std::string what, expected, actual;
};

/// Compares what `act` expects with the books and the provider's; counts the values compared in `checks`. `quotation`
/// is what the act asked for, if it did.
std::vector<Discrepancy> compare(const Stage& stage, const TenantId& tenant, const Act& act,
                                 const std::optional<Quotation>& quotation, std::size_t& checks);

}  // namespace florin::scenario

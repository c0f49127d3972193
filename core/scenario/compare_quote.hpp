#pragma once

#include "answers/quote.hpp"
#include "scenario/expect.hpp"

namespace florin::scenario {

/// What a quote said, beside what the story expects of it.
void compare_quote(const Quotation& quotation, const QuoteExpected& expected, const Catalog& catalog, const Where& at,
                   std::vector<Discrepancy>& discrepancies, std::size_t& checks);

}  // namespace florin::scenario

#pragma once

#include <string_view>

#include "domain/decision/draft.hpp"

/// What comes to less than the minimum charge waits for an invoice. Nothing of it is dropped: it is charged with a
/// renewal, or as soon as it has added up to enough, or when its plan is cancelled; else it is written off by a fact.
/// Source   docs/decisions/0057-small-amounts-are-never-dropped.md
namespace florin {

/// The plan is over: what waits is charged, however little it is.
void collect_small_amounts(Draft& draft);
/// Whatever still waits when no plan runs any more and nobody is charged for it.
void write_off_small_amounts(Draft& draft);
/// Of an order that is closed unpaid, the invoice that was sent for it.
void write_off_invoice(Draft& draft, OrderId order, std::string_view because);

}  // namespace florin

#pragma once

#include <vector>

#include "contestant.hpp"
#include "report.hpp"

namespace bench {

/// What is not debits a second: latency, the cost of a check, of an account, of a start.
std::vector<Figure> figures(const Place& place, bool quick);
/// The same of what touches no disk: a debit, a key, a call of a plugin.
std::vector<Figure> figures_in_memory(const Place& place, bool quick);
/// Of many accounts: what one takes in memory, and how long a start takes.
std::vector<Figure> figures_at_scale(const Place& place, bool quick);

}  // namespace bench

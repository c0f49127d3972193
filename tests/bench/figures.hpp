#pragma once

#include <vector>

#include "contestant.hpp"
#include "report.hpp"

namespace bench {

/// What is not debits a second: latency, the cost of a check, of an account, of a start.
std::vector<Figure> figures(const Place& place, bool quick);

}  // namespace bench

#pragma once

#include <vector>

#include "engine/rehearsal.hpp"
#include "florin/answers.hpp"

namespace florin {

/// What an account will be charged from now to `until`, decided by the code that will decide it, on a copy. Each
/// payment is taken to succeed; usage that is still to come is not known. Errors: a plugin failed.
Result<std::vector<UpcomingCharge>> upcoming(engine::Rehearsal rehearsal, Instant until);

}  // namespace florin

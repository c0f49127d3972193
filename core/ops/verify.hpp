#pragma once

#include "florin/ops.hpp"
#include "store/store.hpp"

namespace florin {

/// The same of a store that is open, in memory or not. Errors: those of reading its heads and checkpoints.
Result<Verified> verify(store::Store& store);

}  // namespace florin

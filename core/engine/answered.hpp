#pragma once

#include <functional>
#include <memory>

#include "domain/journal/entry.hpp"
#include "florin/result.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// What became of a command: the entry that remembers it, once that is durable. An error is not remembered: nothing was
/// written, and the same command may be sent again.
struct Answered {
  store::Position position = 0;
  std::shared_ptr<const Entry> entry;
  bool again = false;  ///< it was asked before, under the same key: this is what was answered then
};
using Reply = std::move_only_function<void(Result<Answered>)>;

}  // namespace florin::engine

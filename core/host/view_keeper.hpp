#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "store/store.hpp"

namespace florin {

class Assembly;

/// Brings views.db up to date by itself while a host runs in real time: what is durable is in the tables a second
/// later, as long as entries come no faster than they are written. It gives way to whoever needs the processor for a
/// command. docs/decisions/0034-views.md
class ViewKeeper {
 public:
  explicit ViewKeeper(Assembly& assembly) : assembly_(assembly) {}
  ~ViewKeeper() { stop(); }
  ViewKeeper(const ViewKeeper&) = delete;
  ViewKeeper& operator=(const ViewKeeper&) = delete;

  void start();
  /// A step that is under way is ended.
  void stop();

  struct State {
    store::Position position = 0;  ///< everything up to it is in the tables
    std::string problem;           ///< of the last try; empty: there was none
  };
  State state() const;
  void note(State state);

 private:
  void loop(const std::stop_token& stopped);

  Assembly& assembly_;
  mutable std::mutex mutex_;
  State state_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace florin

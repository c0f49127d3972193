#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "engine/ports.hpp"

namespace florin::engine {

/// Asks plugins on threads of its own, so that the thread that decides never waits for one. Plugin instances take
/// turns, and each is asked one question at a time: a slow one holds up only its own.
///
/// A call inside this process cannot be stopped. One that takes longer than the limit is answered as failed, and its
/// thread is written off: another takes its place, and what the call returns later is dropped. While two calls of one
/// instance are out so, the instance is not asked any more; while eight of all are, nobody is.
class PluginPool {
 public:
  struct Options {
    Duration limit{250'000};  ///< of one call, from its start
    std::size_t threads = 4;
  };
  /// Called once for each question, on any thread. After finish() only by ask().
  using Done = std::function<void(std::uint64_t ticket, Result<Answer> answer)>;

  /// `policies` must be able to finish a call that is written off after this pool is gone.
  PluginPool(Policies& policies, Options options, Done done);
  ~PluginPool();
  PluginPool(const PluginPool&) = delete;
  PluginPool& operator=(const PluginPool&) = delete;

  /// Errors of the answer: those of the plugin; plugin_failed when it takes longer than the limit, or when it cannot be
  /// asked within four; ask_again when the pool is finishing.
  void ask(std::uint64_t ticket, const TenantId& tenant, std::uint32_t catalog, const Question& question);
  /// What waits is answered with ask_again, what is being asked has its limit. Then nothing is answered any more.
  void finish();

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< written-off threads hold it too
};

}  // namespace florin::engine

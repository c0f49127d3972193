#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "providers/tenant_plugins.hpp"
#include "store/store.hpp"

namespace florin {

/// Holds each processor's books against ours by itself: every day at 03:00 UTC the two days before, so that what a
/// processor books late is seen too. A host that was away catches up. Source   docs/decisions/0028-reconciliation.md
class DailyReconciliation {
 public:
  /// opened_at   what was before it is somebody else's, where a processor's books were never looked at
  DailyReconciliation(engine::Engine& engine, store::Store& store, const TenantPlugins& plugins, Instant opened_at)
      : engine_(engine), store_(store), plugins_(plugins), opened_at_(opened_at) {}
  ~DailyReconciliation() { stop(); }
  DailyReconciliation(const DailyReconciliation&) = delete;
  DailyReconciliation& operator=(const DailyReconciliation&) = delete;

  /// When the next one is due; in the past: now.
  Instant next();
  /// Those that are due by `now`. One whose records cannot be read stays open and is tried again, after a quarter of an
  /// hour and then ever later, up to six hours; after a day a person is asked to look.
  void run(Instant now);

  /// By a thread of its own, for a host in real time.
  void start();
  void stop();

  /// How far a processor's books were held against ours, and what came in between the last time.
  struct State {
    TenantId tenant;
    ProcessorId processor;
    Instant until;        ///< everything before it
    std::string problem;  ///< of the last try; empty: there was none
    Instant failing_since;
    bool for_a_person = false;  ///< it has failed for a day
  };
  std::vector<State> states();

 private:
  struct Book {
    Instant until;
    Instant again_at;
    std::string problem;
    Instant failing_since;
    std::uint32_t failures = 0;
    bool alarmed = false;
  };
  using Key = std::pair<TenantId, ProcessorId>;
  Book& book(const Key& key);
  static Instant due(const Book& book);
  static void note_failure(const Key& key, Book& book, const std::string& problem, Instant now);
  void loop(const std::stop_token& stopped);

  engine::Engine& engine_;
  store::Store& store_;
  const TenantPlugins& plugins_;
  const Instant opened_at_;
  std::mutex mutex_;
  std::map<Key, Book> books_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace florin

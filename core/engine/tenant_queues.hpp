#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/shard.hpp"

namespace florin::engine {

/// Commands that wait, each tenant's in a queue of its own. The queues are served in turn: one tenant's import delays
/// another's debit by one share, and fills no queue but its own. docs/decisions/0021-hot-path.md
class TenantQueues {
 public:
  /// most_each  commands that may wait in one queue
  /// share      how much of a queue is served in one turn, in debits: other commands count as several
  TenantQueues(std::size_t most_each, std::size_t share) : most_each_(most_each), share_(share) {}

  /// Takes all of `jobs`, in order within each tenant. False: one of their queues is full, and none was taken.
  bool add(std::vector<Job>& jobs);
  /// For the outcome of an effect, which is always taken: there are never more of them than effects under way.
  void add_always(Job job);
  bool empty() const { return in_turn_.empty(); }

  /// The next commands: a share of each queue that is not empty, until there are `most` or a few more.
  std::vector<Job> turn(std::size_t most);

 private:
  struct Batch {
    std::vector<Job> jobs;
    std::size_t next = 0;  ///< the ones before it were taken
  };
  struct Queue {
    std::string tenant;
    std::deque<Batch> batches;  ///< as they came
    std::size_t waiting = 0;
  };
  bool fits(const TenantId& tenant, std::size_t more) const;
  void append(const TenantId& tenant, std::vector<Job> jobs);

  std::size_t most_each_;
  std::size_t share_;
  boost::unordered_flat_map<std::string, std::unique_ptr<Queue>> queues_;  ///< those that have some
  std::deque<Queue*> in_turn_;                                             ///< the same; the first is next
};

}  // namespace florin::engine

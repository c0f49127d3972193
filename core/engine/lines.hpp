#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/shard.hpp"

namespace florin::engine {

/// Commands that wait, each tenant's in a line of its own. Lines are served in turn: one tenant's import holds up
/// another's debit by a share, and fills no line but its own. docs/decisions/0021-hot-path.md
class Lines {
 public:
  /// most_each  commands that may wait in one line
  /// share      of a line in one turn, in debits: other commands count as several
  Lines(std::size_t most_each, std::size_t share) : most_each_(most_each), share_(share) {}

  /// Takes all of `jobs`, in order within each tenant; or none, and false: one of their lines is full.
  bool add(std::vector<Job>& jobs);
  /// What came of an effect is always taken: there are never more than effects under way.
  void add_always(Job job);
  bool empty() const { return in_turn_.empty(); }

  /// The next commands: a share of each line that has some, until there are `most` or a little more.
  std::vector<Job> turn(std::size_t most);

 private:
  struct Batch {
    std::vector<Job> jobs;
    std::size_t next = 0;  ///< the ones before it were taken
  };
  struct Line {
    std::string tenant;
    std::deque<Batch> batches;  ///< as they came
    std::size_t waiting = 0;
  };
  bool fits(const TenantId& tenant, std::size_t more) const;
  void append(const TenantId& tenant, std::vector<Job> jobs);

  std::size_t most_each_;
  std::size_t share_;
  boost::unordered_flat_map<std::string, std::unique_ptr<Line>> lines_;  ///< those that have some
  std::deque<Line*> in_turn_;                                            ///< the same; the first is next
};

}  // namespace florin::engine

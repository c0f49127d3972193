#pragma once

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "world.hpp"

/// A random life: whatever may be asked of an account, in whatever order, and what must hold after each of it.
namespace florin::test {

struct Life {
  World world;
  std::mt19937_64 random;

  std::int64_t upto(std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); }
  /// Anything that an account, staff or a processor may say.
  AnyCommand any();
  /// So many commands, hours or days apart.
  void live(int commands);

 private:
  AnyCommand a_checkout(const Plan& plan, const std::string& cycle);
  AnyCommand a_custom_plan();
  AnyCommand a_settlement(std::uint32_t id);
  AnyCommand a_case();
  AnyCommand a_refund();
  AnyCommand a_claim();
};

/// An entry on one line: when, who asked what, the refusal or the facts that followed.
std::string told(const Entry& entry);
/// An account's bytes without what differs between two ways to the same state.
std::string state_of(Account account);

/// What holds of every account after every entry.
void check(const Account& account);
/// What came from another account keeps its end and its kind, unless the account itself stands still or comes to its
/// end.
void check_received(const Entry& entry, const Account& before);

/// The books of an account, kept beside it from the postings of its facts.
class Books {
 public:
  /// That the facts of an entry make `after` of `before`, and that the books have what the account has.
  void check(const Entry& entry, const Account& before, const Account& after, const World& world);

 private:
  std::map<std::pair<std::string, std::string>, std::int64_t> sums_;
};

/// That the journal of a world can be read again, and folds to the same account and tenant.
void check_replay(const World& world);
/// That one jump to `end` gives the entries that daily steps give.
void check_jump(const World& world, Instant end);

}  // namespace florin::test

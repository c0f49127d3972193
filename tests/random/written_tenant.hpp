#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace florin::test {

struct Dice {
  std::mt19937_64 random;

  std::int64_t upto(std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); }
  bool one_in(std::int64_t n) { return upto(n) == 0; }
};

/// A tenant's file as some business might write it: plans, cycles, agreements, trial, add-ons, credits that reset, roll
/// or last, a row of the table of changes, a minimum charge, a currency. Some of them `florin check` refuses.
struct WrittenTenant {
  std::string yaml;
  bool by_the_day = false;  ///< everything that is paid inside a period is paid by the day, or given up whole
};
WrittenTenant write_tenant(Dice& dice);

}  // namespace florin::test

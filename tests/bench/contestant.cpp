#include "contestant.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

namespace bench {

namespace {

std::uint64_t mixed(std::uint64_t n) {
  n += 0x9E3779B97F4A7C15ULL;
  n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9ULL;
  n = (n ^ (n >> 27)) * 0x94D049BB133111EBULL;
  return n ^ (n >> 31);
}

}  // namespace

void must(bool held, std::string_view what) {
  if (!held) throw Failed(std::string(what));
}

Debits::One Debits::next() {
  const std::uint64_t high = mixed(next_++), low = mixed(high);
  One one;
  one.key = fmt::format("{:016x}{:016x}", high, low);
  const double share = static_cast<double>(low >> 11) * 0x1p-53;
  switch (spread_) {
    case Spread::uniform: one.account = low % accounts_; break;
    case Spread::skewed:
      one.account = static_cast<std::size_t>(std::pow(static_cast<double>(accounts_ + 1), share)) - 1;
      break;
    case Spread::hot: break;
  }
  return one;
}

std::size_t resident_bytes() {
  std::size_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace bench

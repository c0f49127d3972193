/// What a debit costs in memory: debit_bench [accounts]…, without words 1,000 and 1,000,000.
///
/// Each count runs eleven times and proves its books; the median and the spread are shown. tools/bench shows the same.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "contestant.hpp"

int main(int count, char** words) {
  std::vector<std::size_t> sizes;
  for (int i = 1; i < count; ++i) sizes.push_back(std::strtoull(words[i], nullptr, 10));
  if (sizes.empty()) sizes = {1'000, 1'000'000};
  for (const std::size_t accounts : sizes) {
    const auto debits = bench::in_memory({.folder = {}, .accounts = accounts});
    std::vector<double> ns;
    for (int run = 0; run < 11; ++run) ns.push_back(1e9 / debits->run({.batch = 1'000, .seconds = 0.4}));
    debits->prove();
    std::ranges::sort(ns);
    fmt::print("{} accounts: {:.0f} ns a debit ({:.0f} to {:.0f})\n", accounts, ns[ns.size() / 2], ns.front(),
               ns.back());
  }
}

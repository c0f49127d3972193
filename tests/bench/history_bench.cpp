/// What an account's past costs it: history_bench [closed orders]…, without words 10, 1,000 and 10,000.
///
/// A command, a purchase that is paid, a debit, a check and a checkpoint of one account, each the least CPU time of
/// many, and beside it how much that is of the first count's.
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "long_life.hpp"

int main(int count, char** words) {
  using namespace florin::bench;
  std::vector<std::uint32_t> sizes;
  for (int i = 1; i < count; ++i) sizes.push_back(static_cast<std::uint32_t>(std::strtoul(words[i], nullptr, 10)));
  if (sizes.empty()) sizes = {10, 1'000, 10'000};
  fmt::print("{:>14} {:>18} {:>18} {:>18} {:>18} {:>18} {:>18}\n", "closed orders", "command", "purchase", "debit",
             "check", "checkpoint", "its bytes");
  Costs first;
  for (const std::uint32_t orders : sizes) {
    LongLife life(orders);
    const Costs costs = costs_of(life);
    if (orders == sizes.front()) first = costs;
    const auto told = [](double ns, double before) {
      return fmt::format("{:.1f} us ({:.2f}x)", ns / 1000, ns / before);
    };
    fmt::print(
        "{:>14} {:>18} {:>18} {:>18} {:>18} {:>18} {:>18}\n", orders, told(costs.command, first.command),
        told(costs.purchase, first.purchase), told(costs.debit, first.debit), told(costs.check, first.check),
        told(costs.checkpoint, first.checkpoint),
        fmt::format("{} ({:.2f}x)", costs.bytes, static_cast<double>(costs.bytes) / static_cast<double>(first.bytes)));
    if (life.refused() != 0) fmt::print("  {} commands were refused\n", life.refused());
  }
}

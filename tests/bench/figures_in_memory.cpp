#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "contestant.hpp"
#include "engine/key_window.hpp"
#include "figures.hpp"
#include "plugins/library.hpp"

namespace bench {

namespace {

using namespace florin;
using Clock = std::chrono::steady_clock;

std::string median_of(std::vector<double> values, const char* unit) {
  std::ranges::sort(values);
  return fmt::format("{:.0f} {} ({:.0f} to {:.0f})", values[values.size() / 2], unit, values.front(), values.back());
}

std::string debits(const Place& place, double seconds, std::size_t tenants = 1, std::size_t prices = 1) {
  const auto debited = in_memory(place, tenants, prices);
  std::vector<double> ns;
  for (int run = 0; run < 7; ++run) ns.push_back(1e9 / debited->run({.batch = 1'000, .seconds = seconds}));
  debited->prove();
  return median_of(std::move(ns), "ns");
}

/// A day's keys, as many an hour as the next; then as many again that are new, each looked for and remembered.
std::string keys(std::size_t count) {
  engine::KeyWindow window(hours(24));
  const TenantId tenant = TenantId::trusted("callloop");
  const Instant start = *Instant::parse("2026-03-10T09:00Z");
  const auto begun = Clock::now();
  for (std::size_t n = 0; n < count; ++n) {
    const auto key = engine::KeyWindow::digest_of(tenant, fmt::format("{:032x}", n * 0x9E3779B97F4A7C15ULL));
    const Instant now = start + hours(static_cast<std::int64_t>(24 * n / count));
    must(!window.find(key, now), "a new key");
    window.remember(key, {.content = 1, .position = n + 1}, now);
  }
  const double ns = std::chrono::duration<double, std::nano>(Clock::now() - begun).count() / static_cast<double>(count);
  must(window.size() == count, "all keys of a day are there");
  return fmt::format("{:.1f} bytes of {} keys, {:.0f} ns to look for one and remember it",
                     static_cast<double>(window.bytes()) / static_cast<double>(count), count, ns);
}

/// The same where memory holds a part, and files the rest: who asks looks there first.
std::string keys_in_files(std::size_t count) {
  engine::KeyFiles files({.folder = std::filesystem::temp_directory_path()}, hours(24));
  engine::KeyWindow window(hours(24), &files);
  const TenantId tenant = TenantId::trusted("callloop");
  const Instant start = *Instant::parse("2026-03-10T09:00Z");
  std::chrono::nanoseconds looking{}, remembering{};
  for (std::size_t n = 0; n < count; ++n) {
    const auto begun = Clock::now();
    const auto key = engine::KeyWindow::digest_of(tenant, fmt::format("{:032x}", n * 0x9E3779B97F4A7C15ULL));
    const engine::LookedUp looked = files.find(key);
    const auto then = Clock::now();
    const Instant now = start + hours(static_cast<std::int64_t>(24 * n / count));
    must(!window.find(key, now, looked), "a new key");
    window.remember(key, {.content = 1, .position = n + 1}, now);
    looking += then - begun;
    remembering += Clock::now() - then;
  }
  files.wait();
  const auto each = [&](auto sum) { return static_cast<double>(sum) / static_cast<double>(count); };
  return fmt::format(
      "{} MB of memory and {} MB in {} files for {} keys, {:.0f} ns for its caller, {:.0f} ns to remember it",
      window.bytes() >> 20, files.bytes() >> 20, files.files(), count, each(looking.count()),
      each(remembering.count()));
}

/// What a moment of an account's life is asked of the shipped credit policy, translated both ways.
std::string plugin_call(const Place& place) {
  const auto library =
      PluginLibrary::open({.folders = {FLORIN_PLUGINS}, .copies = place.folder / "plugins", .pins = {}});
  must(bool(library), "the shipped plugins load");
  const auto policy = library->credit_policy("standard", {.tenant = "acme", .config_json = R"({
    "spend_order": ["rollover", "plan", "purchase"],
    "grants": {"plan": {"ends": "end_of_cycle"}, "purchase": {"ends": "12 months"},
               "rollover": {"from": "plan", "at": "renewal", "ends": "30 days"}}})"});
  must(bool(policy), "the shipped credit policy begins");
  const Moment moment{
      .kind = MomentKind::period_ended, .reason = PeriodEnd::renewal, .plan = "growth", .cycle = "monthly"};
  std::vector<double> ns;
  for (int run = 0; run < 7; ++run) {
    constexpr int calls = 200'000;
    const auto begun = Clock::now();
    for (int i = 0; i < calls; ++i) must(bool(policy->decide(moment)), "the policy answers");
    ns.push_back(std::chrono::duration<double, std::nano>(Clock::now() - begun).count() / calls);
  }
  return median_of(std::move(ns), "ns");
}

}  // namespace

std::vector<Figure> figures_in_memory(const Place& place, bool quick) {
  const double seconds = quick ? 0.1 : 0.5;
  return {{"a debit in memory, 1,000 accounts", debits({place.folder, 1'000}, seconds), ""},
          {"a debit in memory, 1,000,000 accounts", debits({place.folder, 1'000'000}, seconds),
           "at most 180 ns, dream 100"},
          {"the same with 1 tenant of 10 prices", debits({place.folder, 1'000'000}, seconds, 1, 10), ""},
          quick ? Figure{"the same with 1,000 tenants of 100 prices each",
                         debits({place.folder, 1'000'000}, seconds, 1'000, 100), ""}
                : Figure{"the same with 10,000 tenants of 1,000 prices each",
                         debits({place.folder, 1'000'000}, seconds, 10'000, 1'000), "1.5 times that, dream 1.15"},
          {"a key that is remembered", keys(quick ? 1'000'000 : 10'000'000), "at most 32 bytes"},
          {"keys of a day in files", keys_in_files(quick ? 2'000'000 : 10'000'000), "at most 100 MB of memory"},
          {"a call of a plugin in process: the credit policy at a period's end", plugin_call(place),
           "at most 50 ns, dream 5"}};
}

}  // namespace bench

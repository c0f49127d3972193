#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include "plugins/library.hpp"

namespace florin {
namespace {

const PluginLibrary& library() {
  static const PluginLibrary opened = *PluginLibrary::open(
      {.folders = {FLORIN_SHIPPED}, .copies = std::filesystem::temp_directory_path() / "florin-bench", .pins = {}});
  return opened;
}

CreditPolicy standard(const PluginLibrary& from) {
  return *from.credit_policy("standard", {.tenant = "acme", .config_json = R"({
    "spend_order": ["rollover", "plan", "purchase"],
    "grants": {"plan": {"ends": "end_of_cycle"}, "purchase": {"ends": "12 months"},
               "rollover": {"from": "plan", "at": "renewal", "ends": "30 days"}}})"});
}

Moment moment(MomentKind kind, std::uint32_t grants) {
  Moment made{.kind = kind, .reason = PeriodEnd::renewal, .plan = "growth", .cycle = "monthly"};
  for (std::uint32_t i = 1; i <= grants; ++i) {
    Grant grant;
    grant.id = {i};
    grant.type = *CreditType::parse("sms");
    grant.rule = "grants.plan";
    grant.granted = grant.remaining = {500};
    made.grants.push_back(grant);
  }
  return made;
}

/// A lifecycle event as the engine asks about it, translation of both sides included; `grants` of them roll over.
void decide(benchmark::State& state) {
  const CreditPolicy policy = standard(library());
  const Moment now = moment(MomentKind::period_ended, static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(policy.decide(now));
}
/// The same in a process of its own, with how the calls spread: one call at a time is what counts here, not the mean.
void decide_isolated(benchmark::State& state) {
  static const PluginLibrary apart =
      *PluginLibrary::open({.folders = {FLORIN_SHIPPED},
                            .copies = std::filesystem::temp_directory_path() / "florin-bench",
                            .pins = {},
                            .isolation = Isolation::process});
  const CreditPolicy policy = standard(apart);
  const Moment now = moment(MomentKind::period_ended, static_cast<std::uint32_t>(state.range(0)));
  std::vector<double> took;
  for (auto _ : state) {
    const auto before = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(policy.decide(now));
    took.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before).count());
  }
  std::ranges::sort(took);
  state.counters["median_us"] = took[took.size() / 2];
  state.counters["p99_us"] = took[took.size() * 99 / 100];
}
BENCHMARK(decide_isolated)->Arg(0)->Arg(4)->Arg(16);

BENCHMARK(decide)->Arg(0)->Arg(1)->Arg(4)->Arg(16);

/// A charge's first step: the request as the plugin writes it.
void charge_request(benchmark::State& state) {
  const auto sandbox = *library().processor("sandbox", {.tenant = "acme", .config_json = "{}"});
  const Operation operation{.key = "k1",
                            .payment_key = "k1",
                            .amount = *Money::parse("49.00 USD"),
                            .method = "card",
                            .method_ref = "ok",
                            .customer_key = "acme-1"};
  for (auto _ : state) benchmark::DoNotOptimize(sandbox.step(operation, {}));
}
BENCHMARK(charge_request);

}  // namespace
}  // namespace florin

BENCHMARK_MAIN();

/// How many instructions a debit, a hold, a check and a renewal take through the whole host, and what an account's age
/// adds: figures that noise does not move. tools/instructions shows them.
#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "../bench/long_life.hpp"
#include "florin/host.hpp"

namespace bench {
namespace {

using namespace florin;
using florin::bench::LongLife;

constexpr std::size_t accounts = 200;
constexpr std::size_t batch = 100;
const Instant start = *Instant::parse("2026-03-10T09:00Z");
const TenantId tenant = TenantId::trusted("callloop");
const Actor service{"service", ""}, owner{"owner", "ann"};
const Use one_message{MeterId::trusted("sms"), *Quantity::parse("120 characters"), {}};

[[noreturn]] void stop(const std::string& why) {
  fmt::print(stderr, "instructions: {}\n", why);
  std::exit(1);
}

AccountId name_of(std::size_t n) { return AccountId::trusted("account-" + std::to_string(n % accounts)); }
/// As clients make them: 32 digits and letters at random.
std::string key_of(const char* of, std::size_t n) {
  std::string key(of);
  for (std::uint64_t state = n; key.size() < 32;) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    key += "0123456789abcdef"[state >> 60];
  }
  return key;
}

void all(Host& host, std::vector<Request> requests) {
  for (const auto& outcome : host.submit(std::move(requests)))
    if (!outcome || outcome->refusal) stop(outcome ? outcome->refusal->text : outcome.error().message);
}

/// Three grants each.
void set_up(Host& host, bool with_plan) {
  for (std::size_t i = 0; i < accounts; ++i) {
    const auto ask = [&](const Actor& actor, const std::string& key, Command command) {
      all(host, {{tenant, name_of(i), actor, key + std::to_string(i), std::nullopt, std::move(command)}});
    };
    ask(service, "open", OpenAccount{"US", std::nullopt, {}});
    if (with_plan) {
      ask(owner, "card",
          AddPaymentMethod{.method = MethodId::trusted("card"),
                           .slot = "primary",
                           .details = {{"token", "ok"}, {"brand", "visa"}, {"last4", "4242"}},
                           .token = {},
                           .brand = {},
                           .masked = {}});
      Subscribe growth;
      growth.plan = PlanId::trusted("growth");
      growth.cycle = "monthly";
      ask(owner, "plan", std::move(growth));
      continue;
    }
    ask(owner, "trial", StartTrial{});
    for (const char* times : {"a", "b"})
      ask({"staff", "jo"}, times, AdjustCredits{*CreditAmount::parse("1000000 message"), false, "bench"});
  }
}

std::vector<Taken> take(Host& host, std::vector<UsageRequest> requests) {
  std::vector<Taken> taken;
  for (auto& answer : host.take(std::move(requests))) {
    if (!answer || answer->refusal) stop(answer ? answer->refusal->text : answer.error().message);
    taken.push_back(std::move(*answer));
  }
  return taken;
}

std::vector<UsageRequest> debits(std::size_t from, std::size_t count) {
  std::vector<UsageRequest> requests;
  for (std::size_t n = from; n < from + count; ++n)
    requests.push_back({tenant, name_of(n), service, key_of("", n), std::nullopt, one_message});
  return requests;
}

/// Placed and captured.
void holds(Host& host, std::size_t from, std::size_t count) {
  for (std::size_t n = from; n < from + count; n += batch) {
    std::vector<UsageRequest> placing, capturing;
    for (std::size_t i = n; i < n + batch; ++i)
      placing.push_back({tenant, name_of(i), service, key_of("p", i), std::nullopt,
                         PlaceHold{one_message.meter, one_message.quantity, {}, std::nullopt}});
    const auto placed = take(host, std::move(placing));
    for (std::size_t i = n; i < n + batch; ++i)
      capturing.push_back({tenant, name_of(i), service, key_of("c", i), std::nullopt,
                           CaptureHold{placed[i - n].hold, one_message.quantity, {}}});
    (void)take(host, std::move(capturing));
  }
}

void checks(Host& host, std::size_t count) {
  std::vector<CheckRequest> requests;
  for (std::size_t i = 0; i < batch; ++i) requests.push_back({tenant, name_of(i), service, one_message});
  for (std::size_t n = 0; n < count; n += batch)
    for (const auto& answer : host.check(requests))
      if (!answer) stop(answer.error().message);
}

/// Counts what `work` takes, `count` times, under this name.
template <class Work>
void count(const std::string& name, std::size_t count, const Work& work) {
  const std::string title = name + " " + std::to_string(count);  // it is read later than it is given
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  work();
  CALLGRIND_DUMP_STATS_AT(title.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
}

Host opened(const std::filesystem::path& folder) {
  const auto config = folder / "instructions.yaml";
  std::ofstream(config) << "plugins: {folder: " FLORIN_PLUGINS "}\ntenants: [" FLORIN_CONFIG
                           "/tenants/callloop.yaml]\ndata: data\npayments: sandbox\n";
  auto host = Host::open({.config = config.string(), .data = "memory", .virtual_from = start});
  if (!host) stop(host.error().message);
  return std::move(*host);
}

void through_the_host(const std::filesystem::path& folder) {
  constexpr std::size_t many = 2'000;
  Host host = opened(folder);
  set_up(host, false);
  (void)take(host, debits(0, many));
  std::vector<std::vector<UsageRequest>> batches;
  for (std::size_t from = many; from < 2 * many; from += batch) batches.push_back(debits(from, batch));
  count("debit", many, [&] {
    for (auto& requests : batches) (void)take(host, std::move(requests));
  });
  holds(host, 0, many);
  count("hold and capture", many, [&] { holds(host, many, many); });
  count("check", many, [&] { checks(host, many); });
  Host renewing = opened(folder);
  set_up(renewing, true);
  renewing.run_until(start + hours(24 * 20));
  count("renewal with a month of daily books", accounts, [&] { renewing.run_until(start + hours(24 * 51)); });
}

/// One account that has so many closed orders, in a shard of its own.
void of_age(std::uint32_t orders) {
  constexpr std::size_t many = 200;
  LongLife life(orders);
  life.commit();
  life.save(life.cut());
  const auto each = [&](const std::string& work, const auto& once) {
    once();
    count(work + " after " + std::to_string(orders) + " orders", many, [&] {
      for (std::size_t n = 0; n < many; ++n) once();
    });
    life.commit();
  };
  each("command", [&] { life.command(); });
  each("debit", [&] { life.debit(); });
  each("check", [&] { (void)life.check(); });
  each("checkpoint", [&] {
    life.command();
    life.commit();
    life.save(life.cut());
  });
  if (life.refused() != 0) stop("a command was refused");
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc != 2) bench::stop("usage: instructions FOLDER, under callgrind with --instr-atstart=no");
  bench::through_the_host(argv[1]);
  for (const std::uint32_t orders : {10U, 10'000U}) bench::of_age(orders);
}

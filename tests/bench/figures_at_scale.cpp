#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "asked.hpp"
#include "contestant.hpp"
#include "figures.hpp"
#include "host/assembly.hpp"

namespace bench {

namespace {

using namespace florin;
using Clock = std::chrono::steady_clock;

const TenantId tenant = TenantId::trusted("callloop");
const Use one_message{MeterId::trusted("sms"), *Quantity::parse("120 characters"), {}};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A host without its views, which are made when it closes and would take longer than all the rest.
std::unique_ptr<Assembly> opened(const Place& place) {
  const auto config = place.folder / "scale.yaml";
  std::ofstream(config) << "plugins: {folder: " FLORIN_PLUGINS "}\ntenants: [" FLORIN_CONFIG
                           "/tenants/callloop.yaml]\ndata: data\npayments: sandbox\n";
  Errors errors;
  Assembly::Options options;
  options.file = config::load_host_file(config.string(), errors);
  must(errors.empty(), errors.empty() ? "" : errors.front().message);
  options.data = place.folder / "scale";
  auto host = Assembly::open(options);
  must(bool(host), host ? "" : host.error().message);
  return std::move(*host);
}

engine::Job job(std::size_t account, std::string key, AnyCommand command) {
  return bench::job(tenant, AccountId::trusted("account-" + std::to_string(account)), std::move(key),
                    std::move(command));
}

/// Three grants each: of the trial, and two that staff gave.
void set_up(engine::Engine& engine, std::size_t from, std::size_t to) {
  constexpr std::size_t some = 4'000;
  for (; from < to; from += some) {
    std::vector<engine::Job> jobs;
    for (std::size_t i = from; i < std::min(to, from + some); ++i) {
      const std::string n = std::to_string(i);
      jobs.push_back(job(i, "open" + n, OpenAccount{"US", std::nullopt, {}}));
      jobs.push_back(job(i, "trial" + n, StartTrial{}));
      for (const char* times : {"a", "b"})
        jobs.push_back(job(i, times + n, AdjustCredits{*CreditAmount::parse("1000000 message"), false, "bench"}));
    }
    take(engine, std::move(jobs));
  }
}

void debit(engine::Engine& engine, std::size_t accounts, std::size_t from, std::size_t count) {
  Debits next(accounts, Spread::uniform, from);
  for (std::size_t done = 0; done < count;) {
    std::vector<engine::Job> jobs;
    for (; jobs.size() < 10'000 && done < count; ++done) {
      Debits::One one = next.next();
      jobs.push_back(job(one.account, std::move(one.key), one_message));
    }
    take(engine, std::move(jobs));
  }
}

/// Seconds, and every account is there again.
double started(const Place& place, std::size_t accounts) {
  const auto start = Clock::now();
  const auto host = opened(place);
  const double seconds = seconds_since(start);
  std::size_t there = 0;
  must(bool(host->engine().read([&](const engine::Shard& shard) { there = shard.accounts(tenant).size(); })) &&
           there == accounts,
       "every account is there again");
  return seconds;
}

/// A process of its own debits as fast as it can, and is killed in the middle.
void killed_under_load(const Place& place, std::size_t accounts, std::size_t debits) {
  const pid_t child = ::fork();
  must(child >= 0, "a process begins");
  if (child == 0) {
    const auto host = opened(place);
    debit(host->engine(), accounts, accounts, debits);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  must(::waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "it was killed");
}

}  // namespace

std::vector<Figure> figures_at_scale(const Place& place, bool quick) {
  const std::size_t accounts = quick ? 20'000 : 1'000'000;
  const std::size_t debits = accounts;
  std::size_t bytes = 0;
  {
    const auto host = opened(place);
    set_up(host->engine(), 0, accounts / 10);
    const std::size_t before = resident_bytes();
    set_up(host->engine(), accounts / 10, accounts);
    bytes = (resident_bytes() - before) / (accounts - accounts / 10);
    debit(host->engine(), accounts, 0, debits);
  }
  const double seconds = started(place, accounts);
  killed_under_load(place, accounts, debits);
  const double after_a_kill = started(place, accounts);
  return {{fmt::format("memory of an account with three grants, its four keys and all indexes, {} accounts", accounts),
           fmt::format("{} bytes", bytes), "at most 650, dream 400"},
          {fmt::format("start with {} accounts and {} entries", accounts, 4 * accounts + debits),
           fmt::format("{:.2f} s", seconds), "1 M and 5 M in 1.5 s, dream 0.75 s"},
          {fmt::format("the same, killed right after {} debits more", debits), fmt::format("{:.2f} s", after_a_kill),
           "at most 3 s, dream 1.5 s"}};
}

}  // namespace bench

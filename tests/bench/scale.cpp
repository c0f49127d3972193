/// Florin at the size of a large user: what tools/scale runs, one part a process, so that each has its own memory and
/// processor time. Each prints one JSON object. FOLDER is kept between parts: they are begun in this order.
///
///   scale fill FOLDER ACCOUNTS DEBITS [TENANTS]   opens accounts of three grants, then debits them in batches
///   scale open FOLDER [TENANTS]                   starts on what is there
///   scale kill FOLDER DEBITS                      starts, debits, and is killed (SIGKILL) in the middle
///   scale account FOLDER DEBITS                   one account alone is debited
///   scale grants FOLDER COUNT                     one account is given so many grants
///   scale months ACCOUNTS MONTHS                  renewals, month by month, in memory and virtual time
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>

#include "asked.hpp"
#include "contestant.hpp"
#include "florin/host.hpp"
#include "host/assembly.hpp"

namespace bench {
namespace {

using namespace florin;
using Clock = std::chrono::steady_clock;

const Use one_message{MeterId::trusted("sms"), *Quantity::parse("120 characters"), {}};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Of all threads of this process.
double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

TenantId tenant_of(std::size_t n, std::size_t tenants) {
  return TenantId::trusted(tenants == 1 ? "callloop" : fmt::format("tenant-{}", n % tenants));
}
AccountId account_of(std::size_t n) { return AccountId::trusted("account-" + std::to_string(n)); }

/// Every tenant is Call Loop under a name of its own.
std::filesystem::path configured(const std::filesystem::path& folder, std::size_t tenants) {
  std::filesystem::create_directories(folder / "tenants");
  std::ifstream shipped(FLORIN_CONFIG "/tenants/callloop.yaml");
  const std::string text{std::istreambuf_iterator<char>(shipped), {}};
  std::filesystem::remove(folder / "policies");
  std::filesystem::create_directory_symlink(FLORIN_CONFIG "/policies", folder / "policies");
  std::string files;
  for (std::size_t n = 0; n < tenants; ++n) {
    const std::string name = tenant_of(n, tenants).text();
    std::string own = text;
    own.replace(own.find("tenant: callloop"), 16, "tenant: " + name);
    std::ofstream(folder / "tenants" / (name + ".yaml")) << own;
    files += fmt::format("  - tenants/{}.yaml\n", name);
  }
  std::ofstream(folder / "florin.yaml") << "plugins: {folder: " FLORIN_PLUGINS "}\ntenants:\n"
                                        << files << "data: data\npayments: sandbox\n";
  return folder / "florin.yaml";
}

std::unique_ptr<Assembly> opened(const std::filesystem::path& folder, std::size_t tenants) {
  Errors errors;
  Assembly::Options options;
  options.file = config::load_host_file(configured(folder, tenants).string(), errors);
  must(errors.empty(), errors.empty() ? "" : errors.front().message);
  options.data = folder / "data";
  auto host = Assembly::open(options);
  must(bool(host), host ? "" : host.error().message);
  return std::move(*host);
}

constexpr std::size_t at_once = 4'000;

void open_accounts(engine::Engine& engine, std::size_t accounts, std::size_t tenants) {
  for (std::size_t from = 0; from < accounts; from += at_once) {
    std::vector<engine::Job> jobs;
    for (std::size_t i = from; i < std::min(accounts, from + at_once); ++i) {
      const auto ask = [&](const char* word, AnyCommand command) {
        jobs.push_back(job(tenant_of(i, tenants), account_of(i), word + std::to_string(i), std::move(command)));
      };
      ask("open", OpenAccount{"US", std::nullopt, {}});
      ask("trial", StartTrial{});
      for (const char* times : {"a", "b"})
        ask(times, AdjustCredits{*CreditAmount::parse("1000000000 message"), false, "bench"});
    }
    take(engine, std::move(jobs));
  }
}

/// In batches of a thousand, four under way.
void debit(engine::Engine& engine, std::size_t accounts, std::size_t tenants, std::size_t from, std::size_t count) {
  Debits next(accounts, Spread::uniform, from);
  for (std::size_t done = 0; done < count;) {
    std::vector<engine::Job> jobs;
    for (; jobs.size() < at_once && done < count; ++done) {
      Debits::One one = next.next();
      jobs.push_back(job(tenant_of(one.account, tenants), account_of(one.account), std::move(one.key), one_message));
    }
    take(engine, std::move(jobs));
  }
}

std::size_t memory_mb() { return resident_bytes() >> 20; }

void fill(const std::filesystem::path& folder, std::size_t accounts, std::size_t debits, std::size_t tenants) {
  auto start = Clock::now();
  const auto host = opened(folder, tenants);
  const double opening = seconds_since(start);
  const std::size_t before = resident_bytes();
  start = Clock::now();
  open_accounts(host->engine(), accounts, tenants);
  const double accounts_took = seconds_since(start);
  const std::size_t after = resident_bytes();
  start = Clock::now();
  const double cpu = cpu_seconds();
  debit(host->engine(), accounts, tenants, 0, debits);
  const double took = seconds_since(start), used = cpu_seconds() - cpu;
  const auto closing = Clock::now();
  const std::size_t memory = memory_mb();
  host->close();
  fmt::print(R"({{"first_start_s": {:.2f}, "accounts_s": {:.1f}, "account_bytes": {}, "debits_a_second": {:.0f}, )"
             R"("cpu_us": {:.2f}, "memory_mb": {}, "close_s": {:.2f}}})"
             "\n",
             opening, accounts_took, (after - before) / accounts, static_cast<double>(debits) / took,
             used / static_cast<double>(debits) * 1e6, memory, seconds_since(closing));
}

void open(const std::filesystem::path& folder, std::size_t tenants) {
  const auto start = Clock::now();
  const double cpu = cpu_seconds();
  const auto host = opened(folder, tenants);
  const double took = seconds_since(start);
  must(bool(host->engine().read([](const engine::Shard&) {})), "it runs");
  fmt::print(R"({{"start_s": {:.2f}, "cpu_s": {:.2f}, "memory_mb": {}}})"
             "\n",
             took, cpu_seconds() - cpu, memory_mb());
}

void kill_under_load(const std::filesystem::path& folder, std::size_t debits) {
  const auto host = opened(folder, 1);
  // New keys: far above what was asked before.
  debit(host->engine(), 1'000'000, 1, std::size_t{1} << 40, debits);
  ::kill(::getpid(), SIGKILL);
}

/// Nanoseconds a debit of one account, in batches.
double of_one_account(engine::Engine& engine, const AccountId& account, std::size_t from, std::size_t count) {
  const auto start = Clock::now();
  for (std::size_t done = 0; done < count;) {
    std::vector<engine::Job> jobs;
    for (; jobs.size() < at_once && done < count; ++done)
      jobs.push_back(job(tenant_of(0, 1), account, fmt::format("debit-{}", from + done), one_message));
    take(engine, std::move(jobs));
  }
  return seconds_since(start) / static_cast<double>(count) * 1e9;
}

void account(const std::filesystem::path& folder, std::size_t debits) {
  const auto host = opened(folder, 1);
  open_accounts(host->engine(), 1, 1);
  const std::size_t tenth = debits / 10;
  double first = 0, last = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    last = of_one_account(host->engine(), account_of(0), i * tenth, tenth);
    if (i == 0) first = last;
  }
  fmt::print(R"({{"first_ns": {:.0f}, "last_ns": {:.0f}}})"
             "\n",
             first, last);
}

void grants(const std::filesystem::path& folder, std::size_t count) {
  const auto host = opened(folder, 1);
  engine::Engine& engine = host->engine();
  open_accounts(engine, 1, 1);
  const auto give = [&](std::size_t from, std::size_t so_many) {
    std::vector<engine::Job> jobs;
    for (std::size_t i = from; i < from + so_many; ++i)
      jobs.push_back(job(tenant_of(0, 1), account_of(0), fmt::format("grant-{}", i),
                         AdjustCredits{*CreditAmount::parse("1000 message"), false, "bench"}));
    const auto start = Clock::now();
    take(engine, std::move(jobs));
    return seconds_since(start) / static_cast<double>(so_many) * 1e6;
  };
  const double few = give(0, 100);
  const double debit_few = of_one_account(engine, account_of(0), 0, 1'000);
  for (std::size_t from = 100; from + 100 < count; from += 1'000)
    give(from, std::min<std::size_t>(1'000, count - 100 - from));
  const double many = give(count, 100);
  const double debit_many = of_one_account(engine, account_of(0), 1'000, 1'000);
  fmt::print(R"({{"grant_few_us": {:.1f}, "grant_many_us": {:.1f}, "debit_few_ns": {:.0f}, "debit_many_ns": {:.0f}}})"
             "\n",
             few, many, debit_few, debit_many);
}

/// A month's end: period order, roll-over, invoice and payment by the sandbox.
void months(const std::filesystem::path& folder, std::size_t accounts, std::size_t count) {
  auto host = Host::open({.config = configured(folder, 1).string(),
                          .data = "memory",
                          .virtual_from = *Instant::parse("2026-03-10T09:00Z")});
  must(bool(host), host ? "" : host.error().message);
  subscribe_all(*host, tenant_of(0, 1), accounts);
  std::vector<double> rates;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t month = 2 + 1 + i;  // counted from January 2026
    const std::string day = fmt::format("{}-{:02}-10", 2026 + month / 12, month % 12 + 1);
    host->run_until(*Instant::parse(day + "T08:00Z"));
    const auto start = Clock::now();
    host->run_until(*Instant::parse(day + "T10:00Z"));
    rates.push_back(static_cast<double>(accounts) / seconds_since(start));
  }
  fmt::print(R"({{"first_month": {:.0f}, "last_month": {:.0f}, "memory_mb": {}}})"
             "\n",
             rates.front(), rates.back(), memory_mb());
}

int run(const std::vector<std::string>& words) {
  const auto number = [&](std::size_t place) -> std::size_t { return std::stoull(words.at(place)); };
  const std::string& what = words.at(0);
  const std::filesystem::path folder = words.at(1);
  const std::size_t tenants = what == "fill" && words.size() > 4   ? number(4)
                              : what == "open" && words.size() > 2 ? number(2)
                                                                   : 1;
  if (what == "fill")
    fill(folder, number(2), number(3), tenants);
  else if (what == "open")
    open(folder, tenants);
  else if (what == "kill")
    kill_under_load(folder, number(2));
  else if (what == "account")
    account(folder, number(2));
  else if (what == "grants")
    grants(folder, number(2));
  else if (what == "months")
    months(folder, number(2), number(3));
  else
    throw std::out_of_range(what);
  return 0;
}

}  // namespace
}  // namespace bench

int main(int count, char** words) {
  try {
    return bench::run({words + 1, words + count});
  } catch (const std::out_of_range&) {
    fmt::print(stderr, "scale fill|open|kill|account|grants|months FOLDER …: see tests/bench/scale.cpp\n");
    return 2;
  } catch (const std::exception& failed) {
    fmt::print(stderr, "scale: {}\n", failed.what());
    return 1;
  }
}

#include "figures.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "asked.hpp"
#include "florin/host.hpp"

namespace bench {

namespace {

using namespace florin;
using Clock = std::chrono::steady_clock;

const TenantId tenant = TenantId::trusted("callloop");
const TenantId importing = TenantId::trusted("salesmsg");
const Actor service{"service", ""};
const Use one_message{MeterId::trusted("sms"), *Quantity::parse("120 characters"), {}};

AccountId name_of(std::size_t account) { return AccountId::trusted("account-" + std::to_string(account)); }

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Host opened(const std::filesystem::path& folder, const std::string& data, std::optional<Instant> virtual_from = {}) {
  const auto config = folder / "figures.yaml";
  std::ofstream(config) << "plugins: {folder: " FLORIN_PLUGINS "}\ntenants: [" FLORIN_CONFIG
                           "/tenants/callloop.yaml, " FLORIN_CONFIG
                           "/tenants/salesmsg.yaml]\ndata: data\npayments: sandbox\n";
  auto host = Host::open({.config = config.string(), .data = data, .virtual_from = virtual_from});
  must(bool(host), host ? "" : host.error().message);
  return std::move(*host);
}

void all_done(const std::vector<Result<Outcome>>& outcomes) {
  for (const auto& outcome : outcomes)
    must(outcome && !outcome->refusal, !outcome           ? outcome.error().message
                                       : outcome->refusal ? outcome->refusal->text
                                                          : "");
}

void set_up(Host& host, std::size_t accounts) {
  for (std::size_t from = 0; from < accounts; from += 5'000) {
    std::vector<Request> requests;
    for (std::size_t i = from; i < std::min(accounts, from + 5'000); ++i) {
      const std::string n = std::to_string(i);
      requests.push_back({tenant, name_of(i), service, "open" + n, std::nullopt, OpenAccount{"US", std::nullopt, {}}});
      requests.push_back({tenant, name_of(i), service, "trial" + n, std::nullopt, StartTrial{}});
      for (const char* times : {"a", "b"})
        requests.push_back({tenant,
                            name_of(i),
                            {"staff", "bench"},
                            times + n,
                            std::nullopt,
                            AdjustCredits{*CreditAmount::parse("1000000000 message"), false, "bench"}});
    }
    all_done(host.submit(requests));
  }
}

double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}
std::string p50_and_p99(const std::vector<double>& us) {
  return fmt::format("p50 {:.0f} µs, p99 {:.0f} µs", percentile(us, 0.5), percentile(us, 0.99));
}

double bare_sync_us(const std::filesystem::path& folder) {
  const int file = ::open((folder / "bare").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  const std::string block(4096, 'x');
  must(file >= 0 && ::pwrite(file, block.data(), block.size(), 0) == 4096 && ::fdatasync(file) == 0, "a file to sync");
  std::vector<double> us;
  for (int i = 0; i < 1'000; ++i) {
    const auto start = Clock::now();
    must(::pwrite(file, block.data(), block.size(), 0) == 4096 && ::fdatasync(file) == 0, "synced");
    us.push_back(seconds_since(start) * 1e6);
  }
  ::close(file);
  return percentile(us, 0.5);
}

/// Debits are asked for at their instants, whatever the answers do; counted is from the instant to the answer.
/// A rate that is more than it takes here ends in lines that are full: whoever is told so is counted.
struct OpenLoop {
  std::vector<double> us;
  std::size_t busy = 0;
};
OpenLoop open_loop(Host& host, std::size_t accounts, double each_second, double seconds, std::uint64_t from) {
  const auto total = static_cast<std::size_t>(each_second * seconds);
  std::vector<double> us(total);
  std::atomic<std::size_t> answered = 0, busy = 0;
  Debits debits(accounts, Spread::uniform, from);
  const auto start = Clock::now();
  for (std::size_t asked = 0; asked < total;) {
    const auto due = std::min(total, static_cast<std::size_t>(seconds_since(start) * each_second));
    for (; asked < due; ++asked) {
      Debits::One one = debits.next();
      std::vector<UsageRequest> request;
      request.push_back({tenant, name_of(one.account), service, std::move(one.key), std::nullopt, one_message});
      const double at = static_cast<double>(asked) / each_second;
      host.take(std::move(request), [&us, &answered, &busy, start, at, asked](std::vector<Result<Taken>> answers) {
        const Result<Taken>& answer = answers.front();
        const bool full = !answer && answer.error().code == "busy";
        must(full || (answer && !answer->refusal), "debited");
        us[asked] = (seconds_since(start) - at) * 1e6;
        if (full) ++busy;
        ++answered;
      });
    }
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  while (answered < total) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return {std::move(us), busy};
}

/// How long ago the last entry in the views was asked for, while debits come at that rate; looked at 50 times a second.
std::string views_lag(Host& host, std::size_t accounts, double each_second, double seconds, std::uint64_t from) {
  std::vector<double> ms;
  {
    std::jthread looks([&](const std::stop_token& over) {
      while (!over.stop_requested()) {
        ms.push_back(static_cast<double>(host.views().behind) / each_second * 1e3);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
    open_loop(host, accounts, each_second, seconds, from);
  }
  return fmt::format("p50 {:.0f} ms, most {:.0f} ms", percentile(ms, 0.5), percentile(ms, 1));
}

/// Each alone, so many times; the account is another one each time.
std::string checks(const Host& host, std::size_t accounts, int times) {
  std::vector<AccountId> names;
  for (int i = 0; i < times; ++i) names.push_back(name_of(static_cast<std::size_t>(i) * 7'919 % accounts));
  std::vector<double> ns;
  for (int run = 0; run < 5; ++run) {
    const auto start = Clock::now();
    for (const AccountId& name : names) must(host.check(tenant, name, service, one_message)->allowed, "may be used");
    ns.push_back(seconds_since(start) / times * 1e9);
  }
  std::ranges::sort(ns);
  return fmt::format("{:.0f} ns ({:.0f} to {:.0f})", ns[2], ns.front(), ns.back());
}

/// The same, a hundred at once.
std::string checks_at_once(const Host& host, std::size_t accounts, int times) {
  std::vector<std::vector<CheckRequest>> hundreds;
  for (int i = 0; i < times; ++i) {
    if (i % 100 == 0) hundreds.emplace_back();
    hundreds.back().push_back({tenant, name_of(static_cast<std::size_t>(i) * 7'919 % accounts), service, one_message});
  }
  std::vector<double> ns;
  for (int run = 0; run < 5; ++run) {
    const auto start = Clock::now();
    for (const auto& hundred : hundreds)
      for (const auto& check : host.check(hundred)) must(check && check->allowed, "may be used");
    ns.push_back(seconds_since(start) / times * 1e9);
  }
  std::ranges::sort(ns);
  return fmt::format("{:.0f} ns ({:.0f} to {:.0f})", ns[2], ns.front(), ns.back());
}

/// One caller's debits, one after the other, for so long.
std::vector<double> debits_of_one(Host& host, double seconds, std::string keys) {
  std::vector<double> us;
  const auto start = Clock::now();
  for (int i = 0; seconds_since(start) < seconds; ++i) {
    const auto asked = Clock::now();
    const auto taken = host.take({tenant, name_of(0), service, keys + std::to_string(i), std::nullopt, one_message});
    must(taken && !taken->refusal, !taken ? taken.error().message : taken->refusal ? taken->refusal->text : "");
    us.push_back(seconds_since(asked) * 1e6);
  }
  return us;
}

/// The same while another tenant opens accounts as fast as it can, in batches of 5,000, four under way.
std::vector<double> debits_beside_an_import(Host& host, double seconds, std::size_t& opened) {
  std::atomic<bool> over = false;
  std::atomic<std::size_t> count = 0;
  std::vector<std::jthread> importers;
  for (int importer = 0; importer < 4; ++importer)
    importers.emplace_back([&, importer] {
      for (std::size_t batch = 0; !over; ++batch) {
        std::vector<Request> requests;
        for (int i = 0; i < 5'000; ++i) {
          const std::string name = fmt::format("new-{}-{}-{}", importer, batch, i);
          requests.push_back(
              {importing, AccountId::trusted(name), service, name, std::nullopt, OpenAccount{"US", std::nullopt, {}}});
        }
        all_done(host.submit(requests));
        count += requests.size();
      }
    });
  std::vector<double> us = debits_of_one(host, seconds, "beside-");
  over = true;
  importers.clear();
  opened = count;
  return us;
}

/// The same while what was held on so many other accounts falls due all at once, as renewals do on the first of a
/// month.
std::vector<double> debits_beside_due_work(Host& host, std::size_t holds) {
  const std::int32_t lasts = 2;
  std::vector<UsageRequest> requests;
  for (std::size_t i = 0; i < holds; ++i)
    requests.push_back({tenant, name_of(1 + i), service, "hold-" + std::to_string(i), std::nullopt,
                        PlaceHold{one_message.meter, one_message.quantity, {}, Span{Span::Unit::seconds, lasts}}});
  for (const auto& held : host.take(std::move(requests))) must(held && !held->refusal, "held");
  std::vector<double> us = debits_of_one(host, lasts + 1.0, "due-");
  const auto left = host.account(tenant, name_of(holds), Audience::staff);
  must(left && left->find("\"holds\":{\"data\":[]") != std::string::npos, "every hold has timed out");
  return us;
}

std::int64_t journal_says(const std::filesystem::path& data, const char* sql) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  must(sqlite3_open_v2((data / "journal.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
           sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW,
       sql);
  const std::int64_t number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return number;
}

struct Written {
  std::int64_t records = 0, bytes = 0;
};
Written written(const std::filesystem::path& data) {
  return {journal_says(data, "SELECT max(last) FROM journal"),
          journal_says(data, "SELECT sum(length(entries)) FROM journal")};
}

/// A month's end: period order, roll-over, invoice and payment by the sandbox, in virtual time and in memory.
double renewals_a_second(const std::filesystem::path& folder, std::size_t accounts) {
  Host host = opened(folder, "memory", *Instant::parse("2026-03-10T09:00Z"));
  subscribe_all(host, tenant, accounts);
  host.run_until(*Instant::parse("2026-04-10T08:00Z"));
  const auto start = Clock::now();
  host.run_until(*Instant::parse("2026-04-10T10:00Z"));
  const double took = seconds_since(start);
  const auto last = host.account(tenant, name_of(accounts - 1), Audience::staff);
  must(last && last->find("2026-05-10") != std::string::npos, "it was renewed to the 10th of May");
  return static_cast<double>(accounts) / took;
}

}  // namespace

std::vector<Figure> figures(const Place& place, bool quick) {
  std::vector<Figure> found;
  const std::size_t accounts = quick ? 10'000 : 50'000;
  const double seconds = quick ? 1 : 5;
  const std::filesystem::path data = place.folder / "figures";
  const double sync = bare_sync_us(place.folder);
  found.push_back({"a bare write and sync of 4 KiB", fmt::format("p50 {:.0f} µs", sync), ""});
  {
    Host host = opened(place.folder, data.string());
    set_up(host, accounts);
    must(bool(host.refresh_views()), "the views are brought up to date");
    const Written before_debits = written(data);
    for (const double rate : {10'000.0, 100'000.0}) {
      const auto [us, busy] = open_loop(host, accounts, rate, seconds, static_cast<std::uint64_t>(rate) << 20);
      found.push_back({fmt::format("a debit's latency at {:.0f} a second, open loop", rate),
                       busy > 0
                           ? fmt::format("more than it takes here: {} of {} were told to ask again", busy, us.size())
                           : fmt::format("{}; p50 is {:.1f} syncs", p50_and_p99(us), percentile(us, 0.5) / sync),
                       "p50 of 3 syncs, dream 1.5"});
    }
    const Written after_debits = written(data);
    found.push_back(
        {"bytes of a debit in the journal",
         fmt::format("{}", (after_debits.bytes - before_debits.bytes) / (after_debits.records - before_debits.records)),
         "at most 60 in rows of 16, 40 of 1,000"});
    must(bool(host.refresh_views()), "the views are brought up to date");
    found.push_back(
        {"a check, one caller", checks(host, accounts, quick ? 50'000 : 500'000), "at most 250 ns, dream 150"});
    found.push_back(
        {"the same of one account alone", checks(host, 1, quick ? 50'000 : 500'000), "at most 120 ns, dream 60"});
    found.push_back({"a check of a hundred at once", checks_at_once(host, accounts, quick ? 50'000 : 500'000), ""});
    {
      std::jthread debits([&] { open_loop(host, accounts, 50'000, seconds / 2, 1ULL << 40); });
      found.push_back({"a check beside 50,000 debits a second", checks(host, accounts, quick ? 20'000 : 200'000), ""});
    }
    {
      must(bool(host.refresh_views()), "the views are brought up to date");
      found.push_back({"how far the views are behind 5,000 debits a second",
                       views_lag(host, accounts, 5'000, seconds, 1ULL << 41), ""});
      must(bool(host.refresh_views()), "the views are brought up to date");
      found.push_back({"how far the views are behind 10,000 debits a second",
                       views_lag(host, accounts, 10'000, seconds, 1ULL << 42), ""});
    }
    found.push_back({"one caller's debits, nobody else", p50_and_p99(debits_of_one(host, seconds, "alone-")), ""});
    std::size_t imported = 0;
    const auto us = debits_beside_an_import(host, seconds, imported);
    found.push_back({fmt::format("the same while another tenant imports, {:.0f} accounts a second",
                                 static_cast<double>(imported) / seconds),
                     p50_and_p99(us), ""});
    const auto again = debits_beside_an_import(host, seconds, imported);
    found.push_back({fmt::format("the same while that import is sent again, {:.0f} commands a second",
                                 static_cast<double>(imported) / seconds),
                     p50_and_p99(again), ""});
    const std::size_t holds = accounts / 5;
    found.push_back({fmt::format("the same while {} holds of other accounts time out at once", holds),
                     p50_and_p99(debits_beside_due_work(host, holds)), ""});
  }
  found.push_back({"renewals a second, in virtual time and memory, sandbox payments",
                   fmt::format("{:.0f}", renewals_a_second(place.folder, quick ? 500 : 20'000)),
                   "30,000, dream 80,000"});
  return found;
}

}  // namespace bench

/// What a debit costs: in memory, through a whole shard, and durable beside a row an event in SQLite.
///
///   debit_bench [accounts] [folder]    accounts: 1000000; folder: where the durable part writes, on the disk that
///   counts
///
/// Each part runs nine times and proves its side effects; the table shows the median and the spread.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <semaphore>
#include <thread>
#include <vector>

#include "config/tenant/tenant.hpp"
#include "domain/accounts/apply.hpp"
#include "domain/decision/world.hpp"
#include "domain/journal/journal.hpp"
#include "engine/engine.hpp"
#include "engine/prefetch.hpp"
#include "engine/provider_key.hpp"
#include "store/memory/memory_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

using namespace florin;

namespace {

using Clock = std::chrono::steady_clock;
constexpr int runs = 9;

void must(bool held, std::string_view what) {
  if (held) return;
  fmt::print(stderr, "failed: {}\n", what);
  std::exit(1);
}

struct Spread {
  double median = 0, least = 0, most = 0;
  static Spread of(std::vector<double> values) {
    std::ranges::sort(values);
    return {values[values.size() / 2], values.front(), values.back()};
  }
};

template <class Work>
double seconds_of(Work work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Call Loop as it is shipped: three sources in its spending order, meters, gates and roles.
std::shared_ptr<const Catalog> shipped_catalog() {
  Errors errors;
  auto tenant = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
  must(errors.empty(), "the shipped tenant loads");
  tenant.catalog.version = 1;
  return std::make_shared<const Catalog>(std::move(tenant.catalog));
}

const Instant start_of_time = *Instant::parse("2026-03-10T09:00Z");
constexpr std::int64_t credits_of_each = 1'000'000;

std::string name_of(std::size_t account) {
  std::array<char, 24> text = {'a', 'c', 'c', 'o', 'u', 'n', 't', '-'};
  const char* end = std::to_chars(text.data() + 8, text.data() + text.size(), account).ptr;
  return {text.data(), static_cast<std::size_t>(end - text.data())};
}

/// An account on a plan with roll-over, plan and bought credits.
Account account_number(std::size_t i) {
  Account account;
  account.id = AccountId::trusted(name_of(i));
  account.opened_at = start_of_time;
  account.standing = Standing::paid;
  account.billing_country = "US";
  const GrantSource sources[] = {GrantSource::rollover, GrantSource::plan, GrantSource::purchase};
  for (std::uint32_t n = 0; n < 3; ++n) {
    Grant grant;
    grant.id = {n + 1};
    grant.type = CreditType::trusted("message");
    grant.source = sources[n];
    grant.priority = static_cast<std::int32_t>(n);
    grant.issued_at = start_of_time;
    grant.ends_at = start_of_time + hours(24 * 3650);
    grant.granted = grant.remaining = {n == 0 ? 1 : credits_of_each};  // the first is spent at once, as in life
    account.grants.push_back(grant);
  }
  account.last_grant = 3;
  return account;
}

const Actor service{"service", ""};

const Use one_message{MeterId::trusted("sms"), *Quantity::parse("120 characters"), {}};

/// decide, apply and encode, on accounts that are looked up by name at random among all.
void in_memory(std::size_t accounts) {
  // A block of commands is looked up before any of it is decided, so that memory is waited for once.
  constexpr std::size_t block = 16;
  Catalogs catalogs{{shipped_catalog()}};
  TenantState tenant;
  tenant.id = TenantId::trusted("callloop");
  tenant.catalog = 1;
  boost::unordered_flat_map<std::string, std::unique_ptr<Account>> by_name;
  by_name.reserve(accounts);
  for (std::size_t i = 0; i < accounts; ++i) {
    auto account = std::make_unique<Account>(account_number(i));
    std::string name = account->id.text();
    by_name.emplace(std::move(name), std::move(account));
  }
  constexpr std::size_t debits = 1'000'000;
  std::vector<double> took;
  std::string bytes;
  std::size_t position = 0;
  std::uint64_t random = 1;
  std::size_t written = 0;
  for (int run = 0; run < runs; ++run) {
    const double took_seconds = seconds_of([&] {
      for (std::size_t i = 0; i < debits; i += block) {
        std::array<Account*, block> looked_up;
        for (Account*& account : looked_up) {
          random = random * 6364136223846793005ULL + 1442695040888963407ULL;
          account = by_name.find(name_of((random >> 33) % accounts))->second.get();
          engine::prefetch(*account);
        }
        for (const Account* account : looked_up) engine::prefetch_grants(*account);
        for (Account* account : looked_up) {
          Entry entry{.tenant = tenant.id,
                      .account = account->id,
                      .actor = service,
                      .key = "k-0123456789",
                      .asked_at = start_of_time,
                      .at = start_of_time,
                      .catalog = 1,
                      .command = one_message,
                      .refusal = std::nullopt,
                      .facts = {}};
          const World world{entry.at, catalogs, {}, &engine::provider_key};
          Decision decision = decide(*account, tenant, entry.actor, entry.key, entry.command, world);
          entry.facts = std::move(decision.facts);
          journal::write(bytes, entry);
          apply(*account, tenant, entry, ++position);
        }
        if (bytes.size() > (4U << 20)) written += std::exchange(bytes, {}).size();
      }
    });
    took.push_back(took_seconds / debits * 1e9);
  }
  std::int64_t spent = 0;
  for (const auto& [name, account] : by_name) {
    for (const Grant& grant : account->grants) spent += grant.spent.units;
    for (const Grant& grant : account->closed_grants) spent += grant.spent.units;
  }
  must(spent == static_cast<std::int64_t>(debits) * runs, "every debit took one credit");
  const Spread ns = Spread::of(took);
  fmt::print(
      "debit in memory, {} accounts, decide + apply + codec   {:6.0f} ns  ({:.0f} to {:.0f}), {} bytes an entry\n",
      accounts, ns.median, ns.least, ns.most, (written + bytes.size()) / position);
}

/// Gives credits without plugins: what the engine needs to set accounts up.
class GivesEverything : public engine::Policies {
 public:
  Result<Answer> answer(const TenantId&, std::uint32_t, const Question& question) override {
    const auto& moment = std::get<Moment>(question);
    PolicyAnswer answer;
    for (const Allowance& credits : moment.includes)
      answer.decisions.push_back({.kind = PolicyDecision::Kind::issue,
                                  .grant = {},
                                  .type = credits.type,
                                  .amount = credits.amount,
                                  .source = GrantSource::correction,
                                  .priority = 0,
                                  .end = {},
                                  .rule = "bench"});
    return Answer(std::move(answer));
  }
};
class NobodyPays : public engine::Providers {
 public:
  void perform(const engine::Effect&, Instant, Done done) override { done({}); }
};

engine::Job job(std::size_t account, std::string key, AnyCommand command, const char* role = "service") {
  return {.tenant = TenantId::trusted("callloop"),
          .account = AccountId::trusted(name_of(account)),
          .actor = {role, ""},
          .key = std::move(key),
          .asked_at = std::nullopt,
          .command = std::move(command),
          .reply = {},
          .of_effect = false};
}

class Host {
 public:
  Host(store::Store& store, std::size_t accounts) : engine_(store, policies_, providers_, {}) {
    Errors problems;
    const auto compile = [](const TenantId&, std::uint32_t, const std::string&) {
      return Result<std::shared_ptr<const Catalog>>(shipped_catalog());
    };
    must(bool(engine_.open({{TenantId::trusted("callloop"), "bench", std::nullopt}}, compile, problems)),
         "the engine opens");
    for (std::size_t from = 0; from < accounts; from += 10'000) {
      std::vector<engine::Job> jobs;
      for (std::size_t i = from; i < std::min(accounts, from + 10'000); ++i) {
        jobs.push_back(job(i, "open-" + std::to_string(i), OpenAccount{"US", std::nullopt, {}}));
        jobs.push_back(job(i, "trial-" + std::to_string(i), StartTrial{}));
        jobs.push_back(job(i, "give-" + std::to_string(i),
                           CorrectCredits{*CreditAmount::parse("1000000 message"), false, "bench"}, "staff"));
      }
      for (const auto& answer : engine_.submit_and_wait(std::move(jobs)))
        must(answer && !answer->entry->refusal, "an account is set up");
    }
  }
  engine::Engine& engine() { return engine_; }

  std::int64_t spent(std::size_t accounts) {
    std::int64_t spent = 0;
    (void)!engine_.read([&](const engine::Shard& shard) {
      for (std::size_t i = 0; i < accounts; ++i) {
        const Account& account = *shard.account(TenantId::trusted("callloop"), AccountId::trusted(name_of(i)));
        for (const Grant& grant : account.grants) spent += grant.spent.units;
      }
    });
    return spent;
  }

 private:
  GivesEverything policies_;
  NobodyPays providers_;
  engine::Engine engine_;
};

/// The same work as a user would write it in rows: the key is unique, grants are spent in order, an event and both of
/// its ledger rows are kept; one transaction for all that waited.
class Rows {
 public:
  Rows(const std::filesystem::path& file, std::size_t accounts) {
    must(sqlite3_open(file.c_str(), &db_) == SQLITE_OK, "open");
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE grants (account INTEGER, priority INTEGER, ends_at INTEGER, id INTEGER, remaining INTEGER NOT "
        "NULL,"
        " PRIMARY KEY (account, priority, ends_at, id)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE event (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, account INTEGER NOT NULL, meter TEXT "
        "NOT NULL,"
        " quantity INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;"
        "CREATE TABLE ledger (event INTEGER, account TEXT, amount INTEGER NOT NULL, PRIMARY KEY (event, account)) "
        "STRICT, WITHOUT ROWID;"
        "BEGIN");
    for (std::size_t i = 0; i < accounts; ++i)
      run(fmt::format("INSERT INTO grants VALUES ({0}, 1, 9, 1, {1}), ({0}, 2, 9, 2, {1})", i, credits_of_each)
              .c_str());
    run("COMMIT");
    prepare(select_,
            "SELECT priority, ends_at, id, remaining FROM grants WHERE account = ? AND remaining > 0 AND ends_at > ?"
            " ORDER BY priority, ends_at, id");
    prepare(
        update_,
        "UPDATE grants SET remaining = remaining - ? WHERE account = ? AND priority = ? AND ends_at = ? AND id = ?");
    prepare(event_, "INSERT INTO event (key, account, meter, quantity, at) VALUES (?, ?, 'sms', 120, ?)");
    prepare(ledger_, "INSERT INTO ledger VALUES (?, 'balance', -1), (?, 'spent', 1)");
  }
  ~Rows() {
    for (sqlite3_stmt* statement : {select_, update_, event_, ledger_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  void debit(const std::vector<std::pair<std::size_t, std::string>>& batch) {
    run("BEGIN IMMEDIATE");
    for (const auto& [account, key] : batch) {
      sqlite3_bind_int64(select_, 1, static_cast<std::int64_t>(account));
      sqlite3_bind_int64(select_, 2, 5);
      must(sqlite3_step(select_) == SQLITE_ROW && sqlite3_column_int64(select_, 3) >= 1, "there are credits");
      sqlite3_bind_int64(update_, 1, 1);
      sqlite3_bind_int64(update_, 2, static_cast<std::int64_t>(account));
      for (int i = 0; i < 3; ++i) sqlite3_bind_int64(update_, i + 3, sqlite3_column_int64(select_, i));
      sqlite3_reset(select_);
      done(update_);
      sqlite3_bind_text(event_, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
      sqlite3_bind_int64(event_, 2, static_cast<std::int64_t>(account));
      sqlite3_bind_int64(event_, 3, 5);
      done(event_);
      const std::int64_t id = sqlite3_last_insert_rowid(db_);
      sqlite3_bind_int64(ledger_, 1, id);
      sqlite3_bind_int64(ledger_, 2, id);
      done(ledger_);
    }
    run("COMMIT");
  }

 private:
  void run(const char* sql) { must(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); }
  void prepare(sqlite3_stmt*& statement, const char* sql) {
    must(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
  }
  void done(sqlite3_stmt* statement) {
    must(sqlite3_step(statement) == SQLITE_DONE, sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }
  sqlite3* db_ = nullptr;
  sqlite3_stmt* select_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
  sqlite3_stmt* event_ = nullptr;
  sqlite3_stmt* ledger_ = nullptr;
};

/// A key as clients make them: 16 random bytes in hex.
std::string key_number(std::size_t n) {
  std::uint64_t high = n * 0x9E3779B97F4A7C15ULL + 1;
  high ^= high >> 31;
  high *= 0xBF58476D1CE4E5B9ULL;
  return fmt::format("{:016x}{:016x}", high, high * 0x94D049BB133111EBULL + n);
}

/// Debits a second when `callers` wait for each answer before they ask again, or in one batch of `batch`.
void durable(const std::filesystem::path& folder) {
  constexpr std::size_t accounts = 100'000;
  auto opened = store::SqliteStore::open(folder / "journal.db");
  must(bool(opened), "the store opens");
  Host host(**opened, accounts);
  Rows rows(folder / "rows.db", accounts);
  std::size_t next = 0;
  std::int64_t expected = 0;
  const auto account_of = [&](std::size_t n) { return n * 7919 % accounts; };

  const auto compare = [&](std::string_view name, std::size_t total, auto ours, auto theirs) {
    std::vector<double> our_rates, their_rates, ratios;
    for (int run = 0; run < runs; ++run) {
      // In turn, so that both meet the same disk.
      our_rates.push_back(static_cast<double>(total) / seconds_of([&] { ours(total); }));
      their_rates.push_back(static_cast<double>(total) / seconds_of([&] { theirs(total); }));
      ratios.push_back(our_rates.back() / their_rates.back());
      expected += static_cast<std::int64_t>(total);
    }
    const Spread mine = Spread::of(our_rates), peer = Spread::of(their_rates), ratio = Spread::of(ratios);
    fmt::print(
        "{:28} {:9.0f}/s ({:.0f} to {:.0f})   rows in SQLite {:7.0f}/s ({:.0f} to {:.0f})   ratio {:5.1f} ({:.1f} to "
        "{:.1f})\n",
        name, mine.median, mine.least, mine.most, peer.median, peer.least, peer.most, ratio.median, ratio.least,
        ratio.most);
  };

  // Four batches are under way at a time, as from four senders; rows have one writer and cannot.
  const auto ours_in_batches = [&](std::size_t total) {
    constexpr std::size_t batch = 1'000;
    constexpr std::ptrdiff_t under_way = 4;
    std::counting_semaphore<> places(under_way);
    std::atomic<std::size_t> answered = 0;
    for (std::size_t done = 0; done < total; done += batch) {
      places.acquire();
      const auto left = std::make_shared<std::atomic<std::size_t>>(batch);
      std::vector<engine::Job> jobs;
      jobs.reserve(batch);
      for (std::size_t i = 0; i < batch; ++i, ++next) {
        jobs.push_back(job(account_of(next), key_number(next), one_message));
        jobs.back().reply = [&, left](Result<engine::Answered> answer) {
          must(answer && !answer->entry->refusal, "debited");
          ++answered;
          if (--*left == 0) places.release();
        };
      }
      host.engine().submit(std::move(jobs));
    }
    for (std::ptrdiff_t i = 0; i < under_way; ++i) places.acquire();
    must(answered == total, "everybody was answered");
  };
  const auto theirs_in = [&](std::size_t batch_size) {
    return [&, batch_size](std::size_t total) {
      for (std::size_t done = 0; done < total; done += batch_size) {
        std::vector<std::pair<std::size_t, std::string>> batch;
        for (std::size_t i = 0; i < batch_size; ++i, ++next) batch.emplace_back(account_of(next), key_number(next));
        rows.debit(batch);
      }
    };
  };
  // Callers that wait: each asks again when it is answered, so that at most so many are under way.
  const auto ours_waiting = [&](std::size_t callers) {
    return [&, callers](std::size_t total) {
      std::atomic<std::size_t> answered = 0;
      std::counting_semaphore<> places(static_cast<std::ptrdiff_t>(callers));
      for (std::size_t i = 0; i < total; ++i, ++next) {
        places.acquire();
        engine::Job one = job(account_of(next), key_number(next), one_message);
        one.reply = [&](Result<engine::Answered> answer) {
          must(answer && !answer->entry->refusal, "debited");
          ++answered;
          places.release();
        };
        host.engine().submit(std::move(one));
      }
      for (std::size_t i = 0; i < callers; ++i) places.acquire();
      must(answered == total, "everybody was answered");
    };
  };
  compare("durable, batches of 1000", 100'000, ours_in_batches, theirs_in(1'000));
  compare("durable, 64 waiting callers", 20'000, ours_waiting(64), theirs_in(64));
  compare("durable, 16 waiting callers", 10'000, ours_waiting(16), theirs_in(16));
  compare("durable, 1 waiting caller", 1'000, ours_waiting(1), theirs_in(1));
  must(host.spent(accounts) == expected, "every debit took one credit");
  fmt::print("every one of {} debits is in the books\n", expected);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t accounts = argc > 1 ? std::stoul(argv[1]) : 1'000'000;
  in_memory(accounts);
  if (argc > 2 && std::string_view(argv[2]) == "-") return 0;
  std::filesystem::path folder = argc > 2 ? std::filesystem::path(argv[2]) : std::filesystem::temp_directory_path();
  folder /= fmt::format("florin-bench-{}", Clock::now().time_since_epoch().count());
  std::filesystem::create_directories(folder);
  durable(folder);
  std::filesystem::remove_all(folder);
}

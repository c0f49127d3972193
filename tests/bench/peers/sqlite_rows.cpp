#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <vector>

#include "../contestant.hpp"

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

/// As a user would write it: the key is unique, grants are spent in order, an event and both of its ledger rows are
/// kept; one transaction for all that waited.
class SqliteRows final : public Contestant {
 public:
  explicit SqliteRows(const Place& place) : accounts_(place.accounts) {
    must(sqlite3_open((place.folder / "rows.db").c_str(), &db_) == SQLITE_OK, "SQLite opens");
    run_sql(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144;"
        "CREATE TABLE grants (account INTEGER, priority INTEGER, ends_at INTEGER, id INTEGER, remaining INTEGER NOT "
        "NULL, PRIMARY KEY (account, priority, ends_at, id)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE event (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, account INTEGER NOT NULL, meter TEXT "
        "NOT NULL, quantity INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;"
        "CREATE TABLE ledger (event INTEGER, account TEXT, amount INTEGER NOT NULL, PRIMARY KEY (event, account)) "
        "STRICT, WITHOUT ROWID; BEGIN");
    sqlite3_stmt* grant = prepared("INSERT INTO grants VALUES (?, ?, 9, ?, ?)");
    for (std::size_t account = 0; account < accounts_; ++account)
      for (const std::int64_t which : {1, 2}) {
        bind(grant, {static_cast<std::int64_t>(account), which, which, credits_of_each});
        done(grant);
      }
    sqlite3_finalize(grant);
    run_sql("COMMIT");
    select_ = prepared(
        "SELECT priority, ends_at, id FROM grants WHERE account = ? AND remaining > 0 AND ends_at > ? ORDER BY "
        "priority, ends_at, id");
    update_ = prepared(
        "UPDATE grants SET remaining = remaining - 1 WHERE account = ? AND priority = ? AND ends_at = ? AND id = ?");
    event_ = prepared("INSERT OR IGNORE INTO event (key, account, meter, quantity, at) VALUES (?, ?, 'sms', 120, ?)");
    ledger_ = prepared("INSERT INTO ledger VALUES (?, 'balance', -1), (?, 'spent', 1)");
  }
  ~SqliteRows() override {
    for (sqlite3_stmt* statement : {select_, update_, event_, ledger_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  std::string name() const override { return "SQLite, rows"; }
  bool does(const Work&) const override { return true; }

  double run(const Work& work) override {
    Debits debits(accounts_, work.spread, next_);
    const std::size_t together = work.in_batches() ? work.batch : work.callers;
    const auto start = Clock::now();
    std::size_t count = 0;
    double seconds = 0;
    std::vector<Debits::One> waiting(together);
    while (seconds < work.seconds) {
      for (Debits::One& one : waiting) one = debits.next();
      commit(waiting);
      count += together;
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    next_ += count;
    debited_ += static_cast<std::int64_t>(count);
    last_ = waiting.back();
    return static_cast<double>(count) / seconds;
  }

  void prove() override {
    commit({last_});
    must(number("SELECT sum(? - remaining) FROM grants", credits_of_each) == debited_, "SQLite: balances");
    must(number("SELECT count(*) FROM event WHERE ? > 0", 1) == debited_, "SQLite: events");
    must(number("SELECT count(*) FROM ledger WHERE ? > 0", 1) == 2 * debited_, "SQLite: ledger");
  }

 private:
  void commit(const std::vector<Debits::One>& debits) {
    run_sql("BEGIN IMMEDIATE");
    for (const Debits::One& one : debits) {
      const auto account = static_cast<std::int64_t>(one.account);
      sqlite3_bind_text(event_, 1, one.key.data(), static_cast<int>(one.key.size()), SQLITE_STATIC);
      sqlite3_bind_int64(event_, 2, account);
      sqlite3_bind_int64(event_, 3, 5);
      done(event_);
      if (sqlite3_changes(db_) == 0) continue;  // it was done before
      const std::int64_t id = sqlite3_last_insert_rowid(db_);
      bind(select_, {account, 5});
      must(sqlite3_step(select_) == SQLITE_ROW, "there are credits");
      const std::int64_t grant[] = {sqlite3_column_int64(select_, 0), sqlite3_column_int64(select_, 1),
                                    sqlite3_column_int64(select_, 2)};
      sqlite3_reset(select_);
      bind(update_, {account, grant[0], grant[1], grant[2]});
      done(update_);
      bind(ledger_, {id, id});
      done(ledger_);
    }
    run_sql("COMMIT");
  }
  void run_sql(const char* sql) { must(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql); }
  sqlite3_stmt* prepared(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    must(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    return statement;
  }
  static void bind(sqlite3_stmt* statement, std::initializer_list<std::int64_t> values) {
    int at = 0;
    for (const std::int64_t value : values) sqlite3_bind_int64(statement, ++at, value);
  }
  void done(sqlite3_stmt* statement) {
    must(sqlite3_step(statement) == SQLITE_DONE, sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }
  std::int64_t number(const char* sql, std::int64_t value) {
    sqlite3_stmt* statement = prepared(sql);
    bind(statement, {value});
    must(sqlite3_step(statement) == SQLITE_ROW, sql);
    const std::int64_t found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
  }

  std::size_t accounts_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* select_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
  sqlite3_stmt* event_ = nullptr;
  sqlite3_stmt* ledger_ = nullptr;
  std::uint64_t next_ = 0;
  std::int64_t debited_ = 0;
  Debits::One last_;
};

}  // namespace

std::unique_ptr<Contestant> sqlite_rows(const Place& place) { return std::make_unique<SqliteRows>(place); }

}  // namespace bench

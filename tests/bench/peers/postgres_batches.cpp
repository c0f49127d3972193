#include <chrono>

#include "postgres.hpp"

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

/// The best that one statement does: keys that are new, what each account takes, its grants in their order, the debits
/// and both legs of each, as sets.
constexpr const char* debit_all = R"(
  WITH asked AS (SELECT * FROM unnest($1::bigint[], $2::text[]) AS asked (account, key)),
  fresh AS (INSERT INTO debit (key, account, amount) SELECT key, account, 1 FROM asked
            ON CONFLICT DO NOTHING RETURNING key, account),
  taken AS (SELECT account, count(*) AS amount FROM fresh GROUP BY account),
  lots AS (SELECT account, priority, remaining, amount,
                  coalesce(sum(remaining) OVER (PARTITION BY account ORDER BY priority
                                                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
           FROM grants JOIN taken USING (account)),
  moved AS (UPDATE grants SET remaining = grants.remaining - least(lots.remaining, lots.amount - lots.before) FROM lots
            WHERE grants.account = lots.account AND grants.priority = lots.priority AND lots.before < lots.amount
            RETURNING least(lots.remaining, lots.amount - lots.before) AS part),
  legs AS (INSERT INTO ledger SELECT key, side, amount FROM fresh
           CROSS JOIN (VALUES ('balance', -1), ('spent', 1)) AS sides (side, amount))
  SELECT coalesce(sum(part), 0) FROM moved)";

class PostgresBatches final : public Contestant {
 public:
  PostgresBatches(const Place& place, const std::string& socket) : accounts_(place.accounts), sql_(socket) {
    make_tables(sql_, "batches", place.accounts);
    sql_.prepare("debit_all", debit_all);
  }

  std::string name() const override { return "PostgreSQL, set-based batches"; }
  bool does(const Work& work) const override { return work.in_batches(); }

  double run(const Work& work) override {
    Debits debits(accounts_, work.spread, next_);
    const auto start = Clock::now();
    std::size_t count = 0;
    double seconds = 0;
    while (seconds < work.seconds) {
      std::string accounts = "{", keys = "{";
      for (std::size_t i = 0; i < work.batch; ++i) {
        const Debits::One one = debits.next();
        accounts += fmt::format("{}{}", i == 0 ? "" : ",", one.account);
        keys += fmt::format("{}{}", i == 0 ? "" : ",", one.key);
      }
      last_accounts_ = accounts + "}";
      last_keys_ = keys + "}";
      must(sql_.run_prepared("debit_all", last_accounts_, last_keys_) == std::to_string(work.batch),
           "PostgreSQL, batches: debited");
      count += work.batch;
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    next_ += count;
    return static_cast<double>(count) / seconds;
  }

  void prove() override {
    must(sql_.run_prepared("debit_all", last_accounts_, last_keys_) == "0", "PostgreSQL, batches: a key happens once");
    must(sql_.number("SELECT count(*) FROM debit") == static_cast<std::int64_t>(next_), "PostgreSQL, batches: debits");
    must(sql_.number(fmt::format("SELECT sum({} - remaining) FROM grants", credits_of_each)) ==
             static_cast<std::int64_t>(next_),
         "PostgreSQL, batches: balances");
    must(sql_.number("SELECT count(*) FROM ledger") == 2 * static_cast<std::int64_t>(next_),
         "PostgreSQL, batches: ledger");
  }

 private:
  std::size_t accounts_;
  Sql sql_;
  std::uint64_t next_ = 0;
  std::string last_accounts_, last_keys_;
};

}  // namespace

std::unique_ptr<Contestant> postgres_batches(const Place& place, const std::string& socket) {
  return std::make_unique<PostgresBatches>(place, socket);
}

}  // namespace bench

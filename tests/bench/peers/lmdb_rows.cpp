#include <fmt/format.h>
#include <lmdb.h>

#include <array>
#include <chrono>
#include <cstring>
#include <vector>

#include "../contestant.hpp"

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

void fine(int code) { must(code == MDB_SUCCESS, mdb_strerror(code)); }

template <class T>
MDB_val value_of(T& thing) {
  return {sizeof thing, &thing};
}

/// Rows of fixed width in LMDB: grants by account and priority, events by number, both legs of each, and the number by
/// key.
class LmdbRows final : public Contestant {
 public:
  explicit LmdbRows(const Place& place) : accounts_(place.accounts) {
    std::filesystem::create_directory(place.folder / "lmdb");
    fine(mdb_env_create(&env_));
    fine(mdb_env_set_maxdbs(env_, 4));
    fine(mdb_env_set_mapsize(env_, std::size_t{16} << 30));
    fine(mdb_env_open(env_, (place.folder / "lmdb").c_str(), 0, 0600));
    MDB_txn* txn = nullptr;
    fine(mdb_txn_begin(env_, nullptr, 0, &txn));
    fine(mdb_dbi_open(txn, "grants", MDB_CREATE | MDB_INTEGERKEY, &grants_));
    fine(mdb_dbi_open(txn, "events", MDB_CREATE | MDB_INTEGERKEY, &events_));
    fine(mdb_dbi_open(txn, "ledger", MDB_CREATE | MDB_INTEGERKEY, &ledger_));
    fine(mdb_dbi_open(txn, "keys", MDB_CREATE, &keys_));
    for (std::uint64_t account = 0; account < accounts_; ++account)
      for (std::uint64_t which = 0; which < 2; ++which) {
        std::uint64_t name = account * 2 + which;
        std::int64_t credits = credits_of_each;
        MDB_val key = value_of(name), value = value_of(credits);
        fine(mdb_put(txn, grants_, &key, &value, MDB_APPEND));
      }
    fine(mdb_txn_commit(txn));
  }
  ~LmdbRows() override { mdb_env_close(env_); }

  std::string name() const override { return "LMDB, rows"; }
  bool does(const Work&) const override { return true; }

  double run(const Work& work) override {
    Debits debits(accounts_, work.spread, debited_);
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
    last_ = waiting.back();
    return static_cast<double>(count) / seconds;
  }

  void prove() override {
    const std::uint64_t before = debited_;
    commit({last_});
    must(before == debited_, "LMDB: a key happens once");
    MDB_txn* txn = nullptr;
    fine(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn));
    MDB_stat events;
    fine(mdb_stat(txn, events_, &events));
    must(events.ms_entries == debited_, "LMDB: events");
    MDB_stat ledger;
    fine(mdb_stat(txn, ledger_, &ledger));
    must(ledger.ms_entries == 2 * debited_, "LMDB: ledger");
    std::int64_t spent = 0;
    for (std::uint64_t name = 0; name < accounts_ * 2; ++name) {
      MDB_val key = value_of(name), value;
      fine(mdb_get(txn, grants_, &key, &value));
      spent += credits_of_each - credits(value);
    }
    must(spent == static_cast<std::int64_t>(debited_), "LMDB: balances");
    mdb_txn_abort(txn);
  }

 private:
  struct Event {
    std::uint64_t account = 0, grant = 0;
    std::int64_t amount = 0, at = 0;
  };
  static std::int64_t credits(const MDB_val& value) {
    std::int64_t credits = 0;
    std::memcpy(&credits, value.mv_data, sizeof credits);
    return credits;
  }

  void commit(const std::vector<Debits::One>& debits) {
    MDB_txn* txn = nullptr;
    fine(mdb_txn_begin(env_, nullptr, 0, &txn));
    for (const Debits::One& one : debits) {
      std::uint64_t number = debited_;
      MDB_val key{one.key.size(), const_cast<char*>(one.key.data())}, value = value_of(number);
      const int put = mdb_put(txn, keys_, &key, &value, MDB_NOOVERWRITE);
      if (put == MDB_KEYEXIST) continue;
      fine(put);
      for (std::uint64_t which = 0; which < 2; ++which) {
        std::uint64_t name = one.account * 2 + which;
        MDB_val grant = value_of(name), found;
        fine(mdb_get(txn, grants_, &grant, &found));
        std::int64_t left = credits(found);
        if (left == 0) continue;
        --left;
        MDB_val changed = value_of(left);
        fine(mdb_put(txn, grants_, &grant, &changed, 0));
        Event event{one.account, name, -1, 5};
        MDB_val event_key = value_of(number), event_value = value_of(event);
        fine(mdb_put(txn, events_, &event_key, &event_value, MDB_APPEND));
        for (std::uint64_t leg = 0; leg < 2; ++leg) {
          std::uint64_t leg_name = number * 2 + leg;
          std::int64_t amount = leg == 0 ? -1 : 1;
          MDB_val leg_key = value_of(leg_name), leg_value = value_of(amount);
          fine(mdb_put(txn, ledger_, &leg_key, &leg_value, MDB_APPEND));
        }
        break;
      }
      ++debited_;
    }
    fine(mdb_txn_commit(txn));
  }

  std::size_t accounts_;
  MDB_env* env_ = nullptr;
  MDB_dbi grants_ = 0, events_ = 0, ledger_ = 0, keys_ = 0;
  std::uint64_t debited_ = 0;
  Debits::One last_;
};

}  // namespace

std::unique_ptr<Contestant> lmdb_rows(const Place& place) { return std::make_unique<LmdbRows>(place); }

}  // namespace bench

#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/clock.hpp"
#include "engine/key_eraser.hpp"
#include "engine/page_reader.hpp"
#include "engine/plugin_pool.hpp"
#include "engine/ports.hpp"
#include "engine/shard.hpp"
#include "engine/tenant_queues.hpp"

namespace florin::engine {

/// Runs a shard: accepts commands, makes rows durable, sends effects out and brings their outcomes back. With
/// `virtual_from` there is no thread and no clock: only run_until() moves time, and every call completes its work
/// before it returns. Otherwise one thread decides, one commits and one starts effects, many of which may run at once.
/// Both modes run the same shard.
class Engine {
 public:
  struct Options {
    Shard::Options shard;
    std::optional<Instant> virtual_from;
    /// A journal with a living owner is not an error: this host takes it over when the owner is gone.
    bool stand_by = false;
    PluginPool::Options plugins;
    std::size_t most_waiting = 65'536;  ///< commands of a tenant that may wait; others get `busy`
    /// Called when the state can no longer be trusted, for example after a failed sync. Must not return.
    std::function<void(const std::string& why)> fatal;
  };
  struct TenantSource {
    TenantId id;
    std::string text;  ///< the whole tenant as YAML, as it is kept with its version
    std::optional<Error> stopped;
  };
  using Compile =
      std::function<Result<std::shared_ptr<const Catalog>>(const TenantId&, std::uint32_t version, const std::string&)>;

  Engine(store::Store& store, Policies& policies, Providers& providers, Options options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Opens the journal and starts the tenants. A tenant that cannot start is stopped, with the reason in `problems`;
  /// the others run. Errors: as Shard::open.
  /// If another host may take the journal over, this one takes it back when that host is gone. Until then it answers
  /// everything with ask_again.
  Status open(std::vector<TenantSource> tenants, Compile compile, Errors& problems);

  /// If the journal cannot be written, for example on a full disk, commands are answered with store_unavailable within
  /// seconds, and the row is tried again until it succeeds. Then the same key finds the result of its command.
  ///
  /// Errors (nothing was written): busy, ask_again, store_unavailable, no_such_tenant, bad_key, key_reused,
  /// asked_too_long_ago, asked_in_future, plugin_failed, and a stopped tenant's own.
  /// On a virtual clock, every command is answered when this returns.
  void submit(Job job);
  /// Accepts all or none; keeps each tenant's order, in few rows.
  void submit(std::vector<Job> jobs);
  Result<Answered> submit_and_wait(Job job);
  std::vector<Result<Answered>> submit_and_wait(std::vector<Job> jobs);

  /// Runs `read` on the deciding thread, and returns once everything that it may have read is durable. It runs only
  /// while this host owns the shard, and once more if ownership ended meanwhile. Errors (what `read` saw is void):
  /// ask_again, store_unavailable.
  Status read(const std::function<void(const Shard&)>& read);
  /// Like read(), but returns at once if `is_durable` says that all that `read` saw is durable. So reads work while the
  /// journal cannot be written.
  Status read_durable(const std::function<void(const Shard&)>& read,
                      const std::function<bool(const Shard&)>& is_durable);
  /// The same for one account; `read` may use the part of its tenant's state that Shard::look describes.
  Status read_account(const TenantId& tenant, const AccountId& account, const std::function<void(const Shard&)>& read) {
    return read_durable(read, [&](const Shard& shard) { return is_durable(shard, tenant, account); });
  }
  /// The results of `see(account)` for a tenant's accounts, with their names, sorted; accounts without a result are
  /// left out. It reads a few accounts at a time, each as of its own last entry, so nobody waits for the whole walk. If
  /// `see` needs a page that is not in memory, it gets a copy on this thread. Errors: as read().
  template <class T, class See>
  Result<std::vector<std::pair<AccountId, T>>> of_accounts(const TenantId& tenant, const See& see) {
    std::vector<std::pair<AccountId, T>> all;
    std::size_t next = 0;
    do {
      std::vector<std::pair<AccountId, T>> some;
      std::size_t after = 0;
      std::vector<AccountId> met;
      std::vector<Account> apart;
      const auto walk = [&](const Shard& shard) {
        some.clear();
        met.clear();
        apart.clear();
        after = shard.walk(tenant, next, walk_step, [&](const Account& account) {
          if (shard.undurable() != 0) met.push_back(account.id);
          try {
            if (std::optional<T> its = see(account)) some.emplace_back(account.id, std::move(*its));
          } catch (const PageAway&) {
            apart.push_back(account);
          }
        });
      };
      const auto seen = read_durable(walk, [&](const Shard& shard) {
        return std::ranges::all_of(met, [&](const AccountId& one) { return is_durable(shard, tenant, one); });
      });
      if (!seen) return seen.error();
      for (Account& account : apart) {
        std::vector<Account> copy{std::move(account)};
        auto its =
            with_pages(tenant, copy, [&](const auto& copies) { return Result<std::optional<T>>(see(copies.front())); });
        if (!its) return its.error();
        if (*its) some.emplace_back(copy.front().id, std::move(**its));
      }
      std::ranges::move(some, std::back_inserter(all));
      next = after;
    } while (next != 0);
    std::ranges::sort(all, {}, &std::pair<AccountId, T>::first);
    return all;
  }
  /// Runs `see(copies)` on copies of a tenant's accounts, on this thread. If it needs a page that is not in memory, the
  /// page is read and `see` begins again: a few pages one by one, then all. An account whose page was saved after the
  /// copy is copied again. Errors: those of `see`; as read().
  template <class See>
  auto with_pages(const TenantId& tenant, std::vector<Account>& copies, const See& see)
      -> decltype(see(std::as_const(copies))) {
    for (std::uint32_t times = 0;; ++times) try {
        return see(std::as_const(copies));
      } catch (const PageAway& away) {
        if (const Status brought = bring_to(tenant, copies, away, times); !brought) return brought.error();
      }
  }
  /// The same for one account, at once and from any thread, as Shard::look. If `see` needs a page that is not in
  /// memory, it gets a copy with that page. False: ignore what `see` saw, and use read().
  template <class See>
  bool look(const TenantId& tenant, const AccountId& account, const See& see) const {
    if (!threaded() || !ours()) return false;
    try {
      return shard_.look(tenant, account, see) && ours();
    } catch (const PageAway&) {
      const std::optional<Account> whole = whole_copy(tenant, account);
      const auto see_whole = [&](const TenantState& state, const Account&, const Catalogs& catalogs) {
        see(state, *whole, catalogs);
      };
      return whole && shard_.look(tenant, account, see_whole) && ours();
    }
  }

  /// The position of the last entry that is known to be durable. From any thread.
  store::Position durable_position() const { return shard_.durable_position(); }

  /// Prefetches the memory that look() will read, as Shard::expect.
  void expect(std::span<const Shard::Whom> accounts) const {
    if (threaded()) shard_.expect(accounts);
  }

  /// Virtual clock only: runs all work that falls due up to and at `to`, with providers' answers, each at its own
  /// instant.
  void run_until(Instant to);
  Instant now() const;
  /// The clock of a host in real time.
  Clock& clock() { return clock_; }
  /// Virtual clock only: other work that happens at an instant, such as a webhook; asked before each step.
  std::function<Instant()> next_outside;
  std::function<void(Instant)> run_outside;

  /// The epoch under which this host owns the journal and the tenants are up; 0: it does not, or that is unknown, for
  /// example because the lease expired while the process slept. Does not block.
  store::Epoch owned_epoch() const { return ours() ? up_as_.load() : 0; }

  /// Starts to send effects; for a restored store.
  void start_sending();

  /// Makes all waiting entries durable and saves checkpoints, so that a start has nothing to replay; starts no more
  /// effects. Called by the destructor.
  void close();

 private:
  /// Of a durable account, with all its past. None: it cannot be had at once.
  std::optional<Account> whole_copy(const TenantId& tenant, const AccountId& account) const;
  /// For with_pages(). Errors: as read(); store_unavailable, when there is no such page.
  Status bring_to(const TenantId& tenant, std::vector<Account>& copies, const PageAway& away, std::uint32_t times);
  /// Reads these of its pages into a copy. False: some of it was saved after the copy was made. Errors: the store's.
  Result<bool> fill_in(const TenantId& tenant, Account& copy, const ObjectNames& names) const;
  /// What is damaged is made anew by the next start.
  Error not_brought(const Error& why) const;
  /// As brought to the shard. Errors: store_unavailable.
  Result<std::vector<Shard::Fetched>> fetch(const std::vector<Shard::Lacking>& lacking) const;
  /// On the thread that decides: nothing of that account waits for the disk.
  static bool is_durable(const Shard& shard, const TenantId& tenant, const AccountId& account) {
    return shard.look(tenant, account, [](const auto&, const auto&, const auto&) {});
  }
  /// Whether nobody else can answer for the shard now, by our lease of it.
  bool lease_good() const;
  /// The same, and nothing has shown that somebody else does.
  bool ours() const { return lease_good() && !shard_.lost(); }
  /// The lease counts from before the question that was answered with yes. With the lock held.
  void extend_lease(Instant asked_at);
  void renew_lease(std::unique_lock<std::mutex>& lock);
  /// With the lock held, and the shard lost: whether its owner still lives.
  void claim_again(std::unique_lock<std::mutex>& lock);
  /// Opens the shard and brings its tenants up; the lease begins.
  Status open_shard(Errors& problems);
  /// The same at a start; where it may stand by, the journal of somebody who is alive is a lost one.
  Status claim_first(Errors& problems);
  void start_threads();
  void take_back();
  bool threaded() const { return !options_.virtual_from.has_value(); }
  struct Deciding;
  struct Turn;
  void decide_loop();
  void wait_for_work(std::unique_lock<std::mutex>& lock, const Deciding& deciding);
  bool save_at_rest(std::unique_lock<std::mutex>& lock, const Deciding& deciding);
  Turn begin_turn();
  void work_on(Turn& turn, Deciding& deciding);
  void committed(const Turn& turn, Deciding& deciding);
  void end_turn(Turn& turn);
  bool commit_what_waits(std::unique_lock<std::mutex>& lock, const Turn& turn, Deciding& deciding);
  /// With the lock held: whether whoever reads may be answered, more commands may be taken, there is something to do,
  /// and nothing waits for the disk.
  bool may_read() const;
  bool has_room() const;
  bool has_work() const;
  bool is_idle() const;
  void commit_loop();
  void effect_loop();
  void wake_decider();
  void commit_inline();
  void commit_next(store::Row row);
  Shard::Cut cut_some(std::size_t most);
  void save_rest();
  void step_inline();
  store::Committed commit_until_known(const store::Row& row);
  void row_is(store::Committed outcome, const store::Row& row);
  /// Of a journal that cannot be written for longer than callers should wait, and of one that can be again.
  void note_outage(store::Committed outcome, Duration took);
  /// What providers say is kept until it can be written; all else is answered.
  void answer_in_outage(std::vector<Job> jobs);
  Job job_of(const Effect& effect, const ProviderReport& said) const;

  store::Store& store_;
  Policies& policies_;
  Providers& providers_;
  Options options_;
  Clock clock_;
  Shard shard_;
  Instant virtual_now_;
  std::vector<TenantSource> tenants_;
  Compile compile_;
  bool open_ = false;
  bool saving_ = false;                    ///< the decider's: a cut is with the committer
  store::Position may_wait_ = 1024;        ///< the decider's: entries that may wait for the disk
  Instant save_at_;                        ///< the decider's
  std::optional<store::Row> unknown_row_;  ///< formed, not known to be durable: only its own bytes may follow
  std::optional<Instant> failing_since_;   ///< the decider's, on the clock of monotonic()
  std::atomic<bool> outage_ = false;       ///< written by the decider
  std::vector<Job> kept_;                  ///< the decider's: what providers said in an outage

  static constexpr std::size_t walk_step = 256;  ///< accounts in a turn

  /// On the clock of monotonic(), in µs; `no_lease`: nobody can take the shard. Written with the lock held.
  static constexpr std::int64_t no_lease = INT64_MAX;
  std::atomic<std::int64_t> lease_until_ = no_lease;
  std::atomic<store::Epoch> up_as_ = 0;

  mutable std::mutex mutex_;  ///< of everything below
  std::condition_variable wake_decider_, wake_committer_, wake_effects_, wake_closer_;
  TenantQueues inbox_;
  std::deque<std::move_only_function<void(bool ours)>> readings_;
  std::deque<std::pair<std::uint64_t, Result<Answer>>> answers_;   ///< of plugins, by ticket
  std::deque<std::pair<std::uint64_t, PageReader::Pages>> pages_;  ///< that were away, by ticket
  std::optional<store::Row> row_;
  std::optional<std::pair<store::Committed, store::Row>> row_outcome_;  ///< with the row as it was tried
  Duration commit_took_, save_took_;                                    ///< the last ones
  std::optional<Shard::Cut> cut_;  ///< as of the row that is with the committer, or the last one
  std::optional<bool> cut_saved_;
  std::deque<Effect> effects_;
  std::size_t under_way_ = 0;  ///< effects begun and not ended
  store::Epoch epoch_ = 0;
  bool lease_wanted_ = false;  ///< somebody waits for it
  bool lease_lost_ = false;
  bool claimed_ = false;  ///< a lost shard's owner is gone: the decider may open it
  bool committing_ = false;
  bool decider_sleeps_ = false;
  bool closing_ = false;
  bool effects_closing_ = false;
  bool decided_all_ = false;
  bool start_sending_ = false;
  std::thread decider_, committer_, speaker_;
  std::unique_ptr<PluginPool> plugins_;           ///< none in virtual time
  std::unique_ptr<KeyEraser> eraser_;             ///< likewise: keys are erased in place
  std::unique_ptr<PageReader> page_reader_;       ///< likewise: pages are read in place
  std::unique_ptr<OldAnswerReader> old_answers_;  ///< likewise: the journal is read in place
};

}  // namespace florin::engine

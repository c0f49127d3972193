#pragma once

#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "domain/accounts/due.hpp"
#include "domain/catalog/command_rule.hpp"
#include "domain/catalog/name_index.hpp"
#include "domain/decision/world.hpp"
#include "domain/journal/journal.hpp"
#include "domain/ledger/check.hpp"
#include "engine/answered.hpp"
#include "engine/browser.hpp"
#include "engine/effects.hpp"
#include "engine/key_files.hpp"
#include "engine/key_runs.hpp"
#include "engine/key_window.hpp"
#include "engine/look_lock.hpp"
#include "engine/old_answers.hpp"
#include "engine/ports.hpp"
#include "engine/prefetch.hpp"
#include "engine/shard_mark.hpp"
#include "engine/slab.hpp"
#include "florin/commands.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// A command as it waits for its shard. What the host itself says comes as an entry's command with no window.
struct Job {
  TenantId tenant;
  AccountId account;
  Actor actor;
  std::string key;
  std::optional<Instant> asked_at;
  AnyCommand command;
  Reply reply;             ///< empty: nobody waits
  bool of_effect = false;  ///< what came of an effect that this shard handed out
  Way way = Way::outside;  ///< which way it came in: the shard's gate asks
  /// Of ApplyCatalog: the version as it is compiled. Its text is in the store already.
  std::shared_ptr<const Catalog> catalog{};
  std::optional<std::uint64_t> expects{};  ///< as in a Request
  /// What the command says of a person, as seal() made it: in the entry it stands instead.
  std::vector<Word> sealed{};
  std::string data_key{};
  Seldom<SealedBrowser> browser{};  ///< likewise, of the browser that asks for a payment
  /// Why it cannot be asked for as things stand now. A key that is known gets its first answer all the same.
  std::shared_ptr<const Error> unfit{};
  LookedUp looked{};  ///< for its key, by Shard::look_up
};

/// Seals what a command says of a person and of their browser, and what a report says the customer must do. Runs on the
/// caller's thread. Errors: no_random.
Status seal(Job& job);

/// Objects of a store by their names: from `from` up to but without `until`.
struct ObjectNames {
  std::string from, until;
};

/// Pages of accounts' and tenants' pasts as they were saved, by the names of their objects.
using SavedPages = boost::unordered_flat_map<std::string_view, const std::string*>;

/// A set of tenants, their whole state, and the one journal that continues it. Used by one thread at a time, but for
/// look(): it decides, applies and encodes; it never waits. docs/architecture.md
class Shard {
 public:
  struct Options {
    std::uint32_t number = 0;
    std::string opened_by;  ///< for the opening's entry: version and process
    Duration usage_window = engine::usage_window;
    Duration money_window = engine::money_window;
    bool sending = true;  ///< false after a restore: nothing leaves the host until it is told to
    /// Where keys go that are too many for memory. Left out: memory holds all.
    std::optional<KeyFiles::Options> key_files{};
    /// What the operator must hear of, as one sentence. Left out: it is a line on stderr.
    std::function<void(const std::string&)> alarm;
    /// Tests: changes what was decided before it is checked.
    std::function<void(Entry& entry, Beside* beside)> after_decision{};
  };
  Shard(store::Store& store, Policies& policies, Options options);
  ~Shard();

  /// Of a shard that was claimed, also of one that was lost. Loads checkpoints, replays what is newer, and makes its
  /// opening the first entry under a new epoch; until that is durable nothing is answered. Errors (it is lost): the
  /// store's; damaged_row; not_owner.
  Status open(Instant now);

  /// Brings a tenant up: versions that somebody may still be on are compiled from the store. A tenant that is new to
  /// the journal begins with `text` as its first version, as an entry; for any other `text` says nothing: a version
  /// comes into force by ApplyCatalog alone. Errors: the store's; those of `compile`.
  using CompileCatalog =
      std::function<Result<std::shared_ptr<const Catalog>>(std::uint32_t version, const std::string& text)>;
  Status add_tenant(const CompileCatalog& compile, const TenantId& tenant, std::string_view text, Instant now);
  /// The name of a text in the store.
  static std::string catalog_name(const TenantId& tenant, std::string_view text);
  /// The tenant exists in the journal or in the files, but may not run: everything asked of it is refused with `why`.
  void stop_tenant(const TenantId& tenant, Error why);

  /// Looks for their keys in files, on the caller's thread; from any. The thread that decides would else have to, for
  /// each that it does not find in memory.
  void look_up(std::span<Job> jobs) const;

  /// Decides one command as of `now`, after what fell due before it on its account. Its reply comes with durable().
  void take(Job job, Instant now);
  /// The same for many: a block of them is looked up before it is decided.
  void take(std::span<Job> jobs, Instant now);

  // ---- Plugins -------------------------------------------------------------------------------------------------
  // A decision that needs a plugin's answer is given up and made again from the start when the answer is there, on the
  // state of that moment: the command and the answers are kept, never a draft. Meanwhile only that account waits: what
  // names it queues in order of arrival. docs/decisions/0050-asking-plugins.md

  /// Asks one question elsewhere; its answer comes by answered() with the same ticket.
  using AskPlugin =
      std::function<void(std::uint64_t ticket, const TenantId&, std::uint32_t catalog, const Question& question)>;
  /// From now on a duplicate whose entry is durable is answered by `answer`. Until then the journal is read in place.
  using AnswerOld = std::function<void(store::Position, Reply)>;
  void answer_old_through(AnswerOld answer) { answer_old_ = std::move(answer); }

  /// From now on keys are erased by `erase`, which gives each erasure a number in order; `erased` is the number of the
  /// last that is done. Until then they are erased in place.
  using EraseKeys = std::function<std::uint64_t(std::vector<store::DataKeyRange>)>;
  using LastErased = std::function<std::uint64_t()>;
  void erase_through(EraseKeys erase, LastErased erased) {
    erase_ = std::move(erase);
    erased_ = std::move(erased);
  }

  /// From now on questions leave by `ask`. Until then a plugin is asked in place, and nobody waits.
  void ask_through(AskPlugin ask) { ask_ = std::move(ask); }
  /// An error is an outcome too: a command gets `plugin_failed` (an `ask_again` stays one), due work is tried again
  /// later. A ticket that nobody waits for is ignored.
  void answered(std::uint64_t ticket, Result<Answer> answer, Instant now);

  // ---- Pages that are away -------------------------------------------------------------------------------------
  // What is saved of an account's past leaves memory. A decision that looks at such a page is given up and made again
  // when it was brought, like one that asks a plugin; somebody who reads begins anew with it.
  // docs/decisions/0370-pages-on-disk.md

  /// Reads objects elsewhere; they come by brought() with the same ticket.
  using ReadPages = std::function<void(std::uint64_t ticket, std::vector<ObjectNames> names)>;
  /// From now on pages are read by `read`. Until then the store is asked in place, and nobody waits.
  void read_pages_through(ReadPages read) { read_pages_ = std::move(read); }
  void brought(std::uint64_t ticket, const Result<std::vector<store::Checkpoint>>& pages, Instant now);
  /// The mark of a store of which a page is damaged or missing.
  static constexpr std::string_view past_mark = "past";
  /// All pages of one account's past.
  static ObjectNames past_of(const TenantId& tenant, const AccountId& account);
  /// What to read for who looked at a page that is away, and was brought some so many times: a few one by one, for most
  /// look at one old order; then all.
  static ObjectNames pages_for(const TenantId& tenant, const AccountId& account, const PageAway& away,
                               std::uint32_t times);
  static constexpr std::uint32_t one_by_one = 6;
  /// Objects that say whose order these attempts are of, by their keys and by their processors' ids.
  static std::vector<std::string> refs_of(const TenantId& tenant, const Order& order);
  /// An account of which something is away.
  struct Lacking {
    TenantId tenant;
    AccountId account;
    std::uint32_t times_left = 0;  ///< as of then: what was read of it before it left once more is void
    std::string ref{};             ///< instead: the name of an object that says whose attempt it is
    ObjectNames names() const;
  };
  struct Fetched {
    Lacking of;
    std::vector<store::Checkpoint> pages;
  };
  /// Runs `read` with these pages, which leave again. Returns what it lacked: then what it saw is void. Errors:
  /// internal_fault, when it looked at something else than it was shown.
  Result<std::vector<Lacking>> read_with(const std::vector<Fetched>& pages,
                                         const std::function<void(const Shard&)>& read);

  /// A question is out, or a page is being read.
  bool asking() const { return !tickets_.empty(); }

  /// Decides what fell due by `now` on any account, earliest first, at most `most` entries. Returns how many.
  std::size_t take_due(Instant now, std::size_t most);

  /// Effects that are due by `now` of accounts whose facts are durable, each once until it is said what came of it.
  std::vector<Effect> take_effects(Instant now);
  /// Whether the attempt of that key is known; fills in where it belongs. For webhooks.
  bool find_attempt(const TenantId& tenant, const std::string& key, AccountId& account, OrderId& order,
                    std::uint32_t& attempt) const;
  /// The same for what its processor calls so, while it is open: a payment, or a method that is being saved.
  bool find_open_by_ref(const TenantId& tenant, const ProcessorId& processor, const std::string& ref,
                        AccountId& account, LookUp& asks) const;
  /// The same for a refund.
  bool find_refund(const TenantId& tenant, const std::string& key, AccountId& account, RefundId& refund) const;
  /// The same for a method that is being saved.
  bool find_saving(const TenantId& tenant, const std::string& key, AccountId& account, SavingId& saving) const;
  /// The order whose attempt a processor knows by this id of its own.
  bool find_by_ref(const TenantId& tenant, const ProcessorId& processor, const std::string& ref, AccountId& account,
                   OrderId& order) const;

  /// From now on effects are handed out; for a restored store.
  void start_sending();

  /// Something is to be done for every account of a tenant, after a new catalog, a lifted stop or start_sending().
  bool walking() const { return !walks_.empty(); }
  /// Does it for some of them.
  void walk_on(Instant now);

  /// The earliest instant at which take_due or take_effects would have something.
  Instant next_event() const;

  // ---- Commit --------------------------------------------------------------------------------------------------
  /// Entries that wait to be made durable and are in no row.
  store::Position waiting() const { return pending_.empty() ? 0 : last_ - head_.last; }
  /// Everything that waits as one row, formed once, not sealed yet. Only when no row is under way.
  store::Row gather();
  /// The row that was gathered last, as pack_and_seal() left it: the next one continues it.
  void sealed(const store::Row& row);
  /// All three, where one thread does everything.
  store::Row form();
  /// The row is durable: replies leave, and effects of its accounts may.
  void durable(const store::Row& row);
  /// The journal cannot be written for now: whoever waits is answered with `why`. What was decided stays, and is
  /// written as soon as it can be; the same key then finds it.
  void answer_waiting(const Error& why);
  /// Another owner has the journal: every reply that waits is an error, and nothing is taken any more.
  void lose(const Error& why);
  /// From any thread.
  bool lost() const { return lost_; }
  store::Epoch epoch() const { return head_.epoch; }

  // ---- Reading -------------------------------------------------------------------------------------------------
  const Account* account(const TenantId& tenant, const AccountId& account) const;
  const TenantState* tenant(const TenantId& tenant) const;
  const Catalogs* catalogs(const TenantId& tenant) const;
  std::vector<AccountId> accounts(const TenantId& tenant) const;
  std::vector<TenantId> tenants() const;
  /// Why nothing is decided and read of a tenant; nullptr: it is up, or not there.
  const Error* stopped(const TenantId& id) const;
  /// An account that is set aside as it would be if it were released now. Errors: not_set_aside; facts_fit, or the rule
  /// that is broken, when it still does not hold.
  Result<Account> as_released(const TenantId& tenant, const AccountId& account) const;
  /// Reports that were kept for it meanwhile, and wait for its release.
  std::size_t kept_reports(const TenantId& tenant, const AccountId& account) const;
  /// Some accounts of a tenant in the order in which they were opened: at most `most` from the `from`-th on. Returns
  /// where the next begin; 0: there are no more.
  std::size_t walk(const TenantId& tenant, std::size_t from, std::size_t most,
                   const std::function<void(const Account&)>& see) const;
  /// The tenants are up: from now on look() may see them, until the shard is lost.
  void let_look() { may_look_ = true; }
  /// From any thread, beside the one that decides: runs `see(state, account, catalogs)` on an
  /// account of which everything is durable. Of the tenant's state it may read what the tenant's own entries change.
  /// False, and nothing was seen, when something of it waits for the disk, or it is not there: then the shard's own
  /// thread has to be asked.
  template <class See>
  bool look(const TenantId& tenant, const AccountId& account, const See& see) const {
    const std::shared_lock frame(frame_);
    if (!may_look_) return false;
    const Tenant* found = find_tenant(tenant);
    if (found == nullptr || found->stopped || found->catalogs.versions.empty()) return false;
    const std::uint32_t name = name_of(seed_of(tenant), account);
    if (const std::uint32_t likely = names_.likely(name); likely != NameIndex::none)
      prefetch(held_[likely].account, false);
    const Held* held = find(*found, account, name);
    if (held == nullptr) return false;
    const std::shared_lock contents(lock_of(*held));
    prefetch_all_behind(held->account);
    if (durable_ < std::max(held->account.position, found->own_position)) return false;
    see(found->state, held->account, found->catalogs);
    return true;
  }
  struct Whom {
    const TenantId& tenant;
    const AccountId& account;
  };
  static constexpr std::size_t block = 16;
  /// Asks for the memory that look() will see of these, at most a block of them. From any thread.
  void expect(std::span<const Whom> accounts) const;
  /// Calls `then` with true once everything read so far is durable; with false when it never will be.
  void when_durable(std::move_only_function<void(bool durable)> then);
  store::Position durable_position() const { return durable_; }
  /// Entries that are decided and not durable.
  store::Position undurable() const { return last_ - durable_; }

  struct Cut {
    std::vector<store::Checkpoint> objects;
    store::Position floor = 0;
  };
  /// Entries that a start would have to fold now, were everything that is cut saved.
  store::Position behind() const;
  /// Something changed that is in no cut yet.
  bool uncut() const { return !changed_accounts_.empty() || !changed_tenants_.empty(); }
  /// What changed and was not cut yet, the oldest change first, at most `most` accounts with their tenants; as of the
  /// last entry, so that it may be saved once that is durable. Only when all of it is in a formed row, and the cut
  /// before it is saved.
  Cut cut(std::size_t most = SIZE_MAX);
  /// Whether the last cut was saved; if not, a later one has it.
  void saved(bool done);

 private:
  struct Tenant;
  struct Held {  ///< an account with what the shard keeps of it
    Account account;
    Tenant* tenant = nullptr;
    Instant event_at = never;          ///< as it stands in events_
    store::Position changed_from = 0;  ///< the first change that is in no cut; 0: there is none
    bool stuck = false;                ///< what is due was refused: tried again after the next change
    bool waits = false;                ///< it has a slot: a plugin is asked, or failed what is due
    bool aside = false;                ///< it is set aside: see aside_
    bool has_checkpoint = false;       ///< in a cut, or in the store
    std::uint32_t under_way = 0;       ///< effects handed out and not yet said what came of them
    bool brought = false;              ///< it is in brought_
    bool reads_for_effects = false;    ///< what it is to send waits for a page
    std::uint32_t times_left = 0;      ///< that pages of it have left memory
    journal::AccountPages saved{};     ///< pages of its past that a cut has
  };
  struct Tenant {
    Catalogs catalogs;
    TenantState state;
    std::vector<Held*> accounts;  ///< in the order in which they came
    std::optional<Error> stopped;
    store::Position changed_from = 0;    ///< as of an account
    Pages<ReceiptId> saved{};            ///< pages of its `identified` that a cut has
    bool has_checkpoint = false;         ///< in a cut, or in the store
    store::Position own_position = 0;    ///< of the last entry that was about none of its accounts
    std::size_t parked = 0;              ///< commands that wait for a plugin, or behind one that does
    std::size_t asking = 0;              ///< questions that are out
    std::deque<std::uint64_t> unsent{};  ///< tickets beyond `most_asking`
  };
  /// Answers of a decision so far, each with the question that it answers; one question more while that is out.
  struct Known {
    std::uint32_t catalog = 0;  ///< the version under which they were given
    std::uint32_t restarts = 0;
    std::vector<Question> questions{};
    std::vector<Answer> answers{};
    std::vector<ObjectNames> pages{};  ///< that have to be brought first
    std::uint32_t times_brought = 0;
  };
  /// A command on its way to being decided.
  struct Pending {
    Job& job;
    bool of_host = false;
    Instant asked_at;
    Instant at = never;  ///< never: it was not decided yet
    KeyWindow::Digest key{};
    std::uint32_t content = 0;
    Known known{};
    std::vector<Reply> joined{};  ///< of the same command, asked for again meanwhile
  };
  using ReservedKey = std::array<std::uint64_t, 3>;
  using SlotName = std::pair<Tenant*, AccountId>;  ///< by name: an import asks before there is an account
  struct Parked {
    explicit Parked(Job taken) : job(std::move(taken)) {}
    Job job;
    Pending pending{.job = job};
    Tenant* tenant = nullptr;
    std::uint64_t ticket = 0;       ///< of the question that is out; 0: there is none
    std::vector<SlotName> slots{};  ///< of both accounts of a transfer
    ReservedKey reserved{};
  };
  /// What waits on one account. A command runs when it is first in every slot that it is in; what is due goes before.
  struct Slot {
    std::deque<std::shared_ptr<Parked>> queue{};
    struct Due {
      Known known{};
      std::uint64_t ticket = 0;
    };
    std::optional<Due> due{};
    std::uint32_t failures = 0;  ///< of what is due, one after another
    Instant retry_at = never;    ///< when what is due is tried again; never: it is not held
    Error why{};                 ///< of the last failure
    bool held() const { return retry_at != never; }
  };
  struct Ticket {
    Tenant* tenant = nullptr;
    std::shared_ptr<Parked> parked;  ///< null: due work
    SlotName slot;
    bool of_effects = false;  ///< of what the slot's account is to send
  };
  struct Releases {  ///< of a command that takes an account back in
    Held* account = nullptr;
    std::optional<Account> as_it_will_be{};
  };
  enum class Advanced : std::uint8_t { all, asks, held };
  enum class Ran : std::uint8_t { through, asks, behind_due };
  struct Waiting {
    std::shared_ptr<const Entry> entry;  ///< null: its Asker has noted what it needs of it
    Reply reply;
    std::vector<std::string> ended;  ///< keys of what it has ended: they go once it is durable
  };
  struct Address {  ///< of a command: found and asked for before any of its block is decided
    Tenant* tenant = nullptr;
    std::uint64_t seed = 0;  ///< of the names of the tenant's accounts
    std::uint32_t name = 0;  ///< hash in names_
    KeyWindow::Digest key;
    Held* likely = nullptr;
    PriceAhead price;
  };

  LookLock& lock_of(const Held& held) const {
    return account_locks_[reinterpret_cast<std::uintptr_t>(&held) / 1'024 % account_locks_.size()];
  }
  Tenant& tenant_of(const TenantId& id);
  Tenant* find_tenant(const TenantId& id) const;
  /// In names_ an account's name is hashed with its tenant's, which stands in every command: no tenant is waited for.
  static std::uint64_t seed_of(const TenantId& tenant);
  static std::uint32_t name_of(std::uint64_t seed, const AccountId& id);
  Held* find(const Tenant& tenant, const AccountId& id, std::uint32_t name) const;
  Held* find(const Tenant& tenant, const AccountId& id) const {
    return find(tenant, id, name_of(seed_of(tenant.state.id), id));
  }
  Held& held_as(Tenant& tenant, const AccountId& id);
  Address address_of(const Job& job, const Job* before, const Address& its) const;
  void take_at(const Address& address, Job& job, Instant now);
  /// Fills in what follows; false: the last question of `known` has to be answered first. Errors: plugin_failed.
  Result<bool> decide_into(Tenant& tenant, const Account& account, Entry& entry, Known& known,
                           const Account* other = nullptr, Seldom<Beside>* beside = nullptr);
  /// Decides what fell due on this account by `now`, at most `left` entries.
  Advanced advance(Held& held, Instant now, std::size_t& left);
  /// Decides a command, after what is due on the accounts that it names, unless somebody has to be waited for.
  Ran run(Tenant& tenant, Held* held, Held* other, Pending& pending, Instant now);
  Ran decide_command(Tenant& tenant, Held* held, Held* other, Pending& pending, Instant now);
  /// With nothing in it that follows from the command.
  std::shared_ptr<Entry> entry_of(Pending& pending, const Tenant& tenant);
  void append_command(Tenant& tenant, Held* held, Held* other, Pending& pending, std::shared_ptr<Entry> made,
                      Seldom<Beside> beside, Releases releases, Instant now);
  void fail(Held* held, Pending& pending, const Error& why);
  /// Of the command, and of those who asked for the same meanwhile.
  static Reply reply_of(Pending& pending);

  Slot* slot_of(const SlotName& name);
  Slot* slot_of(const Held& held) { return slot_of(SlotName{held.tenant, held.account.id}); }
  Slot& make_slot(const SlotName& name);
  /// Whether what comes for this account must queue.
  bool is_busy(const SlotName& name, const Held* held);
  void park(Tenant& tenant, Pending& pending, Ran ran);
  void send(Ticket what, std::uint64_t& ticket);
  void dispatch(std::uint64_t ticket);
  /// Takes it from those that are out; the next one leaves.
  std::optional<Ticket> end_ticket(std::uint64_t ticket);
  /// Answers of another catalog are void. False: it was changed too often.
  static bool still_counts(const Tenant& tenant, Known& known);
  void answer_command(const std::shared_ptr<Parked>& parked, Result<Answer> answer);
  void answer_due(const SlotName& name, Result<Answer> answer, Instant now);
  void ask_for_due(Held& held, Known& known);
  void hold_due(Held& held, const Error& why, Instant now);
  void due_is_decided(Held& held, Slot& slot);
  /// When what is due may be decided, of an account that has a slot. Never: a plugin or a command before it comes
  /// first.
  Instant due_event(const Held& held) const;
  void leave_slots(Parked& parked);
  void go_on(Instant now);
  bool may_run(const Parked& parked);
  void run_queue(const SlotName& name, Instant now);
  void drop_parked(const Error& why);
  static ReservedKey reserved_key(const Pending& pending);
  static Answer heard(const Tenant& tenant, const Known& known, Result<Answer> answer);
  static PluginFailed failed_answer(const Tenant& tenant, const Question& question, const Error& why);
  void expect_trouble(Held& held, Instant now);
  void no_trouble(Held& held, const Entry& entry, Instant now);
  Instant quiet_until(const Held& held) const {
    const auto trouble = troubled_.find(&held);
    return trouble == troubled_.end() ? Instant() : trouble->second.quiet_until;
  }
  // ---- Pages that are away: shard_past.cpp
  /// Notes what has to be brought before that decision can be made. False: it is there now. Errors: the store's.
  Result<bool> want(const PageAway& away, Held* held, Held* other, Known& known);
  /// What `make` gives at a start, which waits for the store: once more with what it looked at. Throws PageAway: that
  /// is not there.
  template <class Make>
  auto with_pages_of(const Held& held, const Make& make) {
    for (std::uint32_t times = 0;; ++times) try {
        return make();
      } catch (const PageAway& away) {
        const ObjectNames names = pages_for(held.tenant->state.id, held.account.id, away, times);
        if (times > one_by_one || !bring_in_place({&names, 1})) throw;
      }
  }
  Status bring(std::span<const store::Checkpoint> pages);
  Status bring_in_place(std::span<const ObjectNames> names);
  /// Everything of its past, at once, where nobody can wait.
  void make_whole(Held& held);
  void brought_for_command(const std::shared_ptr<Parked>& parked, const Status& brought);
  void brought_for_due(const SlotName& name, const Status& brought, Instant now);
  /// What of its past is saved leaves memory, unless it is needed there.
  void put_away(Held& held);
  void put_away_brought();
  void forget_attempts(Held& held, std::span<const SharedList<Order>> pages);
  /// The next start reads and checks all pages.
  void note_damage();
  /// Keys of attempts that are away, in the cut with their pages.
  void add_refs(Cut& cut, const Held& held);
  /// Whose attempt has such a digest. Throws PageAway: it has to be asked of the store.
  using Digest = std::pair<std::uint64_t, std::uint64_t>;
  Held* holder_of(const Digest& digest) const;
  Held* holder_in(std::span<const store::Checkpoint> refs) const;
  /// As somebody who reads gets to see it.
  const Account& shown(const Held& held) const;
  std::vector<Effect> effects_of(Held& held, Instant now);

  // ---- Accounts that are set aside: set_aside.cpp
  struct Aside {
    store::Position from = 0;  ///< nothing of the account's entries from here on reached its state
    std::vector<std::pair<store::Position, std::shared_ptr<const Entry>>> kept;  ///< these entries
  };
  struct Misfit {  ///< an entry whose facts do not fit, found at a start
    store::Position position = 0;
    std::string text;
  };
  /// As decide_into, and checks what was decided before anything is remembered or appended. Errors: as decide_into;
  /// internal_fault: it would break the books, and the account at fault is set aside.
  Result<bool> decide_checked(Tenant& tenant, Held* held, const Account& account, Entry& entry, Known& known,
                              Held* other = nullptr, Seldom<Beside>* beside = nullptr);
  /// One try of it. Throws PageAway.
  Result<bool> decide_here(Tenant& tenant, Held* held, const Account& account, Entry& entry, Known& known, Held* other,
                           Seldom<Beside>* beside);
  /// Sets aside the account of each fault. Returns internal_fault, which names the first one.
  Error internal_fault(Tenant& tenant, const Entry& entry, Held* held, const std::optional<Fault>& fault, Held* other,
                       const std::optional<Fault>& of_other);
  void set_aside(Tenant& tenant, Held& held, const std::string& rule, const std::string& text, store::Position from);
  void mark_aside(Held& held, store::Position from);
  void mark_listed();
  /// A command on such an account: an error, but for what a processor reports, which is kept.
  void take_aside(Tenant& tenant, Held& held, Pending& pending, Instant now);
  /// Throws PageAway.
  Result<Account> released(const Held& held) const;
  /// Fills in how the account will be. False: pages of it have to be brought first. Errors: as released(); the store's.
  Result<bool> plan_release(Releases& releases, Known& known);
  void release(Tenant& tenant, Held& held, Account account, Instant now);
  /// The account whose release closing this item is; nullptr: it is another difference.
  Held* released_by(Tenant& tenant, const AnyCommand& command) const;
  /// Whether the entry is not to reach its account; then it is kept.
  bool replays_aside(Tenant& tenant, Held& held, const Entry& entry, store::Position position, bool tenant_has_it);
  void replay_listing(Tenant& tenant, const Entry& entry, store::Position position);
  void list_misfits();
  void alarm(const std::string& line) const;

  void append(Tenant* tenant, Held* held, std::shared_ptr<Entry> entry, Reply reply, std::string data_key = {},
              Seldom<SealedBrowser> browser = {});
  void append_both(Tenant& tenant, Held& held, std::shared_ptr<Entry> entry, Reply reply, Held& other, Beside beside);
  /// Keys of a window, with what of them is saved.
  struct Keys {
    KeyWindow window;
    KeyRuns runs;
  };
  std::unique_ptr<KeyFiles> files_for(Duration window) const;
  Keys& keys_for(const AnyCommand& command);
  const Keys& keys_for(const AnyCommand& command) const;
  void remember_key(const AnyCommand& command, KeyWindow::Digest key, KeyWindow::Use use, Instant now);
  void schedule(Held& held);
  void changed(Tenant& tenant, store::Position position);
  void changed(Held& held, store::Position position);
  /// The tenant as of now, in its objects.
  void add_checkpoint(Cut& cut, Tenant& tenant);
  void doubt_started(Tenant& tenant, Instant now, const Held* only = nullptr);
  enum class Walk : std::uint8_t { unstick, resume_charges, start_sending };
  /// For every account of the tenant; not at once, where plugins are asked elsewhere: somebody else may be waiting.
  void begin_walk(Tenant& tenant, Walk what, Instant now);
  void walk(std::span<Held* const> accounts, Walk what, Instant now);
  void unstick(Held& held);
  void erase(const TenantId& tenant, const AccountId& account, store::Position position);
  void erase_again(const std::vector<ShardMark::Erasure>& erasures);
  std::vector<std::string> actions_of(const Held& held) const;
  void keep_action_key(const Held* held, std::string name, std::string key);
  void erase_actions(const std::vector<std::string>& keys);
  void drop_left_actions();
  void answer_again(store::Position position, Reply reply);
  class Duplicate;
  static Reply only_if_asked(Job& job, const Tenant& tenant, const Account& account);
  /// Whose attempt, refund or saving has this key; nullptr: none of the tenant's.
  const Account* holder_of(const TenantId& tenant, const std::string& key) const;
  void forget();
  Status recover();
  /// `whole`: with all that is away, for an earlier version wrote a checkpoint.
  Status recover_once(bool whole);
  Status take_checkpoints(const std::vector<store::Checkpoint>& objects, bool whole);
  Status take_accounts(std::span<const store::Checkpoint* const> accounts, const SavedPages& pages, bool whole);
  /// What was saved with these. Errors: damaged_checkpoint, when some of them are not there.
  Result<ShardMark> mark_of(const std::vector<store::Checkpoint>& objects) const;
  ShardMark mark_now(store::Position floor);
  bool in_checkpoints(const Entry& entry, store::Position position) const;
  Status replay(store::Position floor);
  /// Errors: facts_fit, and the account is noted as a misfit.
  Status replay_entry(const Entry& entry, store::Position position, store::Position floor);
  /// With the pages that its facts look at. Throws what apply() throws.
  void replay_facts(Held& held, TenantState& tenant, const Entry& entry, store::Position position);
  void remember_attempts(Held& held);
  /// Those that these facts of it start, or for which a processor names an id of its own.
  void remember_attempts(Held& held, const Facts& facts);
  /// Of an attempt or a saving.
  template <class Asked>
  void remember_ref(Held& held, const Asked& asked);

  store::Store& store_;
  Policies& policies_;
  Options options_;
  boost::unordered_flat_map<std::string, std::unique_ptr<Tenant>> tenants_;
  /// Whoever changes something takes these; the thread that decides reads without them. The frame is all but what is
  /// inside of accounts: which there are, the tenants' own state and their catalogs.
  mutable LookLock frame_;
  std::atomic<bool> may_look_ = false;
  mutable std::array<LookLock, 64> account_locks_;  ///< each of many accounts
  Slab<Held> held_;                                 ///< accounts of all tenants
  NameIndex names_;                                 ///< into held_
  using Event = std::pair<Instant, Held*>;
  struct Sooner {  ///< of one instant by tenant and account, so that the same accounts make the same books
    bool operator()(const Event& a, const Event& b) const;
  };
  std::set<Event, Sooner> events_;
  const std::unique_ptr<KeyFiles> usage_files_, money_files_;  ///< none: memory holds all keys
  Keys usage_keys_;
  Keys money_keys_;
  struct Trouble {
    std::uint32_t times = 0;
    Instant quiet_until;  ///< till then no effect of the account is handed out
  };
  boost::unordered_flat_map<const Held*, Trouble> troubled_;  ///< reports of whose effects could not be taken
  boost::unordered_flat_set<std::string> unanswered_;         ///< keys handed out of which no report was taken
  /// Of attempts, refunds and savings: by digests of provider keys and of processors' own ids.
  boost::unordered_flat_map<std::pair<std::uint64_t, std::uint64_t>, Held*> attempts_;

  struct Walking {
    Tenant* tenant = nullptr;
    Walk what = Walk::unstick;
    std::size_t next = 0;
  };
  std::deque<Walking> walks_;
  AskPlugin ask_;
  ReadPages read_pages_;
  std::vector<Held*> brought_;                ///< of whose past something was brought
  mutable std::vector<const Held*> lacking_;  ///< that were shown to who reads, and are not whole
  mutable std::optional<std::string> lacking_ref_;
  boost::unordered_flat_map<std::string, Held*> looked_up_;  ///< objects that say whose attempt it is; null: nobody's
  EraseKeys erase_;
  LastErased erased_;
  struct Erasing {
    ShardMark::Erasure of;
    bool documented = false;   ///< somebody got a document: its addressee stays known as long as law wants it
    std::uint64_t number = 0;  ///< as `erase_` gave it; 0: it was not asked to, or in place it could not be done
  };
  std::deque<Erasing> erasing_;  ///< not known to be done
  AnswerOld answer_old_;
  OldAnswers old_answers_{store_, options_.number};  ///< where `answer_old_` is none
  std::map<SlotName, Slot> slots_;                   ///< of accounts for which a plugin is asked, or failed
  std::map<std::uint64_t, Ticket> tickets_;          ///< questions that are out
  std::uint64_t last_ticket_ = 0;
  std::map<ReservedKey, std::shared_ptr<Parked>> reserved_;  ///< by the keys of commands that wait
  std::deque<SlotName> ready_;                               ///< slots in which the first may run now

  boost::unordered_flat_map<Held*, Aside> aside_;
  std::map<std::pair<TenantId, AccountId>, Misfit> misfits_;  ///< of this start

  // Of changes that are in no cut, by the position of the first. A tenant that went along with one of its accounts
  // stays in its place until its turn comes.
  std::deque<Held*> changed_accounts_;
  std::deque<Tenant*> changed_tenants_;
  std::vector<std::pair<Held*, store::Position>>
      cut_accounts_;  ///< of the cut that is being saved, as they stood there
  std::vector<std::pair<Tenant*, Pages<ReceiptId>>> tenant_pages_before_;
  std::vector<journal::AccountPages> pages_before_;  ///< of each of these, as the cut before it had them
  std::vector<std::pair<Tenant*, store::Position>> cut_tenants_;
  std::vector<Held*> rewritten_;       ///< of this start: what is saved of them is of an earlier version
  std::vector<Held*> first_accounts_;  ///< that had no checkpoint before that cut
  std::vector<Tenant*> first_tenants_;
  std::uint64_t accounts_saved_ = 0, tenants_saved_ = 0;  ///< those that have a checkpoint

  store::Head head_;  ///< of the last formed row
  store::Epoch epoch_before_ = 0;
  store::Position last_ = 0;  ///< of the last entry taken
  std::atomic<store::Position> durable_ = 0;
  Instant last_at_;                           ///< journal time never runs back
  std::string pending_;                       ///< encoded entries that wait
  std::vector<store::DataKey> pending_keys_;  ///< of what these seal
  std::deque<Waiting> tail_;                  ///< entries after durable_
  std::shared_ptr<Entry> spare_;              ///< nobody's any more: the next command's, with the memory that it has
  std::deque<std::pair<store::Position, std::move_only_function<void(bool durable)>>> readers_;
  std::atomic<bool> lost_ = false;
};

}  // namespace florin::engine

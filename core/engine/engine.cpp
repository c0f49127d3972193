#include "engine/engine.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iterator>
#include <latch>
#include <system_error>

#include "domain/journal/journal.hpp"
#include "engine/actions.hpp"
#include "engine/row.hpp"
#include "florin/tell_operator.hpp"

namespace florin::engine {

namespace {

/// Never set, and goes on while the machine sleeps: what a lease is counted on.
Instant monotonic() { return machine_clock(); }

Error not_written(const store::Store& store) {
  return {.code = "store_unavailable",
          .message = "the journal cannot be written now; ask again with the same key (" + store.last_problem() + ")"};
}
const Error missing_page{.code = "damaged_checkpoint", .message = "a page of an account's past is not in the store"};
const Error not_ours{.code = "ask_again", .message = "this host does not own the journal any more"};

/// How many commands or due entries are decided before the next row is looked at.
constexpr std::size_t commands_a_turn = 4096;
/// Of a turn, for one tenant, in debits: about a tenth of a millisecond.
constexpr std::size_t tenant_share = 64;
/// Decided entries that may wait for the disk: twice the last row, within these limits. Beyond that no more commands
/// are taken: the queues fill, and callers get `busy`. So a slow disk gets longer rows instead of fewer entries.
constexpr store::Position least_undurable = 1024, most_undurable = 8192;
/// A caller that just got an answer usually sends its next command immediately. A row with fewer entries than there
/// were answers waits for these callers, but no longer than this share of a commit: 16 callers then share one sync
/// instead of two. docs/decisions/0021-hot-path.md
constexpr std::int64_t gather_share = 4;
constexpr Duration longest_gathering{1'000};
/// The share of a turn for due work, so that renewals advance under a load of commands.
constexpr std::size_t due_share = 64;
/// Checkpoints are made after this time without commands, otherwise once in the second time.
constexpr Duration rest{200'000};
constexpr Duration longest_unsaved{1'000'000};
/// How long callers wait for a journal that cannot be written, before they get an error.
constexpr Duration longest_unwritten{2'000'000};
/// Accounts in one checkpoint. A commit behind it waits for it.
constexpr std::size_t share_at_rest = 2048, share_when_busy = 256, share_when_behind = 512;
/// Entries that a start may have to fold. With more, the next checkpoint comes once saving has taken this share of the
/// time, so that the floor follows at any load.
constexpr store::Position most_behind = 200'000;
constexpr std::int64_t saving_share = 5;

}  // namespace

Engine::Engine(store::Store& store, Policies& policies, Providers& providers, Options options)
    : store_(store),
      policies_(policies),
      providers_(providers),
      options_(std::move(options)),
      shard_(store_, policies_, options_.shard),
      virtual_now_(options_.virtual_from.value_or(Instant())),
      inbox_(options_.most_waiting, tenant_share) {
  if (!options_.fatal)
    options_.fatal = [](const std::string& why) {
      tell_operator(why);
      std::abort();
    };
}

Engine::~Engine() { close(); }

Status Engine::open(std::vector<TenantSource> tenants, Compile compile, Errors& problems) {
  tenants_ = std::move(tenants);
  compile_ = std::move(compile);
  if (threaded()) {
    plugins_ =
        std::make_unique<PluginPool>(policies_, options_.plugins, [this](std::uint64_t ticket, Result<Answer> answer) {
          const std::lock_guard lock(mutex_);
          answers_.emplace_back(ticket, std::move(answer));
          wake_decider();
        });
    shard_.ask_through([this](std::uint64_t ticket, const TenantId& tenant, std::uint32_t catalog,
                              const Question& question) { plugins_->ask(ticket, tenant, catalog, question); });
  }
  if (threaded()) {
    eraser_ = std::make_unique<KeyEraser>(store_, options_.shard.number);
    page_reader_ = std::make_unique<PageReader>(store_, options_.shard.number,
                                                [this](std::uint64_t ticket, PageReader::Pages pages) {
                                                  const std::lock_guard lock(mutex_);
                                                  pages_.emplace_back(ticket, std::move(pages));
                                                  wake_decider();
                                                });
    shard_.read_pages_through(
        [this](std::uint64_t ticket, std::vector<ObjectNames> names) { page_reader_->read(ticket, std::move(names)); });
    old_answers_ = std::make_unique<OldAnswerReader>(store_, options_.shard.number);
    shard_.answer_old_through(
        [this](store::Position position, Reply reply) { old_answers_->answer(position, std::move(reply)); });
    shard_.erase_through([this](std::vector<store::DataKeyRange> keys) { return eraser_->erase(std::move(keys)); },
                         [this] { return eraser_->done(); });
  }
  if (const auto claimed = claim_first(problems); !claimed) return claimed.error();
  open_ = true;
  commit_inline();
  if (threaded()) start_threads();
  return Done{};
}

/// All, or none: what has begun writes what there is to write, and ends.
void Engine::start_threads() try {
  committer_ = std::thread([this] { commit_loop(); });
  decider_ = std::thread([this] { decide_loop(); });
  speaker_ = std::thread([this] { effect_loop(); });
} catch (const std::system_error&) {
  close();
  throw;
}

Status Engine::claim_first(Errors& problems) {
  Status opened = store_.claim(options_.shard.number);
  if (opened) opened = open_shard(problems);
  if (opened || !options_.stand_by || !threaded() || !store_.lease()) return opened;
  if (opened.error().code != "already_open" && opened.error().code != "not_owner") return opened;
  shard_.lose(not_ours);
  lease_lost_ = true;
  lease_until_ = 0;
  return Done{};
}

Status Engine::open_shard(Errors& problems) {
  if (const auto opened = shard_.open(now()); !opened) return opened.error();
  // Many tenants may take longer than a lease: whoever waits for the shard is shown that somebody is at work.
  Instant shown_at = monotonic();
  const auto show = [&](Duration after) -> Status {
    if (!threaded() || !store_.lease() || monotonic() < shown_at + after) return Done{};
    shown_at = monotonic();
    return store_.renew(options_.shard.number, shard_.epoch());
  };
  for (const TenantSource& source : tenants_) {
    if (const Status ours = show(Duration{store_.lease().value_or(Duration()).us / 3}); !ours) return ours;
    if (source.stopped) {
      // Files that cannot be read change nothing of a tenant that runs on a version of the journal.
      const TenantState* known = shard_.tenant(source.id);
      problems.push_back(*source.stopped);
      if (known == nullptr || known->catalog == 0) {
        shard_.stop_tenant(source.id, *source.stopped);
        continue;
      }
    }
    const auto compile_one = [&](std::uint32_t version, const std::string& text) {
      return compile_(source.id, version, text);
    };
    if (const auto added = shard_.add_tenant(compile_one, source.id, source.text, now()); !added) {
      shard_.stop_tenant(source.id, added.error());
      problems.push_back(added.error());
    }
  }
  if (threaded() && store_.lease()) {
    if (const Status ours = show(Duration()); !ours) return ours;
    const std::lock_guard lock(mutex_);
    epoch_ = shard_.epoch();
    lease_until_ = (shown_at + *store_.lease()).us;
    lease_lost_ = false;
  }
  up_as_ = shard_.epoch();
  shard_.let_look();
  return Done{};
}

/// Its owner of last is not alive. What was lost is read anew, and the new opening fences whoever had it.
void Engine::take_back() {
  Errors problems;  // each stops its tenant, which says so
  if (const auto opened = open_shard(problems); !opened) shard_.lose(not_ours);
}

Instant Engine::now() const { return threaded() ? clock_.now() : virtual_now_; }

// ---- Commands in -----------------------------------------------------------------------------------------------

void Engine::submit(Job job) {
  std::vector<Job> one;
  one.push_back(std::move(job));
  submit(std::move(one));
}

void Engine::submit(std::vector<Job> jobs) {
  std::erase_if(jobs, [](Job& job) {
    const Status sealed = seal(job);
    if (!sealed && job.reply) job.reply(sealed.error());
    return !sealed;
  });
  shard_.look_up(jobs);
  if (!threaded()) {
    shard_.take(jobs, virtual_now_);
    step_inline();
    if (unknown_row_) shard_.answer_waiting(not_written(store_));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (!closing_ && inbox_.add(jobs)) return wake_decider();
  }
  for (Job& job : jobs)
    if (job.reply) job.reply(Error{.code = "busy", .message = "too many commands are waiting: send it again"});
}

/// With the lock held. A thread that is awake sees the work before it sleeps.
void Engine::wake_decider() {
  if (decider_sleeps_) wake_decider_.notify_one();
}

Result<Answered> Engine::submit_and_wait(Job job) {
  std::vector<Job> one;
  one.push_back(std::move(job));
  return std::move(submit_and_wait(std::move(one)).front());
}

namespace {

/// Whoever asked sleeps until the last answer is there.
class Sleeper : public Asker {
 public:
  explicit Sleeper(std::size_t count)
      : answers_(count, Result<Answered>(Answered())), left_(static_cast<std::ptrdiff_t>(count)) {}

  void answer(std::uint32_t place, Result<Answered>&& answered) override {
    answers_[place] = std::move(answered);
    left_.count_down();
  }
  std::vector<Result<Answered>> wait() {
    left_.wait();
    return std::move(answers_);
  }

 private:
  std::vector<Result<Answered>> answers_;
  std::latch left_;
};

}  // namespace

std::vector<Result<Answered>> Engine::submit_and_wait(std::vector<Job> jobs) {
  const auto sleeper = std::make_shared<Sleeper>(jobs.size());
  for (std::uint32_t place = 0; place < jobs.size(); ++place) jobs[place].reply = Reply(sleeper, place);
  submit(std::move(jobs));
  return sleeper->wait();
}

Status Engine::read(const std::function<void(const Shard&)>& read) { return read_durable(read, {}); }

namespace {

/// All of it was fetched, has not left since, and is lacking still.
bool is_missing(const std::vector<Shard::Lacking>& lacking, const std::vector<Shard::Fetched>& fetched) {
  return std::ranges::all_of(lacking, [&](const Shard::Lacking& one) {
    return std::ranges::any_of(fetched, [&](const Shard::Fetched& known) {
      return known.of.tenant == one.tenant && known.of.account == one.account &&
             known.of.times_left == one.times_left && known.of.ref == one.ref;
    });
  });
}

}  // namespace

Status Engine::read_durable(const std::function<void(const Shard&)>& read,
                            const std::function<bool(const Shard&)>& is_durable) {
  if (!threaded()) {
    commit_inline();
    if (shard_.lost()) return not_ours;
    if (const auto seen = shard_.read_with({}, read); !seen) return seen.error();
    if (unknown_row_ && !(is_durable && is_durable(shard_))) return not_written(store_);
    return Done{};
  }
  Result<std::vector<Shard::Lacking>> lacking{std::vector<Shard::Lacking>()};
  std::vector<Shard::Fetched> fetched;
  for (;;) {
    std::promise<bool> done;
    const auto on_shard = [&](bool ours) {
      if (!ours) return done.set_value(false);
      lacking = shard_.read_with(fetched, read);
      if (!lacking || !lacking->empty()) return done.set_value(true);
      if (is_durable && shard_.undurable() != 0 && is_durable(shard_)) return done.set_value(true);
      shard_.when_durable([&done](bool durable) { done.set_value(durable); });
    };
    std::unique_lock lock(mutex_);
    if (closing_) return not_ours;
    readings_.emplace_back(on_shard);
    if (!lease_good()) {
      lease_wanted_ = true;
      wake_committer_.notify_one();
    }
    wake_decider();
    lock.unlock();
    if (!done.get_future().get()) return outage_ ? not_written(store_) : not_ours;
    if (!lacking) return lacking.error();
    if (!lacking->empty()) {
      if (is_missing(*lacking, fetched)) return not_brought(missing_page);
      auto more = fetch(*lacking);
      if (!more) return more.error();
      fetched = std::move(*more);
      continue;
    }
    // Between the look and this line the process may have slept, and somebody else may have gone on.
    lock.lock();
    if (lease_good()) return Done{};
  }
}

// ---- Pages that are away ---------------------------------------------------------------------------------------

Error Engine::not_brought(const Error& why) const {
  if (why.code == "damaged_checkpoint" && store_.set_mark(Shard::past_mark, "damaged"))
    tell_operator("alarm: " + why.message + "; the next start makes all pages anew from the journal");
  return {.code = "store_unavailable", .message = why.message};
}

Result<std::vector<Shard::Fetched>> Engine::fetch(const std::vector<Shard::Lacking>& lacking) const {
  std::vector<Shard::Fetched> all;
  for (const Shard::Lacking& one : lacking) {
    const ObjectNames names = one.names();
    auto pages = store_.objects(options_.shard.number, names.from, names.until);
    if (!pages) return not_brought(pages.error());
    all.push_back({one, std::move(*pages)});
  }
  return all;
}

Result<bool> Engine::fill_in(const TenantId& tenant, Account& copy, const ObjectNames& names) const {
  const std::size_t page_at = Shard::past_of(tenant, copy.id).from.size();
  const auto pages = store_.objects(options_.shard.number, names.from, names.until);
  if (!pages) return not_brought(pages.error());
  for (const store::Checkpoint& page : *pages) {
    const std::string_view name = std::string_view(page.object).substr(page_at);
    // What was saved of a later change is not what is away here.
    if (copy.position < page.position)
      if (const auto away = journal::away_pages(copy); std::ranges::find(away, name) != away.end()) return false;
    const Status brought = journal::bring(copy, nullptr, name, page.bytes);
    if (!brought) return not_brought(brought.error());
  }
  return true;
}

std::optional<Account> Engine::whole_copy(const TenantId& tenant, const AccountId& account) const {
  constexpr int tries = 3;
  for (int tried = 0; tried < tries; ++tried) {
    std::optional<Account> copy;
    const auto take = [&](const TenantState&, const Account& found, const Catalogs&) { copy = found; };
    if (!shard_.look(tenant, account, take)) return std::nullopt;
    const auto filled = fill_in(tenant, *copy, Shard::past_of(tenant, account));
    if (!filled) return std::nullopt;
    if (!*filled) continue;
    if (copy->is_whole()) return copy;
    (void)not_brought(missing_page);
    return std::nullopt;
  }
  return std::nullopt;
}

Status Engine::bring_to(const TenantId& tenant, std::vector<Account>& copies, const PageAway& away,
                        std::uint32_t times) {
  bool any = false;  // it may be another's page that was looked at
  for (Account& copy : copies) {
    const std::size_t before = journal::away_pages(copy).size();
    if (before == 0) continue;
    const AccountId id = copy.id;
    const auto filled = fill_in(tenant, copy, Shard::pages_for(tenant, id, away, times));
    if (!filled) return filled.error();
    const Status read = *filled
                            ? Status(Done{})
                            : read_account(tenant, id, [&](const Shard& shard) { copy = *shard.account(tenant, id); });
    if (!read) return read;
    any = any || !*filled || journal::away_pages(copy).size() < before;
  }
  return any ? Status(Done{}) : Status(not_brought(missing_page));
}

// ---- The lease -------------------------------------------------------------------------------------------------

bool Engine::lease_good() const {
  const std::int64_t until = lease_until_;
  return until == no_lease || monotonic().us < until;
}

void Engine::extend_lease(Instant asked_at) {
  if (lease_until_ == no_lease || lease_lost_) return;
  lease_until_ = (asked_at + *store_.lease()).us;
  lease_wanted_ = false;
  if (!readings_.empty()) wake_decider();
  if (!effects_.empty()) wake_effects_.notify_one();
}

void Engine::renew_lease(std::unique_lock<std::mutex>& lock) {
  lease_wanted_ = false;
  lock.unlock();
  const Instant asked_at = monotonic();
  const Status ours = store_.renew(options_.shard.number, epoch_);
  lock.lock();
  if (ours) return extend_lease(asked_at);
  // A server that does not answer leaves the lease to run out; then nobody is answered until it does.
  if (ours.error().code != "not_owner") return;
  lease_lost_ = true;
  lease_until_ = 0;
  wake_decider();
}

void Engine::claim_again(std::unique_lock<std::mutex>& lock) {
  if (closing_) return wake_committer_.wait(lock, [&] { return decided_all_; });
  lock.unlock();
  const Status claimed = store_.claim(options_.shard.number);
  lock.lock();
  claimed_ = bool(claimed);
  if (claimed_) wake_decider();
}

// ---- Commit ----------------------------------------------------------------------------------------------------

store::Committed Engine::commit_until_known(const store::Row& row) {
  store::Committed outcome = store_.commit(row, row.epoch);
  for (int again = 0; outcome == store::Committed::not_known && again < 3; ++again)
    outcome = store_.commit(row, row.epoch);
  return outcome;
}

void Engine::row_is(store::Committed outcome, const store::Row& row) {
  if (shard_.lost()) return unknown_row_.reset();  // whatever became of it, its commands have been answered
  switch (outcome) {
    case store::Committed::done: unknown_row_.reset(); return shard_.durable(row);
    case store::Committed::not_known: unknown_row_ = row; return;
    case store::Committed::conflict:
      unknown_row_.reset();
      return shard_.lose(
          {.code = "ask_again", .message = "another host owns the journal now: " + store_.last_problem()});
    case store::Committed::failed:
      options_.fatal("the journal could not be made durable, so this process must end: " + store_.last_problem());
  }
}

void Engine::note_outage(store::Committed outcome, Duration took) {
  if (outcome != store::Committed::not_known) {
    if (outage_) tell_operator("the journal can be written again");
    failing_since_.reset();
    outage_ = false;
    return;
  }
  if (!failing_since_) failing_since_ = Instant{monotonic().us - took.us};
  if (!outage_ && *failing_since_ + longest_unwritten <= monotonic()) {
    outage_ = true;
    tell_operator("the journal cannot be written: " + store_.last_problem() +
                  ". Commands are answered with store_unavailable until it can be; it is tried again all the time");
  }
  if (outage_) shard_.answer_waiting(not_written(store_));
}

void Engine::answer_in_outage(std::vector<Job> jobs) {
  for (Job& job : jobs)
    if (job.of_effect)
      kept_.push_back(std::move(job));
    else if (job.reply)
      job.reply(not_written(store_));
}

void Engine::commit_inline() {
  if (unknown_row_) {
    const store::Row row = *unknown_row_;
    row_is(commit_until_known(row), row);
    if (unknown_row_) return;
  }
  while (shard_.waiting() && !shard_.lost() && !unknown_row_) {
    const store::Row row = shard_.form();
    row_is(commit_until_known(row), row);
  }
}

// ---- Virtual time ----------------------------------------------------------------------------------------------

/// Everything that is to be done at this very instant, and what comes of it.
void Engine::step_inline() {
  commit_inline();
  for (;;) {
    if (unknown_row_ || shard_.lost()) return;
    const std::size_t due = shard_.take_due(virtual_now_, commands_a_turn);
    commit_inline();
    const std::vector<Effect> effects = shard_.take_effects(virtual_now_);
    for (const Effect& effect : effects) {
      std::promise<ProviderReport> said;
      providers_.perform(effect, virtual_now_, [&](ProviderReport its) { said.set_value(std::move(its)); });
      shard_.take(job_of(effect, said.get_future().get()), virtual_now_);
      commit_inline();
    }
    if (due == 0 && effects.empty()) return;
  }
}

void Engine::run_until(Instant to) {
  step_inline();
  for (;;) {
    Instant next = shard_.next_event();
    if (next_outside) next = std::min(next, next_outside());
    if (to < next || unknown_row_ || shard_.lost()) break;
    // An account whose due work is refused, or whose effects are held back, must not stop the clock.
    const bool stands = next <= virtual_now_;
    virtual_now_ = std::max(virtual_now_, next);
    if (run_outside) run_outside(virtual_now_);
    step_inline();
    if (stands && shard_.next_event() <= virtual_now_ && (!next_outside || next_outside() > virtual_now_)) break;
  }
  virtual_now_ = std::max(virtual_now_, to);
  step_inline();
}

// ---- Effects ---------------------------------------------------------------------------------------------------

Job Engine::job_of(const Effect& effect, const ProviderReport& said) const {
  Job job{.tenant = effect.tenant,
          .account = effect.account,
          .actor = {"host", ""},
          .key = {},
          .asked_at = std::nullopt,
          .command = FallDue{},
          .reply = {},
          .of_effect = true,
          .way = Way::host};
  if (effect.kind == Effect::Kind::refund)
    job.command = RefundReported{effect.refund, said, !said.looked_up};
  else if (effect.kind == Effect::Kind::cancel)
    job.command = CancelReported{effect.order, effect.attempt, said};
  else if (effect.saving)
    job.command = SetUpReported{effect.saving, said};
  else
    job.command =
        PaymentReported{effect.order, effect.attempt, said, effect.kind == Effect::Kind::charge && !said.looked_up};
  // Where nothing can be sealed nothing is kept: the processor is asked again.
  if (std::string* action = action_said(job.command); action != nullptr && !seal(job)) action->clear();
  return job;
}

void Engine::start_sending() {
  if (!threaded()) {
    shard_.start_sending();
    return step_inline();
  }
  const std::lock_guard lock(mutex_);
  start_sending_ = true;
  wake_decider();
}

void Engine::effect_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_effects_.wait(lock, [&] { return effects_closing_ || (!effects_.empty() && lease_good()); });
    if (effects_closing_) return;
    const Effect effect = std::move(effects_.front());
    effects_.pop_front();
    ++under_way_;
    lock.unlock();
    providers_.perform(effect, now(), [this, effect](const ProviderReport& said) {
      Job job = job_of(effect, said);
      const std::lock_guard again(mutex_);
      inbox_.add_always(std::move(job));
      wake_decider();
      if (--under_way_ == 0) wake_closer_.notify_all();
    });
    lock.lock();
  }
}

// ---- Threads ---------------------------------------------------------------------------------------------------

void Engine::commit_loop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto work = [&] { return row_ || cut_ || decided_all_ || (lease_wanted_ && !lease_lost_); };
    if (lease_until_ == no_lease || claimed_)
      wake_committer_.wait(lock, work);
    else
      wake_committer_.wait_for(lock, std::chrono::microseconds(store_.lease()->us / 3), work);
    if (row_) {
      store::Row row = std::move(*row_);
      row_.reset();
      lock.unlock();
      if (row.hash == store::Hash{}) pack_and_seal(row);  // one that is tried again has been
      const Instant asked_at = monotonic();
      const store::Committed outcome = commit_until_known(row);
      const Duration took = monotonic() - asked_at;
      lock.lock();
      commit_took_ = took;
      if (outcome == store::Committed::done) extend_lease(asked_at);
      row_outcome_.emplace(outcome, std::move(row));
      if (cut_ && outcome != store::Committed::done) {  // it may have been of entries that are nowhere
        cut_.reset();
        cut_saved_ = false;
      }
      wake_decider();
    } else if (!cut_) {
      if (decided_all_) return;
      if (lease_lost_)
        claim_again(lock);
      else if (lease_until_ != no_lease)
        renew_lease(lock);
    }
    if (cut_) {
      const Shard::Cut cut = std::move(*cut_);
      cut_.reset();
      lock.unlock();
      const Instant from = monotonic();
      const bool saved{store_.save(options_.shard.number, cut.objects, cut.floor)};
      const Duration took = monotonic() - from;
      lock.lock();
      cut_saved_ = saved;
      save_took_ = took;
      wake_decider();
    }
  }
}

/// With some of what changed, as of this row, when it is time for that.
void Engine::commit_next(store::Row row) {
  const bool time = !saving_ && !shard_.waiting() && shard_.uncut() && save_at_ <= now();
  std::optional<Shard::Cut> cut;
  if (time) cut = cut_some(shard_.behind() > most_behind ? share_when_behind : share_when_busy);
  const std::lock_guard lock(mutex_);
  committing_ = true;
  row_ = std::move(row);
  if (cut) cut_ = std::move(cut);
  wake_committer_.notify_one();
}

Shard::Cut Engine::cut_some(std::size_t most) {
  saving_ = true;
  save_at_ = now() + longest_unsaved;
  return shard_.cut(most);
}

/// What the deciding thread keeps from turn to turn.
struct Engine::Deciding {
  Instant retry_at;               ///< of one that is not known to be durable
  store::Position gathering = 0;  ///< as many were answered just now
  Instant gather_until;           ///< on the clock of monotonic()
  Instant rested_at;              ///< from then on, nothing was asked for long enough to save what changed
};

/// What a turn takes while it holds the lock, to work on without it.
struct Engine::Turn {
  std::vector<Job> jobs;
  std::deque<std::pair<std::uint64_t, Result<Answer>>> answers;
  std::deque<std::pair<std::uint64_t, PageReader::Pages>> pages;
  std::deque<std::move_only_function<void(bool)>> readings;
  std::optional<std::pair<store::Committed, store::Row>> tried;
  Duration took, save_took;
  std::optional<bool> cut_saved;
  bool ours = false, closing = false, finish = false;
  bool lease_lost = false, claimed = false, start_sending = false;
  std::vector<Effect> effects{};  ///< what it came to
};

void Engine::decide_loop() {
  Deciding deciding;
  deciding.rested_at = now() + rest;
  save_at_ = now() + longest_unsaved;
  std::unique_lock lock(mutex_);
  for (;;) {
    wait_for_work(lock, deciding);
    if (save_at_rest(lock, deciding)) continue;
    Turn turn = begin_turn();
    lock.unlock();
    work_on(turn, deciding);
    lock.lock();
    end_turn(turn);
    if (!commit_what_waits(lock, turn, deciding)) return;
  }
}

bool Engine::may_read() const { return lease_good() || lease_lost_ || closing_ || shard_.lost(); }
bool Engine::has_room() const { return shard_.lost() || outage_ || shard_.undurable() < may_wait_; }
bool Engine::has_work() const {
  return (has_room() && !inbox_.empty()) || (!readings_.empty() && may_read()) || row_outcome_ || cut_saved_ ||
         !answers_.empty() || !pages_.empty() || (shard_.walking() && !outage_) || closing_ || start_sending_ ||
         claimed_ || (lease_lost_ && !shard_.lost());
}
bool Engine::is_idle() const { return !committing_ && !shard_.waiting() && !unknown_row_; }

/// A commit that is under way wakes us; else the next thing that falls due does.
void Engine::wait_for_work(std::unique_lock<std::mutex>& lock, const Deciding& deciding) {
  const auto work = [&] { return has_work(); };
  const Instant due = shard_.next_event();
  decider_sleeps_ = true;
  if (!work() && unknown_row_) {
    const std::int64_t wait_us = std::max<std::int64_t>(0, deciding.retry_at.us - now().us);
    wake_decider_.wait_for(lock, std::chrono::microseconds(wait_us), work);
  } else if (!work() && committing_) {
    wake_decider_.wait(lock, work);
  } else if (!work() && is_idle()) {
    // At most a minute: the clock may be set.
    const Instant until = !saving_ && shard_.uncut() && !shard_.lost() ? std::min(due, deciding.rested_at) : due;
    const std::int64_t wait_us = std::min<std::int64_t>(until.us - now().us, minutes(1).us);
    if (wait_us > 0) wake_decider_.wait_for(lock, std::chrono::microseconds(wait_us), work);
  }
  decider_sleeps_ = false;
}

/// Whether there was nothing else to do for long enough, and something to save.
bool Engine::save_at_rest(std::unique_lock<std::mutex>& lock, const Deciding& deciding) {
  const bool rests = !has_work() && is_idle() && deciding.rested_at <= now();
  if (!rests || saving_ || !shard_.uncut() || shard_.lost()) return false;
  lock.unlock();
  Shard::Cut cut = cut_some(share_at_rest);
  lock.lock();
  cut_ = std::move(cut);
  wake_committer_.notify_one();
  return true;
}

/// With the lock held.
Engine::Turn Engine::begin_turn() {
  Turn turn;
  turn.finish = closing_ && inbox_.empty() && readings_.empty() && answers_.empty() && pages_.empty() && !committing_ &&
                !shard_.asking();
  turn.answers = std::exchange(answers_, {});
  turn.pages = std::exchange(pages_, {});
  if (has_room()) turn.jobs = inbox_.turn(commands_a_turn);
  if (may_read()) turn.readings = std::exchange(readings_, {});
  turn.ours = lease_good() && !lease_lost_;
  turn.tried = std::exchange(row_outcome_, std::nullopt);
  turn.took = commit_took_;
  turn.save_took = save_took_;
  turn.closing = closing_;
  turn.lease_lost = lease_lost_;
  turn.claimed = claimed_;
  turn.start_sending = std::exchange(start_sending_, false);
  turn.cut_saved = std::exchange(cut_saved_, std::nullopt);
  return turn;
}

/// Without the lock.
void Engine::work_on(Turn& turn, Deciding& deciding) {
  if (turn.cut_saved) {
    shard_.saved(*turn.cut_saved);
    saving_ = false;
    if (!*turn.cut_saved) deciding.rested_at = now() + longest_unsaved;
    if (*turn.cut_saved && shard_.behind() > most_behind)
      save_at_ = std::min(save_at_, now() + Duration{(saving_share - 1) * turn.save_took.us});
  }
  if (!turn.jobs.empty()) deciding.rested_at = now() + rest;
  if (turn.start_sending) {
    options_.shard.sending = true;
    shard_.start_sending();
  }
  if (turn.tried) committed(turn, deciding);
  if (turn.lease_lost && !shard_.lost()) shard_.lose(not_ours);
  if (turn.claimed && !turn.closing) take_back();

  const Instant at = now();
  for (const auto& [ticket, pages] : turn.pages) shard_.brought(ticket, pages, at);
  for (auto& [ticket, answer] : turn.answers) shard_.answered(ticket, std::move(answer), at);
  if (outage_) {
    answer_in_outage(std::exchange(turn.jobs, {}));
  } else if (!kept_.empty()) {
    std::vector<Job> kept = std::exchange(kept_, {});
    shard_.take(kept, at);
  }
  shard_.take(turn.jobs, at);
  if (!turn.closing && !outage_) {
    shard_.walk_on(at);
    shard_.take_due(at, due_share);
  }
  for (auto& reading : turn.readings) reading(turn.ours && !shard_.lost());
  if (outage_) shard_.answer_waiting(not_written(store_));
  if (!turn.closing && !outage_) turn.effects = shard_.take_effects(at);
}

/// What became of the row that was with the committer.
void Engine::committed(const Turn& turn, Deciding& deciding) {
  const auto& [outcome, row] = *turn.tried;
  const bool is_done = outcome == store::Committed::done;
  committing_ = false;
  if (!shard_.lost()) shard_.sealed(row);
  const store::Position answered = row.last + 1 - row.first;
  may_wait_ = std::clamp(2 * answered, least_undurable, most_undurable);
  // What was decided meanwhile goes to the disk before anybody is answered: the disk never waits for us. But where it
  // is little, those who are answered now may go along.
  if (is_done && shard_.waiting() >= answered && !shard_.lost()) commit_next(shard_.gather());
  row_is(outcome, row);
  note_outage(outcome, turn.took);
  deciding.retry_at = now() + Duration{100'000};
  deciding.gathering = committing_ || turn.closing || !is_done ? 0 : answered;
  deciding.gather_until = monotonic() + std::min(Duration{turn.took.us / gather_share}, longest_gathering);
}

/// With the lock held.
void Engine::end_turn(Turn& turn) {
  for (Effect& effect : turn.effects) effects_.push_back(std::move(effect));
  if (shard_.lost()) {  // nothing leaves any more: the new owner asks with the same keys
    effects_.clear();
    lease_lost_ = lease_until_ != no_lease;
    if (lease_lost_) lease_until_ = 0;
  }
  if (turn.claimed) {
    claimed_ = false;
    wake_committer_.notify_one();
  }
  if (!effects_.empty()) wake_effects_.notify_one();
}

/// Gives the committer its next row when it has none, and there is one. False: everything is over.
bool Engine::commit_what_waits(std::unique_lock<std::mutex>& lock, const Turn& turn, Deciding& deciding) {
  if (committing_ || shard_.lost()) return !turn.finish;
  const bool waits = !unknown_row_ && shard_.waiting() != 0;
  store::Row row;
  if (unknown_row_ && deciding.retry_at <= now()) {
    row = *unknown_row_;
  } else if (waits && shard_.waiting() < deciding.gathering && monotonic() < deciding.gather_until) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
    return true;
  } else if (waits) {
    row = shard_.gather();
  } else {
    return !turn.finish;
  }
  lock.unlock();
  commit_next(std::move(row));
  lock.lock();
  return true;
}

/// What no thread is saving any more.
void Engine::save_rest() {
  if (cut_saved_) shard_.saved(*cut_saved_);
  constexpr std::size_t some = 16 * share_at_rest;
  while (shard_.uncut()) {
    const Shard::Cut cut = shard_.cut(some);
    const bool done{store_.save(options_.shard.number, cut.objects, cut.floor)};
    shard_.saved(done);
    if (!done) return;
  }
}

void Engine::close() {
  if (!open_) return;
  open_ = false;
  if (threaded()) {
    {
      const std::lock_guard lock(mutex_);
      effects_closing_ = true;
      wake_effects_.notify_all();
    }
    if (speaker_.joinable()) speaker_.join();
    providers_.finish();
    {
      std::unique_lock lock(mutex_);
      wake_closer_.wait(lock, [&] { return under_way_ == 0; });
      closing_ = true;
      wake_decider_.notify_all();
    }
    plugins_->finish();
    if (decider_.joinable()) decider_.join();
    {
      const std::lock_guard lock(mutex_);
      decided_all_ = true;
      wake_committer_.notify_all();
    }
    if (committer_.joinable()) committer_.join();
    page_reader_->close();
    old_answers_->close();
    eraser_->close();
  }
  commit_inline();
  if (shard_.lost() || unknown_row_ || shard_.waiting()) return;
  save_rest();
  store_.let_go(options_.shard.number, shard_.epoch());
}

}  // namespace florin::engine

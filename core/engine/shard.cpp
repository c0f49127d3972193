#include "engine/shard.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <mutex>
#include <utility>

#include "domain/accounts/apply.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/catalog/permission.hpp"
#include "domain/journal/journal.hpp"
#include "engine/actions.hpp"
#include "engine/command_identity.hpp"
#include "engine/prefetch.hpp"
#include "engine/row.hpp"
#include "engine/vault.hpp"

/// Commands are decided, become rows, and are answered once these are durable.
namespace florin::engine {

namespace {

constexpr Duration clock_skew = minutes(5);
constexpr std::size_t longest_key = 255;

/// What has a key of its own, under which it may act once.
bool sends_first(const Effect& effect) {
  return effect.kind == Effect::Kind::charge || effect.kind == Effect::Kind::refund ||
         effect.kind == Effect::Kind::save_method || effect.kind == Effect::Kind::confirm;
}

/// Of the attempt, refund or saving that a report is of; null: it is of none.
const std::string* key_of(Account& account, const AnyCommand& command) {
  if (const auto* said = std::get_if<PaymentReported>(&command)) {
    // What was reported of it has opened it, or it was looked at.
    const Order* order = std::as_const(account).order(said->order);
    const bool there = order != nullptr && said->attempt >= 1 && said->attempt <= order->attempts.size();
    return there ? &order->attempts[said->attempt - 1].key : nullptr;
  }
  if (const auto* said = std::get_if<RefundReported>(&command)) {
    const Refund* refund = account.refund(said->refund);
    return refund == nullptr ? nullptr : &refund->key;
  }
  if (const auto* said = std::get_if<SetUpReported>(&command)) {
    const Saving* saving = account.saving(said->saving);
    return saving == nullptr ? nullptr : &saving->key;
  }
  return nullptr;
}

/// Whether it may be asked of an account that is not there: it opens one, or the answer is a refusal of its own.
bool may_begin(const AnyCommand& command) {
  return std::holds_alternative<OpenAccount>(command) || std::holds_alternative<ImportAccount>(command);
}

/// What a command says that the journal holds under seal; null: it has nothing of that kind.
std::vector<Word>* to_be_sealed(AnyCommand& command) { return const_cast<std::vector<Word>*>(sealed_words(command)); }

/// What is recorded though work that is due waits for its plugin: what somebody else did. Nobody decided it here.
bool passes_held(const Job& job) {
  if (std::holds_alternative<RecordBankReceipt>(job.command) || std::holds_alternative<RecordDispute>(job.command) ||
      std::holds_alternative<RecordPayout>(job.command))
    return true;
  const bool ours = job.actor.role == "host" || job.actor.role == "processor";
  return ours && !std::holds_alternative<ResumeCharges>(job.command);
}

}  // namespace

Shard::Shard(store::Store& store, Policies& policies, Options options)
    : store_(store),
      policies_(policies),
      options_(std::move(options)),
      usage_files_(files_for(options_.usage_window)),
      money_files_(files_for(options_.money_window)),
      usage_keys_{KeyWindow(options_.usage_window, usage_files_.get()), KeyRuns("usage", options_.usage_window)},
      money_keys_{KeyWindow(options_.money_window, money_files_.get()), KeyRuns("money", options_.money_window)} {}

Shard::~Shard() = default;

// ---- Commands --------------------------------------------------------------------------------------------------

void Shard::take(Job job, Instant now) { take(std::span(&job, 1), now); }

void Shard::take_at(const Address& address, Job& job, Instant now) {
  now = last_at_ = std::max(last_at_, now);
  Pending pending{.job = job};
  const auto refuse = [&](Held* held, std::string code, std::string message) {
    fail(held, pending, {.code = std::move(code), .message = std::move(message)});
  };
  if (lost_) return refuse(nullptr, "ask_again", "this host does not own the journal any more");
  if (const auto* open = to_be_sealed(job.command); open != nullptr && !open->empty() && job.data_key.empty())
    return refuse(nullptr, "not_sealed", "personal data comes here sealed");
  if (const auto* named = browser_of(std::as_const(job.command));
      named != nullptr && *named && (*named)->sealed.empty())
    return refuse(nullptr, "not_sealed", "a browser comes here sealed");
  if (address.tenant == nullptr || (!address.tenant->stopped && address.tenant->catalogs.versions.empty()))
    return refuse(nullptr, "no_such_tenant", "there is no tenant '" + job.tenant.text() + "'");
  Tenant& tenant = *address.tenant;
  Held* held = find(tenant, job.account, address.name);
  if (tenant.stopped) return fail(held, pending, *tenant.stopped);
  if (auto why = kept_out(job.way, job.actor, job.command)) return refuse(held, "not_permitted", *std::move(why));

  pending.of_host = job.way == Way::host;
  pending.asked_at = job.asked_at.value_or(now);
  if (!pending.of_host) {
    if (job.key.empty() || job.key.size() > longest_key)
      return refuse(held, "bad_key", "a command needs a key of 1 to 255 bytes");
    const KeyWindow& keys = keys_for(job.command).window;
    if (now + clock_skew < pending.asked_at) return refuse(held, "asked_in_future", "asked_at lies in the future");
    if (pending.asked_at + keys.window() < now)
      return refuse(held, "asked_too_long_ago",
                    "a command this old may have happened already and is forgotten: ask for its state");
    pending.key = address.key;
    pending.content = content_of(job.account, job.command);
    if (const auto used = keys.find(address.key, now, job.looked)) {
      if (used->content != pending.content) return refuse(held, "key_reused", "this key was used for another command");
      return answer_again(used->position, only_if_asked(job, tenant, held == nullptr ? Account() : held->account));
    }
    if (!reserved_.empty())
      if (const auto same = reserved_.find(reserved_key(pending)); same != reserved_.end()) {
        if (same->second->pending.content != pending.content)
          return refuse(held, "key_reused", "this key was used for another command");
        if (job.reply)
          same->second->pending.joined.push_back(
              only_if_asked(job, tenant, held == nullptr ? Account() : held->account));
        return;
      }
  }
  if (job.unfit) return fail(held, pending, *job.unfit);
  Held* other = nullptr;
  const auto* moves = std::get_if<Transfer>(&job.command);
  if (moves != nullptr) other = find(tenant, moves->to);
  if (is_busy({&tenant, job.account}, held) || (moves != nullptr && is_busy({&tenant, moves->to}, other)))
    return park(tenant, pending, Ran::behind_due);
  if (const Ran ran = run(tenant, held, other, pending, now); ran != Ran::through) park(tenant, pending, ran);
}

Reply Shard::reply_of(Pending& pending) {
  if (pending.joined.empty()) return std::move(pending.job.reply);
  return [first = std::move(pending.job.reply), joined = std::move(pending.joined)](Result<Answered> answer) mutable {
    if (first) first(answer);
    if (answer) answer->again = true;
    for (Reply& same : joined) same(answer);
  };
}

void Shard::fail(Held* held, Pending& pending, const Error& why) {
  if (held != nullptr && pending.job.of_effect) expect_trouble(*held, last_at_);
  if (Reply reply = std::exchange(pending.job.reply, {})) reply(why);
  for (Reply& same : pending.joined) same(why);
  pending.joined.clear();
}

Shard::Ran Shard::run(Tenant& tenant, Held* held, Held* other, Pending& pending, Instant now) {
  // A mistyped account gets no entry, and the key is still free for the right one.
  if (held == nullptr && !pending.job.account.empty() && !may_begin(pending.job.command)) {
    fail(held, pending,
         {.code = "no_such_account", .message = "there is no account '" + pending.job.account.text() + "'"});
    return Ran::through;
  }
  // What was asked about is decided as of when it was asked: later work waits for it.
  const Instant until = pending.at == never ? now : pending.at;
  for (Held* account : {held, other}) {
    if (account == nullptr) continue;
    std::size_t left = SIZE_MAX;
    const Advanced advanced = advance(*account, until, left);
    if (advanced == Advanced::asks) return Ran::behind_due;
    if (advanced == Advanced::all || passes_held(pending.job)) continue;
    fail(held, pending, slot_of(*account)->why);
    return Ran::through;
  }
  if (held != nullptr && held->aside) {
    take_aside(tenant, *held, pending, now);
    return Ran::through;
  }
  if (other != nullptr && other->aside) {
    fail(held, pending,
         {.code = account_set_aside,
          .message = "'" + other->account.id.text() + "' is set aside until support has released it"});
    return Ran::through;
  }
  if (pending.job.expects && *pending.job.expects != (held == nullptr ? 0 : held->account.position)) {
    fail(held, pending,
         {.code = "moved_on", .message = "something happened on this account since it was looked at: look again"});
    return Ran::through;
  }
  if (pending.at == never) pending.at = now;
  return decide_command(tenant, held, other, pending, now);
}

std::shared_ptr<Entry> Shard::entry_of(Pending& pending, const Tenant& tenant) {
  Job& job = pending.job;
  auto entry = spare_ ? std::exchange(spare_, nullptr) : std::make_shared<Entry>();
  entry->tenant = job.tenant;
  entry->account = job.account;
  entry->actor = std::move(job.actor);
  entry->key = std::move(job.key);
  entry->asked_at = pending.asked_at;
  entry->at = pending.at;
  entry->catalog = tenant.state.catalog;
  entry->command = std::move(job.command);
  entry->refusal.reset();
  entry->facts.clear();
  return entry;
}

Shard::Ran Shard::decide_command(Tenant& tenant, Held* held, Held* other, Pending& pending, Instant now) {
  Job& job = pending.job;
  const auto refuse = [&](const Error& why) {
    fail(held, pending, why);
    return Ran::through;
  };
  Releases releases{.account = released_by(tenant, job.command)};
  if (releases.account != nullptr) {
    const auto planned = plan_release(releases, pending.known);
    if (!planned) return refuse(planned.error());
    if (!*planned) return Ran::asks;
  }
  auto made = entry_of(pending, tenant);
  Entry& entry = *made;
  if (job.catalog) {
    if (job.catalog->version != tenant.state.catalog + 1)
      return refuse(
          {.code = "version_moved", .message = "another version was applied meanwhile: look at the plan again"});
    entry.catalog = job.catalog->version;
  }
  std::optional<Account> newcomer;
  if (held == nullptr) newcomer.emplace().id = job.account;
  Seldom<Beside> beside;
  const auto decided =
      decide_checked(tenant, held, held != nullptr ? held->account : *newcomer, entry, pending.known, other, &beside);
  if (!decided) return refuse(decided.error());
  if (!*decided) {
    job.actor = std::move(entry.actor);
    job.key = std::move(entry.key);
    job.command = std::move(entry.command);
    if (!pending.known.pages.empty()) return Ran::asks;
    // While what is due waits for a plugin that failed, nothing else is asked for this account: what a processor
    // reports is decided as if the plugin had failed again.
    const Slot* slot = held != nullptr && held->waits ? slot_of(*held) : nullptr;
    if (slot == nullptr || !slot->held()) return Ran::asks;
    pending.known.answers.push_back(failed_answer(tenant, pending.known.questions.back(), slot->why));
    return decide_command(tenant, held, other, pending, now);
  }
  // Of a refused command nothing is kept of that, not even sealed.
  if (std::vector<Word>* said = to_be_sealed(entry.command); said != nullptr) {
    *said = entry.refusal ? std::vector<Word>() : std::move(job.sealed);
    if (entry.refusal) job.data_key.clear();
  }
  if (std::string* action = action_said(entry.command); action != nullptr && entry.refusal) {
    action->clear();
    job.data_key.clear();
  }
  // The facts have it, if one of them begins a payment.
  if (Seldom<Browser>* named = browser_of(entry.command); named != nullptr) named->reset();
  append_command(tenant, held, other, pending, std::move(made), std::move(beside), std::move(releases), now);
  return Ran::through;
}

void Shard::append_command(Tenant& tenant, Held* held, Held* other, Pending& pending, std::shared_ptr<Entry> made,
                           Seldom<Beside> beside, Releases releases, Instant now) {
  const Entry& entry = *made;
  Job& job = pending.job;
  if (!pending.of_host) remember_key(entry.command, pending.key, {pending.content, last_ + 1}, now);
  if (held == nullptr && !entry.facts.empty() && !entry.account.empty()) {
    held = &held_as(tenant, entry.account);
    held->waits = slot_of(*held) != nullptr;
  }
  const bool of_effect = held != nullptr && job.of_effect;
  if (of_effect) expect_trouble(*held, now);
  const bool done = !entry.refusal;
  const bool lifts = done && std::holds_alternative<LiftCharges>(entry.command);
  if (job.catalog && done) {
    const std::unique_lock frame(frame_);
    tenant.catalogs.versions.push_back(job.catalog);
  }
  Reply reply = reply_of(pending);
  if (beside) return append_both(tenant, *held, std::move(made), std::move(reply), *other, std::move(*beside));
  append(&tenant, held, made, std::move(reply), std::move(job.data_key), std::move(job.browser));
  if (of_effect) no_trouble(*held, *made, now);
  if (job.catalog && done) begin_walk(tenant, Walk::unstick, now);
  if (lifts) begin_walk(tenant, Walk::resume_charges, now);
  if (releases.account != nullptr && done) release(tenant, *releases.account, *std::move(releases.as_it_will_be), now);
}

/// A report of an effect has arrived. Should it not be taken, nothing of its account leaves again at once, however
/// often that happens; and what leaves then may have acted already.
void Shard::expect_trouble(Held& held, Instant now) {
  if (held.under_way > 0) --held.under_way;
  Trouble& trouble = troubled_[&held];
  trouble.times = std::min<std::uint32_t>(trouble.times + 1, 10);
  trouble.quiet_until = now + std::min(seconds(std::int64_t{1} << trouble.times), minutes(15));
  schedule(held);
}

void Shard::no_trouble(Held& held, const Entry& entry, Instant now) {
  if (!entry.refusal) {
    if (const std::string* key = key_of(held.account, entry.command)) unanswered_.erase(*key);
  } else if (next_ask(held.account) <= now) {
    return;  // it would be asked again at once
  }
  troubled_.erase(&held);
  schedule(held);
}

/// Both entries wait together, so that they are in one row: neither is ever there without the other.
void Shard::append_both(Tenant& tenant, Held& held, std::shared_ptr<Entry> entry, Reply reply, Held& other,
                        Beside beside) {
  auto second = std::make_shared<Entry>(Entry{.tenant = entry->tenant,
                                              .account = std::move(beside.account),
                                              .actor = entry->actor,
                                              .key = {},
                                              .asked_at = entry->asked_at,
                                              .at = entry->at,
                                              .catalog = entry->catalog,
                                              .command = std::move(beside.command),
                                              .refusal = std::nullopt,
                                              .facts = std::move(beside.facts)});
  append(&tenant, &held, std::move(entry), std::move(reply));
  append(&tenant, &other, std::move(second), {});
}

/// Memory is waited for a block at a time: what a command will look at is asked for, step by step, before any of the
/// block is decided.
void Shard::take(std::span<Job> jobs, Instant now) {
  for (std::size_t from = 0; from < jobs.size(); from += block) {
    const std::span<Job> together = jobs.subspan(from, std::min(block, jobs.size() - from));
    std::array<Address, block> addresses;
    for (std::size_t i = 0; i < together.size(); ++i)
      addresses[i] = address_of(together[i], i == 0 ? nullptr : &together[i - 1], addresses[i == 0 ? 0 : i - 1]);
    const auto found = std::span(addresses).first(together.size());
    for (Address& address : found) {
      address.price.prefetch_versions();
      if (address.tenant == nullptr) continue;
      if (const std::uint32_t likely = names_.likely(address.name); likely != NameIndex::none) {
        address.likely = &held_[likely];
        prefetch(address.likely->account, true);
      }
    }
    for (Address& address : found) {
      address.price.prefetch_catalog();
      if (address.likely != nullptr) prefetch_behind(address.likely->account);
    }
    for (const Address& address : found) address.price.prefetch_place();
    for (const Address& address : found) address.price.prefetch_meter();
    for (std::size_t i = 0; i < together.size(); ++i) take_at(addresses[i], together[i], now);
  }
}

/// `before`: the one before it, most often of the same tenant.
Shard::Address Shard::address_of(const Job& job, const Job* before, const Address& its) const {
  Address address;
  if (before != nullptr && before->tenant == job.tenant) {
    address.tenant = its.tenant;
    address.seed = its.seed;
  } else {
    address.tenant = find_tenant(job.tenant);
    address.seed = seed_of(job.tenant);
    if (address.tenant != nullptr) prefetch_lines(address.tenant, 2, true);
  }
  if (address.tenant == nullptr) return address;
  address.name = name_of(address.seed, job.account);
  names_.prefetch(address.name);
  address.price = PriceAhead(address.tenant->catalogs, job.command);
  if (job.key.size() <= longest_key) {
    address.key = KeyWindow::digest_of(job.tenant, job.key);
    keys_for(job.command).window.prefetch(address.key);
  }
  return address;
}

Shard::Advanced Shard::advance(Held& held, Instant now, std::size_t& left) {
  for (; !held.stuck && !held.aside && held.account.due_at <= now && left > 0; --left) {
    Slot* slot = held.waits ? slot_of(held) : nullptr;
    if (slot != nullptr && slot->due && slot->due->ticket != 0) return Advanced::asks;
    if (slot != nullptr && slot->held() && last_at_ < slot->retry_at) return Advanced::held;
    Tenant& tenant = *held.tenant;
    // Each as of its own instant, but never before what is already in the account's books.
    auto entry = std::make_shared<Entry>(Entry{.tenant = tenant.state.id,
                                               .account = held.account.id,
                                               .actor = the_host(),
                                               .key = {},
                                               .asked_at = now,
                                               .at = std::max(held.account.due_at, held.account.last_at),
                                               .catalog = tenant.state.catalog,
                                               .command = FallDue{},
                                               .refusal = std::nullopt,
                                               .facts = {}});
    Known none;
    Known& known = slot != nullptr && slot->due ? slot->due->known : none;
    const auto decided = decide_checked(tenant, &held, held.account, *entry, known);
    if (!decided && held.aside) return Advanced::all;
    if (!decided) {
      hold_due(held, decided.error(), last_at_);
      return Advanced::held;
    }
    if (!*decided) {
      ask_for_due(held, known);
      return Advanced::asks;
    }
    held.stuck = entry->refusal.has_value();
    if (slot != nullptr) due_is_decided(held, *slot);
    append(&tenant, &held, std::move(entry), {});
  }
  return Advanced::all;
}

namespace {

std::vector<std::string> no_more_in(std::vector<std::string> before, const std::vector<std::string>& now) {
  std::erase_if(before, [&](const std::string& name) { return std::ranges::find(now, name) != now.end(); });
  return before;
}

}  // namespace

void Shard::append(Tenant* tenant, Held* held, std::shared_ptr<Entry> made, Reply reply, std::string data_key,
                   Seldom<SealedBrowser> browser) {
  const Entry& entry = *made;
  const store::Position position = last_ + 1;
  const bool erases = std::holds_alternative<ErasePersonalData>(entry.command) && !entry.refusal;
  const bool documented = erases && held != nullptr && has_document(held->account);
  std::vector<std::string> ended;
  if (tenant != nullptr) {
    tenant->state.position = position;
    changed(*tenant, position);
  }
  if (held != nullptr) {
    const bool was_usage = is_usage(entry.command);
    const std::vector<std::string> asked = was_usage ? std::vector<std::string>() : actions_of(*held);
    {
      const std::unique_lock contents(lock_of(*held));
      apply(held->account, tenant->state, entry, position);
    }
    if (!asked.empty()) ended = no_more_in(asked, actions_of(*held));
    changed(*held, position);
    if (!entry.refusal) held->stuck = false;
    if (!was_usage) remember_attempts(*held, entry.facts);
    schedule(*held);
  } else if (tenant != nullptr && entry.account.empty()) {
    const std::unique_lock frame(frame_);
    tenant->own_position = position;
    Account nobody;
    apply(nobody, tenant->state, entry, position);
  }
  if (const std::string* action = action_said(entry.command); action == nullptr)
    std::ranges::move(data_keys_of(entry.tenant, entry.account, position, data_key), std::back_inserter(pending_keys_));
  else if (!data_key.empty())
    keep_action_key(held, action_key_name(entry.tenant, entry.account, *action), std::move(data_key));
  if (browser)
    keep_action_key(held, action_key_name(entry.tenant, entry.account, browser->text), std::move(browser->key));
  journal::write(pending_, entry);
  // Before it is durable: a checkpoint that is saved with its row has to know of it.
  if (erases) erasing_.push_back({.of = {entry.tenant, entry.account, position}, .documented = documented});
  last_ = position;
  if (reply.note(position, entry)) {
    spare_ = std::move(made);
    tail_.push_back({nullptr, std::move(reply), {}});
  } else {
    tail_.push_back({std::move(made), std::move(reply), std::move(ended)});
  }
}

/// A used key gives its answer to the actor who asked first, and to whoever could have asked.
Reply Shard::only_if_asked(Job& job, const Tenant& tenant, const Account& account) {
  if (!job.reply || job.way != Way::outside ||
      could_ask(account, tenant.catalogs.at(tenant.state.catalog), job.actor, job.command))
    return std::move(job.reply);
  return [actor = std::move(job.actor), reply = std::move(job.reply)](Result<Answered> answer) mutable {
    if (answer && answer->entry->actor != actor)
      return reply(Error{.code = "not_permitted", .message = "this key was used, and its answer is not for this role"});
    reply(std::move(answer));
  };
}

/// Waits for the first one's durability, and gets the same answer. Of a first one that has noted what it needs the
/// entry is not kept: then the second reads it where it is durable.
class Shard::Duplicate : public Asker {
 public:
  Duplicate(Shard& shard, store::Position position, Reply first, Reply second)
      : shard_(shard), position_(position), first_(std::move(first)), second_(std::move(second)) {}

  void answer(std::uint32_t, Result<Answered>&& answered) override {
    if (first_) first_(answered);
    if (answered) answered->again = true;
    second_(std::move(answered));
  }
  void stands(std::uint32_t) override {
    if (first_) first_.stands();
    shard_.answer_again(position_, std::move(second_));
  }

 private:
  Shard& shard_;
  store::Position position_;
  Reply first_, second_;
};

void Shard::answer_again(store::Position position, Reply reply) {
  if (!reply) return;
  if (position > durable_) {
    Reply& waits = tail_[position - durable_ - 1].reply;
    waits = Reply(std::make_shared<Duplicate>(*this, position, std::move(waits), std::move(reply)), 0);
    return;
  }
  if (answer_old_) return answer_old_(position, std::move(reply));
  reply(old_answers_.at(position));
}

std::size_t Shard::take_due(Instant now, std::size_t most) {
  now = last_at_ = std::max(last_at_, now);
  std::size_t left = most;
  for (auto next = events_.begin(); next != events_.end() && next->first <= now && left > 0;) {
    Held& held = *next->second;
    if (held.stuck || held.aside || now < (held.waits ? due_event(held) : held.account.due_at)) {
      ++next;
      continue;
    }
    // One step, then the earliest of all again: accounts fall due in the order of time. Those before this one have been
    // looked at, so that is this one once more or the next.
    std::size_t one = 1;
    --left;
    ++next;
    (void)advance(held, now, one);
    schedule(held);
    const Event again{held.event_at, &held};
    if (held.event_at != never && (next == events_.end() || Sooner()(again, *next))) next = events_.find(again);
  }
  return most - left;
}

std::vector<Effect> Shard::take_effects(Instant now) {
  std::vector<Effect> effects;
  std::vector<Held*> asking;
  for (const auto& [at, held] : events_) {
    if (now < at) break;
    if (options_.sending && held->under_way == 0 && held->account.position <= durable_ &&
        std::max(next_ask(held->account), quiet_until(*held)) <= now)
      asking.push_back(held);
  }
  for (Held* held : asking) {
    for (Effect& effect : effects_of(*held, now)) {
      ++held->under_way;
      // Handed out before, and no report of it was taken: it may have acted.
      if (sends_first(effect)) effect.in_doubt = !unanswered_.insert(effect.key).second || effect.in_doubt;
      effects.push_back(std::move(effect));
    }
    schedule(*held);
  }
  return effects;
}

void Shard::start_sending() {
  options_.sending = true;
  for (auto& [name, tenant] : tenants_) begin_walk(*tenant, Walk::start_sending, last_at_);
}

Instant Shard::next_event() const { return events_.empty() ? never : events_.begin()->first; }

// ---- Commit ----------------------------------------------------------------------------------------------------

store::Row Shard::gather() {
  store::Row row;
  row.shard = options_.number;
  row.first = head_.last + 1;
  row.last = last_;
  row.epoch = head_.epoch;
  row.previous = head_.hash;
  row.entries = std::exchange(pending_, {});
  row.keys = std::exchange(pending_keys_, {});
  head_.last = row.last;
  return row;
}

void Shard::sealed(const store::Row& row) { head_.hash = row.hash; }

store::Row Shard::form() {
  store::Row row = gather();
  pack_and_seal(row);
  sealed(row);
  return row;
}

void Shard::durable(const store::Row& row) {
  while (durable_ < row.last) {
    ++durable_;
    Waiting done = std::move(tail_.front());
    tail_.pop_front();
    if (done.entry == nullptr) {
      if (done.reply) done.reply.stands();
      continue;
    }
    if (std::holds_alternative<ErasePersonalData>(done.entry->command) && !done.entry->refusal)
      erase(done.entry->tenant, done.entry->account, durable_);
    erase_actions(done.ended);
    if (done.reply) done.reply(Answered{durable_, std::move(done.entry)});
  }
  while (!readers_.empty() && readers_.front().first <= durable_) {
    auto reader = std::move(readers_.front().second);
    readers_.pop_front();
    reader(true);
  }
}

/// The keys go once the entry that says so is durable; a start does it again, should the first have been cut off. What
/// was named after that entry has keys of its own.
void Shard::erase(const TenantId& tenant, const AccountId& id, store::Position position) {
  auto known = std::ranges::find(erasing_, position, [](const Erasing& erasing) { return erasing.of.position; });
  if (known == erasing_.end()) {
    // Of a start.
    const Tenant* of = find_tenant(tenant);
    const Held* held = of == nullptr ? nullptr : find(*of, id);
    const bool documented = held != nullptr && with_pages_of(*held, [&] { return has_document(held->account); });
    known = erasing_.insert(known, {.of = {tenant, id, position}, .documented = documented});
  }
  std::vector<store::DataKeyRange> ranges = {data_keys_before(tenant, id, position)};
  if (!known->documented) ranges.push_back(addressee_keys_before(tenant, id, position));
  if (erase_)
    known->number = erase_(std::move(ranges));
  else if (store_.erase_keys(options_.number, ranges))
    erasing_.erase(known);
}

/// What nobody is asked for, as the report of a payment that is over says it, is never opened again.
void Shard::keep_action_key(const Held* held, std::string name, std::string key) {
  if (held == nullptr) return;
  const std::vector<std::string> asked = actions_of(*held);
  if (std::ranges::find(asked, name) != asked.end()) pending_keys_.push_back({std::move(name), std::move(key)});
}

std::vector<std::string> Shard::actions_of(const Held& held) const {
  return action_keys_of(held.tenant->state.id, held.account);
}

/// The keys of what was asked and is no more go once the entry that ended it is durable.
void Shard::erase_actions(const std::vector<std::string>& keys) {
  std::vector<store::DataKeyRange> ranges;
  for (const std::string& name : keys) ranges.push_back(only_key(name));
  if (ranges.empty()) return;
  if (erase_)
    (void)!erase_(std::move(ranges));
  else
    (void)!store_.erase_keys(options_.number, ranges);
}

/// Of what ended before the process did. Whoever is set aside keeps what was asked of them.
void Shard::drop_left_actions() {
  const auto names = store_.key_names(options_.number, all_action_keys());
  if (!names || names->empty()) return;
  std::vector<std::string> asked;
  for (const auto& [id, tenant] : tenants_)
    for (const Held* held : tenant->accounts) {
      if (set_aside_of(tenant->state, held->account.id)) return;
      std::ranges::move(actions_of(*held), std::back_inserter(asked));
    }
  std::ranges::sort(asked);
  std::vector<std::string> left;
  std::ranges::set_difference(*names, asked, std::back_inserter(left));
  erase_actions(left);
}

namespace {

Status seal_said(Job& job, std::string& action) {
  if (action.empty() || is_sealed_action(action)) return Done{};
  auto sealed = seal_action(action);
  if (!sealed) return sealed.error();
  action = std::move(sealed->text);
  job.data_key = std::move(sealed->key);
  return Done{};
}

}  // namespace

Status seal(Job& job) {
  auto browser = seal_browser(job.command);
  if (!browser) return browser.error();
  job.browser = *std::move(browser);
  if (std::string* action = action_said(job.command)) return seal_said(job, *action);
  const std::vector<Word>* open = to_be_sealed(job.command);
  if (open == nullptr || open->empty()) return Done{};
  auto sealed = names_person(job.command) ? seal_person(*open) : seal_words(*open);
  if (!sealed) return sealed.error();
  job.sealed = std::move(sealed->words);
  job.data_key = std::move(sealed->key);
  return Done{};
}

void Shard::answer_waiting(const Error& why) {
  for (Waiting& waiting : tail_)
    if (auto reply = std::exchange(waiting.reply, {})) reply(why);
  for (auto& [position, reader] : std::exchange(readers_, {})) reader(false);
}

void Shard::lose(const Error& why) {
  lost_ = true;
  may_look_ = false;
  for (Waiting& waiting : tail_)
    if (waiting.reply) waiting.reply(why);
  tail_.clear();
  drop_parked(why);
  walks_.clear();
  for (auto& [position, reader] : readers_) reader(false);
  readers_.clear();
  pending_.clear();
  pending_keys_.clear();
  events_.clear();
}

void Shard::when_durable(std::move_only_function<void(bool)> then) {
  if (last_ <= durable_)
    then(true);
  else
    readers_.emplace_back(last_, std::move(then));
}

}  // namespace florin::engine

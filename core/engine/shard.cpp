#include "engine/shard.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include "domain/accounts/apply.hpp"
#include "domain/journal/journal.hpp"
#include "engine/asked.hpp"
#include "engine/prefetch.hpp"
#include "engine/provider_key.hpp"
#include "engine/vault.hpp"

/// Commands are decided, become rows, and are answered once these are durable.
namespace florin::engine {

namespace {

constexpr Duration clock_skew = minutes(5);
constexpr std::size_t longest_key = 80;

/// What a command says anew of the person behind an account.
std::vector<Word>* person_named(AnyCommand& command) {
  if (auto* names = std::get_if<SetPersonalData>(&command)) return &names->personal_data;
  if (auto* bills = std::get_if<SetBilling>(&command)) return &bills->personal_data;
  return nullptr;
}

}  // namespace

Shard::Shard(store::Store& store, Policies& policies, Options options)
    : store_(store),
      policies_(policies),
      options_(std::move(options)),
      usage_keys_(options_.usage_window),
      money_keys_(options_.money_window) {}

Shard::~Shard() = default;

// ---- Commands --------------------------------------------------------------------------------------------------

void Shard::take(Job job, Instant now) { take(std::span(&job, 1), now); }

void Shard::take_at(const Address& address, Job& job, Instant now) {
  now = last_at_ = std::max(last_at_, now);
  const auto fail = [&](std::string code, std::string message) {
    if (job.reply) job.reply(Error{.code = std::move(code), .message = std::move(message)});
  };
  if (lost_) return fail("ask_again", "this host does not own the journal any more");
  if (address.tenant == nullptr || (!address.tenant->stopped && address.tenant->catalogs.versions.empty()))
    return fail("no_such_tenant", "there is no tenant '" + job.tenant.text() + "'");
  Tenant& tenant = *address.tenant;
  Held* held = find(tenant, job.account, address.name);
  if (held != nullptr && job.of_effect && held->under_way > 0) --held->under_way;
  if (tenant.stopped) return fail(tenant.stopped->code, tenant.stopped->message);

  const bool of_host = job.actor.role == "host";
  const Instant asked_at = job.asked_at.value_or(now);
  std::uint32_t content = 0;
  if (!of_host) {
    if (job.key.empty() || job.key.size() > longest_key)
      return fail("bad_key", "a command needs a key of 1 to 80 bytes");
    KeyWindow& keys = keys_for(job.command);
    if (now + clock_skew < asked_at) return fail("asked_in_future", "asked_at lies in the future");
    if (asked_at + keys.window() < now)
      return fail("asked_too_long_ago",
                  "a command this old may have happened already and is forgotten: ask for its state");
    content = content_of(job.account, job.command);
    if (const auto used = keys.find(address.key, now)) {
      if (used->content != content) return fail("key_reused", "this key was used for another command");
      return answer_again(used->position, std::move(job.reply));
    }
  }
  if (held != nullptr) {
    std::size_t left = SIZE_MAX;
    if (const auto advanced = advance(*held, now, left); !advanced)
      return fail(advanced.error().code, advanced.error().message);
  }
  const auto made = std::make_shared<Entry>(Entry{.tenant = job.tenant,
                                                  .account = job.account,
                                                  .actor = std::move(job.actor),
                                                  .key = std::move(job.key),
                                                  .asked_at = asked_at,
                                                  .at = now,
                                                  .catalog = tenant.state.catalog,
                                                  .command = std::move(job.command),
                                                  .refusal = std::nullopt,
                                                  .facts = {}});
  Entry& entry = *made;
  if (auto* opens = std::get_if<OpenAccount>(&entry.command); opens != nullptr && !opens->personal_data.empty()) {
    if (held == nullptr) {
      auto sealed = seal_person(store_, job.tenant, job.account, opens->personal_data);
      if (!sealed) return fail(sealed.error().code, sealed.error().message);
      opens->personal_data = std::move(*sealed);
    } else {
      opens->personal_data.clear();
    }
  }
  if (job.catalog) {
    if (job.catalog->version != tenant.state.catalog + 1)
      return fail("version_moved", "another version was applied meanwhile: look at the plan again");
    entry.catalog = job.catalog->version;
    if (const auto kept = store_.put_text(std::get<ApplyCatalog>(entry.command).text, job.catalog_text); !kept)
      return fail(kept.error().code, kept.error().message);
  }
  std::optional<Account> newcomer;
  if (held == nullptr) newcomer.emplace().id = job.account;
  Held* other = nullptr;
  if (const auto* moves = std::get_if<Transfer>(&entry.command)) other = find(tenant, moves->to);
  if (other != nullptr && other != held) {
    std::size_t left = SIZE_MAX;
    if (const auto advanced = advance(*other, now, left); !advanced)
      return fail(advanced.error().code, advanced.error().message);
  }
  Seldom<Beside> beside;
  if (const auto decided = decide_into(tenant, held != nullptr ? held->account : *newcomer, entry,
                                       other == nullptr ? nullptr : &other->account, &beside);
      !decided)
    return fail(decided.error().code, decided.error().message);
  if (std::vector<Word>* person = person_named(entry.command); person != nullptr && !person->empty()) {
    std::vector<Word> sealed;
    if (!entry.refusal) {
      auto words = seal_person(store_, job.tenant, job.account, *person);
      if (!words) return fail(words.error().code, words.error().message);
      sealed = std::move(*words);
    }
    *person = std::move(sealed);
  }
  if (!of_host) keys_for(entry.command).remember(address.key, {content, last_ + 1}, now);
  if (held == nullptr && !entry.facts.empty() && !entry.account.empty()) held = &held_as(tenant, entry.account);
  const bool done = !entry.refusal;
  const bool lifts = done && std::holds_alternative<LiftCharges>(entry.command);
  if (job.catalog && done) {
    const std::unique_lock frame(frame_);
    tenant.catalogs.versions.push_back(job.catalog);
  }
  if (beside) return append_both(tenant, *held, made, std::move(job.reply), *other, std::move(*beside));
  append(&tenant, held, made, std::move(job.reply));
  if (job.catalog && done) unstick(tenant);
  if (lifts) resume_charges(tenant, now);
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
    keys_for(job.command).prefetch(address.key);
  }
  return address;
}

Status Shard::decide_into(Tenant& tenant, const Account& account, Entry& entry, const Account* other,
                          Seldom<Beside>* beside) {
  std::vector<Answer> answers;
  for (;;) {
    const World world{entry.at, tenant.catalogs, answers, &provider_key, other};
    Decision decision = decide(account, tenant.state, entry.actor, entry.key, entry.command, world);
    if (!decision.question) {
      entry.facts = std::move(decision.facts);
      entry.refusal = std::move(decision.refusal);
      if (beside != nullptr) *beside = std::move(decision.beside);
      return Done{};
    }
    auto answer = policies_.answer(tenant.state.id, tenant.state.catalog, *decision.question);
    if (!answer) return answer.error();
    answers.push_back(std::move(*answer));
  }
}

Status Shard::advance(Held& held, Instant now, std::size_t& left) {
  while (!held.stuck && held.account.due_at <= now && left > 0) {
    --left;
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
    if (const auto decided = decide_into(tenant, held.account, *entry); !decided) return decided.error();
    held.stuck = entry->refusal.has_value();
    append(&tenant, &held, std::move(entry), {});
  }
  return Done{};
}

void Shard::append(Tenant* tenant, Held* held, std::shared_ptr<Entry> made, Reply reply) {
  const Entry& entry = *made;
  const store::Position position = ++last_;
  journal::write(pending_, entry);
  if (tenant != nullptr) {
    tenant->state.position = position;
    changed(*tenant, position);
  }
  if (held != nullptr) {
    const bool was_usage = is_usage(entry.command);
    {
      const std::unique_lock contents(lock_of(*held));
      apply(held->account, tenant->state, entry, position);
    }
    changed(*held, position);
    if (!entry.refusal) held->stuck = false;
    if (!was_usage) remember_attempts(*held);
    schedule(*held);
  } else if (tenant != nullptr && entry.account.empty()) {
    const std::unique_lock frame(frame_);
    tenant->own_position = position;
    Account nobody;
    apply(nobody, tenant->state, entry, position);
  }
  tail_.push_back({std::move(made), std::move(reply)});
}

void Shard::answer_again(store::Position position, Reply reply) {
  if (!reply) return;
  if (position > durable_) {
    // A duplicate waits for the first one's durability, and gets the same answer.
    auto& waiting = tail_[position - durable_ - 1];
    auto first = std::move(waiting.reply);
    waiting.reply = [first = std::move(first), second = std::move(reply)](Result<Answered> answer) mutable {
      if (first) first(answer);
      second(std::move(answer));
    };
    return;
  }
  if (position < asked_again_.first || asked_again_.first + asked_again_.entries.size() <= position) {
    asked_again_ = {};
    const auto read = store_.read(options_.number, position, [&](const store::Row& row) {
      auto entries = journal::read(row.entries);
      if (!entries || position < row.first || entries->size() <= position - row.first) return false;
      asked_again_.first = row.first;
      for (Entry& entry : *entries) asked_again_.entries.push_back(std::make_shared<const Entry>(std::move(entry)));
      return false;
    });
    if (!read) return reply(read.error());
    if (asked_again_.entries.empty())
      return reply(Error{.code = "store_failed", .message = "the journal has no such entry"});
  }
  reply(Answered{position, asked_again_.entries[position - asked_again_.first]});
}

std::size_t Shard::take_due(Instant now, std::size_t most) {
  now = last_at_ = std::max(last_at_, now);
  std::size_t left = most;
  for (auto next = events_.begin(); next != events_.end() && next->first <= now && left > 0;) {
    Held& held = *next->second;
    if (held.stuck || now < held.account.due_at) {
      ++next;
      continue;
    }
    // One step, then the earliest of all again: accounts fall due in the order of time. Those before this one have been
    // looked at, so that is this one once more or the next.
    std::size_t one = 1;
    --left;
    ++next;
    if (!advance(held, now, one)) held.stuck = true;
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
        next_ask(held->account) <= now)
      asking.push_back(held);
  }
  for (Held* held : asking) {
    for (Effect& effect : effects_due(held->tenant->state.id, held->account, now)) {
      ++held->under_way;
      effects.push_back(std::move(effect));
    }
    schedule(*held);
  }
  return effects;
}

const Account* Shard::holder_of(const TenantId& tenant, const std::string& key) const {
  const auto found = attempts_.find(key);
  return found == attempts_.end() || found->second->tenant->state.id != tenant ? nullptr : &found->second->account;
}

bool Shard::find_attempt(const TenantId& tenant, const std::string& key, AccountId& account, OrderId& order,
                         std::uint32_t& attempt) const {
  const Account* holder = holder_of(tenant, key);
  if (holder == nullptr) return false;
  for (const Order& candidate : holder->orders)
    for (const Attempt& tried : candidate.attempts)
      if (tried.key == key) {
        account = holder->id;
        order = candidate.id;
        attempt = tried.number;
        return true;
      }
  return false;
}

bool Shard::find_refund(const TenantId& tenant, const std::string& key, AccountId& account, RefundId& refund) const {
  const Account* holder = holder_of(tenant, key);
  if (holder == nullptr) return false;
  const auto found = std::ranges::find(holder->refunds, key, &Refund::key);
  if (found == holder->refunds.end()) return false;
  account = holder->id;
  refund = found->id;
  return true;
}

bool Shard::find_saving(const TenantId& tenant, const std::string& key, AccountId& account, SavingId& saving) const {
  const Account* holder = holder_of(tenant, key);
  if (holder == nullptr) return false;
  const auto found = std::ranges::find(holder->savings, key, &Saving::key);
  if (found == holder->savings.end()) return false;
  account = holder->id;
  saving = found->id;
  return true;
}

bool Shard::find_by_ref(const TenantId& tenant, const ProcessorId& processor, const std::string& ref,
                        AccountId& account, OrderId& order) const {
  const auto found = tenants_.find(tenant.text());
  if (found == tenants_.end() || ref.empty()) return false;
  for (const Held* held : found->second->accounts)
    for (const Order& candidate : held->account.orders)
      for (const Attempt& attempt : candidate.attempts)
        if (attempt.processor == processor && attempt.ref == ref) {
          account = held->account.id;
          order = candidate.id;
          return true;
        }
  return false;
}

void Shard::start_sending() {
  options_.sending = true;
  for (auto& [name, tenant] : tenants_)
    for (Held* held : tenant->accounts) schedule(*held);
}

Instant Shard::next_event() const { return events_.empty() ? never : events_.begin()->first; }

// ---- Commit ----------------------------------------------------------------------------------------------------

store::Row Shard::form() {
  store::Row row;
  row.shard = options_.number;
  row.first = head_.last + 1;
  row.last = last_;
  row.epoch = head_.epoch;
  row.format = journal::format;
  row.previous = head_.hash;
  row.entries = std::move(pending_);
  row.hash = store::seal(row);
  pending_.clear();
  head_ = {row.last, row.epoch, row.hash};
  return row;
}

void Shard::durable(const store::Row& row) {
  while (durable_ < row.last) {
    ++durable_;
    Waiting done = std::move(tail_.front());
    tail_.pop_front();
    if (std::holds_alternative<ErasePersonalData>(done.entry->command)) erase(*done.entry);
    if (done.reply) done.reply(Answered{durable_, std::move(done.entry)});
  }
  while (!readers_.empty() && readers_.front().first <= durable_) {
    auto reader = std::move(readers_.front().second);
    readers_.pop_front();
    reader(true);
  }
}

/// The key goes once the entry that says so is durable; a start does it again, should the first have been cut off.
void Shard::erase(const Entry& entry) {
  if (!entry.refusal) (void)!erase_personal_data(store_, entry.tenant, entry.account);
}

void Shard::lose(const Error& why) {
  lost_ = true;
  may_look_ = false;
  for (Waiting& waiting : tail_)
    if (waiting.reply) waiting.reply(why);
  tail_.clear();
  for (auto& [position, reader] : readers_) reader(false);
  readers_.clear();
  pending_.clear();
  events_.clear();
}

void Shard::when_durable(std::move_only_function<void(bool)> then) {
  if (last_ <= durable_)
    then(true);
  else
    readers_.emplace_back(last_, std::move(then));
}

}  // namespace florin::engine

#include "engine/shard.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "domain/accounts/apply.hpp"
#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"
#include "domain/journal/journal.hpp"
#include "domain/payments/stop.hpp"
#include "engine/prefetch.hpp"
#include "engine/provider_key.hpp"
#include "engine/vault.hpp"

namespace florin::engine {

namespace {

constexpr Duration clock_skew = minutes(5);
constexpr std::size_t longest_key = 80;

/// Of what is asked of whom. What is personal is left out: it is sealed before it is written.
std::uint32_t content_of(const AccountId& account, const AnyCommand& command) {
  thread_local std::string bytes;
  bytes.clear();
  {
    codec::Writer out(bytes);
    codec::write(out, account);
    if (const auto* opens = std::get_if<OpenAccount>(&command))
      codec::write(out, AnyCommand(OpenAccount{opens->billing_country, opens->billing_state, {}}));
    else if (std::holds_alternative<SetPerson>(command))
      codec::write(out, AnyCommand(SetPerson{}));
    else if (const auto* bills = std::get_if<SetBilling>(&command))
      codec::write(out, AnyCommand(SetBilling{bills->billing_country, bills->billing_state, {}}));
    else
      codec::write(out, command);
  }
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

/// What a command says anew of the person behind an account.
std::vector<Word>* person_named(AnyCommand& command) {
  if (auto* names = std::get_if<SetPerson>(&command)) return &names->person;
  if (auto* bills = std::get_if<SetBilling>(&command)) return &bills->person;
  return nullptr;
}

bool is_usage(const AnyCommand& command) {
  return std::holds_alternative<Use>(command) || std::holds_alternative<PlaceHold>(command) ||
         std::holds_alternative<SettleHold>(command) || std::holds_alternative<ReleaseHold>(command) ||
         std::holds_alternative<UseTogether>(command);
}

Actor the_host() { return {"host", ""}; }

std::string object_of(const TenantId& tenant) { return "tenant/" + tenant.text(); }
std::string object_of(const TenantId& tenant, const AccountId& account) {
  return "account/" + tenant.text() + "/" + account.text();
}

}  // namespace

Shard::Shard(store::Store& store, Policies& policies, Options options)
    : store_(store),
      policies_(policies),
      options_(std::move(options)),
      usage_keys_(options_.usage_window),
      money_keys_(options_.money_window) {}

Shard::~Shard() = default;

// ---- Start -----------------------------------------------------------------------------------------------------

Status Shard::open(Instant now) {
  const auto head = store_.head(options_.number);
  if (!head) return head.error();
  forget();
  head_ = *head;
  last_ = head_.last;
  durable_ = head_.last;

  if (const Status recovered = recover(); !recovered) return recovered;
  for (auto& [name, tenant] : tenants_)
    for (Held* held : tenant->accounts) schedule(*held);

  // Every opening is an entry: the first under a new epoch, which fences whoever had the journal before.
  epoch_before_ = head_.epoch;
  ++head_.epoch;
  last_at_ = std::max(last_at_, now);
  append(nullptr, nullptr,
         std::make_shared<Entry>(Entry{.tenant = {},
                                       .account = {},
                                       .actor = the_host(),
                                       .key = {},
                                       .asked_at = now,
                                       .at = last_at_,
                                       .catalog = 0,
                                       .command = OpenStore{head_.epoch, options_.opened_by},
                                       .refusal = std::nullopt,
                                       .facts = {StoreOpened{head_.epoch, options_.opened_by}}}),
         {});
  const store::Row row = form();
  store::Committed outcome = store_.commit(row, epoch_before_);
  for (int again = 0; outcome == store::Committed::not_known && again < 3; ++again)
    outcome = store_.commit(row, epoch_before_);
  if (outcome != store::Committed::done)
    return Error{.code = outcome == store::Committed::conflict ? "not_owner" : "store_failed",
                 .message = "the journal could not be opened for writing: " + store_.last_problem()};
  durable(row);
  epoch_before_ = head_.epoch;
  lost_ = false;
  return Done{};
}

void Shard::forget() {
  may_look_ = false;
  {
    const std::unique_lock until_nobody_looks(frame_);
  }
  attempts_.clear();
  events_.clear();
  changed_accounts_.clear();
  changed_tenants_.clear();
  cut_accounts_.clear();
  cut_tenants_.clear();
  tenants_.clear();
  held_.clear();
  names_ = NameIndex();
  usage_keys_ = KeyWindow(options_.usage_window);
  money_keys_ = KeyWindow(options_.money_window);
}

/// Checkpoints spare a start the folding of old facts, and nothing else. With one that is damaged, or is not there, it
/// folds the whole journal instead; `florin verify` says which.
Status Shard::recover() {
  const auto loaded = store_.load(options_.number);
  const Status taken = loaded ? take_checkpoints(loaded->objects) : Status(loaded.error());
  const Status recovered = taken ? replay(loaded->floor) : taken;
  if (recovered || recovered.error().code != "damaged_checkpoint") return recovered;
  forget();
  return replay(0);
}

Status Shard::take_checkpoints(const std::vector<store::Checkpoint>& objects) {
  for (const store::Checkpoint& object : objects) {
    if (object.object.starts_with("tenant/")) {
      auto state = journal::read_tenant(object.bytes);
      if (!state) return state.error();
      Tenant& tenant = tenant_of(state->id);
      tenant.state = std::move(*state);
    } else {
      const std::size_t slash = object.object.find('/', 8);
      auto state = journal::read_account(object.bytes);
      if (!state) return state.error();
      Held& held = held_as(tenant_of(TenantId::trusted(object.object.substr(8, slash - 8))), state->id);
      held.account = std::move(*state);
      remember_attempts(held);
    }
  }
  return Done{};
}

Status Shard::replay(store::Position floor) {
  Status outcome = Done{};
  const auto each = [&](const store::Row& row) {
    auto entries = journal::read(row.entries);
    if (!entries || entries->size() != row.last - row.first + 1) {
      outcome = Error{
          .code = "damaged_row",
          .message = "the row of positions " + std::to_string(row.first) + " to " + std::to_string(row.last) +
                     " cannot be read: " + (entries ? "its number of entries is wrong" : entries.error().message)};
      return false;
    }
    store::Position position = row.first;
    for (const Entry& entry : *entries) {
      if (position <= floor && !in_checkpoints(entry, position)) {
        outcome =
            Error{.code = "damaged_checkpoint", .message = "the checkpoints lack position " + std::to_string(position)};
        return false;
      }
      replay_entry(entry, position++, floor);
    }
    return true;
  };
  // The keys of the last windows are wanted too, so the whole journal is read; only what is newer is applied.
  if (const auto read = store_.read(options_.number, 1, each); !read) return read.error();
  return outcome;
}

/// Whether the objects that the entry changed are there as of then or later.
bool Shard::in_checkpoints(const Entry& entry, store::Position position) const {
  if (entry.tenant.empty()) return true;
  const auto tenant = tenants_.find(entry.tenant.text());
  if (tenant == tenants_.end() || tenant->second->state.position < position) return false;
  if (entry.account.empty() || entry.facts.empty()) return true;
  const Held* held = find(*tenant->second, entry.account);
  return held != nullptr && position <= held->account.position;
}

void Shard::replay_entry(const Entry& entry, store::Position position, store::Position floor) {
  last_at_ = std::max(last_at_, entry.at);
  if (!entry.key.empty())
    keys_for(entry.command)
        .remember(KeyWindow::digest_of(entry.tenant, entry.key), {content_of(entry.account, entry.command), position},
                  last_at_);
  if (std::holds_alternative<ErasePerson>(entry.command)) erase(entry);
  if (position <= floor || entry.tenant.empty()) return;
  // Checkpoints are as of an entry each: one that is newer than this entry has it already. Whatever an account's has,
  // its tenant's has too.
  Tenant& tenant = tenant_of(entry.tenant);
  const bool tenant_has_it = position <= tenant.state.position;
  if (!tenant_has_it) {
    tenant.state.position = position;
    changed(tenant, position);
  }
  if (entry.account.empty()) {
    Account nobody;
    if (!tenant_has_it) apply(nobody, tenant.state, entry, position);
    return;
  }
  Held* held = find(tenant, entry.account);
  if (held == nullptr && entry.facts.empty()) return;  // a refusal to somebody who is not there
  if (held == nullptr) held = &held_as(tenant, entry.account);
  if (position <= held->account.position) return;
  TenantState as_of_then;
  as_of_then.catalog = entry.catalog;
  apply(held->account, tenant_has_it ? as_of_then : tenant.state, entry, position);
  changed(*held, position);
  remember_attempts(*held);
}

Status Shard::add_tenant(const CompileCatalog& compile, const TenantId& id, std::string_view text, Instant now) {
  Tenant& tenant = tenant_of(id);
  tenant.catalogs.versions.clear();
  for (std::uint32_t version = 1; version <= tenant.state.catalog; ++version) {
    const auto kept = store_.text(tenant.state.catalog_texts[version - 1]);
    if (!kept) return kept.error();
    auto compiled = compile(version, *kept);
    if (!compiled) return compiled.error();
    tenant.catalogs.versions.push_back(std::move(*compiled));
  }
  tenant.stopped.reset();
  if (tenant.state.catalog == 0) {
    auto compiled = compile(1, std::string(text));
    if (!compiled) return compiled.error();
    const std::string name = catalog_name(id, text);
    if (const auto kept = store_.put_text(name, text); !kept) return kept.error();
    tenant.catalogs.versions.push_back(std::move(*compiled));
    last_at_ = std::max(last_at_, now);
    append(&tenant, nullptr,
           std::make_shared<Entry>(Entry{.tenant = id,
                                         .account = {},
                                         .actor = the_host(),
                                         .key = {},
                                         .asked_at = now,
                                         .at = last_at_,
                                         .catalog = 1,
                                         .command = ApplyCatalog{1, name, 0},
                                         .refusal = std::nullopt,
                                         .facts = {CatalogApplied{1, name}}}),
           {});
  }
  unstick(tenant);
  doubt_started(tenant, now);
  resume_charges(tenant, now);
  return Done{};
}

/// What was refused of what is due may not be any more.
void Shard::unstick(Tenant& tenant) {
  for (Held* held : tenant.accounts) {
    held->stuck = false;
    schedule(*held);
  }
}

std::string Shard::catalog_name(const TenantId& tenant, std::string_view text) {
  return "catalog/" + tenant.text() + "/" + provider_key(text);
}

/// After a stop was lifted: what waited and nothing else holds is tried, each account by an entry of its own.
void Shard::resume_charges(Tenant& tenant, Instant now) {
  std::vector<Job> jobs;
  for (const Held* held : tenant.accounts)
    if (may_resume(tenant.state, held->account))
      jobs.push_back({.tenant = tenant.state.id,
                      .account = held->account.id,
                      .actor = the_host(),
                      .key = {},
                      .asked_at = std::nullopt,
                      .command = ResumeCharges{},
                      .reply = {},
                      .of_effect = false});
  std::ranges::sort(jobs, {}, &Job::account);
  for (Job& job : jobs) take(std::move(job), now);
}

/// What had started before the last stop may have left: it is asked about now, never sent as if for the first time.
void Shard::doubt_started(Tenant& tenant, Instant now) {
  std::vector<Job> jobs;
  for (const Held* held : tenant.accounts)
    for (const Order& order : held->account.orders)
      for (const Attempt& attempt : order.attempts) {
        if (attempt.state != AttemptState::started) continue;
        Said said;
        said.text = "the host was stopped before the outcome was known";
        said.ask_after = Duration{1};
        jobs.push_back({.tenant = tenant.state.id,
                        .account = held->account.id,
                        .actor = the_host(),
                        .key = {},
                        .asked_at = std::nullopt,
                        .command = ProviderSaid{order.id, attempt.number, std::move(said), true},
                        .reply = {},
                        .of_effect = false});
      }
  std::ranges::stable_sort(jobs, {}, &Job::account);
  for (Job& job : jobs) take(std::move(job), now);
}

void Shard::stop_tenant(const TenantId& id, Error why) {
  Tenant& tenant = tenant_of(id);
  tenant.stopped = std::move(why);
  for (Held* held : tenant.accounts) schedule(*held);
}

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
  if (auto* opens = std::get_if<OpenAccount>(&entry.command); opens != nullptr && !opens->person.empty()) {
    if (held == nullptr) {
      auto sealed = seal_person(store_, job.tenant, job.account, opens->person);
      if (!sealed) return fail(sealed.error().code, sealed.error().message);
      opens->person = std::move(*sealed);
    } else {
      opens->person.clear();
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
  constexpr std::size_t block = 16;
  for (std::size_t from = 0; from < jobs.size(); from += block) {
    const std::span<Job> together = jobs.subspan(from, std::min(block, jobs.size() - from));
    std::array<Address, block> addresses;
    for (std::size_t i = 0; i < together.size(); ++i)
      addresses[i] = address_of(together[i], i == 0 ? nullptr : addresses[i - 1].tenant);
    for (Address& address : std::span(addresses).first(together.size())) {
      if (address.tenant == nullptr) continue;
      if (const std::uint32_t likely = names_.likely(address.name); likely != NameIndex::none) {
        address.likely = &held_[likely];
        prefetch(address.likely->account);
      }
    }
    for (const Address& address : std::span(addresses).first(together.size()))
      if (address.likely != nullptr) prefetch_behind(address.likely->account);
    for (std::size_t i = 0; i < together.size(); ++i) take_at(addresses[i], together[i], now);
  }
}

/// `before`: the tenant of the one before it, most often the same.
Shard::Address Shard::address_of(const Job& job, Tenant* before) const {
  Address address;
  address.tenant = before != nullptr && before->state.id == job.tenant ? before : find_tenant(job.tenant);
  if (address.tenant == nullptr) return address;
  address.name = name_of(*address.tenant, job.account);
  names_.prefetch(address.name);
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
  Result<Answered> answer = Error{.code = "store_failed", .message = "the journal has no such entry"};
  const auto read = store_.read(options_.number, position, [&](const store::Row& row) {
    if (auto entries = journal::read(row.entries); entries && position <= row.last)
      answer = Answered{position, std::make_shared<const Entry>(std::move((*entries)[position - row.first]))};
    return false;
  });
  reply(read ? std::move(answer) : Result<Answered>(read.error()));
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
    // One step, then the earliest of all again: accounts fall due in the order of time.
    std::size_t one = 1;
    --left;
    if (!advance(held, now, one)) held.stuck = true;
    schedule(held);
    next = events_.begin();
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

bool Shard::find_attempt(const TenantId& tenant, const std::string& key, AccountId& account, OrderId& order,
                         std::uint32_t& attempt) const {
  const auto found = attempts_.find(key);
  if (found == attempts_.end() || found->second->tenant->state.id != tenant) return false;
  const Account& holder = found->second->account;
  for (const Order& candidate : holder.orders)
    for (const Attempt& tried : candidate.attempts)
      if (tried.key == key) {
        account = holder.id;
        order = candidate.id;
        attempt = tried.number;
        return true;
      }
  return false;
}

bool Shard::find_refund(const TenantId& tenant, const std::string& key, AccountId& account, RefundId& refund) const {
  const auto found = attempts_.find(key);
  if (found == attempts_.end() || found->second->tenant->state.id != tenant) return false;
  for (const Refund& candidate : found->second->account.refunds)
    if (candidate.key == key) {
      account = found->second->account.id;
      refund = candidate.id;
      return true;
    }
  return false;
}

bool Shard::find_saving(const TenantId& tenant, const std::string& key, AccountId& account, SavingId& saving) const {
  const auto found = attempts_.find(key);
  if (found == attempts_.end() || found->second->tenant->state.id != tenant) return false;
  for (const Saving& candidate : found->second->account.savings)
    if (candidate.key == key) {
      account = found->second->account.id;
      saving = candidate.id;
      return true;
    }
  return false;
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
    if (std::holds_alternative<ErasePerson>(done.entry->command)) erase(*done.entry);
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
  if (!entry.refusal) (void)!erase_person(store_, entry.tenant, entry.account);
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

// ---- State -----------------------------------------------------------------------------------------------------

Shard::Tenant& Shard::tenant_of(const TenantId& id) {
  auto& tenant = tenants_[id.text()];
  if (!tenant) {
    tenant = std::make_unique<Tenant>();
    tenant->state.id = id;
    tenant->seed = tenants_.size();
  }
  return *tenant;
}

Shard::Tenant* Shard::find_tenant(const TenantId& id) const {
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() ? nullptr : found->second.get();
}

std::uint32_t Shard::name_of(const Tenant& tenant, const AccountId& id) {
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(id.text().data(), id.text().size(), tenant.seed));
}

Shard::Held* Shard::find(const Tenant& tenant, const AccountId& id, std::uint32_t name) const {
  const std::uint32_t number = names_.find(name, [&](std::uint32_t candidate) {
    return held_[candidate].tenant == &tenant && held_[candidate].account.id == id;
  });
  return number == NameIndex::none ? nullptr : &held_[number];
}

Shard::Held& Shard::held_as(Tenant& tenant, const AccountId& id) {
  const std::uint32_t name = name_of(tenant, id);
  if (Held* held = find(tenant, id, name)) return *held;
  const std::unique_lock frame(frame_);
  Held& held = held_.add();
  held.account.id = id;
  held.tenant = &tenant;
  tenant.accounts.push_back(&held);
  names_.add(name, static_cast<std::uint32_t>(held_.size() - 1));
  return held;
}

void Shard::remember_attempts(Held& held) {
  for (const Order& order : held.account.orders)
    for (const Attempt& attempt : order.attempts) attempts_.emplace(attempt.key, &held);
  for (const Refund& refund : held.account.refunds) attempts_.emplace(refund.key, &held);
  for (const Saving& saving : held.account.savings) attempts_.emplace(saving.key, &held);
}

KeyWindow& Shard::keys_for(const AnyCommand& command) { return is_usage(command) ? usage_keys_ : money_keys_; }
const KeyWindow& Shard::keys_for(const AnyCommand& command) const {
  return is_usage(command) ? usage_keys_ : money_keys_;
}

bool Shard::Sooner::operator()(const Event& a, const Event& b) const {
  if (a.first != b.first || a.second == b.second) return a.first < b.first;
  if (a.second->tenant != b.second->tenant) return a.second->tenant->state.id < b.second->tenant->state.id;
  return a.second->account.id < b.second->account.id;
}

void Shard::schedule(Held& held) {
  Instant at = never;
  if (!held.tenant->stopped && !held.tenant->catalogs.versions.empty()) {
    if (!held.stuck) at = held.account.due_at;
    if (held.under_way == 0 && options_.sending) at = std::min(at, next_ask(held.account));
  }
  if (at == held.event_at) return;
  if (held.event_at != never) events_.erase({held.event_at, &held});
  held.event_at = at;
  if (at != never) events_.insert({at, &held});
}

const Account* Shard::account(const TenantId& tenant, const AccountId& id) const {
  const Tenant* found = find_tenant(tenant);
  const Held* held = found == nullptr ? nullptr : find(*found, id);
  return held == nullptr ? nullptr : &held->account;
}

const TenantState* Shard::tenant(const TenantId& id) const {
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() ? nullptr : &found->second->state;
}

const Catalogs* Shard::catalogs(const TenantId& id) const {
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() ? nullptr : &found->second->catalogs;
}

std::vector<TenantId> Shard::tenants() const {
  std::vector<TenantId> ids;
  for (const auto& [name, tenant] : tenants_) ids.push_back(tenant->state.id);
  std::ranges::sort(ids);
  return ids;
}

std::vector<AccountId> Shard::accounts(const TenantId& tenant) const {
  std::vector<AccountId> ids;
  if (const auto found = tenants_.find(tenant.text()); found != tenants_.end())
    for (const Held* held : found->second->accounts) ids.push_back(held->account.id);
  std::ranges::sort(ids);
  return ids;
}

void Shard::changed(Tenant& tenant, store::Position position) {
  if (tenant.changed_from != 0) return;
  tenant.changed_from = position;
  changed_tenants_.push_back(&tenant);
}

void Shard::changed(Held& held, store::Position position) {
  if (held.changed_from != 0) return;
  held.changed_from = position;
  changed_accounts_.push_back(&held);
}

store::Checkpoint Shard::checkpoint_of(Tenant& tenant) {
  return {object_of(tenant.state.id), tenant.state.position, journal::write(tenant.state)};
}

Shard::Cut Shard::cut(std::size_t most) {
  Cut cut;
  std::set<Tenant*> theirs;
  for (; !changed_accounts_.empty() && cut_accounts_.size() < most; changed_accounts_.pop_front()) {
    Held& held = *changed_accounts_.front();
    cut.objects.push_back(
        {object_of(held.tenant->state.id, held.account.id), held.account.position, journal::write(held.account)});
    cut_accounts_.emplace_back(&held, std::exchange(held.changed_from, 0));
    theirs.insert(held.tenant);
  }
  const store::Position next_account = changed_accounts_.empty() ? last_ + 1 : changed_accounts_.front()->changed_from;
  for (; !changed_tenants_.empty() && changed_tenants_.front()->changed_from < next_account;
       changed_tenants_.pop_front()) {
    Tenant& tenant = *changed_tenants_.front();
    cut_tenants_.emplace_back(&tenant, std::exchange(tenant.changed_from, 0));
    theirs.insert(&tenant);
  }
  for (Tenant* tenant : theirs) cut.objects.push_back(checkpoint_of(*tenant));
  const store::Position next_tenant = changed_tenants_.empty() ? last_ + 1 : changed_tenants_.front()->changed_from;
  cut.floor = std::min(next_account, next_tenant) - 1;
  return cut;
}

void Shard::saved(bool done) {
  const auto back = [done](auto& cut, auto& changed) {
    if (!done && !cut.empty()) {
      for (const auto& [object, from] : cut) {
        if (object->changed_from == 0) changed.push_back(object);
        object->changed_from = from;
      }
      std::ranges::sort(changed, {}, [](const auto* object) { return object->changed_from; });
    }
    cut.clear();
  };
  back(cut_accounts_, changed_accounts_);
  back(cut_tenants_, changed_tenants_);
}

}  // namespace florin::engine

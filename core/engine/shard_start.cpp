#include "engine/shard.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <mutex>

#include "domain/accounts/apply.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/journal/journal.hpp"
#include "domain/payments/stop.hpp"
#include "engine/command_identity.hpp"
#include "engine/effects.hpp"
#include "engine/provider_key.hpp"
#include "engine/row.hpp"
#include "engine/vault.hpp"

/// A shard begins: from checkpoints and the journal, its tenants one by one.
namespace florin::engine {

namespace {

/// Of the object whose past they are.
journal::PageBytes pages_behind(const store::Checkpoint& object, const SavedPages& pages) {
  return [&](const std::string& page) {
    const auto found = pages.find(journal::page_object(object.object, page));
    return found == pages.end() ? nullptr : found->second;
  };
}

/// The code of a checkpoint whose pages cannot be away: an earlier version wrote it.
constexpr const char* of_before = "of_before";

/// Read without its pages. Errors: damaged_checkpoint; of_before.
Result<Account> account_beside(const store::Checkpoint& object) {
  auto beside = journal::read_beside_pages(object.bytes);
  if (!beside) return beside.error();
  if (!*beside) return Error{.code = of_before, .message = object.object};
  return std::move(**beside);
}

bool is_of_before(const store::Checkpoint& object) {
  const auto beside = journal::read_beside_pages(object.bytes);
  return beside && !*beside;
}

}  // namespace

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
  list_misfits();
  drop_left_actions();
  for (auto& [name, tenant] : tenants_)
    for (Held* held : tenant->accounts) put_away(*held);
  return Done{};
}

void Shard::forget() {
  may_look_ = false;
  {
    const std::unique_lock until_nobody_looks(frame_);
  }
  aside_.clear();
  attempts_.clear();
  brought_.clear();
  lacking_.clear();
  looked_up_.clear();
  rewritten_.clear();
  slots_.clear();
  tickets_.clear();
  reserved_.clear();
  ready_.clear();
  troubled_.clear();
  unanswered_.clear();
  walks_.clear();
  events_.clear();
  changed_accounts_.clear();
  changed_tenants_.clear();
  cut_accounts_.clear();
  pages_before_.clear();
  tenant_pages_before_.clear();
  cut_tenants_.clear();
  first_accounts_.clear();
  first_tenants_.clear();
  accounts_saved_ = tenants_saved_ = 0;
  erasing_.clear();
  tenants_.clear();
  held_.clear();
  names_ = NameIndex();
  usage_keys_ = {KeyWindow(options_.usage_window, usage_files_.get()), KeyRuns("usage", options_.usage_window)};
  money_keys_ = {KeyWindow(options_.money_window, money_files_.get()), KeyRuns("money", options_.money_window)};
}

/// Checkpoints spare a start the folding of old facts, and nothing else. With one that is damaged, or is not there, it
/// folds the whole journal instead; `florin verify` says which.
Status Shard::recover() {
  misfits_.clear();
  constexpr std::size_t most_misfits = 1000;
  for (;;) {
    const std::size_t known = misfits_.size();
    const auto mark = store_.mark(past_mark);
    const bool damaged = mark && !mark->empty();
    const Status recovered = recover_once(damaged);
    if (recovered && damaged) (void)!store_.set_mark(past_mark, "");
    // With what does not fit left aside, from the beginning: no account may stay half changed.
    const bool again = !recovered && known < misfits_.size() && known < most_misfits;
    if (!again) return recovered;
    forget();
  }
}

Status Shard::recover_once(bool whole) try {
  // Keys are read run by run, as take_checkpoints() puts them back.
  constexpr std::array<std::string_view, 2> beside = {"keys/", "past/"};
  const auto loaded = store_.load(options_.number, std::span(beside).first(whole ? 1 : 2));
  Status taken = loaded ? take_checkpoints(loaded->objects, whole) : Status(loaded.error());
  if (!taken && taken.error().code == of_before) throw PageAway{};
  ShardMark mark;
  if (taken && loaded->floor > 0) {
    auto saved = mark_of(loaded->objects);
    if (saved)
      mark = std::move(*saved);
    else
      taken = saved.error();
  }
  last_at_ = std::max(last_at_, mark.last_at);
  if (taken)
    for (Held* held : rewritten_) changed(*held, mark.floor + 1);
  erase_again(mark.erasures);
  mark_listed();
  const Status recovered = taken ? replay(mark.floor) : taken;
  if (recovered || recovered.error().code != "damaged_checkpoint") return recovered;
  forget();
  mark_listed();
  return replay(0);
} catch (const PageAway&) {
  // Its pages are of an earlier version, or one is missing: from the beginning, with all of them in memory.
  if (whole) return Error{.code = "internal_fault", .message = "a page is away at a start that reads all"};
  forget();
  return recover_once(true);
}

Result<ShardMark> Shard::mark_of(const std::vector<store::Checkpoint>& objects) const {
  const auto found = std::ranges::find(objects, ShardMark::object, &store::Checkpoint::object);
  if (found == objects.end())
    return Error{.code = "damaged_checkpoint", .message = "there is no checkpoint of the shard"};
  auto mark = ShardMark::read(found->bytes);
  if (!mark) return mark.error();
  // There may be more: what a start that folded everything has not saved again yet.
  if (accounts_saved_ < mark->accounts || tenants_saved_ < mark->tenants)
    return Error{.code = "damaged_checkpoint", .message = "checkpoints of accounts or tenants are not there"};
  if (usage_keys_.runs.count() < mark->usage_runs || money_keys_.runs.count() < mark->money_runs)
    return Error{.code = "damaged_checkpoint", .message = "saved keys are not there"};
  return mark;
}

void Shard::erase_again(const std::vector<ShardMark::Erasure>& erasures) {
  for (const ShardMark::Erasure& erasure : erasures) erase(erasure.tenant, erasure.account, erasure.position);
}

Status Shard::take_checkpoints(const std::vector<store::Checkpoint>& objects, bool whole) {
  SavedPages pages;
  std::vector<std::vector<store::Checkpoint>> of_tenants;  // holds what these pages are
  std::vector<const store::Checkpoint*> accounts, tenants;
  for (const store::Checkpoint& object : objects) {
    if (object.object.starts_with("past/")) pages.emplace(object.object, &object.bytes);
    if (object.object.starts_with("tenant/")) tenants.push_back(&object);
    if (object.object.starts_with("account/")) accounts.push_back(&object);
  }
  for (const store::Checkpoint* object : tenants) {
    if (!whole) {
      const std::string name = journal::page_object(object->object, "identified");
      auto found = store_.objects(options_.number, name + "/", name + "0");
      if (!found) return found.error();
      for (const store::Checkpoint& page : of_tenants.emplace_back(std::move(*found)))
        pages.emplace(page.object, &page.bytes);
    }
    auto state = journal::read_tenant(object->bytes, pages_behind(*object, pages));
    if (!state) return state.error();
    Tenant& tenant = tenant_of(state->id);
    tenant.state = std::move(*state);
    tenant.saved = tenant.state.identified.pages();
    tenant.has_checkpoint = true;
  }
  tenants_saved_ = tenants.size();
  if (const Status taken = take_accounts(accounts, pages, whole); !taken) return taken;
  for (Keys* keys : {&usage_keys_, &money_keys_})
    if (const Status taken = keys->runs.take(store_, options_.number, keys->window); !taken) return taken;
  return Done{};
}

/// Some are read while those before them are put in their places.
Status Shard::take_accounts(std::span<const store::Checkpoint* const> accounts, const SavedPages& pages, bool whole) {
  constexpr std::size_t share = 2048;
  const auto read_some = [&pages, whole](std::span<const store::Checkpoint* const> some) {
    std::vector<Result<Account>> states;
    states.reserve(some.size());
    for (const store::Checkpoint* object : some)
      states.push_back(whole ? journal::read_account(object->bytes, pages_behind(*object, pages))
                             : account_beside(*object));
    return states;
  };
  const auto share_from = [&](std::size_t from) {
    return from >= accounts.size() ? std::span<const store::Checkpoint* const>()
                                   : accounts.subspan(from, std::min(share, accounts.size() - from));
  };
  std::vector<Result<Account>> states = read_some(share_from(0));
  for (std::size_t from = 0; from < accounts.size(); from += share) {
    std::future<std::vector<Result<Account>>> following;
    if (from + share < accounts.size()) following = std::async(std::launch::async, read_some, share_from(from + share));
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (!states[i]) return states[i].error();
      const std::string& object = accounts[from + i]->object;
      const bool rewrite = whole && is_of_before(*accounts[from + i]);
      Held& held = held_as(tenant_of(TenantId::trusted(object.substr(8, object.find('/', 8) - 8))), states[i]->id);
      held.account = std::move(*states[i]);
      if (rewrite)
        rewritten_.push_back(&held);
      else
        held.saved = journal::pages_of(held.account);
      held.has_checkpoint = true;
      remember_attempts(held);
    }
    if (following.valid()) states = following.get();
  }
  accounts_saved_ = accounts.size();
  return Done{};
}

Status Shard::replay(store::Position floor) {
  Status outcome = Done{};
  const auto each = [&](const store::Row& row) {
    const auto entries = entries_of(row);
    if (!entries) {
      outcome = entries.error();
      return false;
    }
    store::Position position = row.first;
    for (const Entry& entry : *entries) {
      if (position <= floor && !in_checkpoints(entry, position)) {
        outcome =
            Error{.code = "damaged_checkpoint", .message = "the checkpoints lack position " + std::to_string(position)};
        return false;
      }
      outcome = replay_entry(entry, position++, floor);
      if (!outcome) return false;
    }
    return true;
  };
  // What is older is in the checkpoints, but for what accounts lack that are set aside. The last row is always read:
  // the head has to be its.
  store::Position from = std::min(floor + 1, head_.last);
  for (const auto& [held, aside] : aside_) from = std::min(from, aside.from);
  if (const auto read = store_.read(options_.number, std::max<store::Position>(from, 1), each); !read)
    return read.error();
  return outcome;
}

/// Whether the objects that the entry changed are there as of then or later.
bool Shard::in_checkpoints(const Entry& entry, store::Position position) const {
  if (entry.tenant.empty()) return true;
  const auto tenant = tenants_.find(entry.tenant.text());
  if (tenant == tenants_.end() || tenant->second->state.position < position) return false;
  if (entry.account.empty() || entry.facts.empty()) return true;
  // One that is set aside stays as it was.
  if (const auto aside = set_aside_of(tenant->second->state, entry.account); aside && aside->from <= position)
    return true;
  const Held* held = find(*tenant->second, entry.account);
  return held != nullptr && position <= held->account.position;
}

Status Shard::replay_entry(const Entry& entry, store::Position position, store::Position floor) {
  last_at_ = std::max(last_at_, entry.at);
  if (position > floor && !entry.key.empty())
    remember_key(entry.command, KeyWindow::digest_of(entry.tenant, entry.key),
                 {content_of(entry.account, entry.command), position}, last_at_);
  if (position > floor && std::holds_alternative<ErasePersonalData>(entry.command) && !entry.refusal)
    erase(entry.tenant, entry.account, position);
  if (entry.tenant.empty()) return Done{};
  if (position <= floor) {
    // What the checkpoint of one that is set aside lacks.
    Tenant* tenant = entry.account.empty() ? nullptr : find_tenant(entry.tenant);
    Held* held = tenant == nullptr ? nullptr : find(*tenant, entry.account);
    if (held != nullptr) (void)replays_aside(*tenant, *held, entry, position, true);
    return Done{};
  }
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
    replay_listing(tenant, entry, position);
    return Done{};
  }
  Held* held = find(tenant, entry.account);
  if (held == nullptr && entry.facts.empty()) return Done{};  // a refusal to somebody who is not there
  if (held == nullptr) held = &held_as(tenant, entry.account);
  if (replays_aside(tenant, *held, entry, position, tenant_has_it)) return Done{};
  if (position <= held->account.position) return Done{};
  TenantState as_of_then;
  as_of_then.catalog = entry.catalog;
  try {
    replay_facts(*held, tenant_has_it ? as_of_then : tenant.state, entry, position);
  } catch (const std::exception& failed) {
    misfits_.try_emplace({entry.tenant, entry.account}, Misfit{position, failed.what()});
    return Error{.code = "facts_fit", .message = "position " + std::to_string(position) + ": " + failed.what()};
  }
  changed(*held, position);
  remember_attempts(*held, entry.facts);
  return Done{};
}

/// Of an account of which something is away a copy gets them, so that nothing stays half done where a page is missing.
/// Usage looks at no past.
void Shard::replay_facts(Held& held, TenantState& tenant, const Entry& entry, store::Position position) {
  if (held.account.is_whole() || is_usage(entry.command)) return apply(held.account, tenant, entry, position);
  auto [account, of_tenant] = with_pages_of(held, [&] {
    std::pair<Account, TenantState> copies{held.account, tenant};
    apply(copies.first, copies.second, entry, position);
    return copies;
  });
  held.account = std::move(account);
  tenant = std::move(of_tenant);
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
  walk(tenant.accounts, Walk::unstick, now);
  doubt_started(tenant, now);
  walk(tenant.accounts, Walk::resume_charges, now);
  return Done{};
}

/// What was refused of what is due may not be any more.
void Shard::unstick(Held& held) {
  held.stuck = false;
  if (Slot* slot = held.waits ? slot_of(held) : nullptr; slot != nullptr && slot->held()) slot->retry_at = last_at_;
  schedule(held);
}

std::string Shard::catalog_name(const TenantId& tenant, std::string_view text) {
  return "catalog/" + tenant.text() + "/" + provider_key(text);
}

// ---- Walks -----------------------------------------------------------------------------------------------------

void Shard::begin_walk(Tenant& tenant, Walk what, Instant now) {
  if (ask_)
    walks_.push_back({.tenant = &tenant, .what = what});
  else
    walk(tenant.accounts, what, now);
}

void Shard::walk_on(Instant now) {
  constexpr std::size_t step = 256;
  if (walks_.empty()) return;
  Walking& walking = walks_.front();
  const std::span<Held* const> accounts(walking.tenant->accounts);
  const auto some = accounts.subspan(walking.next, std::min(step, accounts.size() - walking.next));
  walking.next += some.size();
  const Walking now_done = walking;
  if (walking.next == accounts.size()) walks_.pop_front();
  walk(some, now_done.what, std::max(last_at_, now));
}

void Shard::walk(std::span<Held* const> accounts, Walk what, Instant now) {
  std::vector<Job> jobs;
  for (Held* held : accounts) {
    if (what == Walk::unstick) unstick(*held);
    if (what == Walk::start_sending) schedule(*held);
    // What waited and nothing else holds is tried, each account by an entry of its own.
    if (what == Walk::resume_charges && !held->aside && may_resume(held->tenant->state, held->account))
      jobs.push_back({.tenant = held->tenant->state.id,
                      .account = held->account.id,
                      .actor = the_host(),
                      .key = {},
                      .asked_at = std::nullopt,
                      .command = ResumeCharges{},
                      .reply = {},
                      .of_effect = false,
                      .way = Way::host});
  }
  std::ranges::sort(jobs, {}, &Job::account);
  for (Job& job : jobs) take(std::move(job), now);
}

/// What had started before the last stop may have left: it is asked about now, never sent as if for the first time.
void Shard::doubt_started(Tenant& tenant, Instant now, const Held* only) {
  for (const Held* held : tenant.accounts) {
    if (only != nullptr && held != only) continue;
    for (const Refund& refund : held->account.refunds)
      if (refund.state == AttemptState::started) unanswered_.insert(refund.key);
    for (const Saving& saving : held->account.savings) {
      if (saving.state == AttemptState::started) unanswered_.insert(saving.key);
      if (saving.answer_at) unanswered_.insert(confirm_key(saving.key, *saving.answer_at));
    }
    for (const Order& order : held->account.orders.open())
      for (const Attempt& attempt : order.attempts)
        if (attempt.answer_at) unanswered_.insert(confirm_key(attempt.key, *attempt.answer_at));
  }
  std::vector<Job> jobs;
  for (const Held* held : tenant.accounts)
    for (const Order& order : held->account.orders.open())
      for (const Attempt& attempt : order.attempts) {
        if (held->aside || (only != nullptr && only != held) || attempt.state != AttemptState::started) continue;
        ProviderReport said;
        said.text = "the host was stopped before the outcome was known";
        said.ask_after = Duration{1};
        jobs.push_back({.tenant = tenant.state.id,
                        .account = held->account.id,
                        .actor = the_host(),
                        .key = {},
                        .asked_at = std::nullopt,
                        .command = PaymentReported{order.id, attempt.number, std::move(said), true},
                        .reply = {},
                        .of_effect = false,
                        .way = Way::host});
      }
  std::ranges::stable_sort(jobs, {}, &Job::account);
  for (Job& job : jobs) take(std::move(job), now);
}

void Shard::stop_tenant(const TenantId& id, Error why) {
  Tenant& tenant = tenant_of(id);
  tenant.stopped = std::move(why);
  for (Held* held : tenant.accounts) schedule(*held);
}

}  // namespace florin::engine

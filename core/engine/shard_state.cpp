#include "engine/shard.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <mutex>
#include <utility>

#include "domain/journal/journal.hpp"
#include "engine/command_identity.hpp"

/// What a shard keeps: whose account lies where, when it is looked at next, and what of it is yet to be saved.
namespace florin::engine {

namespace {

using Digest = std::pair<std::uint64_t, std::uint64_t>;

Digest digest_of(const std::string& key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return {hash.low64, hash.high64};
}

/// A processor's id is its own for one tenant: another's sandbox may give the same.
Digest digest_of(const TenantId& tenant, const ProcessorId& processor, const std::string& ref) {
  return digest_of(tenant.text() + "/" + processor.text() + "/" + ref);
}

/// Among the pages, so that a start leaves them out together; no tenant's name is empty.
std::string ref_object(const Digest& digest) {
  std::array<char, 2 * 16 + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%016" PRIx64 "%016" PRIx64, digest.first, digest.second);
  return std::string("past//") + digits.data();
}

std::string object_of(const TenantId& tenant) { return "tenant/" + tenant.text(); }
std::string object_of(const TenantId& tenant, const AccountId& account) {
  return "account/" + tenant.text() + "/" + account.text();
}

}  // namespace

Shard::Tenant& Shard::tenant_of(const TenantId& id) {
  auto& tenant = tenants_[id.text()];
  if (!tenant) {
    tenant = std::make_unique<Tenant>();
    tenant->state.id = id;
  }
  return *tenant;
}

Shard::Tenant* Shard::find_tenant(const TenantId& id) const {
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() ? nullptr : found->second.get();
}

std::uint64_t Shard::seed_of(const TenantId& tenant) { return XXH3_64bits(tenant.text().data(), tenant.text().size()); }

std::uint32_t Shard::name_of(std::uint64_t seed, const AccountId& id) {
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(id.text().data(), id.text().size(), seed));
}

Shard::Held* Shard::find(const Tenant& tenant, const AccountId& id, std::uint32_t name) const {
  const std::uint32_t number = names_.find(name, [&](std::uint32_t candidate) {
    return held_[candidate].tenant == &tenant && held_[candidate].account.id == id;
  });
  return number == NameIndex::none ? nullptr : &held_[number];
}

Shard::Held& Shard::held_as(Tenant& tenant, const AccountId& id) {
  const std::uint32_t name = name_of(seed_of(tenant.state.id), id);
  if (Held* held = find(tenant, id, name)) return *held;
  const std::unique_lock frame(frame_);
  Held& held = held_.add();
  held.account.id = id;
  held.tenant = &tenant;
  tenant.accounts.push_back(&held);
  names_.add(name, static_cast<std::uint32_t>(held_.size() - 1));
  return held;
}

template <class Asked>
void Shard::remember_ref(Held& held, const Asked& asked) {
  if (asked.ref.empty()) return;
  attempts_.insert_or_assign(digest_of(held.tenant->state.id, asked.processor, asked.ref), &held);
}

void Shard::remember_attempts(Held& held, const Facts& facts) {
  const Account& account = held.account;
  for (const Fact& fact : facts) {
    if (const auto* started = std::get_if<AttemptStarted>(&fact))
      attempts_.emplace(digest_of(started->attempt->key), &held);
    if (const auto* refund = std::get_if<RefundStarted>(&fact))
      attempts_.emplace(digest_of(refund->refund->key), &held);
    if (const auto* saving = std::get_if<SavingStarted>(&fact))
      attempts_.emplace(digest_of(saving->saving->key), &held);
    if (const auto* moved = std::get_if<AttemptMoved>(&fact); moved != nullptr && !moved->ref.empty())
      if (const Order* order = account.order(moved->order);
          order != nullptr && moved->attempt >= 1 && moved->attempt <= order->attempts.size())
        remember_ref(held, order->attempts[moved->attempt - 1]);
    if (const auto* moved = std::get_if<SavingMoved>(&fact))
      if (const auto saving = std::ranges::find(account.savings, moved->saving, &Saving::id);
          saving != account.savings.end())
        remember_ref(held, *saving);
  }
}

/// What is away is found in the store.
void Shard::remember_attempts(Held& held) {
  const auto remember = [&](const Order& order) {
    for (const Attempt& attempt : order.attempts) {
      attempts_.emplace(digest_of(attempt.key), &held);
      remember_ref(held, attempt);
    }
  };
  held.account.orders.pages().each_here([&](std::size_t, const auto& page) { std::ranges::for_each(page, remember); });
  std::ranges::for_each(held.account.orders.open(), remember);
  for (const Refund& refund : held.account.refunds) attempts_.emplace(digest_of(refund.key), &held);
  for (const Saving& saving : held.account.savings) {
    attempts_.emplace(digest_of(saving.key), &held);
    remember_ref(held, saving);
  }
}

namespace {

/// By their keys, and by their processors' ids.
std::vector<Digest> digests_of(const TenantId& tenant, const Order& order) {
  std::vector<Digest> digests;
  for (const Attempt& attempt : order.attempts) {
    digests.push_back(digest_of(attempt.key));
    if (!attempt.ref.empty()) digests.push_back(digest_of(tenant, attempt.processor, attempt.ref));
  }
  return digests;
}

}  // namespace

std::vector<std::string> Shard::refs_of(const TenantId& tenant, const Order& order) {
  std::vector<std::string> names;
  for (const Digest& digest : digests_of(tenant, order)) names.push_back(ref_object(digest));
  return names;
}

void Shard::add_refs(Cut& cut, const Held& held) {
  const TenantId& tenant = held.tenant->state.id;
  journal::each_order_to_save(held.account, held.saved, [&](const Order& order) {
    for (std::string& name : refs_of(tenant, order))
      cut.objects.push_back({std::move(name), held.account.position, tenant.text() + "/" + held.account.id.text()});
  });
}

/// An id may be the one of a newer attempt too, which lies open.
void Shard::forget_attempts(Held& held, std::span<const SharedList<Order>> pages) {
  for (const auto& page : pages)
    for (const Order& order : page)
      for (const Digest& digest : digests_of(held.tenant->state.id, order))
        if (const auto found = attempts_.find(digest); found != attempts_.end() && found->second == &held)
          attempts_.erase(found);
  remember_attempts(held);
}

Shard::Held* Shard::holder_of(const Digest& digest) const {
  if (const auto found = attempts_.find(digest); found != attempts_.end()) return found->second;
  const std::string name = ref_object(digest);
  if (const auto found = looked_up_.find(name); found != looked_up_.end()) return found->second;
  if (read_pages_) {
    lacking_ref_ = name;
    throw PageAway{};
  }
  const auto refs = store_.objects(options_.number, name, name + '\x01');
  return refs ? holder_in(*refs) : nullptr;
}

Shard::Held* Shard::holder_in(std::span<const store::Checkpoint> refs) const {
  if (refs.empty()) return nullptr;
  const std::string& name = refs.front().bytes;  // acme/ann
  const std::size_t slash = name.find('/');
  const Tenant* tenant = find_tenant(TenantId::trusted(name.substr(0, slash)));
  return tenant == nullptr || slash == std::string::npos ? nullptr
                                                         : find(*tenant, AccountId::trusted(name.substr(slash + 1)));
}

Shard::Keys& Shard::keys_for(const AnyCommand& command) { return is_usage(command) ? usage_keys_ : money_keys_; }
const Shard::Keys& Shard::keys_for(const AnyCommand& command) const {
  return is_usage(command) ? usage_keys_ : money_keys_;
}

std::unique_ptr<KeyFiles> Shard::files_for(Duration window) const {
  if (!options_.key_files) return nullptr;
  KeyFiles::Options options = *options_.key_files;
  options.alarm = [this](const std::string& line) { alarm(line); };
  return std::make_unique<KeyFiles>(std::move(options), window);
}

void Shard::look_up(std::span<Job> jobs) const {
  for (Job& job : jobs) {
    const KeyFiles* files = (is_usage(job.command) ? usage_files_ : money_files_).get();
    if (files == nullptr || job.way == Way::host) continue;
    job.looked = files->find_none();
    if (job.looked.version == 0) job.looked = files->find(KeyWindow::digest_of(job.tenant, job.key));
  }
}

void Shard::remember_key(const AnyCommand& command, KeyWindow::Digest key, KeyWindow::Use use, Instant now) {
  Keys& keys = keys_for(command);
  keys.window.remember(key, use, now);
  keys.runs.add({.key = key, .use = use, .hour = KeyWindow::hour_of(now)});
}

bool Shard::Sooner::operator()(const Event& a, const Event& b) const {
  if (a.first != b.first || a.second == b.second) return a.first < b.first;
  if (a.second->tenant != b.second->tenant) return a.second->tenant->state.id < b.second->tenant->state.id;
  return a.second->account.id < b.second->account.id;
}

void Shard::schedule(Held& held) {
  Instant at = never;
  if (!held.aside && !held.tenant->stopped && !held.tenant->catalogs.versions.empty()) {
    if (!held.stuck) at = held.waits ? due_event(held) : held.account.due_at;
    if (held.under_way == 0 && options_.sending) {
      const Instant asks = next_ask(held.account);
      if (asks != never) at = std::min(at, std::max(asks, quiet_until(held)));
    }
  }
  if (at == held.event_at) return;
  if (held.event_at != never) events_.erase({held.event_at, &held});
  held.event_at = at;
  if (at != never) events_.insert({at, &held});
}

const Account* Shard::holder_of(const TenantId& tenant, const std::string& key) const {
  const Held* held = holder_of(digest_of(key));
  return held == nullptr || held->tenant->state.id != tenant ? nullptr : &shown(*held);
}

bool Shard::find_attempt(const TenantId& tenant, const std::string& key, AccountId& account, OrderId& order,
                         std::uint32_t& attempt) const {
  const Account* holder = holder_of(tenant, key);
  if (holder == nullptr) return false;
  const auto is_in = [&](const Order& candidate) {
    const auto tried = std::ranges::find(candidate.attempts, key, &Attempt::key);
    if (tried == candidate.attempts.end()) return false;
    account = holder->id;
    order = candidate.id;
    attempt = tried->number;
    return true;
  };
  // What is still reported is most often of a new one.
  return std::ranges::any_of(holder->orders.open(), is_in) || std::ranges::any_of(holder->orders, is_in);
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

bool Shard::find_open_by_ref(const TenantId& tenant, const ProcessorId& processor, const std::string& ref,
                             AccountId& account, LookUp& asks) const {
  const auto known = ref.empty() ? attempts_.end() : attempts_.find(digest_of(tenant, processor, ref));
  if (known == attempts_.end()) return false;
  const Account* holder = &known->second->account;
  account = holder->id;
  const auto is_it = [&](const auto& one) { return one.processor == processor && one.ref == ref && one.open(); };
  for (const Order& order : holder->orders.open())
    if (const auto found = std::ranges::find_if(order.attempts, is_it); found != order.attempts.end()) {
      asks.order = order.id;
      asks.attempt = found->number;
      return true;
    }
  const auto saving = std::ranges::find_if(holder->savings, is_it);
  if (saving == holder->savings.end()) return false;
  asks.saving = saving->id;
  return true;
}

bool Shard::find_by_ref(const TenantId& tenant, const ProcessorId& processor, const std::string& ref,
                        AccountId& account, OrderId& order) const {
  const Held* held = ref.empty() ? nullptr : holder_of(digest_of(tenant, processor, ref));
  if (held == nullptr) return false;
  for (const Order& candidate : shown(*held).orders)
    for (const Attempt& attempt : candidate.attempts)
      if (attempt.processor == processor && attempt.ref == ref) {
        account = held->account.id;
        order = candidate.id;
        return true;
      }
  return false;
}

const Account* Shard::account(const TenantId& tenant, const AccountId& id) const {
  const Tenant* found = find_tenant(tenant);
  const Held* held = found == nullptr ? nullptr : find(*found, id);
  return held == nullptr ? nullptr : &shown(*held);
}

const TenantState* Shard::tenant(const TenantId& id) const {
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() ? nullptr : &found->second->state;
}

const Catalogs* Shard::catalogs(const TenantId& id) const {
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() ? nullptr : &found->second->catalogs;
}

const Error* Shard::stopped(const TenantId& id) const {
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() || !found->second->stopped ? nullptr : &*found->second->stopped;
}

std::vector<TenantId> Shard::tenants() const {
  std::vector<TenantId> ids;
  for (const auto& [name, tenant] : tenants_) ids.push_back(tenant->state.id);
  std::ranges::sort(ids);
  return ids;
}

std::size_t Shard::walk(const TenantId& id, std::size_t from, std::size_t most,
                        const std::function<void(const Account&)>& see) const {
  const Tenant* tenant = find_tenant(id);
  if (tenant == nullptr) return 0;
  const std::size_t end = std::min(tenant->accounts.size(), from + most);
  for (std::size_t at = from; at < end; ++at) see(shown(*tenant->accounts[at]));
  return end == tenant->accounts.size() ? 0 : end;
}

std::vector<AccountId> Shard::accounts(const TenantId& tenant) const {
  std::vector<AccountId> ids;
  if (const auto found = tenants_.find(tenant.text()); found != tenants_.end())
    for (const Held* held : found->second->accounts) ids.push_back(held->account.id);
  std::ranges::sort(ids);
  return ids;
}

void Shard::expect(std::span<const Whom> accounts) const {
  const std::shared_lock frame(frame_);
  if (!may_look_) return;
  accounts = accounts.first(std::min(accounts.size(), block));
  std::array<std::uint32_t, block> names{};
  const Tenant* tenant = nullptr;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (tenant == nullptr || tenant->state.id != accounts[i].tenant) tenant = find_tenant(accounts[i].tenant);
    names[i] = tenant == nullptr ? 0 : name_of(seed_of(tenant->state.id), accounts[i].account);
    names_.prefetch(names[i]);
  }
  std::array<const Held*, block> likely{};
  for (std::size_t i = 0; i < accounts.size(); ++i)
    if (const std::uint32_t number = names_.likely(names[i]); number != NameIndex::none) {
      likely[i] = &held_[number];
      prefetch(likely[i]->account, false);
    }
  for (const Held* held : likely) {
    if (held == nullptr) continue;
    const std::shared_lock contents(lock_of(*held));
    prefetch_all_behind(held->account);
  }
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

void Shard::add_checkpoint(Cut& cut, Tenant& tenant) {
  const std::string object = object_of(tenant.state.id);
  const store::Position position = tenant.state.position;
  cut.objects.push_back({object, position, journal::write_beside_pages(tenant.state)});
  journal::write_pages(tenant.state, tenant.saved, [&](const std::string& page, std::string bytes) {
    cut.objects.push_back({journal::page_object(object, page), position, std::move(bytes)});
  });
  tenant_pages_before_.emplace_back(&tenant, std::exchange(tenant.saved, tenant.state.identified.pages()));
  if (tenant.has_checkpoint) return;
  tenant.has_checkpoint = true;
  ++tenants_saved_;
  first_tenants_.push_back(&tenant);
}

store::Position Shard::behind() const {
  store::Position from = last_ + 1;
  if (!changed_accounts_.empty()) from = std::min(from, changed_accounts_.front()->changed_from);
  if (!changed_tenants_.empty()) from = std::min(from, changed_tenants_.front()->changed_from);
  return last_ + 1 - from;
}

/// As of now. Erasures that are done meanwhile are left out.
ShardMark Shard::mark_now(store::Position floor) {
  while (!erasing_.empty() && erased_ && erasing_.front().number != 0 && erasing_.front().number <= erased_())
    erasing_.pop_front();
  ShardMark mark{.floor = floor,
                 .last_at = last_at_,
                 .accounts = accounts_saved_,
                 .tenants = tenants_saved_,
                 .usage_runs = usage_keys_.runs.count(),
                 .money_runs = money_keys_.runs.count()};
  for (const Erasing& erasing : erasing_) mark.erasures.push_back(erasing.of);
  return mark;
}

Shard::Cut Shard::cut(std::size_t most) {
  Cut cut;
  std::set<Tenant*> theirs;
  for (; !changed_accounts_.empty() && cut_accounts_.size() < most; changed_accounts_.pop_front()) {
    Held& held = *changed_accounts_.front();
    const std::string object = object_of(held.tenant->state.id, held.account.id);
    const store::Position position = held.account.position;
    cut.objects.push_back({object, position, journal::write_beside_pages(held.account)});
    add_refs(cut, held);
    journal::write_pages(held.account, held.saved, [&](const std::string& page, std::string bytes) {
      cut.objects.push_back({journal::page_object(object, page), position, std::move(bytes)});
    });
    cut_accounts_.emplace_back(&held, std::exchange(held.changed_from, 0));
    if (!std::exchange(held.has_checkpoint, true)) {
      ++accounts_saved_;
      first_accounts_.push_back(&held);
    }
    pages_before_.push_back(std::exchange(held.saved, journal::pages_of(held.account)));
    theirs.insert(held.tenant);
  }
  const store::Position next_account = changed_accounts_.empty() ? last_ + 1 : changed_accounts_.front()->changed_from;
  for (; !changed_tenants_.empty() && changed_tenants_.front()->changed_from < next_account;
       changed_tenants_.pop_front()) {
    Tenant& tenant = *changed_tenants_.front();
    cut_tenants_.emplace_back(&tenant, std::exchange(tenant.changed_from, 0));
    theirs.insert(&tenant);
  }
  for (Tenant* tenant : theirs) add_checkpoint(cut, *tenant);
  const store::Position next_tenant = changed_tenants_.empty() ? last_ + 1 : changed_tenants_.front()->changed_from;
  cut.floor = std::min(next_account, next_tenant) - 1;
  for (Keys* keys : {&usage_keys_, &money_keys_}) keys->runs.cut(cut.objects, last_, last_at_);
  cut.objects.push_back({std::string(ShardMark::object), last_, mark_now(cut.floor).bytes()});
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
  for (std::size_t i = 0; !done && i < cut_accounts_.size(); ++i) cut_accounts_[i].first->saved = pages_before_[i];
  pages_before_.clear();
  if (!done)
    for (auto& [tenant, before] : tenant_pages_before_) tenant->saved = std::move(before);
  tenant_pages_before_.clear();
  const auto cut = cut_accounts_;
  back(cut_accounts_, changed_accounts_);
  if (done)
    for (const auto& [held, from] : cut) put_away(*held);
  put_away_brought();
  back(cut_tenants_, changed_tenants_);
  const auto uncount = [done](auto& first, std::uint64_t& saved) {
    for (auto* object : std::exchange(first, {}))
      if (!done) {
        object->has_checkpoint = false;
        --saved;
      }
  };
  uncount(first_accounts_, accounts_saved_);
  uncount(first_tenants_, tenants_saved_);
  usage_keys_.runs.saved(done);
  money_keys_.runs.saved(done);
}

}  // namespace florin::engine

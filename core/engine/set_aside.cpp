#include "domain/accounts/set_aside.hpp"

#include <algorithm>
#include <exception>
#include <mutex>

#include "domain/accounts/apply.hpp"
#include "domain/ledger/check.hpp"
#include "engine/command_identity.hpp"
#include "engine/rehearsal.hpp"
#include "engine/shard.hpp"
#include "florin/tell_operator.hpp"

/// An account whose facts would break the books is set aside until staff has released it.
namespace florin::engine {

namespace {

std::string full_name(const TenantId& tenant, const AccountId& account) {
  return account.empty() ? tenant.text() : tenant.text() + "/" + account.text();
}

/// That staff has looked at a person changes nothing of the account: it is written, also of one that is set aside.
bool is_look(const Actor& actor, const AnyCommand& command) {
  return actor.role == "staff" && std::holds_alternative<ViewPersonalData>(command);
}

}  // namespace

void Shard::alarm(const std::string& line) const {
  if (options_.alarm)
    options_.alarm(line);
  else
    tell_operator("alarm: " + line);
}

Error Shard::internal_fault(Tenant& tenant, const Entry& entry, Held* held, const std::optional<Fault>& fault,
                            Held* other, const std::optional<Fault>& of_other) {
  const Fault found = fault ? *fault : *of_other;
  const std::string command(rule_of(entry.command).command);
  if (fault && held != nullptr) set_aside(tenant, *held, fault->rule, command + ": " + fault->text, last_ + 1);
  if (of_other && other != nullptr)
    set_aside(tenant, *other, of_other->rule, command + ": " + of_other->text, last_ + 1);
  if (held == nullptr)
    alarm("internal_fault: " + full_name(entry.tenant, entry.account) + ", " + command + ": " + found.rule + ": " +
          found.text + "; nothing was written");
  return Error{.code = "internal_fault",
               .message = "nothing was written, because the books would not hold: " + found.rule + ": " + found.text};
}

void Shard::set_aside(Tenant& tenant, Held& held, const std::string& rule, const std::string& text,
                      store::Position from) {
  const SetAside aside{.account = held.account.id, .rule = rule, .text = text, .from = from, .since = last_at_};
  const Discrepancy difference = as_discrepancy(aside);
  mark_aside(held, from);
  append(&tenant, nullptr,
         std::make_shared<Entry>(Entry{.tenant = tenant.state.id,
                                       .account = {},
                                       .actor = the_host(),
                                       .key = {},
                                       .asked_at = last_at_,
                                       .at = last_at_,
                                       .catalog = tenant.state.catalog,
                                       .command = RecordDiscrepancy{difference},
                                       .refusal = std::nullopt,
                                       .facts = {DiscrepancyFound{difference}}}),
         {});
  alarm("set_aside: " + full_name(tenant.state.id, held.account.id) + ": " + rule + ": " + text +
        "; `florin release` takes the account back in");
}

void Shard::mark_aside(Held& held, store::Position from) {
  held.aside = true;
  aside_.try_emplace(&held, Aside{from, {}});
  schedule(held);
}

void Shard::take_aside(Tenant& tenant, Held& held, Pending& pending, Instant now) {
  Job& job = pending.job;
  const Refusal why = refusal_of(set_aside_of(tenant.state, held.account.id).value_or(SetAside()));
  const bool looks = is_look(job.actor, job.command);
  if (!looks && (job.way == Way::outside || !rule_of(job.command).also_provider))
    return fail(&held, pending, {.code = why.code, .message = why.text});
  if (job.of_effect && held.under_way > 0) --held.under_way;
  auto entry = std::make_shared<Entry>(Entry{.tenant = job.tenant,
                                             .account = job.account,
                                             .actor = std::move(job.actor),
                                             .key = std::move(job.key),
                                             .asked_at = pending.asked_at,
                                             .at = now,
                                             .catalog = tenant.state.catalog,
                                             .command = std::move(job.command),
                                             .refusal = why,
                                             .facts = {}});
  if (job.way == Way::provider || looks) remember_key(entry->command, pending.key, {pending.content, last_ + 1}, now);
  aside_[&held].kept.emplace_back(last_ + 1, entry);
  append(&tenant, nullptr, std::move(entry), reply_of(pending));
}

// ---- Release ---------------------------------------------------------------------------------------------------

Result<Account> Shard::released(const Held& held) const {
  Account account = held.account;
  const auto aside = aside_.find(const_cast<Held*>(&held));
  if (aside == aside_.end()) return account;
  for (const auto& [position, entry] : aside->second.kept) {
    if (is_kept_aside(*entry)) continue;
    TenantState as_of_then;
    as_of_then.catalog = entry->catalog;
    try {
      apply(account, as_of_then, *entry, position);
    } catch (const std::exception& failed) {
      return Error{.code = "facts_fit",
                   .message = "position " + std::to_string(position) + " does not fit yet: " + failed.what()};
    }
  }
  if (const auto fault = check_account(account)) return Error{.code = fault->rule, .message = fault->text};
  return account;
}

Result<bool> Shard::plan_release(Releases& releases, Known& known) {
  for (;;) try {
      auto account = released(*releases.account);
      if (!account) return account.error();
      releases.as_it_will_be = *std::move(account);
      return true;
    } catch (const PageAway& away) {
      const auto waits = want(away, releases.account, nullptr, known);
      if (!waits) return waits.error();
      if (*waits) return false;
    }
}

Result<Account> Shard::as_released(const TenantId& tenant, const AccountId& id) const {
  const Tenant* found = find_tenant(tenant);
  const Held* held = found == nullptr ? nullptr : find(*found, id);
  if (held == nullptr || !held->aside)
    return Error{.code = "not_set_aside", .message = "'" + id.text() + "' is not set aside"};
  (void)whole(shown(*held));
  return released(*held);
}

std::size_t Shard::kept_reports(const TenantId& tenant, const AccountId& id) const {
  const Tenant* found = find_tenant(tenant);
  const auto aside = aside_.find(found == nullptr ? nullptr : find(*found, id));
  if (aside == aside_.end()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(aside->second.kept, [](const auto& kept) {
    return is_kept_aside(*kept.second) && !is_look(kept.second->actor, kept.second->command);
  }));
}

Shard::Held* Shard::released_by(Tenant& tenant, const AnyCommand& command) const {
  const auto* closes = std::get_if<CloseDiscrepancy>(&command);
  if (closes == nullptr) return nullptr;
  for (const auto& [held, aside] : aside_)
    if (held->tenant == &tenant && set_aside_name(held->account.id) == closes->difference) return held;
  return nullptr;
}

/// What was reported meanwhile is decided in its order, what had started is asked about, and what fell due follows.
void Shard::release(Tenant& tenant, Held& held, Account account, Instant now) {
  const auto kept = std::move(aside_[&held].kept);
  aside_.erase(&held);
  {
    const std::unique_lock contents(lock_of(held));
    held.account = std::move(account);
  }
  held.aside = false;
  held.stuck = false;
  changed(held, last_);
  remember_attempts(held);
  schedule(held);
  for (const auto& [position, entry] : kept) {
    if (!is_kept_aside(*entry)) continue;
    const bool by_provider = entry->actor.role == "processor";
    const bool looks = is_look(entry->actor, entry->command);
    take(Job{.tenant = entry->tenant,
             .account = entry->account,
             .actor = entry->actor,
             .key = by_provider || looks ? "released " + std::to_string(position) : std::string(),
             .asked_at = std::nullopt,
             .command = entry->command,
             .reply = {},
             .of_effect = false,
             .way = by_provider ? Way::provider
                    : looks     ? Way::outside
                                : Way::host},
         now);
  }
  doubt_started(tenant, now, &held);
}

// ---- A start ---------------------------------------------------------------------------------------------------

/// Before a replay: those of the checkpoints' lists, and those of whom this start knows that they do not fit.
void Shard::mark_listed() {
  for (auto& [name, tenant] : tenants_)
    for (const Discrepancy& difference : tenant->state.discrepancies)
      if (const auto aside = set_aside_in(difference)) mark_aside(held_as(*tenant, aside->account), aside->from);
  for (const auto& [of, misfit] : misfits_) mark_aside(held_as(tenant_of(of.first), of.second), misfit.position);
}

bool Shard::replays_aside(Tenant& tenant, Held& held, const Entry& entry, store::Position position,
                          bool tenant_has_it) {
  const auto aside = aside_.find(&held);
  const bool from_here = aside != aside_.end() && aside->second.from <= position;
  if (!from_here && !is_kept_aside(entry)) return false;
  if (!tenant_has_it) apply_tenant_part(tenant.state, entry);
  if (from_here) aside->second.kept.emplace_back(position, std::make_shared<const Entry>(entry));
  return true;
}

/// The tenant's own entries say who is set aside, and who is released.
void Shard::replay_listing(Tenant& tenant, const Entry& entry, store::Position position) {
  for (const Fact& fact : entry.facts) {
    if (const auto* found = std::get_if<DiscrepancyFound>(&fact))
      if (const auto aside = set_aside_in(*found->difference)) mark_aside(held_as(tenant, aside->account), aside->from);
    if (!std::holds_alternative<DiscrepancyClosed>(fact)) continue;
    Held* held = released_by(tenant, entry.command);
    if (held == nullptr) continue;
    auto back = with_pages_of(*held, [&] { return released(*held); });
    if (!back) {
      misfits_.try_emplace({tenant.state.id, held->account.id}, Misfit{aside_[held].from, back.error().message});
      continue;
    }
    held->account = std::move(*back);
    held->aside = false;
    aside_.erase(held);
    changed(*held, position);
    remember_attempts(*held);
  }
}

/// What did not fit at this start is set aside by an entry, so that every later reader of the journal knows.
void Shard::list_misfits() {
  for (const auto& [of, misfit] : misfits_) {
    Tenant& tenant = tenant_of(of.first);
    if (set_aside_of(tenant.state, of.second)) continue;
    set_aside(tenant, held_as(tenant, of.second), "facts_fit",
              "position " + std::to_string(misfit.position) + ": " + misfit.text, misfit.position);
  }
}

}  // namespace florin::engine

#include "readers/fold.hpp"

#include <algorithm>
#include <exception>

#include "domain/accounts/apply.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/journal/journal.hpp"
#include "engine/row.hpp"

namespace florin::readers {

Status read_entries(store::Store& store, std::uint32_t shard, store::Position from, const Each& each) {
  Status outcome = Done{};
  const Status read = store.read(shard, from, [&](const store::Row& row) {
    const auto entries = engine::entries_of(row);
    if (!entries) {
      outcome = entries.error();
      return false;
    }
    store::Position position = row.first;
    for (const Entry& entry : *entries) {
      if (from <= position && !each(entry, position)) return false;
      ++position;
    }
    return true;
  });
  return read ? outcome : read;
}

namespace {

Error damaged(const store::Row& row, const std::string& what) {
  return {.code = "damaged_row",
          .message = "shard " + std::to_string(row.shard) + ", positions " + std::to_string(row.first) + " to " +
                     std::to_string(row.last) + ": " + what};
}

/// What is wanted of a row from `from` on. False: `each` wants no more.
Result<bool> read_row(const store::Row& row, store::Position from, const Wanted& wanted, const Each& each) {
  const auto bytes = engine::bytes_of(row);
  if (!bytes) return bytes.error();
  const std::size_t count = row.last - row.first + 1;
  const auto all = journal::outlines(*bytes, count);
  if (!all) return damaged(row, all.error().message);
  if (all->size() != count) return damaged(row, "it holds " + std::to_string(all->size()) + " entries");
  for (store::Position position = std::max(from, row.first); position <= row.last; ++position) {
    const journal::Outline& outline = (*all)[position - row.first];
    if (!wanted(outline, position)) continue;
    const auto entry = journal::read(outline.bytes, 1);
    if (!entry) return damaged(row, entry.error().message);
    if (!each(entry->front(), position)) return false;
  }
  return true;
}

}  // namespace

Status read_entries(store::Store& store, std::uint32_t shard, store::Position from, const Wanted& wanted,
                    const Each& each) {
  Result<bool> outcome = true;
  const Status read = store.read(shard, from, [&](const store::Row& row) {
    outcome = read_row(row, from, wanted, each);
    return outcome && *outcome;
  });
  if (!read) return read;
  return outcome ? Status(Done{}) : Status(outcome.error());
}

Result<bool> read_listed(store::Store& store, std::uint32_t shard, std::span<const store::Position> positions,
                         const Each& each) {
  const auto listed = [&](const journal::Outline&, store::Position position) {
    return !positions.empty() && positions.front() == position;
  };
  const auto see = [&](const Entry& entry, store::Position position) {
    positions = positions.subspan(1);
    return each(entry, position);
  };
  while (!positions.empty()) {
    Result<bool> outcome = Error{.code = "damaged_row",
                                 .message = "position " + std::to_string(positions.front()) + " of shard " +
                                            std::to_string(shard) + " is missing"};
    const Status read = store.read(shard, positions.front(), [&](const store::Row& row) {
      outcome = read_row(row, positions.front(), listed, see);
      while (!positions.empty() && positions.front() <= row.last) positions = positions.subspan(1);
      return false;
    });
    if (!read) return read.error();
    if (!outcome || !*outcome) return outcome;
  }
  return true;
}

void Fold::apply(const Entry& entry, store::Position position) {
  if (entry.tenant.empty()) return;
  TenantState& state = tenant(entry.tenant);
  state.position = position;
  Account nobody;
  Account* about = subject(entry);
  if (about == nullptr && !entry.account.empty()) return apply_tenant_part(state, entry);
  try {
    florin::apply(about != nullptr ? *about : nobody, state, entry, position);
  } catch (const std::exception&) {
    if (about == nullptr) throw;
    lose(entry);
  }
}

void Fold::lose(const Entry& entry) {
  lost_.insert({entry.tenant.text(), entry.account.text()});
  apply_tenant_part(tenant(entry.tenant), entry);
}

Account* Fold::subject(const Entry& entry) {
  if (entry.tenant.empty() || entry.account.empty() || is_kept_aside(entry)) return nullptr;
  if (!lost_.empty() && lost_.contains({entry.tenant.text(), entry.account.text()})) return nullptr;
  const auto found = accounts_.find({entry.tenant.text(), entry.account.text()});
  if (found != accounts_.end()) return &found->second;
  return entry.facts.empty() ? nullptr : &account(entry.tenant, entry.account);
}

TenantState& Fold::tenant(const TenantId& id) {
  const auto [found, added] = tenants_.try_emplace(id.text());
  if (added) found->second.id = id;
  return found->second;
}

Account& Fold::account(const TenantId& tenant, const AccountId& id) {
  const auto [found, added] = accounts_.try_emplace({tenant.text(), id.text()});
  if (added) found->second.id = id;
  return found->second;
}

const TenantState* Fold::find(const TenantId& id) const {
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() ? nullptr : &found->second;
}

const Account* Fold::find(const TenantId& tenant, const AccountId& id) const {
  const auto found = accounts_.find({tenant.text(), id.text()});
  return found == accounts_.end() ? nullptr : &found->second;
}

}  // namespace florin::readers

#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "domain/journal/entry.hpp"
#include "domain/journal/outline.hpp"
#include "store/store.hpp"

/// What reads a journal beside its host: the same facts, folded again.
namespace florin::readers {

using Each = std::function<bool(const Entry&, store::Position)>;  ///< false: no more are wanted
using Wanted = std::function<bool(const journal::Outline&, store::Position)>;

/// Every entry of a shard from `from` on, in order, until `each` returns false.
/// Errors: the store's, damaged_row also for bytes that do not read, newer_version for rows of a later format.
Status read_entries(store::Store& store, std::uint32_t shard, store::Position from, const Each& each);

/// The same for those of which `wanted` says so: whom an entry is about is told many times faster than all of it is
/// read.
Status read_entries(store::Store& store, std::uint32_t shard, store::Position from, const Wanted& wanted,
                    const Each& each);

/// The entries at these positions, ascending, and no row that has none of them. False: `each` wanted no more.
Result<bool> read_listed(store::Store& store, std::uint32_t shard, std::span<const store::Position> positions,
                         const Each& each);

/// Tenants and accounts as their facts make them; what a host has in memory, made by itself.
class Fold {
 public:
  using Name = std::pair<std::string, std::string>;  ///< tenant and account

  /// Takes one entry in. Of an account whose facts do not fit what came before, nothing is taken in from there on but
  /// what is its tenant's. Throws std::logic_error or ArithmeticError when a tenant's own do not fit.
  void apply(const Entry& entry, store::Position position);

  /// Whom an entry is about, made if its facts begin it; null: a tenant's or the shard's entry, or a refusal to
  /// somebody who is not there.
  /// Nor of an account that is lost, or for which the entry was only kept because it is set aside.
  Account* subject(const Entry& entry);
  /// The entry's facts do not fit: from now on the account stays as it is.
  void lose(const Entry& entry);
  TenantState& tenant(const TenantId& id);
  const TenantState* find(const TenantId& id) const;
  const Account* find(const TenantId& tenant, const AccountId& account) const;
  Account& account(const TenantId& tenant, const AccountId& account);

  const std::map<std::string, TenantState>& tenants() const { return tenants_; }
  const std::map<Name, Account>& accounts() const { return accounts_; }

 private:
  std::map<std::string, TenantState> tenants_;
  std::map<Name, Account> accounts_;
  std::set<Name> lost_;
};

}  // namespace florin::readers

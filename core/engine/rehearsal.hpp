#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/decision/world.hpp"
#include "engine/ports.hpp"

namespace florin::engine {

/// Whoever copies an account that is shown to them needs all of it: what will be looked at is not known yet. Throws
/// PageAway.
inline const Account& whole(const Account& account) {
  if (!account.is_whole()) throw PageAway{.of = PageAway::Of::long_list};
  return account;
}

/// What would follow, decided by the code that decides it, on copies of an account and its tenant. Nothing is kept and
/// nobody is called but the tenant's pure plugins, so what is said beforehand is what would be done. Of copies of which
/// something is away it throws PageAway where it looks at that: Engine::with_pages begins anew with it.
class Rehearsal {
 public:
  Rehearsal(const Account& account, const TenantState& tenant, const Catalogs& catalogs, Policies& policies)
      : account_(account), tenant_(tenant), catalogs_(catalogs), policies_(&policies) {}
  /// The second account of a command that is about two; left out: there is no such account.
  void with(const Account& other) { other_ = other; }

  /// One command as of `at`. Errors: the policy's plugin failed.
  Result<Entry> take(const Actor& actor, std::string_view key, const AnyCommand& command, Instant at);
  /// What falls due by `to`, each as of its own instant. No provider answers. Errors: the policy's plugin failed.
  Result<std::vector<Entry>> advance(Instant to);

  Account& account() { return account_; }
  const Account& account() const { return account_; }
  const Catalog& catalog() const { return catalogs_.at(tenant_.catalog); }
  const TenantState& tenant() const { return tenant_; }

 private:
  Account account_;
  std::optional<Account> other_;
  TenantState tenant_;
  Catalogs catalogs_;
  Policies* policies_;
};

}  // namespace florin::engine

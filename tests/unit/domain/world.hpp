#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/decision/world.hpp"

/// A small world for the domain's tests: four tenants made by hand, a credit policy that answers as the shipped one
/// does, and a driver that does what the engine does, without store or plugins.
namespace florin::test {

Instant at(std::string_view text);
Money money(std::string_view text);
CreditAmount amount(std::string_view text);
Quantity quantity(std::string_view text);
PlanId plan(std::string_view id);
MeterId meter(std::string_view id);

/// A zone of the tz database as a table. Only tests read it from there.
Zone zone_named(const std::string& name);

/// What the tenant's `grants` say, as far as the test policy needs it.
struct PolicyWords {
  bool rolls_over = false;  ///< plan credits at renewal, upgrade and cycle change, for 30 days; else they expire
  bool forfeits_at_cancel = true;
  Span bought_last = {Span::Unit::months, 12};  ///< 0 months: never end
  int rollover = 1, plan = 2, addon = 3, bought = 3, correction = 4;
};

Catalog call_loop();
Catalog salesmsg();
Catalog kaspr();
Catalog exotel();

/// How a provider answers an attempt, by the first word of the method's token.
ProviderReport answer_of(const Attempt& attempt);

/// One tenant with one account.
class World {
 public:
  World(Catalog catalog, PolicyWords words);

  /// Runs what falls due up to `now`, then stands there.
  World& to(std::string_view now);
  World& to(Instant now);
  /// Does it and plays the provider; a refusal fails the test.
  World& does(AnyCommand command);
  /// Does it and returns the refusal's code; `done` when there was none.
  std::string tries(AnyCommand command, std::string role = "owner");
  /// A provider's word of an attempt, the last one of the last order unless it is named.
  std::string said(ProviderReport said, std::uint32_t order = 0, std::uint32_t attempt = 0);
  /// The provider pays all refunds that wait.
  World& pays_refunds();
  /// A new version of the tenant's catalog comes into force.
  World& applies(Catalog catalog);

  /// Credits come from another account, which takes part in nothing else.
  World& receives(CreditAmount credits, GrantSource source, std::optional<Instant> ends_at);

  /// A card in a slot whose provider answers by `token`: captured, declined, lost, pending, asks, away.
  World& card(std::string token, std::string slot = "primary");

  std::int64_t credits(std::string_view source, std::string_view type = "") const;  ///< what remains, not ended
  std::int64_t available() const;
  std::string charged() const;   ///< captured in all, as `98.00 USD`
  std::string refunded() const;  ///< paid back in all
  std::size_t charges() const;   ///< captured attempts
  std::size_t orders(OrderKind kind) const;
  const Order& last_order() const { return account.orders.back(); }
  template <class F>
  std::size_t facts() const {
    std::size_t n = 0;
    for (const Entry& entry : entries)
      for (const Fact& fact : entry.facts) n += std::holds_alternative<F>(fact) ? 1 : 0;
    return n;
  }
  /// What the guarantee would give back now, as text.
  std::string quoted() const;

  Account account;
  TenantState tenant;
  Catalogs catalogs;
  PolicyWords words;
  Instant now;
  std::deque<Entry> entries;
  bool provider_answers = true;
  std::function<void(const Entry&, const Account& before, const Account& after)> watch;
  std::function<std::optional<Answer>(const Moment&)> policy_says;  ///< in place of the policy, where it says something

 private:
  const Entry& enter(AnyCommand command, const Actor& actor, Instant as_of);
  void advance();
  void play_provider();
};

}  // namespace florin::test

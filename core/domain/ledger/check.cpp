#include "domain/ledger/check.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <new>
#include <span>
#include <utility>

#include "domain/accounts/apply.hpp"
#include "domain/ledger/postings.hpp"

namespace florin {

namespace {

/// Thrown where a rule is broken; the checks of this file turn it into their answer.
struct Broken {
  Fault fault;
};

void must(bool holds, const char* rule, std::string text) {
  if (!holds) throw Broken{{rule, std::move(text)}};
}
template <class Text>
  requires std::is_invocable_v<Text>
void must(bool holds, const char* rule, const Text& text) {
  if (!holds) throw Broken{{rule, text()}};
}

std::string number(std::int64_t value) { return std::to_string(value); }
std::string grant_named(GrantId id) { return "grant " + std::to_string(id.value); }
std::string order_named(OrderId id) { return "order " + std::to_string(id.value); }

void must_be_takes(const Account& account, const CreditType& type, std::span<const Take> takes, Instant now) {
  if (auto fault = check_takes(account, type, takes, now)) throw Broken{*std::move(fault)};
}

/// What of an order's money came and is not lost: all that may go back.
Money came_for(const Account& account, const Order& order) {
  Money came(0, order.total.currency());
  for (const Attempt& attempt : order.attempts)
    if (attempt.state == AttemptState::captured) came += attempt.amount;
  for (const Receipt& receipt : account.receipts)
    if (receipt.order == order.id) came += receipt.applied;
  return order.account_money.minor() > 0 ? came + order.account_money : came;
}

/// A dispute that is lost after its payment went back does happen; a refund that we send beyond what came does not.
void must_not_give_back_more(const Account& account, const Order& order, bool with_refunds) {
  Money gone(0, order.total.currency());
  if (with_refunds)
    for (const Refund& refund : account.refunds)
      if (refund.order == order.id && !refund.alarm.starts_with("taken_back")) gone += refund.amount;
  for (const Dispute& dispute : account.disputes)
    if (dispute.order == order.id && dispute.state == DisputeState::lost) gone += dispute.amount;
  must(gone <= came_for(account, order), "refunds", [&] {
    return order_named(order.id) + ": " + gone.text() + " would have gone back or be lost, of " +
           came_for(account, order).text() + " that came";
  });
}

/// A part of what was asked pays nothing: the same facts send it back. docs/decisions/0312-captured-in-part.md
bool goes_back(const AttemptMoved& captured, const Facts& facts) {
  return std::ranges::any_of(facts, [&](const Fact& fact) {
    const auto* started = std::get_if<RefundStarted>(&fact);
    return started != nullptr && started->refund->order == captured.order &&
           started->refund->attempt == captured.attempt && started->refund->amount == captured.amount;
  });
}

/// One fact, on the state just before it.
struct Before {
  const Account& account;
  const TenantState& tenant;
  const Facts& facts;  ///< all of its entry
  Instant at;
  bool of_bank = false;

  void positive(Credits amount, const char* what) const {
    must(amount.units >= 0, "amounts", [&] { return std::string(what) + ": " + number(amount.units); });
  }

  void operator()(const GrantIssued& fact) const {
    positive(fact.amount, "credits are issued");
    must(account.last_grant < fact.grant.value, "grant_ids", [&] { return grant_named(fact.grant) + " is there"; });
  }
  void operator()(const GrantReceived& fact) const {
    positive(fact.amount, "credits are received");
    must(account.last_grant < fact.grant.value, "grant_ids", [&] { return grant_named(fact.grant) + " is there"; });
  }
  void operator()(const CreditsSpent& fact) const { must_be_takes(account, fact.type, fact.takes, at); }
  void operator()(const HoldPlaced& fact) const {
    must_be_takes(account, fact.type, fact.takes, at);
    must(account.last_hold < fact.hold.value, "holds", "a hold of that number is there");
  }
  void operator()(const MinimumTaken& fact) const { must_be_takes(account, fact.type, fact.takes, at); }
  void operator()(const HoldClosed& fact) const {
    for (const Take& take : fact.spent) must(take.amount.units > 0, "spending_order", "nothing is taken of a grant");
    positive(fact.owed, "credits are owed");
    positive(fact.absorbed, "credits are absorbed");
  }
  void operator()(const GrantRolled& fact) const { positive(fact.amount, "credits roll over"); }
  void operator()(const GrantExpired& fact) const { positive(fact.amount, "credits expire"); }
  void operator()(const GrantForfeited& fact) const { positive(fact.amount, "credits are forfeited"); }
  void operator()(const GrantAdjusted& fact) const { positive(fact.amount, "credits are taken away"); }
  void operator()(const GrantRefunded& fact) const { positive(fact.amount, "credits go back"); }
  void operator()(const GrantTransferred& fact) const { positive(fact.amount, "credits are transferred"); }
  void operator()(const CreditsTakenBack& fact) const { positive(fact.amount, "credits are taken back"); }
  void operator()(const CreditsOwed& fact) const { positive(fact.amount, "credits are owed"); }
  void operator()(const CreditsOwedTaken& fact) const { positive(fact.amount, "owed credits are taken"); }

  void operator()(const OrderPlaced& fact) const {
    must(account.last_order < fact.order->id.value, "order_ids",
         [&] { return order_named(fact.order->id) + " is there"; });
    must(fact.order->total.minor() >= 0, "amounts",
         [&] { return order_named(fact.order->id) + " asks for less than nothing"; });
  }
  void operator()(const AttemptStarted& fact) const {
    const Order* order = account.order(fact.order);
    if (order == nullptr) return;  // apply says so
    must(!order->in_flight(), "one_attempt", [&] {
      return "attempt " + number(fact.attempt->number) + " of " + order_named(fact.order) +
             " starts while another is open";
    });
    must(fact.attempt->number == order->attempts.size() + 1, "one_attempt",
         [&] { return order_named(fact.order) + ": attempt " + number(fact.attempt->number) + " is not the next"; });
    must(fact.attempt->amount.minor() >= 0 && fact.attempt->amount <= order->asked(), "attempt_amount", [&] {
      return fact.attempt->amount.text() + " are charged for " + order_named(fact.order) + ", which asks for " +
             order->asked().text();
    });
  }
  void operator()(const AttemptMoved& fact) const {
    const Order* order = account.order(fact.order);
    if (order == nullptr || fact.attempt == 0 || order->attempts.size() < fact.attempt) return;
    const Attempt& attempt = order->attempts[fact.attempt - 1];
    if (fact.state != AttemptState::captured) {
      must(fact.amount.minor() == 0, "captured", "money of an attempt that is not captured");
      return;
    }
    must(attempt.state != AttemptState::captured, "captured",
         [&] { return order_named(fact.order) + ": an attempt is captured a second time"; });
    // What came by bank was posted when it came.
    const bool in_part = fact.amount.minor() > 0 && fact.amount < attempt.amount && goes_back(fact, facts);
    must(fact.amount == attempt.amount || in_part || (of_bank && fact.amount.is_zero()), "captured", [&] {
      return order_named(fact.order) + ": " + fact.amount.text() + " are captured of " + attempt.amount.text();
    });
  }
  void operator()(const OrderPaid& fact) const {
    const Order* order = account.order(fact.order);
    must(order == nullptr || order->state != OrderState::paid, "paid_once",
         [&] { return order_named(fact.order) + " is paid a second time"; });
  }
  void operator()(const InvoiceIssued& fact) const {
    must(fact.sequence == tenant.last_invoice + 1, "document_numbers", [&] {
      return "invoice " + fact.number + " has number " + std::to_string(fact.sequence) + ", after " +
             std::to_string(tenant.last_invoice);
    });
    const Order* order = account.order(fact.order);
    must(order == nullptr || order->total == fact.total, "documents", [&] {
      return "invoice " + fact.number + " is of " + fact.total.text() + ", its order of " + order->total.text();
    });
  }
  void operator()(const CreditNoteIssued& fact) const {
    must(fact.sequence == tenant.last_credit_note + 1, "document_numbers", [&] {
      return "credit note " + fact.number + " has number " + std::to_string(fact.sequence) + ", after " +
             std::to_string(tenant.last_credit_note);
    });
    const auto refund = std::ranges::find(account.refunds, fact.refund, &Refund::id);
    if (refund == account.refunds.end()) return;
    must(refund->amount == fact.amount && refund->credit_note.empty(), "documents",
         [&] { return "credit note " + fact.number + " is not what its refund is"; });
  }
  void operator()(const RefundStarted& fact) const {
    must(fact.refund->amount.minor() >= 0, "refunds", "less than nothing goes back");
    must(account.last_refund < fact.refund->id.value, "refunds", "a refund of that number is there");
  }
  void operator()(const RefundMoved& fact) const {
    const auto refund = std::ranges::find(account.refunds, fact.refund, &Refund::id);
    if (refund == account.refunds.end()) return;
    must(fact.amount == refund->amount, "refunds", [&] {
      return "refund " + std::to_string(fact.refund.value) + " of " + refund->amount.text() + " moves " +
             fact.amount.text();
    });
    must(fact.state != AttemptState::captured || refund->state != AttemptState::captured, "refunds",
         "a refund is paid a second time");
  }
  void operator()(const CatalogApplied& fact) const {
    must(fact.version == tenant.catalog + 1, "versions", "a version is not the next");
  }
  void operator()(const auto&) const {}
};

/// What is to be looked at after the fact.
struct After {
  const Account& account;
  void operator()(const RefundStarted& fact) const {
    if (const Order* order = account.order(fact.refund->order)) must_not_give_back_more(account, *order, true);
  }
  void operator()(const DisputeMoved& fact) const {
    if (fact.dispute.state != DisputeState::lost) return;
    if (const Order* order = account.order(fact.dispute.order)) must_not_give_back_more(account, *order, false);
  }
  void operator()(const auto&) const {}
};

/// Sums by what is counted and its commodity.
using Sums = std::map<std::pair<std::string_view, std::string>, std::int64_t>;

void add_money(Sums& sums, std::string_view what, const Money& money, int sign = 1) {
  if (money.minor() != 0) sums[{what, std::string(money.currency().code())}] += sign * money.minor();
}

/// Whether an entry does what leaves the customer's sum to the bank's own rules: an order's price is then also settled
/// by what was written off or withheld, or is asked for once more.
bool is_of_bank(const Facts& facts) {
  return std::ranges::any_of(facts, [](const Fact& fact) {
    return std::holds_alternative<OrderSettled>(fact) || std::holds_alternative<OrderReopened>(fact) ||
           std::holds_alternative<AmountWrittenOff>(fact);
  });
}

/// What the state says, in the terms of the ledger, of all that the facts may have changed: orders that lie open behind
/// them, in `behind`. Closed grants hold nothing.
Sums sums_of(const Account& account, const Account& behind) {
  Sums sums;
  // Most grants are of the type of the one before.
  const CreditType* type = nullptr;
  std::int64_t* balance = nullptr;
  for (const Grant& grant : account.grants) {
    if (type == nullptr || grant.type != *type) {
      type = &grant.type;
      balance = &sums[{"balance", type->text()}];
    }
    *balance += grant.remaining.units;
  }
  for (const Owed& owed : account.owed) sums[{"owed", owed.type.text()}] -= owed.amount.units;
  add_money(sums, "account_money", account.money, -1);
  for (const Receipt& receipt : account.receipts) add_money(sums, "unapplied", receipt.left(), -1);
  for (const Order& open : behind.orders.open()) {
    const Order* there = account.order(open.id);
    if (there == nullptr) continue;
    const Order& order = *there;
    if (order.state == OrderState::open && !order.reopened) add_money(sums, "account_money", order.account_money, -1);
    if (!order.invoice.empty()) add_money(sums, "customer", order.total);
    if (order.state == OrderState::paid || order.reopened) add_money(sums, "customer", order.account_money, -1);
    for (const Attempt& attempt : order.attempts)
      if (attempt.state == AttemptState::captured) add_money(sums, "customer", attempt.amount, -1);
  }
  for (const Refund& refund : account.refunds) {
    if (refund.state == AttemptState::captured) add_money(sums, "customer", refund.amount);
    if (!refund.credit_note.empty()) add_money(sums, "customer", refund.amount, -1);
  }
  return sums;
}

void add_postings(Sums& sums, const Fact& fact, const Account& before) {
  for (const Posting& posting : postings(fact, before)) {
    const std::string_view name = std::string_view(posting.account).substr(0, posting.account.find(':'));
    for (const std::string_view counted : {"balance", "owed", "account_money", "unapplied", "customer"})
      if (name == counted) sums[{counted, posting.commodity}] += posting.amount;
  }
}

void must_be_same(const Sums& before, const Sums& posted, const Sums& after, bool of_bank) {
  Sums left = after;
  for (const auto& [what, amount] : before) left[what] -= amount;
  for (const auto& [what, amount] : posted) left[what] -= amount;
  for (const auto& [what, amount] : left) {
    if (of_bank && what.first == "customer") continue;
    must(amount == 0, "balance", [&] {
      return std::string(what.first) + " of " + what.second + ": the state changes by " + number(amount) +
             " more than the postings say";
    });
  }
}

void must_balance(const Grant& grant) {
  must(grant.balanced(), "grant_equation",
       [&] { return grant_named(grant.id) + ": what was granted is not what left it and what remains"; });
}

void must_be_at_rest(const Account& account) {
  std::map<std::uint32_t, Credits> held;
  for (const Hold& hold : account.holds)
    for (const Take& take : hold.takes) held[take.grant.value] += take.amount;
  for (const Grant& grant : account.grants) {
    must_balance(grant);
    const auto found = held.find(grant.id.value);
    must(grant.held == (found == held.end() ? Credits() : found->second), "holds",
         [&] { return grant_named(grant.id) + " does not hold what its open holds hold"; });
  }
  must(std::ranges::is_sorted(account.grants, spent_before), "spending_order",
       "the grants do not stand in the order in which they are spent");
  for (const Owed& owed : account.owed) must(owed.amount.units >= 0, "amounts", "less than nothing is owed");
  for (const Receipt& receipt : account.receipts)
    must(!receipt.left().negative(), "bank_receipts",
         [&] { return receipt.id.text() + " has paid more than came with it"; });
}

void must_fit(const Account& before, const TenantState& tenant, const Facts& facts, Instant at) {
  Account account = before;
  TenantState of_tenant = tenant;
  Sums posted;
  const bool of_bank = is_of_bank(facts);
  for (const Fact& fact : facts) {
    std::visit(Before{account, of_tenant, facts, at, of_bank}, static_cast<const Fact::Kinds&>(fact));
    add_postings(posted, fact, account);
    apply(account, of_tenant, fact, at);
    std::visit(After{account}, static_cast<const Fact::Kinds&>(fact));
  }
  must_be_at_rest(account);
  const auto& closed = account.closed_grants;
  for (std::size_t i = before.closed_grants.size(); i < closed.size(); ++i) must_balance(closed[i]);
  must_be_same(sums_of(before, account), posted, sums_of(account, account), of_bank || before.id.empty());
}

/// A rule that is broken, or a fact that does not fit the state, as an answer. A machine out of memory is neither.
template <class Check>
std::optional<Fault> fault_of(const Check& check) {
  try {
    check();
    return std::nullopt;
  } catch (Broken& broken) {
    return std::move(broken.fault);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& failed) {
    return Fault{"facts_fit", failed.what()};
  }
}

}  // namespace

std::optional<Fault> check_takes(const Account& account, const CreditType& type, std::span<const Take> takes,
                                 Instant now) {
  auto take = takes.begin();
  for (const Grant& grant : account.grants) {
    if (take == takes.end()) break;
    if (grant.type != type) continue;
    const Credits there = account.available(grant, now);
    if (there.is_zero()) continue;
    const bool last = take + 1 == takes.end();
    const bool right = take->grant == grant.id && (last ? take->amount <= there : take->amount == there);
    if (!right || take->amount.units <= 0)
      return Fault{"spending_order", number(take->amount.units) + " of " + grant_named(take->grant) +
                                         " are taken, where " + number(there.units) + " of " + grant_named(grant.id) +
                                         " come first"};
    if (!grant.balanced()) return Fault{"grant_equation", grant_named(grant.id) + " does not balance"};
    ++take;
  }
  if (take == takes.end()) return std::nullopt;
  return Fault{"spending_order", grant_named(take->grant) + " has nothing that may be taken"};
}

std::optional<Fault> check_facts(const Account& before, const TenantState& tenant, const Facts& facts, Instant at) {
  if (facts.empty()) return std::nullopt;
  // A debit or a hold: of the account only the grants that it takes from are looked at.
  if (facts.size() == 1) {
    if (const auto* spent = std::get_if<CreditsSpent>(&facts.front()))
      return check_takes(before, spent->type, spent->takes, at);
    if (const auto* placed = std::get_if<HoldPlaced>(&facts.front())) {
      if (placed->hold.value <= before.last_hold) return Fault{"holds", "a hold of that number is there"};
      return check_takes(before, placed->type, placed->takes, at);
    }
  }
  return fault_of([&] { must_fit(before, tenant, facts, at); });
}

std::optional<Fault> check_transfer(const Facts& out, const Facts& in) {
  std::map<std::uint32_t, std::int64_t> left;  // by grant
  for (const Fact& fact : out)
    if (const auto* given = std::get_if<GrantTransferred>(&fact)) left[given->grant.value] += given->amount.units;
  for (const Fact& fact : in)
    if (const auto* got = std::get_if<GrantReceived>(&fact)) left[got->from_grant.value] -= got->amount.units;
  for (const auto& [grant, amount] : left)
    if (amount != 0)
      return Fault{"transfers", grant_named({grant}) + ": " + number(amount) + " more left than came in"};
  return std::nullopt;
}

std::optional<Fault> check_account(const Account& account) {
  return fault_of([&] { must_be_at_rest(account); });
}

}  // namespace florin

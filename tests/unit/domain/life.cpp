#include "life.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "domain/accounts/apply.hpp"
#include "domain/journal/journal.hpp"
#include "domain/journal/names.hpp"
#include "domain/ledger/postings.hpp"
#include "domain/subscriptions/subscription.hpp"

namespace florin::test {

std::string told(const Entry& entry) {
  const auto name = [](const auto& kind) { return std::string(word_of<std::remove_cvref_t<decltype(kind)>>()); };
  std::string text = entry.at.text() + " " + entry.actor.role + " " +
                     std::visit(name, static_cast<const KindsOfCommand&>(entry.command)) + ":";
  if (entry.refusal) text += " refused " + entry.refusal->code + ", " + entry.refusal->text;
  for (const Fact& fact : entry.facts) text += " " + std::visit(name, static_cast<const KindsOfFact&>(fact));
  return text;
}

std::string state_of(Account account) {
  account.position = 0;
  account.last_at = {};
  account.due_at = {};
  if (account.person_at) std::ranges::fill(account.person_at->entries, 0);
  return journal::write(account);
}

void check(const Account& account) {
  std::map<GrantId, Credits> held;
  for (const Hold& hold : account.holds)
    for (const Take& take : hold.takes) held[take.grant] += take.amount;
  for (const Grant* grant : account.all_grants()) {
    ASSERT_TRUE(grant->balanced()) << "grant " << grant->id.value;
    ASSERT_EQ(grant->held, held[grant->id]) << "grant " << grant->id.value;
  }
  ASSERT_TRUE(std::ranges::is_sorted(account.grants, spent_before));
  for (const Grant& grant : account.grants) {
    // No credits of a plan outlive the period that gave them, also when all of them are held.
    if (grant.over == GrantOver::working && grant.life == GrantLife::with_period && grant.source == GrantSource::plan &&
        account.subscription) {
      ASSERT_TRUE(account.ends_with_period(grant)) << "grant " << grant.id.value;
    }
  }
  for (const Order& order : account.orders) {
    std::size_t open = 0;
    for (const Attempt& attempt : order.attempts) open += attempt.open() ? 1 : 0;
    ASSERT_LE(open, 1U);  // never a second attempt beside one that has no outcome
    for (const Attempt& attempt : order.attempts) ASSERT_EQ(attempt.open(), attempt.ask_at != never);
    // Nobody forgets an order: it is being paid, dunning has it, or it waits behind a renewal that is being paid.
    if (order.state == OrderState::open && !order.in_flight()) {
      const bool behind = std::ranges::any_of(account.orders, [&](const Order& other) {
        return other.renewal() && other.in_flight() && other.id < order.id;
      });
      ASSERT_TRUE((order.renewal() && (account.past_due || behind)) || order.left_as_invoice())
          << "order " << order.id.value;
    }
    // What was captured beside the one payment, or for what is no longer due, is on its way back.
    const auto captured = std::ranges::count(order.attempts, AttemptState::captured, &Attempt::state);
    const auto whole =
        std::ranges::count_if(account.refunds, [&](const Refund& r) { return r.order == order.id && r.attempt != 0; });
    const auto kept = std::ranges::count_if(order.attempts, &Attempt::kept);  // it waits for a person
    const bool nothing_to_pay = order.total.is_zero();
    ASSERT_EQ(captured - whole - kept, order.state == OrderState::paid && !nothing_to_pay ? 1 : 0)
        << "order " << order.id.value;
  }
  ASSERT_LE(
      std::ranges::count_if(
          account.orders, [](const Order& o) { return o.kind == OrderKind::recharge && o.state == OrderState::open; }),
      1);
  if (account.subscription) {
    ASSERT_LT(account.subscription->from, account.subscription->to);
  }
}

AnyCommand Life::any() {
  const Catalog& catalog = world.catalogs.at(world.tenant.catalog);
  const Meter& used = catalog.meters[static_cast<std::size_t>(upto(static_cast<std::int64_t>(catalog.meters.size())))];
  const Quantity some{used.per_started.micro * upto(200), used.per_started.unit};
  const auto& cycles = catalog.plans[static_cast<std::size_t>(upto(static_cast<std::int64_t>(catalog.plans.size())))];
  const std::string cycle =
      cycles.cycles[static_cast<std::size_t>(upto(static_cast<std::int64_t>(cycles.cycles.size())))].id;
  const CreditAmount credits{{100 * (1 + upto(6)), 0}, catalog.credits.front().id};
  constexpr const char* tokens[] = {"captured", "captured", "declined", "lost", "pending", "asks"};
  const auto hold = static_cast<std::uint32_t>(std::max<std::int64_t>(1, world.account.last_hold - upto(3) / 2));
  switch (world.account.refunds.empty() || upto(3) != 0 ? upto(35) : 22) {
    case 0: return StartTrial{};
    case 1:
    case 2: return Subscribe{cycles.id, cycle, {}, {}, {}, upto(2) == 0, {}};
    case 3:
    case 4: return ChangePlan{cycles.id, cycle};
    case 5: return SetLicences{static_cast<std::int32_t>(1 + upto(6))};
    case 6:
      if (catalog.add_ons.empty()) return Cancel{};
      return SetAddOn{catalog.add_ons.front().id, static_cast<std::int32_t>(upto(3))};
    case 7: return Cancel{};
    case 8: return UndoCancel{};
    case 9:
    case 10: return BuyCredits{credits, upto(3) == 0 ? std::optional<std::string>("backup") : std::nullopt};
    case 11: return SetAutoRecharge{upto(4) != 0, credits, credits};
    case 12:
    case 13:
      return AddPaymentMethod{
          catalog.methods.front().id, upto(2) == 0 ? "primary" : "backup", {}, tokens[upto(6)], "visa", ""};
    case 14: return RemovePaymentMethod{upto(2) == 0 ? "primary" : "backup"};
    case 15:
    case 29: return PlaceHold{used.id, some, {{"outcome", "delivered"}}, {}};
    case 16: return a_settlement(hold);
    case 17: return upto(2) == 0 ? AnyCommand(ReleaseHold{{hold}}) : a_settlement(hold);
    case 18: return upto(4) == 0 ? AnyCommand(RequestRefund{}) : AnyCommand(Use{used.id, some, {}});
    case 19: return DecideRefund{upto(3) == 0, "because"};
    case 20: return AdjustCredits{credits, upto(2) == 0, "because"};
    case 21:
      if (world.account.orders.empty()) return Cancel{};
      return a_claim();
    case 22:
      if (world.account.refunds.empty()) return UndoCancel{};
      return a_refund();
    case 31: return SetBilling{"US", upto(2) == 0 ? "TX" : "CA", {}};
    case 23: return upto(8) == 0 ? AnyCommand(ErasePersonalData{}) : AnyCommand(SetApproval{"kyc", "approved"});
    case 24: return Pause{};
    case 25: return Resume{};
    case 26: return a_checkout(cycles, cycle);
    case 27: return upto(40) == 0 ? AnyCommand(DeleteAccount{}) : AnyCommand(SetPersonalData{{{"name", "Ann"}}});
    case 28: return a_custom_plan();
    case 30:
    case 32: return a_case();
    default: return Use{used.id, some, {{"outcome", "delivered"}}};
  }
}
AnyCommand Life::a_checkout(const Plan& plan, const std::string& cycle) {
  ChangePlan checkout;
  if (upto(2) == 0) checkout.plan = plan.id;
  if (upto(2) == 0) checkout.cycle = cycle;
  if (plan.by_licence) checkout.licences = static_cast<std::int32_t>(1 + upto(6));
  for (const AddOn& add_on : world.catalogs.at(world.tenant.catalog).add_ons)
    if (upto(2) == 0) checkout.add_ons.push_back({add_on.id, static_cast<std::int32_t>(upto(3))});
  return checkout;
}
AnyCommand Life::a_custom_plan() {
  const Catalog& catalog = world.catalogs.at(world.tenant.catalog);
  SetCustomPlan made;
  made.plan = catalog.plans.back().id;
  made.cycles = {{"monthly", Money(1000 * (1 + upto(50)), catalog.currency), {}}};
  made.agreement = Span{Span::Unit::months, static_cast<std::int32_t>(upto(7))};
  return made;
}
/// Mostly about what was held, now and then far more.
AnyCommand Life::a_settlement(std::uint32_t id) {
  const Hold* hold = world.account.hold({id});
  if (hold == nullptr) return ReleaseHold{{id}};
  const Meter& meter = *world.catalogs.at(world.tenant.catalog).meter(hold->meter);
  const std::int64_t blocks = upto(3) == 0 ? 20'000 : upto(200);
  return CaptureHold{{id}, {meter.per_started.micro * blocks, meter.per_started.unit}, {}};
}
/// Something that a person or a processor says of a charge.
AnyCommand Life::a_case() {
  if (world.account.orders.empty()) return Cancel{};
  const Order& order =
      world.account.orders[static_cast<std::size_t>(upto(static_cast<std::int64_t>(world.account.orders.size())))];
  if (std::ranges::any_of(order.attempts, &Attempt::kept)) return DecideLateMoney{order.id, upto(2) == 0, "because"};
  switch (upto(5)) {
    case 0: return RequestReview{order.id, "duplicate_charge", ""};
    case 1:
      return DecideReview{{world.account.last_review},
                          upto(2) == 0,
                          upto(2) == 0 ? GivesBack::whole : GivesBack::unused_share,
                          "because"};
    case 2: return RefundOrder{order.id, upto(2) == 0 ? GivesBack::whole : GivesBack::unused_share, "because"};
    case 3:
      if (upto(2) == 0) return Unblock{"because"};
      break;
    default: break;
  }
  const std::string ref = "dp_" + std::to_string(order.id.value);
  return RecordDispute{order.id, ref, upto(2) == 0 ? DisputeState::lost : static_cast<DisputeState>(upto(6)),
                       order.total, ""};
}
AnyCommand Life::a_refund() {
  const auto& refunds = world.account.refunds;
  const Refund& refund = refunds[static_cast<std::size_t>(upto(static_cast<std::int64_t>(refunds.size())))];
  return RefundReported{refund.id, {.state = AttemptState::captured, .amount = refund.amount}};
}
AnyCommand Life::a_claim() {
  const auto& orders = world.account.orders;
  const Order& order =
      orders[orders.size() - 1 -
             static_cast<std::size_t>(upto(static_cast<std::int64_t>(std::min<std::size_t>(3, orders.size()))))];
  ProviderReport said;
  said.state = static_cast<AttemptState>(upto(10));
  if (said.state == AttemptState::authorised) said.state = AttemptState::captured;
  said.absent = upto(5) == 0;
  said.amount = order.total;
  if (order.id.value % 2 == 1) said.fee = Money(90, order.total.currency());
  return PaymentReported{order.id, static_cast<std::uint32_t>(1 + upto(3)), said};
}

void Life::live(int commands) {
  for (int i = 0; i < commands && !::testing::Test::HasFatalFailure(); ++i) {
    world.to(world.now + minutes(upto(4) == 0 ? upto(14 * 1440) : upto(600)));
    if (upto(20) == 0 && world.account.standing != Standing::ended && !world.account.frozen)
      world.receives({{100, 0}, world.catalogs.at(world.tenant.catalog).credits.front().id},
                     upto(2) == 0 ? GrantSource::plan : GrantSource::purchase,
                     upto(3) == 0 ? std::nullopt : std::optional(world.now + minutes(1 + upto(200 * 1440))));
    (void)world.tries(any(), "staff");
  }
}

/// What came from another account keeps its end and its kind, unless the account itself stands still or comes to its
/// end.
void check_received(const Entry& entry, const Account& before) {
  const auto received = [&](GrantId id) {
    const Grant* grant = before.grant(id);
    return grant != nullptr && grant->received;
  };
  for (const Fact& fact : entry.facts) {
    if (const auto* rolled = std::get_if<GrantRolled>(&fact)) {
      ASSERT_FALSE(received(rolled->from)) << "grant " << rolled->from.value;
    }
    if (const auto* moved = std::get_if<GrantEndMoved>(&fact); moved != nullptr && received(moved->grant)) {
      ASSERT_TRUE(moved->rule == "changes.pause" || moved->rule == "changes.cancel") << moved->rule;
    }
    if (const auto* expired = std::get_if<GrantExpired>(&fact); expired != nullptr && received(expired->grant)) {
      ASSERT_LE(before.grant(expired->grant)->ends_at.value_or(never), entry.at);
    }
  }
}

void Books::check(const Entry& entry, const Account& before, const Account& after, const World& world) {
  Account folded = before;
  TenantState tenant;
  tenant.catalog = world.tenant.catalog;
  for (const Fact& fact : entry.facts) {
    for (const Posting& posting : postings(fact, folded)) sums_[{posting.account, posting.commodity}] += posting.amount;
    apply(folded, tenant, fact, entry.at);
  }
  ASSERT_EQ(state_of(folded), state_of(after));
  std::map<std::string, std::int64_t> remaining, by_commodity;
  for (const Grant& grant : after.grants) remaining[grant.type.text()] += grant.remaining.units;
  for (const auto& [line, sum] : sums_) {
    by_commodity[line.second] += sum;
    if (line.first.starts_with("balance:")) remaining[line.second] -= sum;
  }
  for (const auto& [type, left] : remaining) ASSERT_EQ(left, 0) << type;
  for (const auto& [commodity, sum] : by_commodity) ASSERT_EQ(sum, 0) << commodity;
  const bool quiet =
      std::ranges::all_of(after.refunds, [](const Refund& r) { return r.state == AttemptState::captured; }) &&
      std::ranges::none_of(after.orders,
                           [](const Order& o) { return std::ranges::any_of(o.attempts, &Attempt::kept); });
  const std::string code(world.catalogs.at(1).currency.code());
  std::int64_t invoiced = 0;  // and still to be paid
  for (const Order& order : after.orders)
    if (order.state == OrderState::open && !order.invoice.empty()) invoiced += order.total.minor();
  if (quiet) {
    ASSERT_EQ((sums_[{"customer", code}]), invoiced);
  }
}

void check_replay(const World& world) {
  std::string bytes;
  for (const Entry& entry : world.entries) journal::write(bytes, entry);
  const auto entries = journal::read(bytes);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), world.entries.size());
  std::string again;
  Account account, nobody;
  account.id = world.account.id;
  TenantState tenant;
  tenant.id = world.tenant.id;
  std::uint64_t position = 0;
  for (const Entry& entry : *entries) {
    journal::write(again, entry);
    apply(entry.account.empty() ? nobody : account, tenant, entry, ++position);
  }
  ASSERT_EQ(again, bytes);
  ASSERT_EQ(journal::write(account), journal::write(world.account));
  const auto read = journal::read_account(journal::write(account));
  ASSERT_TRUE(read);
  ASSERT_EQ(journal::write(*read), journal::write(account));
  const auto tenant_read = journal::read_tenant(journal::write(world.tenant));
  ASSERT_TRUE(tenant_read);
  ASSERT_EQ(journal::write(*tenant_read), journal::write(world.tenant));
}

void check_jump(const World& world, Instant end) {
  World jump = world, steps = world;
  jump.to(end);
  for (Instant day = world.now; day < end; day = day + hours(24)) steps.to(day);
  steps.to(end);
  ASSERT_EQ(state_of(jump.account), state_of(steps.account));
  ASSERT_EQ(jump.entries.size(), steps.entries.size());
  for (std::size_t i = 0; i < jump.entries.size(); ++i) {
    Entry a = jump.entries[i], b = steps.entries[i];
    a.asked_at = b.asked_at = {};  // when it was noticed is all that differs
    std::string bytes_a, bytes_b;
    journal::write(bytes_a, a);
    journal::write(bytes_b, b);
    ASSERT_EQ(bytes_a, bytes_b);
  }
}

}  // namespace florin::test

#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "answers/lines.hpp"
#include "answers/quote.hpp"
#include "config/shape.hpp"
#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"
#include "florin/answers.hpp"

/// Answers of the HTTP API as described types: JSON, schemas and docs follow from them. Money and credits are text with
/// their unit; what only staff may see stands in `staff`, which is nothing for a customer.
namespace florin::answers {

/// JSON that somebody else has written: what a processor's plugin asks of a customer.
struct Json {
  std::string json = "null";
  static Result<Json> parse(std::string_view text) { return Json{std::string(text)}; }
  const std::string& text() const { return json; }
};

}  // namespace florin::answers

namespace florin::config {
template <>
inline constexpr Format format_of<answers::Json> = {.json = Format::Json::raw};
}  // namespace florin::config

namespace florin::answers {

struct Decline {
  DeclineKind kind = DeclineKind::none;
  std::string sentence;  ///< for the customer
};
/// How the payment of an order stands.
struct Now {
  std::string state;  ///< paid, processing, pending, needs_action, declined, unknown, open, closed
  std::optional<std::string> invoice;
  std::optional<Json> action;
  std::optional<Decline> decline;
  std::optional<Instant> next;  ///< when it is charged again without anybody asking for it
};
struct OrderNow {
  OrderId id;
  Money total;
  Now now;
};
struct PaymentForStaff {
  std::string processor;
  std::string key, reference, raw, decline_code;
  std::optional<Money> fee;
  std::optional<std::string> settlement;
  bool kept = false;
};
struct Payment {
  std::uint32_t number = 0;
  std::optional<std::string> slot, method;
  Money amount;
  AttemptState state = AttemptState::started;
  Instant started_at;
  std::optional<Decline> decline;
  std::optional<PaymentForStaff> staff;
};
struct Order {
  OrderId id;
  OrderKind kind = OrderKind::purchase;
  OrderState state = OrderState::open;
  Money total, net;
  std::vector<OrderLine> lines;
  std::vector<TaxLine> taxes;
  Instant placed_at;
  std::optional<Instant> open_until, paid_at, period_from, period_to;
  std::optional<std::string> invoice, closed_because;
  Money refunded, from_account_money, written_off;
  Now now;
  std::vector<Payment> payments;
};

struct PlanNow {
  PlanId plan;
  std::string cycle;
  std::int32_t licences = 1;
  std::vector<AddOn> add_ons;
  Instant period_from, period_to;
  bool cancelled = false;
  std::optional<Instant> ends_at, agreement_ends, paused_since, resumes_at;
};
struct NextCharge {
  Instant at;
  Money total;
  std::vector<OrderLine> lines;
  std::vector<TaxLine> taxes;  ///< lines and taxes make up the total
};
struct CreditsNow {
  CreditType type;
  std::string available;  ///< `640 message`
};
struct GrantNow {
  GrantId id;
  GrantSource source = GrantSource::plan;
  std::string granted, remaining;
  Instant issued_at;
  std::optional<Instant> ends_at;
};
struct MethodNow {
  std::string slot;
  MethodId method;
  std::optional<std::string> brand, masked;
};
struct SetUp {
  SavingId id;
  MethodId method;
  std::string slot, state;
  Instant until;
  std::optional<Json> action;
  std::optional<Decline> decline;
};
struct Recharge {
  std::string below, amount;
  bool suspended = false;
};
struct Approval {
  std::string approval, state;
};
struct MemberNow {
  MemberId member;
  std::string role, state;
  Instant since;
};
/// What the dunning schedule brings if nobody pays: the soonest step that refuses usage or buying, and the end of the
/// plan.
struct DunningNow {
  bool usage_stopped = false, buying_stopped = false;
  std::optional<Instant> next_step_at, usage_stops_at, buying_stops_at, plan_ends_at;
};
struct Account {
  AccountId account;
  std::string state;
  std::uint64_t position = 0;
  std::string etag;
  Instant opened_at;
  std::string billing_country;
  std::optional<std::string> billing_state;
  bool frozen = false, blocked = false, deleted = false;
  std::optional<Instant> past_due_since, trial_ends_at;
  std::optional<PlanNow> subscription;
  std::optional<NextCharge> next;
  std::vector<CreditsNow> credits;
  std::vector<GrantNow> grants;  ///< the first 20, in spending order
  std::size_t more_grants = 0;
  std::vector<Order> open_orders;
  std::vector<MethodNow> payment_methods;
  std::vector<SetUp> set_ups;
  Money account_money;
  std::optional<Recharge> auto_recharge;
  std::vector<Approval> approvals;
  std::vector<MemberNow> members;
  std::optional<DunningNow> dunning;  ///< none: nothing is overdue
};

BOOST_DESCRIBE_STRUCT(Decline, (), (kind, sentence))
BOOST_DESCRIBE_STRUCT(Now, (), (state, invoice, action, decline, next))
BOOST_DESCRIBE_STRUCT(OrderNow, (), (id, total, now))
BOOST_DESCRIBE_STRUCT(PaymentForStaff, (), (processor, key, reference, raw, decline_code, fee, settlement, kept))
BOOST_DESCRIBE_STRUCT(Payment, (), (number, slot, method, amount, state, started_at, decline, staff))
BOOST_DESCRIBE_STRUCT(Order, (),
                      (id, kind, state, total, net, lines, taxes, placed_at, open_until, paid_at, period_from,
                       period_to, invoice, closed_because, refunded, from_account_money, written_off, now, payments))
BOOST_DESCRIBE_STRUCT(PlanNow, (),
                      (plan, cycle, licences, add_ons, period_from, period_to, cancelled, ends_at, agreement_ends,
                       paused_since, resumes_at))
BOOST_DESCRIBE_STRUCT(NextCharge, (), (at, total, lines, taxes))
BOOST_DESCRIBE_STRUCT(CreditsNow, (), (type, available))
BOOST_DESCRIBE_STRUCT(GrantNow, (), (id, source, granted, remaining, issued_at, ends_at))
BOOST_DESCRIBE_STRUCT(MethodNow, (), (slot, method, brand, masked))
BOOST_DESCRIBE_STRUCT(SetUp, (), (id, method, slot, state, until, action, decline))
BOOST_DESCRIBE_STRUCT(Recharge, (), (below, amount, suspended))
BOOST_DESCRIBE_STRUCT(Approval, (), (approval, state))
BOOST_DESCRIBE_STRUCT(MemberNow, (), (member, role, state, since))
BOOST_DESCRIBE_STRUCT(DunningNow, (),
                      (usage_stopped, buying_stopped, next_step_at, usage_stops_at, buying_stops_at, plan_ends_at))
BOOST_DESCRIBE_STRUCT(Account, (),
                      (account, state, position, etag, opened_at, billing_country, billing_state, frozen, blocked,
                       deleted, past_due_since, trial_ends_at, subscription, next, credits, grants, more_grants,
                       open_orders, payment_methods, set_ups, account_money, auto_recharge, approvals, members,
                       dunning))

/// How it stands, and whether that is the end unless somebody does something.
florin::OrderNow now_of(const florin::Account& account, const florin::Order& order);
std::string as_json(const Catalog& catalog, const florin::Account& account, const florin::Order& order, Audience whom);
/// Newest first, those before `before` (0: all), at most `most`.
std::string orders_as_json(const Catalog& catalog, const florin::Account& account, OrderId before, std::size_t most,
                           Audience whom);
std::string as_json(const Catalog& catalog, const florin::Account& account, Instant now,
                    const std::optional<NextPeriod>& next, Audience whom);
/// JSON Schemas of all answers, by name.
std::vector<std::pair<std::string, std::string>> schemas();

}  // namespace florin::answers

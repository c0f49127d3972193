#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "answers/lines.hpp"
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
/// Of a paid order whose credits or plan could not be given yet.
struct Delivery {
  std::string state;  ///< on_its_way
  Instant since;
  std::string text;  ///< for the customer
};
struct OrderForStaff {
  std::string route;  ///< of one that no kept method pays: its processors in the order they are tried, and why
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
  std::optional<Delivery> delivery;
  std::vector<Payment> payments;
  std::optional<OrderForStaff> staff;
};

struct CreditsNow {
  CreditType type;
  std::string available;  ///< `640 message`
};
struct MemberNow {
  MemberId member;
  std::string role, state;
  Instant since;
};

BOOST_DESCRIBE_STRUCT(Decline, (), (kind, sentence))
BOOST_DESCRIBE_STRUCT(Now, (), (state, invoice, action, decline, next))
BOOST_DESCRIBE_STRUCT(OrderNow, (), (id, total, now))
BOOST_DESCRIBE_STRUCT(PaymentForStaff, (), (processor, key, reference, raw, decline_code, fee, settlement, kept))
BOOST_DESCRIBE_STRUCT(Payment, (), (number, slot, method, amount, state, started_at, decline, staff))
BOOST_DESCRIBE_STRUCT(Delivery, (), (state, since, text))
BOOST_DESCRIBE_STRUCT(OrderForStaff, (), (route))
BOOST_DESCRIBE_STRUCT(Order, (),
                      (id, kind, state, total, net, lines, taxes, placed_at, open_until, paid_at, period_from,
                       period_to, invoice, closed_because, refunded, from_account_money, written_off, now, delivery,
                       payments, staff))
BOOST_DESCRIBE_STRUCT(CreditsNow, (), (type, available))
BOOST_DESCRIBE_STRUCT(MemberNow, (), (member, role, state, since))

/// How it stands, and whether that is the end unless somebody does something.
florin::OrderNow now_of(const florin::Account& account, const florin::Order& order);
Order order_of(const Catalog& catalog, const florin::Account& account, const florin::Order& order, Audience whom);
std::string as_json(const Catalog& catalog, const florin::Account& account, const florin::Order& order, Audience whom);
/// What a customer must do, as the processor's plugin says it; none: nothing, or what cannot be read.
std::optional<Json> action_of(const std::string& action);
/// None: this state is no decline.
std::optional<Decline> decline_of(AttemptState state, DeclineKind kind);
/// JSON Schemas of all answers, by name.
std::vector<std::pair<std::string, std::string>> schemas();

}  // namespace florin::answers

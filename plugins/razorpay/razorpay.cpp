#include <florin/plugin.hpp>

#include <string>
#include <string_view>

using namespace florin::plugin;

namespace {

/// An order captures by itself only what is authorised within this time of its making; anything later goes back to the
/// customer. So a payment that a silent bank left behind is certainly over once this has passed.
constexpr std::int64_t captures_within_minutes = 12;
/// A debit by mandate waits for the notice to its customer, a day or more.
constexpr std::int64_t captures_debit_within_minutes = 3 * 24 * 60;
std::int64_t captures_within(const Operation& op) {
  return (op.flags & FLORIN_OFF_SESSION) != 0 ? captures_debit_within_minutes : captures_within_minutes;
}
/// What a clock of theirs may be ahead or behind of ours.
constexpr std::int64_t slack_us = minutes(3);

/// Refused for now by a bank that did not answer: it may still be authorised.
bool may_come_late(Text reason) {
  return code_of(reason,
                 {{"payment_timed_out", 1},
                  {"gateway_technical_error", 1},
                  {"bank_technical_error", 1},
                  {"server_error", 1},
                  {"payment_collect_request_expired", 1},
                  {"credit_failed", 1}},
                 0) != 0;
}

std::uint32_t kind_of(Text reason) {
  return code_of(reason,
                 {{"insufficient_funds", FLORIN_FUNDS},
                  {"insufficient_fund", FLORIN_FUNDS},
                  {"transaction_limit_exceeded", FLORIN_FUNDS},
                  {"card_daily_limit_exceeded", FLORIN_FUNDS},
                  {"payment_timed_out", FLORIN_TECHNICAL},
                  {"payment_collect_request_expired", FLORIN_CUSTOMER_GAVE_UP},
                  {"gateway_technical_error", FLORIN_TECHNICAL},
                  {"bank_technical_error", FLORIN_TECHNICAL},
                  {"credit_failed", FLORIN_TECHNICAL},
                  {"server_error", FLORIN_TECHNICAL},
                  {"payment_cancelled", FLORIN_CUSTOMER_GAVE_UP},
                  {"incorrect_pin", FLORIN_AUTHENTICATE},
                  {"invalid_otp", FLORIN_AUTHENTICATE},
                  {"authentication_failed", FLORIN_AUTHENTICATE},
                  {"invalid_vpa", FLORIN_BAD_DATA},
                  {"vpa_resolution_failed", FLORIN_BAD_DATA},
                  {"card_expired", FLORIN_BAD_DATA},
                  {"card_number_invalid", FLORIN_BAD_DATA},
                  {"card_disabled_for_online_payments", FLORIN_HARD},
                  {"card_not_enrolled", FLORIN_HARD},
                  {"debit_instrument_blocked", FLORIN_HARD},
                  {"payment_risk_check_failed", FLORIN_FRAUD},
                  {"mandate_revoked", FLORIN_MANDATE_GONE},
                  {"mandate_expired", FLORIN_MANDATE_GONE},
                  {"mandate_paused", FLORIN_MANDATE_GONE},
                  {"token_cancelled", FLORIN_MANDATE_GONE},
                  {"input_validation_failed", FLORIN_MISCONFIGURED},
                  {"extra_field_sent", FLORIN_MISCONFIGURED},
                  {"amount_less_than_minimum_amount", FLORIN_MISCONFIGURED}},
                 FLORIN_SOFT);
}

std::int64_t exponent_of(Text currency) {
  return code_of(currency, {{"JPY", 1}, {"KWD", 4}, {"BHD", 4}, {"OMR", 4}}, 3) - 1;
}
florin_money amount_of(const Json& object) {
  const Text currency = object["currency"].text();
  return money(object["amount"].integer(), currency, exponent_of(currency));
}

/// A day of the calendar, from days since 1970: the proleptic Gregorian rule, in eras of 400 years from 1 March 0000.
struct Date {
  std::int64_t year, month, day;
};
Date date_of(std::int64_t days_since_1970) {
  const std::int64_t z = days_since_1970 + 719468, era = z / 146097, of_era = z % 146097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100), shifted = (5 * of_year + 2) / 153;
  const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, of_year - (153 * shifted + 2) / 5 + 1};
}

std::int64_t made_at(const Json& object) { return seconds(object["created_at"].integer()); }

}  // namespace

/// Razorpay. It has no idempotency key for payments: the order is what stands against a second charge. Each attempt of
/// ours is one order with our key as its unique receipt, and no order takes a second payment once it is paid.
class Razorpay {
 public:
  explicit Razorpay(Setup& setup)
      : key_id_(setup.config["key_id"].text().str()),
        return_url_(setup.config["return_url"].text().str()),
        mandate_limit_(setup.config["mandate_limit"].integer()) {
    setup.only(setup.config, {"key_id", "mandate_limit", "return_url"});
    if (setup.config["mandate_limit"] && mandate_limit_ < 100)
      setup.problem("/mandate_limit",
                    "mandate_limit is the most that one debit may be, in paise: 1500000 is 15,000.00 INR");
    if (!setup.config["key_id"].text().view().starts_with("rzp_"))
      setup.problem("/key_id", "key_id is the public half of the API key, as rzp_live_…; its secret goes by reference");
  }

  Capabilities describe() const {
    // There is no cancel: what is not captured in its order's time goes back by itself.
    const auto all = operations(FLORIN_CHARGE, FLORIN_CAPTURE, FLORIN_REFUND, FLORIN_STATUS, FLORIN_PULL);
    const auto kept = all | operations(FLORIN_SAVE_METHOD);
    return {.offers = {{.method = "card", .operations = kept},
                       {.method = "upi", .currencies = {Text("INR")}, .operations = kept},
                       {.method = "netbanking", .currencies = {Text("INR")}, .operations = all},
                       {.method = "wire",
                        .currencies = {Text("INR")},
                        .operations = operations(FLORIN_CHARGE, FLORIN_STATUS, FLORIN_PULL)}},
            .key_window_us = days(180),
            .look_up_lag_us = minutes(5)};
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (view(op.method) == "wire") return bank_account(op, replies);
    if (op.amount.exponent != exponent_of(currency(op.amount)))
      return done({.state = FLORIN_NOT_SENT,
                   .reason = Reason{FLORIN_MISCONFIGURED, "currency_not_supported",
                                    "Razorpay counts this currency in another unit"}});
    if (op.amount.exponent == 3 && op.amount.minor % 10 != 0)
      return done({.state = FLORIN_NOT_SENT,
                   .reason = Reason{FLORIN_MISCONFIGURED, "amount_not_supported",
                                    "Razorpay takes amounts of this currency in steps of 0.010"}});
    if (currency(op.amount) == Text("INR") && op.amount.minor < 100)
      return done(
          {.state = FLORIN_NOT_SENT,
           .reason = Reason{FLORIN_MISCONFIGURED, "amount_not_supported", "Razorpay takes no less than one rupee"}});
    if (replies.empty()) return make_order(op);
    // An account that enforces unique receipts answers a repeated one so: then the order is there, and is looked up.
    const bool repeated = replies[0].status() == 400 && mentions(replies[0], "receipt");
    if (repeated && replies.size() == 1) return find_order(op);
    if (repeated && !is_list(replies[1])) return refused(replies[1]);
    const Reply& made = replies[repeated ? 1 : 0];
    const Json order = repeated ? made.json()["items"].item(0) : made.json();
    if (made.status() != 200 || !order["id"]) return refused(made);
    const std::uint32_t before_payment = repeated ? 2 : 1;
    // An order that was tried before is only looked at: whoever asked first may have been answered by nobody.
    if (order["attempts"].integer() > 0)
      return replies.size() == before_payment ? payments_of(order["id"].text())
                                              : paid_by_order(op, replies.last(), order["id"].text());
    if (replies.size() == before_payment) return pay(op, order);
    return started(op, order, replies.last());
  }

  /// Only what is authorised can be, and only whole. One that cannot be captured any more is told as it is.
  Step capture(const Operation& op, const Replies& replies) const {
    const Text ref = op.ref;
    const bool known = ref.view().starts_with("pay_");
    if (replies.empty() && known) return api(get(Text("/v1/payments/") + ref));
    if (replies.empty()) return ref ? payments_of(ref) : find_order(op);
    const std::uint32_t looked_up = ref && !known ? 1 : 2;
    if (replies.size() < looked_up) {
      const Json found = replies[0].json();
      const Text order = known ? found["order_id"].text() : found["items"].item(0)["id"].text();
      return order ? payments_of(order) : done({.state = FLORIN_UNKNOWN, .raw = "no such order"});
    }
    // What arrived twice made two payments: of an order one is captured, and the other goes back by itself.
    const Reply of_order = replies[looked_up - 1];
    if (of_order.status() != 200) return done({.state = FLORIN_UNKNOWN, .raw = "its order cannot be read"});
    if (const Json captured = captured_in(of_order)) return done(read(captured));
    const Text payment = known ? ref : with_status(of_order, "authorized")["id"].text();
    if (!payment) return done({.state = FLORIN_UNKNOWN, .raw = "no authorised payment"});
    if (replies.size() == looked_up)
      return api(post(Text("/v1/payments/") + payment + "/capture")
                     .json({{"amount", op.amount.minor}, {"currency", currency(op.amount)}}))
          .repeatable();
    if (replies.last().status() == 200) return done(read(replies.last().json()));
    if (replies.last().status() == 400 && replies.size() == looked_up + 1)
      return api(get(Text("/v1/payments/") + payment));
    return refused(replies.last());
  }

  /// A mandate, that its customer gives with a payment of one rupee in Razorpay's form: the rupee is never captured.
  /// Source   razorpay.com/docs/api/payments/recurring-payments
  Step save_method(const Operation& op, const Replies& replies) const {
    if (mandate_limit_ == 0)
      return done({.state = FLORIN_NOT_SENT,
                   .reason = Reason{FLORIN_MISCONFIGURED, "mandate_limit_missing",
                                    "say in the YAML how much one debit may be: mandate_limit"}});
    Text customer = customer_of(op.method_ref);
    const bool made = !customer;
    if (made && replies.empty())
      return api(post("/v1/customers")
                     .json({{"name", op.customer_key},
                            {"email", find(op.person, "email")},
                            {"contact", find(op.person, "phone")},
                            {"fail_existing", "0"},
                            {"notes", object({{"account", op.customer_key}})}}))
          .repeatable()
          .no_money();
    if (made) {
      if (replies[0].status() != 200) return refused(replies[0]);
      customer = replies[0].json()["id"].text();
    }
    if (replies.size() == (made ? 1 : 0)) return make_mandate_order(op, customer);
    const Json order = replies.last().json();
    if (replies.last().status() != 200 || !order["id"]) return refused(replies.last());
    Outcome said = checkout(op, order["id"].text());
    said.action->fields.add({Text("customer_id"), customer});
    said.action->fields.add({Text("recurring"), Text("1")});
    return done(said);
  }

  Step status(const Operation& op, const Replies& replies) const {
    if (view(op.method) == "wire") return bank_account(op, replies);
    if ((op.flags & FLORIN_OF_METHOD) != 0) return mandate_status(op, replies);
    if ((op.flags & FLORIN_OF_REFUND) != 0) return refund_status(op, replies);
    const Text ref = op.ref;
    if (ref.view().starts_with("pay_")) {
      if (replies.empty()) return api(get(Text("/v1/payments/") + ref));
      if (replies.last().status() != 200) return not_found_or(replies.last());
      const Json payment = replies[0].json();
      const Text order = payment["order_id"].text();
      // Of one that is not captured its order may have taken another: what arrived twice made two.
      if (!order || payment["captured"].truth()) return done(as_of(op, payment, replies[0].received_at_us()));
      return replies.size() == 1 ? payments_of(order) : paid_by_order(op, replies.last(), order);
    }
    if (ref) return replies.empty() ? payments_of(ref) : paid_by_order(op, replies.last(), ref);
    if (replies.empty()) return find_order(op);
    if (!is_list(replies[0])) return by_http(replies[0]);
    const Text order = replies[0].json()["items"].item(0)["id"].text();
    if (!order) return done({.state = FLORIN_ABSENT});
    return replies.size() == 1 ? payments_of(order) : paid_by_order(op, replies.last(), order);
  }

  Step refund(const Operation& op, const Replies& replies) const {
    const Text ref = op.ref;
    const bool known = ref.view().starts_with("pay_");
    if (!known && replies.empty()) return ref ? payments_of(ref) : find_order(op);
    if (!known && !is_list(replies[0])) return by_http(replies[0]);
    if (!known && !ref && replies.size() == 1) {
      const Text order = replies[0].json()["items"].item(0)["id"].text();
      return order ? payments_of(order) : done({.state = FLORIN_NOT_SENT, .raw = "no such order"});
    }
    const std::uint32_t looked_up = known ? 0 : ref ? 1 : 2;
    if (replies.size() == looked_up) {
      if (!known && !is_list(replies.last())) return by_http(replies.last());
      const Text payment = known ? ref : captured_in(replies.last())["id"].text();
      if (!payment) return done({.state = FLORIN_NOT_SENT, .raw = "no captured payment"});
      return api(post(Text("/v1/payments/") + payment + "/refund")
                     .json({{"amount", op.amount.minor}, {"receipt", op.key}, {"notes", object({{"key", op.key}})}}))
          .header("X-Refund-Idempotency", op.key)
          .repeatable();
    }
    const Reply& reply = replies.last();
    if (reply.status() == 200) return done(read_refund(reply.json()));
    if (reply.status() == 409) return done({.state = FLORIN_PENDING, .raw = "409"});
    return refused(reply);
  }

  Claims webhook(const Webhook& hook) const {
    Claims claims;
    claims.check(equal(hex(hmac_sha256(secret("razorpay.webhook"), Text(hook.body))),
                       find(hook.headers, "x-razorpay-signature")));
    const Json event(hook.json);
    const Json payment = event.at("/payload/payment/entity"), refund = event.at("/payload/refund/entity");
    const Json order = event.at("/payload/order/entity");
    Claim claim{.id = find(hook.headers, "x-razorpay-event-id"), .type = event["event"].text()};
    if (const Json dispute = event.at("/payload/dispute/entity")) {
      claim.about = FLORIN_ABOUT_DISPUTE;
      claim.payment_key = payment["notes"]["key"].text();
      claim.payment_ref = dispute["payment_id"].text();
      claim.dispute = dispute_state(dispute);
      claim.said = {.amount = amount_of(dispute), .ref = dispute["id"].text(), .raw = dispute["reason_code"].text()};
    } else if (const Json account = event.at("/payload/virtual_account/entity"); account && payment) {
      const Json transfer = event.at("/payload/bank_transfer/entity");
      claim.about = FLORIN_ABOUT_RECEIPT;
      claim.payment_key = account["notes"]["key"].text();
      claim.said = {.amount = amount_of(payment),
                    .ref = payment["id"].text(),
                    .raw = transfer["bank_reference"].text() + " " + transfer.at("/payer_bank_account/name").text(),
                    .happened_at_us = made_at(payment)};
    } else if (refund) {
      claim.about = FLORIN_ABOUT_REFUND;
      claim.payment_key = payment["notes"]["key"].text();
      claim.refund_key = refund["receipt"].text();
      claim.payment_ref = refund["payment_id"].text();
      claim.said = read_refund(refund);
    } else if (payment && (claim.type.view().starts_with("payment.") || order)) {
      claim.about = FLORIN_ABOUT_PAYMENT;
      claim.payment_key = order ? order["receipt"].text() : payment["notes"]["key"].text();
      claim.said = read(payment);
      // Whether it is over depends on its order; the next look-up tells.
      if (claim.said.state == FLORIN_DECLINED && may_come_late(payment["error_reason"].text()))
        claim.said = {.state = FLORIN_PENDING, .amount = claim.said.amount, .ref = claim.said.ref, .raw = "failed"};
    }
    // What is said of a payment that is not ours, or of something else, is taken and claims nothing.
    // A refund that was made in the dashboard has no key of ours: its payment tells whose it is.
    if (claim.about != 0 && (claim.payment_key || claim.refund_key || claim.payment_ref)) claims.claim(claim);
    return claims;
  }

  /// Payments, then refunds, newest first, then disputes, then what was settled; the cursor is `payments`, `refunds`,
  /// `disputes` or a day of settlements, and how many were read.
  Step pull(const Operation& op, const Replies& replies) const {
    if (Text(op.ref)) return came_into(op, replies);
    if (Text(op.cursor).view().starts_with("settled")) return settled(op, replies);
    if (Text(op.cursor).view().starts_with("disputes")) return disputed(op, replies);
    const bool refunds = Text(op.cursor).view().starts_with("refunds");
    const auto slash = Text(op.cursor).view().find('/');
    const std::int64_t skip = slash == std::string_view::npos ? 0 : number(Text(op.cursor).view().substr(slash + 1));
    if (replies.empty())
      return api(get(refunds ? "/v1/refunds" : "/v1/payments")
                     .query({{"from", op.from_us / 1'000'000},
                             {"to", op.until_us / 1'000'000 - 1},
                             {"count", 100},
                             {"skip", skip}}));
    if (!is_list(replies.last())) return no_list(replies.last());
    List<florin_claim> claims;
    std::int64_t read_now = 0;
    replies.last().json()["items"].items([&](const Json& item) {
      ++read_now;
      const Text key = refunds ? item["receipt"].text() : item["notes"]["key"].text();
      if (!key && !refunds) return;  // not ours
      claims.add(Claim{.about = refunds ? std::uint32_t{FLORIN_ABOUT_REFUND} : std::uint32_t{FLORIN_ABOUT_PAYMENT},
                       .payment_key = refunds ? Text() : key,
                       .refund_key = refunds ? key : Text(),
                       .said = refunds ? read_refund(item) : read(item),
                       .payment_ref = refunds ? item["payment_id"].text() : item["id"].text()}
                     .made());
    });
    if (read_now == 100) return page(claims, Text(refunds ? "refunds/" : "payments/") + (skip + read_now));
    return page(claims, refunds ? Text("disputes/0") : Text("refunds/0"));
  }

 private:
  /// Disputes are listed by when they were opened, and lost or won months later: all that may still be open are read.
  /// Whose one is, its payment tells. Source   razorpay.com/docs/api/disputes/fetch-all
  Step disputed(const Operation& op, const Replies& replies) const {
    constexpr std::int64_t longest = days(120);
    const std::int64_t skip = number(Text(op.cursor).view().substr(9));
    if (replies.empty())
      return api(get("/v1/disputes")
                     .query({{"from", (op.from_us - longest) / 1'000'000},
                             {"to", op.until_us / 1'000'000 - 1},
                             {"count", 100},
                             {"skip", skip}}));
    if (!is_list(replies.last())) return no_list(replies.last());
    List<florin_claim> claims;
    std::int64_t read_now = 0;
    replies.last().json()["items"].items([&](const Json& dispute) {
      ++read_now;
      Claim claim{.about = FLORIN_ABOUT_DISPUTE, .payment_ref = dispute["payment_id"].text()};
      claim.dispute = dispute_state(dispute);
      claim.said = {.amount = amount_of(dispute), .ref = dispute["id"].text(), .raw = dispute["reason_code"].text()};
      claims.add(claim.made());
    });
    return page(claims, read_now == 100 ? Text("disputes/") + (skip + read_now) : Text("settled/0/0"));
  }

  /// What was paid into one bank account of theirs, which carries our key. Source
  /// razorpay.com/docs/api/payments/smart-collect
  Step came_into(const Operation& op, const Replies& replies) const {
    const std::int64_t skip = number(op.cursor);
    if (replies.empty()) return api(get(Text("/v1/virtual_accounts/") + op.ref));
    if (replies.size() == 1 && replies[0].status() == 200)
      return api(get(Text("/v1/virtual_accounts/") + op.ref + "/payments")
                     .query({{"from", op.from_us / 1'000'000},
                             {"to", op.until_us / 1'000'000 - 1},
                             {"count", 100},
                             {"skip", skip}}));
    if (replies.size() == 1 || !is_list(replies.last())) return no_list(replies.last());
    List<florin_claim> claims;
    std::int64_t read_now = 0;
    replies.last().json()["items"].items([&](const Json& payment) {
      ++read_now;
      if (!payment["captured"].truth()) return;
      const Json acquirer = payment["acquirer_data"];
      const Text rrn = acquirer["rrn"].text();
      claims.add(Claim{.about = FLORIN_ABOUT_RECEIPT,
                       .payment_key = replies[0].json().at("/notes/key").text(),
                       .said = {.state = FLORIN_CAPTURED,
                                .amount = amount_of(payment),
                                .ref = payment["id"].text(),
                                .raw = rrn ? rrn : acquirer["bank_transaction_id"].text(),
                                .happened_at_us = made_at(payment)}}
                     .made());
    });
    return page(claims, read_now == 100 ? Text(skip + read_now) : Text());
  }

  /// The lines of the settlements of each day of the time: which payout a payment is in, and what was kept of it.
  /// Source   razorpay.com/docs/api/settlements
  Step settled(const Operation& op, const Replies& replies) const {
    const std::string_view cursor = Text(op.cursor).view().substr(8);
    const auto slash = cursor.find('/');
    const std::int64_t after = number(cursor.substr(0, slash)), skip = number(cursor.substr(slash + 1));
    const std::int64_t day = op.from_us / days(1) + after;
    const Date date = date_of(day);
    constexpr std::int64_t at_once = 300;
    if (replies.empty())
      return api(
          get("/v1/settlements/recon/combined")
              .query(
                  {{"year", date.year}, {"month", date.month}, {"day", date.day}, {"count", at_once}, {"skip", skip}}));
    if (!is_list(replies.last())) return no_list(replies.last());
    List<florin_claim> claims;
    std::int64_t read_now = 0;
    replies.last().json()["items"].items([&](const Json& line) {
      ++read_now;
      const Text key = line["order_receipt"].text(), currency = line["currency"].text();
      if (line["type"].text() != Text("payment") || !key) return;
      claims.add(Claim{.about = FLORIN_ABOUT_PAYMENT,
                       .payment_key = key,
                       .said = {.state = FLORIN_CAPTURED,
                                .amount = amount_of(line),
                                .ref = line["entity_id"].text(),
                                .raw = "settled",
                                .fee = money(line["fee"].integer(), currency, exponent_of(currency)),
                                .settlement = line["settlement_id"].text()}}
                     .made());
    });
    if (read_now == at_once) return page(claims, Text("settled/") + after + "/" + (skip + read_now));
    const bool more = (day + 1) * days(1) < op.until_us;
    return page(claims, more ? Text("settled/") + (after + 1) + "/0" : Text());
  }

  static std::uint32_t dispute_state(const Json& dispute) {
    if (dispute["phase"].text() == Text("retrieval")) return FLORIN_DISPUTE_WARNING;
    return code_of(dispute["status"].text(),
                   {{"open", FLORIN_DISPUTE_NEEDS_RESPONSE},
                    {"under_review", FLORIN_DISPUTE_UNDER_REVIEW},
                    {"won", FLORIN_DISPUTE_WON},
                    {"lost", FLORIN_DISPUTE_LOST},
                    {"closed", FLORIN_DISPUTE_CLOSED}},
                   0);
  }

  // ---- Requests

  Request& api(Request&& request) const { return api(request); }
  Request& api(Request& request) const {
    return request.endpoint("api").header(
        "Authorization", Value("Basic ") + base64(Value(std::string_view(key_id_)) + ":" + secret("razorpay.api_key")));
  }

  /// Made once, however often it is asked for: no money moves by it.
  Step make_order(const Operation& op) const {
    Request request = post("/v1/orders");
    request.json({{"amount", op.amount.minor},
                  {"currency", currency(op.amount)},
                  {"receipt", op.payment_key},
                  {"unique_receipt", JsonText{"true"}},
                  {"notes", object({{"key", op.payment_key}})},
                  {"payment", object({{"capture", "automatic"},
                                      {"capture_options", object({{"automatic_expiry_period", captures_within(op)},
                                                                  {"manual_expiry_period", captures_within(op)},
                                                                  {"refund_speed", "normal"}})}})}});
    return api(request).repeatable().no_money();
  }
  Step make_mandate_order(const Operation& op, Text customer) const {
    Request request = post("/v1/orders");
    request.json({{"amount", 100},
                  {"currency", "INR"},
                  {"method", op.method},
                  {"customer_id", customer},
                  {"receipt", op.key},
                  {"unique_receipt", JsonText{"true"}},
                  {"notes", object({{"key", op.key}})},
                  {"token", object({{"max_amount", mandate_limit_}, {"frequency", "as_presented"}})},
                  {"payment", object({{"capture", "manual"},
                                      {"capture_options", object({{"manual_expiry_period", captures_within_minutes},
                                                                  {"refund_speed", "normal"}})}})}});
    return api(request).repeatable().no_money();
  }
  Step find_order(const Operation& op) const { return api(get("/v1/orders").query({{"receipt", op.payment_key}})); }
  Step payments_of(Text order) const {
    return api(get(Text("/v1/orders/") + order + "/payments").query({{"count", 100}}));
  }

  /// A saved method is debited through its mandate; without one the customer has to do something.
  Step pay(const Operation& op, const Json& order) const {
    const std::string_view saved = view(op.method_ref);
    const auto slash = saved.find('/');
    const Text email = find(op.person, "email"), contact = find(op.person, "phone");
    const JsonText notes = object({{"key", op.payment_key}});
    if ((op.flags & FLORIN_OFF_SESSION) != 0) {
      if (slash == std::string_view::npos)
        return done({.state = FLORIN_DECLINED,
                     .reason = Reason{FLORIN_MANDATE_GONE, "no_mandate", "a stored method is written customer/token"}});
      return api(post("/v1/payments/create/recurring")
                     .json({{"email", email},
                            {"contact", contact},
                            {"amount", op.amount.minor},
                            {"currency", currency(op.amount)},
                            {"order_id", order["id"].text()},
                            {"customer_id", saved.substr(0, slash)},
                            {"token", saved.substr(slash + 1)},
                            {"recurring", JsonText{"true"}},
                            {"description", op.description},
                            {"notes", notes}}));
    }
    if (view(op.method) == "card") return done(checkout(op, order["id"].text()));
    const bool upi = view(op.method) == "upi";
    return api(post("/v1/payments/create/json")
                   .json({{"amount", op.amount.minor},
                          {"currency", currency(op.amount)},
                          {"order_id", order["id"].text()},
                          {"email", email},
                          {"contact", contact},
                          {"method", op.method},
                          {"upi", upi ? object({{"flow", "intent"}}) : JsonText{}},
                          {"bank", upi ? Text() : find(op.details, "brand")},
                          {"description", op.description},
                          {"callback_url", Text(std::string_view(return_url_))},
                          {"notes", notes}}));
  }

  // ---- Answers

  /// Card numbers never come here: the provider's own form takes them, opened on the order.
  Outcome checkout(const Operation& op, Text order) const {
    Outcome said{.state = FLORIN_NEEDS_ACTION, .amount = op.amount, .ref = order, .raw = "created"};
    said.action = Action{FLORIN_DISPLAY};
    auto& fields = said.action->fields;
    fields.add({Text("checkout"), Text("razorpay")});
    fields.add({Text("key_id"), Text(std::string_view(key_id_))});
    fields.add({Text("order_id"), order});
    return said;
  }

  Step started(const Operation& op, const Json& order, const Reply& reply) const {
    if (reply.status() != 200) return refused(reply);
    const Json body = reply.json(), next = body["next"].item(0);
    Outcome said{.state = FLORIN_PENDING, .amount = op.amount, .ref = order["id"].text(), .raw = "created"};
    if (!body["razorpay_payment_id"]) return done({.state = FLORIN_UNKNOWN, .ref = said.ref, .raw = "no payment id"});
    const Text step = next["action"].text();
    if (step == Text("redirect")) {
      said.state = FLORIN_NEEDS_ACTION;
      said.action = Action{FLORIN_REDIRECT, next["url"].text()};
    } else if (step == Text("intent")) {
      // On a phone the address opens an app; elsewhere the same text is shown as a QR code.
      said.state = FLORIN_NEEDS_ACTION;
      said.action = Action{FLORIN_DISPLAY, next["url"].text()};
      said.action->fields.add({Text("qr"), next["url"].text()});
    }
    return done(said);
  }

  /// An account of the order's own, that its customer sends the money to. What comes in is told by webhooks; two
  /// accounts for one order, when an answer got lost, both are its own. Source
  /// razorpay.com/docs/api/payments/smart-collect
  Step bank_account(const Operation& op, const Replies& replies) const {
    const Text ref = op.ref;
    if (replies.empty() && ref) return api(get(Text("/v1/virtual_accounts/") + ref));
    if (replies.empty())
      return api(post("/v1/virtual_accounts")
                     .json({{"receivers", JsonText{R"({"types":["bank_account"]})"}},
                            {"description", op.description},
                            {"amount_expected", op.amount.minor},
                            {"notes", object({{"key", op.payment_key}})}}))
          .no_money();
    const Json made = replies.last().json(), account = made["receivers"].item(0);
    if (replies.last().status() != 200 || !account["account_number"]) return refused(replies.last());
    Outcome said{
        .state = FLORIN_NEEDS_ACTION, .amount = op.amount, .ref = made["id"].text(), .raw = made["status"].text()};
    said.action = Action{FLORIN_DISPLAY};
    for (const char* name : {"account_number", "ifsc", "bank_name", "name"})
      said.action->fields.add({Text(name), account[name].text()});
    return done(said);
  }

  static Text customer_of(Text token) {
    const auto slash = token.view().find('/');
    return slash == std::string_view::npos ? Text() : Text(token.view().substr(0, slash));
  }
  static Json with_status(const Reply& reply, std::string_view status) {
    Json found;
    reply.json()["items"].items([&](const Json& payment) {
      if (!found && payment["status"].text() == Text(status)) found = payment;
    });
    return found;
  }

  /// The mandate counts, not the payment that it came with: that one may even have failed as a dummy.
  Step mandate_status(const Operation& op, const Replies& replies) const {
    const Text ref = op.ref;
    if (replies.empty()) return ref ? payments_of(ref) : find_order(op);
    const Reply last = replies.last();
    if (last.status() != 200) return not_found_or(last);
    const Json body = last.json();
    if (body["entity"].text() == Text("token")) return done(read_token(body));
    if (!is_list(last)) return by_http(last);
    if (!ref && replies.size() == 1) {
      const Text order = body["items"].item(0)["id"].text();
      return order ? payments_of(order) : done({.state = FLORIN_ABSENT});
    }
    Json given;
    body["items"].items([&](const Json& payment) {
      if (!given && payment["token_id"].text()) given = payment;
    });
    if (!given) return done({.state = FLORIN_NEEDS_ACTION, .ref = ref, .raw = "created"});
    return api(get(Text("/v1/customers/") + given["customer_id"].text() + "/tokens/" + given["token_id"].text()));
  }

  static Outcome read_token(const Json& token) {
    const Text status = token.at("/recurring_details/status").text();
    Outcome said{.state = code_of(status,
                                  {{"confirmed", FLORIN_SAVED},
                                   {"initiated", FLORIN_PENDING},
                                   {"rejected", FLORIN_DECLINED},
                                   {"cancelled", FLORIN_DECLINED},
                                   {"paused", FLORIN_DECLINED}},
                                  FLORIN_UNKNOWN),
                 .raw = status};
    const Text failure = token.at("/recurring_details/failure_reason").text();
    if (said.state == FLORIN_DECLINED) said.reason = Reason{FLORIN_MANDATE_GONE, failure ? failure : status, {}};
    if (said.state != FLORIN_SAVED) return said;
    const Text network = token.at("/card/network").text(), handle = token.at("/vpa/handle").text();
    const Text brand = code_of(network, {{"American Express", 1}}, 0) != 0 ? Text("amex") : lower(network);
    const Text last4 = token.at("/card/last4").text();
    said.saved = Saved{token["customer_id"].text() + "/" + token["id"].text(), brand,
                       last4    ? last4
                       : handle ? Text("•••@") + handle
                                : Text()};
    return said;
  }

  static Json captured_in(const Reply& reply) {
    Json found;
    reply.json()["items"].items([&](const Json& payment) {
      if (!found && payment["captured"].truth()) found = payment;
    });
    return found;
  }

  /// Of all payments of an order: the captured one, else the one that is furthest on, else the last refusal.
  Step paid_by_order(const Operation& op, const Reply& reply, Text order) const {
    if (!is_list(reply)) return not_found_or(reply);
    if (const Json captured = captured_in(reply)) return done(read(captured));
    Json open, failed;
    reply.json()["items"].items([&](const Json& payment) {  // the newest comes first
      const bool over = payment["status"].text() == Text("failed");
      if (!over && !open) open = payment;
      if (over && !failed) failed = payment;
    });
    if (open) return done(read(open));
    // A card is entered in the provider's form, whenever its holder comes to it; all else would be there by now.
    if (!failed) return done(view(op.method) == "card" ? checkout(op, order) : Outcome{.state = FLORIN_ABSENT});
    Outcome said = as_of(op, failed, reply.received_at_us());
    if (said.state == FLORIN_PENDING) said.ref = order;
    return done(said);
  }

  /// What a silent bank left behind may still succeed for as long as its order captures by itself; only then is its
  /// refusal the last word.
  static Outcome as_of(const Operation& op, const Json& payment, std::int64_t now_us) {
    Outcome said = read(payment);
    const std::int64_t over_at = made_at(payment) + minutes(captures_within(op)) + slack_us;
    if (said.state == FLORIN_DECLINED && may_come_late(payment["error_reason"].text()) && now_us < over_at)
      said = {.state = FLORIN_PENDING,
              .amount = said.amount,
              .ref = said.ref,
              .raw = "failed",
              .poll_after_us = over_at - now_us};
    return said;
  }

  static Outcome read(const Json& payment) {
    const Text status = payment["status"].text(), reason = payment["error_reason"].text();
    // Only what was captured, and refunded since, counts as paid: an authorisation that lapsed is `refunded` as well.
    const bool lapsed = status == Text("refunded") && !payment["captured"].truth();
    Outcome said{.state = lapsed ? std::uint32_t{FLORIN_EXPIRED}
                                 : code_of(status,
                                           {{"created", FLORIN_PENDING},
                                            {"authorized", FLORIN_AUTHORISED},
                                            {"captured", FLORIN_CAPTURED},
                                            {"refunded", FLORIN_CAPTURED},
                                            {"failed", FLORIN_DECLINED}},
                                           FLORIN_UNKNOWN),
                 .amount = amount_of(payment),
                 .ref = payment["id"].text(),
                 .raw = status,
                 .happened_at_us = made_at(payment)};
    if (said.state == FLORIN_DECLINED)
      said.reason = Reason{kind_of(reason), reason, payment["error_description"].text()};
    // The fee holds its tax; of one that is not captured it is null.
    if (said.state == FLORIN_CAPTURED && payment["fee"].text())
      said.fee = money(payment["fee"].integer(), payment["currency"].text(), exponent_of(payment["currency"].text()));
    return said;
  }

  static Outcome read_refund(const Json& refund) {
    return {.state =
                code_of(refund["status"].text(),
                        {{"processed", FLORIN_REFUNDED}, {"pending", FLORIN_PENDING}, {"failed", FLORIN_REFUND_FAILED}},
                        FLORIN_UNKNOWN),
            .amount = amount_of(refund),
            .ref = refund["id"].text(),
            .raw = refund["status"].text(),
            .happened_at_us = made_at(refund)};
  }

  Step refund_status(const Operation& op, const Replies& replies) const {
    if (const Text ref = op.refund_ref) {
      if (replies.empty()) return api(get(Text("/v1/refunds/") + ref));
      return replies.last().status() == 200 ? done(read_refund(replies.last().json())) : not_found_or(replies.last());
    }
    const Text payment = op.ref;
    if (!payment.view().starts_with("pay_"))
      return done({.state = FLORIN_UNKNOWN, .raw = "the payment's id is not known"});
    if (replies.empty()) return api(get(Text("/v1/payments/") + payment + "/refunds").query({{"count", 100}}));
    if (!is_list(replies.last())) return not_found_or(replies.last());
    Json found;
    replies.last().json()["items"].items([&](const Json& refund) {
      if (refund["receipt"].text() == Text(op.refund_key)) found = refund;
    });
    return done(found ? read_refund(found) : Outcome{.state = FLORIN_ABSENT});
  }

  /// An answer that is no success. A refusal of the customer's bank comes as a 400 as well: its reason tells.
  static Step refused(const Reply& reply) {
    const Json error = reply.json()["error"];
    const Text reason = error["reason"].text(), text = error["description"].text();
    const std::uint32_t kind = kind_of(reason);
    const bool ours = kind == FLORIN_MISCONFIGURED || !reason || reason == Text("NA");
    if (reply.status() == 400 && !ours && !may_come_late(reason))
      return done({.state = FLORIN_DECLINED, .raw = "400", .reason = Reason{kind, reason, text}});
    if (reply.status() == 400 && may_come_late(reason)) return done({.state = FLORIN_UNKNOWN, .raw = reason});
    return by_http(reply, error["code"].text(), text);
  }
  /// Nothing is absent because a proxy, a cut answer or an error page does not mention it: only a whole list, and the
  /// API's own sentence on an id that it does not have, say so.
  static bool is_list(const Reply& reply) {
    const Json body = reply.json(), items = body["items"];
    return reply.status() == 200 && items.is_array() && body["count"].integer(items.count()) == items.count();
  }
  static Step no_list(const Reply& reply) {
    const Json error = reply.json()["error"];
    return no_page(reply, error["code"].text(), error["description"].text());
  }
  static Step not_found_or(const Reply& reply) {
    const bool refused = reply.status() == 400 || reply.status() == 404;
    const bool absent = refused && mentions(reply, "does not exist");
    return absent ? done({.state = FLORIN_ABSENT}) : by_http(reply);
  }
  static bool mentions(const Reply& reply, std::string_view word) {
    return reply.json().at("/error/description").text().view().find(word) != std::string_view::npos;
  }

  std::string key_id_, return_url_;
  std::int64_t mandate_limit_ = 0;  // paise; 0: not said
};

FLORIN_PLUGIN(Razorpay, R"({"id": "razorpay", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "person": ["email", "phone"],
  "endpoints": {"api": "https://api.razorpay.com"},
  "secrets": {"razorpay.api_key": {"for": "api"}, "razorpay.webhook": {}},
  "config": {"type": "object", "additionalProperties": false, "required": ["key_id"],
    "examples": [{"key_id": "rzp_test_example"}],
    "properties": {"key_id": {"type": "string", "pattern": "^rzp_"},
                   "return_url": {"type": "string", "pattern": "^https?://"},
                   "mandate_limit": {"type": "integer", "minimum": 100}}}})")

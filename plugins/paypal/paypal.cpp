#include <florin/plugin.hpp>

using namespace florin::plugin;

namespace {

constexpr std::uint32_t most_pages = 15;
constexpr std::size_t longest_description = 127;
/// In place of a capture's id, while an order has none.
constexpr std::string_view of_order = "orders/";

/// The class of a refusal by its `issue`. Which class each is, is our choice.
std::uint32_t kind_of(Text issue) {
  return code_of(issue,
                 {{"INSTRUMENT_DECLINED", FLORIN_SOFT},
                  {"PAYER_CANNOT_PAY", FLORIN_SOFT},
                  {"TRANSACTION_REFUSED", FLORIN_SOFT},
                  {"REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", FLORIN_FUNDS},
                  {"MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", FLORIN_FUNDS},
                  {"PAYER_ACTION_REQUIRED", FLORIN_AUTHENTICATE},
                  {"PAYER_ACCOUNT_RESTRICTED", FLORIN_HARD},
                  {"PAYER_ACCOUNT_LOCKED_OR_CLOSED", FLORIN_HARD},
                  {"PAYER_CONSENT_REQUIRED", FLORIN_MANDATE_GONE},
                  {"TOKEN_ID_NOT_FOUND", FLORIN_MANDATE_GONE},
                  {"PAYMENT_SOURCE_CANNOT_BE_USED", FLORIN_MANDATE_GONE},
                  {"AGREEMENT_ALREADY_CANCELLED", FLORIN_MANDATE_GONE},
                  {"TRANSACTION_BLOCKED_BY_PAYEE", FLORIN_FRAUD},
                  {"COMPLIANCE_VIOLATION", FLORIN_FRAUD},
                  {"PAYEE_ACCOUNT_RESTRICTED", FLORIN_MISCONFIGURED},
                  {"PAYEE_ACCOUNT_LOCKED_OR_CLOSED", FLORIN_MISCONFIGURED},
                  {"PERMISSION_DENIED", FLORIN_MISCONFIGURED},
                  {"CURRENCY_NOT_SUPPORTED_FOR_RECEIVER", FLORIN_MISCONFIGURED}},
                 FLORIN_SOFT);
}

florin_money amount_of(const Json& amount) {
  return read_decimal(amount["value"].text(), amount["currency_code"].text());
}
Text issue_of(const Json& error) { return error.at("/details/0/issue").text(); }

/// The address behind a relation.
Text link(const Json& object, std::initializer_list<std::string_view> relations) {
  Text found;
  object["links"].items([&](const Json& one) {
    for (const std::string_view relation : relations)
      if (!found && one["rel"].text() == Text(relation)) found = one["href"].text();
  });
  return found;
}
Text last_part(Text address) {
  const auto slash = address.view().rfind('/');
  return slash == std::string_view::npos ? Text() : Text(address.view().substr(slash + 1));
}
bool is_order(Text ref) { return ref.view().starts_with(of_order); }
Text order_id(Text ref) { return ref.view().substr(of_order.size()); }

}  // namespace

/// PayPal: orders that their customer approves on PayPal's page and the host captures, and charges of an account that
/// PayPal keeps. Our key is the `custom_id` of each, and its PayPal-Request-Id.
class PayPal {
 public:
  explicit PayPal(Setup& setup)
      : webhook_id_(setup.config["webhook_id"].text().str()), return_url_(setup.config["return_url"].text().str()) {
    setup.only(setup.config, {"webhook_id", "return_url"});
    if (webhook_id_.empty())
      setup.problem("/webhook_id",
                    "webhook_id is missing: PayPal's own id of the webhook, by which it proves its messages");
  }

  Capabilities describe() const {
    Capabilities can;
    Offer offer{.method = "paypal",
                .operations = operations(FLORIN_CHARGE, FLORIN_CAPTURE, FLORIN_CANCEL, FLORIN_REFUND, FLORIN_STATUS,
                                         FLORIN_PULL, FLORIN_SAVE_METHOD)};
    // Those that PayPal writes with the decimals of ISO 4217; HUF and TWD it writes without.
    for (const char* code : {"AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS",
                             "JPY", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "USD"})
      offer.currencies.add(Text(code));
    can.offers = {offer};
    can.key_window_us = hours(6);
    can.look_up_lag_us = hours(4);  // payments are in the list within three hours
    can.credentials = {
        {.name = "paypal.token",
         .request = post("/v1/oauth2/token")
                        .endpoint("api")
                        .header("Authorization", Value("Basic ") + base64(secret("paypal.client_id") + ":" +
                                                                          secret("paypal.client_secret")))
                        .form({{"grant_type", "client_credentials"}})
                        .reads()}};
    return can;
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settle(replies.last());
    const bool kept = bool(Text(op.method_ref));
    const JsonText source =
        kept ? object({{"vault_id", op.method_ref}}) : object({{"experience_context", context(op, "PAY_NOW")}});
    const JsonText unit = object({{"custom_id", op.key},
                                  {"description", shortened(op.description, longest_description)},
                                  {"amount", amount(op)}});
    Request request = api(post("/v2/checkout/orders"), op.key)
                          .json({{"intent", "CAPTURE"},
                                 {"purchase_units", array({unit})},
                                 {"payment_source", object({{"paypal", source}})}})
                          .repeatable();
    return kept ? request : request.no_money();  // an order that nobody has approved moves nothing
  }

  /// Of an order that its customer has approved. It is captured once, whatever it is asked.
  Step capture(const Operation& op, const Replies& replies) const {
    if (replies.empty() && !is_order(op.ref)) return look(op.ref);
    if (replies.empty())
      return api(post(Text("/v2/checkout/orders/") + order_id(op.ref) + "/capture"), op.key).body("{}").repeatable();
    const Text issue = issue_of(replies.last().json());
    if (replies.size() == 1 && (issue == Text("ORDER_ALREADY_CAPTURED") || issue == Text("ORDER_NOT_APPROVED")))
      return look(op.ref);
    return settle(replies.last());
  }

  /// An order that nobody captures moves nothing: it is let lapse.
  Step cancel(const Operation& op, const Replies& replies) const {
    if (replies.empty()) return looked_up(op, replies);
    const Json body = replies.last().json();
    const Text status = body["status"].text();
    if (replies.last().status() == 200 && body["purchase_units"].is_array() && status != Text("COMPLETED"))
      return done({.state = FLORIN_VOIDED, .ref = Text(of_order) + body["id"].text(), .raw = status});
    return looked_up(op, replies);
  }

  Step refund(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settle(replies.last());
    return api(post(Text("/v2/payments/captures/") + op.ref + "/refund"), op.key)
        .json({{"amount", amount(op)}, {"custom_id", op.key}})
        .repeatable();
  }

  Step status(const Operation& op, const Replies& replies) const {
    if ((op.flags & FLORIN_OF_METHOD) != 0) return saving(op, replies);
    if ((op.flags & FLORIN_OF_REFUND) != 0) return of_refund(op, replies);
    return looked_up(op, replies);
  }

  /// The customer agrees on PayPal's page that the account may be charged without them.
  Step save_method(const Operation& op, const Replies& replies) const {
    if (replies.empty())
      return api(post("/v3/vault/setup-tokens"), op.key)
          .json({{"payment_source",
                  object({{"paypal", object({{"usage_type", "MERCHANT"}, {"experience_context", context(op, {})}})}})}})
          .repeatable()
          .no_money();
    const Json token = replies.last().json();
    if (replies.last().status() != 200 && replies.last().status() != 201) return refused(replies.last());
    return done({.state = FLORIN_NEEDS_ACTION,
                 .ref = token["id"].text(),
                 .raw = token["status"].text(),
                 .action = Action{.kind = FLORIN_REDIRECT, .url = link(token, {"approve"})}});
  }

  /// PayPal itself says whether a message is its own.
  Claims webhook(const Webhook& hook) const {
    Claims claims;
    const auto header = [&](std::string_view name) { return find(hook.headers, name); };
    if (header("paypal-transmission-id") && header("paypal-transmission-sig") && hook.body.len > 1)
      claims.check(asked(post("/v1/notifications/verify-webhook-signature")
                             .endpoint("api")
                             .bearer("paypal.token")
                             .json({{"auth_algo", header("paypal-auth-algo")},
                                    {"cert_url", header("paypal-cert-url")},
                                    {"transmission_id", header("paypal-transmission-id")},
                                    {"transmission_sig", header("paypal-transmission-sig")},
                                    {"transmission_time", header("paypal-transmission-time")},
                                    {"webhook_id", Text(std::string_view(webhook_id_))},
                                    {"webhook_event", JsonText{hook.body}}})
                             .reads(),
                         "/verification_status", "SUCCESS"));
    const Json event(hook.json);
    if (const Claim claim = claim_of(event); claim.about != 0) claims.claim(claim);
    return claims;
  }

  /// PayPal's own list of what moved, a page at a time.
  Step pull(const Operation& op, const Replies& replies) const {
    const std::int64_t page_number = Text(op.cursor) ? number(op.cursor, 1) : 1;
    if (replies.empty()) return transactions(op.from_us, op.until_us, page_number);
    const Json body = replies.last().json();
    if (!is_page(replies.last())) return no_page(replies.last(), body["name"].text(), body["message"].text());
    List<florin_claim> claims;
    body["transaction_details"].items([&](const Json& one) {
      if (const Claim claim = booked(one["transaction_info"]); claim.about != 0) claims.add(claim.made());
    });
    return page(claims, page_number < body["total_pages"].integer() ? Text(page_number + 1) : Text());
  }

 private:
  static Request api(Request request, Text key = {}) {
    request.endpoint("api").header("Content-Type", "application/json").bearer("paypal.token");
    if (key) request.header("PayPal-Request-Id", key).header("Prefer", "return=representation");
    return request;
  }
  static JsonText amount(const Operation& op) {
    return object({{"currency_code", currency(op.amount)}, {"value", decimal(op.amount)}});
  }
  JsonText context(const Operation& op, Text user_action) const {
    const Text back = Text(op.return_url) ? Text(op.return_url) : Text(std::string_view(return_url_));
    return object({{"return_url", back},
                   {"cancel_url", back},
                   {"user_action", user_action},
                   {"shipping_preference", "NO_SHIPPING"}});
  }
  static Step look(Text ref) {
    if (is_order(ref)) return api(get(Text("/v2/checkout/orders/") + order_id(ref)));
    return api(get(Text("/v2/payments/captures/") + ref));
  }

  // ---- The list of transactions, where a payment is found by our key alone

  static Step transactions(std::int64_t from_us, std::int64_t until_us, std::int64_t page_number) {
    return api(get("/v1/reporting/transactions")
                   .query({{"start_date", iso_time(from_us)},
                           {"end_date", iso_time(until_us)},
                           {"fields", "transaction_info"},
                           {"page_size", 500},
                           {"page", page_number}}));
  }
  static Step search(const Operation& op, std::int64_t page_number) {
    return transactions(op.started_at_us - minutes(5), op.started_at_us + days(2), page_number);
  }
  /// By its id, or in the list. An order that nobody approved is forgotten after some hours: one that is not there has
  /// moved nothing, unless the list knows better.
  static Step looked_up(const Operation& op, const Replies& replies) {
    if (replies.empty()) return Text(op.ref) ? look(op.ref) : search(op, 1);
    if (is_page(replies.last())) return found(op, replies);
    if (is_order(op.ref) && replies.size() == 1 && is_missing(replies.last())) return search(op, 1);
    return settled_or_absent(replies.last());
  }
  static bool is_missing(const Reply& reply) {
    return reply.status() == 404 && reply.json()["name"].text() == Text("RESOURCE_NOT_FOUND");
  }
  /// Nothing is absent because a proxy or a cut answer does not mention it.
  static bool is_page(const Reply& reply) {
    const Json body = reply.json();
    return reply.status() == 200 && body["transaction_details"].is_array() && bool(body["total_pages"]);
  }
  static Step found(const Operation& op, const Replies& replies) {
    const Json body = replies.last().json();
    Text capture;
    body["transaction_details"].items([&](const Json& one) {
      const Json info = one["transaction_info"];
      if (info["custom_field"].text() == Text(op.payment_key) && amount_of(info["transaction_amount"]).minor > 0)
        capture = info["transaction_id"].text();
    });
    if (capture) return look(capture);
    const bool ordered = is_order(op.ref);
    const std::uint32_t pages = replies.size() - (ordered ? 1 : 0);
    if (pages >= body["total_pages"].integer())
      return ordered ? done({.state = FLORIN_EXPIRED, .ref = op.ref, .raw = "forgotten"})
                     : done({.state = FLORIN_ABSENT});
    if (replies.size() == most_pages) return done({.state = FLORIN_UNKNOWN, .raw = "not on the newest pages"});
    return search(op, pages + 1);
  }

  static Claim booked(const Json& info) {
    const florin_money moved = amount_of(info["transaction_amount"]), fee = amount_of(info["fee_amount"]);
    const Text key = info["custom_field"].text(), id = info["transaction_id"].text();
    const Text code = info["transaction_event_code"].text();
    Outcome said{.state = code_of(info["transaction_status"].text(), {{"S", FLORIN_CAPTURED}, {"P", FLORIN_PENDING}},
                                  FLORIN_UNKNOWN),
                 .amount = moved,
                 .ref = id,
                 .raw = info["transaction_status"].text(),
                 .happened_at_us = read_iso_time(info["transaction_initiation_date"].text())};
    if (code.view().starts_with("T00") && moved.minor > 0 && key) {
      said.fee = fee;
      said.fee.minor = -fee.minor;  // written as what is taken off
      return {.about = FLORIN_ABOUT_PAYMENT, .payment_key = key, .said = said, .payment_ref = id};
    }
    if (code != Text("T1107") || moved.minor >= 0) return {};
    said.amount.minor = -moved.minor;
    if (said.state == FLORIN_CAPTURED) said.state = FLORIN_REFUNDED;
    return {.about = FLORIN_ABOUT_REFUND,
            .refund_key = key,
            .said = said,
            .payment_ref = info["paypal_reference_id"].text()};
  }

  // ---- What an answer says

  static Step settle(const Reply& reply) {
    const Json body = reply.json();
    if (reply.status() != 200 && reply.status() != 201) return refused(reply);
    if (body["purchase_units"].is_array()) return done(read_order(body));
    return done(link(body, {"refund"}) || body["final_capture"] ? read_capture(body) : read_refund(body));
  }
  static Step settled_or_absent(const Reply& reply) {
    return is_missing(reply) ? done({.state = FLORIN_ABSENT}) : settle(reply);
  }
  static Step refused(const Reply& reply) {
    const Json error = reply.json();
    const Text issue = issue_of(error), words = error.at("/details/0/description").text();
    if (reply.status() == 422 && issue)
      return done(
          {.state = FLORIN_DECLINED, .raw = error["name"].text(), .reason = Reason{kind_of(issue), issue, words}});
    return by_http(reply, issue ? issue : error["name"].text(), words ? words : error["message"].text());
  }

  static Outcome read_order(const Json& order) {
    const Text status = order["status"].text();
    const Json unit = order.at("/purchase_units/0"), capture = unit.at("/payments/captures/0");
    if (capture.is_object()) return read_capture(capture);
    Outcome said{.state = code_of(status,
                                  {{"CREATED", FLORIN_NEEDS_ACTION},
                                   {"SAVED", FLORIN_NEEDS_ACTION},
                                   {"PAYER_ACTION_REQUIRED", FLORIN_NEEDS_ACTION},
                                   {"APPROVED", FLORIN_AUTHORISED},
                                   {"VOIDED", FLORIN_VOIDED}},
                                  FLORIN_UNKNOWN),
                 .amount = amount_of(unit["amount"]),
                 .ref = Text(of_order) + order["id"].text(),
                 .raw = status};
    if (said.state == FLORIN_NEEDS_ACTION)
      said.action = Action{.kind = FLORIN_REDIRECT, .url = link(order, {"payer-action", "approve"})};
    return said;
  }
  static Outcome read_capture(const Json& capture) {
    const Text status = capture["status"].text(), why = capture.at("/status_details/reason").text();
    Outcome said{.state = code_of(status,
                                  {{"COMPLETED", FLORIN_CAPTURED},
                                   {"PARTIALLY_REFUNDED", FLORIN_CAPTURED},
                                   {"REFUNDED", FLORIN_CAPTURED},
                                   {"PENDING", FLORIN_PENDING},
                                   {"DECLINED", FLORIN_DECLINED},
                                   {"FAILED", FLORIN_DECLINED}},
                                  FLORIN_UNKNOWN),
                 .amount = amount_of(capture["amount"]),
                 .ref = capture["id"].text(),
                 .raw = status,
                 .happened_at_us = read_iso_time(capture["create_time"].text())};
    if (why) said.reason = Reason{FLORIN_SOFT, why, {}};
    if (const Json fee = capture.at("/seller_receivable_breakdown/paypal_fee"); fee.is_object())
      said.fee = amount_of(fee);
    return said;
  }
  static Outcome read_refund(const Json& refund) {
    const Text status = refund["status"].text();
    return {.state = code_of(status,
                             {{"COMPLETED", FLORIN_REFUNDED},
                              {"PENDING", FLORIN_PENDING},
                              {"FAILED", FLORIN_REFUND_FAILED},
                              {"CANCELLED", FLORIN_REFUND_FAILED}},
                             FLORIN_UNKNOWN),
            .amount = amount_of(refund["amount"]),
            .ref = refund["id"].text(),
            .raw = status,
            .happened_at_us = read_iso_time(refund["create_time"].text())};
  }

  /// By its id, or among the refunds of its order.
  static Step of_refund(const Operation& op, const Replies& replies) {
    if (replies.empty())
      return Text(op.refund_ref) ? Step(api(get(Text("/v2/payments/refunds/") + op.refund_ref))) : look(op.ref);
    const Reply last = replies.last();
    const Json body = last.json();
    if (Text(op.refund_ref)) return settled_or_absent(last);
    if (replies.size() == 1) {
      const Text order = body.at("/supplementary_data/related_ids/order_id").text();
      return last.status() == 200 && order ? look(Text(of_order) + order) : refused(last);
    }
    if (last.status() != 200 || !body["purchase_units"].is_array()) return refused(last);
    Json ours;
    body.at("/purchase_units/0/payments/refunds").items([&](const Json& one) {
      if (one["custom_id"].text() == Text(op.refund_key)) ours = one;
    });
    return ours ? done(read_refund(ours)) : done({.state = FLORIN_ABSENT});
  }

  /// An account that its customer has agreed to is exchanged for the token that charges it.
  static Step saving(const Operation& op, const Replies& replies) {
    if (!Text(op.ref)) return done({.state = FLORIN_ABSENT});  // its page was shown to nobody
    if (replies.empty()) return api(get(Text("/v3/vault/setup-tokens/") + op.ref));
    const Reply last = replies.last();
    const Json body = last.json();
    if (replies.size() == 1 && last.status() == 404) return settled_or_absent(last);
    if (last.status() != 200 && last.status() != 201) return refused(last);
    const Text status = body["status"].text();
    if (replies.size() == 1 && (status == Text("APPROVED") || status == Text("VAULTED")))
      return api(post("/v3/vault/payment-tokens"), Text(op.payment_key) + "-token")
          .json({{"payment_source", object({{"token", object({{"id", op.ref}, {"type", "SETUP_TOKEN"}})}})}})
          .repeatable()
          .no_money();
    if (replies.size() == 1) return done({.state = FLORIN_NEEDS_ACTION, .ref = op.ref, .raw = status});
    return done({.state = FLORIN_SAVED,
                 .ref = op.ref,
                 .raw = "VAULTED",
                 .saved = Saved{.token = body["id"].text(), .masked = "PayPal"}});
  }

  static Claim claim_of(const Json& event) {
    const Text type = event["event_type"].text();
    const Json resource = event["resource"];
    Claim claim{.id = event["id"].text(), .type = type};
    if (type == Text("CHECKOUT.ORDER.APPROVED")) {
      claim.about = FLORIN_ABOUT_PAYMENT;  // the host looks, and captures it
      claim.payment_key = resource.at("/purchase_units/0/custom_id").text();
    } else if (type == Text("PAYMENT.CAPTURE.REFUNDED")) {
      claim.about = FLORIN_ABOUT_REFUND;
      claim.refund_key = resource["custom_id"].text();
      claim.said = read_refund(resource);
      claim.payment_ref = last_part(link(resource, {"up"}));
    } else if (type == Text("PAYMENT.CAPTURE.COMPLETED") || type == Text("PAYMENT.CAPTURE.PENDING") ||
               type == Text("PAYMENT.CAPTURE.DECLINED") || type == Text("PAYMENT.CAPTURE.DENIED")) {
      claim.about = FLORIN_ABOUT_PAYMENT;
      claim.payment_key = resource["custom_id"].text();
      claim.payment_ref = resource["id"].text();
      claim.said = read_capture(resource);
    } else if (type == Text("VAULT.PAYMENT-TOKEN.DELETED")) {
      claim.about = FLORIN_ABOUT_METHOD;
      claim.said = {.state = FLORIN_VOIDED, .ref = resource["id"].text(), .raw = "DELETED"};
    } else if (type.view().starts_with("CUSTOMER.DISPUTE.")) {
      return disputed(claim, resource);
    }
    return claim;
  }
  static Claim disputed(Claim claim, const Json& dispute) {
    const Text status = dispute["status"].text(), outcome = dispute.at("/dispute_outcome/outcome_code").text();
    claim.about = FLORIN_ABOUT_DISPUTE;
    claim.payment_ref = dispute.at("/disputed_transactions/0/seller_transaction_id").text();
    claim.said = {.amount = amount_of(dispute["dispute_amount"]),
                  .ref = dispute["dispute_id"].text(),
                  .raw = dispute["reason"].text()};
    claim.dispute = code_of(status,
                            {{"OPEN", FLORIN_DISPUTE_NEEDS_RESPONSE},
                             {"WAITING_FOR_SELLER_RESPONSE", FLORIN_DISPUTE_NEEDS_RESPONSE},
                             {"WAITING_FOR_BUYER_RESPONSE", FLORIN_DISPUTE_UNDER_REVIEW},
                             {"UNDER_REVIEW", FLORIN_DISPUTE_UNDER_REVIEW}},
                            FLORIN_DISPUTE_UNDER_REVIEW);
    if (status == Text("RESOLVED"))
      claim.dispute = code_of(outcome,
                              {{"RESOLVED_SELLER_FAVOUR", FLORIN_DISPUTE_WON},
                               {"CANCELED_BY_BUYER", FLORIN_DISPUTE_CLOSED},
                               {"RESOLVED_BUYER_FAVOUR", FLORIN_DISPUTE_LOST},
                               {"ACCEPTED", FLORIN_DISPUTE_LOST}},
                              FLORIN_DISPUTE_UNDER_REVIEW);
    return claim;
  }

  std::string webhook_id_;
  std::string return_url_;  // where PayPal's page sends the customer back to, when the host does not say
};

FLORIN_PLUGIN(PayPal, R"({"id": "paypal", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"api": "https://api-m.paypal.com"},
  "secrets": {"paypal.client_id": {"for": "api"}, "paypal.client_secret": {"for": "api"}},
  "credentials": {"paypal.token": {"for": "api"}},
  "config": {"type": "object", "additionalProperties": false, "examples": [{"webhook_id": "8PT597110X687430LKGECATA"}],
    "properties": {
    "webhook_id": {"type": "string"}, "return_url": {"type": "string", "pattern": "^https?://"}}}})")

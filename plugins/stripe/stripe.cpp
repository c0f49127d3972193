#include <florin/plugin.hpp>

using namespace florin::plugin;

namespace {

/// The shape of answers is that of this version, whatever the account's default is.
constexpr std::string_view api_version = "2023-08-16";
/// What a clock of theirs may be behind of ours, when a payment is looked for by its key.
constexpr std::int64_t slack_s = 300;
/// What is read along with a payment: its charge's line in the account's balance, where the fee stands.
/// Source   docs.stripe.com/expand/use-cases
constexpr std::string_view fee_of_one = "latest_charge.balance_transaction";
constexpr std::string_view fee_of_list = "data.latest_charge.balance_transaction";

/// Decimals of Stripe's smallest unit. It is not ISO 4217's for every currency. Source   docs.stripe.com/currencies
std::int64_t exponent_of(Text code) {
  return code_of(lower(code), {{"bif", 1}, {"clp", 1}, {"djf", 1}, {"gnf", 1}, {"jpy", 1}, {"kmf", 1}, {"krw", 1},
                               {"mga", 1}, {"pyg", 1}, {"rwf", 1}, {"vnd", 1}, {"vuv", 1}, {"xaf", 1}, {"xof", 1},
                               {"xpf", 1}, {"bhd", 4}, {"jod", 4}, {"kwd", 4}, {"omr", 4}, {"tnd", 4}},
                 3) -
         1;
}
florin_money amount_of(const Json& object, std::string_view member) {
  const Text code = object["currency"].text();
  return money(object[member].integer(), code, exponent_of(code));
}

/// The class of a refusal. Source   docs.stripe.com/declines/codes; which class is our choice
std::uint32_t kind_of(Text code) {
  return code_of(code,
                 {{"insufficient_funds", FLORIN_FUNDS},
                  {"card_velocity_exceeded", FLORIN_FUNDS},
                  {"withdrawal_count_limit_exceeded", FLORIN_FUNDS},
                  {"authentication_required", FLORIN_AUTHENTICATE},
                  {"approve_with_id", FLORIN_AUTHENTICATE},
                  {"offline_pin_required", FLORIN_AUTHENTICATE},
                  {"online_or_offline_pin_required", FLORIN_AUTHENTICATE},
                  {"payment_intent_authentication_failure", FLORIN_AUTHENTICATE},
                  {"expired_card", FLORIN_BAD_DATA},
                  {"incorrect_cvc", FLORIN_BAD_DATA},
                  {"invalid_cvc", FLORIN_BAD_DATA},
                  {"incorrect_zip", FLORIN_BAD_DATA},
                  {"invalid_expiry_month", FLORIN_BAD_DATA},
                  {"invalid_expiry_year", FLORIN_BAD_DATA},
                  {"invalid_amount", FLORIN_BAD_DATA},
                  {"currency_not_supported", FLORIN_BAD_DATA},
                  {"duplicate_transaction", FLORIN_BAD_DATA},
                  {"processing_error", FLORIN_TECHNICAL},
                  {"try_again_later", FLORIN_TECHNICAL},
                  {"issuer_not_available", FLORIN_TECHNICAL},
                  {"reenter_transaction", FLORIN_TECHNICAL},
                  {"payment_method_provider_timeout", FLORIN_TECHNICAL},
                  {"lost_card", FLORIN_HARD},
                  {"stolen_card", FLORIN_HARD},
                  {"pickup_card", FLORIN_HARD},
                  {"restricted_card", FLORIN_HARD},
                  {"invalid_account", FLORIN_HARD},
                  {"incorrect_number", FLORIN_HARD},
                  {"invalid_number", FLORIN_HARD},
                  {"card_not_supported", FLORIN_HARD},
                  {"new_account_information_available", FLORIN_HARD},
                  {"do_not_try_again", FLORIN_HARD},
                  {"stop_payment_order", FLORIN_HARD},
                  {"transaction_not_allowed", FLORIN_HARD},
                  {"service_not_allowed", FLORIN_HARD},
                  {"not_permitted", FLORIN_HARD},
                  {"fraudulent", FLORIN_FRAUD},
                  {"merchant_blacklist", FLORIN_FRAUD},
                  {"security_violation", FLORIN_FRAUD},
                  {"revocation_of_authorization", FLORIN_MANDATE_GONE},
                  {"revocation_of_all_authorizations", FLORIN_MANDATE_GONE},
                  {"payment_intent_mandate_invalid", FLORIN_MANDATE_GONE},
                  {"india_recurring_payment_mandate_canceled", FLORIN_MANDATE_GONE},
                  {"testmode_decline", FLORIN_MISCONFIGURED},
                  {"live_mode_test_card", FLORIN_MISCONFIGURED},
                  {"test_mode_live_card", FLORIN_MISCONFIGURED}},
                 FLORIN_SOFT);
}

Reason why(const Json& error) {
  const Text decline = error["decline_code"].text();
  const Text code = decline ? decline : error["code"].text();
  // The network's advice beats our table.
  const bool stop = error["advice_code"].text() == Text("do_not_try_again");
  return {stop ? std::uint32_t{FLORIN_HARD} : kind_of(code), code, error["message"].text()};
}

/// A saved card's token is `cus_…/pm_…`: who it belongs to, and the card. One without a customer is `pm_…`.
Text customer_of(Text token) {
  const auto slash = token.view().find('/');
  return slash == std::string_view::npos ? Text() : Text(token.view().substr(0, slash));
}
Text card_of(Text token) {
  const auto slash = token.view().find('/');
  return slash == std::string_view::npos ? token : Text(token.view().substr(slash + 1));
}

}  // namespace

/// Stripe: cards by PaymentIntents. Each attempt of ours is one intent; it and each refund carry our key in their
/// metadata and as the idempotency key.
class Stripe {
 public:
  explicit Stripe(Setup& setup)
      : return_url_(setup.config["return_url"].text().str()),
        publishable_key_(setup.config["publishable_key"].text().str()) {
    setup.only(setup.config, {"return_url", "publishable_key"});
  }

  Capabilities describe() const {
    return {.offers = {{.method = "card",
                        .operations = operations(FLORIN_CHARGE, FLORIN_CANCEL, FLORIN_CAPTURE, FLORIN_REFUND,
                                                 FLORIN_STATUS, FLORIN_PULL, FLORIN_SAVE_METHOD)}},
            .key_window_us = hours(24),
            .look_up_lag_us = minutes(5)};
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (op.amount.exponent != exponent_of(currency(op.amount)))
      return done({.state = FLORIN_NOT_SENT,
                   .reason = Reason{FLORIN_MISCONFIGURED, "currency_not_supported",
                                    "Stripe counts this currency in another unit"}});
    if (op.amount.exponent == 3 && op.amount.minor % 10 != 0)
      return done({.state = FLORIN_NOT_SENT,
                   .reason = Reason{FLORIN_MISCONFIGURED, "amount_not_supported",
                                    "Stripe takes amounts of this currency in steps of 0.010"}});
    if (!replies.empty()) return settle(replies.last());
    const Text off_session = (op.flags & FLORIN_OFF_SESSION) != 0 ? Text("true") : Text();
    if (!Text(op.method_ref)) return form(op);
    return api(post("/v1/payment_intents")
                   .form({{"amount", op.amount.minor},
                          {"currency", lower(currency(op.amount))},
                          {"customer", customer_of(op.method_ref)},
                          {"payment_method", card_of(op.method_ref)},
                          {"payment_method_types[0]", "card"},
                          {"confirm", "true"},
                          {"off_session", off_session},
                          {"return_url", off_session ? Text() : Text(std::string_view(return_url_))},
                          {"description", op.description},
                          {"metadata[key]", op.key}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

  Step capture(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return as_it_is(replies.last());
    return api(post(Text("/v1/payment_intents/") + op.ref + "/capture").form({{"amount_to_capture", op.amount.minor}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

  /// One that nobody waits for. Without its id it is looked for first.
  Step cancel(const Operation& op, const Replies& replies) const {
    Text ref = op.ref;
    if (!ref && replies.empty()) return find_intent(op, {});
    if (replies.empty()) return cancelled(op, ref);
    const Reply last = replies.last();
    const Json body = last.json();
    if (is_list(last)) {
      if (const Json found = with_key(body, op.payment_key)) return cancelled(op, found["id"].text());
      return more(body) ? find_intent(op, last_id(body)) : done({.state = FLORIN_ABSENT});
    }
    return as_it_is(last);
  }

  /// The customer gives the card to Stripe's own form, with the intent's secret. Source
  /// docs.stripe.com/payments/save-and-reuse
  Step save_method(const Operation& op, const Replies& replies) const {
    Text customer = customer_of(op.method_ref);
    if (!customer && replies.empty())
      return api(post("/v1/customers").form({{"metadata[account]", op.customer_key}}))
          .header("Idempotency-Key", Text(op.key) + "-customer")
          .repeatable()
          .no_money();
    if (!customer) {
      if (replies[0].status() != 200) return refused(replies[0]);
      customer = replies[0].json()["id"].text();
    }
    const Json made = replies.empty() ? Json() : replies.last().json();
    if (made["object"].text() == Text("setup_intent")) return done(read_setup(made));
    if (!replies.empty() && made["object"].text() != Text("customer")) return refused(replies.last());
    return api(post("/v1/setup_intents")
                   .form({{"customer", customer},
                          {"payment_method_types[0]", "card"},
                          {"usage", "off_session"},
                          {"metadata[key]", op.key}}))
        .header("Idempotency-Key", op.key)
        .repeatable()
        .no_money();
  }

  /// Looks first: a key is forgotten after a day, and a refund may be asked for again later than that.
  Step refund(const Operation& op, const Replies& replies) const {
    if (replies.empty()) return refunds_of(op.ref, {});
    const Reply last = replies.last();
    const Json body = last.json();
    if (!is_list(last)) return settle(last);
    if (const Json found = with_key(body, op.key)) return done(read(found));
    if (more(body)) return refunds_of(op.ref, last_id(body));
    return api(post("/v1/refunds")
                   .form({{"payment_intent", op.ref}, {"amount", op.amount.minor}, {"metadata[key]", op.key}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

  Step status(const Operation& op, const Replies& replies) const {
    if ((op.flags & FLORIN_OF_METHOD) != 0) return setup_status(op, replies);
    const bool refund = (op.flags & FLORIN_OF_REFUND) != 0;
    const Text ref = refund ? op.refund_ref : op.ref, key = refund ? op.refund_key : op.payment_key;
    const Text path = refund ? "/v1/refunds" : "/v1/payment_intents";
    if (ref) {
      if (replies.empty()) return api(get(path + "/" + ref).query({{"expand[0]", refund ? Text() : Text(fee_of_one)}}));
      return is_missing(replies.last()) ? done({.state = FLORIN_ABSENT}) : settle(replies.last());
    }
    // The answer that had the id got lost: it is found by our key.
    Text after;
    if (!replies.empty()) {
      const Json body = replies.last().json();
      if (!is_list(replies.last())) return refused(replies.last());
      if (const Json found = with_key(body, key)) return done(read(found));
      if (!more(body)) return done({.state = FLORIN_ABSENT});
      if (replies.size() == 15) return done({.state = FLORIN_UNKNOWN, .raw = "not among the newest 1500"});
      after = last_id(body);
    }
    return refund ? refunds_of(op.ref, after) : find_intent(op, after);
  }

  /// Source   docs.stripe.com/webhooks/signature
  Claims webhook(const Webhook& hook) const {
    Claims claims;
    Text time;
    pairs(find(hook.headers, "stripe-signature"), ',', [&](std::string_view name, Text value) {
      if (name == "t") time = value;
      if (name == "v1")
        claims.check(equal(hex(hmac_sha256(secret("stripe.webhook"), Value(time) + "." + Text(hook.body))), value,
                           seconds(number(time)), minutes(5)));
    });
    const Json event(hook.json), object = event.at("/data/object");
    if (object["object"].text() == Text("dispute")) return claims.claim(disputed(event, object));
    if (object["object"].text() == Text("setup_intent"))
      return claims.claim({.about = FLORIN_ABOUT_METHOD,
                           .id = event["id"].text(),
                           .type = event["type"].text(),
                           .payment_key = object.at("/metadata/key").text(),
                           .said = {.state = FLORIN_PENDING, .ref = object["id"].text()}});
    if (object["object"].text() == Text("charge")) {
      // Of an earlier version of the interface: the refunds of a charge stand in it.
      object.at("/refunds/data").items([&](const Json& refund) { claims.claim(refunded(event, refund)); });
      return claims;
    }
    if (object["object"].text() == Text("refund")) return claims.claim(refunded(event, object));
    if (object["object"].text() != Text("payment_intent")) return claims;
    return claims.claim({.about = FLORIN_ABOUT_PAYMENT,
                         .id = event["id"].text(),
                         .type = event["type"].text(),
                         .payment_key = object.at("/metadata/key").text(),
                         .said = read(object)});
  }

  /// Payments, then refunds, then disputes, each newest first; the cursor is which of them, and the last id. Refunds
  /// and disputes that were not begun by us have no key of ours: they are known by their payment. Disputes are listed
  /// by when they were opened, and lost or won months later: all that may still be open are read.
  Step pull(const Operation& op, const Replies& replies) const {
    const bool refunds = Text(op.cursor).view().starts_with("refunds");
    const bool disputes = Text(op.cursor).view().starts_with("disputes");
    const auto slash = Text(op.cursor).view().find('/');
    const Text after = slash == std::string_view::npos ? Text() : Text(Text(op.cursor).view().substr(slash + 1));
    if (replies.empty())
      return api(get(disputes  ? "/v1/disputes"
                     : refunds ? "/v1/refunds"
                               : "/v1/payment_intents")
                     .query({{"limit", 100},
                             {"created[gte]", (op.from_us - (disputes ? days(120) : 0)) / 1'000'000},
                             {"created[lt]", op.until_us / 1'000'000},
                             {"expand[0]", refunds || disputes ? Text() : Text(fee_of_list)},
                             {"starting_after", after}}));
    const Json body = replies.last().json(), error = body["error"];
    if (!is_list(replies.last())) return no_page(replies.last(), error["code"].text(), error["message"].text());
    List<florin_claim> claims;
    body["data"].items([&](const Json& object) {
      if (disputes) return (void)claims.add(disputed(Json(), object).made());
      const Text key = object.at("/metadata/key").text();
      if (!key && !refunds) return;  // not ours
      claims.add(Claim{.about = refunds ? std::uint32_t{FLORIN_ABOUT_REFUND} : std::uint32_t{FLORIN_ABOUT_PAYMENT},
                       .payment_key = refunds ? Text() : key,
                       .refund_key = refunds ? key : Text(),
                       .said = read(object),
                       .payment_ref = refunds ? object["payment_intent"].text() : object["id"].text()}
                     .made());
    });
    const Text kind = disputes ? "disputes/" : refunds ? "refunds/" : "payments/";
    if (more(body)) return page(claims, kind + last_id(body));
    return page(claims, disputes ? Text() : refunds ? Text("disputes/") : Text("refunds/"));
  }

 private:
  /// One that was made in the dashboard has no key of ours: its payment tells whose it is.
  Claim refunded(const Json& event, const Json& refund) const {
    return {.about = FLORIN_ABOUT_REFUND,
            .id = event["id"].text(),
            .type = event["type"].text(),
            .refund_key = refund.at("/metadata/key").text(),
            .said = read(refund),
            .payment_ref = refund["payment_intent"].text()};
  }

  static Claim disputed(const Json& event, const Json& dispute) {
    Claim claim{.about = FLORIN_ABOUT_DISPUTE, .id = event["id"].text(), .type = event["type"].text()};
    claim.payment_ref = dispute["payment_intent"].text();
    claim.dispute = code_of(dispute["status"].text(),
                            {{"warning_needs_response", FLORIN_DISPUTE_WARNING},
                             {"warning_under_review", FLORIN_DISPUTE_WARNING},
                             {"warning_closed", FLORIN_DISPUTE_CLOSED},
                             {"needs_response", FLORIN_DISPUTE_NEEDS_RESPONSE},
                             {"under_review", FLORIN_DISPUTE_UNDER_REVIEW},
                             {"won", FLORIN_DISPUTE_WON},
                             {"lost", FLORIN_DISPUTE_LOST},
                             {"prevented", FLORIN_DISPUTE_CLOSED}},
                            0);
    claim.said = {.amount = amount_of(dispute, "amount"), .ref = dispute["id"].text(), .raw = dispute["reason"].text()};
    return claim;
  }

  static Request api(Request request) {
    return request.endpoint("api").header("Stripe-Version", Text(api_version)).bearer("stripe.api_key");
  }
  static Step find_intent(const Operation& op, Text after) {
    return api(get("/v1/payment_intents")
                   .query({{"limit", 100},
                           {"customer", customer_of(op.method_ref)},
                           {"created[gte]", op.started_at_us / 1'000'000 - slack_s},
                           {"expand[0]", Text(fee_of_list)},
                           {"starting_after", after}}));
  }
  /// The card is given to Stripe's own form, with the intent's secret: once, and nothing of it is kept.
  static Step form(const Operation& op) {
    return api(post("/v1/payment_intents")
                   .form({{"amount", op.amount.minor},
                          {"currency", lower(currency(op.amount))},
                          {"payment_method_types[0]", "card"},
                          {"description", op.description},
                          {"metadata[key]", op.key},
                          {"metadata[form]", "open"}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

  /// The card is read with its intent, for its brand and last four.
  Step setup_status(const Operation& op, const Replies& replies) const {
    const Text ref = op.ref;
    Text after;
    if (!replies.empty()) {
      const Json body = replies.last().json();
      if (is_missing(replies.last())) return done({.state = FLORIN_ABSENT});
      if (replies.last().status() != 200) return refused(replies.last());
      if (body["object"].text() == Text("setup_intent")) return done(read_setup(body));
      if (!is_list(replies.last())) return refused(replies.last());
      if (const Json found = with_key(body, op.payment_key)) return done(read_setup(found));
      if (!more(body)) return done({.state = FLORIN_ABSENT});
      if (replies.size() == 15) return done({.state = FLORIN_UNKNOWN, .raw = "not among the newest 1500"});
      after = last_id(body);
    }
    if (ref) return api(get(Text("/v1/setup_intents/") + ref).query({{"expand[0]", "payment_method"}}));
    return api(get("/v1/setup_intents")
                   .query({{"limit", 100},
                           {"created[gte]", op.started_at_us / 1'000'000 - slack_s},
                           {"expand[0]", "data.payment_method"},
                           {"starting_after", after}}));
  }

  Outcome read_setup(const Json& intent) const {
    const Text status = intent["status"].text(), customer = intent["customer"].text();
    const Json card = intent["payment_method"], error = intent["last_setup_error"];
    Outcome said{.state = code_of(status,
                                  {{"succeeded", FLORIN_SAVED},
                                   {"processing", FLORIN_PENDING},
                                   {"requires_payment_method", FLORIN_NEEDS_ACTION},
                                   {"requires_confirmation", FLORIN_NEEDS_ACTION},
                                   {"requires_action", FLORIN_NEEDS_ACTION},
                                   {"canceled", FLORIN_VOIDED}},
                                  FLORIN_UNKNOWN),
                 .ref = intent["id"].text(),
                 .raw = status};
    if (said.state == FLORIN_NEEDS_ACTION)
      said.action =
          Action{FLORIN_DISPLAY,
                 {},
                 {{Text("type"), Text("setup_intent")}, {Text("client_secret"), intent["client_secret"].text()}}};
    if (said.action) add_key(*said.action);
    if (error.is_object()) said.reason = why(error);
    if (said.state != FLORIN_SAVED) return said;
    // Told without the card: the next look-up reads it.
    if (!card.is_object()) return said.state = FLORIN_PENDING, said;
    said.saved =
        Saved{customer + "/" + card["id"].text(), card.at("/card/brand").text(), card.at("/card/last4").text()};
    return said;
  }

  /// What was done to an intent, or the intent as it is when that cannot be done any more: the refusal holds it.
  Step as_it_is(const Reply& reply) const {
    const Json intent = reply.json().at("/error/payment_intent");
    return reply.status() == 400 && intent.is_object() ? done(read(intent)) : settle(reply);
  }

  static Step cancelled(const Operation& op, Text intent) {
    return api(post(Text("/v1/payment_intents/") + intent + "/cancel").form({{"cancellation_reason", "abandoned"}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }
  static Step refunds_of(Text payment, Text after) {
    return api(get("/v1/refunds").query({{"limit", 100}, {"payment_intent", payment}, {"starting_after", after}}));
  }

  /// Nothing is absent because a proxy, a cut answer or an error page does not mention it: only a whole list, and the
  /// API's own word for what it does not have, say so. Source   docs.stripe.com/error-codes
  static bool is_list(const Reply& reply) {
    const Json body = reply.json();
    return reply.status() == 200 && body["object"].text() == Text("list") && body["data"].is_array() &&
           bool(body["has_more"]);
  }
  static bool is_missing(const Reply& reply) {
    return reply.status() == 404 && reply.json().at("/error/code").text() == Text("resource_missing");
  }
  static bool more(const Json& list) { return list["has_more"].truth() && list["data"].count() > 0; }
  static Text last_id(const Json& list) { return list["data"].item(list["data"].count() - 1)["id"].text(); }
  static Json with_key(const Json& list, Text key) {
    Json found;
    list["data"].items([&](const Json& object) {
      if (key && object.at("/metadata/key").text() == key) found = object;
    });
    return found;
  }

  Step settle(const Reply& reply) const {
    const Json body = reply.json(), error = body["error"];
    if (reply.status() == 200) return done(read(body));
    if (reply.status() != 402) return refused(reply);
    return done({.state = FLORIN_DECLINED,
                 .ref = error.at("/payment_intent/id").text(),
                 .raw = error.at("/payment_intent/status").text(),
                 .reason = why(error)});
  }

  /// A key that was used for something else was used: what came of that is not known.
  static Step refused(const Reply& reply) {
    const Json error = reply.json()["error"];
    if (error["type"].text() == Text("idempotency_error"))
      return done({.state = FLORIN_UNKNOWN, .raw = "idempotency_error", .reason = why(error)});
    return by_http(reply, error["code"].text(), error["message"].text());
  }

  Outcome read(const Json& object) const {
    if (object["object"].text() == Text("refund")) return read_refund(object);
    const Text status = object["status"].text();
    const Json error = object["last_payment_error"];
    // A form stays open after a refusal: its customer may give another card till the order closes and it is cancelled.
    const bool no_card = status == Text("requires_payment_method");
    const bool form = no_card && object.at("/metadata/form").text() == Text("open");
    const bool failed = no_card && !form && error.is_object();
    const std::uint32_t state = failed ? std::uint32_t{FLORIN_DECLINED}
                                : form ? std::uint32_t{FLORIN_NEEDS_ACTION}
                                       : code_of(status,
                                                 {{"succeeded", FLORIN_CAPTURED},
                                                  {"requires_capture", FLORIN_AUTHORISED},
                                                  {"processing", FLORIN_PENDING},
                                                  {"requires_action", FLORIN_NEEDS_ACTION},
                                                  {"canceled", FLORIN_VOIDED}},
                                                 FLORIN_UNKNOWN);
    Outcome said{.state = state,
                 .amount = amount_of(object, state == FLORIN_CAPTURED ? "amount_received" : "amount"),
                 .ref = object["id"].text(),
                 .raw = status,
                 .happened_at_us = seconds(object["created"].integer())};
    if (failed) said.reason = why(error);
    if (const Json line = object.at("/latest_charge/balance_transaction"); line.is_object())
      said.fee = amount_of(line, "fee");
    if (state == FLORIN_NEEDS_ACTION) said.action = action_of(object);
    return said;
  }

  Action action_of(const Json& intent) const {
    if (const Json redirect = intent.at("/next_action/redirect_to_url/url")) return {FLORIN_REDIRECT, redirect.text()};
    const Text type = intent.at("/next_action/type").text();
    Action form{FLORIN_DISPLAY,
                {},
                {{Text("type"), type ? type : Text("payment_intent")},
                 {Text("client_secret"), intent["client_secret"].text()}}};
    add_key(form);
    return form;
  }
  /// By which a page of ours opens their form.
  void add_key(Action& form) const {
    if (!publishable_key_.empty()) form.fields.add({Text("publishable_key"), Text(std::string_view(publishable_key_))});
  }

  static Outcome read_refund(const Json& refund) {
    const Text status = refund["status"].text(), failure = refund["failure_reason"].text();
    Outcome said{.state = code_of(status,
                                  {{"succeeded", FLORIN_REFUNDED},
                                   {"pending", FLORIN_PENDING},
                                   {"requires_action", FLORIN_PENDING},
                                   {"failed", FLORIN_REFUND_FAILED},
                                   {"canceled", FLORIN_REFUND_FAILED}},
                                  FLORIN_UNKNOWN),
                 .amount = amount_of(refund, "amount"),
                 .ref = refund["id"].text(),
                 .raw = status,
                 .happened_at_us = seconds(refund["created"].integer())};
    if (failure) said.reason = Reason{FLORIN_SOFT, failure, {}};
    return said;
  }

  std::string return_url_;       // where a bank's page sends the customer back to
  std::string publishable_key_;  // for their form in a browser; it is no secret
};

FLORIN_PLUGIN(Stripe, R"({"id": "stripe", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"api": "https://api.stripe.com"},
  "secrets": {"stripe.api_key": {"for": "api"}, "stripe.webhook": {}},
  "config": {"type": "object", "additionalProperties": false,
    "properties": {"return_url": {"type": "string", "pattern": "^https?://"},
                   "publishable_key": {"type": "string", "pattern": "^pk_"}}}})")

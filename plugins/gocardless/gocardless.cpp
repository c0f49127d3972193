#include <florin/plugin.hpp>

using namespace florin::plugin;

namespace {

/// The one version of the interface that there is. Source   the constants of GoCardless's own client
constexpr std::string_view api_version = "2015-07-06";
/// What a clock of theirs may be behind of ours, when a payment is looked for by its key.
constexpr std::int64_t slack = minutes(5);
constexpr std::uint32_t most_pages = 15;

/// Why a bank did not pay, by `details.cause` of an event. Which class each is, is our choice.
std::uint32_t kind_of(Text cause) {
  return code_of(cause,
                 {{"insufficient_funds", FLORIN_FUNDS},
                  {"refer_to_payer", FLORIN_FUNDS},
                  {"daily_payment_limit_reached", FLORIN_FUNDS},
                  {"bank_account_closed", FLORIN_HARD},
                  {"direct_debit_not_enabled", FLORIN_HARD},
                  {"account_blocked_for_any_financial_transaction", FLORIN_HARD},
                  {"insufficient_payment_permissions", FLORIN_HARD},
                  {"payment_stopped", FLORIN_HARD},
                  {"invalid_bank_details", FLORIN_BAD_DATA},
                  {"payment_violated_mandate_parameters", FLORIN_BAD_DATA},
                  {"authorisation_disputed", FLORIN_MANDATE_GONE},
                  {"mandate_cancelled", FLORIN_MANDATE_GONE},
                  {"mandate_expired", FLORIN_MANDATE_GONE},
                  {"mandate_is_inactive", FLORIN_MANDATE_GONE},
                  {"customer_approval_denied", FLORIN_CUSTOMER_GAVE_UP},
                  {"bank_account_transferred", FLORIN_TECHNICAL},
                  {"return_on_odfi_request", FLORIN_TECHNICAL}},
                 FLORIN_SOFT);
}

/// Amounts are whole numbers of the currency's smallest unit; GoCardless has no currency without two decimals.
florin_money amount_of(const Json& object) { return money(object["amount"].integer(), object["currency"].text(), 2); }

Text first_reason(const Json& error) { return error.at("/errors/0/reason").text(); }

Json with_key(const Json& list, Text key) {
  Json found;
  list.items([&](const Json& object) {
    if (key && !found && object.at("/metadata/key").text() == key) found = object;
  });
  return found;
}

}  // namespace

/// GoCardless: debits by mandate. Each attempt of ours is one payment; it, each refund and each billing request carry
/// our key in their metadata and as the idempotency key.
class GoCardless {
 public:
  explicit GoCardless(Setup& setup) : return_url_(setup.config["return_url"].text().str()) {
    setup.only(setup.config, {"return_url"});
  }

  Capabilities describe() const {
    return {.offers = {{.method = "sepa_debit",
                        .currencies = {Text("EUR")},
                        .operations = operations(FLORIN_CHARGE, FLORIN_CANCEL, FLORIN_REFUND, FLORIN_STATUS,
                                                 FLORIN_PULL, FLORIN_SAVE_METHOD)}},
            .key_window_us = hours(24),
            .look_up_lag_us = minutes(5)};
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (!Text(op.method_ref))
      return done({.state = FLORIN_NOT_SENT,
                   .reason = Reason{FLORIN_MISCONFIGURED, "mandate_missing",
                                    "A debit needs a mandate: it is made with set_up_payment_method."}});
    if (replies.empty())
      return api(post("/payments")
                     .json({{"payments", object({{"amount", op.amount.minor},
                                                 {"currency", currency(op.amount)},
                                                 {"description", op.description},
                                                 {"metadata", object({{"key", op.key}})},
                                                 {"links", object({{"mandate", op.method_ref}})}})}}))
          .header("Idempotency-Key", op.key)
          .repeatable();
    return settle(op, replies, "payments");
  }

  /// Until it is given to the banks; afterwards it is what it is.
  Step cancel(const Operation& op, const Replies& replies) const {
    if (replies.empty() && !Text(op.ref)) return find(op, "payments", {});
    const Text path = "/payments/";
    if (replies.empty()) return cancelled(path + op.ref);
    const Reply last = replies.last();
    if (const Json list = list_of(last, "payments"); list.is_array()) {
      if (const Json found = with_key(list, op.payment_key)) return cancelled(path + found["id"].text());
      if (after(last)) return find(op, "payments", after(last));
      return done({.state = FLORIN_ABSENT});
    }
    const Json payment = last.json()["payments"];
    if (last.status() == 200 && payment.is_object()) return done(read(payment));
    if (first_reason(last.json()["error"]) == Text("cancellation_failed") && Text(op.ref))
      return api(get(path + op.ref));
    return refused(last);
  }

  /// What was given back so far is named: a refund that got lost and was made after all is not made again.
  Step refund(const Operation& op, const Replies& replies) const {
    if (replies.empty()) return refunds_of(op.ref, {});
    const Reply last = replies.last();
    const Json list = list_of(last, "refunds");
    if (!list.is_array()) return settle(op, replies, "refunds");
    if (after(last)) return refunds_of(op.ref, after(last));
    std::int64_t given_back = 0;
    for (std::uint32_t i = 0; i < replies.size(); ++i) {
      const Json page = list_of(replies[i], "refunds");
      if (const Json found = with_key(page, op.key)) return done(read_refund(found));
      page.items([&](const Json& one) {
        if (read_refund(one).state != FLORIN_REFUND_FAILED) given_back += one["amount"].integer();
      });
    }
    return api(post("/refunds")
                   .json({{"refunds", object({{"amount", op.amount.minor},
                                              {"total_amount_confirmation", op.amount.minor + given_back},
                                              {"metadata", object({{"key", op.key}})},
                                              {"links", object({{"payment", op.ref}})}})}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

  Step status(const Operation& op, const Replies& replies) const {
    const bool of_refund = (op.flags & FLORIN_OF_REFUND) != 0, of_method = (op.flags & FLORIN_OF_METHOD) != 0;
    const std::string_view kind = of_refund ? "refunds" : of_method ? "billing_requests" : "payments";
    const Text ref = of_refund ? op.refund_ref : op.ref, key = of_refund ? op.refund_key : op.payment_key;
    if (replies.empty()) {
      if (ref) return api(get(Text("/") + kind + "/" + ref));
      return of_refund ? refunds_of(op.ref, {}) : find(op, kind, {});
    }
    const Reply last = replies.last();
    if (const Json list = list_of(last, kind); list.is_array()) {
      if (const Json found = with_key(list, key)) return told(found, kind);
      const Text next = after(last);
      if (!next) return done({.state = FLORIN_ABSENT});
      if (replies.size() == most_pages) return done({.state = FLORIN_UNKNOWN, .raw = "not among the newest pages"});
      return of_refund ? refunds_of(op.ref, next) : find(op, kind, next);
    }
    return settle(op, replies, kind);
  }

  /// A mandate is made on GoCardless's own page, where the customer gives the bank account.
  Step save_method(const Operation& op, const Replies& replies) const {
    if (replies.empty())
      return api(post("/billing_requests")
                     .json({{"billing_requests",
                             object({{"mandate_request", object({{"currency", "EUR"},
                                                                 {"scheme", "sepa_core"},
                                                                 {"metadata", object({{"key", op.key}})}})},
                                     {"metadata", object({{"key", op.key}, {"account", op.customer_key}})}})}}))
          .header("Idempotency-Key", op.key)
          .repeatable()
          .no_money();
    const Reply last = replies.last();
    const Json flow = last.json()["billing_request_flows"], request = replies[0].json()["billing_requests"];
    if (flow.is_object() && last.status() == 201)
      return done({.state = FLORIN_NEEDS_ACTION,
                   .ref = flow.at("/links/billing_request").text(),
                   .raw = "pending",
                   .action = Action{.kind = FLORIN_REDIRECT,
                                    .url = flow["authorisation_url"].text(),
                                    .expires_at_us = read_iso_time(flow["expires_at"].text())}});
    const Text id = request.is_object() ? request["id"].text() : conflicting(replies[0]);
    if (replies.size() > 1 || !id) return refused(last);
    const Text back = Text(op.return_url) ? Text(op.return_url) : Text(std::string_view(return_url_));
    return api(post("/billing_request_flows")
                   .json({{"billing_request_flows", object({{"redirect_uri", back},
                                                            {"exit_uri", back},
                                                            {"lock_currency", JsonText{"true"}},
                                                            {"links", object({{"billing_request", id}})}})}}))
        .header("Idempotency-Key", Text(op.key) + "-flow")
        .repeatable()
        .no_money();
  }

  /// Up to 250 events. Most of them do not say how their payment is now: the host asks.
  Claims webhook(const Webhook& hook) const {
    Claims claims;
    claims.check(
        equal(hex(hmac_sha256(secret("gocardless.webhook"), Text(hook.body))), find_header(hook, "webhook-signature")));
    Json(hook.json)["events"].items([&](const Json& event) {
      const Claim claim = claim_of(event);
      if (claim.about != 0) claims.claim(claim);
    });
    return claims;
  }

  /// Payments and refunds made in that time, then what failed or was charged back in it, whenever it had been paid.
  Step pull(const Operation& op, const Replies& replies) const {
    const auto slash = Text(op.cursor).view().find('/');
    const Text kind = Text(op.cursor) ? Text(Text(op.cursor).view().substr(0, slash)) : Text("payments");
    const Text next = slash == std::string_view::npos ? Text() : Text(Text(op.cursor).view().substr(slash + 1));
    const bool of_events = kind == Text("failed") || kind == Text("charged_back");
    const std::string_view list_name = of_events ? std::string_view("events") : kind.view();
    if (replies.empty())
      return api(get(Text("/") + list_name)
                     .query({{"limit", 500},
                             {"created_at[gte]", iso_time(op.from_us)},
                             {"created_at[lt]", iso_time(op.until_us)},
                             {"resource_type", of_events ? Text("payments") : Text()},
                             {"action", of_events ? kind : Text()},
                             {"after", next}}));
    const Reply last = replies.last();
    const Json list = list_of(last, list_name), error = last.json()["error"];
    if (!list.is_array()) return no_page(last, first_reason(error), error["message"].text());
    List<florin_claim> claims;
    list.items([&](const Json& one) {
      const Claim claim = of_events ? claim_of(one) : booked(one, list_name);
      if (claim.about != 0) claims.add(claim.made());
    });
    if (const Text more = after(last)) return page(claims, kind + "/" + more);
    return page(claims, kind == Text("payments")  ? Text("refunds/")
                        : kind == Text("refunds") ? Text("failed/")
                        : kind == Text("failed")  ? Text("charged_back/")
                                                  : Text());
  }

 private:
  static Request api(Request request) {
    return request.endpoint("api")
        .header("GoCardless-Version", Text(api_version))
        .header("Accept", "application/json")
        .bearer("gocardless.access_token");
  }
  static Text find_header(const Webhook& hook, std::string_view name) {
    return florin::plugin::find(hook.headers, name);
  }

  /// Newest first, since it was first sent.
  static Step find(const Operation& op, std::string_view kind, Text next) {
    const bool dated = kind != "billing_requests";  // of these the list takes no time
    return api(get(Text("/") + kind)
                   .query({{"limit", 500},
                           {"created_at[gte]", dated ? iso_time(op.started_at_us - slack) : Text()},
                           {"after", next}}));
  }
  static Step refunds_of(Text payment, Text next) {
    return api(get("/refunds").query({{"limit", 500}, {"payment", payment}, {"after", next}}));
  }
  static Step cancelled(Text payment) {
    return api(post(payment + "/actions/cancel").json({{"data", JsonText{"{}"}}})).repeatable();
  }

  /// Nothing is absent because a proxy or a cut answer does not mention it: a list is one that says where it goes on.
  static Json list_of(const Reply& reply, std::string_view name) {
    const Json body = reply.json();
    return reply.status() == 200 && body.at("/meta/cursors").is_object() ? body[name] : Json();
  }
  static Text after(const Reply& reply) { return reply.json().at("/meta/cursors/after").text(); }
  /// What was made under the same key before.
  static Text conflicting(const Reply& reply) {
    const Json error = reply.json()["error"];
    return first_reason(error) == Text("idempotent_creation_conflict")
               ? error.at("/errors/0/links/conflicting_resource_id").text()
               : Text();
  }

  static Step told(const Json& object, std::string_view kind) {
    if (kind == "refunds") return done(read_refund(object));
    if (kind == "billing_requests") return done(read_request(object));
    if (object["status"].text() == Text("failed"))  // why is said by its event alone
      return api(get("/events").query({{"payment", object["id"].text()}, {"action", "failed"}, {"limit", 1}}));
    return done(read(object));
  }

  /// The last answer: what was made, what is there, or why not.
  static Step settle(const Operation& op, const Replies& replies, std::string_view kind) {
    const Reply last = replies.last();
    const Json body = last.json(), made = body[kind];
    if (const Json events = list_of(last, "events"); events.is_array()) return failed(op, replies, events.item(0));
    if ((last.status() == 200 || last.status() == 201) && made.is_object()) return told(made, kind);
    if (const Text id = conflicting(last)) return api(get(Text("/") + kind + "/" + id));
    const Json error = body["error"];
    if (op.kind == FLORIN_STATUS && last.status() == 404 && first_reason(error) == Text("resource_not_found"))
      return done({.state = FLORIN_ABSENT});
    return refused(last);
  }

  static Step failed(const Operation& op, const Replies& replies, const Json& event) {
    Json payment = replies[replies.size() - 2].json()["payments"];
    if (payment.is_array()) payment = with_key(payment, op.payment_key);
    Outcome said = read(payment);
    const Text cause = event.at("/details/cause").text();
    said.reason = Reason{kind_of(cause), cause, event.at("/details/description").text()};
    return done(said);
  }

  /// Of what GoCardless did not execute it says why; a key that is in use or an answer without a reason says nothing.
  static Step refused(const Reply& reply) {
    const Json error = reply.json()["error"];
    const Text reason = first_reason(error), type = error["type"].text();
    const Text words = error.at("/errors/0/message") ? error.at("/errors/0/message").text() : error["message"].text();
    const bool understood = type == Text("validation_failed") || type == Text("invalid_state");
    if (reply.status() == 422 && understood)
      return done({.state = FLORIN_DECLINED,
                   .raw = type,
                   .reason = Reason{reason ? kind_of(reason) : std::uint32_t{FLORIN_BAD_DATA},
                                    reason ? reason : error.at("/errors/0/field").text(), words}});
    return by_http(reply, reason, words);
  }

  static Outcome read(const Json& payment) {
    const Text status = payment["status"].text();
    return {.state = code_of(status,
                             {{"pending_customer_approval", FLORIN_PENDING},
                              {"pending_submission", FLORIN_PENDING},
                              {"submitted", FLORIN_PENDING},
                              {"confirmed", FLORIN_CAPTURED},
                              {"paid_out", FLORIN_CAPTURED},
                              {"cancelled", FLORIN_VOIDED},
                              {"customer_approval_denied", FLORIN_DECLINED},
                              {"failed", FLORIN_DECLINED},
                              {"charged_back", FLORIN_DECLINED}},
                             FLORIN_UNKNOWN),
            .amount = amount_of(payment),
            .ref = payment["id"].text(),
            .raw = status,
            .happened_at_us = read_iso_time(payment["created_at"].text()),
            .settlement = payment.at("/links/payout").text()};
  }
  static Outcome read_refund(const Json& refund) {
    const Text status = refund["status"].text();
    return {.state = code_of(status,
                             {{"created", FLORIN_PENDING},
                              {"pending_submission", FLORIN_PENDING},
                              {"submitted", FLORIN_PENDING},
                              {"paid", FLORIN_REFUNDED},
                              {"cancelled", FLORIN_REFUND_FAILED},
                              {"bounced", FLORIN_REFUND_FAILED},
                              {"funds_returned", FLORIN_REFUND_FAILED}},
                             FLORIN_UNKNOWN),
            .amount = amount_of(refund),
            .ref = refund["id"].text(),
            .raw = status,
            .happened_at_us = read_iso_time(refund["created_at"].text())};
  }
  static Outcome read_request(const Json& request) {
    const Text status = request["status"].text(), mandate = request.at("/links/mandate_request_mandate").text();
    Outcome said{.state = code_of(status,
                                  {{"pending", FLORIN_NEEDS_ACTION},
                                   {"ready_to_fulfil", FLORIN_NEEDS_ACTION},
                                   {"fulfilling", FLORIN_PENDING},
                                   {"fulfilled", FLORIN_SAVED},
                                   {"cancelled", FLORIN_VOIDED}},
                                  FLORIN_UNKNOWN),
                 .ref = request["id"].text(),
                 .raw = status};
    if (said.state != FLORIN_SAVED) return said;
    if (!mandate) return said.state = FLORIN_PENDING, said;
    const Text ending = request.at("/resources/customer_bank_account/account_number_ending").text();
    said.saved = Saved{.token = mandate, .masked = ending ? Text("SEPA •• ") + ending : Text("SEPA")};
    return said;
  }

  /// Of the records: a payment or refund of ours.
  static Claim booked(const Json& one, std::string_view list) {
    const Text key = one.at("/metadata/key").text();
    if (list == "refunds")
      return {.about = FLORIN_ABOUT_REFUND,
              .refund_key = key,
              .said = read_refund(one),
              .payment_ref = one.at("/links/payment").text()};
    if (!key) return {};  // not ours
    Claim claim{.about = FLORIN_ABOUT_PAYMENT, .payment_key = key, .said = read(one), .payment_ref = one["id"].text()};
    if (const Text status = one["status"].text(); status == Text("failed") || status == Text("charged_back"))
      claim.said.state = FLORIN_REVERSED;
    return claim;
  }

  static Claim claim_of(const Json& event) {
    const Text type = event["resource_type"].text(), action = event["action"].text();
    const Text key = event.at("/resource_metadata/key").text();
    Claim claim{.id = event["id"].text(), .type = type + "." + action};
    claim.said.happened_at_us = read_iso_time(event["created_at"].text());
    if (type == Text("payments")) return of_payment(claim, event, action, key);
    if (type == Text("refunds")) {
      claim.about = FLORIN_ABOUT_REFUND;
      claim.refund_key = key;
      claim.said.ref = event.at("/links/refund").text();
      claim.said.raw = action;
      const bool failed = action == Text("bounced") || action == Text("failed") || action == Text("funds_returned");
      if (failed) claim.said.state = FLORIN_REFUND_FAILED;
    } else if (type == Text("mandates")) {
      claim.about = code_of(action,
                            {{"cancelled", FLORIN_ABOUT_METHOD},
                             {"failed", FLORIN_ABOUT_METHOD},
                             {"expired", FLORIN_ABOUT_METHOD},
                             {"consumed", FLORIN_ABOUT_METHOD},
                             {"blocked", FLORIN_ABOUT_METHOD}},
                            0);
      claim.payment_key = key;
      claim.said.state = FLORIN_VOIDED;
      claim.said.ref = event.at("/links/mandate").text();
      claim.said.raw = action;
    } else if (type == Text("billing_requests")) {
      claim.about = FLORIN_ABOUT_METHOD;
      claim.payment_key = key;
      claim.said.ref = event.at("/links/billing_request").text();
    }
    return claim;
  }

  static Claim of_payment(Claim claim, const Json& event, Text action, Text key) {
    const Text cause = event.at("/details/cause").text();
    claim.payment_key = key;
    claim.payment_ref = event.at("/links/payment").text();
    claim.said.ref = claim.payment_ref;
    claim.said.raw = action;
    if (action == Text("chargeback_cancelled")) {
      claim.about = FLORIN_ABOUT_DISPUTE;  // of the reversal, which has no name of its own
      claim.dispute = FLORIN_DISPUTE_WON;
      claim.said.ref = {};
      return claim;
    }
    // What has been settled against a payout went back before.
    const bool of_payout = action == Text("late_failure_settled") || action == Text("chargeback_settled") ||
                           action == Text("surcharge_fee_debited") || action == Text("created");
    claim.about = of_payout ? 0 : std::uint32_t{FLORIN_ABOUT_PAYMENT};
    const bool for_good = action == Text("charged_back") ||
                          (action == Text("failed") && !event.at("/details/will_attempt_retry").truth());
    if (!for_good) return claim;
    claim.said.state = FLORIN_REVERSED;
    claim.said.reason = Reason{kind_of(cause), cause, event.at("/details/description").text()};
    return claim;
  }

  std::string return_url_;  // where GoCardless's page sends the customer back to, when the host does not say
};

FLORIN_PLUGIN(GoCardless, R"({"id": "gocardless", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"api": "https://api.gocardless.com"},
  "secrets": {"gocardless.access_token": {"for": "api"}, "gocardless.webhook": {}},
  "config": {"type": "object", "additionalProperties": false,
    "properties": {"return_url": {"type": "string", "pattern": "^https?://"}}}})")

#include <florin/plugin.hpp>
using namespace florin::plugin;

/// A processor with redirect pages, in the manner of Mollie: a payment is made, its customer is sent to the provider's
/// page, and a webhook that carries nothing but the payment's id says that something has changed. The first payment of
/// a subscription leaves a mandate behind, which renewals are charged with.
class Quay {
 public:
  explicit Quay(Setup& setup) {
    setup.only(setup.config, {"webhook_url"});
    webhook_url_ = setup.config["webhook_url"].text().str();
    if (!webhook_url_.empty() && !webhook_url_.starts_with("https://"))
      setup.problem("/webhook_url", "webhook_url is an https address: https://HOST/v1/TENANT/processors/NAME/webhook");
  }

  Capabilities describe() const {
    return {.offers = {{.method = "card",
                        .operations =
                            operations(FLORIN_CHARGE, FLORIN_STATUS, FLORIN_REFUND, FLORIN_CANCEL, FLORIN_CONFIRM)}},
            .signed_webhooks = false,
            .key_window_us = hours(1),
            .look_up_lag_us = minutes(10)};
  }

  static JsonText amount_of(const Operation& op) {
    return object({{"currency", currency(op.amount)}, {"value", decimal(op.amount)}});
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settled(op, replies.last());
    const bool renews = op.method_ref.len != 0, first = (op.flags & FLORIN_MAY_KEEP) != 0;
    return api(post("/v2/payments")
                   .header("Idempotency-Key", op.key)
                   .json({{"amount", amount_of(op)},
                          {"description", op.description},
                          {"redirectUrl", renews ? Text() : Text(op.return_url)},
                          {"webhookUrl", Text(std::string_view(webhook_url_))},
                          {"sequenceType", renews  ? "recurring"
                                           : first ? "first"
                                                   : "oneoff"},
                          {"mandateId", op.method_ref},
                          {"metadata", object({{"key", op.key}})}})
                   .repeatable());
  }

  Step refund(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return refunded(op, replies.last().json(), replies.last());
    return api(post("/v2/payments/" + op.ref + "/refunds")
                   .header("Idempotency-Key", op.key)
                   .json({{"amount", amount_of(op)}, {"metadata", object({{"key", op.key}})}})
                   .repeatable());
  }

  Step cancel(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settled(op, replies.last());
    return api(Request{"DELETE", "/v2/payments/" + op.ref, FLORIN_REPEATABLE}.no_money());
  }

  /// A code that was sent to the customer, or what their bank's page has added to the way back.
  Step confirm(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settled(op, replies.last());
    return api(post("/v2/payments/" + op.ref + "/confirm").json({{"code", find(op.answer, "code")}}));
  }

  /// There is no search by key: without the id the newest payments are walked through, a page at a time.
  Step status(const Operation& op, const Replies& replies) const {
    if ((op.flags & FLORIN_OF_REFUND) != 0) return refund_status(op, replies);
    if (op.ref.len != 0) {
      if (replies.empty()) return api(get("/v2/payments/" + op.ref));
      return settled(op, replies.last());
    }
    return found_in_pages(op, replies, "/v2/payments", "payments", op.payment_key, false);
  }

  /// `id=tr_7UhSN1zuXS`, by POST or by GET, and nothing else: a hint.
  Claims webhook(const Webhook& hook) const {
    const Text id = field_of(hook.body, "id") ? field_of(hook.body, "id") : field_of(hook.query, "id");
    Claims claims;
    if (id) claims.claim({.about = FLORIN_ABOUT_PAYMENT, .payment_ref = id}).answer("OK " + id);
    return claims;
  }

 private:
  static Request api(Request request) { return request.endpoint("api").bearer("quay.api_key"); }

  Step refund_status(const Operation& op, const Replies& replies) const {
    const Text path = "/v2/payments/" + op.ref + "/refunds";
    if (op.refund_ref.len != 0) {
      if (replies.empty()) return api(get(path + "/" + op.refund_ref));
      return refunded(op, replies.last().json(), replies.last());
    }
    return found_in_pages(op, replies, path, "refunds", op.refund_key, true);
  }

  static Step found_in_pages(const Operation& op, const Replies& replies, Text path, Text list, Text key, bool refund) {
    if (replies.empty()) return api(get(path).query({{"limit", "250"}}));
    const Reply reply = replies.last();
    const Json all = reply.json()["_embedded"][list.view()];
    if (reply.status() != 200 || !all.is_array()) return by_http(reply);
    for (std::uint32_t i = 0; i < all.count(); ++i)
      if (all.item(i)["metadata"]["key"].text() == key)
        return refund ? refunded(op, all.item(i), reply) : done(outcome_of(op, all.item(i)));
    const Text next = reply.json()["_links"]["next"]["href"].text();
    if (!next) return done({.state = FLORIN_ABSENT});
    if (replies.size() >= 16) return done({.state = FLORIN_UNKNOWN, .raw = "not among the newest payments"});
    return api(
        get(path).query({{"limit", "250"}, {"from", field_of(next.view().substr(next.view().find('?') + 1), "from")}}));
  }

  static Step settled(const Operation& op, const Reply& reply) {
    if (reply.status() == 200 || reply.status() == 201) return done(outcome_of(op, reply.json()));
    if (reply.status() != 422) return by_http(reply, reply.json()["title"].text(), reply.json()["detail"].text());
    return done({.state = FLORIN_DECLINED,
                 .reason = Reason{FLORIN_BAD_DATA, reply.json()["title"].text(), reply.json()["detail"].text()}});
  }

  static Outcome outcome_of(const Operation& op, const Json& payment) {
    Outcome said{.state = code_of(payment["status"].text(),
                                  {{"open", FLORIN_NEEDS_ACTION},
                                   {"pending", FLORIN_PENDING},
                                   {"authorized", FLORIN_AUTHORISED},
                                   {"paid", FLORIN_CAPTURED},
                                   {"failed", FLORIN_DECLINED},
                                   {"canceled", FLORIN_VOIDED},
                                   {"expired", FLORIN_EXPIRED}},
                                  FLORIN_UNKNOWN),
                 .amount = read_decimal(payment["amount"]["value"].text(), payment["amount"]["currency"].text()),
                 .ref = payment["id"].text(),
                 .raw = payment["status"].text()};
    if (said.state == FLORIN_NEEDS_ACTION) {
      const Text page = payment["_links"]["checkout"]["href"].text(), ask = payment["details"]["ask"].text();
      if (page) said.action = Action{FLORIN_REDIRECT, page};
      if (ask) said.action = Action{FLORIN_ENTER, {}, {{Text("code"), ask}}};
    }
    if (said.state == FLORIN_DECLINED) said.reason = why(payment["details"]["failureReason"].text());
    const Text mandate = payment["mandateId"].text();
    if (said.state == FLORIN_CAPTURED && mandate && (op.flags & FLORIN_OF_REFUND) == 0)
      said.saved = Saved{.token = mandate,
                         .brand = payment["details"]["cardLabel"].text(),
                         .masked = "ends in " + payment["details"]["cardNumber"].text()};
    return said;
  }

  static Step refunded(const Operation&, const Json& refund, const Reply& reply) {
    if (reply.status() != 200 && reply.status() != 201)
      return by_http(reply, reply.json()["title"].text(), reply.json()["detail"].text());
    return done({.state = code_of(refund["status"].text(),
                                  {{"queued", FLORIN_PENDING},
                                   {"pending", FLORIN_PENDING},
                                   {"processing", FLORIN_PENDING},
                                   {"refunded", FLORIN_REFUNDED},
                                   {"failed", FLORIN_REFUND_FAILED},
                                   {"canceled", FLORIN_REFUND_FAILED}},
                                  FLORIN_UNKNOWN),
                 .amount = read_decimal(refund["amount"]["value"].text(), refund["amount"]["currency"].text()),
                 .ref = refund["id"].text(),
                 .raw = refund["status"].text()});
  }

  static Reason why(Text code) {
    return {code_of(code,
                    {{"insufficient_funds", FLORIN_FUNDS},
                     {"card_expired", FLORIN_BAD_DATA},
                     {"possible_fraud", FLORIN_FRAUD},
                     {"invalid_card_number", FLORIN_HARD}},
                    FLORIN_SOFT),
            code,
            {}};
  }

  std::string webhook_url_;
};

FLORIN_PLUGIN(Quay, R"({"id": "quay", "version": "0.1.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"api": "https://api.quay.example"},
  "secrets": {"quay.api_key": {"for": "api"}},
  "config": {"type": "object", "additionalProperties": false,
    "properties": {"webhook_url": {"type": "string"}}}})")

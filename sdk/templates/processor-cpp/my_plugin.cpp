#include <florin/plugin.hpp>
using namespace florin::plugin;

/// A processor for a provider with an API such as most have: a payment is made by POST /payments, found again by our
/// reference, refunded by POST /refunds, and reported by signed webhooks. Put your provider's words in place of these;
/// `exchanges/` has its answers, and `florin plugin check --against exchanges` plays them.
class MyPlugin {
 public:
  explicit MyPlugin(Setup& setup) {
    setup.only(setup.config, {"statement_text"});  // a word that is not known is an error, with the nearest that is
    statement_text_ = setup.config["statement_text"].text().str();
    if (statement_text_.size() > 22) setup.problem("/statement_text", "statement_text is at most 22 characters");
  }

  /// What it does, where. What is not here is never called.
  Capabilities describe() const {
    return {.offers = {{.method = "card", .operations = operations(FLORIN_CHARGE, FLORIN_STATUS, FLORIN_REFUND)}},
            .key_window_us = hours(24),     // how long the provider honours an idempotency key
            .look_up_lag_us = minutes(5)};  // how long something done may still look absent
  }

  /// The first call answers with the request, the second reads its reply.
  Step charge(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settled(op, replies.last());
    return api(post("/payments")
                   .header("Idempotency-Key", op.key)
                   .json({{"amount", op.amount.minor},
                          {"currency", currency(op.amount)},
                          {"reference", op.key},  // what status finds it by when the answer got lost
                          {"token", op.method_ref},
                          {"description", op.description},
                          {"statement_text", Text(std::string_view(statement_text_))}})
                   .repeatable());  // the provider makes the same key act once; without that: nothing, which means once
  }

  Step refund(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settled(op, replies.last());
    return api(post("/refunds")
                   .header("Idempotency-Key", op.key)
                   .json({{"payment", op.ref}, {"amount", op.amount.minor}, {"reference", op.key}})
                   .repeatable());
  }

  /// Of a payment or a refund. Without the provider's id it is found by our key: the answer that had the id got lost.
  Step status(const Operation& op, const Replies& replies) const {
    const bool refund = (op.flags & FLORIN_OF_REFUND) != 0;
    const Text id = refund ? op.refund_ref : op.ref, key = refund ? op.refund_key : op.payment_key;
    const Text path = refund ? "/refunds" : "/payments";
    if (replies.empty()) return api(id ? get(path + "/" + id) : get(path).query({{"reference", key}}));
    const Reply reply = replies.last();
    if (id) return settled(op, reply);
    // Absent only by the provider's own word: a whole list without it. A proxy's error page is no such word.
    const Json found = reply.json()["items"];
    if (reply.status() != 200 || !found.is_array()) return by_http(reply);
    if (found.count() == 0) return done({.state = FLORIN_ABSENT});
    return done(outcome_of(op, found.item(0)));
  }

  /// Called twice: with the bytes and headers alone for its checks, and again, with the JSON, once they hold. A
  /// provider that signs with a key of its own: `signed_by("my_plugin.public_key", FLORIN_RSA_SHA256, hook.body,
  /// signature)`.
  Claims webhook(const Webhook& hook) const {
    Claims claims;
    Text time, signature;
    pairs(find(hook.headers, "x-signature"), ',',
          [&](auto name, Text value) { (name == "t" ? time : signature) = value; });
    claims.check(equal(hex(hmac_sha256(secret("my_plugin.webhook"), time + "." + hook.body)), signature,
                       seconds(number(time)), minutes(5)));
    const Json event(hook.json), payment = event["payment"];
    if (payment)
      claims.claim({.about = FLORIN_ABOUT_PAYMENT,
                    .id = event["id"].text(),
                    .type = event["type"].text(),
                    .payment_key = payment["reference"].text(),
                    .said = said_of(payment, payment["currency"].text(), 2)});
    return claims;
  }

 private:
  static Request api(Request request) { return request.endpoint("api").bearer("my_plugin.api_key"); }

  static Step settled(const Operation& op, const Reply& reply) {
    if (reply.status() == 200 || reply.status() == 201) return done(outcome_of(op, reply.json()));
    if (reply.status() != 402) return by_http(reply, reply.json()["code"].text(), reply.json()["message"].text());
    return done({.state = FLORIN_DECLINED, .ref = reply.json()["id"].text(), .reason = why(reply.json())});
  }

  static Outcome outcome_of(const Operation& op, const Json& object) {
    return said_of(object, object["currency"].text(), op.amount.exponent);
  }

  /// The provider's words, in Florin's. A word that is not known stays unknown: it costs a look-up, not money.
  static Outcome said_of(const Json& object, Text currency, std::int64_t exponent) {
    Outcome said{.state = code_of(object["status"].text(),
                                  {{"paid", FLORIN_CAPTURED},
                                   {"pending", FLORIN_PENDING},
                                   {"redirect", FLORIN_NEEDS_ACTION},
                                   {"declined", FLORIN_DECLINED},
                                   {"refunded", FLORIN_REFUNDED},
                                   {"refund_failed", FLORIN_REFUND_FAILED}},
                                  FLORIN_UNKNOWN),
                 .amount = money(object["amount"].integer(), currency, exponent),
                 .ref = object["id"].text(),
                 .raw = object["status"].text()};
    if (said.state == FLORIN_DECLINED) said.reason = why(object);
    if (said.state == FLORIN_NEEDS_ACTION) said.action = Action{FLORIN_REDIRECT, object["redirect_url"].text()};
    return said;
  }

  static Reason why(const Json& object) {
    const Text code = object["code"].text();
    return {
        code_of(code,
                {{"insufficient_funds", FLORIN_FUNDS}, {"expired_card", FLORIN_BAD_DATA}, {"stolen_card", FLORIN_HARD}},
                FLORIN_SOFT),
        code, object["message"].text()};
  }

  std::string statement_text_;  // an instance keeps std::string, not Text, and never changes
};

FLORIN_PLUGIN(MyPlugin, R"({"id": "my_plugin", "version": "0.1.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"api": "https://api.example.com"},
  "secrets": {"my_plugin.api_key": {"for": "api"}, "my_plugin.webhook": {}},
  "config": {"type": "object", "additionalProperties": false,
    "properties": {"statement_text": {"type": "string", "maxLength": 22}}}})")

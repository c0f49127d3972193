#include <florin/plugin.hpp>
using namespace florin::plugin;

/// Speaks to the sandbox provider, a stand-in that moves no money. Its README says how a payment is told to behave.
class Sandbox {
 public:
  explicit Sandbox(Setup& setup) { setup.only(setup.config, {}); }

  Capabilities describe() const {
    const auto all = operations(FLORIN_CHARGE, FLORIN_CONFIRM, FLORIN_CANCEL, FLORIN_REFUND, FLORIN_STATUS);
    return {.offers = {{.method = "card", .operations = all}, {.method = "upi", .operations = all}},
            .key_window_us = days(30),
            .look_up_lag_us = minutes(1)};
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settle(replies.last());
    return sandbox(post("/charges")
                       .json({{"amount", op.amount.minor},
                              {"currency", currency(op.amount)},
                              {"exponent", op.amount.exponent},
                              {"method", op.method},
                              {"token", op.method_ref},
                              {"customer", op.customer_key},
                              {"return_url", op.return_url}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

  Step confirm(const Operation& op, const Replies& replies) const { return act(op, replies, "/confirm"); }
  Step cancel(const Operation& op, const Replies& replies) const { return act(op, replies, "/cancel"); }

  Step refund(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settle(replies.last());
    return sandbox(post("/refunds")
                       .json({{"charge", op.ref},
                              {"charge_key", Text(op.ref) ? Text() : Text(op.payment_key)},
                              {"amount", op.amount.minor},
                              {"currency", currency(op.amount)},
                              {"exponent", op.amount.exponent}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

  Step status(const Operation& op, const Replies& replies) const {
    if (!replies.empty())
      return replies.last().status() == 404 ? done({.state = FLORIN_ABSENT}) : settle(replies.last());
    const bool of_refund = (op.flags & FLORIN_OF_REFUND) != 0;
    const Text ref = of_refund ? op.refund_ref : op.ref;
    const Text key = of_refund ? op.refund_key : op.payment_key;
    const Text path = of_refund ? "/refunds" : "/charges";
    if (ref) return sandbox(get(path + "/" + ref));
    return sandbox(get(path).query({{"key", key}}));
  }

  Claims webhook(const Webhook& hook) const {
    Claims claims;
    Text time;
    pairs(find(hook.headers, "sandbox-signature"), ',', [&](std::string_view name, Text value) {
      if (name == "t") time = value;
      if (name == "v1")
        claims.check(equal(hex(hmac_sha256(secret("sandbox.webhook"), Value(time) + "." + Text(hook.body))), value,
                           seconds(number(time)), minutes(5)));
    });
    const Json event(hook.json), object = event["object"];
    const bool of_refund = object["kind"].text() == Text("refund");
    if (!object) return claims;
    return claims.claim({.about = of_refund ? FLORIN_ABOUT_REFUND : FLORIN_ABOUT_PAYMENT,
                         .id = event["id"].text(),
                         .type = event["type"].text(),
                         .payment_key = of_refund ? object["charge_key"].text() : object["key"].text(),
                         .refund_key = of_refund ? object["key"].text() : Text(),
                         .said = read(object)});
  }

 private:
  static Request sandbox(Request request) { return request.endpoint("sandbox").bearer("sandbox.api_key"); }

  static Step act(const Operation& op, const Replies& replies, Text verb) {
    if (!replies.empty()) return settle(replies.last());
    return sandbox(post(Text("/charges/") + op.ref + verb)).header("Idempotency-Key", op.key).repeatable();
  }

  static Step settle(const Reply& reply) {
    const Json object = reply.json();
    if (reply.status() == 200 || reply.status() == 402) return done(read(object));
    return by_http(reply, object["code"].text(), object["message"].text());
  }

  static Outcome read(const Json& object) {
    const Text status = object["status"].text(), code = object["code"].text(), url = object["action_url"].text();
    Outcome said{.state = code_of(status,
                                  {{"captured", FLORIN_CAPTURED},
                                   {"pending", FLORIN_PENDING},
                                   {"needs_action", FLORIN_NEEDS_ACTION},
                                   {"declined", FLORIN_DECLINED},
                                   {"voided", FLORIN_VOIDED},
                                   {"refunded", FLORIN_REFUNDED},
                                   {"refund_failed", FLORIN_REFUND_FAILED}},
                                  FLORIN_UNKNOWN),
                 .amount = money(object["amount"].integer(), object["currency"].text(), object["exponent"].integer(-1)),
                 .ref = object["id"].text(),
                 .raw = status,
                 .happened_at_us = object["at_us"].integer()};
    if (code)
      said.reason = Reason{code_of(code,
                                   {{"insufficient_funds", FLORIN_FUNDS},
                                    {"lost_card", FLORIN_HARD},
                                    {"processing_error", FLORIN_TECHNICAL},
                                    {"expired_card", FLORIN_BAD_DATA},
                                    {"customer_gave_up", FLORIN_CUSTOMER_GAVE_UP}},
                                   FLORIN_SOFT),
                           code, object["message"].text()};
    if (url) said.action = Action{FLORIN_REDIRECT, url};
    return said;
  }
};

FLORIN_PLUGIN(Sandbox, R"({"id": "sandbox", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"sandbox": "sandbox:"},
  "secrets": {"sandbox.api_key": {"for": "sandbox"}, "sandbox.webhook": {}},
  "config": {"type": "object", "additionalProperties": false, "properties": {}}})")

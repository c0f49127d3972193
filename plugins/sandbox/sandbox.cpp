#include <florin/plugin.hpp>
using namespace florin::plugin;

/// Speaks to the sandbox provider, a stand-in that moves no money. Its README says how a payment is told to behave.
class Sandbox {
 public:
  explicit Sandbox(Setup& setup) {
    setup.only(setup.config, {"plays"});
    setup.config["plays"].items([&](const Json& method) { plays_.push_back(method.text().str()); });
  }

  Capabilities describe() const {
    const auto all =
        operations(FLORIN_CHARGE, FLORIN_CANCEL, FLORIN_REFUND, FLORIN_STATUS, FLORIN_PULL, FLORIN_SAVE_METHOD);
    Capabilities can{.offers = {}, .key_window_us = days(30), .look_up_lag_us = minutes(5)};
    for (const char* method : {"card", "upi", "netbanking"}) can.offers.add({.method = method, .operations = all});
    for (const std::string& method : plays_) can.offers.add({.method = std::string_view(method), .operations = all});
    return can;
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settle(replies.last());
    return sandbox(post("/charges")
                       .json({{"amount", op.amount.minor},
                              {"currency", currency(op.amount)},
                              {"exponent", op.amount.exponent},
                              {"method", op.method},
                              {"token", op.method_ref},
                              {"customer", op.customer_key}}))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

  Step cancel(const Operation& op, const Replies& replies) const {
    if (Text(op.ref)) return act(op, op.ref, replies, "/cancel");
    if (replies.empty()) return sandbox(get("/charges").query({{"key", op.payment_key}}));
    if (replies.size() == 1 && is_missing(replies[0])) return done({.state = FLORIN_ABSENT});
    if (replies.size() > 1 || replies[0].status() != 200) return settle(replies.last());
    return sandbox(post(Text("/charges/") + replies[0].json()["id"].text() + "/cancel"))
        .header("Idempotency-Key", op.key)
        .repeatable();
  }

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
    if (!replies.empty() && is_missing(replies.last())) return done({.state = FLORIN_ABSENT});
    if (!replies.empty()) return (op.flags & FLORIN_OF_METHOD) != 0 ? saved(replies.last()) : settle(replies.last());
    const bool of_refund = (op.flags & FLORIN_OF_REFUND) != 0;
    if ((op.flags & FLORIN_OF_METHOD) != 0)
      return sandbox(Text(op.ref) ? get(Text("/methods/") + op.ref) : get("/methods").query({{"key", op.payment_key}}));
    const Text ref = of_refund ? op.refund_ref : op.ref;
    const Text key = of_refund ? op.refund_key : op.payment_key;
    const Text path = of_refund ? "/refunds" : "/charges";
    if (ref) return sandbox(get(path + "/" + ref));
    return sandbox(get(path).query({{"key", key}}));
  }

  Step save_method(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return saved(replies.last());
    return sandbox(post("/methods").json({{"method", op.method}, {"customer", op.customer_key}}))
        .header("Idempotency-Key", op.key)
        .repeatable()
        .no_money();
  }

  Step pull(const Operation& op, const Replies& replies) const {
    if (replies.empty())
      return sandbox(
          get("/books").query({{"from_us", op.from_us}, {"until_us", op.until_us}, {"after", Text(op.cursor)}}));
    if (replies.last().status() != 200 || !replies.last().json()["items"].is_array()) return no_page(replies.last());
    List<florin_claim> claims;
    replies.last().json()["items"].items([&](const Json& object) { claims.add(claim_of(object, {}, {}).made()); });
    return page(claims, replies.last().json()["next"].text());
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
    if (!object) return claims;
    return claims.claim(claim_of(object, event["id"].text(), event["type"].text()));
  }

 private:
  static Claim claim_of(const Json& object, Text event, Text type) {
    const bool of_refund = object["kind"].text() == Text("refund"), of_method = object["kind"].text() == Text("method");
    return {.about = std::uint32_t{of_refund   ? FLORIN_ABOUT_REFUND
                                   : of_method ? FLORIN_ABOUT_METHOD
                                               : FLORIN_ABOUT_PAYMENT},
            .id = event,
            .type = type,
            .payment_key = of_refund ? object["charge_key"].text() : object["key"].text(),
            .refund_key = of_refund ? object["key"].text() : Text(),
            .said = of_method ? Outcome{.state = FLORIN_PENDING, .ref = object["id"].text()} : read(object)};
  }

  /// Of what is not there the sandbox says so in its own JSON; a 404 of anybody else says nothing of the payment.
  static bool is_missing(const Reply& reply) { return reply.status() == 404 && reply.json()["code"].text(); }

  static Step saved(const Reply& reply) {
    const Json object = reply.json();
    if (reply.status() != 200) return by_http(reply, object["code"].text(), object["message"].text());
    Outcome said{.state = code_of(object["status"].text(),
                                  {{"needs_action", FLORIN_NEEDS_ACTION}, {"saved", FLORIN_SAVED}}, FLORIN_UNKNOWN),
                 .ref = object["id"].text(),
                 .raw = object["status"].text()};
    if (said.state == FLORIN_NEEDS_ACTION) said.action = Action{FLORIN_REDIRECT, object["action_url"].text()};
    if (said.state == FLORIN_SAVED)
      said.saved = Saved{object["token"].text(), object["brand"].text(), object["masked"].text()};
    return done(said);
  }

  static Request sandbox(Request request) { return request.endpoint("sandbox").bearer("sandbox.api_key"); }

  static Step act(const Operation& op, Text charge, const Replies& replies, Text verb) {
    if (!replies.empty()) return settle(replies.last());
    return sandbox(post(Text("/charges/") + charge + verb)).header("Idempotency-Key", op.key).repeatable();
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
    if (said.state == FLORIN_CAPTURED && object["in_part"]) said.state = FLORIN_PARTLY_CAPTURED;
    // On a phone the address opens an app; elsewhere the same text is shown as a QR code.
    if (url && url.view().starts_with("upi:"))
      said.action = Action{FLORIN_DISPLAY, url, {{Text("upi_id"), Text("sandbox@upi")}}};
    else if (url && object["action_form"])
      said.action =
          Action{FLORIN_POST, url, {{Text("PaReq"), object["action_form"].text()}, {Text("MD"), object["id"].text()}}};
    else if (url)
      said.action = Action{FLORIN_REDIRECT, url};
    if (object["fee"])
      said.fee = money(object["fee"].integer(), object["currency"].text(), object["exponent"].integer(-1));
    return said;
  }

  std::vector<std::string> plays_;  // further methods
};

FLORIN_PLUGIN(Sandbox, R"({"id": "sandbox", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"sandbox": "sandbox:"},
  "secrets": {"sandbox.api_key": {"for": "sandbox"}, "sandbox.webhook": {}},
  "config": {"type": "object", "additionalProperties": false, "properties": {
    "plays": {"type": "array", "items": {"type": "string"}}}}})")

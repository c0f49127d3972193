#include <florin/plugin.hpp>

using namespace florin::plugin;

/// CHIP Collect (Malaysia): a purchase has a page of CHIP's own, where its customer pays by FPX, card or wallet. A
/// purchase that nobody has paid moves no money, so one whose answer got lost is forgotten and made again. CHIP signs
/// its callbacks with an RSA key of the company, whose public half `GET /public_key/` gives.
class Chip {
 public:
  explicit Chip(Setup& setup) {
    setup.only(setup.config, {"brand_id"});
    brand_id_ = setup.config["brand_id"].text().str();
    if (brand_id_.empty())
      setup.problem("/brand_id", "brand_id is missing: CHIP's portal shows it under Developers, Brands");
  }

  Capabilities describe() const {
    return {.offers = {{.method = "card",
                        .currencies = {Text("MYR")},
                        .operations = operations(FLORIN_CHARGE, FLORIN_STATUS, FLORIN_CANCEL, FLORIN_REFUND)}}};
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settled(replies.last());
    return api(post("/purchases/")
                   .json({{"brand_id", std::string_view(brand_id_)},
                          {"reference", op.key},
                          {"client", object({{"email", find(op.person, "email")}})},
                          {"purchase", object({{"currency", currency(op.amount)},
                                               {"products", array({object({{"name", op.description},
                                                                           {"price", op.amount.minor}})})}})},
                          {"success_redirect", op.return_url},
                          {"failure_redirect", op.return_url}}))
        .no_money();
  }

  Step cancel(const Operation& op, const Replies& replies) const {
    if (!Text(op.ref)) return done({.state = FLORIN_UNKNOWN, .raw = "CHIP cancels by its own id alone"});
    if (replies.empty()) return api(post("/purchases/" + op.ref + "/cancel/")).no_money();
    return settled(replies.last());
  }

  Step refund(const Operation& op, const Replies& replies) const {
    if (replies.empty()) return api(post("/purchases/" + op.ref + "/refund/").json({{"amount", op.amount.minor}}));
    return given_back(op, replies.last());
  }

  /// CHIP finds a purchase by its id alone. One whose id we never heard has no page that anybody could pay on: its
  /// request moves no money, so the host has forgotten it and does not ask.
  Step status(const Operation& op, const Replies& replies) const {
    if (!Text(op.ref)) return done({.state = FLORIN_UNKNOWN, .raw = "CHIP has no look-up by our key"});
    if (replies.empty()) return api(get("/purchases/" + op.ref + "/"));
    return (op.flags & FLORIN_OF_REFUND) != 0 ? given_back(op, replies.last()) : settled(replies.last());
  }

  Claims webhook(const Webhook& hook) const {
    Claims claims;
    claims.check(signed_by("chip.public_key", FLORIN_RSA_SHA256, Text(hook.body), find(hook.headers, "x-signature")));
    const Json purchase(hook.json);
    const Text event = purchase["event_type"].text();
    if (event && purchase["type"].text() == Text("purchase"))
      claims.claim({.about = FLORIN_ABOUT_PAYMENT,
                    .id = purchase["id"].text() + "/" + event,
                    .type = event,
                    .payment_key = purchase["reference"].text(),
                    .said = said_of(purchase)});
    return claims;
  }

 private:
  static Request api(Request request) { return request.endpoint("api").bearer("chip.api_key"); }

  static Step settled(const Reply& reply) {
    if (reply.status() == 200 || reply.status() == 201) return done(said_of(reply.json()));
    return by_http(reply, reply.json().at("/__all__/0/code").text(), reply.json().at("/__all__/0/message").text());
  }

  static Outcome said_of(const Json& purchase) {
    const Text status = purchase["status"].text(), code = purchase["purchase"]["currency"].text();
    Outcome said{.state = code_of(status,
                                  {{"created", FLORIN_NEEDS_ACTION},
                                   {"viewed", FLORIN_NEEDS_ACTION},
                                   {"error", FLORIN_NEEDS_ACTION},
                                   {"pending_execute", FLORIN_PENDING},
                                   {"pending_charge", FLORIN_PENDING},
                                   {"paid", FLORIN_CAPTURED},
                                   {"cleared", FLORIN_CAPTURED},
                                   {"settled", FLORIN_CAPTURED},
                                   {"refunded", FLORIN_CAPTURED},
                                   {"pending_refund", FLORIN_CAPTURED},
                                   {"expired", FLORIN_EXPIRED},
                                   {"cancelled", FLORIN_VOIDED}},
                                  FLORIN_UNKNOWN),
                 .amount = money(purchase["purchase"]["total"].integer(), code, iso_exponent(code)),
                 .ref = purchase["id"].text(),
                 .raw = status};
    if (said.state == FLORIN_NEEDS_ACTION) said.action = Action{FLORIN_REDIRECT, purchase["checkout_url"].text()};
    return said;
  }

  static Step given_back(const Operation& op, const Reply& reply) {
    const Json body = reply.json();
    if (reply.status() != 200 && reply.status() != 201)
      return by_http(reply, body.at("/__all__/0/code").text(), body.at("/__all__/0/message").text());
    const Text status = body["status"].text();
    const bool done_so = body["type"].text() == Text("payment") || status == Text("refunded");
    return done({.state = std::uint32_t{done_so                            ? FLORIN_REFUNDED
                                        : status == Text("pending_refund") ? FLORIN_PENDING
                                                                           : FLORIN_UNKNOWN},
                 .amount = op.amount,
                 .ref = body["id"].text(),
                 .raw = status});
  }

  std::string brand_id_;
};

FLORIN_PLUGIN(Chip, R"({"id": "chip", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"api": "https://gate.chip-in.asia/api/v1"}, "person": ["email"],
  "secrets": {"chip.api_key": {"for": "api"}, "chip.public_key": {}},
  "config": {"type": "object", "additionalProperties": false, "required": ["brand_id"],
    "examples": [{"brand_id": "75a76529-91c7-4d98-90a9-8a641d70ee52"}],
    "properties": {"brand_id": {"type": "string"}}}})")

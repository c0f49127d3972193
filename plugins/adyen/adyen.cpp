#include <florin/plugin.hpp>

using namespace florin::plugin;

namespace {

/// In place of a payment's id, while its customer has not paid on Adyen's page.
constexpr std::string_view of_link = "links/";
/// In place of it, with our key, while its bank asks the customer for more: Adyen names the payment after that.
constexpr std::string_view of_redirect = "redirects/";

/// The class of a refusal by its `refusalReasonCode`. Which class each is, is our choice.
std::uint32_t kind_of(Text code) {
  return code_of(code, {{"2", FLORIN_SOFT},           {"3", FLORIN_SOFT},
                        {"4", FLORIN_TECHNICAL},      {"5", FLORIN_HARD},
                        {"6", FLORIN_BAD_DATA},       {"7", FLORIN_MISCONFIGURED},
                        {"8", FLORIN_BAD_DATA},       {"9", FLORIN_TECHNICAL},
                        {"10", FLORIN_MISCONFIGURED}, {"11", FLORIN_AUTHENTICATE},
                        {"12", FLORIN_FUNDS},         {"14", FLORIN_FRAUD},
                        {"15", FLORIN_SOFT},          {"16", FLORIN_CUSTOMER_GAVE_UP},
                        {"20", FLORIN_FRAUD},         {"22", FLORIN_FRAUD},
                        {"23", FLORIN_HARD},          {"24", FLORIN_BAD_DATA},
                        {"25", FLORIN_HARD},          {"26", FLORIN_MANDATE_GONE},
                        {"27", FLORIN_SOFT},          {"28", FLORIN_FUNDS},
                        {"29", FLORIN_FUNDS},         {"31", FLORIN_FRAUD},
                        {"38", FLORIN_AUTHENTICATE},  {"42", FLORIN_AUTHENTICATE}},
                 FLORIN_SOFT);
}

/// Adyen's types of payment methods, by ours.
Text type_of(Text method) { return method == Text("card") ? Text("scheme") : method; }
bool is_link(Text ref) { return ref.view().starts_with(of_link); }
bool is_redirect(Text ref) { return ref.view().starts_with(of_redirect); }
Text link_id(Text ref) { return ref.view().substr(of_link.size()); }

florin_money amount_of(const Json& amount) {
  return money(amount["value"].integer(), amount["currency"].text(), iso_exponent(amount["currency"].text()));
}
JsonText amount(const Operation& op) { return object({{"value", op.amount.minor}, {"currency", currency(op.amount)}}); }

}  // namespace

/// Adyen: pages that its customer pays on (Pay by Link), charges of methods that Adyen keeps, and notifications, which
/// alone say how a payment has come out. Our key is the `reference` of each and its Idempotency-Key.
class Adyen {
 public:
  explicit Adyen(Setup& setup)
      : merchant_(setup.config["merchant_account"].text().str()), return_url_(setup.config["return_url"].text().str()) {
    setup.only(setup.config, {"merchant_account", "return_url", "live"});
    if (merchant_.empty())
      setup.problem("/merchant_account", "merchant_account is missing: its name in Adyen's Customer Area");
    const Text live = setup.config["live"].text();
    if (live && live != Text("true") && live != Text("false")) setup.problem("/live", "live is true or false");
    path_ = live == Text("true") ? "/checkout/v71" : "/v71";
  }

  Capabilities describe() const {
    Capabilities can;
    for (const char* method : {"card", "ideal"}) {
      Offer offer{.method = method,
                  .operations = operations(FLORIN_CHARGE, FLORIN_CANCEL, FLORIN_REFUND, FLORIN_STATUS, FLORIN_CONFIRM)};
      // Those that Adyen counts by ISO 4217. It has two decimals for CLP, CVE and ISK, and none for IDR.
      for (const char* code : {"AUD", "BGN", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD",
                               "HUF", "JPY", "MXN", "NOK", "NZD", "PLN", "RON", "SEK", "SGD", "USD"})
        if (method == std::string_view("card") || code == std::string_view("EUR")) offer.currencies.add(Text(code));
      can.offers.add(offer);
    }
    can.key_window_us = days(7);
    can.look_up_lag_us = minutes(5);
    return can;
  }

  Step charge(const Operation& op, const Replies& replies) const {
    if (!replies.empty()) return settle(op, replies.last());
    return Text(op.method_ref) ? kept(op) : link(op);
  }

  /// The customer is back from their bank: what the address brought along is handed to Adyen, which then authorises.
  Step confirm(const Operation& op, const Replies& replies) const {
    // What the address brought along is the customer's word: Adyen finds it wrong, and they are asked as before.
    if (!replies.empty() && is_redirect(op.ref) && replies.last().status() == 422)
      return done({.state = FLORIN_NEEDS_ACTION, .ref = op.ref, .raw = "http 422"});
    if (!replies.empty()) return settle(op, replies.last());
    if (is_link(op.ref)) return look(op.ref);
    const Text result = find(op.answer, "redirectResult");
    if (!is_redirect(op.ref) || !result) return status(op, replies);
    return api(post(path() + "/payments/details"))
        .header("Idempotency-Key", op.key)
        .json({{"details", object({{"redirectResult", result}})}})
        .repeatable();
  }

  /// A page that nobody has paid on is closed. What is paid is refunded, not cancelled.
  Step cancel(const Operation& op, const Replies& replies) const {
    // Adyen authorises nothing before the customer's answer is handed to it, and nobody does that any more.
    if (is_redirect(op.ref)) return done({.state = FLORIN_VOIDED, .ref = op.ref, .raw = "given up at the bank"});
    if (!is_link(op.ref)) return done({.state = FLORIN_UNKNOWN, .raw = "only a page that nobody paid on is cancelled"});
    if (replies.empty())
      return api(Request{"PATCH", path() + "/paymentLinks/" + link_id(op.ref), FLORIN_REPEATABLE})
          .json({{"status", "expired"}})
          .no_money();
    if (replies.size() == 1 && replies.last().status() != 200) return look(op.ref);
    const Json page = replies.last().json();
    if (replies.last().status() == 200 && page["status"].text() == Text("expired"))
      return done({.state = FLORIN_VOIDED, .ref = op.ref, .raw = "expired"});
    return settle(op, replies.last());
  }

  /// It is taken on; how it ends is told by a notification.
  Step refund(const Operation& op, const Replies& replies) const {
    if (replies.empty())
      return api(post(path() + "/payments/" + op.ref + "/refunds"))
          .header("Idempotency-Key", op.key)
          .json({{"merchantAccount", merchant()}, {"amount", amount(op)}, {"reference", op.key}})
          .repeatable();
    const Reply reply = replies.last();
    const Json body = reply.json();
    if (reply.status() != 201 || body["status"].text() != Text("received")) return refused(reply);
    return done({.state = FLORIN_PENDING,
                 .amount = amount_of(body["amount"]),
                 .ref = body["pspReference"].text(),
                 .raw = "received"});
  }

  /// Adyen answers for its pages alone. Of a payment or a refund it tells; nobody can ask.
  Step status(const Operation& op, const Replies& replies) const {
    if ((op.flags & FLORIN_OF_REFUND) != 0)
      return done(Text(op.refund_ref)
                      ? Outcome{.state = FLORIN_PENDING, .ref = op.refund_ref, .raw = "its notification has not come"}
                      : Outcome{.state = FLORIN_UNKNOWN, .raw = "Adyen has no look-up; its notification says"});
    if (!replies.empty()) return settle(op, replies.last());
    if (is_link(op.ref)) return look(op.ref);
    if (is_redirect(op.ref))
      return done({.state = FLORIN_NEEDS_ACTION, .ref = op.ref, .raw = "the customer is at their bank"});
    return done(Text(op.ref) ? Outcome{.state = FLORIN_PENDING, .ref = op.ref, .raw = "its notification has not come"}
                             : Outcome{.state = FLORIN_UNKNOWN, .raw = "Adyen has no look-up; its notification says"});
  }

  /// The signature is inside of what it signs, with a key that is written in hex. It is found in the bytes first; what
  /// the JSON says then must be signed as well.
  Claims webhook(const Webhook& hook) const {
    Claims claims;
    const Json items = Json(hook.json)["notificationItems"], item = items.item(0)["NotificationRequestItem"];
    if (!item.is_object()) {
      if (const Text given = written(hook.body, {"hmacSignature"})) claims.check(is_own(hook_text(hook.body), given));
      return claims;
    }
    claims.check(is_own(signed_text(item), item.at("/additionalData/hmacSignature").text()));
    // Adyen sends one at a time: a second one would be signed by itself.
    if (items.count() != 1) return claims;
    if (item["merchantAccountCode"].text() == merchant())
      if (const Claim claim = claim_of(item); claim.about != 0) claims.claim(claim);
    return claims.answer("[accepted]", "text/plain");
  }

 private:
  Text merchant() const { return std::string_view(merchant_); }
  Text path() const { return std::string_view(path_); }
  Request api(Request request) const { return request.endpoint("api").header("X-API-Key", secret("adyen.api_key")); }
  Text back(const Operation& op) const {
    return Text(op.return_url) ? Text(op.return_url) : Text(std::string_view(return_url_));
  }
  Step look(Text ref) const { return api(get(path() + "/paymentLinks/" + link_id(ref))); }

  /// A page of Adyen's own. One that nobody has seen moves nothing.
  Step link(const Operation& op) const {
    const bool keep = (op.flags & FLORIN_MAY_KEEP) != 0;
    return api(post(path() + "/paymentLinks"))
        .header("Idempotency-Key", op.key)
        .json({{"merchantAccount", merchant()},
               {"reference", op.key},
               {"amount", amount(op)},
               {"description", op.description},
               {"allowedPaymentMethods", array({type_of(op.method)})},
               {"shopperReference", keep ? Text(op.customer_key) : Text()},
               {"storePaymentMethodMode", keep ? Text("enabled") : Text()},
               {"recurringProcessingModel", keep ? Text("Subscription") : Text()},
               {"returnUrl", back(op)}})
        .repeatable()
        .no_money();
  }
  /// Whether the customer's bank may ask them for more: they are there, and Adyen is told of all of their browser.
  bool may_ask(const Operation& op) const {
    const florin_browser* browser = op.browser;
    return browser != nullptr && (op.flags & FLORIN_OFF_SESSION) == 0 && op.method == Text("card") && back(op) &&
           Text(browser->accept_header) && Text(browser->user_agent) && Text(browser->language) &&
           browser->color_depth > 0 && browser->screen_height > 0 && browser->screen_width > 0 &&
           (browser->flags & FLORIN_TIME_ZONE) != 0;
  }
  static JsonText browser_info(const florin_browser& browser) {
    return object({{"acceptHeader", browser.accept_header},
                   {"colorDepth", browser.color_depth},
                   {"javaEnabled", (browser.flags & FLORIN_JAVA) != 0},
                   {"javaScriptEnabled", (browser.flags & FLORIN_JAVASCRIPT) != 0},
                   {"language", browser.language},
                   {"screenHeight", browser.screen_height},
                   {"screenWidth", browser.screen_width},
                   {"timeZoneOffset", browser.time_zone_offset},
                   {"userAgent", browser.user_agent}});
  }
  /// What Adyen keeps is charged without its customer, but where their bank may ask them: then 3-D Secure by a
  /// redirect.
  Step kept(const Operation& op) const {
    const bool there = may_ask(op);
    return api(post(path() + "/payments"))
        .header("Idempotency-Key", op.key)
        .json({{"merchantAccount", merchant()},
               {"reference", op.key},
               {"amount", amount(op)},
               {"paymentMethod",
                object({{"type", op.method == Text("ideal") ? Text("sepadirectdebit") : type_of(op.method)},
                        {"storedPaymentMethodId", op.method_ref}})},
               {"shopperReference", op.customer_key},
               {"shopperInteraction", "ContAuth"},
               {"recurringProcessingModel", there ? "CardOnFile" : "Subscription"},
               {"channel", there ? Text("Web") : Text()},
               {"returnUrl", there ? back(op) : Text()},
               {"shopperIP", there ? Text(op.browser->ip_address) : Text()},
               {"browserInfo", there ? browser_info(*op.browser) : JsonText()}})
        .repeatable();
  }

  Step settle(const Operation& op, const Reply& reply) const {
    const Json body = reply.json();
    const std::uint32_t http = reply.status();
    if ((http == 200 || http == 201) && body["url"] && body["status"]) return done(read_link(body));
    if (http == 200 && body["resultCode"].text() == Text("RedirectShopper") && (may_ask(op) || is_redirect(op.ref)))
      return done(read_redirect(op, body["action"]));
    if (http == 200 && body["resultCode"]) {
      Outcome said = read_payment(body);
      // What is authorised after the bank has asked names no amount: it is all of what was asked for.
      if (is_redirect(op.ref) && !body["amount"]) said.amount = op.amount;
      return done(said);
    }
    return refused(reply);
  }
  static Outcome read_redirect(const Operation& op, const Json& action) {
    Outcome said{.state = FLORIN_NEEDS_ACTION,
                 .amount = op.amount,
                 .ref = Text(of_redirect) + op.payment_key,
                 .raw = "RedirectShopper"};
    const bool posts = action["method"].text() == Text("POST");
    Action to{.kind = posts ? FLORIN_POST : FLORIN_REDIRECT, .url = action["url"].text()};
    if (posts)
      action["data"].members(
          [&](std::string_view name, const Json& value) { to.fields.add({Text(name), value.text()}); });
    said.action = to;
    return said;
  }
  static Step refused(const Reply& reply) {
    const Json error = reply.json();
    const Text code = error["errorCode"].text(), words = error["message"].text();
    // Of a request that it found wrong Adyen has done nothing; 704 is one that is under way already.
    if (reply.status() == 422 && error["errorType"].text() == Text("validation") && code != Text("704"))
      return done({.state = FLORIN_NOT_SENT, .raw = "http 422", .reason = Reason{FLORIN_MISCONFIGURED, code, words}});
    return by_http(reply, code, words);
  }

  static Outcome read_link(const Json& page) {
    const Text status = page["status"].text();
    Outcome said{.state = code_of(status,
                                  {{"active", FLORIN_NEEDS_ACTION},
                                   {"paymentPending", FLORIN_PENDING},
                                   // Paid, and by which payment its notification says: a refund needs that.
                                   {"completed", FLORIN_PENDING},
                                   {"paid", FLORIN_PENDING},
                                   {"expired", FLORIN_EXPIRED}},
                                  FLORIN_UNKNOWN),
                 .amount = amount_of(page["amount"]),
                 .ref = Text(of_link) + page["id"].text(),
                 .raw = status};
    if (said.state == FLORIN_NEEDS_ACTION)
      said.action = Action{
          .kind = FLORIN_REDIRECT, .url = page["url"].text(), .expires_at_us = read_iso_time(page["expiresAt"].text())};
    return said;
  }

  static Outcome read_payment(const Json& payment) {
    const Text result = payment["resultCode"].text(), code = payment["refusalReasonCode"].text();
    Outcome said{.state = code_of(result,
                                  {{"Authorised", FLORIN_CAPTURED},
                                   {"Pending", FLORIN_PENDING},
                                   {"Received", FLORIN_PENDING},
                                   {"Refused", FLORIN_DECLINED},
                                   {"Cancelled", FLORIN_DECLINED},
                                   {"Error", FLORIN_DECLINED},
                                   {"RedirectShopper", FLORIN_DECLINED},
                                   {"IdentifyShopper", FLORIN_DECLINED},
                                   {"ChallengeShopper", FLORIN_DECLINED}},
                                  FLORIN_UNKNOWN),
                 .amount = amount_of(payment["amount"]),
                 .ref = payment["pspReference"].text(),
                 .raw = result};
    if (said.state == FLORIN_DECLINED)
      said.reason = Reason{code ? kind_of(code)
                                : code_of(result,
                                          {{"Cancelled", FLORIN_CUSTOMER_GAVE_UP},
                                           {"Error", FLORIN_TECHNICAL},
                                           {"RedirectShopper", FLORIN_AUTHENTICATE},
                                           {"IdentifyShopper", FLORIN_AUTHENTICATE},
                                           {"ChallengeShopper", FLORIN_AUTHENTICATE}},
                                          FLORIN_SOFT),
                           code ? code : result, payment["refusalReason"].text()};
    return said;
  }

  static florin_check is_own(Text of, Text given) {
    return equal(base64(hmac_sha256(unhex(secret("adyen.hmac_key")), of)), given);
  }
  /// The fields of an item that its signature is of, in their order, with colons.
  static Text joined(std::initializer_list<Text> parts) {
    Text text;
    bool first = true;
    for (const Text& part : parts) {
      text = first ? part : text + ":" + part;
      first = false;
    }
    return text;
  }
  static Text signed_text(const Json& item) {
    return joined({item["pspReference"].text(), item["originalReference"].text(), item["merchantAccountCode"].text(),
                   item["merchantReference"].text(), item["amount"]["value"].text(), item["amount"]["currency"].text(),
                   item["eventCode"].text(), item["success"].text()});
  }
  static Text hook_text(Text body) {
    return joined({written(body, {"pspReference"}), written(body, {"originalReference"}),
                   written(body, {"merchantAccountCode"}), written(body, {"merchantReference"}),
                   written(body, {"amount", "value"}), written(body, {"amount", "currency"}),
                   written(body, {"eventCode"}), written(body, {"success"})});
  }
  /// The text or number behind the last of these names, each looked for behind the one before; absent: there is none.
  static Text written(Text body, std::initializer_list<std::string_view> names) {
    std::string_view rest = body.view();
    for (const std::string_view name : names) {
      const Text quoted = Text("\"") + name + "\"";
      const std::size_t at = rest.find(quoted.view());
      if (at == std::string_view::npos) return {};
      rest.remove_prefix(at + quoted.view().size());
    }
    while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\n' || rest[0] == '\r' || rest[0] == '\t' || rest[0] == ':'))
      rest.remove_prefix(1);
    if (!rest.starts_with('"')) return rest.substr(0, rest.find_first_not_of("0123456789"));
    rest.remove_prefix(1);
    char* out = room<char>(rest.size() + 1);
    std::size_t n = 0;
    for (; !rest.empty() && rest[0] != '"'; rest.remove_prefix(1)) {
      if (rest[0] == '\\' && rest.starts_with("\\u003d")) {
        out[n++] = '=';
        rest.remove_prefix(5);
        continue;
      }
      if (rest[0] == '\\' && rest.size() > 1) rest.remove_prefix(1);
      out[n++] = rest[0];
    }
    return std::string_view(out, n);
  }

  static Claim claim_of(const Json& item) {
    const Text event = item["eventCode"].text(), psp = item["pspReference"].text();
    const Text original = item["originalReference"].text(), reference = item["merchantReference"].text();
    const bool success = item["success"].text() == Text("true");
    Claim claim{.id = psp + "/" + event + "/" + item["success"].text(),
                .type = event,
                .said = {.amount = amount_of(item["amount"]),
                         .ref = psp,
                         .raw = item["reason"].text() ? item["reason"].text() : event,
                         .happened_at_us = read_iso_time(item["eventDate"].text())}};
    if (event == Text("AUTHORISATION")) return authorised(item, claim, success);
    if (event == Text("CAPTURE_FAILED")) {
      claim.about = FLORIN_ABOUT_PAYMENT;
      claim.payment_key = reference;
      claim.payment_ref = claim.said.ref = original;
      claim.said.state = FLORIN_REVERSED;
    } else if (event == Text("REFUND") || event == Text("REFUND_FAILED") || event == Text("REFUNDED_REVERSED")) {
      claim.about = FLORIN_ABOUT_REFUND;
      claim.refund_key = reference;
      claim.payment_ref = original;
      claim.said.state = event == Text("REFUND") && success ? FLORIN_REFUNDED : FLORIN_REFUND_FAILED;
    } else if (const std::uint32_t dispute = dispute_of(event, item.at("/additionalData/disputeStatus").text());
               dispute != 0) {
      claim.about = FLORIN_ABOUT_DISPUTE;
      claim.payment_ref = original;
      claim.dispute = dispute;
    }
    return claim;
  }

  /// A refusal on a page is not the end: the same customer may try another card there.
  static Claim authorised(const Json& item, Claim claim, bool success) {
    const Json more = item["additionalData"];
    claim.about = FLORIN_ABOUT_PAYMENT;
    claim.payment_key = item["merchantReference"].text();
    claim.payment_ref = claim.said.ref;
    claim.said.state = success                                            ? FLORIN_CAPTURED
                       : more["paymentLinkId"] || more["checkout.linkId"] ? FLORIN_UNKNOWN
                                                                          : FLORIN_DECLINED;
    if (claim.said.state == FLORIN_UNKNOWN) claim.said.ref = {};
    if (claim.said.state == FLORIN_DECLINED) claim.said.reason = Reason{FLORIN_SOFT, item["reason"].text(), {}};
    Text token = more["tokenization.storedPaymentMethodId"].text();
    if (!token) token = more["recurring.recurringDetailReference"].text();
    if (success && token)
      claim.said.saved = Saved{
          .token = token,
          .brand = item["paymentMethod"].text(),
          .masked = more["cardSummary"] ? "ends in " + more["cardSummary"].text() : Text(item["paymentMethod"].text())};
    return claim;
  }

  static std::uint32_t dispute_of(Text event, Text status) {
    const std::uint32_t then = code_of(event,
                                       {{"REQUEST_FOR_INFORMATION", FLORIN_DISPUTE_WARNING},
                                        {"NOTIFICATION_OF_CHARGEBACK", FLORIN_DISPUTE_NEEDS_RESPONSE},
                                        {"CHARGEBACK", FLORIN_DISPUTE_NEEDS_RESPONSE},
                                        {"INFORMATION_SUPPLIED", FLORIN_DISPUTE_UNDER_REVIEW},
                                        {"CHARGEBACK_REVERSED", FLORIN_DISPUTE_UNDER_REVIEW},
                                        {"SECOND_CHARGEBACK", FLORIN_DISPUTE_LOST},
                                        {"PREARBITRATION_LOST", FLORIN_DISPUTE_LOST},
                                        {"PREARBITRATION_WON", FLORIN_DISPUTE_WON}},
                                       0);
    if (then == 0) return 0;
    return code_of(status,
                   {{"Won", FLORIN_DISPUTE_WON},
                    {"Lost", FLORIN_DISPUTE_LOST},
                    {"Accepted", FLORIN_DISPUTE_LOST},
                    {"Expired", FLORIN_DISPUTE_LOST}},
                   then);
  }

  std::string merchant_, return_url_, path_;
};

FLORIN_PLUGIN(Adyen, R"({"id": "adyen", "version": "1.0.0", "interfaces": ["florin.processor/1"],
  "endpoints": {"api": "https://checkout-test.adyen.com"}, "browser": true,
  "secrets": {"adyen.api_key": {"for": "api"}, "adyen.hmac_key": {}},
  "config": {"type": "object", "additionalProperties": false, "required": ["merchant_account"],
    "examples": [{"merchant_account": "ExampleECOM"}],
    "properties": {
      "merchant_account": {"type": "string"}, "live": {"enum": ["true", "false"]},
      "return_url": {"type": "string", "pattern": "^https?://"}}}})")

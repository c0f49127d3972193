#include "cases.hpp"

namespace florin::test {

namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

Operation page() {
  Operation operation = asked(OperationKind::charge, "ideal", "49.00 EUR");
  operation.description = "growth, monthly";
  operation.return_url = "https://billing.example/return/studio?order=1";
  return operation;
}
Operation charge_of(const std::string& stored) {
  Operation operation = asked(OperationKind::charge, "card", "49.00 EUR");
  operation.off_session = true;
  operation.method_ref = stored;
  return operation;
}
/// The customer is there, and their bank wants to ask them.
Operation charge_by(const StandIn& adyen) {
  const std::string its = text(adyen.act({{"act", "stores"}, {"shopper", "acme/ann"}}), "id");
  adyen.act({{"act", "stored"}, {"id", its}, {"challenges", true}});
  Operation operation = charge_of(its);
  operation.off_session = false;
  operation.return_url = "https://billing.example/return/studio?order=1";
  operation.browser = browser_called("Mozilla/5.0 (X11; Linux x86_64)");
  return operation;
}
Operation answer_to(const StandIn& adyen, const std::string& result = {}) {
  Operation operation = charge_by(adyen);
  (void)carried_out_at(adyen, operation);
  operation.kind = OperationKind::confirm;
  operation.key = other_key;
  operation.ref = "redirects/" + operation.payment_key;
  operation.answer = {{"redirectResult", result.empty() ? text(adyen.act({{"act", "challenged"}}), "result") : result}};
  operation.browser.reset();
  return operation;
}
std::string stored(const StandIn& adyen) { return text(adyen.act({{"act", "stores"}, {"shopper", "acme/ann"}}), "id"); }
Operation of(OperationKind kind, const std::string& ref, const std::string& amount = "49.00 EUR") {
  Operation operation = page();
  operation.kind = kind;
  operation.ref = ref;
  operation.amount = *Money::parse(amount);
  if (kind != OperationKind::status) operation.key = other_key;
  return operation;
}
std::string made(const StandIn& adyen) {
  (void)carried_out_at(adyen, page());
  return "links/" + text(adyen.act({{"act", "last_link"}}), "id");
}
std::string paid(const StandIn& adyen) {
  (void)carried_out_at(adyen, charge_of(stored(adyen)));
  return text(adyen.act({{"act", "last_payment"}}), "pspReference");
}
auto refused_with(const char* code, const char* reason) {
  return [=](const StandIn& adyen) {
    const std::string its = stored(adyen);
    adyen.act({{"act", "stored"}, {"id", its}, {"refuses", {{"code", code}, {"reason", reason}}}});
    return charge_of(its);
  };
}

}  // namespace

std::vector<Exchange> adyen_exchanges() {
  using enum AttemptState;
  const std::string a = "adyen";
  return {
      {a, "page", [](const StandIn&) { return page(); }, needs_action},
      {a, "page_that_waits", [](const StandIn& s) { return of(OperationKind::status, made(s)); }, needs_action},
      {a, "page_paid",
       [](const StandIn& s) {
         const std::string its = made(s);
         s.act({{"act", "pays"}});
         return of(OperationKind::status, its);
       },
       pending},
      {a, "page_that_ended",
       [](const StandIn& s) {
         const std::string its = made(s);
         s.act({{"act", "advance"}, {"seconds", 25 * 3600}});
         return of(OperationKind::status, its);
       },
       expired},
      {a, "cancel", [](const StandIn& s) { return of(OperationKind::cancel, made(s)); }, voided},
      {a, "cancel_too_late",
       [](const StandIn& s) {
         const std::string its = made(s);
         s.act({{"act", "pays"}});
         return of(OperationKind::cancel, its);
       },
       pending},
      {a, "charge", [](const StandIn& s) { return charge_of(stored(s)); }, captured},
      {a, "charge_again",
       [](const StandIn& s) {
         const Operation operation = charge_of(stored(s));
         (void)carried_out_at(s, operation);
         return operation;
       },
       captured},
      {a, "charge_that_waits",
       [](const StandIn& s) {
         const std::string its = stored(s);
         s.act({{"act", "stored"}, {"id", its}, {"pends", true}});
         return charge_of(its);
       },
       pending},
      {a, "bank_asks", charge_by, needs_action},
      {a, "bank_was_answered", [](const StandIn& s) { return answer_to(s); }, captured},
      {a, "bank_was_answered_wrongly", [](const StandIn& s) { return answer_to(s, "made-up"); }, needs_action},
      {a, "bank_asks_nobody",
       [](const StandIn& s) {
         Operation operation = charge_by(s);
         operation.browser.reset();
         return operation;
       },
       declined, DeclineKind::authenticate},
      {a, "declined_funds", refused_with("12", "Not enough balance"), declined, DeclineKind::funds},
      {a, "declined_hard", refused_with("5", "Blocked Card"), declined, DeclineKind::hard},
      {a, "declined_fraud", refused_with("20", "FRAUD"), declined, DeclineKind::fraud},
      {a, "declined_mandate_gone", refused_with("26", "Revocation Of Auth"), declined, DeclineKind::mandate_gone},
      {a, "unknown_token", [](const StandIn&) { return charge_of("never-kept"); }, not_sent,
       DeclineKind::misconfigured},
      {a, "refund", [](const StandIn& s) { return of(OperationKind::refund, paid(s)); }, pending},
      {a, "refund_of_nothing", [](const StandIn&) { return of(OperationKind::refund, "STANDIN000000000"); }, not_sent,
       DeclineKind::misconfigured},
      {a, "answer_lost", [](const StandIn& s) { return charge_of(stored(s)); }, unknown, DeclineKind::none,
       "no_answer"},
      {a, "page_whose_answer_got_lost", [](const StandIn&) { return page(); }, not_sent, DeclineKind::none,
       "no_answer"},
      {a, "not_json", [](const StandIn& s) { return charge_of(stored(s)); }, unknown, DeclineKind::none, "not_json"},
      {a, "throttled", [](const StandIn& s) { return charge_of(stored(s)); }, not_sent, DeclineKind::throttled,
       "throttled"},
      {.provider = a,
       .name = "wrong_key",
       .operation = [](const StandIn& s) { return charge_of(stored(s)); },
       .state = not_sent,
       .decline = DeclineKind::misconfigured,
       .wrong_key = true},
  };
}

}  // namespace florin::test

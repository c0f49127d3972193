#include "cases.hpp"

namespace florin::test {

namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

Operation order() {
  Operation operation = asked(OperationKind::charge, "paypal", "49.00 EUR");
  operation.description = "growth, monthly";
  operation.return_url = "https://billing.example/return/studio?order=1";
  return operation;
}
Operation charge_of(const std::string& account) {
  Operation operation = order();
  operation.off_session = true;
  operation.method_ref = account;
  return operation;
}
std::string account(const StandIn& paypal) { return text(paypal.act({{"act", "keeps"}}), "id"); }

Operation of(OperationKind kind, const std::string& ref, const std::string& amount = "49.00 EUR") {
  Operation operation = order();
  operation.kind = kind;
  operation.ref = ref;
  operation.amount = *Money::parse(amount);
  if (kind != OperationKind::status) operation.key = other_key;
  return operation;
}
/// An order that was made, as the host names it.
std::string made(const StandIn& paypal) {
  (void)carried_out_at(paypal, order());
  return "orders/" + text(paypal.act({{"act", "last_order"}}), "id");
}
std::string approved(const StandIn& paypal) {
  const std::string its = made(paypal);
  paypal.act({{"act", "approve_all"}});
  return its;
}
/// A payment that came, by its own id.
std::string captured_by(const StandIn& paypal) {
  (void)carried_out_at(paypal, charge_of(account(paypal)));
  return text(paypal.act({{"act", "last_capture"}}), "id");
}
auto declined_with(const char* issue) {
  return [=](const StandIn& paypal) {
    const std::string its = account(paypal);
    paypal.act({{"act", "account"}, {"id", its}, {"fails", issue}});
    return charge_of(its);
  };
}
Operation saves() {
  Operation operation = asked(OperationKind::save_method, "paypal", "");
  operation.return_url = "https://billing.example/return/studio";
  return operation;
}
Operation asks_of_saving(const StandIn& paypal, bool agreed) {
  Operation operation = saves();
  operation.kind = OperationKind::status;
  operation.of_method = true;
  operation.ref = carried_out_at(paypal, saves()).ref;
  if (agreed) paypal.act({{"act", "approve_all"}});
  return operation;
}

}  // namespace

std::vector<Exchange> paypal_exchanges() {
  using enum AttemptState;
  const std::string p = "paypal";
  return {
      {p, "order", [](const StandIn&) { return order(); }, needs_action},
      {p, "order_that_waits", [](const StandIn& s) { return of(OperationKind::status, made(s)); }, needs_action},
      {p, "order_approved", [](const StandIn& s) { return of(OperationKind::status, approved(s)); }, authorised},
      {p, "capture", [](const StandIn& s) { return of(OperationKind::capture, approved(s)); }, captured},
      {p, "capture_again",
       [](const StandIn& s) {
         Operation first = of(OperationKind::capture, approved(s));
         first.key = "key00000000000000000000k3";
         (void)carried_out_at(s, first);
         return of(OperationKind::capture, first.ref);
       },
       captured},
      {p, "capture_too_early", [](const StandIn& s) { return of(OperationKind::capture, made(s)); }, needs_action},
      {p, "cancel", [](const StandIn& s) { return of(OperationKind::cancel, made(s)); }, voided},
      {p, "cancel_too_late", [](const StandIn& s) { return of(OperationKind::cancel, captured_by(s)); }, captured},
      {p, "charge", [](const StandIn& s) { return charge_of(account(s)); }, captured},
      {p, "charge_again",
       [](const StandIn& s) {
         const Operation operation = charge_of(account(s));
         (void)carried_out_at(s, operation);
         return operation;
       },
       captured},
      {p, "declined_soft", declined_with("INSTRUMENT_DECLINED"), declined, DeclineKind::soft},
      {p, "declined_hard", declined_with("PAYER_ACCOUNT_RESTRICTED"), declined, DeclineKind::hard},
      {p, "declined_mandate_gone", [](const StandIn&) { return charge_of("never-kept"); }, declined,
       DeclineKind::mandate_gone},
      {p, "status", [](const StandIn& s) { return of(OperationKind::status, captured_by(s)); }, captured},
      {p, "status_by_key",
       [](const StandIn& s) {
         (void)captured_by(s);
         s.act({{"act", "advance"}, {"seconds", 4 * 3600}});
         return of(OperationKind::status, "");
       },
       captured},
      {.provider = p,
       .name = "status_absent",
       .operation = [](const StandIn&) { return of(OperationKind::status, ""); },
       .absent = true},
      {p, "refund", [](const StandIn& s) { return of(OperationKind::refund, captured_by(s)); }, captured},
      {p, "refund_in_part", [](const StandIn& s) { return of(OperationKind::refund, captured_by(s), "10.00 EUR"); },
       captured},
      {p, "refund_status",
       [](const StandIn& s) {
         Operation first = of(OperationKind::refund, captured_by(s));
         (void)carried_out_at(s, first);
         Operation asks = of(OperationKind::status, first.ref);
         asks.of_refund = true;
         asks.refund_key = first.key;
         return asks;
       },
       captured},
      {p, "save_method", [](const StandIn&) { return saves(); }, needs_action},
      {p, "saving_that_waits", [](const StandIn& s) { return asks_of_saving(s, false); }, needs_action},
      {p, "saved", [](const StandIn& s) { return asks_of_saving(s, true); }, captured},
      {p, "not_json", [](const StandIn& s) { return charge_of(account(s)); }, not_sent, DeclineKind::none, "not_json"},
      {p, "server_error", [](const StandIn& s) { return charge_of(account(s)); }, not_sent, DeclineKind::none,
       "server_error_before"},
      {.provider = p,
       .name = "wrong_key",
       .operation = [](const StandIn& s) { return charge_of(account(s)); },
       .state = not_sent,
       .wrong_key = true},
      {p, "pull",
       pulls("",
             [](const StandIn& s) {
               const std::string its = captured_by(s);
               s.act({{"act", "refund_outside"},
                      {"id", its},
                      {"amount", {{"value", "10.00"}, {"currency_code", "EUR"}}}});
               s.act({{"act", "advance"}, {"seconds", 4 * 3600}});
             })},
  };
}

}  // namespace florin::test

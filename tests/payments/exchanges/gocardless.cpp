#include "cases.hpp"

namespace florin::test {

namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

std::string mandate(const StandIn& gocardless) {
  const json::object made =
      gocardless.api("POST", "/billing_requests",
                     R"({"billing_requests": {"mandate_request": {"currency": "EUR", "scheme": "sepa_core"}}})");
  return text(gocardless.act({{"act", "fulfil"}, {"id", made.at("billing_requests").at("id")}}), "id");
}
Operation debit(const std::string& its_mandate, const std::string& amount = "49.00 EUR") {
  Operation operation = asked(OperationKind::charge, "sepa_debit", amount);
  operation.off_session = true;
  operation.method_ref = its_mandate;
  operation.description = "growth, monthly";
  return operation;
}
std::string only_payment(const StandIn& gocardless) {
  return text(gocardless.api("GET", "/payments", "").at("payments").at(0).as_object(), "id");
}
/// A payment that is `days` old.
std::string paid(const StandIn& gocardless, int days) {
  (void)carried_out_at(gocardless, debit(mandate(gocardless)));
  gocardless.act({{"act", "advance"}, {"seconds", days * 86'400}});
  return only_payment(gocardless);
}
Operation of(OperationKind kind, const std::string& payment, const std::string& amount = "49.00 EUR") {
  Operation operation = debit({}, amount);
  operation.kind = kind;
  operation.ref = payment;
  if (kind != OperationKind::status) operation.key = other_key;
  return operation;
}
Operation saves() {
  Operation operation = asked(OperationKind::save_method, "sepa_debit", "");
  operation.return_url = "https://billing.example/return/studio";
  return operation;
}
Operation asks_of_saving(const std::string& ref) {
  Operation operation = saves();
  operation.kind = OperationKind::status;
  operation.of_method = true;
  operation.ref = ref;
  return operation;
}
std::string saving(const StandIn& gocardless) {
  (void)carried_out_at(gocardless, saves());
  return text(gocardless.api("GET", "/billing_requests", "").at("billing_requests").at(0).as_object(), "id");
}
auto failed_with(const char* cause) {
  return [=](const StandIn& gocardless) {
    const std::string payment = paid(gocardless, 1);
    gocardless.act({{"act", "fail"}, {"id", payment}, {"cause", cause}});
    return of(OperationKind::status, payment);
  };
}

}  // namespace

std::vector<Exchange> gocardless_exchanges() {
  using enum AttemptState;
  const std::string g = "gocardless";
  return {
      {g, "debit", [](const StandIn& s) { return debit(mandate(s)); }, pending},
      {g, "debit_again",
       [](const StandIn& s) {
         const Operation operation = debit(mandate(s));
         (void)carried_out_at(s, operation);
         return operation;
       },
       pending},
      {g, "debit_without_a_mandate", [](const StandIn&) { return debit(""); }, not_sent, DeclineKind::misconfigured},
      {g, "debit_by_a_mandate_that_ended",
       [](const StandIn& s) {
         const std::string its = mandate(s);
         s.act({{"act", "end_mandate"}, {"id", its}});
         return debit(its);
       },
       declined, DeclineKind::mandate_gone},
      {g, "status", [](const StandIn& s) { return of(OperationKind::status, paid(s, 4)); }, captured},
      {g, "status_by_key",
       [](const StandIn& s) {
         (void)paid(s, 4);
         return of(OperationKind::status, "");
       },
       captured},
      {.provider = g,
       .name = "status_absent",
       .operation =
           [](const StandIn& s) {
             (void)mandate(s);
             return of(OperationKind::status, "");
           },
       .absent = true},
      {g, "declined_funds", failed_with("insufficient_funds"), declined, DeclineKind::funds},
      {g, "declined_hard", failed_with("bank_account_closed"), declined, DeclineKind::hard},
      {g, "declined_mandate_gone", failed_with("mandate_cancelled"), declined, DeclineKind::mandate_gone},
      {g, "declined_soft", failed_with("other"), declined, DeclineKind::soft},
      {g, "cancel", [](const StandIn& s) { return of(OperationKind::cancel, paid(s, 0)); }, voided},
      {g, "cancel_too_late", [](const StandIn& s) { return of(OperationKind::cancel, paid(s, 1)); }, pending},
      {g, "refund", [](const StandIn& s) { return of(OperationKind::refund, paid(s, 4)); }, pending},
      {g, "refund_in_part_after_another",
       [](const StandIn& s) {
         const std::string payment = paid(s, 4);
         Operation first = of(OperationKind::refund, payment, "10.00 EUR");
         first.key = "key00000000000000000000k3";
         (void)carried_out_at(s, first);
         return of(OperationKind::refund, payment, "20.00 EUR");
       },
       pending},
      {g, "refund_that_was_paid",
       [](const StandIn& s) {
         const Operation operation = of(OperationKind::refund, paid(s, 4));
         (void)carried_out_at(s, operation);
         s.act({{"act", "advance"}, {"seconds", 3 * 86'400}});
         return operation;
       },
       captured},
      {g, "save_method", [](const StandIn&) { return saves(); }, needs_action},
      {g, "saved",
       [](const StandIn& s) {
         const std::string request = saving(s);
         s.act({{"act", "fulfil"}, {"id", request}, {"ending", "42"}});
         return asks_of_saving(request);
       },
       captured},
      {g, "saving_by_key",
       [](const StandIn& s) {
         s.act({{"act", "fulfil"}, {"id", saving(s)}});
         return asks_of_saving("");
       },
       captured},
      {g, "answer_lost", [](const StandIn& s) { return debit(mandate(s)); }, unknown, DeclineKind::none, "no_answer"},
      {g, "server_error", [](const StandIn& s) { return debit(mandate(s)); }, unknown, DeclineKind::none,
       "server_error_before"},
      {g, "throttled", [](const StandIn& s) { return debit(mandate(s)); }, not_sent, DeclineKind::throttled,
       "throttled"},
      {.provider = g,
       .name = "wrong_key",
       .operation = [](const StandIn& s) { return debit(mandate(s)); },
       .state = not_sent,
       .decline = DeclineKind::misconfigured,
       .wrong_key = true},
      {g, "pull", pulls("", [](const StandIn& s) { (void)paid(s, 0); })},
      {g, "pull_failed",
       pulls("failed/",
             [](const StandIn& s) {
               const std::string payment = paid(s, 0);
               s.act({{"act", "fail"}, {"id", payment}});
             })},
  };
}

}  // namespace florin::test

#include "cases.hpp"

namespace florin::test {

namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

const std::vector<std::pair<std::string, std::string>> ann = {{"email", "ann@example.com"}, {"phone", "+919000000001"}};

Operation charging(const std::string& method, const std::string& amount = "1180.00 INR") {
  Operation operation = asked(OperationKind::charge, method, amount);
  operation.person = ann;
  operation.description = "starter, monthly";
  if (method == "netbanking") operation.details = {{"brand", "HDFC"}};
  return operation;
}

std::string mandate(const StandIn& razorpay, std::int64_t most = 100000000) {
  const std::string customer =
      text(razorpay.api("POST", "/v1/customers", R"({"email": "a@example.com", "contact": "9000000000"})"), "id");
  return customer + "/" +
         text(razorpay.act({{"act", "mandate"}, {"id", customer}, {"method", "upi"}, {"max_amount", most}}), "id");
}
Operation debit(const std::string& token) {
  Operation operation = charging("upi");
  operation.off_session = true;
  operation.method_ref = token;
  return operation;
}

std::string payment_of(const StandIn& razorpay) {
  return text(razorpay.api("GET", "/v1/payments?count=1", "").at("items").at(0).as_object(), "id");
}

/// The customer pays in the app, or the bank refuses with a reason.
std::string paid(const StandIn& razorpay, const Operation& operation, json::object how = {}) {
  (void)carried_out_at(razorpay, operation);
  const std::string payment = payment_of(razorpay);
  how["act"] = "pay";
  how["id"] = payment;
  razorpay.act(how);
  return payment;
}

Operation of_payment(OperationKind kind, const std::string& payment, const std::string& amount = "1180.00 INR") {
  Operation operation = charging("upi", amount);
  operation.kind = kind;
  operation.ref = payment;
  if (kind != OperationKind::status) operation.key = other_key;
  return operation;
}

auto refused_with(const char* reason, const char* source) {
  return [=](const StandIn& razorpay) {
    return of_payment(OperationKind::status,
                      paid(razorpay, charging("upi"), {{"fails_with", reason}, {"source", source}}));
  };
}
auto refunds(const std::string& amount) {
  return [=](const StandIn& razorpay) {
    return of_payment(OperationKind::refund, paid(razorpay, charging("upi")), amount);
  };
}
/// A payment that its bank authorised when its order captured no more by itself.
std::string authorised_late(const StandIn& razorpay) {
  (void)carried_out_at(razorpay, charging("upi"));
  razorpay.act({{"act", "advance"}, {"seconds", 13 * 60}});
  const std::string payment = payment_of(razorpay);
  razorpay.act({{"act", "pay"}, {"id", payment}});
  return payment;
}
Operation saving() {
  Operation operation = asked(OperationKind::save_method, "upi", "");
  operation.person = ann;
  return operation;
}

using enum AttemptState;
using enum OperationKind;

}  // namespace

std::vector<Exchange> razorpay_exchanges() {
  const std::string provider = "razorpay";
  return {
      {provider, "charge_upi", [](const StandIn&) { return charging("upi"); }, needs_action},
      {provider, "charge_card", [](const StandIn&) { return charging("card"); }, needs_action},
      {provider, "charge_netbanking", [](const StandIn&) { return charging("netbanking"); }, needs_action},
      {provider, "charge_of_an_order_that_is_there",
       [](const StandIn& razorpay) {
         (void)paid(razorpay, charging("upi"));
         return charging("upi");
       },
       captured},
      {provider, "debit", [](const StandIn& razorpay) { return debit(mandate(razorpay)); }, pending},
      {provider, "debit_over_the_mandate", [](const StandIn& razorpay) { return debit(mandate(razorpay, 1000)); },
       not_sent, DeclineKind::misconfigured},
      {provider, "debit_without_a_mandate", [](const StandIn&) { return debit("token_1"); }, declined,
       DeclineKind::mandate_gone},
      {provider, "amount_too_small", [](const StandIn&) { return charging("upi", "0.50 INR"); }, not_sent,
       DeclineKind::misconfigured},
      {provider, "wrong_key", [](const StandIn&) { return charging("upi"); }, not_sent, DeclineKind::misconfigured, "",
       true},
      {provider, "throttled", [](const StandIn&) { return charging("upi"); }, not_sent, DeclineKind::throttled,
       "throttled"},
      // No money moves by an order: its lost answers are certain.
      {provider, "server_error", [](const StandIn&) { return charging("upi"); }, unknown, DeclineKind::none,
       "server_error_before"},
      {provider, "answer_lost", [](const StandIn&) { return charging("upi"); }, not_sent, DeclineKind::none,
       "no_answer"},
      {provider, "not_json", [](const StandIn&) { return charging("upi"); }, unknown, DeclineKind::none, "not_json"},
      {provider, "status", [](const StandIn& razorpay) { return of_payment(status, paid(razorpay, charging("upi"))); },
       captured},
      {provider, "status_by_key",
       [](const StandIn& razorpay) {
         (void)paid(razorpay, charging("upi"));
         return of_payment(status, "");
       },
       captured},
      {provider, "status_absent", [](const StandIn&) { return of_payment(status, ""); }, unknown, DeclineKind::none, "",
       false, true},
      {provider, "status_authorised",
       [](const StandIn& razorpay) { return of_payment(status, authorised_late(razorpay)); }, authorised},
      {provider, "declined_funds", refused_with("insufficient_funds", "customer"), declined, DeclineKind::funds},
      {provider, "declined_authenticate", refused_with("incorrect_pin", "customer"), declined,
       DeclineKind::authenticate},
      {provider, "declined_customer_gave_up", refused_with("payment_cancelled", "customer"), declined,
       DeclineKind::customer_gave_up},
      {provider, "declined_soft", refused_with("payment_declined", "issuer_bank"), declined, DeclineKind::soft},
      {provider, "declined_hard", refused_with("card_disabled_for_online_payments", "issuer_bank"), declined,
       DeclineKind::hard},
      {provider, "declined_fraud", refused_with("payment_risk_check_failed", "internal"), declined, DeclineKind::fraud},
      {provider, "declined_bad_data", refused_with("invalid_vpa", "customer"), declined, DeclineKind::bad_data},
      {provider, "silent_bank", refused_with("gateway_technical_error", "gateway"), pending},
      {provider, "capture", [](const StandIn& razorpay) { return of_payment(capture, authorised_late(razorpay)); },
       captured},
      {provider, "capture_again",
       [](const StandIn& razorpay) { return of_payment(capture, paid(razorpay, charging("upi"))); }, captured},
      {provider, "refund", refunds("1180.00 INR"), pending},
      {provider, "refund_in_part", refunds("100.00 INR"), pending},
      {provider, "refund_over_the_payment", refunds("2000.00 INR"), not_sent, DeclineKind::misconfigured},
      {provider, "refund_status",
       [](const StandIn& razorpay) {
         Operation operation = refunds("100.00 INR")(razorpay);
         operation.refund_ref = carried_out_at(razorpay, operation).ref;
         operation.refund_key = operation.key;
         operation.kind = status;
         operation.of_refund = true;
         razorpay.act({{"act", "refund_ends"}, {"id", operation.refund_ref}, {"status", "processed"}});
         return operation;
       },
       captured},
      {provider, "save_method", [](const StandIn&) { return saving(); }, needs_action},
      {provider, "saved",
       [](const StandIn& razorpay) {
         Operation operation = saving();
         operation.ref = carried_out_at(razorpay, operation).ref;
         razorpay.api(
             "POST", "/v1/payments/create/json",
             R"({"email": "ann@example.com", "contact": "+919000000001", "amount": 100, "currency": "INR", "method": "upi", "order_id": ")" +
                 operation.ref + "\"}");
         razorpay.act({{"act", "pay"}, {"id", payment_of(razorpay)}});
         operation.kind = status;
         operation.of_method = true;
         return operation;
       },
       captured},
      {provider, "saving_by_key",
       [](const StandIn& razorpay) {
         Operation operation = saving();
         (void)carried_out_at(razorpay, operation);
         operation.kind = status;
         operation.of_method = true;
         return operation;
       },
       needs_action},
      {provider, "pull",
       pulls("", [](const StandIn& razorpay) { (void)carried_out_at(razorpay, refunds("100.00 INR")(razorpay)); })},
      {provider, "pull_settlements",
       pulls("settled/0/0",
             [](const StandIn& razorpay) {
               (void)paid(razorpay, charging("upi"));
               razorpay.act({{"act", "settle"}});
             })},
      {provider, "pull_address",
       [](const StandIn& razorpay) {
         const std::string address = carried_out_at(razorpay, charging("wire", "5900.00 INR")).ref;
         razorpay.act({{"act", "transfer"}, {"virtual_account_id", address}, {"amount", 590000}, {"utr", "UTR1"}});
         Operation operation = pulls("", [](const StandIn&) {})(razorpay);
         operation.method = "wire";
         operation.ref = address;
         return operation;
       }},
      {provider, "pull_refunds",
       pulls("refunds/0",
             [](const StandIn& razorpay) { (void)carried_out_at(razorpay, refunds("100.00 INR")(razorpay)); })},
  };
}

}  // namespace florin::test

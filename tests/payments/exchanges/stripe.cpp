#include "cases.hpp"

namespace florin::test {

namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

/// A customer with a saved card of one of the provider's test kinds.
std::string saved(const StandIn& stripe, const std::string& kind) {
  const std::string customer = text(stripe.api("POST", "/v1/customers", "email=ann%40example.com"), "id");
  const json::object made = stripe.api("POST", "/v1/setup_intents",
                                       "customer=" + customer + "&payment_method=" + kind +
                                           "&payment_method_types[0]=card&confirm=true&usage=off_session");
  return customer + "/" + text(made, "payment_method");
}

Operation charging(const std::string& token, const std::string& amount = "49.00 USD", bool off_session = true) {
  Operation operation = asked(OperationKind::charge, "card", amount);
  operation.method_ref = token;
  operation.off_session = off_session;
  return operation;
}

/// Of a payment that somebody made before, under our key.
Operation of_payment(OperationKind kind, const std::string& ref, const std::string& token) {
  Operation operation = charging(token);
  operation.kind = kind;
  operation.ref = ref;
  operation.key = kind == OperationKind::status ? operation.key : other_key;
  return operation;
}

std::string card_of(const std::string& token) { return token.substr(token.find('/') + 1); }
std::string customer_of(const std::string& token) { return token.substr(0, token.find('/')); }

std::string intent(const StandIn& stripe, const std::string& token, const std::string& more) {
  return text(stripe.api("POST", "/v1/payment_intents",
                         "amount=4900&currency=usd&confirm=true&metadata[key]=" + std::string(the_key) +
                             "&customer=" + customer_of(token) + "&payment_method=" + card_of(token) + more),
              "id");
}

auto charges(const std::string& kind, const std::string& amount = "49.00 USD", bool off_session = true) {
  return [=](const StandIn& stripe) { return charging(saved(stripe, kind), amount, off_session); };
}
auto on_intent(OperationKind kind, const std::string& card = "pm_card_visa", const std::string& more = "") {
  return [=](const StandIn& stripe) {
    const std::string token = saved(stripe, card);
    return of_payment(kind, intent(stripe, token, more), token);
  };
}
/// A refund of a captured payment.
auto refunds(const std::string& card, const std::string& amount) {
  return [=](const StandIn& stripe) {
    Operation operation = on_intent(OperationKind::refund, card)(stripe);
    operation.amount = *Money::parse(amount);
    return operation;
  };
}

/// A card that is refused at the charge, with that code.
auto declines(const std::string& code) {
  return [=](const StandIn& stripe) {
    const std::string token = saved(stripe, "pm_card_visa");
    stripe.act({{"act", "card"},
                {"id", card_of(token)},
                {"fails", json::object{{"code", "card_declined"}, {"decline_code", code}}}});
    return charging(token);
  };
}

using enum AttemptState;
using enum OperationKind;

}  // namespace

std::vector<Exchange> stripe_exchanges() {
  const std::string provider = "stripe";
  return {
      {provider, "charge_form", [](const StandIn&) { return charging("", "49.00 USD", false); }, needs_action},
      {provider, "form_with_a_refused_card",
       [](const StandIn& stripe) {
         Operation operation = charging("", "49.00 USD", false);
         operation.ref = carried_out_at(stripe, operation).ref;
         operation.kind = status;
         stripe.api("POST", "/v1/payment_intents/" + operation.ref + "/confirm",
                    "payment_method=pm_card_visa_chargeDeclined");
         return operation;
       },
       needs_action},
      {provider, "form_that_was_paid",
       [](const StandIn& stripe) {
         Operation operation = charging("", "49.00 USD", false);
         operation.ref = carried_out_at(stripe, operation).ref;
         operation.kind = status;
         stripe.api("POST", "/v1/payment_intents/" + operation.ref + "/confirm", "payment_method=pm_card_visa");
         return operation;
       },
       captured},
      {provider, "charge", charges("pm_card_visa"), captured},
      {provider, "charge_needs_customer", charges("pm_card_authenticationRequired", "49.00 USD", false), needs_action},
      {provider, "charge_processing",
       [](const StandIn& stripe) {
         const std::string token = saved(stripe, "pm_card_visa");
         stripe.act({{"act", "card"}, {"id", card_of(token)}, {"processing", true}});
         return charging(token);
       },
       pending},
      {provider, "declined_soft", charges("pm_card_chargeCustomerFail"), declined, DeclineKind::soft},
      {provider, "declined_fraud", charges("pm_card_radarBlock"), declined, DeclineKind::fraud},
      {provider, "declined_authenticate", charges("pm_card_authenticationRequired"), declined,
       DeclineKind::authenticate},
      {provider, "declined_funds", declines("insufficient_funds"), declined, DeclineKind::funds},
      {provider, "declined_hard", declines("lost_card"), declined, DeclineKind::hard},
      {provider, "declined_technical", declines("processing_error"), declined, DeclineKind::technical},
      {provider, "declined_bad_data", declines("expired_card"), declined, DeclineKind::bad_data},
      {provider, "declined_mandate_gone", declines("revocation_of_authorization"), declined, DeclineKind::mandate_gone},
      {provider, "amount_too_small", charges("pm_card_visa", "0.10 USD"), not_sent, DeclineKind::misconfigured},
      {provider, "unit_of_another_currency", charges("pm_card_visa", "49.00 UGX"), not_sent,
       DeclineKind::misconfigured},
      {provider, "wrong_key", charges("pm_card_visa"), not_sent, DeclineKind::misconfigured, "", true},
      {provider, "throttled", charges("pm_card_visa"), not_sent, DeclineKind::throttled, "throttled"},
      {provider, "server_error", charges("pm_card_visa"), unknown, DeclineKind::none, "server_error_before"},
      {provider, "answer_lost", charges("pm_card_visa"), unknown, DeclineKind::none, "no_answer"},
      {provider, "not_json", charges("pm_card_visa"), unknown, DeclineKind::none, "not_json"},
      {provider, "other_amount", charges("pm_card_visa"), unknown, DeclineKind::none, "other_amount"},
      {provider, "key_in_use",
       [](const StandIn& stripe) {
         stripe.act({{"act", "key_in_use"}, {"key", the_key}});
         return charging(saved(stripe, "pm_card_visa"));
       },
       unknown},
      {provider, "key_of_another_request",
       [](const StandIn& stripe) {
         const std::string token = saved(stripe, "pm_card_visa");
         (void)carried_out_at(stripe, charging(token));
         return charging(token, "59.00 USD");
       },
       unknown},
      {provider, "cancel", on_intent(cancel, "pm_card_authenticationRequired"), voided},
      {provider, "cancel_too_late", on_intent(cancel), captured},
      {provider, "cancel_without_its_id",
       [](const StandIn& stripe) {
         Operation operation = on_intent(cancel, "pm_card_authenticationRequired")(stripe);
         operation.ref.clear();
         return operation;
       },
       voided},
      {provider, "capture", on_intent(capture, "pm_card_visa", "&capture_method=manual"), captured},
      {provider, "capture_again", on_intent(capture), captured},
      {provider, "status", on_intent(status), captured},
      {provider, "status_authorised", on_intent(status, "pm_card_visa", "&capture_method=manual"), authorised},
      {provider, "status_by_key",
       [](const StandIn& stripe) {
         Operation operation = on_intent(status)(stripe);
         operation.ref.clear();
         return operation;
       },
       captured},
      {provider, "status_absent",
       [](const StandIn& stripe) {
         Operation operation = charging(saved(stripe, "pm_card_visa"));
         operation.kind = status;
         return operation;
       },
       unknown, DeclineKind::none, "", false, true},
      {provider, "refund", refunds("pm_card_visa", "49.00 USD"), captured},
      {provider, "refund_in_part", refunds("pm_card_visa", "12.34 USD"), captured},
      {provider, "refund_pending", refunds("pm_card_pendingRefund", "49.00 USD"), pending},
      {provider, "refund_over_the_payment", refunds("pm_card_visa", "59.00 USD"), not_sent, DeclineKind::misconfigured},
      {provider, "refund_status",
       [](const StandIn& stripe) {
         Operation operation = refunds("pm_card_visa", "49.00 USD")(stripe);
         operation.refund_ref = carried_out_at(stripe, operation).ref;
         operation.refund_key = operation.key;
         operation.kind = status;
         operation.of_refund = true;
         return operation;
       },
       captured},
      {provider, "save_method",
       [](const StandIn&) {
         Operation operation = asked(save_method, "card", "");
         operation.customer_key = "callloop/acme";
         return operation;
       },
       needs_action},
      {provider, "save_method_of_a_known_customer",
       [](const StandIn& stripe) {
         Operation operation = asked(save_method, "card", "");
         operation.method_ref = saved(stripe, "pm_card_visa");
         return operation;
       },
       needs_action},
      {provider, "saved",
       [](const StandIn& stripe) {
         Operation operation = asked(save_method, "card", "");
         operation.ref = carried_out_at(stripe, operation).ref;
         stripe.api("POST", "/v1/setup_intents/" + operation.ref + "/confirm", "payment_method=pm_card_amex");
         operation.kind = status;
         operation.of_method = true;
         return operation;
       },
       captured},
      {provider, "saving_by_key",
       [](const StandIn& stripe) {
         Operation operation = asked(save_method, "card", "");
         (void)carried_out_at(stripe, operation);
         operation.kind = status;
         operation.of_method = true;
         return operation;
       },
       needs_action},
      {provider, "pull",
       pulls(
           "",
           [](const StandIn& stripe) { (void)carried_out_at(stripe, refunds("pm_card_visa", "12.34 USD")(stripe)); })},
      {provider, "pull_refunds",
       pulls(
           "refunds/",
           [](const StandIn& stripe) { (void)carried_out_at(stripe, refunds("pm_card_visa", "12.34 USD")(stripe)); })},
  };
}

}  // namespace florin::test

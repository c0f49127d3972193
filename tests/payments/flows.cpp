#include <algorithm>
#include <stdexcept>

#include "paying.hpp"

namespace florin::test {

namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* name) { return std::string(object.at(name).as_string()); }

void must(Paying& host, const std::string& role, const std::string& command) {
  const std::string refused = host.ask(role, command);
  if (!refused.empty()) throw std::runtime_error(command + " is refused: " + refused);
}

// ---- Stripe, on a tenant that sells message credits

/// Saved as the browser does it; the token is the customer's and the card's.
std::string saved_card(const StandIn& stripe, const std::string& kind) {
  const std::string customer = text(stripe.api("POST", "/v1/customers", "email=ann%40example.com"), "id");
  const json::object saved = stripe.api("POST", "/v1/setup_intents",
                                        "customer=" + customer + "&payment_method=" + kind +
                                            "&payment_method_types[0]=card&confirm=true&usage=off_session");
  return customer + "/" + text(saved, "payment_method");
}
void use_card(Paying& host, const std::string& token, const std::string& slot = "primary") {
  must(host, "owner",
       R"({"add_payment_method": {"method": "card", "slot": ")" + slot + R"(", "details": {"token": ")" + token +
           R"(", "brand": "visa", "last4": "4242"}}})");
}
std::string card_of(const std::string& token) { return token.substr(token.find('/') + 1); }

std::string opens(Paying& host, const StandIn& stripe) {
  must(host, "service", R"({"open_account": {"billing_country": "US"}})");
  const std::string token = saved_card(stripe, "pm_card_visa");
  use_card(host, token);
  return token;
}
std::string subscribes(Paying& host, const StandIn& stripe) {
  const std::string token = opens(host, stripe);
  must(host, "owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
  return token;
}
const Instant renews = *Instant::parse("2026-04-10T09:00Z");

void decline(const StandIn& stripe, const std::string& token, const std::string& code) {
  stripe.act({{"act", "card"},
              {"id", card_of(token)},
              {"fails", json::object{{"code", "card_declined"}, {"decline_code", code}}}});
}

// ---- Razorpay, on a tenant of India

std::string mandate(const StandIn& razorpay) {
  const std::string customer =
      text(razorpay.api("POST", "/v1/customers", R"({"email": "a@example.com", "contact": "9000000000"})"), "id");
  const json::object token =
      razorpay.act({{"act", "mandate"}, {"id", customer}, {"method", "upi"}, {"max_amount", 100000000}});
  return customer + "/" + text(token, "id");
}
void opens_in_india(Paying& host, const StandIn& razorpay) {
  must(host, "service", R"({"open_account": {"billing_country": "IN", "billing_state": "MH",
       "personal_data": {"email": "ann@example.com", "phone": "+919000000001"}}})");
  must(host, "owner", R"({"start_trial": {}})");
  must(host, "staff", R"({"set_approval": {"approval": "kyc", "state": "approved"}})");
  must(host, "owner",
       R"({"add_payment_method": {"method": "upi", "slot": "primary", "details": {"token": ")" + mandate(razorpay) +
           R"(", "address": "acme@bank"}}})");
}
void subscribes_in_india(Paying& host) {
  must(host, "owner", R"({"subscribe": {"plan": "starter", "cycle": "monthly", "first_credits": "1000 balance"}})");
}
/// The customer pays in the app what waits for it.
void pays_in_app(const StandIn& razorpay) {
  const json::object payments = razorpay.api("GET", "/v1/payments?count=100", "");
  for (const json::value& payment : payments.at("items").as_array()) {
    if (payment.at("status").as_string() != "created") continue;
    razorpay.act({{"act", "pay"}, {"id", payment.at("id")}});
  }
}

void settle_all(const StandIn& stripe) {
  const json::object intents = stripe.api("GET", "/v1/payment_intents?limit=100", "");
  for (const json::value& intent : intents.at("data").as_array())
    if (intent.at("status").as_string() == "processing") stripe.act({{"act", "settle"}, {"id", intent.at("id")}});
}
void authenticate_all(const StandIn& stripe) {
  const json::object intents = stripe.api("GET", "/v1/payment_intents?limit=100", "");
  for (const json::value& intent : intents.at("data").as_array())
    if (intent.at("status").as_string() == "requires_action")
      stripe.act({{"act", "authenticate"}, {"id", intent.at("id")}});
}

/// The customer gives a card to the form of each SetupIntent that waits for one.
void gives_card(const StandIn& stripe) {
  const json::object intents = stripe.api("GET", "/v1/setup_intents?limit=100", "");
  for (const json::value& intent : intents.at("data").as_array())
    if (intent.at("status").as_string() == "requires_payment_method")
      stripe.api("POST", "/v1/setup_intents/" + std::string(intent.at("id").as_string()) + "/confirm",
                 "payment_method=pm_card_visa");
}
/// The customer pays the rupee of each mandate that waits for it, in Razorpay's form.
void gives_mandate(const StandIn& razorpay) {
  const json::object orders = razorpay.api("GET", "/v1/orders?count=100", "");
  for (const json::value& order : orders.at("items").as_array())
    if (order.at("amount").as_int64() == 100 && order.at("status").as_string() == "created")
      razorpay.api(
          "POST", "/v1/payments/create/json",
          R"({"email": "ann@example.com", "contact": "+919000000001", "amount": 100, "currency": "INR", "method": "upi", "order_id": ")" +
              std::string(order.at("id").as_string()) + "\"}");
  pays_in_app(razorpay);
}
// ---- GoCardless, on a tenant of the tests in euro

void opens_in_euro(Paying& host) { must(host, "service", R"({"open_account": {"billing_country": "DE"}})"); }
/// The customer gives a bank account on the page of each billing request that waits for one.
void gives_bank_account(const StandIn& gocardless) {
  const json::object requests = gocardless.api("GET", "/billing_requests", "");
  for (const json::value& request : requests.at("billing_requests").as_array())
    if (request.at("status").as_string() == "pending") gocardless.act({{"act", "fulfil"}, {"id", request.at("id")}});
}

// ---- PayPal, on the same tenant

void approves(const StandIn& paypal) { paypal.act({{"act", "approve_all"}}); }

/// What was saved may have come too late for a fault; then there is nothing to pay with.
void asks_if_it_may(Paying& host, const std::string& command) { (void)host.ask("owner", command); }

const std::vector<Flow> all = {
    {"subscribe", "stripe", [](Paying& host, const StandIn& stripe) { opens(host, stripe); },
     [](Paying& host, const StandIn&) {
       must(host, "owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
     }},
    {"renewal", "stripe",
     [](Paying& host, const StandIn& stripe) {
       subscribes(host, stripe);
       host.to(renews - minutes(1));
     },
     [](Paying& host, const StandIn&) { host.to(renews + minutes(1)); }},
    {"purchase", "stripe", [](Paying& host, const StandIn& stripe) { subscribes(host, stripe); },
     [](Paying& host, const StandIn&) { must(host, "owner", R"({"buy_credits": {"amount": "500 message"}})"); }},
    {"declined, then the backup card", "stripe",
     [](Paying& host, const StandIn& stripe) {
       decline(stripe, subscribes(host, stripe), "insufficient_funds");
       use_card(host, saved_card(stripe, "pm_card_visa"), "backup");
       host.to(renews - minutes(1));
     },
     [](Paying& host, const StandIn&) { host.to(renews + minutes(1)); }},
    {"declined, then another card", "stripe",
     [](Paying& host, const StandIn& stripe) {
       decline(stripe, subscribes(host, stripe), "lost_card");
       host.to(renews - minutes(1));
     },
     [](Paying& host, const StandIn& stripe) {
       host.to(renews + hours(24));
       const std::string token = saved_card(stripe, "pm_card_visa");
       if (host.account().methods.size() == 1 && host.account().past_due) use_card(host, token);
       host.to(renews + hours(25));
     }},
    {"customer's step", "stripe",
     [](Paying& host, const StandIn& stripe) {
       const std::string token = opens(host, stripe);
       stripe.act({{"act", "card"}, {"id", card_of(token)}, {"authenticates", true}});
     },
     [](Paying& host, const StandIn& stripe) {
       must(host, "owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
       host.to(flows_begin + minutes(3));
       authenticate_all(stripe);
     },
     &authenticate_all},
    {"nobody acts, and it is cancelled", "stripe",
     [](Paying& host, const StandIn& stripe) {
       const std::string token = opens(host, stripe);
       stripe.act({{"act", "card"}, {"id", card_of(token)}, {"authenticates", true}});
     },
     [](Paying& host, const StandIn&) {
       must(host, "owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
       host.to(flows_begin + minutes(65));
     },
     &authenticate_all, 4900},
    {"deleted while its customer is asked", "stripe",
     [](Paying& host, const StandIn& stripe) {
       const std::string token = subscribes(host, stripe);
       stripe.act({{"act", "card"}, {"id", card_of(token)}, {"authenticates", true}});
     },
     [](Paying& host, const StandIn&) {
       must(host, "owner", R"({"buy_credits": {"amount": "500 message"}})");
       host.to(flows_begin + minutes(5));
       must(host, "owner", R"({"delete_account": {}})");
     },
     &authenticate_all},
    {"a card saved, then charged", "stripe",
     [](Paying& host, const StandIn&) { must(host, "service", R"({"open_account": {"billing_country": "US"}})"); },
     [](Paying& host, const StandIn& stripe) {
       must(host, "owner", R"({"set_up_payment_method": {"method": "card", "slot": "primary"}})");
       host.to(flows_begin + minutes(3));
       gives_card(stripe);
       host.to(flows_begin + minutes(20));
       gives_card(stripe);
       host.to(flows_begin + minutes(50));
       asks_if_it_may(host, R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
     },
     &gives_card},
    {"refund", "stripe", [](Paying& host, const StandIn& stripe) { subscribes(host, stripe); },
     [](Paying& host, const StandIn&) {
       must(host, "owner", R"({"request_refund": {}})");
       must(host, "staff", R"({"decide_refund": {"approve": true, "reason": "guarantee"}})");
     }},
    {"processing for an hour", "stripe",
     [](Paying& host, const StandIn& stripe) {
       const std::string token = subscribes(host, stripe);
       stripe.act({{"act", "card"}, {"id", card_of(token)}, {"processing", true}});
       host.to(renews - minutes(1));
     },
     [](Paying& host, const StandIn& stripe) {
       host.to(renews + hours(1));
       settle_all(stripe);
     },
     &settle_all},
    {"upi in the app", "razorpay", &opens_in_india,
     [](Paying& host, const StandIn& razorpay) {
       subscribes_in_india(host);
       host.to(flows_begin + minutes(2));
       pays_in_app(razorpay);
     },
     &pays_in_app},
    {"debit by mandate", "razorpay",
     [](Paying& host, const StandIn& razorpay) {
       opens_in_india(host, razorpay);
       subscribes_in_india(host);
       pays_in_app(razorpay);
       host.to(renews - minutes(1));
     },
     [](Paying& host, const StandIn&) { host.to(renews + hours(27)); }},
    {"net banking, nothing kept", "razorpay",
     [](Paying& host, const StandIn& razorpay) { opens_in_india(host, razorpay); },
     [](Paying& host, const StandIn& razorpay) {
       must(host, "owner", R"({"subscribe": {"plan": "starter", "cycle": "monthly", "first_credits": "1000 balance",
                               "pay_with": "netbanking/HDFC"}})");
       host.to(flows_begin + minutes(2));
       pays_in_app(razorpay);
       asks_if_it_may(host, R"({"customer_returned": {"order": 1}})");
     },
     &pays_in_app},
    {"nobody pays in the app", "razorpay", &opens_in_india,
     [](Paying& host, const StandIn&) {
       subscribes_in_india(host);
       host.to(flows_begin + minutes(20));
     }},
    {"authorised late, then captured", "razorpay", &opens_in_india,
     [](Paying& host, const StandIn& razorpay) {
       subscribes_in_india(host);
       // The bank is silent until the order captures no more by itself; the host still waits for it.
       host.to(flows_begin + minutes(13));
       const json::object payments = razorpay.api("GET", "/v1/payments?count=100", "");
       for (const json::value& payment : payments.at("items").as_array())
         if (payment.at("status").as_string() == "failed") razorpay.act({{"act", "pay"}, {"id", payment.at("id")}});
       host.to(flows_begin + minutes(20));
     }},
    {"a mandate saved, then debited", "razorpay",
     [](Paying& host, const StandIn&) {
       must(host, "service", R"({"open_account": {"billing_country": "IN", "billing_state": "MH",
       "personal_data": {"email": "ann@example.com", "phone": "+919000000001"}}})");
       must(host, "owner", R"({"start_trial": {}})");
       must(host, "staff", R"({"set_approval": {"approval": "kyc", "state": "approved"}})");
     },
     [](Paying& host, const StandIn& razorpay) {
       must(host, "owner", R"({"set_up_payment_method": {"method": "upi", "slot": "primary"}})");
       host.to(flows_begin + minutes(2));
       gives_mandate(razorpay);
       host.to(flows_begin + minutes(12));
       asks_if_it_may(host,
                      R"({"subscribe": {"plan": "starter", "cycle": "monthly", "first_credits": "1000 balance"}})");
       host.to(flows_begin + minutes(14));
       pays_in_app(razorpay);
       host.to(renews - minutes(1));
       host.to(renews + hours(27));
     }},
    {"debit in euro", "gocardless",
     [](Paying& host, const StandIn& gocardless) {
       opens_in_euro(host);
       must(host, "owner", R"({"set_up_payment_method": {"method": "sepa_debit", "slot": "primary"}})");
       gives_bank_account(gocardless);
       must(host, "owner", R"({"customer_returned": {}})");
     },
     [](Paying& host, const StandIn&) {
       must(host, "owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly"}})");
     }},
    {"approved on its page", "paypal", [](Paying& host, const StandIn&) { opens_in_euro(host); },
     [](Paying& host, const StandIn& paypal) {
       must(host, "owner", R"({"subscribe": {"plan": "growth", "cycle": "monthly", "pay_with": "paypal"}})");
       host.to(flows_begin + minutes(1));
       approves(paypal);
       asks_if_it_may(host, R"({"customer_returned": {"order": 1}})");
     },
     &approves},
    {"refund in India", "razorpay",
     [](Paying& host, const StandIn& razorpay) {
       opens_in_india(host, razorpay);
       subscribes_in_india(host);
       pays_in_app(razorpay);
       host.to(flows_begin + hours(1));
     },
     [](Paying& host, const StandIn&) {
       must(host, "staff",
            R"({"refund_order": {"order": 1, "gives_back": "unused_share", "reason": "asked for by the customer"}})");
     }},
};

}  // namespace

const std::vector<Flow>& flows() { return all; }
const Flow& flow(const std::string& name) { return *std::ranges::find(all, name, &Flow::name); }

}  // namespace florin::test

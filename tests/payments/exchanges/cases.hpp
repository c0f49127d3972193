#pragma once

#include "exchange.hpp"

namespace florin::test {

inline constexpr const char* the_key = "key00000000000000000000k1";
inline constexpr const char* other_key = "key00000000000000000000k2";

inline Operation asked(OperationKind kind, const std::string& method, const std::string& amount) {
  Operation operation;
  operation.kind = kind;
  operation.decided_at = operation.started_at = exchanged_at;
  operation.key = operation.payment_key = the_key;
  if (!amount.empty()) operation.amount = *Money::parse(amount);
  operation.method = method;
  operation.customer_key = "acme/ann";
  return operation;
}

/// The operation at the stand-in itself, for what comes after it.
ProviderReport carried_out_at(const StandIn& provider, const Operation& operation);

/// The books of the day, once `made` has happened.
template <class Made>
auto pulls(const std::string& cursor, Made made) {
  return [=](const StandIn& provider) {
    made(provider);
    Operation operation = asked(OperationKind::pull, "", "");
    operation.cursor = cursor;
    operation.from = exchanged_at - hours(1);
    operation.until = exchanged_at + hours(24);
    return operation;
  };
}

std::vector<Exchange> stripe_exchanges();
std::vector<Exchange> razorpay_exchanges();
std::vector<Exchange> gocardless_exchanges();
std::vector<Exchange> paypal_exchanges();
std::vector<Exchange> adyen_exchanges();

}  // namespace florin::test

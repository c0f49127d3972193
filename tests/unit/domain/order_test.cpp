#include "domain/orders/order.hpp"

#include <gtest/gtest.h>

namespace florin {
namespace {

const Currency eur = *Currency::parse("EUR");
CreditType type(const char* id) { return *CreditType::parse(id); }

/// A line's price is shared by the types that it pays for, whatever the smallest part of each is.
TEST(Order, PriceOfCreditsIsByLineAndNeverByUnits) {
  Order order;
  order.lines = {{"gym, difference for 12 of 31 days", 1, Money(1419, eur), {}, {type("class"), type("pt")}},
                 {"10 class", 1, Money(5000, eur), {}, {type("class")}},
                 {"whatsapp, monthly", 1, Money(900, eur), *AddOnId::parse("whatsapp"), {}}};
  order.buys.plan_credits = {{type("class"), {6}}, {type("pt"), {8'000}}};
  order.buys.bought = {{type("class"), {10}}};
  order.total = Money(1419 + 5000 + 900, eur);
  EXPECT_EQ(order.brings(type("class")), Credits{16});
  EXPECT_EQ(order.price_of(type("class")), Money(710 + 5000, eur));
  EXPECT_EQ(order.price_of(type("pt")), Money(709, eur)) << "by units it would be nearly all";
  EXPECT_EQ(order.price_of(type("sms")), Money(0, eur));
}

/// A line may name what this order does not bring, as an upgrade that gives no credits of a type.
TEST(Order, WhatIsNotBroughtHasNoPrice) {
  Order order;
  order.lines = {{"pro, monthly", 1, Money(1000, eur), {}, {type("class"), type("pt")}}};
  order.buys.plan_credits = {{type("class"), {6}}};
  order.total = Money(1000, eur);
  EXPECT_EQ(order.price_of(type("class")), Money(1000, eur));
  EXPECT_EQ(order.price_of(type("pt")), Money(0, eur));
}

/// What waits for the next invoice comes to nothing here.
TEST(Order, AnOrderOfNothingHasNoPrices) {
  Order order;
  order.lines = {{"1 class", 1, Money(30, eur), {}, {type("class")}},
                 {"on the invoice of the next renewal", 1, Money(-30, eur), {}, {}}};
  order.buys.bought = {{type("class"), {1}}};
  order.total = Money(0, eur);
  EXPECT_EQ(order.price_of(type("class")), Money(0, eur));
}

}  // namespace
}  // namespace florin

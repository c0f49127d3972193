#include "domain/payments/card_number.hpp"

#include <gtest/gtest.h>

namespace florin {
namespace {

TEST(CardNumber, IsFoundWhereverItStands) {
  for (const char* text :
       {"4111111111111111", "card 4111 1111 1111 1111, please", "4111-1111-1111-1111", "3782 822463 10005",
        R"({"note":"5555555555554444"})",
        // Behind another number, and before one.
        "order 12 4111 1111 1111 1111", "2026-11-25 4111 1111 1111 1111", "4111 1111 1111 1111 12/29"})
    EXPECT_TRUE(holds_card_number(text)) << text;
}

TEST(CardNumber, IsNoIdNoTelephoneAndNoOtherNumber) {
  for (const char* text : {"4111111111111112", "pi_4111111111111111", "4111111111111111x", "+4111111111111111",
                           "41111111111111111111", "2026-11-25 10:00", "1700000000", "0.4111111111111111", ""})
    EXPECT_FALSE(holds_card_number(text)) << text;
}

TEST(CardNumber, IsTakenOutOfAText) {
  EXPECT_EQ(without_card_numbers("a 4111 1111 1111 1111 b 5555555555554444 c"), "a [number] b [number] c");
  EXPECT_EQ(without_card_numbers("order 12 4111111111111111"), "order 12 [number]");
  EXPECT_EQ(without_card_numbers("order 12"), "order 12");
}

}  // namespace
}  // namespace florin

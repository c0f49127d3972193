#include <gtest/gtest.h>

#include "folder.hpp"

namespace florin {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

MethodPlugin method(const std::string& id, const std::string& config = "{}") {
  return *test::shipped().method(id, {.tenant = "acme", .config_json = config});
}

const Fields good_card = {{"token", "tok_1"}, {"brand", "Visa"}, {"last4", "4242"}, {"expires", "2028-04"}};

TEST(Card, KeepsTheTokenAndWhatMayBeShown) {
  const auto checked = method("card").check(good_card);
  ASSERT_TRUE(checked);
  EXPECT_TRUE(checked->problems.empty());
  EXPECT_EQ(checked->masked, "visa •••• 4242");
  EXPECT_EQ(checked->brand, "visa");
  EXPECT_EQ(checked->details, (Fields{{"token", "tok_1"}, {"brand", "visa"}})) << "its processor needs no more";
}

TEST(Card, RefusesACardNumberInAnyFieldAndNeverRepeatsIt) {
  for (const std::string number : {"4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "378282246310005",
                                   "6011111111111117", "note: 4242424242424242!"})
    for (const std::string field : {"token", "last4", "brand", "remark"}) {
      Fields fields = good_card;
      fields.emplace_back(field, number);
      const auto checked = method("card").check(fields);
      ASSERT_TRUE(checked);
      ASSERT_EQ(checked->problems.size(), 1U) << number << " in " << field;
      EXPECT_TRUE(checked->details.empty());
      EXPECT_TRUE(checked->masked.empty());
      EXPECT_EQ(checked->problems[0].second.find("4242"), std::string::npos);
    }
}

TEST(Card, TakesLongNumbersThatAreNoCards) {
  Fields fields = good_card;
  fields[0].second = "tok_4242424242424241";
  EXPECT_TRUE(method("card").check(fields)->problems.empty());
}

TEST(Card, SaysEachProblem) {
  const auto checked = method("card").check({{"brand", "nosuch"}, {"last4", "42"}, {"expires", "2028-13"}});
  std::vector<std::string> fields;
  for (const auto& [field, text] : checked->problems) fields.push_back(field);
  EXPECT_EQ(fields, (std::vector<std::string>{"token", "brand", "last4", "expires"}));
}

TEST(Card, TakesTheOperatorsBrandsOnly) {
  const auto card = method("card", R"({"brands": ["visa", "rupay"]})");
  EXPECT_TRUE(card.offered({.brand = "rupay"})->allowed);
  EXPECT_FALSE(card.offered({.brand = "amex"})->allowed);
  EXPECT_EQ(card.offered({.brand = "amex"})->rule, "brands");
  const auto wrong = test::shipped().method("card", {.tenant = "acme", .config_json = R"({"brands": ["vsa"]})"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error()[0].code, "create_failed");
  EXPECT_EQ(wrong.error()[0].at.path, "/brands/0");
  EXPECT_NE(wrong.error()[0].message.find("'visa'"), std::string::npos);
}

TEST(Card, BrandsAreDataThatTheOperatorAddsTo) {
  const auto card =
      method("card", R"({"brands": ["jcb", "unionpay", "diners", "maestro", "knet"], "more_brands": ["knet"]})");
  for (const char* brand : {"jcb", "unionpay", "diners", "maestro", "knet"})
    EXPECT_TRUE(card.offered({.brand = brand})->allowed) << brand;
  EXPECT_FALSE(card.offered({.brand = "visa"})->allowed);
  EXPECT_FALSE(test::shipped().method("card", {.tenant = "acme", .config_json = R"({"brands": ["knet"]})"}));
  EXPECT_FALSE(test::shipped().method("card", {.tenant = "acme", .config_json = R"({"more_brands": ["K Net"]})"}));
}

TEST(Upi, ChecksAndMasksTheAddress) {
  const auto upi = method("upi");
  const auto checked = upi.check({{"address", "Priya.K@OkBank"}});
  EXPECT_EQ(checked->masked, "pr•••@okbank");
  EXPECT_EQ(checked->details, (Fields{{"address", "priya.k@okbank"}}));
  for (const std::string wrong : {"", "priya", "@okbank", "p@okbank", "priya@", "priya@o", "priya@1bank", "a b@okbank",
                                  "priya@ok@bank", "priya@ok-bank"})
    EXPECT_FALSE(upi.check({{"address", wrong}})->problems.empty()) << wrong;
}

TEST(Upi, SaysWhenToAsk) {
  const auto upi = method("upi");
  EXPECT_EQ(upi.facts().pending_up_to, minutes(15));
  EXPECT_EQ(upi.facts().polls, (std::vector<Duration>{seconds(90), minutes(3), minutes(10)}));
  EXPECT_TRUE(upi.offered({.amount = *Money::parse("499.00 INR")})->allowed);
  EXPECT_FALSE(upi.offered({.amount = *Money::parse("49.00 USD")})->allowed);
}

TEST(Netbanking, TakesBanksByTheirCode) {
  const auto netbanking = method("netbanking");
  for (const std::string right : {"HDFC", "BARB_R"}) {
    const auto checked = netbanking.check({{"bank", right}});
    EXPECT_TRUE(checked->problems.empty()) << right;
    EXPECT_EQ(checked->details, (Fields{{"bank", right}}));
  }
  for (const std::string wrong : {"", "hdfc", "HDF", "HDFCX", "HDFC-R", "BARB_r", "4242424242424242"})
    EXPECT_FALSE(netbanking.check({{"bank", wrong}})->problems.empty()) << wrong;
  EXPECT_FALSE(netbanking.offered({.amount = *Money::parse("49.00 USD")})->allowed);
}

TEST(Wire, AsksWhoseMoneyItIs) {
  const auto wire = method("wire");
  EXPECT_EQ(wire.check({{"payer", "Acme Ltd"}, {"ifsc", "HDFC0001234"}})->masked, "Wire from HDFC");
  EXPECT_EQ(wire.check({{"payer", "Acme Ltd"}})->masked, "Wire transfer");
  EXPECT_FALSE(wire.check({{"payer", ""}})->problems.empty());
  for (const std::string wrong : {"HDFC1001234", "hdfc0001234", "HDFC000123", "HDFC00012345", "HDF00001234"})
    EXPECT_FALSE(wire.check({{"payer", "Acme Ltd"}, {"ifsc", wrong}})->problems.empty()) << wrong;
}

TEST(Cheque, IsKnownByDrawerAndNumber) {
  const auto cheque = method("cheque");
  EXPECT_EQ(cheque.check({{"drawer", "Acme Ltd"}, {"number", "123456"}})->masked, "Cheque ••3456");
  for (const std::string wrong : {"", "12345", "1234567", "12345x"})
    EXPECT_FALSE(cheque.check({{"drawer", "Acme Ltd"}, {"number", wrong}})->problems.empty()) << wrong;
  EXPECT_FALSE(cheque.check({{"drawer", ""}, {"number", "123456"}})->problems.empty());
}

}  // namespace
}  // namespace florin

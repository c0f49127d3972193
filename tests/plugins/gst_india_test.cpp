#include <gtest/gtest.h>

#include "folder.hpp"

namespace florin {
namespace {

const std::string karnataka = R"({"prices": "without_tax", "rate": "18 percent", "seller_state": "KA"})";

std::expected<TaxPlugin, Errors> gst(const std::string& config) {
  return test::shipped().tax("gst_india", {.tenant = "exotel", .config_json = config});
}
Money inr(const std::string& amount) { return *Money::parse(amount + " INR"); }

/// `CGST 9% 90.00 INR, SGST 9% 90.00 INR`
std::string taxes(const std::string& config, const std::string& country, const std::string& state,
                  const std::vector<Money>& lines) {
  const Sale sale{
      .lines = lines, .kind = "purchase", .on = {2026, 3, 10}, .billing_country = country, .billing_state = state};
  std::string text;
  for (const Tax& tax : taxes_on(lines, gst(config)->taxes(sale)->rates))
    text += (text.empty() ? "" : ", ") + tax.name + " " + tax.amount.text();
  return text;
}

TEST(GstIndia, IsSplitInsideTheState) {
  EXPECT_EQ(taxes(karnataka, "IN", "KA", {inr("1000.00")}), "CGST 9% 90.00 INR, SGST 9% 90.00 INR");
  EXPECT_EQ(taxes(karnataka, "IN", "", {inr("1000.00")}), "CGST 9% 90.00 INR, SGST 9% 90.00 INR");
}

TEST(GstIndia, IsWholeAcrossStatesAndNoneAbroad) {
  EXPECT_EQ(taxes(karnataka, "IN", "MH", {inr("1000.00")}), "IGST 18% 180.00 INR");
  EXPECT_EQ(taxes(karnataka, "US", "CA", {inr("1000.00")}), "");
}

TEST(GstIndia, IsOnTheSumOfTheLinesAndRoundedOnce) {
  // 9 % of 0.05 is 0.0045; of three such lines 0.0135. Rounded line by line it would be nothing.
  EXPECT_EQ(taxes(karnataka, "IN", "KA", {inr("0.05"), inr("0.05"), inr("0.05")}),
            "CGST 9% 0.01 INR, SGST 9% 0.01 INR");
  EXPECT_EQ(
      taxes(R"({"prices": "without_tax", "rate": "5.5 percent", "seller_state": "KA"})", "IN", "KA", {inr("100.00")}),
      "CGST 2.75% 2.75 INR, SGST 2.75% 2.75 INR");
}

TEST(GstIndia, SaysWhatIsWrongInItsBlock) {
  for (const auto& [config, path] : std::vector<std::pair<std::string, std::string>>{
           {R"({"prices": "with_tax", "rate": "18 percent", "seller_state": "KA"})", "/prices"},
           {R"({"prices": "without_tax", "rate": "18", "seller_state": "KA"})", "/rate"},
           {R"({"prices": "without_tax", "rate": "18.005 percent", "seller_state": "KA"})", "/rate"},
           {R"({"prices": "without_tax", "rate": "-1 percent", "seller_state": "KA"})", "/rate"},
           {R"({"prices": "without_tax", "rate": "18 percent", "seller_state": "Karnataka"})", "/seller_state"},
           {R"({"prices": "without_tax", "rat": "18 percent", "seller_state": "KA"})", "/rat"}}) {
    const auto made = gst(config);
    ASSERT_FALSE(made) << config;
    EXPECT_EQ(made.error()[0].at.path, path);
  }
}

}  // namespace
}  // namespace florin

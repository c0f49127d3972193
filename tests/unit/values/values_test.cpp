#include <gtest/gtest.h>

#include <tuple>

#include "florin/commands.hpp"
#include "florin/credits.hpp"
#include "florin/id.hpp"
#include "florin/money.hpp"
#include "florin/time.hpp"

namespace florin {
namespace {

TEST(Money, ReadsAndWritesItsOwnText) {
  for (const std::string text : {"49.00 USD", "0.01 USD", "-3.50 INR", "1234 JPY", "1.234 KWD"})
    EXPECT_EQ(Money::parse(text)->text(), text);
  EXPECT_EQ(Money::parse("49 USD")->minor(), 4900);
}

TEST(Money, RefusesWhatIsNotExact) {
  EXPECT_EQ(Money::parse("49.001 USD").error().code, "too_fine");
  EXPECT_EQ(Money::parse("1.5 JPY").error().code, "too_fine");
  EXPECT_EQ(Money::parse("49.00").error().code, "bad_money");
  EXPECT_EQ(Money::parse("49.00 usd").error().code, "unknown_currency");
  EXPECT_EQ(Money::parse("49.00 XAU").error().code, "unknown_currency");
  EXPECT_EQ(Money::parse("1e3 USD").error().code, "bad_money");
  EXPECT_EQ(Money::parse("010 USD").error().code, "bad_money");
  EXPECT_FALSE(Money::parse("99999999999999999999 USD"));
}

TEST(Money, RefusesOverflowAndMixedCurrencies) {
  const Money most(INT64_MAX, *Currency::parse("USD"));
  EXPECT_THROW(most + *Money::parse("0.01 USD"), ArithmeticError);
  EXPECT_THROW(*Money::parse("1.00 USD") + *Money::parse("1.00 EUR"), ArithmeticError);
  EXPECT_THROW((void)(*Money::parse("1.00 USD") < *Money::parse("1.00 EUR")), ArithmeticError);
}

TEST(Money, RoundsOnceAndByName) {
  const Money price = *Money::parse("24.00 USD");
  EXPECT_EQ(price.times({16, 31}, Rounding::half_up).text(), "12.39 USD");  // 12.387…
  EXPECT_EQ(price.times({16, 31}, Rounding::down).text(), "12.38 USD");
  EXPECT_EQ(Credits{500}.times({16, 31}, Rounding::up).units, 259);  // 258.06…
  EXPECT_EQ(scale(-5, 1, 2, Rounding::half_up), -3);
  EXPECT_EQ(scale(-5, 1, 2, Rounding::down), -2);
  EXPECT_EQ(scale(INT64_MAX, 3, 3, Rounding::half_up), INT64_MAX);  // the product needs 128 bits
  EXPECT_THROW(scale(INT64_MAX, 3, 2, Rounding::half_up), ArithmeticError);
}

TEST(Money, SplitsWithoutLosingACent) {
  const auto shares = split(*Money::parse("1.00 USD"), std::vector<std::int64_t>{1, 1, 1});
  ASSERT_TRUE(shares);
  EXPECT_EQ((*shares)[0].text(), "0.34 USD");
  EXPECT_EQ((*shares)[2].text(), "0.33 USD");
  EXPECT_EQ(split(*Money::parse("1.00 USD"), std::vector<std::int64_t>{0, -1}).error().code, "bad_weights");
}

TEST(UnitPrice, IsFinerThanACent) {
  const UnitPrice price = *UnitPrice::parse("0.0332 USD");
  EXPECT_EQ(price.times(Credits{1000}, 0, Rounding::half_up).text(), "33.20 USD");
  EXPECT_EQ(UnitPrice::parse("1.00 INR")->times(Credits{5'000'000}, 4, Rounding::half_up).text(), "500.00 INR");
}

TEST(Instant, ReadsZonesAndWritesUtc) {
  EXPECT_EQ(Instant::parse("2026-03-10T09:00Z")->text(), "2026-03-10T09:00Z");
  EXPECT_EQ(Instant::parse("2026-03-10T09:00:00.25+05:30")->text(), "2026-03-10T03:30:00.250000Z");
  EXPECT_EQ(Instant::parse("1969-12-31T23:59:59Z")->text(), "1969-12-31T23:59:59Z");
  for (const auto* bad :
       {"2026-03-10", "2026-03-10T09:00", "2026-02-30T09:00Z", "2026-03-10T24:00Z", "2026-3-10T09:00Z"})
    EXPECT_EQ(Instant::parse(bad).error().code, "bad_instant") << bad;
}

TEST(Span, HasAUnit) {
  EXPECT_EQ(Span::parse("12 months")->text(), "12 months");
  EXPECT_EQ(Span::parse("1 hour")->count, 3600);
  EXPECT_EQ(Span::parse("2 weeks")->text(), "14 days");
  for (const auto* bad : {"30", "30days", "-1 days", "1.5 hours", "3 fortnights"})
    EXPECT_EQ(Span::parse(bad).error().code, "bad_span") << bad;
}

TEST(Quantity, HasAUnitInTheSingular) {
  const std::tuple<const char*, const char*, const char*> words[] = {{"160 characters", "character", "160 characters"},
                                                                     {"1 class", "class", "1 class"},
                                                                     {"2 classes", "class", "2 classes"},
                                                                     {"2 class", "class", "2 classes"},
                                                                     {"0.5 passes", "pass", "0.5 passes"},
                                                                     {"2 minutes", "second", "120 seconds"}};
  for (const auto& [written, unit, again] : words) {
    const auto read = Quantity::parse(written);
    ASSERT_TRUE(read) << written;
    EXPECT_EQ(read->unit, unit) << written;
    EXPECT_EQ(read->text(), again) << written;
    EXPECT_EQ(Quantity::parse(read->text())->unit, unit) << written;
  }
}

TEST(Id, IsAPlainWord) {
  EXPECT_EQ(AccountId::parse("acme-1_x")->text(), "acme-1_x");
  for (const auto* bad : {"", "a b", "ä", "a/b", "ann@example.com"})
    EXPECT_EQ(AccountId::parse(bad).error().code, "bad_id") << bad;
  // An account and a member are named as the backend names them, and compared byte for byte.
  for (const auto* named : {"cus_NffrFeUfNV2Hib", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "6B29FC40-CA47-1067-B31D-00DD010662DA"})
    EXPECT_EQ(AccountId::parse(named)->text(), named);
  EXPECT_NE(*AccountId::parse("Acme"), *AccountId::parse("acme"));
  EXPECT_EQ(MemberId::parse("Ann")->text(), "Ann");
  EXPECT_EQ(PlanId::parse("Growth").error().code, "bad_id");
}

}  // namespace
}  // namespace florin

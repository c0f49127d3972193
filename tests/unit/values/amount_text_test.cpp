#include "florin/amount_text.hpp"

#include <gtest/gtest.h>

namespace florin {
namespace {

struct Case {
  const char *language, *amount, *written;
};

// Groups and the point are those of the language; no digit is lost or rounded.
TEST(AmountText, IsWrittenAsPeopleOfALanguageWriteIt) {
  constexpr Case cases[] = {
      {"en", "49.00 USD", "49.00 USD"},
      {"en", "1960.00 USD", "1,960.00 USD"},
      {"en", "-1234567.89 EUR", "-1,234,567.89 EUR"},
      {"en", "12345678.90 INR", "1,23,45,678.90 INR"},
      {"en", "100000 JPY", "100,000 JPY"},
      {"de", "49.00 USD", "49,00 USD"},
      {"de", "1960.00 USD", "1.960,00 USD"},
      {"de", "-1234567.890 KWD", "-1.234.567,890 KWD"},
      {"de", "141600.00 INR", "141.600,00 INR"},
      {"hi", "141600.00 INR", "1,41,600.00 INR"},
      {"hi", "1234567.00 USD", "12,34,567.00 USD"},
      {"ar", "1960.00 USD", "1,960.00 USD"},
      {"xx", "92233720368547758.07 USD", "92,233,720,368,547,758.07 USD"},
      {"de", "", ""},
      {"de", "0", "0"},
  };
  for (const Case& one : cases) EXPECT_EQ(amount_in(one.language, one.amount), one.written) << one.language;
}

}  // namespace
}  // namespace florin

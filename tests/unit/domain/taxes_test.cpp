#include "domain/taxes/tax.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace florin {
namespace {

Money inr(std::int64_t paise) { return {paise, *Currency::parse("INR")}; }

TEST(Taxes, GoBackInTheSameShare) {
  const std::vector<Tax> gst = {{"CGST 9%", inr(100'000), inr(9'000)}, {"SGST 9%", inr(100'000), inr(9'000)}};
  // 400 of 1,000 credits unused: 400.00 of 1,000.00, and 72.00 of 180.00.
  const auto back = taxes_refunded(gst, inr(100'000), inr(0), inr(40'000));
  EXPECT_EQ(inr(40'000) + sum_of(back), inr(47'200));
}

RC_GTEST_PROP(Taxes, RefundsInPartsGiveBackExactlyTheTax, ()) {
  const auto net = *rc::gen::inRange<std::int64_t>(1, 10'000'000);
  const auto over = *rc::gen::inRange<std::int64_t>(1, 3'000);
  const auto taxes = taxes_on({inr(net)}, {{0, "IGST", {over, 10'000}}});
  Money before = inr(0), tax = inr(0);
  while (before < inr(net)) {
    const Money part = inr(*rc::gen::inRange<std::int64_t>(1, net - before.minor() + 1));
    const Money of_part = sum_of(taxes_refunded(taxes, inr(net), before, part));
    RC_ASSERT(!of_part.negative());
    tax += of_part;
    before += part;
  }
  RC_ASSERT(tax == inr(0) + sum_of(taxes));
}

}  // namespace
}  // namespace florin

/// What a processor must know of who pays, and what happens when its customer comes back.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "paying.hpp"

namespace florin::test {
namespace {

namespace json = boost::json;

class Customer : public testing::Test {
 protected:
  Customer() { razorpay.anew(flows_begin); }
  /// The error before anything is written, or the refusal; empty: it was done.
  static std::string told(Paying& host, const std::string& role, const std::string& command) {
    try {
      return host.ask(role, command);
    } catch (const std::exception& failed) {
      return failed.what();
    }
  }
  const StandIn razorpay{"razorpay"};
};

const char* saves_upi = R"({"set_up_payment_method": {"method": "upi", "slot": "primary"}})";

TEST_F(Customer, WithoutAPhoneIsRefusedBeforeAMethodIsKept) {
  Paying host(razorpay, flows_begin);
  ASSERT_EQ(host.ask("service",
                     R"({"open_account": {"billing_country": "IN", "personal_data": {"email": "ann@example.com"}}})"),
            "");
  const std::string why = told(host, "owner", saves_upi);
  EXPECT_NE(why.find("'razorpay' must know the customer's phone: give it with set_billing"), std::string::npos) << why;
  EXPECT_NE(told(host, "owner", R"({"add_payment_method": {"method": "upi", "slot": "primary",
                                   "details": {"token": "cust_1/token_1", "address": "acme@bank"}}})")
                .find("phone"),
            std::string::npos);
  EXPECT_TRUE(host.account().savings.empty());
  ASSERT_EQ(host.ask("owner", R"({"set_billing": {"personal_data": {"phone": "+919000000001"}}})"), "");
  EXPECT_EQ(told(host, "owner", saves_upi), "");
  const json::object customers = razorpay.api("GET", "/v1/customers/" + std::string("cust_Stand000000001"), "");
  EXPECT_EQ(customers.at("email").as_string(), "ann@example.com");
  EXPECT_EQ(customers.at("contact").as_string(), "+919000000001");
}

TEST_F(Customer, ForgottenIsNotDebitedAndToldWhatIsMissing) {
  const Flow& flow = test::flow("debit by mandate");
  Paying host(razorpay, flows_begin);
  flow.set_up(host, razorpay);
  const std::size_t before = razorpay.sums().captures;
  ASSERT_EQ(host.ask("staff", R"({"erase_personal_data": {}})"), "");
  const std::size_t asked = razorpay.seen().size();
  host.to(*Instant::parse("2026-04-10T10:00Z"));
  EXPECT_EQ(razorpay.seen().size(), asked) << "nothing is sent";
  ASSERT_TRUE(host.account().past_due);
  const Attempt& last = host.account().orders.back().attempts.back();
  EXPECT_EQ(last.state, AttemptState::not_sent);
  EXPECT_EQ(last.decline_code, "person_missing: email, phone");
  const json::object waits = host.waits();
  EXPECT_EQ(waits.at("payments").at(0).at("why").as_string(),
            "misconfigured: 'razorpay' must know the customer's email and phone: give it with set_billing "
            "{\"person\": {\"email\": …, \"phone\": …}}, an email as staff");
  // Named again, it is tried at once.
  ASSERT_EQ(host.ask("staff",
                     R"({"set_billing": {"personal_data": {"email": "ann@example.com", "phone": "+919000000001"}}})"),
            "");
  host.to(*Instant::parse("2026-04-14T14:00Z"));
  EXPECT_FALSE(host.account().past_due);
  EXPECT_GT(razorpay.sums().captures, static_cast<std::int64_t>(before));
  EXPECT_EQ(host.discrepancies(), "");
}

TEST_F(Customer, IsNowhereInTheJournal) {
  const Flow& flow = test::flow("debit by mandate");
  const scenario::TemporaryFolder data;
  {
    Paying host(razorpay, flows_begin, data.path());
    flow.set_up(host, razorpay);
    flow.goes(host, razorpay);
    host.deliver();
  }
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data.path())) {
    if (!entry.is_regular_file() || entry.path().extension() == ".so") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    ++files;
    EXPECT_EQ(bytes.find("ann@example.com"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("9000000001"), std::string::npos) << entry.path();
  }
  EXPECT_GE(files, 1);
}

TEST(Returned, TheProcessorIsAskedAtOnce) {
  const StandIn stripe("stripe");
  const Flow& flow = test::flow("customer's step");
  stripe.anew(flows_begin);
  Paying host(stripe, flows_begin);
  flow.set_up(host, stripe);
  flow.goes(host, stripe);
  // What its customer did is seen when the schedule asks, which is later; unless they come back.
  ASSERT_EQ(host.account().orders.at(0).state, OrderState::open);
  EXPECT_EQ(host.ask("owner", R"({"customer_returned": {"order": 1}})"), "");
  EXPECT_EQ(host.account().orders.at(0).state, OrderState::paid);
  EXPECT_EQ(host.ask("member", R"({"customer_returned": {"order":  1}})"), "nothing_to_ask") << "another key";
  EXPECT_EQ(host.ask("owner", R"({"customer_returned": {"order": 7}})"), "no_such_order");
}

}  // namespace
}  // namespace florin::test

/// Checkouts of several changes at random moments: one quote, one payment, all or nothing, and the quote is what is
/// charged. A failure names its seed.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

#include "florin/host.hpp"
#include "florin/reads.hpp"

namespace florin {
namespace {

namespace json = boost::json;

struct Shop {
  const char* tenant;
  std::vector<std::string> plans;
  std::vector<std::string> cycles;
  std::vector<std::string> add_ons;
  bool by_licence = false;
};

class Checkouts : public testing::TestWithParam<Shop> {};

/// One account in virtual time, and whoever clicks in its shop.
struct Customer {
  Customer(const Shop& of, std::uint64_t seed) : shop(of), random(seed) {
    auto opened = Host::open({.config = FLORIN_CONFIG "/florin.yaml",
                              .data = "memory",
                              .virtual_from = *Instant::parse("2027-11-30T10:30Z")});
    EXPECT_TRUE(opened) << opened.error().message;
    host.emplace(std::move(*opened));
    ask(R"({"open_account": {"billing_country": "FR"}})");
    card("ok");
    ask(R"({"subscribe": {"plan": ")" + shop.plans.front() + R"(", "cycle": "monthly"}})");
  }

  std::optional<Refusal> ask(const std::string& command) {
    auto done = host->submit_json(tenant, account, owner, "k" + std::to_string(++keys), command);
    EXPECT_TRUE(done) << command << ": " << done.error().message;
    return done ? done->refusal : std::nullopt;
  }
  void card(const std::string& token) {
    ask(R"({"add_payment_method": {"method": "card", "slot": "primary", "details": {"token": ")" + token +
        R"(", "brand": "visa", "last4": "4242"}}})");
  }
  json::object view() const { return json::parse(*host->account(tenant, account, Audience::staff)).as_object(); }
  std::int64_t upto(std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); }
  const std::string& one_of(const std::vector<std::string>& all) {
    return all[static_cast<std::size_t>(upto(static_cast<std::int64_t>(all.size())))];
  }

  /// Any of plan, cycle, licences and add-ons, together.
  std::string any_change() {
    std::string fields;
    const auto say = [&](const std::string& field) { fields += (fields.empty() ? "" : ", ") + field; };
    if (upto(2) == 0) say(R"("plan": ")" + one_of(shop.plans) + '"');
    if (upto(4) == 0) say(R"("cycle": ")" + one_of(shop.cycles) + '"');
    if (shop.by_licence && upto(2) == 0) say(R"("licences": )" + std::to_string(1 + upto(9)));
    if (!shop.add_ons.empty() && upto(2) == 0)
      say(R"("add_ons": {")" + one_of(shop.add_ons) + R"(": )" + std::to_string(upto(4)) + "}");
    if (fields.empty()) say(R"("plan": ")" + one_of(shop.plans) + '"');
    return R"({"change_plan": {)" + fields + "}}";
  }

  /// All orders, newest first.
  json::array all_orders() const {
    const auto page =
        Reads(*host).list(tenant, account, AccountList::orders, {.after = {}, .most = 1'000}, Audience::staff);
    return json::parse(*page).at("data").as_array();
  }
  /// What was paid for all of them, as their invoices have it.
  Money paid() const {
    Money sum;
    for (const json::value& order : all_orders())
      if (order.at("state").as_string() == "paid") sum += *Money::parse(std::string(order.at("total").as_string()));
    return sum;
  }
  std::size_t orders() const { return all_orders().size(); }

  Shop shop;
  std::mt19937_64 random;
  std::optional<Host> host;
  const TenantId tenant = TenantId::trusted(shop.tenant);
  const AccountId account = AccountId::trusted("acme");
  const Actor owner{"owner", ""};
  int keys = 0;
};

TEST_P(Checkouts, AreWhatTheirQuotesSay) {
  int changes = 0, refusals = 0, charges = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Customer customer(GetParam(), seed);
    Instant now = *Instant::parse("2027-11-30T10:30Z");
    for (int step = 0; step < 25; ++step) {
      now = now + hours(1 + customer.upto(24 * 12));
      customer.host->run_until(now);
      const std::string change = customer.any_change();
      const auto quoted = customer.host->quote_json(customer.tenant, customer.account, customer.owner, change);
      ASSERT_TRUE(quoted) << change << ": " << quoted.error().message;
      const json::object quote = json::parse(*quoted).as_object();
      const json::value before = customer.view().at("subscription");
      const Money paid = customer.paid();
      const std::size_t orders = customer.orders();
      const std::string about = "seed " + std::to_string(seed) + ", " + now.text() + ": " + change + "\n" + *quoted;

      const bool fails = customer.upto(5) == 0;
      if (fails) customer.card("declined");
      const auto refusal = customer.ask(change);
      ASSERT_EQ(refusal.has_value(), !quote.at("refused").is_null()) << about;
      customer.host->run_until(now);
      if (fails) customer.card("ok");
      if (refusal) {
        ++refusals;
        ASSERT_EQ(quote.at("refused").at("code").as_string(), refusal->code) << about;
        ASSERT_EQ(customer.view().at("subscription"), before) << about;
        continue;
      }
      ++changes;
      const std::string total(quote.at("today").at("total").as_string());
      const bool costs = !Money::parse(total)->is_zero();
      ASSERT_LE(customer.orders(), orders + 1) << about;
      if (fails && costs) {
        ASSERT_EQ(customer.paid(), paid) << about;
        ASSERT_EQ(customer.view().at("subscription"), before) << about;
        continue;
      }
      if (costs) ++charges;
      ASSERT_EQ((customer.paid() - paid).text(), costs ? total : (paid - paid).text()) << about;
      ASSERT_EQ(customer.view().at("subscription"), quote.at("subscription")) << about;
      const json::object after = customer.view();
      ASSERT_EQ(after.at("next").at("total"), quote.at("next").at("total")) << about;
    }
  }
  EXPECT_GT(changes, 30);
  EXPECT_GT(charges, 10);
  EXPECT_GT(refusals, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Of, Checkouts,
    testing::Values(Shop{"kaspr",
                         {"starter", "business", "organisation"},
                         {"monthly", "annual"},
                         {"phone_100", "email_100", "export_200", "phone_500_once"},
                         true},
                    Shop{"salesmsg", {"basic", "standard"}, {"monthly", "annual"}, {}},
                    Shop{"callloop", {"lite", "starter", "growth", "pro"}, {"monthly", "annual"}, {}}),
    [](const auto& shop) { return std::string(shop.param.tenant); });

}  // namespace
}  // namespace florin

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "../sanitized.hpp"
#include "florin/ops.hpp"
#include "served.hpp"

/// One plugin that crashes, as those see it who run the host: what the journal, the alarms and /metrics say from its
/// first fault to its quarantine and its release, and that nobody else notices. docs/operator.md
namespace florin {
namespace {

namespace fs = std::filesystem;

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  text.replace(text.find(what), what.size(), with);
  return text;
}

class Crash : public testing::Test {
 protected:
  void SetUp() override {
    if (test::sanitized) GTEST_SKIP() << test::no_isolation;
    std::string name = (fs::temp_directory_path() / "florin-crash-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(folder_ / "plugins");
    for (const char* shipped : {"sandbox", "card", "standard"})
      fs::copy_file(fs::path(FLORIN_SHIPPED) / (std::string(shipped) + ".so"),
                    folder_ / "plugins" / (std::string(shipped) + ".so"));
    fs::copy_file(FLORIN_STUMBLES, folder_ / "plugins/stumbles.so");
    fs::create_directories(folder_ / "tenants");
    const std::string tenant = shop();
    write("tenants/shop.yaml", tenant);
    write("tenants/inn.yaml", replaced(tenant, "tenant: shop", "tenant: inn"));
    write("florin.yaml", "plugins: {folder: plugins}\ntenants: tenants\ndata: data\npayments: sandbox\n");
  }
  /// False: this machine contains no plugins, so there is nothing to try.
  bool open(HostOptions options) {
    options.config = (folder_ / "florin.yaml").string();
    auto host = Host::open(options);
    EXPECT_TRUE(host) << host.error().message;
    if (!host) return false;
    host_ = std::make_unique<Host>(*std::move(host));
    return std::ranges::none_of(host_->problems(), [](const Error& problem) {
      return problem.message.find("cannot be isolated") != std::string::npos;
    });
  }
  void TearDown() override {
    host_.reset();
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  /// The tenant of the policies' template, with the plan that the plugin does not know.
  static std::string shop() {
    std::ifstream in(FLORIN_SOURCE "/sdk/templates/policy-cpp/tenants/shop.yaml");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text = replaced(std::move(text), "plugin: my_plugin\n  priority: 1", "plugin: stumbles");
    return replaced(std::move(text), "\ncredit_policy:",
                    "  pro:\n    rank: 20\n    cycles:\n      monthly: {price: 99.00 USD, gives: 5000 message}\n"
                    "  slow:\n    rank: 30\n    cycles:\n      monthly: {price: 199.00 USD, gives: 9000 message}\n"
                    "\ncredit_policy:");
  }
  void write(const std::string& file, const std::string& text) const { std::ofstream(folder_ / file) << text; }

  void submit(const std::string& tenant, const std::string& account, const std::string& command,
              const std::string& role = "owner") {
    const auto done = host_->submit_json(*TenantId::parse(tenant), *AccountId::parse(account), {role, ""},
                                         "key-" + std::to_string(++keys_), command);
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_FALSE(done->refusal) << done->refusal->text;
  }
  void subscribes(const std::string& tenant, const std::string& account, const std::string& plan) {
    submit(tenant, account, R"({"open_account": {"billing_country": "US"}})");
    submit(tenant, account,
           R"({"add_payment_method": {"method": "card", "slot": "primary",
               "details": {"token": "ok", "brand": "visa", "last4": "4242"}}})");
    submit(tenant, account, R"({"subscribe": {"plan": ")" + plan + R"(", "cycle": "monthly"}})");
  }
  std::int64_t credits(const std::string& tenant, const std::string& account) const {
    const auto json = host_->account(*TenantId::parse(tenant), *AccountId::parse(account), Audience::staff);
    EXPECT_TRUE(json) << json.error().message;
    const auto shown = boost::json::parse(*json);
    for (const auto& one : shown.at("credits").as_array())
      if (one.at("type").as_string() == "message") return std::stoll(std::string(one.at("available").as_string()));
    return 0;
  }
  void at(const char* time) { host_->run_until(*Instant::parse(std::string("2026-03-10T") + time + "Z")); }

  /// The lines of /metrics about the shop's plugin, without its name: `faults_total 5`.
  std::string metrics() {
    server::ServerOptions options{.listen = {"127.0.0.1:0"}};
    options.settings.metrics = "127.0.0.1:0";
    const auto server = server::Server::start(*host_, options);
    EXPECT_TRUE(server) << server.error().message;
    RawClient client((*server)->metrics_port());
    client.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
    std::istringstream body(client.receive().body);
    std::string kept;
    for (std::string line; std::getline(body, line);)
      if (line.starts_with("florin_plugin_") && line.find(R"(plugin="stumbles",tenant="shop")") != std::string::npos &&
          line.find("calls_total") == std::string::npos)
        kept += line.substr(14, line.find('{') - 14) + line.substr(line.rfind(' ')) + ", ";
    return kept;
  }

  const Instant begin_ = *Instant::parse("2026-03-10T09:00Z");
  fs::path folder_;
  std::unique_ptr<Host> host_;
  int keys_ = 0;
};

TEST_F(Crash, OfAPluginFromItsFirstFaultToItsRelease) {
  if (!open({.virtual_from = begin_})) GTEST_SKIP() << "this machine contains no plugins";
  testing::internal::CaptureStderr();
  subscribes("shop", "ann", "growth");
  EXPECT_EQ(metrics(), "starts_total 1, faults_total 0, quarantines_total 0, quarantined 0, ");
  subscribes("shop", "bob", "pro");  // 09:00, and its deliveries are tried again at 09:01 and 09:06
  at("09:02");
  subscribes("shop", "cid", "pro");  // 09:02, 09:03
  at("09:04");
  EXPECT_EQ(metrics(), "starts_total 4, faults_total 4, quarantines_total 0, quarantined 0, ");
  subscribes("shop", "dan", "growth");  // a process of its own starts again for who comes next
  at("09:06");                          // the fifth
  EXPECT_EQ(metrics(), "starts_total 5, faults_total 5, quarantines_total 1, quarantined 1, ");
  at("09:10");
  subscribes("shop", "eve", "growth");  // paid; its credits wait
  subscribes("inn", "eve", "growth");   // the same plugin of another tenant has not noticed
  EXPECT_EQ(metrics(), "starts_total 5, faults_total 5, quarantines_total 1, quarantined 1, ");
  at("09:16");  // ten minutes later eve's delivery is due: the one question that decides
  EXPECT_EQ(metrics(), "starts_total 6, faults_total 5, quarantines_total 1, quarantined 0, ");
  const std::string who = "plugin 'stumbles' 1.2.0 of tenant 'shop': ", how = "was ended by SIGABRT in decide";
  std::string expected;
  for (int fault = 1; fault <= 5; ++fault)
    expected +=
        "florin: alarm: plugin_fault: " + who + how + "; fault " + std::to_string(fault) + " of 5 in 10 minutes\n";
  expected +=
      "florin: alarm: plugin_quarantined: " + who + "it is not asked for 10 minutes; the last fault: " + how +
      "\nflorin: alarm: plugin_released: plugin 'stumbles' 1.2.0 of tenant 'shop' answers again and is no longer "
      "quarantined\n";
  EXPECT_EQ(testing::internal::GetCapturedStderr(), expected);

  EXPECT_EQ(credits("shop", "ann"), 1000);
  EXPECT_EQ(credits("shop", "bob"), 0) << "paid, and waits for an author";
  EXPECT_EQ(credits("shop", "dan"), 1000);
  EXPECT_EQ(credits("shop", "eve"), 1000);
  EXPECT_EQ(credits("inn", "eve"), 1000);

  host_.reset();
  std::ostringstream journal;
  ASSERT_TRUE(write_journal((folder_ / "data").string(), {.tenant = *TenantId::parse("shop")}, journal));
  std::istringstream lines(journal.str());
  std::string told;
  for (std::string line; std::getline(lines, line);)
    if (line.find("elivery") != std::string::npos) told += line + "\n";
  const auto failed = [](const std::string& why, const char* again) {
    return "    delivery_failed: order 1, plugin stumbles, code plugin_failed, text plugin 'stumbles' " + why +
           ", try_at 2026-03-10T" + again + "Z\n";
  };
  const std::string rests = "is quarantined after 5 faults and is not asked; the last: it " + how;
  EXPECT_EQ(told, failed(how, "09:01") + failed(how, "09:06") + failed(how, "09:03") + failed(how, "09:08") +
                      failed(how, "09:36") + failed(rests, "09:38") + failed(rests, "09:11") + failed(rests, "09:16") +
                      "    delivery_ended: order 1, because delivered\n");
  const auto whole = verify((folder_ / "data").string());
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_TRUE(whole->holds()) << as_text(*whole);
}

/// Wrong: a debit waits until the other tenant's plugin is given up, 800 ms.
TEST_F(Crash, APluginThatNeverAnswersHoldsUpNoDebitOfAnotherTenant) {
  testing::internal::CaptureStderr();
  write("florin.yaml",
        "plugins: {folder: plugins, limit: 1 seconds}\ntenants: tenants\ndata: data\npayments: sandbox\n");
  if (!open({.data = "memory"})) GTEST_SKIP() << "this machine contains no plugins";
  subscribes("inn", "ann", "growth");
  submit("inn", "ann", R"({"adjust_credits": {"amount": "1000000000 message", "reason": "test"}})", "staff");
  subscribes("shop", "bob", "slow");
  const auto faults = [&] {
    std::uint64_t all = 0;
    for (const Host::PluginRunner& one : host_->plugin_runners()) all += one.faults;
    return all;
  };
  const auto began = std::chrono::steady_clock::now();
  std::chrono::duration<double> longest{0};
  for (int debit = 0; faults() == 0 && std::chrono::steady_clock::now() - began < std::chrono::seconds(20); ++debit) {
    const auto before = std::chrono::steady_clock::now();
    const auto done = host_->submit_json(*TenantId::parse("inn"), *AccountId::parse("ann"), {"service", ""},
                                         "debit-" + std::to_string(debit),
                                         R"({"use": {"meter": "sms", "quantity": "100 characters"}})");
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_FALSE(done->refusal) << done->refusal->text;
    longest = std::max<std::chrono::duration<double>>(longest, std::chrono::steady_clock::now() - before);
  }
  EXPECT_EQ(faults(), 1U);
  EXPECT_LT(longest.count(), 0.4);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("took too long to answer decide and was ended"),
            std::string::npos);
}

}  // namespace
}  // namespace florin

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "keys.hpp"
#include "metrics.hpp"
#include "served.hpp"

/// What an operator watches.
namespace florin {
namespace {

class Operations : public Served {
 protected:
  HttpAnswer scrape() {
    RawClient client(server_->metrics_port());
    client.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
    return client.receive();
  }
};

TEST_F(Operations, MetricsAreOnAnAddressOfTheirOwn) {
  EXPECT_EQ(ask("", "/metrics").status, 404) << "not where customers come";
  server::ServerOptions options;
  options.settings.metrics = "127.0.0.1:0";
  serve(options);
  EXPECT_EQ(command("accounts/zoe/open_account", "o", R"({"billing_country": "US"})").status, 200);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/nobody").status, 404);
  const auto metrics = scrape();
  ASSERT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.body.find("florin_accounts{tenant=\"callloop\"} 1\n"), std::string::npos) << metrics.body;
  EXPECT_NE(metrics.body.find("florin_http_requests_total{route=\"accounts/{account}\",status=\"4xx\"} 1\n"),
            std::string::npos)
      << metrics.body;
  EXPECT_NE(metrics.body.find(
                "florin_http_request_duration_seconds_bucket{route=\"accounts/{account}/{command}\",le=\"+Inf\"} 1\n"),
            std::string::npos);
  EXPECT_EQ(metrics.body.find("zoe"), std::string::npos) << "no account is a label";
}

// Every name in alerts and docs is one that there is.
TEST(MetricNames, OfAlertsAndDocsAreThere) {
  std::set<std::string> names;
  for (const auto& metric : server::metric_names) names.emplace(metric.name);
  std::size_t seen = 0;
  for (const char* file : {"/debian/florin.rules.yml", "/debian/florin.dashboard.json", "/docs/runbook.md"}) {
    std::ifstream in(std::string(FLORIN_SOURCE) + file);
    ASSERT_TRUE(in) << file;
    std::stringstream text;
    text << in.rdbuf();
    const std::string all = text.str();
    static const std::regex name("florin_[a-z_]+");
    for (std::sregex_iterator found(all.begin(), all.end(), name), end; found != end; ++found) {
      std::string word = found->str();
      for (const char* part : {"_bucket", "_sum", "_count"})
        if (word.ends_with(part)) word.resize(word.size() - std::string(part).size());
      if (word.starts_with("florin_backup_p")) continue;  // a key's beginning
      EXPECT_TRUE(names.contains(word)) << file << ": " << word;
      ++seen;
    }
  }
  EXPECT_GT(seen, 8U);
}

TEST_F(Operations, AReloadWithAnErrorChangesNothing) {
  server::ServerOptions options;
  bool broken = true;
  std::vector<std::string> listen;
  std::ostringstream log;
  options.log = &log;
  options.reload = [&]() -> Result<ServiceSettings> {
    if (broken) return Error{.code = "unknown_key", .message = "florin.yaml:3: serv"};
    ServiceSettings fresh;
    fresh.return_to = {"https://app.example"};
    fresh.listen = listen;
    return fresh;
  };
  serve(options);
  EXPECT_EQ(command("accounts/zoe/open_account", "o", R"({"billing_country": "US"})").status, 200);
  const auto status = [&] {
    return ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"return_url": "https://app.example/"})")
        .status;
  };
  server_->reload();
  EXPECT_EQ(status(), 400);
  EXPECT_NE(log.str().find("reload_failed"), std::string::npos) << log.str();
  broken = false;
  server_->reload();
  EXPECT_EQ(status(), 201);
  EXPECT_EQ(log.str().find("needs_restart"), std::string::npos) << log.str();
  listen = {"127.0.0.1:8099"};
  server_->reload();
  EXPECT_NE(log.str().find(R"("needs_restart":["listen"])"), std::string::npos) << log.str();
  server_.reset();
}

TEST_F(Operations, ReturnLeadsToTheTenantsPageWithoutACookie) {
  const auto back = ask("", "/return/callloop", "razorpay_payment_id=1");
  EXPECT_EQ(back.status, 303) << back.body;
  EXPECT_TRUE(back.header("Location").ends_with("/portal/callloop/return")) << back.head;
  EXPECT_EQ(back.header("Set-Cookie"), "");
  // The order that it names is handed on; what the provider adds comes behind `#`, where no log has it.
  const auto named = ask("", "/return/callloop?order=7&token=EC-1");
  EXPECT_TRUE(named.header("Location").ends_with("/portal/callloop/return?order=7#token=EC-1")) << named.head;
  const auto odd = ask("", "/return/callloop?order=7%0d%0aSet-Cookie:x");
  EXPECT_TRUE(odd.header("Location").ends_with("/portal/callloop/return")) << odd.head;
}

TEST_F(Operations, ALogLineIsAnObjectAndNamesNobody) {
  std::ostringstream log;
  server::ServerOptions options;
  options.log = &log;
  serve(options);
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts/zoe/open_account",
                R"({"billing_country": "US", "personal_data": {"name": "Zoe Ltd"}})",
                {"Idempotency-Key: o", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
                .status,
            200);
  EXPECT_EQ(ask("", "/healthz").status, 200);
  server_.reset();
  const std::string line = log.str().substr(0, log.str().find('\n'));
  const auto read = boost::json::parse(line);
  EXPECT_EQ(read.at("trace").as_string(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(read.at("command").as_string(), "open_account");
  EXPECT_EQ(log.str().find("Zoe Ltd"), std::string::npos);
  EXPECT_EQ(log.str().find(backend_), std::string::npos);
  EXPECT_EQ(log.str().find("healthz"), std::string::npos);
}

}  // namespace
}  // namespace florin

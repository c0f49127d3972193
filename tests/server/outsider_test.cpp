#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "api.hpp"
#include "florin/check.hpp"
#include "florin/ops.hpp"
#include "florin/service.hpp"
#include "keys.hpp"
#include "listen.hpp"
#include "problem.hpp"
#include "served.hpp"
#include "trace.hpp"

/// What somebody stumbles over who reads the reference and tries each of its sentences.
namespace florin {
namespace {

class Outsider : public Served {
 protected:
  std::string code(const HttpAnswer& answer) {
    const auto said = answer.json();
    const auto* found = said.is_object() ? said.as_object().if_contains("code") : nullptr;
    return found != nullptr ? std::string(found->as_string()) : std::string();
  }
  HttpAnswer get(const std::string& path) { return ask(backend_, "/v1/callloop/" + path); }
};

TEST_F(Outsider, AWordThatNobodyKnowsSelectsNothingSilently) {
  subscribe_zoe();
  EXPECT_EQ(get("accounts?state=paied").status, 400);
  EXPECT_EQ(get("accounts?state=paid").status, 200);
  // What the console's list offers is taken, each of which an account can be beside where it stands.
  for (const char* state : {"past_due", "cancelled", "paused", "blocked", "frozen", "deleted"})
    EXPECT_EQ(get("accounts?state=" + std::string(state)).status, 200) << state;
  EXPECT_EQ(get("accounts/zoe/usage?from=2026-03-02&to=2026-03-01").status, 400);
  EXPECT_EQ(get("accounts/zoe/usage?from=2026-03-01&to=2026-03-01").status, 200);
  const auto mistyped = get("events?types=order.payed,credits.*");
  EXPECT_EQ(mistyped.status, 400);
  EXPECT_NE(mistyped.body.find("did you mean 'order.paid'?"), std::string::npos) << mistyped.body;
  EXPECT_EQ(get("events?types=credit.*").status, 400);
  for (const char* types :
       {"order.paid", "credits.*", "*", "preview.*", "preview.attempt_started", "order.paid+refund.paid"})
    EXPECT_EQ(get("events?types=" + std::string(types)).status, 200) << types;
}

TEST_F(Outsider, WhatCannotBeReadIs400AndSaysWhere) {
  subscribe_zoe();
  const auto fine = command("accounts/zoe/buy_credits", "f", R"({"amount": "500 message", "agreed": "0.245 USD"})");
  EXPECT_EQ(fine.status, 400) << "nothing was decided: " << fine.body;
  EXPECT_EQ(code(fine), "too_fine");
  EXPECT_EQ(fine.json().at("status").as_int64(), 400);
  const auto cut = command("accounts/zoe/buy_credits", "j", "{\n \"amount\": \"500 message\",\n}");
  EXPECT_NE(cut.body.find("(line 3, column 1 of the body)"), std::string::npos) << cut.body;
  const auto line = ask(backend_, "/v1/callloop/usage", R"([{"account": "zoe", 7}])");
  EXPECT_NE(line.body.find("line 1: this is not JSON"), std::string::npos) << line.body;
  EXPECT_NE(line.body.find("(column 20 of it)"), std::string::npos) << line.body;
}

TEST_F(Outsider, APointerLeadsIntoTheBodyThatWasSent) {
  subscribe_zoe();
  const auto pointer = [&](const std::string& body) {
    const auto answer = command("accounts/zoe/add_payment_method", "p", body);
    EXPECT_EQ(answer.status, 400) << answer.body;
    return std::string(answer.json().at("errors").at(0).at("pointer").as_string());
  };
  EXPECT_EQ(
      pointer(R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "1"}})"),
      "/details/last4");
  EXPECT_EQ(pointer(R"({"method": "card", "slot": "primary", "details": {"token": "4242424242424242"}})"),
            "/details/token");
  EXPECT_EQ(
      pointer(R"({"method": "card", "slot": "primary", "token": "ok", "brand": "nope", "details": {"last4": "4242"}})"),
      "/brand");
}

// Why a host cannot read is for its log.
TEST(Faults, OfTheHostNameNoFileOutside) {
  for (const auto& [code, status] : {std::pair("store_failed", 503), std::pair("store_full", 503),
                                     std::pair("damaged_row", 500), std::pair("tenant_stopped", 503)}) {
    const auto reply = server::reply_of(Error{.code = code, .message = "opening /var/lib/florin/views.db"}, {});
    EXPECT_EQ(reply.status, status) << code;
    EXPECT_EQ(reply.body.find("/var/lib"), std::string::npos) << reply.body;
    EXPECT_NE(reply.cause.find("/var/lib"), std::string::npos) << code;
  }
}

TEST_F(Outsider, AProblemHasTheStatusOfItsAnswer) {
  for (const char* processor : {"nosuch", "NOSUCH", "sandbox"}) {
    const auto answer = ask("", "/v1/callloop/processors/" + std::string(processor) + "/webhook", "{}");
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.json().at("status").as_int64(), answer.status) << answer.body;
  }
}

TEST_F(Outsider, NobodysSessionsAreNotEnded) {
  EXPECT_EQ(code(ask(backend_, "/v1/callloop/accounts/nobody/end_sessions", "{}")), "no_such_account");
  const std::string operating = issue("callloop", {"operate"});
  EXPECT_EQ(code(ask(operating, "/v1/callloop/accounts/nobody/release", R"({"reason": "mended"})")), "no_such_account");
}

TEST_F(Outsider, WhoIsGivenANewTokenAtOnceIsIn) {
  subscribe_zoe();
  const auto token = [&] {
    const auto made = ask(backend_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"kind": "token"})");
    return std::string(made.json().at("token").as_string());
  };
  const auto end = [&] { return ask(backend_, "/v1/callloop/accounts/zoe/end_sessions", "{}").status; };
  std::vector<std::string> tokens{token()};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask(tokens.back(), "/v1/callloop/accounts/zoe").status, 200) << "ended and given out within a second";
    EXPECT_EQ(end(), 200);
    for (const std::string& one : tokens) EXPECT_EQ(ask(one, "/v1/callloop/accounts/zoe").status, 401);
    tokens.push_back(token());
  }
}

TEST_F(Outsider, ACopyIsAlsoGivenOfWhoIsNotNamed) {
  subscribe_zoe();
  const std::string key = issue("callloop", {"read", "personal_data"});
  EXPECT_EQ(ask(key, "/v1/callloop/accounts/zoe/personal_data").body, R"({"personal_data":{}})");
  const auto copy = ask(key, "/v1/callloop/accounts/zoe/export");
  EXPECT_EQ(copy.status, 200) << copy.body;
  EXPECT_NE(copy.body.find("{\"order\":"), std::string::npos);
  EXPECT_EQ(code(ask(key, "/v1/callloop/accounts/nobody/export")), "no_such_account");
}

TEST_F(Outsider, NoKeyActsForAnother) {
  subscribe_zoe();
  const auto as = [&](const std::string& actor) {
    return command("accounts/zoe/set_auto_recharge", "a" + actor, R"({})", {"Florin-Actor: " + actor});
  };
  EXPECT_EQ(code(as("service:k99")), "bad_actor");
  EXPECT_NE(code(as("service")), "bad_actor") << "it names nobody";
  EXPECT_NE(code(as("service:k1")), "bad_actor") << "that is the key itself";
  EXPECT_NE(code(as("owner:ann")), "bad_actor");
  const auto line = [&](const std::string& actor) {
    const std::string use = R"("use": {"meter": "sms", "quantity": "1 characters"})";
    return ask(backend_, "/v1/callloop/usage",
               R"([{"account": "zoe", "key": ")" + actor + R"(", "actor": ")" + actor + "\", " + use + "}]")
        .status;
  };
  EXPECT_EQ(line("service:k99"), 403);
  EXPECT_EQ(line("service:k1"), 200);
}

TEST_F(Outsider, OnlyAWaitIsSaidToBeWaited) {
  subscribe_zoe();
  int tries = 0;
  const auto applied = [&](const std::string& prefer) {
    return command("accounts/zoe/buy_credits", "b" + std::to_string(++tries), R"({"amount": "500 message"})",
                   {"Prefer: " + prefer})
        .header("Preference-Applied");
  };
  for (const char* prefer : {"wait=20", "respond-async, wait=5", "WAIT=1; x=y", "wait=99999999999999999999"})
    EXPECT_EQ(applied(prefer), "wait") << prefer;
  for (const char* prefer : {"return=minimal", "nowait=5", "wait", "wait=", "wait=x", "wait=-1", "wait=0"})
    EXPECT_EQ(applied(prefer), "") << prefer;
}

TEST_F(Outsider, AListIsCountedWhereThatIsAskedFor) {
  subscribe_zoe();
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(command("accounts/zoe/buy_credits", "b" + std::to_string(i), R"({"amount": "500 message"})",
                      {"Prefer: wait=20"})
                  .status,
              200);
  EXPECT_EQ(command("accounts/acme/open_account", "acme", R"({"billing_country": "US"})").status, 200);
  const std::pair<const char*, std::int64_t> lists[] = {{"accounts?", 2},
                                                        {"accounts?state=paid&", 1},
                                                        {"accounts?after=acme&", 2},
                                                        {"accounts/zoe/orders?", 3},
                                                        {"accounts/zoe/documents?", 3},
                                                        {"accounts/zoe/grants?", 3},
                                                        {"accounts/zoe/refunds?", 0},
                                                        {"accounts/zoe/history?", 8}};
  for (const auto& [path, count] : lists) {
    const auto counted = get(path + std::string("limit=1&count=true"));
    ASSERT_EQ(counted.status, 200) << path << counted.body;
    EXPECT_EQ(counted.json().at("count").as_int64(), count) << path << counted.body;
    EXPECT_FALSE(get(path + std::string("limit=1")).json().as_object().contains("count")) << path;
    EXPECT_EQ(get(path + std::string("count=yes")).status, 400) << path;
  }
  EXPECT_NE(get("accounts/zoe/orders?limit=1&count=true").header("Link").find("count=true"), std::string::npos);
}

TEST_F(Outsider, AMalformedTraceIsDroppedAndTheRequestAnswered) {
  std::ostringstream log;
  server::ServerOptions options;
  options.log = &log;
  serve(options);
  const std::string fit = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_TRUE(server::is_traceparent(fit));
  EXPECT_TRUE(server::is_traceparent("01" + fit.substr(2) + "-more"));
  const std::string unfit[] = {"",
                               "x",
                               fit + "x",
                               "ff" + fit.substr(2),
                               "00-" + std::string(32, '0') + fit.substr(35),
                               fit.substr(0, 36) + std::string(16, '0') + "-01",
                               "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                               "00-0af7651916cd43dd8448eb211c80319cb-7ad6b7169203331-01",
                               fit + "-more"};
  for (const std::string& one : unfit) {
    EXPECT_FALSE(server::is_traceparent(one)) << one;
    EXPECT_EQ(ask(backend_, "/v1/callloop/accounts", {}, {"traceparent: " + one}).status, 200) << one;
  }
  EXPECT_EQ(ask(backend_, "/v1/callloop/accounts", {}, {"traceparent: " + fit, "traceparent: " + fit}).status, 200);
  server_.reset();
  EXPECT_EQ(log.str().find("\"trace\""), std::string::npos) << log.str();
}

// `unix:` takes the place of a socket that nobody listens on, and of nothing else.
TEST_F(Outsider, AFileIsNotTakenForASocketThatWasLeft) {
  const auto path = std::filesystem::temp_directory_path() / ("florin-no-socket-" + std::to_string(::getpid()));
  std::ofstream(path) << "somebody's";
  for (const std::string& listen : {"unix:" + path.string(), std::string("unix:")}) {
    const auto started = server::Server::start(*host_, {.listen = {listen}});
    EXPECT_EQ(started ? "" : started.error().code, "bad_address") << listen;
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove(path);
}

TEST_F(Outsider, ListeningTakesAnAddressAsItIsWritten) {
  std::ostringstream out;
  const auto listen = [&](const std::string& forward_to) {
    const auto done = server::listen({.api = "http://127.0.0.1:" + std::to_string(port()) + "/v1/callloop/",
                                      .key = backend_,
                                      .forward_to = forward_to,
                                      .types = "order.*, credits.*",
                                      .secret = {},
                                      .after = {}},
                                     out, [] { return true; });
    return done ? std::string() : done.error().code + ": " + done.error().message;
  };
  EXPECT_EQ(listen({}), "");
  EXPECT_EQ(listen("localhost:4242").substr(0, 11), "bad_address");
}

// Who makes a client of it knows what each address takes.
TEST(Reference, SaysWhatEachAddressTakes) {
  const auto whole = boost::json::parse(server::openapi());
  const auto& paths = whole.at("paths").as_object();
  for (const server::Api::Route& route : server::Api::routes()) {
    const bool json = route.body == server::Api::Body::json || route.body == server::Api::Body::usage;
    if (!json || route.pattern.ends_with("{command}")) continue;
    const auto& content =
        paths.at("/v1/{tenant}/" + std::string(route.pattern)).at("post").at("requestBody").at("content");
    EXPECT_FALSE(content.at("application/json").at("schema").as_object().empty()) << route.pattern;
  }
}

TEST_F(Outsider, TenantsAreNamedOnThePrivateListenerAlone) {
  EXPECT_EQ(ask("", "/readyz").body, R"({"state":"ready"})");
  server::ServerOptions options;
  options.settings.metrics = "127.0.0.1:0";
  serve(options);
  RawClient client(server_->metrics_port());
  client.send("GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json().at("tenants").at("callloop").at("state").as_string(), "up") << answer.body;
}

/// What the block `serve` of a florin.yaml says, and what is wrong with it.
class ServiceFile : public testing::Test {
 protected:
  ~ServiceFile() override { std::filesystem::remove(file_); }
  std::string write(const std::string& serve) {
    std::ofstream(file_) << "plugins: {folder: " FLORIN_SHIPPED "}\ntenants: [" FLORIN_CONFIG
                            "/tenants/callloop.yaml]\ndata: data\npayments: sandbox\nserve: "
                         << serve << "\n";
    return file_.string();
  }
  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("florin-serve-" + std::to_string(::getpid()) + ".yaml");
};

TEST_F(ServiceFile, NamesEventsTenantsAndSecretsThatThereAre) {
  const auto endpoint = [](const std::string& tenant, const std::string& events) {
    return "{webhooks: {crm: {tenant: " + tenant + ", url: https://crm.example/, events: [" + events +
           "], secret: env:CRM}}}";
  };
  EXPECT_TRUE(read_service_settings(write(endpoint("callloop", "order.*, credits.granted"))));
  const auto mistyped = read_service_settings(write(endpoint("callloop", "order.payed")));
  ASSERT_FALSE(mistyped);
  EXPECT_NE(mistyped.error().message.find("did you mean 'order.paid'?"), std::string::npos) << mistyped.error().message;
  const std::string file = write(endpoint("calloop", "order.*"));
  const auto check = check_config({file}, file);
  ASSERT_EQ(check.errors.size(), 1U);
  EXPECT_EQ(check.errors.front().at.path, "serve.webhooks.crm.tenant");
  EXPECT_NE(check.errors.front().message.find("did you mean 'callloop'?"), std::string::npos);
  const auto secrets = read_service_settings(write("{session_secrets: file:/etc/florin/secrets/sessions}"));
  ASSERT_TRUE(secrets);
  EXPECT_EQ(secrets->session_secrets, std::vector<std::string>{"/etc/florin/secrets/sessions"});
}

// A mistyped country is no damage: of an account that never came to be there is no checkpoint.
TEST(Verifying, FindsNothingWrongWithARefusalToNobody) {
  const auto folder = std::filesystem::temp_directory_path() / ("florin-nobody-" + std::to_string(::getpid()));
  {
    auto host = Host::open({.config = FLORIN_CONFIG "/florin.yaml", .data = folder.string()});
    ASSERT_TRUE(host) << host.error().message;
    const auto refused = host->submit_json(*TenantId::parse("callloop"), *AccountId::parse("nobody"), {"service", "k1"},
                                           "open", R"({"open_account": {"billing_country": "XX"}})");
    ASSERT_TRUE(refused && refused->refusal);
    host->close();  // saves checkpoints up to there
  }
  const auto verified = verify(folder.string());
  ASSERT_TRUE(verified) << verified.error().message;
  for (const Violation& one : verified->violations) ADD_FAILURE() << one.rule << ": " << one.text;
  std::filesystem::remove_all(folder);
}

/// A host one of whose tenants cannot be read.
class Stopped : public testing::Test {
 protected:
  Stopped() {
    std::filesystem::create_directories(folder_);
    std::filesystem::copy(FLORIN_CONFIG "/policies", folder_ / "policies");
    std::ifstream shipped(FLORIN_CONFIG "/tenants/kaspr.yaml");
    std::stringstream text;
    text << shipped.rdbuf();
    std::string broken = text.str();
    const std::size_t at = broken.find("\ncurrency:");
    EXPECT_NE(at, std::string::npos);
    broken.replace(at, broken.find('\n', at + 1) - at, "\ncurrency: XXQ");
    std::ofstream(folder_ / "kaspr.yaml") << broken;
    std::ofstream(folder_ / "florin.yaml") << "plugins: {folder: " FLORIN_SHIPPED "}\ntenants: [" FLORIN_CONFIG
                                              "/tenants/callloop.yaml, kaspr.yaml]\ndata: data\npayments: sandbox\n";
    auto host = Host::open({.config = (folder_ / "florin.yaml").string(), .data = (folder_ / "data").string()});
    EXPECT_TRUE(host) << host.error().message;
    host_ = std::make_unique<Host>(*std::move(host));
    auto server = server::Server::start(
        *host_, {.listen = {"127.0.0.1:0"}, .admin_socket = {}, .settings = {.metrics = "127.0.0.1:0"}});
    EXPECT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }
  ~Stopped() override {
    server_.reset();
    host_.reset();
    std::filesystem::remove_all(folder_);
  }
  static HttpAnswer ask(std::uint16_t port, const std::string& line) {
    RawClient client(port);
    client.send(line + " HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
    return client.receive();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("florin-stopped-" + std::to_string(::getpid()));
  std::unique_ptr<Host> host_;
  std::unique_ptr<server::Server> server_;
};

TEST_F(Stopped, IsNotMissing) {
  const auto ready = ask(server_->metrics_port(), "GET /readyz");
  ASSERT_EQ(ready.status, 200) << "the other one is up: " << ready.body;
  ASSERT_TRUE(ready.json().at("tenants").as_object().contains("kaspr")) << ready.body;
  const auto its = ready.json().at("tenants").at("kaspr");
  EXPECT_EQ(its.at("state").as_string(), "stopped");
  EXPECT_NE(its.at("why").as_string().find("XXQ"), boost::json::string::npos) << ready.body;
  EXPECT_EQ(ask(server_->port(), "GET /readyz").body, R"({"state":"ready"})");
  const auto metrics = ask(server_->metrics_port(), "GET /metrics");
  EXPECT_NE(metrics.body.find("florin_tenant_up{tenant=\"kaspr\"} 0\n"), std::string::npos)
      << "the alert is about this";
  EXPECT_NE(metrics.body.find("florin_tenant_up{tenant=\"callloop\"} 1\n"), std::string::npos);
  const TenantId kaspr = *TenantId::parse("kaspr");
  const auto account = host_->version_of(kaspr, *AccountId::parse("zoe"));
  ASSERT_FALSE(account);
  EXPECT_EQ(account.error().code, "tenant_stopped") << "a backend would take no_such_tenant for good";
  const auto types = host_->credit_types(kaspr);
  EXPECT_EQ(types ? "" : types.error().code, "tenant_stopped");
  // A provider that is told 400 sends it no more.
  EXPECT_EQ(ask(server_->port(), "POST /v1/kaspr/processors/sandbox/webhook").status, 503);
  EXPECT_EQ(ask(server_->port(), "POST /v1/nobody/processors/sandbox/webhook").status, 400);
}

}  // namespace
}  // namespace florin

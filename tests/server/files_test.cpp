#include <fstream>
#include <iterator>

#include "keys.hpp"
#include "lists.hpp"
#include "served.hpp"

/// What operators send as files, and lists in the forms that programs and spreadsheets read.
namespace florin {
namespace {

std::string text_of(const std::string& file) {
  std::ifstream in(FLORIN_CONFIG "/" + file);
  return {std::istreambuf_iterator<char>(in), {}};
}

class OperatorFiles : public Served {
 protected:
  OperatorFiles() : staff_(issue("callloop", *server::preset_scopes("staff"))) {}
  /// A file as a body; its type is the header's.
  HttpAnswer send(const std::string& path, const std::string& body, const std::string& type = "application/yaml",
                  std::string key = {}) {
    RawClient client(port());
    if (key.empty()) key = staff_;
    client.send("POST /v1/" + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key +
                "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.receive();
  }
  std::string staff_;
};

TEST_F(OperatorFiles, ATenantsFileIsPlannedAppliedAndTakenBack) {
  subscribe_zoe();
  std::string file = text_of("tenants/callloop.yaml");
  const std::string price = "49.00 USD";
  const std::size_t at = file.find(price);
  ASSERT_NE(at, std::string::npos);
  file.replace(at, price.size(), "59.00 USD");

  const auto planned = send("callloop/catalog/plan", file);
  ASSERT_EQ(planned.status, 200) << planned.body;
  EXPECT_EQ(planned.json().at("next").as_int64(), 2);
  ASSERT_EQ(planned.json().at("changes").as_array().size(), 1U) << planned.body;
  const auto said = planned.json();
  const auto& change = said.at("changes").at(0);
  EXPECT_TRUE(std::string(change.at("at").as_string()).starts_with("callloop.yaml:")) << "no folder of the host's";
  ASSERT_EQ(planned.json().at("subscriptions").as_array().size(), 1U);
  EXPECT_EQ(ask(staff_, "/v1/callloop/catalog/versions").json().at("data").as_array().size(), 1U) << "nothing is done";

  EXPECT_EQ(send("callloop/catalog/apply?next=3", file).json().at("code").as_string(), "version_moved")
      << "another version than the plan showed";
  EXPECT_EQ(send("callloop/catalog/apply?next=two", file).status, 400);
  const auto applied = send("callloop/catalog/apply?next=2", file);
  ASSERT_EQ(applied.status, 200) << applied.body;
  EXPECT_EQ(applied.json().at("version").as_int64(), 2);
  EXPECT_EQ(send("callloop/catalog/apply", file).status, 422) << "it says the same";
  const auto back = ask(staff_, "/v1/callloop/catalog/apply_again", R"({"version": 1})");
  ASSERT_EQ(back.status, 200) << back.body;
  const auto versions = ask(staff_, "/v1/callloop/catalog/versions").json().at("data").as_array();
  ASSERT_EQ(versions.size(), 3U);
  EXPECT_EQ(versions[2].at("again").as_int64(), 1);
  EXPECT_TRUE(versions[2].at("in_force").as_bool());
}

TEST_F(OperatorFiles, AFileWithErrorsSaysEachWithItsLine) {
  std::string file = text_of("tenants/callloop.yaml");
  file.replace(file.find("currency: USD"), 13, "curency: USD");
  for (const char* path : {"callloop/catalog/plan", "callloop/catalog/apply"}) {
    const auto wrong = send(path, file);
    EXPECT_EQ(wrong.status, 400) << wrong.body;
    EXPECT_NE(wrong.body.find("callloop.yaml:"), std::string::npos) << wrong.body;
    EXPECT_EQ(wrong.body.find(FLORIN_CONFIG), std::string::npos) << "no folder of the host's: " << wrong.body;
  }
  std::string moved = text_of("tenants/callloop.yaml");
  moved.replace(moved.find("America/Denver"), 14, "Europe/Berlin");
  const auto cannot = send("callloop/catalog/plan", moved);
  EXPECT_EQ(cannot.json().at("code").as_string(), "cannot_change") << cannot.body;
  EXPECT_NE(cannot.body.find("callloop.yaml:9"), std::string::npos) << cannot.body;
  EXPECT_EQ(cannot.body.find(FLORIN_CONFIG), std::string::npos) << "no folder of the host's: " << cannot.body;
  const auto other = send("callloop/catalog/apply", text_of("tenants/kaspr.yaml"));
  EXPECT_EQ(other.status, 422) << other.body;
  EXPECT_EQ(other.json().at("code").as_string(), "other_tenant");
  for (const char* body : {"", "[", "\xff\xfe", "{}", "a: &a [*a]"}) {
    const int status = send("callloop/catalog/plan", body).status;
    EXPECT_TRUE(status == 400 || status == 422) << status << body;
  }
  EXPECT_EQ(ask(staff_, "/v1/callloop/catalog/apply_again", R"({"version": "01"})").status, 400);
  EXPECT_EQ(ask(staff_, "/v1/callloop/catalog/apply_again", R"({"version": 7})").status, 404);
}

TEST_F(OperatorFiles, AnImportIsTriedThenDoneOnce) {
  const std::string yaml =
      "accounts:\n  ann:\n    billing_country: US\n    opened_at: 2025-07-15T18:00Z\n"
      "    lots: [{source: purchase, remaining: 100 message, ends_at: 2026-08-01T00:00Z, paid: 5.00 USD}]\n";
  const auto tried = send("callloop/import?dry_run=true", yaml);
  ASSERT_EQ(tried.status, 200) << tried.body;
  EXPECT_TRUE(tried.json().at("dry_run").as_bool());
  EXPECT_EQ(ask(staff_, "/v1/callloop/accounts/ann").status, 404);
  ASSERT_EQ(send("callloop/import", yaml).status, 200);
  EXPECT_EQ(ask(staff_, "/v1/callloop/accounts/ann").status, 200);
  const auto again = send("callloop/import", yaml);
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_TRUE(again.json().at("accounts").at(0).at("there_already").as_bool());
  const auto lines = send("callloop/import",
                          R"({"account": "bob", "billing_country": "US", "opened_at": "2025-07-15T18:00Z"})"
                          "\n",
                          "application/x-ndjson");
  EXPECT_EQ(lines.status, 200) << lines.body;

  const auto wrong = send("callloop/import", "accounts:\n  cid:\n    biling_country: US\n  dan: {lots: 3}\n");
  EXPECT_EQ(wrong.status, 400) << wrong.body;
  EXPECT_GE(wrong.json().at("errors").as_array().size(), 2U) << wrong.body;
  EXPECT_NE(wrong.body.find("import.yaml:3"), std::string::npos) << wrong.body;
  EXPECT_EQ(send("callloop/import?dry_run=yes", yaml).status, 400);
  EXPECT_EQ(send("callloop/import?dryrun=true", yaml).status, 400) << "a mistyped parameter imports nothing";
  EXPECT_EQ(send("callloop/import", yaml, "application/yaml", backend_).status, 403);
}

TEST_F(OperatorFiles, AStatementAndAProcessorsBooksAreLoaded) {
  const std::string money = issue("exotel", {"money"});
  const auto no_bank = send("exotel/processors/sandbox/statement?dry_run=true", "x", "text/plain", money);
  EXPECT_EQ(no_bank.status, 422) << no_bank.body;
  const auto broken = send("exotel/processors/bank/statement", "<Document>", "application/xml", money);
  EXPECT_GE(broken.status, 400) << broken.body;
  EXPECT_LT(broken.status, 500) << broken.body;
  EXPECT_EQ(send("exotel/processors/nobody/statement", "x", "text/plain", money).status, 404);
  EXPECT_EQ(send("exotel/processors/bank/statement", "", "text/plain", money).status, 400);

  const auto books = ask(money, "/v1/exotel/processors/sandbox/reconcile", R"({"day": "2026-03-09"})");
  ASSERT_EQ(books.status, 200) << books.body;
  EXPECT_EQ(books.json().at("theirs").as_int64(), 0);
  EXPECT_EQ(ask(money, "/v1/exotel/processors/sandbox/reconcile", R"({"day": "yesterday"})").status, 400);
}

TEST_F(OperatorFiles, LotsAreExplainedToStaffAndAnAccountIsReleasedWithAReason) {
  subscribe_zoe();
  const auto lots = ask(staff_, "/v1/callloop/accounts/zoe/explain");
  ASSERT_EQ(lots.status, 200) << lots.body;
  EXPECT_EQ(lots.json().at("grants").as_array().size(), 1U);
  EXPECT_EQ(ask(staff_, "/v1/callloop/accounts/nobody/explain").status, 404);
  const auto token = ask(staff_, "/v1/callloop/accounts/zoe/portal_sessions", R"({"kind": "token"})");
  const std::string own(token.json().at("token").as_string());
  EXPECT_EQ(ask(own, "/v1/callloop/accounts/zoe/explain").status, 403);
  EXPECT_EQ(ask(staff_, "/v1/callloop/accounts/zoe/release", "{}").status, 400);
  const auto sound = ask(staff_, "/v1/callloop/accounts/zoe/release?dry_run=true", R"({"reason": "a try"})");
  EXPECT_EQ(sound.status, 422) << sound.body;
  EXPECT_EQ(sound.json().at("code").as_string(), "not_set_aside");
}

// Nobody whom no key names makes the host keep 64 MiB.
TEST_F(OperatorFiles, LargeBodiesAreForWhoHasAKey) {
  const auto length = [&](const std::string& path, const std::string& key, std::size_t size) {
    RawClient client(port());
    client.send("POST /v1/callloop/" + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key +
                "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " +
                std::to_string(size) + "\r\n\r\n");
    return client.first_status();
  };
  constexpr std::size_t mib = 1U << 20U;
  const std::string unknown = server::make_key(true);
  EXPECT_EQ(length("import", unknown, 2 * mib), 413);
  EXPECT_EQ(length("import", staff_, 60 * mib), 100);
  EXPECT_EQ(length("import", staff_, 65 * mib), 413);
  EXPECT_EQ(length("usage", unknown, 2 * mib), 413);
  EXPECT_EQ(length("usage", backend_, 7 * mib), 100);
  EXPECT_EQ(length("usage", backend_, 9 * mib), 413);
  EXPECT_EQ(length("accounts/zoe/cancel", backend_, 2 * mib), 413);
}

TEST_F(OperatorFiles, ListsNameTheirNextPageAndComeAsCsv) {
  for (const char* name : {"ann", "bob", "cid"})
    ASSERT_EQ(command("accounts/" + std::string(name) + "/open_account", name, R"({"billing_country": "US"})").status,
              200);
  const auto page = ask(staff_, "/v1/callloop/accounts?limit=2");
  const std::string link = page.header("Link");
  EXPECT_TRUE(link.starts_with("</v1/callloop/accounts?after=") && link.ends_with("&limit=2>; rel=\"next\"")) << link;
  const auto last = ask(staff_, link.substr(1, link.find('>') - 1));
  EXPECT_EQ(last.json().at("data").as_array().size(), 1U) << last.body;
  EXPECT_EQ(last.header("Link"), "");
  const auto csv = ask(staff_, "/v1/callloop/accounts", {}, {"Accept: text/csv"});
  EXPECT_EQ(csv.header("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_TRUE(csv.body.starts_with("account,")) << csv.body;
  EXPECT_EQ(std::count(csv.body.begin(), csv.body.end(), '\n'), 4) << csv.body;
}

// What an order says of its next step is no page.
TEST(Lists, OnlyThePageHasANextPage) {
  server::HttpRequest request;
  request.path = "/v1/callloop/accounts/zoe/orders";
  request.query = {{"limit", "1"}};
  const std::string order = R"({"data":[{"order":7,"lines":[],"next":"pay it"}],"next":)";
  EXPECT_FALSE(server::next_link(request, order + R"(null,"count":1})"));
  EXPECT_EQ(server::next_link(request, order + R"("7","count":2})"),
            "</v1/callloop/accounts/zoe/orders?after=7&limit=1>; rel=\"next\"");
}

TEST(Lists, ACellIsNoFormula) {
  const auto csv = server::csv_of(
      R"({"data": [{"a": "=1+1", "b": -3, "c": "say \"x\", y"}, {"b": null, "d": {"e": 1}}, {"a": "@x", "c": "two\nlines"}]})");
  EXPECT_EQ(csv.value_or(""),
            "a,b,c,d\r\n'=1+1,-3,\"say \"\"x\"\", y\",\r\n,,,\"{\"\"e\"\":1}\"\r\n'@x,,\"two\nlines\",\r\n");
  EXPECT_FALSE(server::csv_of(R"({"data": {}})"));
}

}  // namespace
}  // namespace florin

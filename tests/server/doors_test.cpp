#include <algorithm>
#include <map>
#include <set>

#include "api.hpp"
#include "florin/bodies.hpp"
#include "keys.hpp"
#include "scopes.hpp"
#include "served.hpp"

/// Every address and command at its door: who has no key, whose key is of somebody else, whose key is not for this.
namespace florin {
namespace {

const std::vector<std::string> all_scopes = *server::preset_scopes("staff");

/// An address to knock at, and the scope that opens it.
struct Door {
  std::string method, path, scope;
};

std::string filled(std::string pattern) {
  static const std::map<std::string, std::string> words = {
      {"{account}", "zoe"},      {"{order}", "1"},       {"{number}", "CL-1"}, {"{form}", "json"},
      {"{what}", "cancel"},      {"{month}", "2026-01"}, {"{key}", "k1"},      {"{endpoint}", "crm"},
      {"{processor}", "stripe"}, {"{member}", "ann"},    {"{message}", "m1"}};
  for (const auto& [name, word] : words)
    if (const std::size_t at = pattern.find(name); at != std::string::npos) pattern.replace(at, name.size(), word);
  return pattern;
}

std::vector<Door> doors() {
  std::vector<Door> all;
  for (const server::Api::Route& route : server::Api::routes()) {
    if (route.scope.empty() || route.scope == "-" || route.pattern.ends_with("{command}")) continue;
    all.push_back({std::string(route.method), filled(std::string(route.pattern)), std::string(route.scope)});
  }
  for (const std::string& name : command_names()) {
    const std::string scope(server::scope_of(name));
    if (scope.empty()) continue;
    all.push_back({"POST", server::is_of_tenant(name) ? name : "accounts/zoe/" + name, scope});
  }
  return all;
}

class Doors : public Served {
 protected:
  HttpAnswer knock(const std::string& key, const Door& door, const std::string& tenant = "callloop") {
    const std::string path = "/v1/" + tenant + "/" + door.path;
    return door.method == "GET" ? ask(key, path) : ask(key, path, "{}", {"Idempotency-Key: door"});
  }
  static std::string code(const HttpAnswer& answer) {
    const auto said = answer.json();
    const auto* found = said.is_object() ? said.as_object().if_contains("code") : nullptr;
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  }
};

TEST_F(Doors, AreShutWithoutAKeyAndToOtherTenants) {
  serve({.wrong_tries = 1'000});
  const std::string other = issue("exotel", all_scopes);
  const std::vector<Door> all = doors();
  ASSERT_GT(all.size(), 90U);
  for (const Door& door : all) {
    const auto none = knock("", door);
    EXPECT_EQ(none.status, 401) << door.path << none.body;
    const auto foreign = knock(other, door);
    EXPECT_EQ(foreign.status, 404) << door.path << foreign.body;
    EXPECT_EQ(code(foreign), "no_such_tenant") << door.path;
  }
}

// A key that may do everything but what a door is for does not open it; one that may do only this does.
TEST_F(Doors, AskForTheirScopeAndNoOther) {
  std::map<std::string, std::string> without, only;
  for (const std::string& scope : all_scopes) {
    std::vector<std::string> others;
    std::ranges::copy_if(all_scopes, std::back_inserter(others), [&](const auto& one) { return one != scope; });
    without[scope] = issue("callloop", others);
    only[scope] = issue("callloop", {scope});
  }
  std::set<std::string> used;
  for (const Door& door : doors()) {
    used.insert(door.scope);
    const auto refused = knock(without.at(door.scope), door);
    EXPECT_EQ(refused.status, 403) << door.path << " without " << door.scope << ": " << refused.body;
    EXPECT_EQ(code(refused), "scope_missing") << door.path;
    const auto opened = knock(only.at(door.scope), door);
    EXPECT_NE(opened.status, 401) << door.path << " with " << door.scope;
    EXPECT_NE(code(opened), "scope_missing") << door.path << " with " << door.scope << ": " << opened.body;
    EXPECT_LT(opened.status, 500) << door.path << opened.body;
  }
  // What is left over opens no door of its own.
  used.insert("act_as");
  for (const std::string& scope : all_scopes) EXPECT_TRUE(used.contains(scope)) << scope;
}

// A command that is asked at the wrong one of the two places is told the right one; none is unreachable.
TEST_F(Doors, EveryCommandIsReachedAtOnePlace) {
  const std::string key = issue("callloop", all_scopes);
  for (const std::string& name : command_names()) {
    if (server::scope_of(name).empty()) continue;
    const auto of_account = knock(key, {"POST", "accounts/zoe/" + name, {}});
    const auto of_tenant = knock(key, {"POST", name, {}});
    if (name == "record_bank_receipt") continue;  // of somebody, or of nobody known
    EXPECT_NE(code(of_account) == "not_found", code(of_tenant) == "not_found")
        << name << of_account.body << of_tenant.body;
    EXPECT_EQ(code(of_account) == "not_found", server::is_of_tenant(name)) << name;
  }
}

TEST_F(Doors, WhoLooksAtAPersonLeavesAnEntryAnHour) {
  const std::string staff = issue("callloop", all_scopes);
  ASSERT_EQ(command("accounts/zoe/open_account", "o",
                    R"({"billing_country": "US", "personal_data": {"name": "Zoe Ltd", "email": "ap@zoe.example"}})")
                .status,
            200);
  const auto seen = [&] {
    std::vector<std::string> reasons;
    const auto history = ask(staff, "/v1/callloop/accounts/zoe/history?limit=100").json();
    for (const auto& row : history.at("data").as_array())
      if (row.at("command").as_string() == "view_personal_data") reasons.emplace_back(boost::json::serialize(row));
    return reasons;
  };
  const std::string path = "/v1/callloop/accounts/zoe/";
  const auto first = ask(staff, path + "personal_data?reason=ticket%2017");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json().at("personal_data").at("name").as_string(), "Zoe Ltd");
  EXPECT_EQ(ask(staff, path + "personal_data?reason=ticket%2018").status, 200) << "within the hour: no second entry";
  ASSERT_EQ(seen().size(), 1U);
  EXPECT_NE(seen()[0].find("ticket 17"), std::string::npos) << seen()[0];
  EXPECT_EQ(ask(staff, path + "export").status, 200);
  EXPECT_EQ(seen().size(), 2U) << "another thing to look at";
  ASSERT_EQ(ask(staff, "/host/clock", R"({"to": "2026-03-10T10:00:01Z"})").status, 200);
  EXPECT_EQ(ask(staff, path + "personal_data").status, 200);
  EXPECT_EQ(seen().size(), 3U) << "an hour later";

  // Who reads their own leaves none.
  const auto token = ask(staff, path + "portal_sessions", R"({"kind": "token"})");
  const std::string own(token.json().at("token").as_string());
  EXPECT_EQ(ask(own, path + "personal_data").status, 200);
  EXPECT_EQ(ask(own, path + "export").status, 200);
  EXPECT_EQ(seen().size(), 3U);
}

TEST_F(Doors, AnExportHasAllThatIsKept) {
  const std::string staff = issue("callloop", all_scopes);
  const std::string card =
      R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}})";
  ASSERT_EQ(command("accounts/zoe/open_account", "o",
                    R"({"billing_country": "US", "personal_data": {"name": "Zoe Ltd", "email": "ap@zoe.example"}})")
                .status,
            200);
  ASSERT_EQ(command("accounts/zoe/add_payment_method", "c", card).status, 200);
  ASSERT_EQ(
      command("accounts/zoe/subscribe", "s", R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"}).status,
      200);
  const auto count = [&](const std::string& key) {
    const auto answer = ask(key, "/v1/callloop/accounts/zoe/export");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/x-ndjson");
    std::map<std::string, int> kinds;
    std::size_t from = 0;
    for (std::size_t end = 0; (end = answer.body.find('\n', from)) != std::string::npos; from = end + 1) {
      const auto line = boost::json::parse(answer.body.substr(from, end - from));
      ++kinds[std::string(line.as_object().begin()->key())];
    }
    EXPECT_EQ(from, answer.body.size()) << "the last line is whole";
    return kinds;
  };
  auto kinds = count(staff);
  for (const char* kind : {"account", "personal_data", "order", "document", "grant", "members", "usage"})
    EXPECT_EQ(kinds[kind], 1) << kind;
  EXPECT_GE(kinds["entry"], 4);
  const auto token = ask(staff, "/v1/callloop/accounts/zoe/portal_sessions", R"({"kind": "token"})");
  auto own = count(std::string(token.json().at("token").as_string()));
  EXPECT_EQ(own["personal_data"], 1);
  EXPECT_EQ(own["entry"], 0) << "reasons and rules are for staff";

  ASSERT_EQ(ask(staff, "/v1/callloop/accounts/zoe/erase_personal_data", "{}", {"Idempotency-Key: e"}).status, 200);
  EXPECT_EQ(count(staff)["personal_data"], 0);
  EXPECT_EQ(count(staff)["document"], 1) << "what the law keeps";
  EXPECT_EQ(ask(staff, "/v1/callloop/accounts/nobody/export").status, 404);
}

}  // namespace
}  // namespace florin

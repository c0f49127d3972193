#include "keys.hpp"
#include "served.hpp"

namespace florin {
namespace {

class Keys : public Served {};

TEST(KeyForm, ATypoIsSeenWithoutALookUp) {
  const std::string key = server::make_key(true);
  EXPECT_TRUE(server::looks_like_key(key)) << key;
  EXPECT_TRUE(key.starts_with("fl_test_"));
  EXPECT_TRUE(server::make_key(false).starts_with("fl_live_"));
  for (std::size_t i = 8; i < key.size(); ++i) {
    std::string other = key;
    other[i] = other[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(server::looks_like_key(other)) << i;
  }
  EXPECT_EQ(server::digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(Keys, NobodyLearnsWhetherAKeyIsUnknownOrRevoked) {
  const std::string path = "/v1/callloop/accounts/zoe";
  const std::string admin = issue("callloop", {"admin"}), revoked = issue("callloop", {"read"});
  const auto none = ask("", path);
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(ask(revoked, path).status, 404) << "it works, and there is no such account";
  ASSERT_EQ(ask(admin, "/v1/callloop/keys/k3/revoke", "{}", {"Idempotency-Key: k1"}).status, 200);
  const auto ended = ask(revoked, path), unknown = ask(server::make_key(true), path);
  EXPECT_EQ(ended.status, 401);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(ended.json().at("detail"), unknown.json().at("detail"));
  EXPECT_EQ(ended.json().at("detail"), none.json().at("detail"));
  const auto live = ask(server::make_key(false), path);
  EXPECT_EQ(live.status, 401);
  EXPECT_NE(live.body.find("fl_test_"), std::string::npos) << live.body;
}

TEST_F(Keys, AreIssuedRolledAndRevokedOverHttp) {
  const std::string admin = issue("callloop", {"admin", "read"});
  const auto made =
      ask(admin, "/v1/callloop/keys", R"({"preset": "readonly", "name": "reports"})", {"Idempotency-Key: k1"});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string key(made.json().at("key").as_string());
  const std::string id(made.json().at("id").as_string());
  EXPECT_TRUE(server::looks_like_key(key));
  EXPECT_EQ(ask(key, "/v1/callloop/accounts/nobody").status, 404);
  EXPECT_EQ(ask(key, "/v1/callloop/accounts/nobody/cancel", "{}", {"Idempotency-Key: c"}).status, 403);
  EXPECT_EQ(ask(key, "/v1/exotel/accounts/nobody").json().at("code").as_string(), "no_such_tenant");
  const auto again =
      ask(admin, "/v1/callloop/keys", R"({"preset": "readonly", "name": "reports"})", {"Idempotency-Key: k1"});
  EXPECT_EQ(again.json().at("code").as_string(), "key_reused") << "the secret is shown once";

  const auto rolled =
      ask(admin, "/v1/callloop/keys/" + id + "/roll", R"({"old_ends_in": "1 hour"})", {"Idempotency-Key: k2"});
  ASSERT_EQ(rolled.status, 201) << rolled.body;
  const std::string successor(rolled.json().at("key").as_string());
  EXPECT_EQ(ask(key, "/v1/callloop/accounts/nobody").status, 404) << "both work for an hour";
  EXPECT_EQ(ask(successor, "/v1/callloop/accounts/nobody").status, 404);
  EXPECT_EQ(ask(backend_, "/host/clock", R"({"to": "2026-03-10T10:00:01Z"})").status, 200);
  EXPECT_EQ(ask(key, "/v1/callloop/accounts/nobody").status, 401);
  EXPECT_EQ(ask(successor, "/v1/callloop/accounts/nobody").status, 404);
  const auto revoked = ask(admin, "/v1/callloop/keys/" + std::string(rolled.json().at("id").as_string()) + "/revoke",
                           R"({"reason": "leaked"})", {"Idempotency-Key: k3"});
  EXPECT_EQ(revoked.status, 200) << revoked.body;
  EXPECT_EQ(ask(successor, "/v1/callloop/accounts/nobody").status, 401);
  // Neither the journal nor a list knows a secret.
  EXPECT_EQ(ask(admin, "/v1/callloop/keys").body.find(key.substr(8)), std::string::npos);
}

TEST_F(Keys, SayWhoAsksOnlyWithActAs) {
  const std::string plain = issue("callloop", {"read", "write"});
  const auto open = [&](const std::string& key, const std::string& actor) {
    return ask(key, "/v1/callloop/accounts/" + actor.substr(0, 3) + "/open_account", R"({"billing_country": "US"})",
               {"Idempotency-Key: " + actor, "Florin-Actor: " + actor})
        .status;
  };
  EXPECT_EQ(open(plain, "owner:ann"), 403);
  EXPECT_EQ(open(backend_, "owner:ann"), 200);
  EXPECT_EQ(open(backend_, "host:x"), 400);
  EXPECT_EQ(open(backend_, "staff:eve"), 403) << "inside Florin staff may do everything";
}

TEST_F(Keys, AreRefusedWithAReason) {
  const TenantId tenant = *TenantId::parse("callloop");
  int count = 0;
  const auto code = [&](Command command) {
    const auto done =
        host_->submit({tenant, {}, {"staff", "ann"}, "r" + std::to_string(++count), std::nullopt, std::move(command)});
    return !done ? done.error().code : done->refusal ? done->refusal->code : std::string("done");
  };
  const std::string digest = server::digest_of("one"), other = server::digest_of("two");
  EXPECT_EQ(code(IssueKey{"", {"read"}, digest, true, {}}), "name_missing");
  EXPECT_EQ(code(IssueKey{"a", {}, digest, true, {}}), "scopes_missing");
  EXPECT_EQ(code(IssueKey{"a", {"everything"}, digest, true, {}}), "unknown_scope");
  EXPECT_EQ(code(IssueKey{"a", {"read"}, "the key itself", true, {}}), "bad_digest");
  EXPECT_EQ(code(IssueKey{"a", {"read"}, digest, true, Span{Span::Unit::days, 0}}), "bad_span");
  EXPECT_EQ(code(IssueKey{"a", {"read"}, digest, true, {}}), "done");
  EXPECT_EQ(code(IssueKey{"a", {"read"}, digest, true, {}}), "already_issued");
  EXPECT_EQ(code(RollKey{"k99", other, {}}), "no_such_key");
  EXPECT_EQ(code(RevokeKey{"k2", ""}), "done");
  EXPECT_EQ(code(RevokeKey{"k2", ""}), "key_ended");
  const auto owner = host_->submit({tenant, {}, {"owner", ""}, "o", std::nullopt, RevokeKey{"k1", ""}});
  EXPECT_EQ(owner->refusal->code, "not_permitted");
}

}  // namespace
}  // namespace florin

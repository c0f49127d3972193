#include <algorithm>
#include <boost/json.hpp>

#include "api.hpp"
#include "parameters.hpp"

/// What may be read of an account.
namespace florin::server {

namespace json = boost::json;

namespace {

/// Whether an If-None-Match names it; a proxy that packs answers makes its tag a weak one.
bool knows_tag(std::string_view known, std::string_view tag) {
  if (trimmed(known) == "*") return true;
  while (!known.empty()) {
    const std::size_t end = std::min(known.find(','), known.size());
    std::string_view one = trimmed(known.substr(0, end));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
    known.remove_prefix(std::min(end + 1, known.size()));
  }
  return false;
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

}  // namespace

void Api::account(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const auto version = host_.version_of(asked->caller.tenant, asked->account);
    if (!version) return asked->fail(version.error());
    auto answer = host_.account(asked->caller.tenant, asked->account, asked->caller.audience);
    if (!answer) return asked->fail(answer.error());
    // An answer also rests on the tenant's prices, on the clock and on who asks: its tag is that of its words.
    constexpr std::size_t letters = 16;
    std::string etag = etag_of(*version);
    etag.insert(etag.size() - 1, "-" + digest_of(*answer).substr(0, letters));
    HttpReply reply;
    reply.headers = {{"ETag", etag}, {"Vary", "Authorization, Cookie, Florin-Session"}};
    const std::string* known = asked->request.header("if-none-match");
    if (known != nullptr && knows_tag(*known, etag)) {
      reply.status = 304;
      reply.type.clear();
      return asked->answer(std::move(reply));
    }
    reply.body = *std::move(answer);
    asked->answer(std::move(reply));
  });
}

void Api::order(const AskedPtr& asked) {
  const auto number = number_of(asked->words.back());
  if (!number) return asked->fail("no_such_order", "There is no such order.");
  std::uint32_t wait = 0;
  if (asked->request.parameter("wait") != nullptr) {
    const auto seconds = number_in(*asked, "wait", 0, 30);
    if (!seconds) return;
    wait = *seconds;
  }
  const OrderId id{*number};
  const auto answer = [this, asked, id] {
    auto order = host_.order_answer(asked->caller.tenant, asked->account, id, asked->caller.audience);
    if (!order) return asked->fail(order.error());
    asked->json(*std::move(order));
  };
  on_pool(asked, [this, asked, id, wait, answer] {
    const auto now = host_.order_now(asked->caller.tenant, asked->account, id);
    if (!now) return asked->fail(now.error());
    if (now->over || wait == 0) return answer();
    wait_for({.asked = asked,
              .order = id,
              .until = std::chrono::steady_clock::now() + std::chrono::seconds(wait),
              .seen = now->json,
              .then = [answer](const OrderNow&) { answer(); }});
  });
}

void Api::payment_methods(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const auto methods = host_.methods(asked->caller.tenant, asked->account, asked->caller.actor);
    if (!methods) return asked->fail(methods.error());
    json::array all;
    for (const OfferedMethod& one : *methods)
      all.push_back(
          json::object{{"method", one.method.text()}, {"offered", one.offered}, {"why", text_or_null(one.why)}});
    asked->json(json::serialize(json::object{{"data", std::move(all)}}));
  });
}

void Api::may(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const auto may = host_.may(asked->caller.tenant, asked->account, asked->caller.actor, asked->words.back());
    if (!may) return asked->fail(may.error());
    json::object answer{{"allowed", may->allowed}, {"refusal", nullptr}, {"value", text_or_null(may->value)}};
    if (may->refusal) answer["refusal"] = json::object{{"code", may->refusal->code}, {"detail", may->refusal->text}};
    answer["left"] = may->left ? json::value(*may->left) : json::value(nullptr);
    answer["taken"] = may->taken;
    asked->json(json::serialize(answer));
  });
}

bool Api::notes_view(const AskedPtr& asked, const std::string& what) {
  const std::string* reason = asked->request.parameter("reason");
  constexpr std::int64_t microseconds_an_hour = 3'600'000'000;
  const Caller& caller = asked->caller;
  const std::string who = caller.actor.role + ":" + caller.actor.id;
  const std::int64_t hour = host_.now().us / microseconds_an_hour;
  const auto noted = host_.submit(
      {caller.tenant, asked->account, caller.actor,
       "viewed:" + digest_of(asked->account.text() + "\n" + who + "\n" + what + "\n" + std::to_string(hour)),
       std::nullopt, ViewPersonalData{what, reason == nullptr ? std::string() : *reason}});
  // Within the hour another reason makes no second entry.
  if (!noted && noted.error().code == "key_reused") return true;
  if (!noted) {
    asked->fail(noted.error());
    return false;
  }
  // Of an account that is set aside the look is written too, as all that is kept for its release.
  if (!noted->refusal || noted->refusal->code == "account_set_aside") return true;
  asked->answer(reply_of(*noted->refusal, noted->position, asked->request));
  return false;
}

void Api::personal_data(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const auto there = host_.version_of(asked->caller.tenant, asked->account);
    if (!there) return asked->fail(there.error());
    if (!asked->caller.is_customer() && !notes_view(asked, "personal_data")) return;
    const auto words = host_.personal_data(asked->caller.tenant, asked->account);
    // The account is there: nobody was named with it.
    if (!words && words.error().code != "no_such_account") return asked->fail(words.error());
    json::object data;
    if (words)
      for (const Word& word : *words) data[word.name] = word.value;
    asked->json(json::serialize(json::object{{"personal_data", std::move(data)}}));
  });
}

}  // namespace florin::server

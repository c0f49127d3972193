#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <charconv>

#include "florin/bodies.hpp"
#include "florin/reads.hpp"
#include "outbox.hpp"
#include "parameters.hpp"
#include "routes.hpp"

/// What happened: read by position, and told to endpoints.
namespace florin::server {

namespace json = boost::json;

namespace {

/// A position, 0 when it is not there; none: it was answered.
std::optional<std::uint64_t> position_in(const Asked& asked, std::string_view name) {
  const std::string* text = asked.request.parameter(name);
  std::uint64_t position = 0;
  if (text == nullptr) return position;
  const char* end = text->data() + text->size();
  if (std::from_chars(text->data(), end, position).ptr == end && !text->empty()) return position;
  asked.fail("bad_cursor", std::string(name) + " takes the next of an earlier page.");
  return std::nullopt;
}

struct Wanted {
  std::uint64_t after = 0;
  std::vector<std::string> types;
  std::size_t most = 100;
  std::chrono::steady_clock::time_point until;
};

/// Reads now; and again, until there is something or the time is over.
void look(Api& api, const AskedPtr& asked, Wanted wanted) {
  api.later([&api, asked, wanted]() mutable {
    const auto page = Reads(api.host()).events(asked->caller.tenant, wanted.after, wanted.types, wanted.most);
    if (!page) return asked->fail(page.error());
    if (const auto last = Reads(api.host()).tenant_position(asked->caller.tenant); last && *last < wanted.after)
      return asked->fail("bad_cursor", "after is " + std::to_string(wanted.after) + ", and this journal ends at " +
                                           std::to_string(*last) +
                                           ": it is of another journal, or a backup was restored since. Read on from "
                                           "there, and look at what is in between.");
    const bool late = api.draining() || std::chrono::steady_clock::now() >= wanted.until;
    if (!page->events.empty() || late) {
      std::string data;
      for (const Event& event : page->events) data += (data.empty() ? "" : ",") + event.json;
      return asked->json("{\"data\":[" + data + "],\"next\":\"" + std::to_string(page->next) +
                         "\",\"more\":" + (page->whole ? "false" : "true") + "}");
    }
    wanted.after = page->next;
    if (!page->whole) return look(api, asked, std::move(wanted));
    boost::asio::post(api.io(), [&api, asked, wanted] {
      auto timer = std::make_shared<boost::asio::steady_timer>(api.io(), std::chrono::milliseconds(50));
      timer->async_wait([&api, asked, wanted, timer](boost::system::error_code stopped) {
        if (!stopped) look(api, asked, wanted);
      });
    });
  });
}

void events(Api& api, const AskedPtr& asked) {
  const auto after = position_in(*asked, "after");
  const auto limit = after ? number_in(*asked, "limit", 100, 1'000) : std::nullopt;
  if (!limit) return;
  std::uint32_t wait = 0;
  if (asked->request.parameter("wait") != nullptr) {
    const auto seconds = number_in(*asked, "wait", 0, 30);
    if (!seconds) return;
    wait = *seconds;
  }
  Wanted wanted{.after = *after,
                .types = {},
                .most = *limit,
                .until = std::chrono::steady_clock::now() + std::chrono::seconds(wait)};
  if (const std::string* types = asked->request.parameter("types")) wanted.types = split(*types);
  for (const std::string& type : wanted.types)
    if (const auto known = is_event_pattern(type); !known)
      return asked->fail("bad_parameter", "types: " + known.error().message + ".");
  look(api, asked, std::move(wanted));
}

json::value time_or_null(Seconds at) {
  return at == 0 ? json::value(nullptr) : json::value(Instant{at * 1'000'000}.text());
}

json::object as_json(const EndpointNow& one) {
  json::array events;
  for (const std::string& type : one.settings.events) events.emplace_back(type);
  return {{"name", one.settings.name},
          {"url", one.settings.url},
          {"events", std::move(events)},
          {"enabled", one.enabled},
          {"why_not", one.why_not.empty() ? json::value(nullptr) : json::value(one.why_not)},
          {"position", one.position},
          {"pending", one.pending},
          {"oldest_pending_at", time_or_null(one.oldest_pending)},
          {"last_success_at", time_or_null(one.last_success)}};
}

void endpoints(Api& api, const AskedPtr& asked) {
  json::array all;
  for (const EndpointNow& one : api.outbox().endpoints(asked->caller.tenant)) all.push_back(as_json(one));
  asked->json(json::serialize(json::object{{"data", std::move(all)}, {"next", nullptr}}));
}

void no_endpoint(const Asked& asked) {
  asked.fail("no_such_endpoint", "There is no endpoint of this name: they are named in serve.webhooks of florin.yaml.");
}

void deliveries(Api& api, const AskedPtr& asked) {
  const auto log = api.outbox().deliveries(asked->caller.tenant, asked->words.back());
  if (!log) return no_endpoint(*asked);
  json::array all;
  for (const Delivery& one : *log)
    all.push_back(json::object{{"id", one.id},
                               {"type", one.type},
                               {"at", time_or_null(one.at)},
                               {"tries", one.tries},
                               {"status", one.status == 0 ? json::value(nullptr) : json::value(one.status)},
                               {"problem", one.problem.empty() ? json::value(nullptr) : json::value(one.problem)},
                               {"answer", one.answer},
                               {"outcome", one.outcome}});
  asked->json(json::serialize(json::object{{"data", std::move(all)}, {"next", nullptr}}));
}

void test(Api& api, const AskedPtr& asked) {
  if (!api.outbox().test(asked->caller.tenant, asked->words.back())) return no_endpoint(*asked);
  asked->json("{}", 202);
}

void set_enabled(Api& api, const AskedPtr& asked, bool on) {
  api.on_pool(asked, [&api, asked, on] {
    if (!api.outbox().enable(asked->caller.tenant, asked->words.back(), on)) return no_endpoint(*asked);
    asked->json("{}");
  });
}
void enable(Api& api, const AskedPtr& asked) { set_enabled(api, asked, true); }
void disable(Api& api, const AskedPtr& asked) { set_enabled(api, asked, false); }

void replay(Api& api, const AskedPtr& asked) {
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"from", "to"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const auto number = [&](std::string_view name, std::uint64_t otherwise) {
    const std::string text = value_of(words, name);
    std::uint64_t value = otherwise;
    if (!text.empty()) std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  const std::uint64_t from = number("from", 0), to = number("to", UINT64_MAX);
  if (from == 0) return asked->fail("bad_cursor", "from is the position of the first event that is sent again.");
  api.on_pool(asked, [&api, asked, from, to] {
    const auto count = api.outbox().replay(asked->caller.tenant, asked->words.back(), from, to);
    if (!count) return no_endpoint(*asked);
    asked->json(json::serialize(json::object{{"events", *count}}), 202);
  });
}

}  // namespace

std::vector<Api::Route> event_routes() {
  constexpr auto none = Api::Body::none, with_json = Api::Body::json;
  return {
      {"GET",
       "events",
       "events",
       &events,
       {"after", "types", "limit", "wait"},
       none,
       "Events after a position of the tenant, oldest first; `wait` returns when there is one",
       "event[]"},
      {"GET", "webhook_endpoints", "events", &endpoints, {}, none, "Webhook endpoints, and whether each is enabled"},
      {"GET",
       "webhook_endpoints/{endpoint}/deliveries",
       "events",
       &deliveries,
       {},
       none,
       "The last thousand deliveries, newest first"},
      {"POST", "webhook_endpoints/{endpoint}/test", "events", &test, {}, with_json, "Sends webhook.test"},
      {"POST",
       "webhook_endpoints/{endpoint}/replay",
       "events",
       &replay,
       {},
       with_json,
       "Sends events again, with the same ids: {\"from\": 17, \"to\": 20}"},
      {"POST",
       "webhook_endpoints/{endpoint}/enable",
       "events",
       &enable,
       {},
       with_json,
       "Enables it; it continues where it stopped"},
      {"POST",
       "webhook_endpoints/{endpoint}/disable",
       "events",
       &disable,
       {},
       with_json,
       "Disables it: nothing is sent until it is enabled"},
  };
}

}  // namespace florin::server

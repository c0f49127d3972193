#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <charconv>

#include "api.hpp"
#include "florin/addresses.hpp"
#include "florin/bodies.hpp"
#include "metrics.hpp"
#include "parameters.hpp"

/// What staff, operators and providers ask.
namespace florin::server {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

/// Of what may wait for the pool.
constexpr std::size_t most_webhooks = 64, most_slow_webhooks = 16;

const std::string* word_of(const std::vector<Word>& words, std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? nullptr : &found->value;
}

template <class Answer>
void answer_with(const AskedPtr& asked, Result<Answer> result) {
  if (!result) return asked->fail(result.error());
  asked->json("{\"data\":" + std::string(*std::move(result)) + "}");
}

/// None: it was answered.
std::optional<std::optional<Span>> span_in(const Asked& asked, const std::vector<Word>& words, std::string_view name) {
  const std::string* text = word_of(words, name);
  if (text == nullptr) return std::optional<Span>();
  const auto span = Span::parse(*text);
  if (span) return std::optional(*span);
  Error error = span.error();
  error.at.path = name;
  asked.fail(error);
  return std::nullopt;
}

/// Any tenant's, if it works.
bool has_test_key(const HttpRequest& request, const KeyRing& keys, Instant now) {
  const std::string* header = request.header("authorization");
  if (header == nullptr || !lower(*header).starts_with("bearer ")) return false;
  const std::string_view key = trimmed(std::string_view(*header).substr(7));
  if (!looks_like_key(key) || !is_test_key(key)) return false;
  const auto found = keys.find(key);
  return found && found->key.works(now);
}

json::object key_as_json(const ApiKey& key, Instant now) {
  json::array scopes;
  for (const std::string& scope : key.scopes) scopes.emplace_back(scope);
  return {{"id", key.id},
          {"name", key.name},
          {"scopes", std::move(scopes)},
          {"mode", key.test ? "test" : "live"},
          {"works", key.works(now)},
          {"issued_at", key.issued_at.text()},
          {"issued_by", key.issued_by},
          {"ends_at", key.ends_at ? json::value(key.ends_at->text()) : json::value(nullptr)}};
}

}  // namespace

void Api::cases(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const TenantId& tenant = asked->caller.tenant;
    const auto waiting = host_.cases(tenant);
    if (!waiting) return asked->fail(waiting.error());
    json::array all = json::parse(*waiting).as_array();
    // A document that the law would not take waits for whoever can say what it lacks.
    const auto incomplete = papers_.incomplete(tenant);
    if (!incomplete) return asked->fail(incomplete.error());
    const json::value lacking = json::parse(*incomplete);
    all.insert(all.end(), lacking.as_array().begin(), lacking.as_array().end());
    asked->json(json::serialize(json::object{{"data", std::move(all)}}));
  });
}

void Api::payments(const AskedPtr& asked) {
  on_pool(asked, [this, asked] { answer_with(asked, host_.payments(asked->caller.tenant)); });
}

void Api::bank_receipts(const AskedPtr& asked) {
  on_pool(asked, [this, asked] { answer_with(asked, host_.bank_receipts(asked->caller.tenant)); });
}

void Api::upcoming(const AskedPtr& asked) {
  const std::string* day = asked->request.parameter("day");
  const auto date = Date::parse(day == nullptr ? "" : *day);
  if (!date) return asked->fail("bad_date", "day is a date of the tenant's, as 2026-04-10.");
  on_pool(asked, [this, asked, date = *date] {
    const auto charges = host_.upcoming(asked->caller.tenant, date);
    if (!charges) return asked->fail(charges.error());
    asked->json("{\"data\":" + as_json(*charges) + "}");
  });
}

void Api::months(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const auto months = host_.months(asked->caller.tenant);
    if (!months) return asked->fail(months.error());
    const std::string* accept = asked->request.header("accept");
    if (accept != nullptr && accept->starts_with("text/csv"))
      return asked->answer({.type = "text/csv; charset=utf-8", .body = as_csv(*months)});
    asked->json("{\"data\":" + as_json(*months) + "}");
  });
}

void Api::close_month(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const auto month = host_.close_month(asked->caller.tenant, asked->words.back(), asked->caller.actor);
    if (!month) return asked->fail(month.error());
    asked->json("{\"data\":" + as_json({*month}) + "}");
  });
}

void Api::notifications(const AskedPtr& asked) {
  std::uint64_t after = 0;
  std::size_t most = 100;
  const auto read = [&](const char* name, auto& into) {
    const std::string* text = asked->request.parameter(name);
    if (text == nullptr) return true;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), into);
    return failed == std::errc() && end == text->data() + text->size();
  };
  if (!read("after", after) || !read("limit", most) || most == 0 || most > 1'000)
    return asked->fail("bad_parameter", "after is a position, limit a number from 1 to 1000.");
  on_pool(asked, [this, asked, after, most] {
    if (after > host_.position())
      return asked->fail("bad_cursor", "after lies behind the journal's last entry, which is " +
                                           std::to_string(host_.position()) + ".");
    const auto told = host_.notifications(asked->caller.tenant, after, most);
    if (!told) return asked->fail(told.error());
    const std::string next = told->empty() ? std::to_string(after) : std::to_string(told->back().position);
    asked->json("{\"data\":" + as_json(*told) + ",\"next\":\"" + next + "\"}");
  });
}

// ---- Keys ---------------------------------------------------------------------------------------------------------

void Api::keys(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const auto keys = host_.keys(asked->caller.tenant);
    if (!keys) return asked->fail(keys.error());
    json::array all;
    for (const ApiKey& key : *keys) all.push_back(key_as_json(key, host_.now()));
    asked->json(json::serialize(json::object{{"data", std::move(all)}}));
  });
}

void Api::issue_key(const AskedPtr& asked) {
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"name", "preset", "scopes", "lasts"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  IssueKey issue;
  if (const std::string* name = word_of(words, "name")) issue.name = *name;
  if (const std::string* scopes = word_of(words, "scopes")) issue.scopes = split(*scopes);
  if (const std::string* preset = word_of(words, "preset")) {
    const auto scopes = preset_scopes(*preset);
    if (!scopes) return asked->fail("bad_preset", "A preset is " + preset_names() + ".");
    issue.scopes.insert(issue.scopes.end(), scopes->begin(), scopes->end());
    if (issue.name.empty()) issue.name = *preset;
  }
  const auto lasts = span_in(*asked, words, "lasts");
  if (!lasts) return;
  issue.lasts = *lasts;
  issue.test = sandbox_;
  const std::string secret = make_key(issue.test);
  issue.digest = digest_of(secret);
  submit_key(asked, std::move(issue), secret);
}

void Api::roll_key(const AskedPtr& asked) {
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"old_ends_in"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const auto span = span_in(*asked, words, "old_ends_in");
  if (!span) return;
  const std::string secret = make_key(sandbox_);
  submit_key(asked, RollKey{asked->words.back(), digest_of(secret), *span}, secret);
}

void Api::revoke_key(const AskedPtr& asked) {
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"reason"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const std::string* reason = word_of(words, "reason");
  submit_key(asked, RevokeKey{asked->words.back(), reason == nullptr ? std::string() : *reason}, {});
}

/// The secret is answered once, and kept nowhere: who loses it rolls the key.
void Api::submit_key(const AskedPtr& asked, Command command, const std::string& secret) {
  const auto key = idempotency_key_in(*asked);
  if (!key) return;
  on_pool(asked, [this, asked, key = *key, command = std::move(command), secret]() mutable {
    const auto outcome =
        host_.submit({asked->caller.tenant, {}, asked->caller.actor, std::move(key), std::nullopt, std::move(command)});
    if (!outcome && outcome.error().code == "key_reused")
      return asked->fail("key_reused",
                         "This Idempotency-Key was used before. A key's secret is shown once: list the keys, and "
                         "revoke the one whose secret is lost.");
    if (!outcome) return asked->fail(outcome.error());
    if (outcome->refusal) return asked->answer(reply_of(*outcome->refusal, outcome->position, asked->request));
    keys_.refresh(asked->caller.tenant);
    const auto keys = host_.keys(asked->caller.tenant);
    if (!keys) return asked->fail(keys.error());
    const std::string digest = secret.empty() ? std::string() : digest_of(secret);
    for (const ApiKey& one : *keys) {
      if (secret.empty() ? one.id != asked->words.back() : one.digest != digest) continue;
      json::object answer = key_as_json(one, host_.now());
      answer["key"] = secret.empty() ? json::value(nullptr) : json::value(secret);
      return asked->json(json::serialize(answer), secret.empty() ? 200 : 201);
    }
    asked->fail("internal", "The key is not there.");
  });
}

// ---- Providers, the clock, the command line ------------------------------------------------------------------------

void Api::webhook(const AskedPtr& asked) {
  const auto processor = ProcessorId::parse(asked->words.back());
  if (!processor)
    return asked->answer(reply_of(
        Problem{.code = "no_such_processor", .detail = "There is no such processor.", .status = 400}, asked->request));
  // What a flood of them may hold of the pool leaves room for everybody else. An address that has shown too many that
  // nobody signed may be a proxy's, by which a provider comes too: its webhooks are looked at, one at a time.
  const std::string from = counted_address(asked->request.address);
  const auto wait = strangers_.waits(from, std::chrono::steady_clock::now());
  std::atomic<std::size_t>& held = wait ? slow_webhooks_ : webhooks_on_pool_;
  const auto place = std::shared_ptr<void>(nullptr, [&held](void*) { --held; });
  if (held.fetch_add(1) >= (wait ? most_slow_webhooks : most_webhooks)) {
    if (wait) return asked->answer(too_often(asked->request, *wait, "webhook"));
    return asked->fail("busy", "Too much is waiting. Send it again.");
  }
  auto work = [this, asked, place, from, wait, processor = *processor] { take_webhook(asked, processor, from, wait); };
  if (!wait) return on_pool(asked, std::move(work));
  asio::post(slow_lane_, [asked, work = std::move(work)] {
    try {
      work();
    } catch (const std::exception&) {
      asked->fail("internal", "Something went wrong here.");
    }
  });
}

/// One that stands still takes what it is sent once it is up again.
bool Api::is_stopped(const TenantId& tenant) const {
  const auto all = service_.tenants();
  const auto found = std::ranges::find(all, tenant, &TenantStanding::tenant);
  return found != all.end() && found->stopped;
}

void Api::take_webhook(const AskedPtr& asked, const ProcessorId& processor, const std::string& from,
                       std::optional<std::chrono::seconds> wait) {
  WebhookCall call{.method = asked->request.method, .query = asked->request.raw_query, .body = asked->request.body};
  for (const auto& [name, value] : asked->request.headers) call.headers.push_back({name, value});
  const auto taken = host_.webhook(asked->caller.tenant, processor, call);
  metrics_->count("florin_webhooks_in_total",
                  label("processor", processor.text()) + "," + label("outcome", taken ? "done" : taken.error().code));
  if (taken)
    return asked->answer({.status = static_cast<int>(taken->status), .type = taken->content_type, .body = taken->body});
  // Said with 400 the provider sends it no more; with anything else it comes again.
  static constexpr std::string_view for_good[] = {"bad_signature", "no_such_processor", "no_webhooks",
                                                  "no_such_tenant"};
  const bool no_more =
      std::ranges::find(for_good, taken.error().code) != std::end(for_good) && !is_stopped(asked->caller.tenant);
  if (no_more && wait) return asked->answer(too_often(asked->request, *wait, "webhook"));
  if (no_more) (void)strangers_.take(from, std::chrono::steady_clock::now());
  Problem problem = problem_of(taken.error());
  problem.status = no_more ? 400 : 503;
  HttpReply reply = reply_of(problem, asked->request);
  reply.cause = reply_of(taken.error(), asked->request).cause;
  asked->answer(std::move(reply));
}

void Api::clock(const HttpRequest& request, const Answer& answer) {
  if (!virtual_ && !request.local_user)
    return answer(reply_of(Problem{.code = "not_found", .detail = "This host's time is the machine's."}, request));
  asio::post(pool_, [this, answer] {
    answer({.body = json::serialize(json::object{{"now", now_text()}, {"virtual", virtual_}})});
  });
}

void Api::move_clock(const HttpRequest& request, const Answer& answer) {
  const auto no = [&](std::string code, std::string detail) {
    answer(reply_of(Problem{.code = std::move(code), .detail = std::move(detail)}, request));
  };
  if (!virtual_) return no("not_found", "This host's time is the machine's: only a virtual one can be moved.");
  if (!request.local_user && !is_operators(request) && !has_test_key(request, keys_, host_.now()))
    return answer(refuse_stranger(
        request,
        reply_of(Problem{.code = "unauthorized",
                         .detail = "The clock is moved with any test key of this host, or by staff who may operate."},
                 request)));
  Errors errors;
  const auto words = words_of_body(request.body, {"to"}, errors);
  if (!errors.empty()) return answer(reply_of(errors, request));
  const std::string* to = word_of(words, "to");
  const auto until = Instant::parse(to == nullptr ? "" : *to);
  if (!until) return no("bad_instant", "to is an instant, as 2027-04-02T00:00:00Z.");
  asio::post(pool_, [this, request, answer, until = *until] {
    if (until < host_.now())
      return answer(
          reply_of(Problem{.code = "clock_backward", .detail = "It is " + now_text() + " already."}, request));
    if (host_.now() + hours(366 * 24) < until)
      return answer(reply_of(Problem{.code = "too_far", .detail = "At most 366 days in one call."}, request));
    const std::uint64_t before = host_.position();
    host_.run_until(until);
    (void)!service_.set_note("clock", now_text());  // for the next start
    answer({.body = json::serialize(json::object{{"now", now_text()}, {"entries", host_.position() - before}})});
  });
}

void Api::run_program(const HttpRequest& request, const Answer& answer) {
  Errors errors;
  const auto words = options_.run_program ? std::optional(list_of_body(request.body, errors)) : std::nullopt;
  if (!words || !errors.empty()) return answer(reply_of(errors, request));
  asio::post(pool_, [this, answer, words = *words] {
    const ProgramRun run = options_.run_program(words);
    keys_.refresh();
    answer({.body = json::serialize(json::object{{"exit", run.exit}, {"out", run.out}, {"err", run.err}})});
  });
}

}  // namespace florin::server

#include <algorithm>
#include <boost/json.hpp>

#include "api.hpp"
#include "florin/bodies.hpp"
#include "parameters.hpp"

/// What a backend asks around every message.
namespace florin::server {

namespace json = boost::json;

namespace {

/// Who asks in a line that names somebody. None: this key may not, or nobody is named so.
std::optional<Actor> actor_in_line(const Asked& asked, const std::optional<std::string>& named) {
  if (!named) return asked.caller.actor;
  auto actor = actor_of(*named);
  if (!actor || actor->role == "host" || actor->role == "processor") return std::nullopt;
  if (!asked.caller.has("act_as") || (actor->role == "staff" && !asked.caller.has("support"))) return std::nullopt;
  const bool another_key = actor->role == "service" && !actor->id.empty() && actor->id != asked.caller.key;
  if (another_key) return std::nullopt;
  return actor;
}

json::object check_as_json(const Check& check) {
  json::object answer{{"allowed", check.allowed}, {"refusal", nullptr}};
  if (check.refusal) answer["refusal"] = json::object{{"code", check.refusal->code}, {"detail", check.refusal->text}};
  answer["price"] = check.price.empty() ? json::value(nullptr) : json::value(check.price);
  answer["available"] = check.available.empty() ? json::value(nullptr) : json::value(check.available);
  return answer;
}

constexpr const char* may_not_name =
    "Naming an actor needs a key with the scope act_as, staff also support; service is the key itself.";

}  // namespace

std::string Api::amount_text(const TenantId& tenant, const Taken& taken) {
  const std::lock_guard lock(types_mutex_);
  auto& types = types_[tenant];
  // A captured hold does not say its type: it is clear where there is only one.
  const auto named = [](const auto& one) { return one.first; };
  const auto found =
      taken.type.empty() && types.size() == 1 ? types.begin() : std::ranges::find(types, taken.type, named);
  if (found == types.end()) return decimal_text(taken.amount.units, 0);
  return decimal_text(taken.amount.units, found->second) + " " + found->first.text();
}

/// The units of all these amounts are known. They are asked of the host, so never on one of its own threads.
bool Api::knows_types(const TenantId& tenant, const std::vector<Result<Taken>>& taken) {
  const std::lock_guard lock(types_mutex_);
  const auto& types = types_[tenant];
  return std::ranges::all_of(taken, [&](const Result<Taken>& one) {
    return !one || one->refusal || (one->type.empty() && !types.empty()) ||
           std::ranges::find(types, one->type, [](const auto& type) { return type.first; }) != types.end();
  });
}

void Api::learn_types(const TenantId& tenant) {
  auto read = host_.credit_types(tenant);
  const std::lock_guard lock(types_mutex_);
  if (read) types_[tenant] = *std::move(read);
}

std::string Api::usage_answer(const Asked& asked, const std::vector<std::string>& keys,
                              const std::vector<Result<Taken>>& taken, bool lines) {
  std::string body = lines ? "" : "[";
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (i > 0 && !lines) body += ',';
    body += "{\"key\":" + json::serialize(json::value(keys[i]));
    if (!taken[i]) {
      body += ",\"problem\":" + problem_json(problem_of(taken[i].error()), asked.request.id);
    } else if (taken[i]->refusal) {
      body += ",\"problem\":" + problem_json(problem_of(*taken[i]->refusal, taken[i]->position), asked.request.id);
    } else {
      body += ",\"position\":" + std::to_string(taken[i]->position) +
              ",\"again\":" + (taken[i]->again ? "true" : "false") +
              ",\"debited\":" + json::serialize(json::value(amount_text(asked.caller.tenant, *taken[i]))) +
              ",\"hold\":" + (taken[i]->hold ? std::to_string(taken[i]->hold.value) : std::string("null"));
    }
    body += lines ? "}\n" : "}";
  }
  return lines ? body : body + "]";
}

void Api::usage(const AskedPtr& asked) {
  const std::string* type = asked->request.header("content-type");
  const bool lines = type != nullptr && lower(*type).starts_with("application/x-ndjson");
  Errors errors;
  auto read = usage_lines_of(asked->request.body, lines, errors);
  std::vector<std::string> keys;
  std::vector<UsageRequest> requests;
  for (std::size_t i = 0; i < read.size() && errors.empty(); ++i) {
    auto actor = actor_in_line(*asked, read[i].actor);
    if (!actor) return asked->fail("scope_missing", may_not_name);
    if (is_reserved_key(read[i].key))
      errors.push_back({.code = "bad_idempotency_key",
                        .message = std::string(reserved_key),
                        .at = {.path = "[" + std::to_string(i) + "].key"}});
    keys.push_back(read[i].key);
    requests.push_back({.tenant = asked->caller.tenant,
                        .account = std::move(read[i].account),
                        .actor = *std::move(actor),
                        .key = std::move(read[i].key),
                        .asked_at = read[i].asked_at,
                        .command = std::move(read[i].command)});
  }
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  auto take = [this, asked, lines, keys = std::move(keys), requests = std::move(requests)]() mutable {
    host_.take(std::move(requests), [this, asked, lines, keys = std::move(keys)](std::vector<Result<Taken>> taken) {
      const auto answer = [this, asked, lines, keys](const std::vector<Result<Taken>>& all) {
        HttpReply reply;
        reply.body = usage_answer(*asked, keys, all, lines);
        if (lines) reply.type = "application/x-ndjson";
        asked->answer(std::move(reply));
      };
      if (virtual_ || knows_types(asked->caller.tenant, taken)) {
        if (virtual_ && !knows_types(asked->caller.tenant, taken)) learn_types(asked->caller.tenant);
        return answer(taken);
      }
      on_pool(asked, [this, asked, answer, all = std::make_shared<std::vector<Result<Taken>>>(std::move(taken))] {
        learn_types(asked->caller.tenant);
        answer(*all);
      });
    });
  };
  // A virtual host has no thread of its own: everything of it runs on the pool's only one.
  if (virtual_)
    on_pool(asked, [take = std::make_shared<decltype(take)>(std::move(take))] { (*take)(); });
  else
    take();
}

void Api::check(const AskedPtr& asked) {
  Errors errors;
  auto command = command_of_body("use", asked->request.body, errors);
  if (!command) return asked->answer(reply_of(errors, asked->request));
  auto look = [this, asked, use = std::get<Use>(*std::move(command))] {
    const auto checked = host_.check(asked->caller.tenant, asked->account, asked->caller.actor, use);
    if (!checked) return asked->fail(checked.error());
    asked->json(json::serialize(check_as_json(*checked)));
  };
  if (virtual_)
    on_pool(asked, std::move(look));
  else
    look();
}

void Api::check_many(const AskedPtr& asked) {
  Errors errors;
  auto read = check_lines_of(asked->request.body, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  std::vector<CheckRequest> requests;
  for (CheckLine& line : read) {
    auto actor = actor_in_line(*asked, line.actor);
    if (!actor) return asked->fail("scope_missing", may_not_name);
    requests.push_back({asked->caller.tenant, std::move(line.account), *std::move(actor), std::move(line.use)});
  }
  on_pool(asked, [this, asked, requests = std::move(requests)] {
    const auto checks = host_.check(requests);
    json::array all;
    for (std::size_t i = 0; i < checks.size(); ++i) {
      json::object line{{"account", requests[i].account.text()}};
      if (!checks[i])
        line["problem"] = json::parse(problem_json(problem_of(checks[i].error()), asked->request.id));
      else
        for (auto& member : check_as_json(*checks[i])) line[member.key()] = member.value();
      all.push_back(std::move(line));
    }
    asked->json(json::serialize(all));
  });
}

}  // namespace florin::server

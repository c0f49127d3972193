#include <algorithm>
#include <boost/json.hpp>

#include "florin/bodies.hpp"
#include "florin/files.hpp"
#include "parameters.hpp"
#include "routes.hpp"

/// Files that operators send, and what they ask of processors' books: what `florin plan`, `apply`, `versions`,
/// `import`, `statement`, `reconcile`, `explain` and `release` do.
namespace florin::server {

namespace json = boost::json;

namespace {

/// Errors of a file, each with its name, line and column in its sentence.
HttpReply file_reply(Errors errors, const HttpRequest& request) {
  for (Error& error : errors) {
    std::string at(file_and_line(error.at.file));
    if (error.at.line != 0) at += ":" + std::to_string(error.at.line);
    if (error.at.line != 0 && error.at.column != 0) at += ":" + std::to_string(error.at.column);
    if (!at.empty()) error.message = at + ": " + error.message;
  }
  HttpReply reply = reply_of(std::move(errors), request);
  return reply;
}

/// None: it was answered.
std::optional<bool> dry_run_in(const Asked& asked) {
  const std::string* said = asked.request.parameter("dry_run");
  if (said == nullptr || *said == "false") return false;
  if (*said == "true") return true;
  asked.fail("bad_parameter", "dry_run is true or false.");
  return std::nullopt;
}

/// None: it was answered.
std::optional<ProcessorId> processor_in(const Asked& asked) {
  const auto processor = ProcessorId::parse(asked.words.front());
  if (processor) return *processor;
  asked.fail("no_such_processor", "There is no such processor.");
  return std::nullopt;
}

void import(Api& api, const AskedPtr& asked) {
  const auto dry_run = dry_run_in(*asked);
  if (!dry_run) return;
  const std::string* type = asked->request.header("content-type");
  const bool lines =
      type != nullptr && (type->starts_with("application/x-ndjson") || type->starts_with("application/jsonl"));
  api.on_pool(asked, [&api, asked, lines, dry_run = *dry_run] {
    const auto report =
        Files(api.host())
            .import_accounts(asked->caller.tenant, asked->request.body, lines, asked->caller.actor, dry_run);
    if (!report) return asked->fail(report.error());
    if (!report->errors.empty()) return asked->answer(file_reply(report->errors, asked->request));
    json::value shown = json::parse(as_json(*report));
    shown.as_object()["dry_run"] = dry_run;
    asked->json(json::serialize(shown));
  });
}

void statement(Api& api, const AskedPtr& asked) {
  const auto processor = processor_in(*asked);
  const auto dry_run = processor ? dry_run_in(*asked) : std::nullopt;
  if (!dry_run) return;
  if (asked->request.body.empty()) return asked->fail("empty_file", "The body is the statement as the bank gave it.");
  api.on_pool(asked, [&api, asked, processor = *processor, dry_run = *dry_run] {
    const auto report =
        api.host().load_statement(asked->caller.tenant, processor, "statement", asked->request.body, dry_run);
    if (!report && report.error().at.line != 0) return asked->answer(file_reply({report.error()}, asked->request));
    if (!report) return asked->fail(report.error());
    asked->json(as_json(*report));
  });
}

void reconcile(Api& api, const AskedPtr& asked) {
  const auto processor = processor_in(*asked);
  if (!processor) return;
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"day"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const auto day = Date::parse(value_of(words, "day"));
  const auto from = day ? Instant::parse(day->text() + "T00:00Z") : Result<Instant>(day.error());
  if (!from) return asked->fail("bad_date", "day is a day in UTC, as 2026-04-10.");
  api.on_pool(asked, [&api, asked, processor = *processor, from = *from] {
    const auto report = api.host().reconcile(asked->caller.tenant, processor, from, from + hours(24));
    if (!report) return asked->fail(report.error());
    asked->json(as_json(*report));
  });
}

// ---- A tenant's file ----------------------------------------------------------------------------------------------

void versions(Api& api, const AskedPtr& asked) {
  api.on_pool(asked, [&api, asked] {
    const auto all = Files(api.host()).versions(asked->caller.tenant);
    if (!all) return asked->fail(all.error());
    asked->json("{\"data\":" + *all + "}");
  });
}

void plan(Api& api, const AskedPtr& asked) {
  api.on_pool(asked, [&api, asked] {
    Errors errors;
    auto planned = Files(api.host()).plan(asked->caller.tenant, asked->request.body, errors);
    if (!errors.empty()) return asked->answer(file_reply(std::move(errors), asked->request));
    if (!planned) return asked->fail(planned.error());
    json::value shown = json::parse(*planned);
    for (json::value& change : shown.as_object().at("changes").as_array()) {
      json::value& at = change.as_object().at("at");
      at = std::string(file_and_line(std::string_view(at.as_string().data(), at.as_string().size())));
    }
    asked->json(json::serialize(shown));
  });
}

void answer_version(const Asked& asked, const Result<std::uint32_t>& version) {
  if (!version && version.error().at.line != 0) return asked.answer(file_reply({version.error()}, asked.request));
  if (!version) return asked.fail(version.error());
  asked.json(json::serialize(json::object{{"tenant", asked.caller.tenant.text()}, {"version", *version}}));
}

void apply(Api& api, const AskedPtr& asked) {
  std::optional<std::uint32_t> next;
  if (const std::string* said = asked->request.parameter("next")) {
    next = number_of(*said);
    if (!next) return asked->fail("bad_parameter", "next is the number of the version that the plan showed.");
  }
  api.on_pool(asked, [&api, asked, next] {
    Errors errors;
    const auto version =
        Files(api.host()).apply(asked->caller.tenant, asked->request.body, asked->caller.actor, errors, next);
    if (!errors.empty()) return asked->answer(file_reply(std::move(errors), asked->request));
    answer_version(*asked, version);
  });
}

void apply_again(Api& api, const AskedPtr& asked) {
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"version"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const auto version = number_of(value_of(words, "version"));
  if (!version) return asked->fail("bad_version", "version is the number of an earlier version, from 1 on.");
  api.on_pool(asked, [&api, asked, version = *version] {
    answer_version(*asked, api.host().apply_again(asked->caller.tenant, version, asked->caller.actor));
  });
}

// ---- One account --------------------------------------------------------------------------------------------------

void explain(Api& api, const AskedPtr& asked) {
  if (asked->caller.is_customer()) return asked->fail("scope_missing", "This is read by staff.");
  api.on_pool(asked, [&api, asked] {
    const auto there = api.host().version_of(asked->caller.tenant, asked->account);
    if (!there) return asked->fail(there.error());
    auto lots = Files(api.host()).explain(asked->caller.tenant, asked->account);
    if (!lots) return asked->fail(lots.error());
    asked->json(*std::move(lots));
  });
}

void release(Api& api, const AskedPtr& asked) {
  const auto dry_run = dry_run_in(*asked);
  if (!dry_run) return;
  Errors errors;
  const auto words = words_of_body(asked->request.body, {"reason"}, errors);
  if (!errors.empty()) return asked->answer(reply_of(errors, asked->request));
  const std::string reason = value_of(words, "reason");
  if (reason.empty()) {
    Error missing{.code = "missing_field", .message = "reason is missing: what was wrong, and what was done about it"};
    missing.at.path = "reason";
    return asked->answer(reply_of(Errors{missing}, asked->request));
  }
  api.on_pool(asked, [&api, asked, reason, dry_run = *dry_run] {
    const auto there = api.host().version_of(asked->caller.tenant, asked->account);
    if (!there && there.error().code == "no_such_account") return asked->fail(there.error());
    const auto done = api.host().release(asked->caller.tenant, asked->account, asked->caller.actor, reason, dry_run);
    if (!done) return asked->fail(done.error());
    asked->json(json::serialize(json::object{{"released", done->released},
                                             {"rule", done->rule},
                                             {"text", done->text},
                                             {"since", done->since.text()},
                                             {"charges", json::parse(as_json(done->charges))},
                                             {"reports", done->reports}}));
  });
}

}  // namespace

std::vector<Api::Route> file_routes() {
  using Body = Api::Body;
  const std::vector<std::string> dry_run{"dry_run"};
  return {
      {"POST", "import", "operate", &import, dry_run, Body::file,
       "Takes live customers of another system over, all or none: YAML, or as application/x-ndjson an object a line. "
       "`dry_run=true` says what each would be charged and when"},
      {"POST", "processors/{processor}/statement", "money", &statement, dry_run, Body::file,
       "A bank's statement as it came: camt.053, MT940 or CSV; of each line whose it is and why"},
      {"POST",
       "processors/{processor}/reconcile",
       "money",
       &reconcile,
       {},
       Body::json,
       "A processor's books of a `day` (UTC) against ours, both ways"},
      {"GET",
       "catalog/versions",
       "operate",
       &versions,
       {},
       Body::none,
       "The versions of the tenant's file, and which is in force"},
      {"POST",
       "catalog/plan",
       "operate",
       &plan,
       {},
       Body::file,
       "What this file would do: versions, keys, accounts, prices. Nothing is done"},
      {"POST",
       "catalog/apply",
       "operate",
       &apply,
       {"next"},
       Body::file,
       "Makes this file the tenant's next version; `next`: only if it is still the number that the plan showed"},
      {"POST",
       "catalog/apply_again",
       "operate",
       &apply_again,
       {},
       Body::json,
       "Makes what an earlier `version` says the next version: a rollback"},
      {"GET",
       "accounts/{account}/explain",
       "read",
       &explain,
       {},
       Body::none,
       "Each lot of its credits: which grant, rule and payment, and where it went; for staff"},
      {"POST", "accounts/{account}/release", "operate", &release, dry_run, Body::json,
       "Takes an account back in that is set aside, once its books balance; says its `reason`"},
  };
}

}  // namespace florin::server

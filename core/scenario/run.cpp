#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <ostream>
#include <set>

#include "answers/quote.hpp"
#include "config/check.hpp"
#include "config/command.hpp"
#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"
#include "florin/scenario.hpp"
#include "providers/webhook.hpp"
#include "scenario/audit.hpp"
#include "scenario/expect.hpp"
#include "scenario/over_http.hpp"
#include "scenario/stage.hpp"
#include "scenario/story.hpp"
#include "scenario/words.hpp"

namespace florin {

namespace {

using namespace scenario;

std::string place(const Where& at) { return at.file + ":" + std::to_string(at.line) + ": "; }

/// The host's file with only the tenant that a story is about: the others have nothing to say in it.
Result<config::HostFile> host_of(const config::HostFile& all, const TenantId& wanted, const std::string& story) {
  config::HostFile one = all;
  one.tenants.clear();
  for (const std::filesystem::path& file : all.tenants) {
    const auto text = config::read_file(file);
    if (!text) return text.error();
    const auto tree = config::parse_yaml(*text, file.string());
    if (!tree) return tree.error();
    const config::Node* name = tree->child("tenant");
    if (name != nullptr && name->text == wanted.text()) one.tenants.push_back(file);
  }
  if (!one.tenants.empty()) return one;
  return Error{.code = "no_such_tenant",
               .message = "there is no tenant '" + wanted.text() + "' in the config",
               .at = {.file = story, .line = 0, .column = 0, .path = "given.tenant"}};
}

/// Whether the line that a refusal names says so. Any line does when nothing is wanted.
bool decided_by(const std::string& rule, const std::string& wanted) {
  if (wanted.empty()) return true;
  const std::size_t colon = rule.rfind(':');
  std::ifstream file(rule.substr(0, colon));
  std::string line;
  for (int left = colon == std::string::npos ? 0 : std::atoi(rule.c_str() + colon + 1); left > 0; --left)
    if (!std::getline(file, line)) return false;
  return line.find(wanted) != std::string::npos;
}

/// Plays one story.
class Player {
 public:
  Player(const Script& script, const ScenarioOptions& options, ScenarioReport& report, std::ostream& out)
      : script_(script), options_(options), report_(report), out_(out) {}

  /// Whether all was as expected.
  bool play(const config::HostFile& all) {
    auto file = host_of(all, script_.tenant, script_.file);
    if (!file) return fail({.file = script_.file}, config::text_of({file.error()}));
    std::optional<TemporaryFolder> folder;
    std::optional<std::filesystem::path> data;
    if (options_.restart) data = folder.emplace().path();
    auto stage = Stage::open(std::move(*file), data, database(), script_.acts.front().at, false);
    if (!stage) return fail({.file = script_.file}, config::text_of({stage.error()}));
    bool fine = true;
    for (const auto& [processor, answers] : script_.providers)
      providers_.emplace(processor, std::make_shared<ScriptedProvider>(answers));
    if (!goes_once(*stage)) return false;
    std::optional<OverHttp> http;
    if (options_.door != nullptr) {
      if (const auto issued = issue_keys(*stage, script_.tenant, options_.door->keys()); !issued)
        return fail({.file = script_.file}, "the keys: " + issued.error().message);
      if (over_http_) http_ = &http.emplace(*stage, script_.tenant, *options_.door);
      if (const auto opened = http ? http->open() : Status(Done{}); !opened)
        return fail({.file = script_.file}, "over HTTP: " + opened.error().message);
    }
    for (const Act& act : script_.acts) {
      ++report_.steps;
      fine = step(*stage, act) && fine;
      if (fine && !as_scripted(act.node.where(""), false)) return false;
      if (options_.trace) trace(stage->assembly());
      if (!options_.restart) continue;
      if (const auto restarted = stage->restart(); !restarted)
        return fail(act.node.where(""), "the host does not open again: " + restarted.error().message);
      (void)goes_once(*stage);
    }
    fine = as_scripted({.file = script_.file}, true) && fine;
    if (http_ != nullptr)
      for (const std::string& differs : http_->read_tenant()) fine = fail({.file = script_.file}, differs);
    for (const std::string& broken : audit(stage->assembly()).broken) fine = fail({.file = script_.file}, broken);
    if (options_.door != nullptr) journal_ = entries_of(stage->assembly());
    http_ = nullptr;
    return fine;
  }

  /// The same story through the door. False: the journals differ, or something was not as expected.
  bool play_over_http(const config::HostFile& all) {
    const std::vector<std::string> plain = std::exchange(journal_, {});
    over_http_ = true;
    if (!play(all)) return false;
    const auto [one, other] = std::ranges::mismatch(plain, journal_);
    if (one == plain.end() && other == journal_.end()) return true;
    return fail({.file = script_.file}, "over HTTP the journal differs at entry " +
                                            std::to_string(one - plain.begin() + 1) + ":\n  called " +
                                            (one == plain.end() ? "nothing" : *one) + "\n  asked  " +
                                            (other == journal_.end() ? "nothing" : *other));
  }

 private:
  std::optional<std::string> database() const {
    if (options_.postgres.empty()) return std::nullopt;
    return options_.postgres + (options_.postgres.find('?') == std::string::npos ? "?" : "&") + "schema=story_" +
           std::to_string(::getpid()) + "_" + std::to_string(report_.stories);
  }

  bool fail(const Where& at, const std::string& what) {
    out_ << place(at) << what << '\n';
    return false;
  }

  /// The sandboxes are told how what is paid there and then goes.
  bool goes_once(Stage& stage) {
    for (const auto& [processor, how] : script_.once) {
      const auto sandbox = stage.assembly().plugins().sandbox(script_.tenant, processor);
      if (sandbox == nullptr)
        return fail({.file = script_.file}, "given.once: there is no processor '" + processor.text() + "' to play");
      sandbox->once_goes(how.token);
    }
    for (const auto& [processor, provider] : providers_)
      if (!stage.assembly().plugins().play(script_.tenant, processor, provider,
                                           [this](std::string_view name) { return secret(name); }))
        return fail({.file = script_.file}, "given.providers: there is no processor '" + processor.text() +
                                                "' that asks a provider over the network");
    return true;
  }

  /// Whether every request had an answer in the story, and at its end every answer a request.
  bool as_scripted(const Where& at, bool at_the_end) {
    for (const auto& [processor, provider] : providers_) {
      const std::vector<std::string> problems = provider->problems(at_the_end);
      if (!problems.empty()) return fail(at, processor.text() + ": " + problems.front());
    }
    return true;
  }

  /// The text with what the plugin asked for in place of what stands for it.
  std::string filled(const ProcessorId& processor, const std::string& text) const {
    const auto provider = providers_.find(processor);
    if (provider == providers_.end()) return text;
    const auto known = provider->second->filled(text);
    return known ? *known : text;
  }

  std::vector<std::string> secret(std::string_view name) const {
    for (const auto& [known, value] : script_.secrets)
      if (known == name) return {value};
    return ScriptedProvider::secret(name);
  }

  static std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
      text.replace(at, what.size(), with);
    return text;
  }

  WebhookMessage message_of(const WebhookGiven& given, Instant now) const {
    // The signature comes last, and stands for itself until then.
    static constexpr std::string_view later = "\x1a";
    WebhookMessage message{.body = filled(given.processor, replaced(given.body.value_or(""), "${signature}", later)),
                           .headers = {},
                           .received_at = now,
                           .method = given.method.value_or("POST"),
                           .query = filled(given.processor, given.query.value_or(""))};
    for (const auto& [name, value] : given.headers) message.headers.emplace_back(name, filled(given.processor, value));
    if (!given.sign) return message;
    const WebhookGiven::Signed& by = *given.sign;
    const std::string at = std::to_string(now.us / 1'000'000);
    const std::string over = replaced(replaced(by.over.value_or("${body}"), "${now}", at), "${body}", message.body);
    const std::string signs = filled(given.processor, over);
    const std::string made =
        by.scheme ? signature_by_key(*by.scheme, signs)
                  : hmac_text(signs, secret(by.secret).front(),
                              {by.sha512.value_or(false), by.base64.value_or(false), by.hex_key.value_or(false)});
    const std::string shown = replaced(replaced(by.as.value_or("${signature}"), "${now}", at), "${signature}", made);
    if (by.header)
      message.headers.emplace_back(*by.header, shown);
    else
      message.body = replaced(std::move(message.body), later, shown);
    return message;
  }

  bool webhook(Stage& stage, const Act& act) {
    const Where at = act.node.where("");
    const WebhookGiven& given = *act.webhook;
    const WebhookMessage message = message_of(given, act.at);
    for (std::int32_t i = 0; i < given.times.value_or(1); ++i) {
      const auto taken = take_webhook(stage.assembly().engine(), stage.assembly().store(), stage.assembly().plugins(),
                                      script_.tenant, given.processor, message);
      ++report_.checks;
      if (!taken && !given.refused) return fail(at, "refused as " + taken.error().code + ": " + taken.error().message);
      if (!taken && *given.refused != taken.error().code)
        return fail(at, "refused as " + taken.error().code + ", expected " + *given.refused);
      if (taken && given.refused) return fail(at, "was taken, expected to be refused as " + *given.refused);
      if (taken && given.answered && *given.answered != taken->body)
        return fail(at, "answered with '" + taken->body + "', expected '" + *given.answered + "'");
    }
    stage.run_until(act.at);
    return true;
  }

  bool step(Stage& stage, const Act& act) {
    stage.run_until(act.at);
    bool fine = true;
    std::optional<Quotation> quotation;
    if (act.command && act.only_quoted) {
      quotation = quoted(stage, act);
      if (http_ != nullptr && quotation)
        if (const auto same = http_->quotes(act, *quotation); !same)
          fine = fail(act.node.where(""), same.error().message);
    } else if (act.command)
      fine = send(stage, act);
    if (act.webhook) fine = webhook(stage, act);
    if (!act.new_version.empty() || act.version_again != 0) fine = apply(stage, act);
    if (http_ != nullptr)
      for (const std::string& differs : http_->read(act)) fine = fail(act.node.where(""), differs);
    if (!act.expect) return fine;
    for (const scenario::Discrepancy& difference : compare(stage, script_.tenant, act, quotation, report_.checks)) {
      out_ << place(difference.at) << difference.what << " is " << difference.actual << ", expected "
           << difference.expected << "   (at " << act.at.text() << ")\n";
      fine = false;
    }
    return fine;
  }

  std::optional<Quotation> quoted(Stage& stage, const Act& act) {
    if (act.of_tenant) return std::nullopt;
    const auto job = stage.assembly().job_of({script_.tenant, act.account, act.actor, act.key, act.at, *act.command});
    if (!job || job->unfit) return std::nullopt;
    auto quotation =
        quote(stage.rehearsal(script_.tenant, act.account, job->command), act.actor, act.key, job->command, act.at);
    if (!quotation) return std::nullopt;
    return *std::move(quotation);
  }

  /// What a command does is what it was said to do beforehand, fact by fact.
  bool as_quoted(const Where& at, const std::optional<Quotation>& quotation, const Result<engine::Answered>& answer) {
    if (!quotation || !answer) return true;
    const auto bytes = [](Facts facts) {
      for (Fact& fact : facts) {  // a rehearsal seals nothing
        if (auto* started = std::get_if<AttemptStarted>(&fact)) started->browser.reset();
        if (auto* started = std::get_if<SavingStarted>(&fact)) started->saving->browser.reset();
      }
      std::string text;
      {
        codec::Writer out(text);
        codec::write(out, facts);
      }
      return text;
    };
    const Entry& said = quotation->entries.front();
    ++report_.checks;
    const bool same_refusal = said.refusal.has_value() == answer->entry->refusal.has_value();
    if (same_refusal && bytes(said.facts) == bytes(answer->entry->facts)) return true;
    return fail(at, "a quote asked for just before said something else");
  }

  bool apply(Stage& stage, const Act& act) {
    const Where at = act.node.where("");
    const auto applied =
        act.version_again != 0
            ? stage.apply_again(script_.tenant, static_cast<std::uint32_t>(act.version_again), act.actor)
            : stage.apply(script_.tenant, act.new_version, act.actor);
    if (applied) (void)goes_once(stage);
    ++report_.checks;
    if (applied && act.refused) return fail(at, "was applied, expected to be refused as " + *act.refused);
    if (!applied && !act.refused)
      return fail(at, "not applied: " + applied.error().code + ": " + applied.error().message);
    if (!applied && *act.refused != applied.error().code)
      return fail(at, "refused as " + applied.error().code + ", expected " + *act.refused);
    return true;
  }

  bool send(Stage& stage, const Act& act) {
    const Where at = act.node.where("");
    const Command& command = *act.command;
    const bool known = !act.nobodys && stage.account(script_.tenant, act.account) != nullptr;
    const std::optional<Quotation> quotation =
        known && act.times == 1 && act.at == stage.now() ? quoted(stage, act) : std::nullopt;
    std::vector<Request> requests;
    for (std::int32_t i = 0; i < act.times; ++i)
      requests.push_back({script_.tenant, act.of_tenant || act.nobodys ? AccountId() : act.account, act.actor,
                          act.times == 1 ? act.key : act.key + "-" + std::to_string(i + 1), act.at, command});
    // What is asked of nobody has no address over HTTP.
    const auto answers = http_ != nullptr && !act.nobodys ? http_->send(requests)
                         : options_.door != nullptr       ? as_over_http(stage, requests)
                                                          : stage.send(requests);
    bool fine = as_wanted(act, at, answers);
    if (act.times == 1) fine = as_quoted(at, quotation, answers.front()) && fine;
    if (options_.twice) fine = same_again(stage, at, requests, answers) && fine;
    return fine;
  }

  /// As they go over HTTP, to be compared with that: usages in one batch, all else alone.
  static std::vector<Result<engine::Answered>> as_over_http(Stage& stage, const std::vector<Request>& requests) {
    if (are_usages(requests)) return stage.send(requests);
    std::vector<Result<engine::Answered>> answers;
    for (const Request& request : requests) answers.push_back(stage.send({request}).front());
    return answers;
  }

  bool as_wanted(const Act& act, const Where& at, const std::vector<Result<engine::Answered>>& answers) {
    if (act.habit) return true;
    std::int32_t refused = 0;
    for (const auto& answer : answers) {
      const bool done = answer && !answer->entry->refusal;
      if (done) continue;
      const std::string code = answer ? answer->entry->refusal->code : answer.error().code;
      const std::string text = answer ? answer->entry->refusal->text : answer.error().message;
      if (!act.refused) return fail(at, "refused as " + code + ": " + text + "   (at " + act.at.text() + ")");
      if (*act.refused != code) return fail(at, "refused as " + code + ", expected " + *act.refused + ": " + text);
      if (text.find(act.says) == std::string::npos) return fail(at, "says '" + text + "', expected '" + act.says + "'");
      if (answer && !decided_by(answer->entry->refusal->rule, act.decided_by))
        return fail(at, "refused by the line " + answer->entry->refusal->rule + ", which does not say '" +
                            act.decided_by + "'");
      ++refused;
    }
    ++report_.checks;
    if (refused == act.refused_times) return true;
    if (act.times == 1) return fail(at, "was done, expected to be refused as " + act.refused.value_or(""));
    return fail(at, std::to_string(refused) + " of " + std::to_string(act.times) + " were refused, expected " +
                        std::to_string(act.refused_times));
  }

  /// Of a batch the first, the middle and the last line: each is looked up by itself.
  bool same_again(Stage& stage, const Where& at, const std::vector<Request>& requests,
                  const std::vector<Result<engine::Answered>>& answers) {
    for (const std::size_t i : std::set<std::size_t>{0, requests.size() / 2, requests.size() - 1}) {
      const Result<engine::Answered>& first = answers[i];
      const Result<engine::Answered> second = stage.send({requests[i]}).front();
      const bool same = first ? second && first->position == second->position &&
                                    config::json_of(*first->entry, first->position) ==
                                        config::json_of(*second->entry, second->position)
                              : !second && first.error().code == second.error().code;
      if (!same) return fail(at, "the same command with the same key got another answer the second time");
    }
    return true;
  }

  void trace(Assembly& assembly) {
    (void)!each_entry(assembly, traced_ + 1, [&](store::Position position, const Entry& entry) {
      traced_ = position;
      out_ << "  " << position << "  " << entry.at.text() << "  " << entry.actor.role
           << (entry.account.empty() ? "" : "  " + entry.account.text()) << "  " << in_words(entry.command) << '\n';
      if (entry.refusal) out_ << "        refused as " << entry.refusal->code << ": " << entry.refusal->text << '\n';
      (void)!assembly.engine().read([&](const engine::Shard& shard) {
        const Catalogs* catalogs = shard.catalogs(script_.tenant);
        const Account* account = shard.account(script_.tenant, entry.account);
        const Account nobody;
        for (const Fact& fact : entry.facts)
          out_ << "        " << in_words(fact, *catalogs->versions.back(), account == nullptr ? nobody : *account)
               << '\n';
      });
    });
  }

  const Script& script_;
  const ScenarioOptions& options_;
  ScenarioReport& report_;
  std::ostream& out_;
  store::Position traced_ = 0;
  std::map<ProcessorId, std::shared_ptr<ScriptedProvider>> providers_;  // they outlive a host that is opened again
  bool over_http_ = false;
  OverHttp* http_ = nullptr;
  std::vector<std::string> journal_;  ///< of what was played last, where there is a door
};

std::vector<std::filesystem::path> files_of(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    std::error_code failed;
    if (!std::filesystem::is_directory(path, failed)) {
      files.emplace_back(path);
      continue;
    }
    std::vector<std::filesystem::path> inside;
    for (auto entry = std::filesystem::recursive_directory_iterator(path, failed);
         !failed && entry != std::filesystem::recursive_directory_iterator(); entry.increment(failed))
      if (entry->path().extension() == ".yaml") inside.push_back(entry->path());
    std::ranges::sort(inside);
    std::ranges::move(inside, std::back_inserter(files));
  }
  return files;
}

}  // namespace

ScenarioReport run_scenarios(const std::vector<std::string>& paths, const ScenarioOptions& options, std::ostream& out) {
  ScenarioReport report;
  Errors unfit;
  config::HostFile host = config::load_host_file(options.config, unfit);
  if (!options.plugins.empty()) host.plugins = options.plugins;
  if (!options.plugin.empty()) {
    host.plugin_tried = options.plugin;
    host.plugin_isolation = options.isolated ? config::PluginsRun::process : config::PluginsRun::host;
  }
  if (!unfit.empty()) {
    out << config::text_of(unfit) << '\n';
    report.failed = 1;
    return report;
  }
  const std::vector<std::filesystem::path> files = files_of(paths);
  for (const std::filesystem::path& file : files) {
    ++report.stories;
    Errors errors;
    const auto script = read_story(file, errors);
    if (!script) {
      out << config::text_of(errors) << '\n';
      ++report.failed;
      continue;
    }
    if (options.trace) out << file.string() << ": " << script->because << '\n';
    bool fine = false;
    try {
      Player player(*script, options, report, out);
      fine = player.play(host);
      if (fine && options.door != nullptr) fine = player.play_over_http(host);
    } catch (const std::exception& error) {
      out << file.string() << ": the host broke down: " << error.what() << '\n';
    }
    if (!fine) ++report.failed;
  }
  if (files.empty()) {
    out << "there is no story to run\n";
    report.failed = 1;
  }
  out << report.stories << (report.stories == 1 ? " story, " : " stories, ") << report.steps << " steps, "
      << report.checks << " values compared";
  if (!options.postgres.empty()) out << ", in PostgreSQL";
  if (options.restart) out << ", reopened after each step";
  if (options.twice) out << ", each command twice";
  if (options.door != nullptr) out << ", by calls and over HTTP";
  out << ": " << (report.failed == 0 ? "all as told" : std::to_string(report.failed) + " not as told") << '\n';
  return report;
}

}  // namespace florin

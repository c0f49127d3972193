#include "scenario/story.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "config/command.hpp"
#include "config/hint.hpp"
#include "scenario/short_forms.hpp"
#include "transport/sandbox/book.hpp"
#include "transport/scripted/recorded.hpp"

namespace florin::scenario {

namespace {

using config::Node;

constexpr std::pair<std::string_view, std::string_view> ways[] = {{"succeeds", "ok"},
                                                                  {"declined", "declined_soft"},
                                                                  {"declined_hard", "declined_hard"},
                                                                  {"request_lost", "lost_before"},
                                                                  {"answer_lost", "lost_after"},
                                                                  {"declined_technical", "declined_technical"},
                                                                  {"declined_data", "declined_data"},
                                                                  {"unreachable", "unreachable"},
                                                                  {"needs_action", "needs_action"},
                                                                  {"webhook_late", "webhook_late"},
                                                                  {"webhook_twice", "webhook_twice"},
                                                                  {"webhook_never", "webhook_never"},
                                                                  {"wrong_amount", "wrong_amount"},
                                                                  {"refund_declined", "refund_declined"},
                                                                  {"refund_answer_lost", "refund_lost_after"},
                                                                  {"succeeds, not booked", "ok_not_booked"},
                                                                  {"succeeds, booked twice", "ok_booked_twice"},
                                                                  {"succeeds, booked a day late", "ok_booked_late"},
                                                                  {"succeeds, books down for a day", "ok_books_down"}};

std::optional<std::string> pending_token(std::string_view text) {
  const bool acts = text.starts_with("acts after ");
  if (!acts && !text.starts_with("pending ")) return std::nullopt;
  text.remove_prefix(acts ? 11 : 8);
  const std::string_view ending = acts ? " unless cancelled" : " then declined";
  const bool ends_so = text.ends_with(ending);
  if (ends_so) text.remove_suffix(ending.size());
  const auto span = Span::parse(text);
  if (!span || span->count <= 0 || span->unit == Span::Unit::months) return std::nullopt;
  const std::string length =
      span->unit == Span::Unit::days ? std::to_string(span->count) + "d" : std::to_string(span->count) + "s";
  return (acts ? "acts_after_" : "pending_") + length + (!ends_so ? "" : acts ? "_unless_cancelled" : "_then_declined");
}

/// `succeeds, keeps 250` and `succeeds, keeps 250, books 300`: minor units of the fee.
std::optional<std::string> kept_token(std::string_view text) {
  constexpr std::string_view front = "succeeds, keeps ", middle = ", books ";
  if (!text.starts_with(front)) return std::nullopt;
  std::string token = "ok_keeps_" + std::string(text.substr(front.size()));
  if (const auto at = token.find(middle); at != std::string::npos) token.replace(at, middle.size(), "_booked_");
  const std::string_view numbers = std::string_view(token).substr(9);
  return numbers.find_first_not_of("0123456789_boked") == std::string_view::npos ? std::optional(token) : std::nullopt;
}

/// `captures only 1200`: minor units.
std::optional<std::string> part_token(std::string_view text) {
  constexpr std::string_view front = "captures only ";
  if (!text.starts_with(front)) return std::nullopt;
  std::string token = "only_" + std::string(text.substr(front.size()));
  return SandboxBehaviour::of(token) ? std::optional(token) : std::nullopt;
}

std::optional<std::string> first_ones_token(std::string_view text) {
  if (!text.starts_with("succeeds ") || !text.ends_with(" times then declined")) return std::nullopt;
  text.remove_prefix(9);
  text.remove_suffix(20);
  int times = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), times);
  if (failed != std::errc() || end != text.data() + text.size() || times < 1) return std::nullopt;
  return "ok_then_declined_after_" + std::to_string(times);
}

/// Reads the acts of one story.
class Reader {
 public:
  Reader(const Node& tree, Errors& errors) : tree_(tree), errors_(errors) {}

  std::optional<Script> script() {
    const std::size_t before = errors_.size();
    story_ = config::decode<Story>(tree_, errors_);
    if (errors_.size() != before) {
      check_commands();
      return std::nullopt;
    }
    script_.file = *tree_.file;
    script_.tenant = story_.given.tenant;
    script_.because = story_.because;
    script_.rules = story_.rules;
    script_.once = story_.given.once;
    script_.secrets = story_.given.secrets;
    add_providers();
    check_texts();
    find_accounts();
    if (accounts_.empty()) check_commands();
    if (errors_.size() == before)
      for (const auto& [id, given] : accounts_) add_given(id, given);
    if (!accounts_.empty() && !story_.timeline.empty()) add_steps();
    if (errors_.size() != before) return std::nullopt;
    std::ranges::stable_sort(script_.acts, {}, &Act::at);
    return std::move(script_);
  }

 private:
  void error(std::string code, std::string message, Where at) {
    errors_.push_back({.code = std::move(code), .message = std::move(message), .at = std::move(at)});
  }

  /// Of a key of the story, or of the story where it is not written.
  Where where(std::string_view key) const {
    const Node* node = tree_.child(key);
    return node != nullptr ? node->where(std::string(key)) : tree_.where("");
  }

  void check_texts() {
    if (story_.because.empty()) error("empty_text", "say what the story shows", where("because"));
    if (story_.math.empty()) error("empty_text", "show how the numbers come about", where("math"));
    if (story_.rules.empty() && story_.refutes.empty())
      error("no_rules", "name the rules that the story shows, as `rules: [CL-03, CL-09]`, or refutes", where("rules"));
    for (const std::string& rule : story_.refutes)
      if (std::ranges::find(story_.rules, rule) != story_.rules.end())
        error("two_keys", "'" + rule + "' is shown already: a story shows a rule or refutes what is wrong of it",
              where("refutes"));
    if (!story_.refutes.empty() && story_.math.find("Wrong:") == std::string::npos)
      error("no_wrong", "a story that refutes says what would be wrong: `Wrong: …`", where("math"));
    if (std::ranges::none_of(story_.timeline, [](const Step& step) { return step.expect.has_value(); }))
      error("no_expect", "a story without `expect` shows nothing", where("timeline"));
  }

  /// What signs by a key pair is checked with its public half, unless the story gives another one.
  void add_public_key(const Act& act) {
    if (!act.webhook || !act.webhook->sign || !act.webhook->sign->scheme) return;
    const std::string& name = act.webhook->sign->secret;
    for (const auto& [known, value] : script_.secrets)
      if (known == name) return;
    script_.secrets.emplace_back(name, public_key(*act.webhook->sign->scheme));
  }

  void add_providers() {
    for (const auto& [processor, answers] : story_.given.providers) {
      std::vector<ScriptedAnswer> script;
      const Node* list = tree_.child("given")->child("providers")->child(processor.text());
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const Where at = list->children[i].where("given.providers." + processor.text() + "[" + std::to_string(i) + "]");
        if (answers[i].recorded)
          add_recorded(answers[i], at, script);
        else
          add_answer(answers[i], at, script);
      }
      script_.providers.emplace_back(processor, std::move(script));
    }
  }

  void add_answer(const AnswerGiven& given, const Where& at, std::vector<ScriptedAnswer>& script) {
    const std::string to = given.to.value_or("");
    if (!is_method_and_path(to))
      error("bad_answer", "`to` is a method and a path without its query, as `POST /payments` or `GET /payments/*`",
            at);
    const bool acts = !given.fault || *given.fault == AnswerFault::garbled || *given.fault == AnswerFault::none;
    if (acts && !given.status && !given.body)
      error("bad_answer", "an answer has a `status`, a `body` or a `fault`", at);
    if (given.times.value_or(1) < 1) error("bad_times", "`times` counts from 1", at);
    const std::size_t blank = std::min(to.find(' '), to.size());
    script.push_back({.method = to.substr(0, blank),
                      .path = to.substr(std::min(blank + 1, to.size())),
                      .status = given.status.value_or(given.fault == AnswerFault::html ? 502 : 200),
                      .headers = given.headers,
                      .body = given.body.value_or(""),
                      .fault = given.fault.value_or(AnswerFault::none),
                      .times = given.times.value_or(1),
                      .always = given.always.value_or(false),
                      .where = at.file + ":" + std::to_string(at.line)});
  }

  void add_recorded(const AnswerGiven& given, const Where& at, std::vector<ScriptedAnswer>& script) {
    if (given.status || given.body || given.fault || given.times || given.always || !given.headers.empty())
      error("two_keys", "what is `recorded` has its own status, headers, body and faults: beside it stands `to` alone",
            at);
    if (given.to && !is_method_and_path(*given.to))
      error("bad_answer", "`to` is a method and a path without its query, as `POST /payments` or `GET /payments/*`",
            at);
    const std::filesystem::path file = std::filesystem::path(at.file).parent_path() / *given.recorded;
    auto answers = recorded_answers(file.lexically_normal(), given.to.value_or(""));
    if (!answers) return error(answers.error().code, answers.error().message, at);
    std::ranges::move(*answers, std::back_inserter(script));
  }

  void find_accounts() {
    const Node& given = *tree_.child("given");
    accounts_ = story_.given.accounts;
    if (story_.given.account) accounts_.emplace_back(AccountId::trusted("acme"), *story_.given.account);
    if (accounts_.empty())
      error("missing_key", "say which `account` there is, or which `accounts` by name", given.where("given"));
    if (story_.given.account && !story_.given.accounts.empty())
      error("two_keys", "either `account` or `accounts`", given.where("given"));
    for (const auto& [id, account] : accounts_) script_.accounts.push_back(id);
  }

  const Node& node_of_account(const AccountId& id) const {
    const Node& given = *tree_.child("given");
    if (const Node* one = given.child("account")) return *one;
    return *given.child("accounts")->child(id.text());
  }

  /// What is given is played as commands, like everything else.
  void add_given(const AccountId& id, const AccountGiven& given) {
    if (given.imported.value_or(false)) {
      if (node_of_account(id).children.size() > 1)
        error("two_keys", "what an imported account has is in its `import_account`",
              node_of_account(id).where("given"));
      return;
    }
    Instant at = story_.timeline.front().at;
    if (given.running_since) at = std::min(at, *given.running_since);
    if (given.trial_from) at = std::min(at, *given.trial_from);
    if (given.opened_at) at = *given.opened_at;
    const Actor owner{"owner", ""}, staff{"staff", ""};
    int n = 0;
    const auto add = [&](Instant when, const Actor& actor, Command command) {
      Act act;
      act.at = when;
      act.account = id;
      act.actor = actor;
      act.key = "given-" + id.text() + "-" + std::to_string(++n);
      act.command = std::move(command);
      act.node = node_of_account(id);
      script_.acts.push_back(std::move(act));
    };
    OpenAccount open{given.country.value_or("US"), given.billing_state, {}};
    for (const auto& [name, value] : given.personal_data) open.personal_data.push_back({name, value});
    add(at, owner, open);
    if (given.card) add(at, owner, card_with(*given.card, "primary"));
    if (given.backup) add(at, owner, card_with(*given.backup, "backup"));
    if (given.upi) add(at, owner, upi_with(*given.upi));
    for (const auto& [approval, state] : given.approvals) add(at, staff, SetApproval{approval, state});
    if (given.trial_from) add(*given.trial_from, owner, StartTrial{});
    if (given.running_since) {
      if (!given.plan || !given.cycle)
        return error("missing_key", "an account that is running has a plan and a cycle",
                     node_of_account(id).where("given.account"));
      add(*given.running_since, owner, subscription_of(given));
    }
    if (given.auto_recharge)
      add(given.running_since.value_or(at), owner,
          SetAutoRecharge{true, given.auto_recharge->below, given.auto_recharge->amount});
  }

  void add_steps() {
    const Node& timeline = *tree_.child("timeline");
    Instant last = story_.timeline.front().at;
    for (std::size_t i = 0; i < story_.timeline.size(); ++i) {
      const Step& step = story_.timeline[i];
      const Node& node = timeline.children[i];
      const std::string path = "timeline[" + std::to_string(i) + "]";
      if (step.at < last)
        error("time_runs_back", "this is before the step above", node.child("at")->where(path + ".at"));
      last = step.at;
      add_step(step, node, path, i + 1);
    }
  }

  /// The command of a step, what it leaves out filled in with what is given. Says of each step all that is wrong with
  /// its words, whatever else is wrong with the story.
  std::optional<CommandOfStep> command_in(const Step& step, const Node& node, const std::string& path,
                                          const AccountGiven& given) {
    const std::vector<Node>& commands = step.rest.node.children;
    const bool applies = !step.new_version.empty() || step.version_again.value_or(0) != 0;
    if (commands.size() > 1)
      error("two_commands", "one command a step: make two steps of it",
            commands[1].where_key(path + "." + commands[1].key));
    if (applies && !commands.empty()) error("two_commands", "a new version is a step of its own", node.where(path));
    if (step.webhook && !commands.empty())
      error("two_commands", "a webhook is a step of its own", commands.front().where_key(path));
    const bool expects =
        node.child("expect") != nullptr || step.webhook || applies || node.child("new_version") != nullptr;
    if (commands.empty() && !expects)
      error("missing_key", "a step has a command, or `expect`, or both", node.where(path));
    else if (commands.empty() && !applies && (step.refused || step.times || step.key))
      error("missing_key", "a command belongs here", node.where(path));
    std::optional<CommandOfStep> first;
    for (const Node& command : commands) {
      auto read = command_of_step(command, given, errors_, path);
      if (&command == &commands.front()) first = std::move(read);
    }
    return first;
  }

  /// Of a story of which something else cannot be read: its steps' commands, with anything given.
  void check_commands() {
    const Node* timeline = tree_.child("timeline");
    if (timeline == nullptr || timeline->kind != Node::Kind::list) return;
    AccountGiven anything;
    anything.plan = PlanId::trusted("any");
    anything.cycle = "any";
    for (std::size_t i = 0; i < std::min(timeline->children.size(), story_.timeline.size()); ++i)
      if (timeline->children[i].kind == Node::Kind::map)
        (void)command_in(story_.timeline[i], timeline->children[i], "timeline[" + std::to_string(i) + "]", anything);
  }

  void add_step(const Step& step, const Node& node, const std::string& path, std::size_t number) {
    const std::size_t before = errors_.size();
    const auto whose = std::ranges::find(accounts_, step.account.value_or(accounts_.front().first),
                                         [](const auto& account) { return account.first; });
    auto command = command_in(step, node, path, whose == accounts_.end() ? accounts_.front().second : whose->second);
    Act act;
    act.at = step.at;
    act.node = node;
    act.account = step.account.value_or(accounts_.front().first);
    if (!step.account && accounts_.size() > 1)
      return error("missing_key", "there are several accounts: say which one with `account`", node.where(path));
    if (whose == accounts_.end())
      return error("unknown_account", "'" + act.account.text() + "' is none of the accounts that are given",
                   node.child("account")->where(path + ".account"));
    const bool quotes = node.child("quote") != nullptr;
    if (step.expect && step.expect->quote && !quotes)
      return error("no_quote", "the step asks for no quote: write `quote: {change_plan: …}` in it",
                   node.child("expect")->where(path + ".expect"));
    act.expect = step.expect;
    act.actor = {step.as.value_or("owner"), step.by.value_or("")};
    act.new_version = step.new_version;
    act.version_again = step.version_again.value_or(0);
    const bool applies = !act.new_version.empty() || act.version_again != 0;
    act.nobodys = step.nobodys.value_or(false);
    act.webhook = step.webhook;
    add_public_key(act);
    act.refused = step.refused;
    act.says = step.says.value_or("");
    act.decided_by = step.decided_by.value_or("");
    act.times = step.times.value_or(1);
    act.refused_times = step.refused_times.value_or(step.refused ? act.times : 0);
    act.key = step.key.value_or("step-" + std::to_string(number));
    if (act.times < 1) return error("bad_times", "`times` counts from 1", node.child("times")->where(path + ".times"));
    if (applies) act.actor = {step.as.value_or("staff"), ""};
    if (!step.refused && (step.says || step.decided_by))
      return error("missing_key", "`says` and `decided_by` are of a refusal: write `refused` too", node.where(path));
    if (errors_.size() != before) return;
    if (command) {
      act.only_quoted = command->only_quoted;
      act.actor = {step.as.value_or(std::string(command->by)), step.by.value_or("")};
      act.of_tenant = is_of_tenant(command->command);
      act.command = std::move(command->command);
    }
    if (step.together.value_or(false)) {
      const Use* usage = act.command ? std::get_if<Use>(&*act.command) : nullptr;
      if (usage == nullptr)
        return error("not_a_usage", "only a usage can be asked for together",
                     node.child("together")->where(path + ".together"));
      act.command = UseTogether{std::vector<Use>(static_cast<std::size_t>(act.times), Use(*usage))};
      act.times = 1;
      act.refused_times = step.refused ? 1 : 0;
    }
    if (step.weekly_until) return add_weeks(act, *step.weekly_until, node, path);
    script_.acts.push_back(std::move(act));
  }

  void add_weeks(Act act, Date until, const Node& node, const std::string& path) {
    const Instant end{until.days() * hours(24).us};
    const Where at = node.child("weekly_until")->where(path + ".weekly_until");
    if (!act.command || act.only_quoted || act.refused || act.expect)
      return error("not_a_habit", "a habit is a command alone, without `refused` or `expect`", at);
    if (end <= act.at) return error("bad_day", "the habit ends before its first week", at);
    act.habit = true;
    const std::string key = act.key;
    for (int week = 1; act.at < end; ++week, act.at = act.at + hours(7 * 24)) {
      act.key = key + "-week-" + std::to_string(week);
      script_.acts.push_back(act);
    }
  }

  const Node& tree_;
  Errors& errors_;
  Story story_;
  Script script_;
  std::vector<std::pair<AccountId, AccountGiven>> accounts_;
};

}  // namespace

Result<Amount> Amount::parse(std::string_view text) {
  const auto value = Decimal::parse(text);
  if (!value) return value.error();
  return Amount{*value, std::string(text)};
}

Result<HowItGoes> HowItGoes::parse(std::string_view text) {
  for (const auto& [word, token] : ways)
    if (word == text) return HowItGoes{std::string(token)};
  if (const auto token = pending_token(text)) return HowItGoes{*token};
  if (const auto token = first_ones_token(text)) return HowItGoes{*token};
  if (const auto token = part_token(text)) return HowItGoes{*token};
  if (const auto token = part_token(text)) return HowItGoes{*token};
  if (const auto token = kept_token(text)) return HowItGoes{*token};
  std::vector<std::string_view> known;
  for (const auto& [word, token] : ways) known.push_back(word);
  const std::string hint = config::did_you_mean(text, known);
  return Error{.code = "unknown_word",
               .message = "'" + std::string(text.substr(0, 60)) + "' is not known here" +
                          (hint.empty() ? ": write " + config::choice(known) +
                                              ", `pending 1 hour`, `pending 1 hour then declined` or "
                                              "`succeeds 2 times then declined`"
                                        : hint)};
}

std::optional<Script> read_story(const std::filesystem::path& file, Errors& errors) {
  const auto text = config::read_file(file);
  if (!text) {
    errors.push_back(text.error());
    return std::nullopt;
  }
  return read_story(*text, file.string(), errors);
}

std::optional<Script> read_story(std::string_view text, const std::string& name, Errors& errors) {
  const auto tree = config::parse_yaml(text, name);
  if (!tree) {
    errors.push_back(tree.error());
    return std::nullopt;
  }
  return Reader(*tree, errors).script();
}

}  // namespace florin::scenario

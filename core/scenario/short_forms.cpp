#include "scenario/short_forms.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <functional>

#include "config/command.hpp"
#include "config/hint.hpp"
#include "domain/catalog/action.hpp"
#include "domain/catalog/command_rule.hpp"
#include "domain/journal/names.hpp"

namespace florin::scenario {

namespace {

using config::Node;

struct Reading {
  const Node& node;
  const AccountGiven& given;
  Errors& errors;
  std::string path;

  template <class T>
  std::optional<T> scalar() const {
    const std::size_t before = errors.size();
    T value = config::decode<T>(node, errors, path);
    if (errors.size() != before) return std::nullopt;
    return value;
  }
};

/// `{sms: 160 characters, destination: whitelisted}`: the meter, how much, then words about it.
template <class T>
std::optional<Command> used(const Reading& reading) {
  const auto table =
      config::decode<std::vector<std::pair<std::string, std::string>>>(reading.node, reading.errors, reading.path);
  if (table.empty()) {
    reading.errors.push_back({.code = "missing_key",
                              .message = "say which meter and how much, as {sms: 160 characters}",
                              .at = reading.node.where(reading.path)});
    return std::nullopt;
  }
  const auto meter = MeterId::parse(table.front().first);
  const auto quantity = Quantity::parse(table.front().second);
  if (!meter || !quantity) {
    Error error = meter ? quantity.error() : meter.error();
    error.at = reading.node.children.front().where(reading.path);
    reading.errors.push_back(std::move(error));
    return std::nullopt;
  }
  T command;
  command.meter = *meter;
  command.quantity = *quantity;
  for (std::size_t i = 1; i < table.size(); ++i) command.properties.push_back({table[i].first, table[i].second});
  return command;
}

struct ShortForm {
  std::string_view word;
  std::string_view by;
  std::optional<Command> (*read)(const Reading& reading);
};

/// `{numbers: n-1}`: one name and what is said of it.
template <class Key>
std::optional<std::pair<Key, std::string>> one_pair(const Reading& reading) {
  const auto table = reading.scalar<std::vector<std::pair<Key, std::string>>>();
  if (!table) return std::nullopt;
  if (table->size() == 1) return table->front();
  reading.errors.push_back(
      {.code = "one_key", .message = "one name belongs here", .at = reading.node.where(reading.path)});
  return std::nullopt;
}

constexpr ShortForm short_forms[] = {
    {"take", "owner",
     [](const Reading& reading) -> std::optional<Command> {
       const auto taken = one_pair<EntitlementId>(reading);
       if (!taken) return std::nullopt;
       return OccupyItem{taken->first, taken->second};
     }},
    {"give_back", "owner",
     [](const Reading& reading) -> std::optional<Command> {
       const auto given = one_pair<EntitlementId>(reading);
       if (!given) return std::nullopt;
       return ReleaseItem{given->first, given->second};
     }},
    {"invite", "owner",
     [](const Reading& reading) -> std::optional<Command> {
       const auto invited = one_pair<MemberId>(reading);
       if (!invited) return std::nullopt;
       return InviteMember{invited->first, invited->second};
     }},
    {"accept", "service",
     [](const Reading& reading) -> std::optional<Command> {
       const auto member = reading.scalar<MemberId>();
       if (!member) return std::nullopt;
       return AcceptInvitation{*member};
     }},
    {"usage", "owner", [](const Reading& reading) { return used<Use>(reading); }},
    {"hold", "owner", [](const Reading& reading) { return used<PlaceHold>(reading); }},
    {"buy", "owner",
     [](const Reading& reading) -> std::optional<Command> {
       const auto amount = reading.scalar<CreditAmount>();
       if (!amount) return std::nullopt;
       return BuyCredits{*amount, std::nullopt};
     }},
    {"card", "owner",
     [](const Reading& reading) -> std::optional<Command> {
       const auto how = reading.scalar<HowItGoes>();
       if (!how) return std::nullopt;
       return card_with(*how, "primary");
     }},
    {"backup", "owner",
     [](const Reading& reading) -> std::optional<Command> {
       const auto how = reading.scalar<HowItGoes>();
       if (!how) return std::nullopt;
       return card_with(*how, "backup");
     }},
    {"upi", "owner",
     [](const Reading& reading) -> std::optional<Command> {
       const auto how = reading.scalar<HowItGoes>();
       if (!how) return std::nullopt;
       return upi_with(*how);
     }},
    {"approve", "staff",
     [](const Reading& reading) -> std::optional<Command> {
       const auto approval = reading.scalar<std::string>();
       if (!approval) return std::nullopt;
       return SetApproval{*approval, "approved"};
     }},
    {"licences", "owner",
     [](const Reading& reading) -> std::optional<Command> {
       const auto total = reading.scalar<std::int32_t>();
       if (!total) return std::nullopt;
       return SetLicences{*total};
     }},
    {"add_on", "owner", [](const Reading& reading) -> std::optional<Command> {
       const auto table = reading.scalar<std::vector<std::pair<AddOnId, std::int32_t>>>();
       if (!table) return std::nullopt;
       if (table->size() == 1) return SetAddOn{table->front().first, table->front().second};
       reading.errors.push_back({.code = "one_key",
                                 .message = "one add-on and its total, as {phone_100: 2}",
                                 .at = reading.node.where(reading.path)});
       return std::nullopt;
     }}};

/// The same map with `key: text` in it, unless it is there.
void fill_in(Node& map, std::string_view key, const std::string& text) {
  if (map.kind == Node::Kind::nothing) map.kind = Node::Kind::map;
  if (map.child(key) != nullptr) return;
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = text;
  node.file = map.file;
  node.line = map.line;
  node.column = map.column;
  node.key = key;
  node.key_line = map.key_line;
  node.key_column = map.key_column;
  map.children.push_back(std::move(node));
}

std::string_view asked_by(const Command& command) { return rule_of(command).who == Who::staff ? "staff" : "owner"; }

}  // namespace

AddPaymentMethod card_with(const HowItGoes& how, const std::string& slot) {
  AddPaymentMethod method;
  method.method = MethodId::trusted("card");
  method.slot = slot;
  method.details = {{"token", how.token}, {"brand", "visa"}, {"last4", slot == "primary" ? "4242" : "1881"}};
  return method;
}

AddPaymentMethod upi_with(const HowItGoes& how) {
  AddPaymentMethod method;
  method.method = MethodId::trusted("upi");
  method.slot = "primary";
  method.details = {{"token", how.token}, {"address", "acme@bank"}};
  return method;
}

bool is_of_tenant(const Command& command) {
  return std::holds_alternative<StopCharges>(command) || std::holds_alternative<LiftCharges>(command) ||
         std::holds_alternative<SetDocumentNumbers>(command) || std::holds_alternative<DismissBankReceipt>(command);
}

Subscribe subscription_of(const AccountGiven& given) {
  Subscribe subscribe;
  subscribe.plan = given.plan.value_or(PlanId());
  subscribe.cycle = given.cycle.value_or("");
  subscribe.licences = given.licences;
  subscribe.first_credits = given.first_credits;
  for (const auto& [add_on, count] : given.add_ons) subscribe.add_ons.push_back({add_on, count});
  return subscribe;
}

std::optional<CommandOfStep> command_of_step(const Node& node, const AccountGiven& given, Errors& errors,
                                             const std::string& path) {
  const std::string here = path + "." + node.key;
  if (node.key == "quote") {
    if (node.children.size() != 1) {
      errors.push_back({.code = "one_key",
                        .message = "a quote is of one command, as {change_plan: {plan: pro}}",
                        .at = node.where(here)});
      return std::nullopt;
    }
    auto quoted = command_of_step(node.children.front(), given, errors, here);
    if (quoted) quoted->only_quoted = true;
    return quoted;
  }
  for (const ShortForm& form : short_forms) {
    if (form.word != node.key) continue;
    auto command = form.read({node, given, errors, here});
    if (!command) return std::nullopt;
    return CommandOfStep{std::move(*command), form.by};
  }

  std::vector<std::string_view> known = config::command_words();
  if (std::ranges::find(known, node.key) == known.end()) {
    for (const ShortForm& form : short_forms) known.push_back(form.word);
    known.push_back("quote");
    for (const config::Field& field : config::shape_of<Step>().fields) known.push_back(field.name);
    const std::string hint = config::did_you_mean(node.key, known);
    errors.push_back(
        {.code = "unknown_key",
         .message = "'" + node.key + "' is not known here" + (hint.empty() ? ": write " + config::choice(known) : hint),
         .at = node.where_key(here)});
    return std::nullopt;
  }

  // What the story leaves out is what is given.
  Node whole;
  whole.kind = Node::Kind::map;
  whole.file = node.file;
  whole.line = node.line;
  whole.column = node.column;
  whole.children.push_back(node);
  Node& command_node = whole.children.front();
  if (node.key == "subscribe") {
    if (given.plan) fill_in(command_node, "plan", given.plan->text());
    if (given.cycle) fill_in(command_node, "cycle", *given.cycle);
    if (given.licences) fill_in(command_node, "licences", std::to_string(*given.licences));
    if (given.first_credits) fill_in(command_node, "first_credits", given.first_credits->text());
  }
  auto command = config::command_of(whole, errors, path);
  if (!command) return std::nullopt;
  if (auto* subscribe = std::get_if<Subscribe>(&*command); subscribe != nullptr && node.child("add_ons") == nullptr)
    subscribe->add_ons = subscription_of(given).add_ons;
  const std::string_view by = asked_by(*command);
  return CommandOfStep{std::move(*command), by};
}

}  // namespace florin::scenario

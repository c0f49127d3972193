#include "config/tenant/compiler.hpp"

#include <algorithm>

#include "config/decode.hpp"
#include "config/hint.hpp"
#include "config/tenant/presentation.hpp"
#include "domain/catalog/command_rule.hpp"

namespace florin::config {

void Compiler::approvals() {
  for (const auto& approval : file_.approvals) {
    std::vector<std::string_view> taken = account_words();
    for (const std::string_view word : usage_words()) taken.push_back(word);
    taken.push_back("meter");
    if (std::ranges::find(taken, approval.value.text()) != taken.end())
      add("contradiction", "'" + approval.value.text() + "' is a word of conditions already", approval.at);
    catalog_.approvals.push_back(approval.value.text());
  }
}

void Compiler::roles() {
  catalog_.roles_at = rule_at(where("roles"));
  listed(!file_.roles.value.empty(), "roles", where("roles"));
  for (const auto& [id, words] : file_.roles.value) {
    if (id.text() == "staff" || id.text() == "service")
      add("contradiction", "'" + id.text() + "' is the tenant's own side and needs no role", words.at);
    if (is_reserved(id.text()))
      add("contradiction", "'" + id.text() + "' is Florin itself: name the role something else", words.at);
    Role role{.id = id.text(), .may = {}, .at = rule_at(words.at)};
    for (const yaml::May& may : words.value) role.may.push_back(may.word);
    catalog_.roles.push_back(std::move(role));
  }
}

void Compiler::gates() {
  for (const yaml::GateBlock& block : file_.gates) {
    by_language(block.says);
    const std::string standard = languages_of(file_).front();
    Gate gate{.actions = {},
              .refuse = block.refuse,
              .says = text_in(block.says.value, standard, standard),
              .at = rule_at(block.at)};
    const bool usage =
        !block.action.empty() && std::ranges::all_of(block.action, [](Action action) { return action == Action::use; });
    std::vector<std::string_view> words = account_words();
    if (usage) {
      words.push_back("meter");
      for (const std::string_view word : usage_words()) words.push_back(word);
    }
    for (const Action action : block.action) gate.actions.push_back(shape_of<Action>().text(&action));
    gate.applies_if = condition(block.if_, words);
    gate.needs = condition(block.needs, words);
    listed(!gate.actions.empty(), "action", block.at);
    if (gate.refuse != gate.needs.empty())
      add("contradiction", "a gate says either what it needs, or refuse: true", block.at);
    if (gate.says.empty()) add("empty_value", "the customer is told nothing", block.at);
    catalog_.gates.push_back(std::move(gate));
  }
}

}  // namespace florin::config

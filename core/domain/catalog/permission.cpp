#include "domain/catalog/permission.hpp"

#include <algorithm>
#include <boost/describe/enum_to_string.hpp>

#include "domain/catalog/nearest.hpp"
#include "domain/credits/properties.hpp"
#include "domain/members/members.hpp"

namespace florin {

namespace {

bool role_may(const Catalog& catalog, const Actor& actor, std::string_view action) {
  if (actor.role == "staff") return true;
  if (is_for_staff(action)) return false;
  if (actor.role == "service") return true;
  const auto role = std::ranges::find_if(catalog.roles, [&](const Role& r) { return r.id == actor.role; });
  return role != catalog.roles.end() && std::ranges::any_of(role->may, [&](const std::string& word) {
           return word == "everything" || word == action || action == "see";
         });
}

bool is_role(const Catalog& catalog, std::string_view role) {
  return role == "staff" || role == "service" || role == "host" || role == "processor" ||
         std::ranges::find(catalog.roles, role, &Role::id) != catalog.roles.end();
}

std::string roles_of(const Catalog& catalog) {
  std::string roles = "staff, service";
  for (const Role& role : catalog.roles) roles += ", " + role.id;
  return roles;
}

/// Says whether the role is not there at all, with the one that was probably meant, or is one that may not.
[[noreturn]] void refuse_role(const Catalog& catalog, const Actor& actor) {
  if (is_role(catalog, actor.role))
    refuse("not_permitted", "Your role does not allow this. Please ask the account's owner or an admin.",
           catalog.roles_at);
  std::vector<std::string_view> roles{"staff", "service"};
  for (const Role& role : catalog.roles) roles.push_back(role.id);
  const std::string meant = nearest(actor.role, roles);
  refuse("not_permitted",
         "There is no role '" + actor.role + "' here" +
             (meant.empty() ? ": " + roles_of(catalog) : " (did you mean '" + meant + "'?)") + ".",
         catalog.roles_at);
}

std::string_view word_of(Action action) { return boost::describe::enum_to_string(action, ""); }

std::string value_of(std::string_view word, const Account& account, const Actor& actor,
                     const std::vector<Word>& words) {
  if (word == "state") return account.state_word();
  if (word == "billing_country") return account.billing_country;
  if (word == "actor") return actor.role;
  if (word == "plan") return account.subscription ? account.subscription->plan.text() : std::string();
  if (word == "cycle") return account.subscription ? account.subscription->cycle : std::string();
  for (const Word& said : words)
    if (said.name == word) return said.value;
  for (const ApprovalState& approval : account.approvals)
    if (approval.approval == word) return approval.state;
  return {};
}

std::vector<Word> known_words(const Catalog& catalog, std::vector<Word> words, const Meter* meter) {
  std::erase_if(words, [&](const Word& said) {
    return said.name == "meter" || std::ranges::find(catalog.approvals, said.name) != catalog.approvals.end();
  });
  if (meter != nullptr) words.push_back({"meter", meter->id.text()});
  return words;
}

void must_be_allowed_as(const Account& account, const Catalog& catalog, const Actor& actor, std::string_view action,
                        const std::vector<Word>& words, const Meter* meter) {
  if (!role_may(catalog, actor, action)) refuse_role(catalog, actor);
  std::optional<std::vector<Word>> known;
  for (const Gate& gate : catalog.gates) {
    if (std::ranges::find(gate.actions, action) == gate.actions.end()) continue;
    if (!known) known = known_words(catalog, words, meter);
    if (!holds(gate.applies_if, account, actor, *known)) continue;
    if (gate.refuse || !holds(gate.needs, account, actor, *known)) refuse("gate_closed", gate.says, gate.at);
  }
}

}  // namespace

bool holds(const Condition& condition, const Account& account, const Actor& actor, const std::vector<Word>& words) {
  return std::ranges::all_of(condition,
                             [&](const Need& need) { return need.met_by(value_of(need.word, account, actor, words)); });
}

void must_name_what_decides(const Account& account, const Catalog& catalog, const Actor& actor,
                            const std::vector<Word>& properties, const Meter& meter) {
  for (const Gate& gate : catalog.gates) {
    if (std::ranges::find(gate.actions, "use") == gate.actions.end()) continue;
    const auto left_out = [&](const Need& need) {
      return need.of_usage && std::ranges::find(properties, need.word, &Word::name) == properties.end();
    };
    for (const Need& need : gate.applies_if) must_be_a_country(need, properties, gate.at);
    for (const Need& need : gate.needs) must_be_a_country(need, properties, gate.at);
    const auto first = std::ranges::find_if(gate.applies_if, left_out);
    if (first == gate.applies_if.end()) continue;
    const std::vector<Word> known = known_words(catalog, properties, &meter);
    const Actor as = account.members.empty() ? actor : known_as(account, catalog, actor);
    Condition rest = gate.applies_if;
    std::erase_if(rest, left_out);
    if (!holds(rest, account, as, known) || (!gate.refuse && holds(gate.needs, account, as, known))) continue;
    refuse_left_out(*first, properties, gate.at);
  }
}

void must_be_allowed(const Account& account, const Catalog& catalog, const Actor& actor, std::string_view action,
                     const std::vector<Word>& words, const Meter* meter) {
  if (account.members.empty()) return must_be_allowed_as(account, catalog, actor, action, words, meter);
  must_be_allowed_as(account, catalog, known_as(account, catalog, actor), action, words, meter);
}

void must_be_allowed(const Draft& draft, const Actor& actor, const CommandRule& rule) {
  if (rule.decides_itself || (rule.also_provider && actor.role == "processor")) return;
  if (draft.account.id.empty() && draft.account.opened_at.us == 0) {
    if (actor.role != "staff" && actor.role != "host") refuse("not_permitted", "This is for the staff.");
    return;
  }
  must_be_allowed(draft.account, draft.catalog(), actor, word_of(rule.action), {});
}

void must_have_a_role_for(const Account& account, const Catalog& catalog, const Actor& actor, std::string_view action) {
  if (!role_may(catalog, known_as(account, catalog, actor), action))
    refuse_role(catalog, known_as(account, catalog, actor));
}

bool could_ask(const Account& account, const Catalog& catalog, const Actor& actor, const AnyCommand& command) {
  const CommandRule& rule = rule_of(command);
  return role_may(catalog, known_as(account, catalog, actor), word_of(rule.action));
}

}  // namespace florin

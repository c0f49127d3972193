#include "ops/journal_text.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "config/command.hpp"
#include "florin/printable.hpp"

namespace florin {

namespace {

namespace json = boost::json;

std::string name_of(const Entry& entry, const char* kind, std::uint32_t number) {
  return entry.tenant.text() + "/" + entry.account.text() + "/" + kind + std::to_string(number);
}

/// Members that count credits, in the smallest part of their type.
bool counts_credits(std::string_view key) { return key == "amount" || key == "owed" || key == "absorbed"; }

class Sentence {
 public:
  Sentence(const Entry& entry, readers::Versions& versions, const std::map<std::string, CreditType>& types)
      : entry_(entry), versions_(versions), types_(types) {}

  std::string of(const json::object& object) {
    std::string text;
    const CreditType* type = type_of(object);
    for (const auto& [key, value] : object) {
      const std::string said = value_text(key, value, type);
      if (said.empty()) continue;
      if (!text.empty()) text += ", ";
      text += std::string(key) + " " + said;
    }
    return text;
  }

 private:
  const CreditType* type_of(const json::object& object) {
    if (const json::value* written = object.if_contains("type"); written != nullptr && written->is_string()) {
      type_ = CreditType::trusted(std::string(written->get_string()));
      return &type_;
    }
    for (const char* kind : {"grant", "from", "hold"}) {
      const json::value* number = object.if_contains(kind);
      if (number == nullptr || !number->is_int64()) continue;
      const auto found = types_.find(
          name_of(entry_, kind[0] == 'h' ? "hold" : "grant", static_cast<std::uint32_t>(number->get_int64())));
      if (found != types_.end()) return &found->second;
    }
    return nullptr;
  }

  std::string value_text(std::string_view key, const json::value& value, const CreditType* type) {
    switch (value.kind()) {
      case json::kind::null: return {};
      case json::kind::string: return std::string(value.get_string());
      case json::kind::object: {
        const std::string inside = of(value.get_object());
        return inside.empty() ? std::string() : "{" + inside + "}";
      }
      case json::kind::array: {
        std::string list;
        for (const json::value& item : value.get_array()) {
          std::string said = value_text(key, item, type);
          if (!said.empty()) list += (list.empty() ? "" : ", ") + std::move(said);
        }
        return list.empty() ? std::string() : "[" + list + "]";
      }
      case json::kind::int64:
        if (type != nullptr && counts_credits(key))
          return versions_.text(entry_.tenant, *type, Credits{value.get_int64()});
        return std::to_string(value.get_int64());
      default: return json::serialize(value);
    }
  }

  const Entry& entry_;
  readers::Versions& versions_;
  const std::map<std::string, CreditType>& types_;
  CreditType type_;
};

/// The one member of `{"use": {…}}`.
std::pair<std::string, json::object> alternative(const json::value& value) {
  if (!value.is_object() || value.get_object().empty()) return {};
  const auto& member = *value.get_object().begin();
  return {std::string(member.key()), member.value().is_object() ? member.value().get_object() : json::object()};
}

std::string named(const std::string& name, const std::string& inside) {
  return inside.empty() ? name : name + ": " + inside;
}

}  // namespace

void JournalText::note(const Entry& entry) {
  versions_.note(entry);
  for (const Fact& fact : entry.facts) {
    if (const auto* issued = std::get_if<GrantIssued>(&fact))
      types_[name_of(entry, "grant", issued->grant.value)] = issued->type;
    if (const auto* rolled = std::get_if<GrantRolled>(&fact)) {
      const CreditType type = types_[name_of(entry, "grant", rolled->from.value)];
      types_[name_of(entry, "grant", rolled->into.value)] = type;
    }
    if (const auto* received = std::get_if<GrantReceived>(&fact))
      types_[name_of(entry, "grant", received->grant.value)] = received->type;
    if (const auto* placed = std::get_if<HoldPlaced>(&fact))
      types_[name_of(entry, "hold", placed->hold.value)] = placed->type;
  }
}

std::string JournalText::text(const Entry& entry, store::Position position) const {
  const json::value whole = json::parse(config::json_of(entry, position));
  Sentence sentence(entry, versions_, types_);
  const std::string about =
      entry.tenant.empty() ? "store" : entry.tenant.text() + (entry.account.empty() ? "" : "/" + entry.account.text());
  const std::string actor = entry.actor.role + (entry.actor.id.empty() ? "" : ":" + entry.actor.id);
  const auto [command, said] = alternative(whole.at("command"));
  std::string first =
      fmt::format("#{} {} {} {} {}", position, entry.at.text(), about, actor, named(command, sentence.of(said)));
  if (!entry.key.empty()) first += fmt::format(" (key {})", entry.key);
  // What customers wrote stays inside its line.
  std::string text = printable(first) + "\n";
  if (entry.refusal)
    text += "    " +
            printable(fmt::format("refused, {}: {}{}", entry.refusal->code, entry.refusal->text,
                                  entry.refusal->rule.empty() ? "" : " (" + entry.refusal->rule + ")")) +
            "\n";
  const json::value* facts = whole.get_object().if_contains("facts");
  if (facts == nullptr || !facts->is_array()) return text;
  for (const json::value& fact : facts->get_array()) {
    const auto [name, fields] = alternative(fact);
    text += "    " + printable(named(name, sentence.of(fields))) + "\n";
  }
  return text;
}

}  // namespace florin

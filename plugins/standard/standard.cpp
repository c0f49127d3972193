#include <florin/plugin.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace florin::plugin;

namespace {

/// The sources by their words; the index is the code of florin/plugin.h.
constexpr std::array<std::string_view, 9> sources = {"",      "plan",  "rollover", "purchase",  "recharge",
                                                     "addon", "trial", "transfer", "correction"};
constexpr std::array<std::string_view, 6> reasons = {"", "renewal", "upgrade", "downgrade", "cycle_change", "cancel"};

template <std::size_t n>
std::vector<std::string_view> words(const std::array<std::string_view, n>& all) {
  return {all.begin() + 1, all.end()};
}

/// The code of a word, 0 when it is none of them.
template <std::size_t n>
std::uint32_t code(const std::array<std::string_view, n>& all, Text word) {
  for (std::uint32_t i = 1; i < n; ++i)
    if (word.view() == all[i]) return i;
  return 0;
}

bool in(std::uint64_t set, std::uint32_t code) { return (set >> code & 1) != 0; }

}  // namespace

/// The credit policy that most tenants need: sources in an order, each with its end, unused plan credits that roll
/// over. Its README has the words.
class Standard {
 public:
  explicit Standard(Setup& setup) {
    setup.only(setup.config, {"spend_order", "grants"});
    read_grants(setup);
    read_order(setup);
  }

  Decisions decide(const Moment& moment) const {
    switch (moment.kind) {
      case FLORIN_TRIAL_STARTED: return issue(moment, FLORIN_FROM_TRIAL);
      case FLORIN_TRIAL_ENDED: return end_trial(moment);
      case FLORIN_PERIOD_PAID:
      case FLORIN_CHANGE_PAID: return issue(moment, FLORIN_FROM_PLAN);
      case FLORIN_PERIOD_ENDED: return end_period(moment);
      case FLORIN_PURCHASED: return issue(moment, FLORIN_FROM_PURCHASE);
      case FLORIN_RECHARGED: return issue(moment, FLORIN_FROM_RECHARGE);
      case FLORIN_ADDON_PAID: return issue(moment, FLORIN_FROM_ADDON);
      case FLORIN_CORRECTED: return issue(moment, FLORIN_FROM_CORRECTION);
      default: return refuse("credit_policy", "The policy does not know this moment.");
    }
  }

 private:
  /// What the operator wrote for one source.
  struct Entry {
    bool there = false;
    std::int32_t priority = -1;  // not in spend_order
    End end;
    std::string rule;
    std::uint64_t from = 0, at = 0;  // rollover: sets of sources and of reasons
    bool again = false;
  };

  // ---- The config

  void read_grants(Setup& setup) {
    const Json grants = setup.config["grants"];
    if (!grants.is_object()) {
      setup.problem("/grants",
                    "grants names each source of credits and when they end, as 'plan: {ends: end_of_cycle}'");
      return;
    }
    setup.only(grants, words(sources));
    for (std::uint32_t source = 1; source < sources.size(); ++source)
      if (const Json entry = grants[sources[source]]) read_entry(setup, source, entry);
  }

  void read_entry(Setup& setup, std::uint32_t source, const Json& json) {
    Entry& entry = entries_[source];
    entry.there = true;
    entry.rule = "grants." + std::string(sources[source]);
    if (source == FLORIN_FROM_ROLLOVER) {
      setup.only(json, {"from", "at", "ends", "again"});
      entry.from = read_set(setup, json, "from", sources, "from names the sources that roll over, as [plan]");
      entry.at = read_set(setup, json, "at", reasons, "at names when credits roll over, as [renewal, upgrade]");
      if (in(entry.from, FLORIN_FROM_ROLLOVER))
        setup.problem(json["from"].pointer(), "rollover does not roll from itself; write 'again: true'");
      const Json again = json["again"];
      entry.again = again.truth();
      if (again && !entry.again && again.text() != Text("false"))
        setup.problem(again.pointer(), "again is true or false");
    } else {
      setup.only(json, {"ends"});
    }
    read_end(setup, source, json, entry);
  }

  static void read_end(Setup& setup, std::uint32_t source, const Json& json, Entry& entry) {
    const Text path = json.pointer() + "/ends";
    const Text ends = json["ends"].text();
    const auto span = read_span(ends);
    if (!ends) {
      setup.problem(path, "ends is missing: never, end_of_cycle or a length such as 12 months");
    } else if (ends == Text("never")) {
      entry.end = {FLORIN_NEVER_ENDS};
    } else if (span) {
      entry.end = {FLORIN_ENDS_AFTER, *span};
    } else if (ends == Text("end_of_trial") || ends == Text("end_of_cycle")) {
      entry.end = {FLORIN_ENDS_WITH_PERIOD};
      if ((source == FLORIN_FROM_TRIAL) != (ends == Text("end_of_trial")))
        setup.problem(path, source == FLORIN_FROM_TRIAL ? "trial credits end at end_of_trial or after a length"
                                                        : "only trial credits end at end_of_trial");
      else if (source == FLORIN_FROM_ROLLOVER)
        setup.problem(path, "a roll-over begins when a cycle is over: it ends never or after a length such as 30 days");
    } else {
      setup.problem(path, Text("'") + ends + "' is no end: write never, end_of_cycle, end_of_trial or 30 days");
    }
  }

  /// A word or a list of words as a set of codes.
  template <std::size_t n>
  static std::uint64_t read_set(Setup& setup, const Json& entry, std::string_view name,
                                const std::array<std::string_view, n>& all, std::string_view wanted) {
    std::uint64_t set = 0;
    const auto take = [&](const Json& word) {
      const std::uint32_t one = code(all, word.text());
      if (one == 0)
        setup.problem(word.pointer(),
                      Text("'") + word.text() + "' is not known here" + did_you_mean(word.text().view(), words(all)));
      set |= one == 0 ? 0 : std::uint64_t{1} << one;
    };
    const Json value = entry[name];
    value.is_array() ? value.items(take) : value ? take(value) : void();
    if (!value || (value.is_array() && value.count() == 0)) setup.problem(entry.pointer() + "/" + name, wanted);
    return set;
  }

  void read_order(Setup& setup) {
    const Json order = setup.config["spend_order"];
    if (!order.is_array()) {
      setup.problem("/spend_order", "spend_order lists the sources, first spent first, as [rollover, plan]");
      return;
    }
    std::int32_t priority = 0;
    order.items([&](const Json& place) {
      const auto take = [&](const Json& word) { place_at(setup, word, priority); };
      place.is_array() ? place.items(take) : take(place);
      ++priority;
    });
    for (std::uint32_t source = 1; source < sources.size(); ++source)
      if (entries_[source].there && entries_[source].priority < 0)
        setup.problem("/spend_order",
                      Text("'") + sources[source] + "' has an entry in grants and no place in spend_order");
  }

  void place_at(Setup& setup, const Json& word, std::int32_t priority) {
    const std::uint32_t source = code(sources, word.text());
    if (source == 0) {
      setup.problem(word.pointer(), Text("'") + word.text() + "' is no source of credits" +
                                        did_you_mean(word.text().view(), words(sources)));
    } else if (!entries_[source].there) {
      setup.problem(word.pointer(), Text("'") + word.text() + "' has no entry in grants: say there when it ends");
    } else if (entries_[source].priority >= 0) {
      setup.problem(word.pointer(), Text("'") + word.text() + "' is in spend_order twice");
    } else {
      entries_[source].priority = priority;
    }
  }

  // ---- The decisions

  Decisions issue(const Moment& moment, std::uint32_t source) const {
    const Entry& entry = entries_[source];
    if (!entry.there)
      return refuse(Text("grants.") + sources[source], Text("This tenant gives no ") + sources[source] + " credits.");
    Decisions then;
    for (const auto& credits : each<florin_allowance>(moment.includes))
      then.add({.kind = FLORIN_ISSUE,
                .type = credits.type,
                .units = credits.units,
                .source = source,
                .priority = entry.priority,
                .end = entry.end,
                .rule = std::string_view(entry.rule)});
    return then;
  }

  Decisions end_trial(const Moment& moment) const {
    Decisions then;
    for (const auto& grant : each<florin_grant>(moment.grants))
      if (grant.source == FLORIN_FROM_TRIAL)
        then.add({.kind = FLORIN_EXPIRE, .grant = grant.id, .rule = std::string_view("grants.trial")});
    return then;
  }

  Decisions end_period(const Moment& moment) const {
    Decisions then;
    for (const auto& grant : each<florin_grant>(moment.grants)) {
      if (grant.remaining == 0 || grant.source >= sources.size()) continue;
      if (rolls(grant.source, moment.reason)) {
        const Entry& rollover = entries_[FLORIN_FROM_ROLLOVER];
        then.add({.kind = FLORIN_ROLL,
                  .grant = grant.id,
                  .source = FLORIN_FROM_ROLLOVER,
                  .priority = rollover.priority,
                  .end = rollover.end,
                  .rule = std::string_view(rollover.rule)});
      } else if (ends_with_cycle(grant.source)) {
        const bool taken = moment.reason == FLORIN_DOWNGRADE || moment.reason == FLORIN_CANCELLATION;
        then.add({.kind = taken ? FLORIN_FORFEIT : FLORIN_EXPIRE,
                  .grant = grant.id,
                  .rule = Text("grants.") + sources[grant.source]});
      }
    }
    return then;
  }

  bool rolls(std::uint32_t source, std::uint32_t reason) const {
    const Entry& rollover = entries_[FLORIN_FROM_ROLLOVER];
    if (!rollover.there || !in(rollover.at, reason)) return false;
    return source == FLORIN_FROM_ROLLOVER ? rollover.again : ends_with_cycle(source) && in(rollover.from, source);
  }

  /// Plan credits end with their cycle whatever else is said, so that no two cycles' credits are spent at once.
  bool ends_with_cycle(std::uint32_t source) const {
    return source == FLORIN_FROM_PLAN ||
           (source != FLORIN_FROM_TRIAL && entries_[source].end.kind == FLORIN_ENDS_WITH_PERIOD);
  }

  std::array<Entry, sources.size()> entries_;
};

FLORIN_PLUGIN(Standard, R"({
  "id": "standard", "version": "1.0.0", "interfaces": ["florin.credit_policy/1"],
  "config": {
    "type": "object", "additionalProperties": false, "required": ["spend_order", "grants"],
    "examples": [{"spend_order": ["rollover", "plan", "purchase"], "grants": {"plan": {"ends": "end_of_cycle"},
      "purchase": {"ends": "12 months"}, "rollover": {"from": "plan", "at": "renewal", "ends": "30 days"}}}],
    "properties": {
      "spend_order": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/source"},
        {"type": "array", "items": {"$ref": "#/$defs/source"}}]}},
      "grants": {
        "type": "object", "additionalProperties": false,
        "properties": {
          "trial": {"$ref": "#/$defs/entry"}, "plan": {"$ref": "#/$defs/entry"},
          "rollover": {
            "type": "object", "additionalProperties": false, "required": ["from", "at", "ends"],
            "properties": {
              "from": {"anyOf": [{"$ref": "#/$defs/source"}, {"type": "array", "items": {"$ref": "#/$defs/source"}}]},
              "at": {"anyOf": [{"$ref": "#/$defs/reason"}, {"type": "array", "items": {"$ref": "#/$defs/reason"}}]},
              "ends": {"type": "string"}, "again": {"enum": ["true", "false"]}}},
          "purchase": {"$ref": "#/$defs/entry"}, "recharge": {"$ref": "#/$defs/entry"},
          "addon": {"$ref": "#/$defs/entry"}, "transfer": {"$ref": "#/$defs/entry"},
          "correction": {"$ref": "#/$defs/entry"}}}},
    "$defs": {
      "source": {"enum": ["trial", "plan", "rollover", "purchase", "recharge", "addon", "transfer", "correction"]},
      "reason": {"enum": ["renewal", "upgrade", "downgrade", "cycle_change", "cancel"]},
      "entry": {"type": "object", "additionalProperties": false, "required": ["ends"],
                "properties": {"ends": {"type": "string"}}}}}
})")

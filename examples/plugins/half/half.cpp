#include <florin/plugin.hpp>

using namespace florin::plugin;

/// A credit policy that the standard one has no word for: at a renewal a share of what is left of the plan's credits
/// rolls over, for one more period, and the rest is gone. What rolled once does not roll again.
class Half {
 public:
  explicit Half(Setup& setup) {
    setup.only(setup.config, {"rolls_percent"});
    percent_ = setup.config["rolls_percent"].integer();
    if (percent_ < 1 || percent_ > 99) setup.problem("/rolls_percent", "rolls_percent is 1 to 99");
  }

  Decisions decide(const Moment& moment) const {
    switch (moment.kind) {
      case FLORIN_TRIAL_STARTED: return issue(moment, FLORIN_FROM_TRIAL, {FLORIN_ENDS_WITH_PERIOD}, "trial");
      case FLORIN_TRIAL_ENDED: return {};
      case FLORIN_PERIOD_PAID: return period_paid(moment);
      case FLORIN_PERIOD_ENDED: return period_ended(moment);
      case FLORIN_CHANGE_PAID: return issue(moment, FLORIN_FROM_PLAN, {FLORIN_ENDS_WITH_PERIOD}, "plan");
      case FLORIN_ADDON_PAID: return issue(moment, FLORIN_FROM_ADDON, {FLORIN_ENDS_WITH_PERIOD}, "addon");
      case FLORIN_PURCHASED: return issue(moment, FLORIN_FROM_PURCHASE, {FLORIN_NEVER_ENDS}, "purchase");
      case FLORIN_RECHARGED: return issue(moment, FLORIN_FROM_RECHARGE, {FLORIN_NEVER_ENDS}, "recharge");
      case FLORIN_CORRECTED: return issue(moment, FLORIN_FROM_CORRECTION, {FLORIN_NEVER_ENDS}, "correction");
      default: return refuse("half", "The policy does not know this moment.");
    }
  }

 private:
  /// What is held counts: of what remains, the share rolls. A grant of which the share is nothing ends as it was to.
  Decisions period_ended(const Moment& moment) const {
    Decisions then;
    for (const auto& grant : each<florin_grant>(moment.grants)) {
      const bool of_plan = grant.source == FLORIN_FROM_PLAN && moment.reason == FLORIN_RENEWAL;
      const std::int64_t part = of_plan ? share(grant.remaining) : 0;
      if (part > 0)
        then.add({.kind = FLORIN_ROLL_PART,
                  .grant = grant.id,
                  .units = part,
                  .source = FLORIN_FROM_ROLLOVER,
                  .priority = 1,
                  .end = {FLORIN_ENDS_AFTER, {FLORIN_MONTHS, 2}},
                  .rule = "rolls_percent"});
      else if (grant.source == FLORIN_FROM_PLAN || grant.source == FLORIN_FROM_ROLLOVER)
        then.add({.kind = FLORIN_EXPIRE, .grant = grant.id, .rule = "plan"});
    }
    return then;
  }

  /// The period that begins is the last one of what has rolled into it.
  static Decisions period_paid(const Moment& moment) {
    Decisions then = issue(moment, FLORIN_FROM_PLAN, {FLORIN_ENDS_WITH_PERIOD}, "plan");
    for (const auto& grant : each<florin_grant>(moment.grants))
      if (grant.source == FLORIN_FROM_ROLLOVER)
        then.add(
            {.kind = FLORIN_MOVE_END, .grant = grant.id, .end = {FLORIN_ENDS_WITH_PERIOD}, .rule = "rolls_percent"});
    return then;
  }

  static Decisions issue(const Moment& moment, std::uint32_t source, End end, const char* rule) {
    Decisions then;
    for (const auto& credits : each<florin_allowance>(moment.includes))
      then.add({.kind = FLORIN_ISSUE,
                .type = credits.type,
                .units = credits.units,
                .source = source,
                .priority = end.kind == FLORIN_ENDS_WITH_PERIOD ? 2 : 3,
                .end = end,
                .rule = rule});
    return then;
  }

  /// Rounded down, and never more than 64 bits: a share of a whole and one of what is left over.
  std::int64_t share(std::int64_t units) const { return units / 100 * percent_ + units % 100 * percent_ / 100; }

  std::int64_t percent_ = 0;
};

FLORIN_PLUGIN(Half, R"({"id": "half", "version": "1.0.0", "interfaces": ["florin.credit_policy/1"],
  "config": {"type": "object", "additionalProperties": false, "required": ["rolls_percent"],
    "examples": [{"rolls_percent": 50}], "properties": {"rolls_percent": {"type": "string"}}}})")

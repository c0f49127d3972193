#include <florin/plugin.hpp>

#include <algorithm>
#include <string>

using namespace florin::plugin;

/// A credit policy that no YAML of the standard one can say: each period that is paid leaves a star, and each star that
/// there was before adds so many percent to the plan's credits. Who cancels begins again without stars.
///
/// A plugin remembers nothing. Its memory are the account's grants: stars are credits of a type that no meter takes, so
/// the customer sees them, the books hold them, and the same journal gives the same bonus again.
class Loyalty {
 public:
  explicit Loyalty(Setup& setup) {
    setup.only(setup.config, {"star", "percent_per_star", "most_stars"});
    star_ = setup.config["star"].text().str();
    percent_ = setup.config["percent_per_star"].integer();
    most_ = setup.config["most_stars"].integer();
    if (star_.empty()) setup.problem("/star", "star is the credit type that counts paid periods");
    if (percent_ < 1 || percent_ > 100) setup.problem("/percent_per_star", "percent_per_star is 1 to 100");
    if (most_ < 1 || most_ > 120) setup.problem("/most_stars", "most_stars is 1 to 120");
  }

  Decisions decide(const Moment& moment) const {
    switch (moment.kind) {
      case FLORIN_TRIAL_STARTED: return issue(moment, FLORIN_FROM_TRIAL, {FLORIN_ENDS_WITH_PERIOD}, "trial");
      case FLORIN_TRIAL_ENDED: return end(moment, FLORIN_FROM_TRIAL, "trial");
      case FLORIN_PERIOD_PAID: return period_paid(moment);
      case FLORIN_PERIOD_ENDED: return period_ended(moment);
      case FLORIN_CHANGE_PAID: return issue(moment, FLORIN_FROM_PLAN, {FLORIN_ENDS_WITH_PERIOD}, "plan");
      case FLORIN_ADDON_PAID: return issue(moment, FLORIN_FROM_ADDON, {FLORIN_ENDS_WITH_PERIOD}, "addon");
      case FLORIN_PURCHASED: return issue(moment, FLORIN_FROM_PURCHASE, {FLORIN_NEVER_ENDS}, "purchase");
      case FLORIN_RECHARGED: return issue(moment, FLORIN_FROM_RECHARGE, {FLORIN_NEVER_ENDS}, "recharge");
      case FLORIN_CORRECTED: return issue(moment, FLORIN_FROM_CORRECTION, {FLORIN_NEVER_ENDS}, "correction");
      default: return refuse("loyalty", "The policy does not know this moment.");
    }
  }

 private:
  bool is_star(const florin_grant& grant) const { return view(grant.type) == star_; }

  std::int64_t stars(const Moment& moment) const {
    std::int64_t count = 0;
    for (const auto& grant : each<florin_grant>(moment.grants)) count += is_star(grant) ? grant.remaining : 0;
    return std::min(count, most_);
  }

  /// What the plan gives, the bonus for the stars so far, and one star more.
  Decisions period_paid(const Moment& moment) const {
    Decisions then = issue(moment, FLORIN_FROM_PLAN, {FLORIN_ENDS_WITH_PERIOD}, "plan");
    const std::int64_t percent = stars(moment) * percent_;
    for (const auto& credits : each<florin_allowance>(moment.includes)) {
      const std::int64_t bonus = share(credits.units, percent);
      if (bonus > 0)
        then.add({.kind = FLORIN_ISSUE,
                  .type = credits.type,
                  .units = bonus,
                  .source = FLORIN_FROM_PLAN,
                  .end = {FLORIN_ENDS_WITH_PERIOD},
                  .rule = "percent_per_star"});
    }
    if (stars(moment) < most_)
      then.add({.kind = FLORIN_ISSUE,
                .type = Text(star_),
                .units = 1,
                .source = FLORIN_FROM_CORRECTION,
                .priority = last_,
                .end = {FLORIN_NEVER_ENDS},
                .rule = "star"});
    return then;
  }

  Decisions period_ended(const Moment& moment) const {
    const bool cancelled = moment.reason == FLORIN_CANCELLATION;
    Decisions then;
    for (const auto& grant : each<florin_grant>(moment.grants)) {
      if (grant.remaining == 0) continue;
      if (is_star(grant) && cancelled)
        then.add({.kind = FLORIN_FORFEIT, .grant = grant.id, .rule = "star"});
      else if (grant.source == FLORIN_FROM_PLAN || grant.source == FLORIN_FROM_ADDON)
        then.add({.kind = cancelled ? FLORIN_FORFEIT : FLORIN_EXPIRE, .grant = grant.id, .rule = "plan"});
    }
    return then;
  }

  static Decisions issue(const Moment& moment, std::uint32_t source, End end, const char* rule) {
    Decisions then;
    for (const auto& credits : each<florin_allowance>(moment.includes))
      then.add({.kind = FLORIN_ISSUE,
                .type = credits.type,
                .units = credits.units,
                .source = source,
                .priority = end.kind == FLORIN_ENDS_WITH_PERIOD ? 0 : 1,
                .end = end,
                .rule = rule});
    return then;
  }

  static Decisions end(const Moment& moment, std::uint32_t source, const char* rule) {
    Decisions then;
    for (const auto& grant : each<florin_grant>(moment.grants))
      if (grant.source == source) then.add({.kind = FLORIN_EXPIRE, .grant = grant.id, .rule = rule});
    return then;
  }

  /// Rounded down, and never more than 64 bits: a share of a whole and one of what is left over.
  static std::int64_t share(std::int64_t units, std::int64_t percent) {
    std::int64_t whole = 0;
    if (__builtin_mul_overflow(units / 100, percent, &whole)) return 0;
    return whole + units % 100 * percent / 100;
  }

  static constexpr std::int32_t last_ = 9;  // stars are spent by nobody; if a meter ever takes them, after all else
  std::string star_;
  std::int64_t percent_ = 0, most_ = 0;
};

FLORIN_PLUGIN(Loyalty, R"({"id": "loyalty", "version": "1.0.0", "interfaces": ["florin.credit_policy/1"],
  "config": {"type": "object", "additionalProperties": false, "required": ["star", "percent_per_star", "most_stars"],
    "properties": {"star": {"type": "string"}, "percent_per_star": {"type": "string"},
      "most_stars": {"type": "string"}}}})")

#include "plugins/credit_policy.hpp"

#include <algorithm>

#include "plugins/gate.hpp"
#include "plugins/instance.hpp"

namespace florin {

namespace {

// The codes of the interface count from 1, those of the domain from 0, in the same order.
constexpr std::uint32_t code_of(GrantSource source) { return static_cast<std::uint32_t>(source) + 1; }
constexpr std::uint32_t code_of(MomentKind kind) { return static_cast<std::uint32_t>(kind) + 1; }
static_assert(code_of(GrantSource::plan) == FLORIN_FROM_PLAN && code_of(GrantSource::addon) == FLORIN_FROM_ADDON);
static_assert(code_of(GrantSource::trial) == FLORIN_FROM_TRIAL);
static_assert(code_of(GrantSource::correction) == FLORIN_FROM_CORRECTION);
static_assert(code_of(MomentKind::period_ended) == FLORIN_PERIOD_ENDED);
static_assert(code_of(MomentKind::corrected) == FLORIN_CORRECTED);
static_assert(static_cast<std::uint32_t>(PeriodEnd::renewal) == FLORIN_RENEWAL);
static_assert(static_cast<std::uint32_t>(PeriodEnd::cancel) == FLORIN_CANCELLATION);

const florin_credit_policy_1& table_of(const PluginInstance& instance) {
  return *static_cast<const florin_credit_policy_1*>(instance.table);
}

florin_grant lent_grant(const Grant& grant) {
  return {.id = grant.id.value,
          .type = lent(grant.type.text()),
          .source = code_of(grant.source),
          .priority = grant.priority,
          .issued_at_us = grant.issued_at.us,
          .ends_at_us = grant.ends_at ? grant.ends_at->us : 0,
          .granted = grant.granted.units,
          .remaining = grant.remaining.units,
          .held = grant.held.units,
          .paid_by = grant.paid_by.value,
          .rolled_from = grant.rolled_from.value,
          .rule = lent(grant.rule)};
}

constexpr std::int64_t latest_end = 7'258'118'400'000'000;  // 2200-01-01

[[noreturn]] void refuse_answer(const std::string& why) {
  throw PluginFault("bad_answer", "answered decide with " + why);
}

/// What is told, not asked: a trial or a period is over whatever a policy says to that.
bool is_over(const Moment& moment) {
  return moment.kind == MomentKind::period_ended || moment.kind == MomentKind::trial_ended;
}

GrantEnd end_of(const florin_decision& said, const Moment& moment) {
  switch (said.end) {
    case FLORIN_NEVER_ENDS: return {};
    case FLORIN_ENDS_WITH_PERIOD:
      if (is_over(moment))
        refuse_answer("an end with the period, which is the one that is over: what lives on needs another end");
      return {.kind = GrantEnd::Kind::with_period, .after = {}, .at = {}};
    case FLORIN_ENDS_AT:
      // Later than a span may reach, too: what never ends is said as such.
      if (said.end_at_us <= moment.at.us) refuse_answer("an end that is not after the moment");
      if (said.end_at_us > latest_end) refuse_answer("an end after the year 2200; what never ends says so");
      return {.kind = GrantEnd::Kind::at, .after = {}, .at = {said.end_at_us}};
    case FLORIN_ENDS_AFTER: break;
    default: refuse_answer("an end that is not known");
  }
  gate::length(said.end_after, "an end");
  Span::Unit unit = Span::Unit::seconds;
  switch (said.end_after.unit) {
    case FLORIN_SECONDS: break;
    case FLORIN_DAYS: unit = Span::Unit::days; break;
    case FLORIN_MONTHS: unit = Span::Unit::months; break;
    default: refuse_answer("a length of a unit that is not known");
  }
  return {.kind = GrantEnd::Kind::after, .after = {unit, said.end_after.count}, .at = {}};
}

GrantSource source_of(const florin_decision& said) {
  if (said.source < FLORIN_FROM_PLAN || said.source > FLORIN_FROM_CORRECTION)
    refuse_answer("a source that is not known");
  return static_cast<GrantSource>(said.source - 1);
}

GrantId grant_of(const florin_decision& said, const Moment& moment) {
  const bool there = std::any_of(moment.grants.begin(), moment.grants.end(),
                                 [&](const Grant& grant) { return grant.id.value == said.grant; });
  if (!there) refuse_answer("a grant that the moment does not hold");
  return {static_cast<std::uint32_t>(said.grant)};
}

/// How much of a grant rolls over, where it is not all of it.
Credits part_of(const florin_decision& said, const Moment& moment) {
  const GrantId id = grant_of(said, moment);
  const Grant& grant = *std::ranges::find(moment.grants, id, &Grant::id);
  if (said.units <= 0 || grant.remaining.units < said.units)
    refuse_answer("a part of " + std::to_string(said.units) + " of a grant that holds " +
                  std::to_string(grant.remaining.units) + "; a part is between 1 and what remains");
  return {said.units};
}

PolicyDecision decision_of(const florin_decision& said, const Moment& moment) {
  PolicyDecision decision;
  decision.rule = gate::word(said.rule, "a rule");
  switch (said.kind) {
    case FLORIN_ISSUE: {
      decision.kind = PolicyDecision::Kind::issue;
      auto type = CreditType::parse(copied(said.type));
      if (!type || said.units <= 0) refuse_answer("an issue without a type or without units");
      gate::amount(said.units, "a grant");
      decision.type = *type;
      decision.amount = {said.units};
      break;
    }
    case FLORIN_ROLL: decision.kind = PolicyDecision::Kind::roll; break;
    case FLORIN_ROLL_PART:
      decision.kind = PolicyDecision::Kind::roll;
      decision.amount = part_of(said, moment);
      break;
    case FLORIN_EXPIRE: decision.kind = PolicyDecision::Kind::expire; break;
    case FLORIN_FORFEIT: decision.kind = PolicyDecision::Kind::forfeit; break;
    case FLORIN_MOVE_END: decision.kind = PolicyDecision::Kind::move_end; break;
    default: refuse_answer("a decision that is not known");
  }
  if (said.kind != FLORIN_ISSUE) decision.grant = grant_of(said, moment);
  if (said.kind == FLORIN_ISSUE || decision.kind == PolicyDecision::Kind::roll) {
    decision.source = source_of(said);
    decision.priority = said.priority;
  }
  if (said.kind != FLORIN_EXPIRE && said.kind != FLORIN_FORFEIT) decision.end = end_of(said, moment);
  return decision;
}

/// Each grant is decided on once: two answers for one lot of credits contradict each other.
void check_once_each(const std::vector<PolicyDecision>& decisions) {
  std::vector<GrantId> seen;
  for (const PolicyDecision& decision : decisions)
    if (decision.grant) seen.push_back(decision.grant);
  std::sort(seen.begin(), seen.end());
  if (std::adjacent_find(seen.begin(), seen.end()) != seen.end()) refuse_answer("two decisions on one grant");
}

}  // namespace

Result<CreditPolicy> CreditPolicy::of(std::shared_ptr<const PluginInstance> instance) {
  const auto& table = table_of(*instance);
  if (table.size < sizeof table || table.decide == nullptr)
    return PluginFault("lacks_interface", "offers florin.credit_policy/1 without decide").error(instance->manifest);
  return CreditPolicy(std::move(instance));
}

Result<PolicyAnswer> CreditPolicy::decide(const Moment& moment) const {
  std::vector<florin_allowance> includes;
  includes.reserve(moment.includes.size());
  for (const Allowance& allowance : moment.includes)
    includes.push_back({lent(allowance.type.text()), allowance.amount.units});
  std::vector<florin_grant> grants;
  grants.reserve(moment.grants.size());
  for (const Grant& grant : moment.grants) grants.push_back(lent_grant(grant));

  florin_moment in{};
  in.size = sizeof in;
  in.kind = code_of(moment.kind);
  in.reason = static_cast<std::uint32_t>(moment.reason);
  in.today = moment.today.year * 10'000 + moment.today.month * 100 + moment.today.day;
  in.at_us = moment.at.us;
  in.plan = lent(moment.plan);
  in.cycle = lent(moment.cycle);
  in.period_from_us = moment.period_from.us;
  in.period_to_us = moment.period_to.us;
  in.includes = lent(includes);
  in.grants = lent(grants);
  try {
    const auto& said =
        ask("decide", [&](florin_arena* arena) { return table_of(*instance_).decide(instance_->plugin, &in, arena); });
    PolicyAnswer answer;
    if (said.refused != 0) {
      answer.refused_rule = gate::word(said.rule, "a rule");
      answer.refused_text = gate::sentence(said.text, "a refusal");
      if (answer.refused_rule.empty()) refuse_answer("a refusal without a rule");
      if (is_over(moment)) refuse_answer("a refusal of what nobody asks: a period or a trial is over, and that stands");
      return answer;
    }
    answer.decisions.reserve(std::min<std::size_t>(said.decisions.count, 64));
    for_each<florin_decision>(
        said.decisions, [&](const florin_decision& one) { answer.decisions.push_back(decision_of(one, moment)); });
    check_once_each(answer.decisions);
    for (const PolicyDecision& one : answer.decisions)
      if (one.kind == PolicyDecision::Kind::issue && !types_.empty() &&
          std::ranges::find(types_, one.type) == types_.end())
        refuse_answer("credits of type '" + one.type.text() + "', which this tenant does not have");
    const auto issues = std::ranges::count(answer.decisions, PolicyDecision::Kind::issue, &PolicyDecision::kind);
    if (issues > gate::most_issues) refuse_answer("more than 64 grants for one moment");
    return answer;
  } catch (const PluginFault& fault) {
    return fault.error(instance_->manifest);
  }
}

}  // namespace florin

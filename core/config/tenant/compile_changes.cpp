#include "config/tenant/compiler.hpp"

#include <algorithm>

#include "config/decode.hpp"
#include "config/hint.hpp"

namespace florin::config {

ChangeRule Compiler::change(const yaml::ChangeBlock& block) {
  ChangeRule rule;
  rule.when = block.when;
  rule.at = rule_at(block.at);
  const bool all = block.cycle && block.pays && block.credits;
  const bool any = block.cycle || block.pays || block.credits;
  if (block.when != ChangeRule::When::next_renewal && !all)
    add("missing_key",
        "a change that works now says cycle (restarts or keeps), pays and credits (full or prorated_difference)",
        block.at);
  if (block.when == ChangeRule::When::next_renewal && any)
    add("contradiction", "at the next renewal the new plan simply begins: cycle, pays and credits are not said",
        block.at);
  if (all) {
    rule.cycle = *block.cycle;
    rule.pays = *block.pays;
    rule.credits = *block.credits;
  }
  return rule;
}

void Compiler::changes() {
  if (!file_.changes) return;
  catalog_.upgrade = change(file_.changes->upgrade);
  catalog_.downgrade = change(file_.changes->downgrade);
  catalog_.cycle_change = change(file_.changes->cycle_change);
  changes_that_can_be();
  pause();
  cancel();
}

/// The closed table of changes: docs/changes.md. What no customer or operator would sign is refused with its reason.
void Compiler::changes_that_can_be() {
  using When = ChangeRule::When;
  const auto refuse = [&](bool wrong, const yaml::ChangeBlock& block, std::string why) {
    if (wrong) add("contradiction", std::move(why), block.at);
  };
  const yaml::ChangesBlock& all = *file_.changes;
  refuse(all.upgrade.when == When::now_if_longer, all.upgrade, "only a cycle_change works now_if_longer");
  refuse(all.downgrade.when != When::next_renewal, all.downgrade,
         "a lower plan begins at the renewal, since the higher one is paid until then: write when: next_renewal");
  refuse(all.cycle_change.when == When::now, all.cycle_change,
         "a shorter cycle begins at the renewal, since the longer one is paid until then: write when: now_if_longer");
  for (const yaml::ChangeBlock* block : {&all.upgrade, &all.cycle_change}) {
    if (!block->cycle || !block->pays || !block->credits) continue;
    const bool keeps = *block->cycle == ChangeRule::Cycle::keeps;
    const bool full_price = *block->pays == ChangeRule::Pays::full_price;
    const bool all_credits = *block->credits == ChangeRule::Gives::full;
    refuse(keeps && full_price, *block,
           "the period goes on and is paid already: write pays: prorated_difference, or cycle: restarts");
    refuse(keeps && !full_price && all_credits, *block,
           "all credits for the last days of a period would cost next to nothing: write credits: prorated_difference");
    refuse(!keeps && !all_credits, *block,
           "a new cycle is paid and brings all its credits; what is left of the old ones is the credit_policy's: write "
           "credits: full");
  }
}

void Compiler::pause() {
  if (!file_.changes->pause) return;
  const yaml::PauseBlock& block = *file_.changes->pause;
  const auto freezes = [&](yaml::Freezes what) { return std::ranges::count(block.freezes, what) != 0; };
  if (!freezes(yaml::Freezes::cycle)) add("contradiction", "a pause freezes at least the cycle", block.at);
  catalog_.pause = PauseRule{.freezes_credits = freezes(yaml::Freezes::credits),
                             .usage_refused = block.usage == yaml::UsageThen::refused,
                             .longest = length(block.longest),
                             .at = rule_at(block.at)};
  if (catalog_.pause->freezes_credits && !catalog_.pause->usage_refused)
    add("contradiction", "credits that are frozen are not spent: usage is refused", block.at);
}

void Compiler::cancel() {
  const yaml::CancelBlock& block = file_.changes->cancel;
  const bool frozen = block.credits.value == CancelRule::KeptCredits::keep_frozen;
  catalog_.cancel = CancelRule{.then = block.then,
                               .credits = block.credits.value,
                               .keep_for = block.keep_for ? length(*block.keep_for) : Span(),
                               .waits_for_agreement = block.with_agreement != yaml::WithAgreement::end_of_cycle,
                               .at = rule_at(block.at)};
  if (frozen != block.keep_for.has_value())
    add("contradiction", "keep_frozen needs keep_for, and only keep_frozen does", block.credits.at);
  const bool some_bind = std::ranges::any_of(catalog_.plans, [](const Plan& plan) {
    return plan.agreement || std::ranges::count(plan.per_account, "agreement") != 0;
  });
  if (some_bind && !block.with_agreement)
    add("missing_key", "'with_agreement' is missing: a plan binds for a time; say end_of_agreement or end_of_cycle",
        block.at);
}

void Compiler::dunning() {
  if (tree_.child("dunning") != nullptr) listed(!file_.dunning.empty(), "dunning", where("dunning"));
  std::int64_t before = -1;
  for (const yaml::DunningBlock& block : file_.dunning) {
    const Span after = block.after.value;
    // Dunning steps are compared as the calendar orders them: no month is shorter than 28 days.
    const std::int64_t position = after.count * (after.unit == Span::Unit::months ? 28LL * 86'400
                                                 : after.unit == Span::Unit::days ? 86'400
                                                                                  : 1);
    if (before < 0 && position != 0) add("contradiction", "the first step is after 0 days", block.after.at);
    if (position <= before) add("contradiction", "each step is later than the one before", block.after.at);
    if (!catalog_.past_due.empty() && catalog_.past_due.back().cancel)
      add("contradiction", "nothing follows cancel_now", block.at);
    before = std::max(before, position);
    PastDueStep step{.after = after, .usage_refused = {}, .at = rule_at(block.at)};
    const auto does = [&](yaml::DunningAct act) { return std::ranges::count(block.do_, act) != 0; };
    step.try_again = does(yaml::DunningAct::try_);
    step.tell = does(yaml::DunningAct::tell);
    step.cancel = does(yaml::DunningAct::cancel_now);
    if (block.usage) step.usage_refused = *block.usage == yaml::UsageThen::refused;
    // Credits that could not be used are not sold either, unless the step says otherwise, which is an error.
    if (step.usage_refused == true) step.buying_refused = true;
    if (block.buying) step.buying_refused = *block.buying == yaml::BuyingThen::refused;
    catalog_.past_due.push_back(step);
  }
  if (!catalog_.past_due.empty() && !catalog_.past_due.back().cancel)
    add("contradiction", "the last step says how it ends: cancel_now", file_.dunning.back().at);
}

void Compiler::reviews() {
  if (file_.business_days) {
    for (const yaml::Weekday day : file_.business_days->days)
      catalog_.business_days.weekdays.push_back(static_cast<std::uint8_t>(day));
    for (const auto& day : file_.business_days->closed) catalog_.business_days.closed.push_back(day.value);
    listed(!file_.business_days->days.empty(), "days", file_.business_days->at);
  }
  if (!file_.refunds.review) return;
  const yaml::ReviewBlock& block = *file_.refunds.review;
  if (!file_.business_days)
    add("missing_key", "'business_days' is missing: a review is answered within some", block.at);
  ReviewRule rule{
      .reasons = {},
      .asked_within = length(block.asked_within),
      .answered_within = static_cast<std::int32_t>(std::min<std::int64_t>(block.answered_within.value.count, 365)),
      .duplicates_within = {},
      .at = rule_at(block.at)};
  if (rule.answered_within < 1) add("bad_count", "an answer takes 1 business day or more", block.answered_within.at);
  for (const yaml::ReasonId& reason : block.for_) rule.reasons.push_back(reason.text());
  listed(!rule.reasons.empty(), "for", block.at);
  const Written<Span>& apart = block.flag_duplicates.same_amount_within;
  if (length(apart).unit != Span::Unit::seconds) add("bad_span", "this is elapsed time, such as 24 hours", apart.at);
  rule.duplicates_within = seconds(apart.value.count);
  catalog_.review = std::move(rule);
}

void Compiler::refunds() {
  catalog_.refunds_at = rule_at(file_.refunds.otherwise.at);
  catalog_.staff_may_refund = file_.refunds.otherwise.value == yaml::Otherwise::staff_decides;
  catalog_.taken_back = {.spent = file_.refunds.taken_back.spent, .at = rule_at(file_.refunds.taken_back.at)};
  catalog_.refunded_elsewhere = file_.refunds.made_at_processor.value_or(CreditsThen::staff_decides);
  reviews();
  if (!file_.refunds.guarantee) return;
  const yaml::GuaranteeBlock& block = *file_.refunds.guarantee;
  Guarantee guarantee{.asked_within = length(block.asked_within), .covers = {}, .at = rule_at(block.at)};
  for (const auto& kind : block.covers) {
    if (kind.value == OrderKind::change)
      add("contradiction", "a plan change is a payment for the subscription: write subscription", kind.at);
    guarantee.covers.push_back(shape_of<OrderKind>().text(&kind.value));
  }
  listed(!block.covers.empty(), "covers", block.at);
  catalog_.guarantee = std::move(guarantee);
}

}  // namespace florin::config

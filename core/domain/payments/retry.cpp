#include "domain/payments/retry.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <ranges>

#include "domain/journal/described.hpp"
#include "domain/orders/place.hpp"

namespace florin {

namespace {

/// The bank or the network forbids another try, or only the customer can do something about it.
bool is_over(DeclineKind why) {
  return why == DeclineKind::hard || why == DeclineKind::fraud || why == DeclineKind::mandate_gone ||
         why == DeclineKind::bad_data || why == DeclineKind::authenticate;
}

}  // namespace

bool may_try_by_itself(const Draft& draft, const SavedMethod& method) {
  const auto& cap = draft.catalog().refusals;
  const Attempt* last = nullptr;
  std::int32_t refused = 0;
  const Account& account = draft.account;
  const auto its = std::ranges::find(account.tries, method.id, &Tries::method);
  if (its == account.tries.end()) return true;
  // From the newest on, as far as they count: what is older may lie on disk.
  for (const Tries::Of& of : its->attempts | std::views::reverse) {
    const Attempt& attempt = account.order(of.order)->attempts[of.attempt - 1];
    const bool counts = cap && draft.now < draft.calendar().after(attempt.started_at, cap->within);
    if (counts && attempt.state == AttemptState::declined) ++refused;
    if (last == nullptr && !attempt.open()) last = &attempt;
    if (last != nullptr && !counts) break;
  }
  if (cap && refused >= cap->at_most) return false;
  return last == nullptr || last->state != AttemptState::declined || !is_over(last->decline);
}

void plan_retry(Draft& draft, OrderId id) {
  const Order& order = *draft.account.order(id);
  if (!draft.account.past_due || draft.account.past_due->order != id || order.attempts.empty()) return;
  const DeclineKind why = order.attempts.back().decline;
  const std::string_view word = boost::describe::enum_to_string(why, "");
  const auto& rules = draft.catalog().retries;
  const auto rule = std::ranges::find(rules, word, &RetryRule::why);
  const auto refused = static_cast<std::size_t>(
      std::ranges::count_if(order.attempts, [&](const Attempt& attempt) { return attempt.decline == why; }));
  if (rule == rules.end() || refused > rule->after.size()) return;
  draft.add(RetryPlanned{id, draft.calendar().after(draft.now, rule->after[refused - 1])});
}

void retry(Draft& draft) {
  const OrderId order = draft.account.past_due->order;
  draft.add(RetryPlanned{order, never});
  try_afresh(draft, order);
}

void count_answer(Draft& draft, const ProcessorId& processor, bool answered) {
  const auto& rule = draft.catalog().rest;
  if (!rule) return;
  const auto known = std::ranges::find(draft.tenant.processors, processor, &ProcessorHealth::processor);
  const std::int32_t before = known == draft.tenant.processors.end() ? 0 : known->failures;
  if (answered) {
    if (before > 0) draft.add(ProcessorCounted{processor, 0, {}});
    return;
  }
  const std::int32_t failures = before + 1;
  const bool rests = failures >= rule->after;
  draft.add(ProcessorCounted{processor, failures, rests ? draft.calendar().after(draft.now, rule->lasts) : Instant()});
}

}  // namespace florin

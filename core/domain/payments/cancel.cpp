#include "domain/payments/cancel.hpp"

#include "domain/payments/match.hpp"
#include "domain/payments/settle.hpp"

namespace florin {

namespace {

/// The attempt is final after this.
bool is_over(AttemptState state) {
  return state == AttemptState::voided || state == AttemptState::captured || state == AttemptState::declined ||
         state == AttemptState::expired;
}

/// Whether the answer tells of the payment itself, and not only that cancelling came to nothing.
bool tells_of_payment(const Attempt& attempt, const ProviderReport& said) {
  if (said.text.starts_with("wrong_amount")) return true;
  if (said.absent) return attempt.open();
  if (said.state == AttemptState::unknown || said.state == AttemptState::not_sent) return false;
  return attempt.open() || may_move(attempt.state, said.state);
}

}  // namespace

void cancel_at_processor(Draft& draft, OrderId id, std::uint32_t but) {
  const Order order = *draft.account.order(id);
  for (const Attempt& attempt : order.attempts) {
    const bool may_bring_money = attempt.open() || attempt.state == AttemptState::expired;
    if (attempt.number == but || !may_bring_money || attempt.cancelling() || comes_by_bank(draft, attempt)) continue;
    // What was asked for once and ended without the processor's word is not asked for again.
    if (attempt.cancels > 0) continue;
    draft.add(CancelPlanned{.order = id, .attempt = attempt.number, .at = draft.now, .cancels = 0, .raw = {}});
  }
}

void cancel_reported(Draft& draft, const CancelReported& command) {
  const Order* order = draft.account.order(command.order);
  if (order == nullptr || command.attempt == 0 || command.attempt > order->attempts.size())
    refuse("no_such_attempt", "There is no such attempt.");
  const Attempt attempt = order->attempts[command.attempt - 1];
  if (!attempt.cancelling()) refuse("stale_claim", "The outcome of this attempt is already recorded.");
  const ProviderReport& said = command.said;
  if (tells_of_payment(attempt, said))
    payment_reported(draft, {.order = command.order, .attempt = command.attempt, .said = said});
  const Attempt& after = draft.account.order(command.order)->attempts[command.attempt - 1];
  const bool never_arrived = after.state == AttemptState::not_sent;
  const bool over = is_over(said.state) || never_arrived || said.decline_code == cancel_not_offered;
  draft.add(CancelPlanned{.order = command.order,
                          .attempt = command.attempt,
                          .at = over ? never : draft.now + ask_again_after(attempt.cancels),
                          .cancels = attempt.cancels + 1,
                          .raw = said.decline_code == cancel_not_offered ? said.decline_code : said.raw});
}

}  // namespace florin

#include "answers/upcoming.hpp"

#include "domain/orders/place.hpp"

namespace florin {

namespace {

UpcomingCharge charge_of(const Account& account, const Order& order, Instant at) {
  UpcomingCharge charge{.account = account.id,
                        .at = at,
                        .kind = std::string(word_of(order.kind)),
                        .what = {},
                        .amount = order.total,
                        .method = {},
                        .waits = order.waits_for_lift};
  for (const Line& line : order.lines) charge.what += (charge.what.empty() ? "" : "; ") + line.text;
  if (!order.attempts.empty() && !order.waits_for_lift)
    if (const SavedMethod* saved = account.method(order.attempts.back().method))
      charge.method = saved->slot + " " + saved->method.text();
  return charge;
}

}  // namespace

Result<std::vector<UpcomingCharge>> upcoming(engine::Rehearsal rehearsal, Instant until) {
  constexpr int most_steps = 1000;
  std::vector<UpcomingCharge> charges;
  Account& account = rehearsal.account();
  for (int step = 0; step < most_steps && account.due_at <= until; ++step) {
    auto entries = rehearsal.advance(account.due_at);
    if (!entries) return entries.error();
    std::vector<PaymentReported> paid;
    for (const Entry& entry : *entries) {
      if (entry.refusal) return charges;  // it waits for a person
      for (const Fact& fact : entry.facts) {
        if (const auto* waits = std::get_if<ChargeWaits>(&fact))
          charges.push_back(charge_of(account, *account.order(waits->order), entry.at));
        const auto* started = std::get_if<AttemptStarted>(&fact);
        if (started == nullptr) continue;
        charges.push_back(charge_of(account, *account.order(started->order), entry.at));
        PaymentReported said{.order = started->order, .attempt = started->attempt->number, .said = {}};
        said.said.state = AttemptState::captured;
        said.said.amount = started->attempt->amount;
        paid.push_back(std::move(said));
      }
    }
    for (const PaymentReported& said : paid)
      if (auto taken = rehearsal.take({"host", ""}, "", said, account.last_at); !taken) return taken.error();
  }
  return charges;
}

}  // namespace florin

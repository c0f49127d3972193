#include "answers/quote.hpp"

#include "answers/parts.hpp"
#include "config/write_json.hpp"
#include "domain/accounts/due.hpp"
#include "domain/credits/ends.hpp"

namespace florin {

namespace {

template <class Wanted>
const Wanted* first(const Entry& entry) {
  for (const Fact& fact : entry.facts)
    if (const auto* found = std::get_if<Wanted>(&fact)) return found;
  return nullptr;
}

/// The attempt that the command has started succeeds at once.
Result<std::optional<Entry>> pay(engine::Rehearsal& rehearsal, OrderId id, Instant now) {
  const Order* order = rehearsal.account().order(id);
  if (order == nullptr || !order->in_flight()) return std::optional<Entry>();
  ProviderReport said;
  said.state = AttemptState::captured;
  said.amount = order->total;
  auto paid = rehearsal.take({"host", ""}, "", PaymentReported{id, order->attempts.back().number, said}, now);
  if (!paid) return paid.error();
  return std::optional<Entry>(std::move(*paid));
}

/// How credits come and go.
class Movements {
 public:
  Movements(const Catalog& catalog, const Account& account) : catalog_(catalog), account_(account) {}

  void take(const Entry& entry) {
    for (const Fact& fact : entry.facts) {
      if (const auto* issued = std::get_if<GrantIssued>(&fact))
        come.push_back({amount_text(catalog_, issued->type, issued->amount), issued->source, issued->ends_at});
      if (const auto* received = std::get_if<GrantReceived>(&fact))
        come.push_back({amount_text(catalog_, received->type, received->amount), received->source, received->ends_at});
      if (const auto* rolled = std::get_if<GrantRolled>(&fact))
        go("rolled", rolled->from, rolled->amount, rolled->rule, entry.at, rolled->ends_at);
      if (const auto* expired = std::get_if<GrantExpired>(&fact))
        go("expired", expired->grant, expired->amount, expired->rule, entry.at, std::nullopt);
      if (const auto* forfeited = std::get_if<GrantForfeited>(&fact))
        go("forfeited", forfeited->grant, forfeited->amount, forfeited->rule, entry.at, std::nullopt);
      if (const auto* moved = std::get_if<GrantEndMoved>(&fact))
        go("end_moved", moved->grant, Credits(), moved->rule, entry.at, moved->ends_at);
      if (const auto* refunded = std::get_if<GrantRefunded>(&fact))
        go("refunded", refunded->grant, refunded->amount, {}, entry.at, std::nullopt);
      if (const auto* corrected = std::get_if<GrantAdjusted>(&fact))
        go("corrected", corrected->grant, corrected->amount, {}, entry.at, std::nullopt);
      if (const auto* moved = std::get_if<GrantTransferred>(&fact))
        go("transferred", moved->grant, moved->amount, {}, entry.at, std::nullopt);
      if (const auto* back = std::get_if<CreditsTakenBack>(&fact))
        go("taken_back", back->grant, back->amount, {}, entry.at, std::nullopt);
      if (const auto* owed = std::get_if<CreditsOwedTaken>(&fact))
        go("owed", owed->grant, owed->amount, {}, entry.at, std::nullopt);
      if (const auto* minimum = std::get_if<MinimumTaken>(&fact))
        for (const Take& take : minimum->takes) go("minimum", take.grant, take.amount, {}, entry.at, std::nullopt);
    }
  }

  std::vector<answers::CreditsThatCome> come;
  std::vector<answers::CreditsThatLeave> gone;

 private:
  void go(std::string_view how, GrantId id, Credits amount, const std::string& rule, Instant at,
          const std::optional<Instant>& ends_at) {
    const Grant* grant = any_grant(account_, id);
    const bool nothing = amount.is_zero() && how != "end_moved";  // of what is held, or taken by a dispute
    if (grant == nullptr || nothing) return;
    gone.push_back(
        {.how = std::string(how),
         .source = grant->source,
         .at = at,
         .rule = text_or_none(rule),
         .amount = amount.is_zero() ? std::nullopt : text_or_none(amount_text(catalog_, grant->type, amount)),
         .until = ends_at});
  }

  const Catalog& catalog_;
  const Account& account_;
};

answers::Charge charge_of(const std::optional<Order>& order, const Catalog& catalog) {
  if (!order) return {.total = Money(0, catalog.currency), .lines = {}, .taxes = {}};
  return {order->total, answers::lines_of(order->lines), answers::taxes_of(order->taxes)};
}

/// When the period ends, what is asked for then, and what becomes of credits.
answers::QuotedNext next_of(const NextPeriod& next, const Account& account, const Catalog& catalog) {
  Movements then(catalog, account);
  for (const Entry& entry : next.entries) then.take(entry);
  answers::Charge charge = charge_of(next.order, catalog);
  return {.total = charge.total,
          .lines = std::move(charge.lines),
          .taxes = std::move(charge.taxes),
          .at = next.at,
          .state = next.standing,
          .leave = std::move(then.gone)};
}

}  // namespace

Result<std::optional<NextPeriod>> next_period(engine::Rehearsal rehearsal) {
  Account& account = rehearsal.account();
  account.recharge.active = false;  // it depends on usage, and nothing is used here
  account.due_at = next_due(account).value_or(Due()).at;
  std::vector<Entry> entries;
  const auto advance = [&](Instant to) -> Status {
    auto more = rehearsal.advance(to);
    if (!more) return more.error();
    entries.insert(entries.end(), more->begin(), more->end());
    return Done{};
  };
  if (account.pause)
    if (const auto resumed = advance(account.pause->resumes_at); !resumed) return resumed.error();
  std::optional<Instant> ends;
  if (account.subscription) ends = account.subscription->to;
  if (account.trial) ends = account.trial->ends_at;
  if (!ends) return std::optional<NextPeriod>();
  if (const auto ended = advance(*ends); !ended) return ended.error();
  NextPeriod next{.at = *ends, .order = std::nullopt, .entries = std::move(entries), .standing = account.standing};
  for (const Entry& entry : next.entries)
    if (const auto* placed = first<OrderPlaced>(entry); placed != nullptr && placed->order->renewal())
      next.order = *placed->order;
  return std::optional(std::move(next));
}

Result<Quotation> quote(engine::Rehearsal rehearsal, const Actor& actor, std::string_view key,
                        const AnyCommand& command, Instant now) {
  if (const auto due = rehearsal.advance(now); !due) return due.error();
  auto entry = rehearsal.take(actor, key, command, std::max(now, rehearsal.account().last_at));
  if (!entry) return entry.error();
  Quotation quotation;
  quotation.refusal = entry->refusal;
  if (const auto* placed = first<OrderPlaced>(*entry)) quotation.order = *placed->order;
  if (const auto* pays = std::get_if<PayOrder>(&command); pays != nullptr && !quotation.refusal)
    if (const Order* order = rehearsal.account().order(pays->order)) quotation.order = *order;
  quotation.entries.push_back(std::move(*entry));
  if (quotation.order) {
    auto paid = pay(rehearsal, quotation.order->id, now);
    if (!paid) return paid.error();
    if (*paid) {
      // What would be paid and not delivered is better known beforehand.
      if (const auto* failed = first<DeliveryFailed>(**paid))
        quotation.refusal = Refusal{failed->code, failed->text, failed->plugin};
      quotation.entries.push_back(std::move(**paid));
    }
  }
  quotation.after = rehearsal.account();
  auto next = next_period(std::move(rehearsal));
  if (!next) return next.error();
  quotation.next = std::move(*next);
  return quotation;
}

std::vector<Refund> refunds_of(const Quotation& quotation) {
  std::vector<Refund> refunds;
  for (const Entry& entry : quotation.entries)
    for (const Fact& fact : entry.facts) {
      if (const auto* asked = std::get_if<RefundRequested>(&fact))
        refunds.insert(refunds.end(), asked->quoted.begin(), asked->quoted.end());
      if (const auto* started = std::get_if<RefundStarted>(&fact)) refunds.push_back(*started->refund);
    }
  return refunds;
}

std::string quote_as_json(const Quotation& quotation, const Catalog& catalog) {
  const Account& after = quotation.after;
  Movements today(catalog, after);
  for (const Entry& entry : quotation.entries) today.take(entry);
  answers::Quote quote{.refused = {},
                       .agreed = quotation.order ? quotation.order->total : Money(0, catalog.currency),
                       .today = charge_of(quotation.order, catalog),
                       .credits = std::move(today.come),
                       .leave = std::move(today.gone),
                       .refunds = {},
                       .state = after.state_word(),
                       .subscription = {},
                       .next = {}};
  if (const auto& refusal = quotation.refusal)
    quote.refused = answers::RefusedNow{refusal->code, refusal->text, text_or_none(refusal->rule)};
  for (const Refund& refund : refunds_of(quotation)) quote.refunds.push_back({refund.order, refund.amount});
  if (after.subscription) quote.subscription = answers::plan_now(after, *after.subscription);
  if (quotation.next) quote.next = next_of(*quotation.next, after, catalog);
  return config::write_whole_json(quote);
}

answers::PlanNow answers::plan_now(const florin::Account& account, const Subscription& running) {
  PlanNow now{.plan = running.plan,
              .cycle = running.cycle,
              .licences = running.licences,
              .add_ons = add_ons_of(running.add_ons),
              .period_from = running.from,
              .period_to = running.to,
              .cancelled = running.cancelled_at.has_value(),
              .ends_at = running.ends_at,
              .agreement_ends = running.agreement_ends,
              .paused_since = {},
              .resumes_at = {},
              .from_next_period = {}};
  if (account.pause) {
    now.paused_since = account.pause->since;
    now.resumes_at = account.pause->resumes_at;
  }
  if (running.pending && !running.ends_with_period())
    now.from_next_period = QuotedPlan{running.pending->plan, running.pending->cycle, running.pending->licences,
                                      add_ons_of(running.pending->add_ons)};
  return now;
}

}  // namespace florin

#include "host/quote.hpp"

#include "domain/accounts/due.hpp"
#include "host/parts.hpp"

namespace florin {

namespace {

namespace json = boost::json;

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

/// One way in which credits come or go.
class Movements {
 public:
  Movements(const Catalog& catalog, const Account& account) : catalog_(catalog), account_(account) {}

  void take(const Entry& entry) {
    for (const Fact& fact : entry.facts) {
      if (const auto* issued = std::get_if<GrantIssued>(&fact))
        come.push_back(json::object{{"amount", amount_text(catalog_, issued->type, issued->amount)},
                                    {"source", word_text(issued->source)},
                                    {"ends_at", instant_or_null(issued->ends_at)}});
      if (const auto* received = std::get_if<GrantReceived>(&fact))
        come.push_back(json::object{{"amount", amount_text(catalog_, received->type, received->amount)},
                                    {"source", word_text(received->source)},
                                    {"ends_at", instant_or_null(received->ends_at)}});
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

  json::array come, gone;

 private:
  void go(std::string_view how, GrantId id, Credits amount, const std::string& rule, Instant at,
          const std::optional<Instant>& ends_at) {
    const Grant* grant = account_.grant(id);
    for (const Grant& closed : account_.closed_grants)
      if (closed.id == id) grant = &closed;
    const bool nothing = amount.is_zero() && how != "end_moved";  // of what is held, or taken by a dispute
    if (grant == nullptr || nothing) return;
    gone.push_back(json::object{
        {"how", how},
        {"source", word_text(grant->source)},
        {"at", at.text()},
        {"rule", rule},
        {"amount", amount.is_zero() ? json::value(nullptr) : json::value(amount_text(catalog_, grant->type, amount))},
        {"until", ends_at ? json::value(ends_at->text()) : json::value(nullptr)}});
  }

  const Catalog& catalog_;
  const Account& account_;
};

json::object charge_as_json(const std::optional<Order>& order, const Catalog& catalog) {
  if (!order) return {{"total", Money(0, catalog.currency).text()}, {"lines", json::array()}, {"taxes", json::array()}};
  return {
      {"total", order->total.text()}, {"lines", lines_as_json(order->lines)}, {"taxes", taxes_as_json(order->taxes)}};
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
  Movements today(catalog, quotation.after);
  json::array refunds;
  for (const Entry& entry : quotation.entries) today.take(entry);
  for (const Refund& refund : refunds_of(quotation))
    refunds.push_back(json::object{{"order", refund.order.value}, {"amount", refund.amount.text()}});
  const auto& after = quotation.after.subscription;
  json::object view{
      {"refused", refusal_as_json(quotation.refusal)},
      {"agreed", (quotation.order ? quotation.order->total : Money(0, catalog.currency)).text()},
      {"today", charge_as_json(quotation.order, catalog)},
      {"credits", std::move(today.come)},
      {"leave", std::move(today.gone)},
      {"refunds", std::move(refunds)},
      {"state", quotation.after.state_word()},
      {"subscription", after ? json::value(subscription_as_json(quotation.after, *after)) : json::value(nullptr)},
      {"next", next_as_json(quotation.next, quotation.after, catalog)}};
  return json::serialize(view);
}

json::value next_as_json(const std::optional<NextPeriod>& next, const Account& account, const Catalog& catalog) {
  if (!next) return nullptr;
  Movements then(catalog, account);
  for (const Entry& entry : next->entries) then.take(entry);
  json::object view = charge_as_json(next->order, catalog);
  view["at"] = next->at.text();
  view["state"] = word_text(next->standing);
  view["leave"] = std::move(then.gone);
  return view;
}

}  // namespace florin

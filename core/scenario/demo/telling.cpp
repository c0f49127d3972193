#include "scenario/demo/telling.hpp"

#include <algorithm>
#include <boost/describe.hpp>

#include "domain/journal/described.hpp"
#include "scenario/words.hpp"

namespace florin::scenario {

namespace {

constexpr std::string_view months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};

template <class Enum>
std::string word(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

/// One fact in plain words, or nothing.
class Telling {
 public:
  Telling(const Catalog& catalog, const Account& account, Instant at)
      : catalog_(catalog), account_(account), calendar_(catalog.zone), at_(at) {}

  template <class T>
  std::string operator()(const T&) const {
    return {};
  }
  std::string operator()(const AccountOpened& f) const { return "opens an account, billed in " + f.billing_country; }
  std::string operator()(const TrialStarted& f) const {
    return f.ends_at ? "begins a trial until " + day(*f.ends_at) : "begins a trial";
  }
  std::string operator()(const PlanPicked& f) const { return "picks " + f.plan.plan.text() + " for after the trial"; }
  std::string operator()(const TrialEnded&) const { return "the trial is over"; }
  std::string operator()(const SubscriptionStarted& f) const {
    return "is on " + f.plan.text() + " " + f.cycle + licences(f.licences) + " to " + day(f.to);
  }
  std::string operator()(const SubscriptionChanged& f) const {
    return "is now on " + f.plan.text() + " " + f.cycle + licences(f.licences) + add_ons(f.add_ons);
  }
  std::string operator()(const ChangeSet& f) const {
    return "from the next period: " + f.change.plan.text() + " " + f.change.cycle + licences(f.change.licences) +
           add_ons(f.change.add_ons);
  }
  std::string operator()(const CancelAsked& f) const { return "cancels; all works until " + day(f.ends_at); }
  std::string operator()(const SubscriptionEnded& f) const {
    return "the plan is over (" + f.because + "), the account is " + word(f.standing);
  }
  std::string operator()(const GrantIssued& f) const {
    return "+" + in_words(catalog_, f.type, f.amount) + " (" + word(f.source) +
           (f.ends_at ? ", to " + day(*f.ends_at) : ", until used") + ")";
  }
  std::string operator()(const GrantRolled& f) const {
    return amount_of(f.from, f.amount) + " roll over" + (f.ends_at ? " to " + day(*f.ends_at) : "");
  }
  std::string operator()(const GrantExpired& f) const {
    return f.amount.is_zero() ? std::string() : amount_of(f.grant, f.amount) + " expire";
  }
  std::string operator()(const GrantForfeited& f) const {
    return f.amount.is_zero() ? std::string() : amount_of(f.grant, f.amount) + " forfeited";
  }
  std::string operator()(const PaymentMethodAdded& f) const {
    return f.method.slot + " method: " + f.method.brand + (f.method.brand.empty() ? "" : " ") + f.method.method.text();
  }
  std::string operator()(const RechargeSet& f) const {
    return "auto-recharge of " + in_words(catalog_, f.recharge->type, f.recharge->amount) + " below " +
           in_words(catalog_, f.recharge->type, f.recharge->below);
  }
  std::string operator()(const RechargeFailed& f) const { return f.suspended ? "auto-recharge suspended" : ""; }
  std::string operator()(const AttemptMoved& f) const {
    const Order* order = account_.order(f.order);
    const std::string what = order->total.text() + " on the " + slot(*order, f.attempt);
    if (f.state == AttemptState::declined) return what + " declined";
    if (f.state == AttemptState::pending) return what + " is pending";
    if (f.state == AttemptState::captured) return what + " paid" + purpose(*order);
    return {};
  }
  std::string operator()(const InvoiceIssued& f) const { return "invoice " + f.number; }
  std::string operator()(const OrderClosed& f) const { return "the order is closed: " + f.because; }
  std::string operator()(const PastDueEntered&) const { return "past due"; }
  std::string operator()(const PastDueStepped& f) const { return f.usage_refused ? "usage is refused" : ""; }
  std::string operator()(const PastDueCleared&) const { return "past due no more"; }
  std::string operator()(const RefundRequested& f) const {
    Money sum;
    for (const Refund& refund : f.quoted) sum += refund.amount;
    return "asks for the guarantee: " + sum.text() + " unused; frozen until it is decided";
  }
  std::string operator()(const CreditNoteIssued& f) const {
    return f.amount.text() + " given back, credit note " + f.number;
  }
  std::string operator()(const ApprovalSet& f) const { return f.approval.approval + " " + f.approval.state; }

 private:
  std::string day(Instant t) const {
    const Date date = calendar_.date(t);
    return day_of(calendar_, t) + (date.year == calendar_.date(at_).year ? "" : " " + std::to_string(date.year));
  }
  std::string amount_of(GrantId id, Credits amount) const {
    for (const Grant* grant : account_.all_grants())
      if (grant->id == id) return in_words(catalog_, grant->type, amount) + " (" + word(grant->source) + ")";
    return std::to_string(amount.units);
  }
  static std::string licences(std::int32_t count) {
    return count == 1 ? "" : ", " + std::to_string(count) + " licences";
  }
  static std::string add_ons(const std::vector<AddOnCount>& counts) {
    std::string text;
    for (const AddOnCount& one : counts) text += ", " + std::to_string(one.count) + " " + one.add_on.text();
    return text;
  }
  std::string slot(const Order& order, std::uint32_t attempt) const {
    const SavedMethod* saved = account_.method(order.attempts[attempt - 1].method);
    return saved == nullptr ? "card of then" : saved->slot + " " + saved->method.text();
  }
  static std::string purpose(const Order& order) {
    return order.kind == OrderKind::subscription ? "" : " for " + word(order.kind);
  }

  const Catalog& catalog_;
  const Account& account_;
  Calendar calendar_;
  Instant at_;
};

}  // namespace

std::string day_of(const Calendar& calendar, Instant t) {
  const Date date = calendar.date(t);
  return (date.day < 10 ? " " : "") + std::to_string(date.day) + " " + std::string(months[date.month - 1].substr(0, 3));
}

std::string month_of(Date date) { return std::string(months[date.month - 1]) + " " + std::to_string(date.year); }

std::string told(const Entry& entry, const Catalog& catalog, const Account& account) {
  if (std::holds_alternative<Use>(entry.command)) return {};
  // A provider that says again what is known already is no news.
  if (entry.refusal && (entry.actor.role == "host" || entry.actor.role == "processor")) return {};
  if (entry.refusal) return "refused: " + entry.refusal->text;
  std::string line;
  for (const Fact& fact : entry.facts) {
    const std::string one = std::visit(Telling(catalog, account, entry.at), fact);
    if (!one.empty()) line += (line.empty() ? "" : "; ") + one;
  }
  return line;
}

std::string padded(std::string_view text, std::size_t width, bool right) {
  const auto characters = static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  const std::string space(characters < width ? width - characters : 0, ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

}  // namespace florin::scenario

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/payments/receipt.hpp"
#include "domain/payments/said.hpp"
#include "domain/taxes/tax.hpp"
#include "florin/apart.hpp"
#include "florin/commands.hpp"

namespace florin {

/// Anything that asks for money.
enum class OrderKind : std::uint8_t {
  subscription,
  change,
  purchase,
  recharge,
  licences,
  addon,
  minimum,
  small_amounts,  ///< what was under the minimum charge, at the end of a plan
};

/// One line of an order and of its invoice.
struct Line {
  std::string text;  ///< `growth, monthly, 10 Mar 2026 to 10 Apr 2026`
  std::int64_t quantity = 1;
  Money amount;                      ///< of the whole line, without tax
  AddOnId add_on{};                  ///< that it is for; empty: for none
  std::vector<CreditType> brings{};  ///< what of the order's credits this line pays for, in equal parts
  friend bool operator==(const Line&, const Line&) = default;
};

struct BoughtCredits {
  CreditType type;
  Credits amount;
};

/// A change that waits for the renewal. At most one; a later one takes its place.
struct PendingChange {
  PlanId plan;
  std::string cycle;
  std::int32_t licences = 0;
  std::vector<AddOnCount> add_ons;
  std::uint32_t catalog = 0;  ///< the version whose prices were agreed to
};

/// What an order brings when its payment succeeds. Resolved when the order is placed: a price that changes meanwhile
/// changes nothing here.
struct Buys {
  std::vector<BoughtCredits> plan_credits;   ///< for the period
  std::vector<BoughtCredits> addon_credits;  ///< for the period
  std::vector<BoughtCredits> bought;         ///< purchase or recharge
  std::optional<PlanId> plan;                ///< a plan that begins, or replaces the one before, with the payment
  std::string cycle;
  std::int32_t months = 0;
  std::int32_t licences = 0;
  std::vector<AddOnCount> add_ons;
  bool restarts_cycle = false;
  std::uint32_t catalog = 0;                      ///< the version whose prices were agreed to
  std::optional<PendingChange> from_next_period;  ///< the part of the change that waits for the renewal
  std::vector<BoughtCredits> month_credits;       ///< of add-ons paid by the month, for the month
  std::optional<Instant> month_ends;              ///< none: the month that runs when it is paid
};

/// How long after its decision something may still leave this host for the first time: what is older is asked about.
inline constexpr Duration send_window = minutes(15);

/// What a processor kept of a payment, as it said itself.
struct Fee {
  Money amount;            ///< in the currency that it settles in, which may be another than the payment's
  std::string settlement;  ///< its id of the payout that the payment is in; empty: in none yet
  friend bool operator==(const Fee&, const Fee&) = default;
};

/// One try on one route. Durable, with its key, before anything is sent.
struct Attempt {
  std::uint32_t number = 0;  ///< in its order, from 1
  SavedMethodId method;
  ProcessorId processor;
  std::string token;  ///< the processor's own reference of the method
  std::string key;    ///< the provider's idempotency key: 25 of [0-9a-z], derived from what is paid for
  Money amount;
  AttemptState state = AttemptState::started;
  Instant started_at;
  Instant send_before;     ///< never sent first after this
  Instant ask_at = never;  ///< when to ask the provider next; never: nothing to ask
  std::uint32_t asked = 0;
  std::string ref;  ///< the provider's id
  std::string raw;  ///< the provider's own status
  DeclineKind decline = DeclineKind::none;
  std::string decline_code;
  std::string action;         ///< JSON: what the customer must do
  Instant sent_at;            ///< when it was last sent; zero: it may never have been
  std::string alarm;          ///< what a person has to look into
  bool kept = false;          ///< its money came when the order was closed, and waits for a person
  Instant cancel_at = never;  ///< when its processor is asked next to cancel it; never: it is not
  std::uint32_t cancels = 0;  ///< how often it was asked to
  Seldom<Fee> fee;            ///< none: its processor has not said yet
  Duration look_up_lag;       ///< as its processor declares it: absence before that proves nothing; 0: not known
  /// The entry that holds, sealed, what its customer answered, while its processor has still to hear it.
  std::optional<std::uint64_t> answer_at{};

  bool open() const {
    return state == AttemptState::started || state == AttemptState::unknown || state == AttemptState::pending ||
           state == AttemptState::needs_action || state == AttemptState::authorised;
  }
  /// Nobody waits for it any more, and its processor has still to say that nothing comes of it.
  bool cancelling() const {
    return cancel_at != never && state != AttemptState::voided && state != AttemptState::captured;
  }
};

enum class OrderState : std::uint8_t { open, paid, closed };

/// A paid order whose credits and plan could not be given yet, and why. Nothing is charged for it again; the host tries
/// to deliver it on a schedule.
struct Undelivered {
  Instant since;
  Instant try_at = never;
  std::uint32_t tries = 0;  ///< that failed
  std::string plugin;       ///< that refused or failed
  std::string code;
  std::string text;  ///< its own words, for staff
};

struct Order {
  OrderId id;
  OrderKind kind = OrderKind::purchase;
  std::vector<Line> lines;
  Money total;  ///< with tax: what is asked for
  Buys buys;
  Instant placed_at;
  Instant open_until = never;
  std::optional<Instant> period_from, period_to;
  OrderState state = OrderState::open;
  std::vector<SavedMethodId> candidates;  ///< in the order they are tried; fixed when the order is placed
  std::uint32_t next_candidate = 0;
  std::string paid_for;  ///< what makes this order the one it is: part of its provider keys
  std::vector<Attempt> attempts;
  std::optional<Instant> paid_at;
  std::string invoice;  ///< its number, once paid
  std::string closed_because;
  Credits issued;  ///< plan, add-on and bought credits that its payment brought, for the guarantee's share
  Money refunded;
  Credits credits_refunded;
  std::vector<Tax> taxes;
  bool waits_for_lift = false;  ///< charges are stopped: its next attempt starts when they are lifted
  Money account_money;          ///< of the account's own, used first; what is asked for is the rest
  Money written_off;
  std::vector<WithheldTax> withheld;
  bool reopened = false;  ///< it was paid and the money was taken back: `buys` is what was taken with it
  std::string route;      ///< of one that no kept method pays: its processors in the order they are tried, and why
  Seldom<Undelivered> undelivered;  ///< none: what it brings is there, or it is not paid
  std::uint32_t carries = 0;  ///< so many of its last lines waited for an invoice, and wait again if it closes unpaid
  /// The browser of who pays it, sealed, while a charge of it has still to leave or to be answered.
  Seldom<std::string> browser{};

  /// Its payment or its delivery has not come to an end: no other order takes its place meanwhile.
  bool unfinished() const { return state == OrderState::open || undelivered; }
  /// What its payment has to bring.
  Money asked() const { return total - account_money; }
  /// Without tax.
  Money net() const { return total - sum_of(taxes); }
  /// What it brings of one type.
  Credits brings(const CreditType& type) const;
  /// What of `net` is for them: never a question of how finely a type is counted.
  Money price_of(const CreditType& type) const;
  std::vector<CreditType> types() const;

  /// The money for the next period of a plan that runs, as against the order that begins one.
  bool renewal() const { return kind == OrderKind::subscription && !buys.plan; }
  /// Falls due by itself: no customer is there to act, or to see what becomes of it.
  bool by_itself() const {
    return renewal() || kind == OrderKind::recharge || kind == OrderKind::minimum || kind == OrderKind::small_amounts;
  }
  /// It is tried once and then left as an invoice, however long nobody pays it.
  bool left_as_invoice() const { return kind == OrderKind::minimum; }
  /// Nothing is under way but what its customer has still to do.
  bool waits_for_customer() const {
    return in_flight() && std::ranges::none_of(attempts, [](const Attempt& attempt) {
             return attempt.open() && attempt.state != AttemptState::needs_action;
           });
  }
  /// An attempt has no outcome yet. A late success may open an earlier one again.
  bool in_flight() const { return std::ranges::any_of(attempts, &Attempt::open); }
};

}  // namespace florin

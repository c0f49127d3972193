#pragma once

#include <optional>
#include <string>
#include <vector>

#include "answers/lines.hpp"
#include "domain/journal/described.hpp"
#include "engine/rehearsal.hpp"

namespace florin {

/// The end of the running period, or of the trial, if nothing else happens: what is asked for then, and what follows.
struct NextPeriod {
  Instant at;
  std::optional<Order> order;  ///< none: nothing is asked for
  std::vector<Entry> entries;  ///< what falls due up to then
  Standing standing = Standing::paid;
};

/// What a command would do, decided by the very decision that would be charged. Source   KA-06, UI-02, UI-08
struct Quotation {
  std::optional<Refusal> refusal;
  std::optional<Order> order;  ///< what is asked for today; none: nothing
  std::vector<Entry> entries;  ///< the command's, and its payment's
  Account after;               ///< once it is paid
  std::optional<NextPeriod> next;

  Money total() const { return order ? order->total : Money(); }
};

/// None: the account has no period. Errors: the policy's plugin failed.
Result<std::optional<NextPeriod>> next_period(engine::Rehearsal rehearsal);

/// Errors: the policy's plugin failed.
Result<Quotation> quote(engine::Rehearsal rehearsal, const Actor& actor, std::string_view key,
                        const AnyCommand& command, Instant now);

/// What it gives back in money, or for a guarantee would once a person approves.
std::vector<Refund> refunds_of(const Quotation& quotation);

/// As a customer may read it.
std::string quote_as_json(const Quotation& quotation, const Catalog& catalog);

namespace answers {

struct RefusedNow {
  std::string code, text;
  std::optional<std::string> rule;  ///< file:line of the operator's YAML
};
struct Charge {
  Money total;
  std::vector<OrderLine> lines;
  std::vector<TaxLine> taxes;
};
struct CreditsThatCome {
  std::string amount;  ///< `500 message`
  GrantSource source = GrantSource::plan;
  std::optional<Instant> ends_at;
};
struct CreditsThatLeave {
  std::string
      how;  ///< rolled, expired, forfeited, end_moved, refunded, corrected, transferred, taken_back, owed, minimum
  GrantSource source = GrantSource::plan;
  Instant at;
  std::optional<std::string> rule;
  std::optional<std::string> amount;
  std::optional<Instant> until;  ///< of what is rolled or whose end is moved
};
struct QuotedRefund {
  OrderId order;
  Money amount;
};
struct QuotedPlan {
  PlanId plan;
  std::string cycle;
  std::int32_t licences = 1;
  std::vector<AddOn> add_ons;
};
/// Plan, period, cancellation, agreement, pause, and the change that takes effect in the next period.
struct PlanNow {
  PlanId plan;
  std::string cycle;
  std::int32_t licences = 1;
  std::vector<AddOn> add_ons;
  Instant period_from, period_to;
  bool cancelled = false;
  std::optional<Instant> ends_at, agreement_ends, paused_since, resumes_at;
  std::optional<QuotedPlan> from_next_period;
};
/// When the period ends, what is asked for then, and what becomes of credits.
struct QuotedNext {
  Money total;
  std::vector<OrderLine> lines;
  std::vector<TaxLine> taxes;
  Instant at;
  Standing state = Standing::paid;
  std::vector<CreditsThatLeave> leave;
};
/// What `POST quote` answers.
struct Quote {
  std::optional<RefusedNow> refused;
  Money agreed;  ///< what the command may say was agreed
  Charge today;
  std::vector<CreditsThatCome> credits;
  std::vector<CreditsThatLeave> leave;
  std::vector<QuotedRefund> refunds;
  std::string state;
  std::optional<PlanNow> subscription;
  std::optional<QuotedNext> next;
};

BOOST_DESCRIBE_STRUCT(RefusedNow, (), (code, text, rule))
BOOST_DESCRIBE_STRUCT(Charge, (), (total, lines, taxes))
BOOST_DESCRIBE_STRUCT(CreditsThatCome, (), (amount, source, ends_at))
BOOST_DESCRIBE_STRUCT(CreditsThatLeave, (), (how, source, at, rule, amount, until))
BOOST_DESCRIBE_STRUCT(QuotedRefund, (), (order, amount))
BOOST_DESCRIBE_STRUCT(QuotedPlan, (), (plan, cycle, licences, add_ons))
BOOST_DESCRIBE_STRUCT(PlanNow, (),
                      (plan, cycle, licences, add_ons, period_from, period_to, cancelled, ends_at, agreement_ends,
                       paused_since, resumes_at, from_next_period))
BOOST_DESCRIBE_STRUCT(QuotedNext, (), (total, lines, taxes, at, state, leave))
BOOST_DESCRIBE_STRUCT(Quote, (), (refused, agreed, today, credits, leave, refunds, state, subscription, next))

PlanNow plan_now(const Account& account, const Subscription& running);

}  // namespace answers

}  // namespace florin

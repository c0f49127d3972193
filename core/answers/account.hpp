#pragma once

#include "answers/account_lists.hpp"
#include "answers/quote.hpp"
#include "domain/accounts/set_aside.hpp"

/// An account now: what GET accounts/{account}, Host::account and `florin show` answer. However long its past is, the
/// answer is not: of each list that grows it has the first page, and the list itself has the rest.
/// docs/decisions/0380-an-account-is-bounded.md
namespace florin::answers {

/// So many of each list: open orders and credits, and what is newest of the others.
inline constexpr std::size_t most_now = 20, newest = 5;

struct SetAsideNow {
  Instant since;
  std::string why;  ///< for the customer
};
struct NextCharge {
  Instant at;
  Money total;
  std::vector<OrderLine> lines;
  std::vector<TaxLine> taxes;  ///< lines and taxes make up the total
};
/// What leads on once all credits are used up.
struct Prompt {
  std::string text;
  std::vector<std::string> choices;  ///< commands: change_plan, buy_credits
};
struct MethodNow {
  std::string slot;
  MethodId method;
  std::optional<std::string> brand, masked;
};
struct SetUpForStaff {
  std::string processor, key, reference, raw, decline_code;
};
struct SetUp {
  SavingId id;
  MethodId method;
  std::string slot, state;
  Instant started_at, until;
  std::optional<Json> action;
  std::optional<Decline> decline;
  std::optional<SetUpForStaff> staff;
};
struct Recharge {
  std::string below, amount;
  bool suspended = false;
};
/// The month of a plan with a minimum.
struct MonthNow {
  Instant from, to;
  std::string used;
};
struct Approval {
  std::string approval, state;
};
/// What the dunning schedule brings if nobody pays: the soonest step that refuses usage or buying, and the end of the
/// plan.
struct DunningNow {
  bool usage_stopped = false, buying_stopped = false;
  std::optional<Instant> next_step_at, usage_stops_at, buying_stops_at, plan_ends_at;
};

/// The first page of a list, shorter than GET gives it: `next` is what `after` takes there.
struct OrderPage {
  std::vector<Order> data;
  std::optional<std::string> next;
};
struct RefundPage {
  std::vector<RefundLine> data;
  std::optional<std::string> next;
};
struct ReviewPage {
  std::vector<ReviewLine> data;
  std::optional<std::string> next;
};
struct DisputePage {
  std::vector<DisputeLine> data;
  std::optional<std::string> next;
};
struct HoldPage {
  std::vector<HoldLine> data;
  std::optional<std::string> next;
};

struct Account {
  TenantId tenant;
  AccountId account;
  std::string state;
  std::uint64_t position = 0;
  std::string etag;
  Instant opened_at;
  std::string billing_country;
  std::optional<std::string> billing_state;
  bool frozen = false, blocked = false, deleted = false;
  std::optional<SetAsideNow> set_aside;
  std::optional<Instant> past_due_since, trial_ends_at, credits_kept_until;
  std::optional<PlanNow> subscription;
  std::optional<NextCharge> next;       ///< at the end of the period; none: there is no period, or it is set aside
  std::vector<OrderLine> next_invoice;  ///< was too little to charge: the next invoice takes it along
  std::vector<CreditsNow> credits;
  std::optional<Prompt> prompt;   ///< none: credits are left
  std::vector<GrantLine> grants;  ///< that hold credits, the first 20 in spending order
  std::size_t more_grants = 0;
  std::vector<Order> open_orders;  ///< the newest 20, oldest first
  std::size_t more_open_orders = 0;
  std::vector<MethodNow> payment_methods;
  std::vector<SetUp> set_ups;
  Money account_money;
  std::optional<Recharge> auto_recharge;
  std::optional<MonthNow> month;
  std::vector<Approval> approvals;
  std::vector<MemberNow> members;
  std::optional<DunningNow> dunning;  ///< none: nothing is overdue
  OrderPage orders;
  RefundPage refunds;
  ReviewPage reviews;
  std::optional<DisputePage> disputes;  ///< for staff
  HoldPage holds;
};

BOOST_DESCRIBE_STRUCT(SetAsideNow, (), (since, why))
BOOST_DESCRIBE_STRUCT(NextCharge, (), (at, total, lines, taxes))
BOOST_DESCRIBE_STRUCT(Prompt, (), (text, choices))
BOOST_DESCRIBE_STRUCT(MethodNow, (), (slot, method, brand, masked))
BOOST_DESCRIBE_STRUCT(SetUpForStaff, (), (processor, key, reference, raw, decline_code))
BOOST_DESCRIBE_STRUCT(SetUp, (), (id, method, slot, state, started_at, until, action, decline, staff))
BOOST_DESCRIBE_STRUCT(Recharge, (), (below, amount, suspended))
BOOST_DESCRIBE_STRUCT(MonthNow, (), (from, to, used))
BOOST_DESCRIBE_STRUCT(Approval, (), (approval, state))
BOOST_DESCRIBE_STRUCT(DunningNow, (),
                      (usage_stopped, buying_stopped, next_step_at, usage_stops_at, buying_stops_at, plan_ends_at))
BOOST_DESCRIBE_STRUCT(OrderPage, (), (data, next))
BOOST_DESCRIBE_STRUCT(RefundPage, (), (data, next))
BOOST_DESCRIBE_STRUCT(ReviewPage, (), (data, next))
BOOST_DESCRIBE_STRUCT(DisputePage, (), (data, next))
BOOST_DESCRIBE_STRUCT(HoldPage, (), (data, next))
BOOST_DESCRIBE_STRUCT(Account, (),
                      (tenant, account, state, position, etag, opened_at, billing_country, billing_state, frozen,
                       blocked, deleted, set_aside, past_due_since, trial_ends_at, credits_kept_until, subscription,
                       next, next_invoice, credits, prompt, grants, more_grants, open_orders, more_open_orders,
                       payment_methods, set_ups, account_money, auto_recharge, month, approvals, members, dunning,
                       orders, refunds, reviews, disputes, holds))

/// What is to come, and what is known of the account beside its books.
struct Beside {
  std::optional<NextPeriod> next;
  std::optional<SetAside> aside;
};

/// As of `now`.
Account account_of(const Catalog& catalog, const florin::Account& account, Instant now, const Beside& beside,
                   Audience whom);
std::string as_json(const Account& account);

}  // namespace florin::answers

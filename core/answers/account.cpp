#include "answers/account.hpp"

#include <algorithm>

#include "answers/parts.hpp"
#include "config/write_json.hpp"
#include "domain/calendar/calendar.hpp"
#include "domain/journal/described.hpp"
#include "domain/journal/word_text.hpp"

namespace florin::answers {

namespace {

std::optional<NextCharge> next_charge(const Catalog& catalog, const std::optional<NextPeriod>& next) {
  if (!next) return std::nullopt;
  NextCharge charge{.at = next->at, .total = Money(0, catalog.currency), .lines = {}, .taxes = {}};
  if (next->order) {
    charge.total = in_currency(catalog.currency, next->order->total);
    charge.lines = lines_of(next->order->lines);
    charge.taxes = taxes_of(next->order->taxes);
  }
  return charge;
}

std::vector<SetUp> set_ups_of(const florin::Account& account, Audience whom) {
  std::vector<SetUp> all;
  for (const Saving& saving : account.savings) {
    SetUp& one = all.emplace_back(
        SetUp{.id = saving.id,
              .method = saving.method,
              .slot = saving.slot,
              .state = saving.state == AttemptState::captured ? std::string("saved") : word_text(saving.state),
              .started_at = saving.started_at,
              .until = saving.until,
              .action = action_of(saving.action),
              .decline = decline_of(saving.state, saving.decline),
              .staff = {}});
    if (whom == Audience::staff)
      one.staff = SetUpForStaff{saving.processor.text(), saving.key, saving.ref, saving.raw, saving.decline_code};
  }
  return all;
}

/// By the schedule as it stands, from the step that the account has come to.
std::optional<DunningNow> dunning_of(const Catalog& catalog, const florin::Account& account) {
  if (!account.past_due) return std::nullopt;
  const PastDue& due = *account.past_due;
  DunningNow now{.usage_stopped = due.usage_refused,
                 .buying_stopped = due.buying_refused,
                 .next_step_at = due.step_at == never ? std::nullopt : std::optional(due.step_at),
                 .usage_stops_at = {},
                 .buying_stops_at = {},
                 .plan_ends_at = {}};
  const Calendar calendar(catalog.zone);
  const auto sooner = [](std::optional<Instant>& stops, bool stopped, Instant at) {
    if (!stops && !stopped) stops = at;
  };
  for (std::size_t step = due.step; step < catalog.past_due.size(); ++step) {
    const PastDueStep& rule = catalog.past_due[step];
    const Instant at = calendar.after(due.since, rule.after);
    if (rule.usage_refused.value_or(false)) sooner(now.usage_stops_at, now.usage_stopped, at);
    if (rule.buying_refused.value_or(false)) sooner(now.buying_stops_at, now.buying_stopped, at);
    if (rule.cancel) sooner(now.plan_ends_at, false, at);
  }
  return now;
}

/// What is left of each type of credit, and the prompt that leads on once all of it is used up (SM-06).
void add_credits(Account& answer, const Catalog& catalog, const florin::Account& account, Instant now, Audience whom) {
  const bool had_credits = !account.grants.empty() || !account.closed_grants.empty();
  bool all_used_up = account.standing == Standing::paid || account.standing == Standing::trial ||
                     (catalog.sells_without_plan() && had_credits);
  for (const CreditTypeRule& type : catalog.credits) {
    const Credits there = account.available(type.id, now);
    all_used_up = all_used_up && there.is_zero();
    answer.credits.push_back({type.id, amount_text(catalog, type.id, there)});
  }
  if (all_used_up) {
    answer.prompt = Prompt{"Your credits are used up.", {"buy_credits"}};
    if (!catalog.plans.empty()) answer.prompt->choices.insert(answer.prompt->choices.begin(), "change_plan");
  }
  for (const Grant& grant : account.grants) {
    if (answer.grants.size() == most_now) break;
    answer.grants.push_back(grant_of(catalog, grant, whom));
  }
  answer.more_grants = account.grants.size() - answer.grants.size();
}

void add_open_orders(Account& answer, const Catalog& catalog, const florin::Account& account, Audience whom) {
  std::vector<const florin::Order*> open;
  for (const florin::Order& order : account.orders.open())
    if (order.state == OrderState::open) open.push_back(&order);
  answer.more_open_orders = open.size() - std::min(open.size(), most_now);
  for (std::size_t i = answer.more_open_orders; i < open.size(); ++i)
    answer.open_orders.push_back(order_of(catalog, account, *open[i], whom));
}

void add_people_and_methods(Account& answer, const florin::Account& account, Audience whom) {
  for (const SavedMethod& saved : account.methods)
    if (!saved.once())
      answer.payment_methods.push_back(
          {saved.slot, saved.method, text_or_none(saved.brand), text_or_none(saved.masked)});
  answer.set_ups = set_ups_of(account, whom);
  for (const ApprovalState& one : account.approvals) answer.approvals.push_back({one.approval, one.state});
  for (const Member& one : account.members)
    answer.members.push_back({one.id, one.role, one.invited ? "invited" : "active", one.since});
}

void add_recharge_and_month(Account& answer, const Catalog& catalog, const florin::Account& account) {
  const RechargeState& recharge = account.recharge;
  if (recharge.active)
    answer.auto_recharge = Recharge{amount_text(catalog, recharge.type, recharge.below),
                                    amount_text(catalog, recharge.type, recharge.amount), recharge.suspended};
  if (account.month)
    answer.month = MonthNow{account.month->from, account.month->to,
                            amount_text(catalog, account.month->type, account.month->used)};
}

/// The first page of a list. From its beginning there is always one.
template <class First, class T>
First first(Result<Page<T>> page) {
  return {std::move(page->data), std::move(page->next)};
}

void add_lists(Account& answer, const Catalog& catalog, const florin::Account& account, Audience whom) {
  const PageWords words{.after = {}, .most = newest};
  answer.orders = first<OrderPage>(orders_of(catalog, account, words, whom));
  answer.refunds = first<RefundPage>(refunds_of(account, words, whom));
  answer.reviews = first<ReviewPage>(reviews_of(account, words));
  if (whom == Audience::staff) answer.disputes = first<DisputePage>(disputes_of(account, words));
  answer.holds = first<HoldPage>(holds_of(catalog, account, words));
}

}  // namespace

Account account_of(const Catalog& catalog, const florin::Account& account, Instant now, const Beside& beside,
                   Audience whom) {
  Account answer{.tenant = catalog.tenant,
                 .account = account.id,
                 .state = account.state_word(),
                 .position = account.position,
                 .etag = etag_of({account.position, account.due_at}),
                 .opened_at = account.opened_at,
                 .billing_country = account.billing_country,
                 .billing_state = text_or_none(account.billing_state),
                 .frozen = account.frozen,
                 .blocked = account.blocked,
                 .deleted = account.deleted,
                 .set_aside = {},
                 .past_due_since = account.past_due ? std::optional(account.past_due->since) : std::nullopt,
                 .trial_ends_at = account.trial ? account.trial->ends_at : std::nullopt,
                 .credits_kept_until = account.kept ? std::optional(account.kept->until) : std::nullopt,
                 .subscription = {},
                 .next = next_charge(catalog, beside.next),
                 .next_invoice = lines_of(account.next_invoice),
                 .credits = {},
                 .prompt = {},
                 .grants = {},
                 .more_grants = 0,
                 .open_orders = {},
                 .more_open_orders = 0,
                 .payment_methods = {},
                 .set_ups = {},
                 .account_money = in_currency(catalog.currency, account.money),
                 .auto_recharge = {},
                 .month = {},
                 .approvals = {},
                 .members = {},
                 .dunning = dunning_of(catalog, account),
                 .orders = {},
                 .refunds = {},
                 .reviews = {},
                 .disputes = {},
                 .holds = {}};
  if (beside.aside) answer.set_aside = SetAsideNow{beside.aside->since, refusal_of(*beside.aside).text};
  if (account.subscription) answer.subscription = plan_now(account, *account.subscription);
  add_credits(answer, catalog, account, now, whom);
  add_open_orders(answer, catalog, account, whom);
  add_people_and_methods(answer, account, whom);
  add_recharge_and_month(answer, catalog, account);
  add_lists(answer, catalog, account, whom);
  return answer;
}

std::string as_json(const Account& account) { return config::write_whole_json(account); }

}  // namespace florin::answers

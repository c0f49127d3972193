#include "domain/accounts/apply.hpp"

#include <algorithm>
#include <stdexcept>

#include "domain/accounts/due.hpp"

namespace florin {

namespace {

/// A fact that names what is not there: the journal is not of this program. Nothing can be believed after it.
[[noreturn]] void broken(const char* what) {
  throw std::logic_error(std::string("a fact does not fit the state: ") + what);
}

template <class T>
T& there(T* thing, const char* what) {
  if (thing == nullptr) broken(what);
  return *thing;
}

template <class T>
T& there(Seldom<T>& thing, const char* what) {
  if (!thing) broken(what);
  return *thing;
}

/// Stands for the position of an entry whose facts are being applied, until it is known.
constexpr std::uint64_t this_entry = 0;

/// An order's browser is needed while a charge may still leave with it: for the first time, or once more under its key.
/// Of a try that comes later nobody is there any more.
bool needs_browser(const Order& order) {
  return order.state == OrderState::open && std::ranges::any_of(order.attempts, [](const Attempt& attempt) {
           const bool soon = attempt.send_before <= attempt.started_at + send_window + send_window;
           return soon && (attempt.state == AttemptState::started ||
                           (attempt.state == AttemptState::unknown && attempt.asked <= 1));
         });
}
bool needs_browser(const Saving& saving) {
  return saving.state == AttemptState::started || (saving.state == AttemptState::unknown && saving.ref.empty());
}

template <class Needed>
void forget_browsers(Account& account, const Needed& needed) {
  std::vector<OrderId> over;
  for (const Order& order : std::as_const(account).orders.open())
    if (order.browser && !needed(order)) over.push_back(order.id);
  for (const OrderId id : over) account.order(id)->browser.reset();
  for (Saving& saving : account.savings)
    if (saving.browser && !needed(saving)) saving.browser.reset();
}

struct Applying {
  Account& account;
  TenantState& tenant;
  Instant at;

  Grant& grant(GrantId id) { return there(account.grant(id), "no such grant"); }
  Order& order(OrderId id) { return there(account.order(id), "no such order"); }
  Attempt& attempt(OrderId id, std::uint32_t number) {
    Order& of = order(id);
    if (number == 0 || number > of.attempts.size()) broken("no such attempt");
    return of.attempts[number - 1];
  }
  Subscription& subscription() { return there(account.subscription, "no subscription"); }

  /// Takes `amount` out of a grant into one of its ways out.
  void leave(GrantId id, Credits amount, Credits Grant::* way) {
    Grant& from = grant(id);
    from.remaining -= amount;
    from.*way += amount;
  }

  void owe(const CreditType& type, Credits more) {
    auto found = std::ranges::find(account.owed, type, &Owed::type);
    if (found == account.owed.end()) found = account.owed.insert(found, {type, {}});
    found->amount += more;
    if (found->amount.is_zero()) account.owed.erase(found);
  }

  void end(GrantId id, GrantOver how) { grant(id).over = how; }
  /// What a part was taken of works on with its rest.
  void end_if_gone(GrantId id, GrantOver how) {
    if (grant(id).remaining == grant(id).held) end(id, how);
  }

  void insert(Grant added) {
    // A grant or two more a month: no room is kept for twice as many.
    const std::size_t size = account.grants.size();
    if (size == account.grants.capacity()) account.grants.reserve(size + 1 + size / 8);
    const auto place = std::ranges::upper_bound(account.grants, added, spent_before);
    account.grants.insert(place, std::move(added));
  }

  /// Whether held credits may still come into a roll-over, from the grant before it or from one before that.
  bool more_may_come(const Grant& candidate) const {
    const Grant* before = candidate.rolled_from ? account.grant(candidate.rolled_from) : nullptr;
    return before != nullptr && (!before->remaining.is_zero() || more_may_come(*before));
  }

  /// Grants that hold nothing any more are put aside, so that spending never walks over them.
  void put_aside_empty() {
    for (std::size_t i = 0; i < account.grants.size();) {
      Grant& candidate = account.grants[i];
      if (!candidate.remaining.is_zero() || !candidate.held.is_zero() || more_may_come(candidate)) {
        ++i;
        continue;
      }
      account.closed_grants.push_back(std::move(candidate));
      account.grants.erase(account.grants.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void operator()(const AccountOpened& fact) {
    account.billing_country = fact.billing_country;
    account.billing_state = fact.billing_state;
    account.personal_data_sealed = fact.personal_data_sealed;
    if (fact.personal_data_sealed) account.person_at = PersonAt{{this_entry}};
    account.opened_at = at;
  }
  void operator()(const PersonalDataErased&) {
    account.personal_data_sealed = false;
    account.person_at = PersonAt{};
    for (SavedMethod& method : account.methods) method.details_at.reset();
    for (Saving& saving : account.savings) saving.details_at = saving.answer_at = std::nullopt;
    forget_browsers(account, [](const auto&) { return false; });
  }

  void operator()(const TrialStarted& fact) {
    account.trial = TrialState{.started_at = at, .ends_at = fact.ends_at, .picked = std::nullopt};
    account.had_trial = true;
    account.standing = Standing::trial;
  }
  void operator()(const PlanPicked& fact) { there(account.trial, "no trial").picked = fact.plan; }
  void operator()(const TrialEnded&) {
    account.trial.reset();
    account.standing = Standing::opened;
  }

  void operator()(const SubscriptionStarted& fact) {
    account.subscription = Subscription{.plan = fact.plan,
                                        .cycle = fact.cycle,
                                        .months = fact.months,
                                        .licences = fact.licences,
                                        .add_ons = fact.add_ons,
                                        .catalog = fact.catalog,
                                        .anchor = fact.anchor,
                                        .k = 0,
                                        .anchor_months = 0,
                                        .from = fact.anchor,
                                        .to = fact.to,
                                        .pending = std::nullopt,
                                        .cancelled_at = std::nullopt,
                                        .started_at = at,
                                        .ends_at = std::nullopt,
                                        .agreement_ends = fact.agreement_ends,
                                        .period_catalog = tenant.catalog,
                                        .month = std::nullopt};
    account.standing = Standing::paid;
    account.kept.reset();
  }
  void operator()(const PeriodStarted& fact) {
    subscription().k = fact.k;
    subscription().anchor_months = fact.anchor_months;
    subscription().from = fact.from;
    subscription().to = fact.to;
    subscription().period_catalog = tenant.catalog;
    subscription().month.reset();
  }
  void operator()(const AddOnMonthStarted& fact) { subscription().month = Subscription::Month{fact.from, fact.to}; }
  void operator()(const SubscriptionChanged& fact) {
    Subscription& running = subscription();
    running.plan = fact.plan;
    running.cycle = fact.cycle;
    running.months = fact.months;
    running.licences = fact.licences;
    running.add_ons = fact.add_ons;
    running.catalog = fact.catalog;
    running.to = fact.to.value_or(running.to);
    running.agreement_ends = fact.agreement_ends;
  }
  void operator()(const ChangeSet& fact) { subscription().pending = fact.change; }
  void operator()(const ChangeRemoved&) { subscription().pending.reset(); }
  void operator()(const CancelAsked& fact) {
    subscription().cancelled_at = at;
    subscription().ends_at = fact.ends_at;
    if (!fact.keeps_change) subscription().pending.reset();
  }
  void operator()(const CancelUndone&) {
    subscription().cancelled_at.reset();
    subscription().ends_at.reset();
  }
  void operator()(const SubscriptionEnded& fact) {
    account.month.reset();
    account.subscription.reset();
    account.past_due.reset();
    account.pause.reset();
    account.coupons.clear();
    account.standing = fact.standing;
    account.recharge.without_plan = false;
    if (fact.kept_until) account.kept = KeptCredits{at, *fact.kept_until};
  }

  void operator()(const SubscriptionPaused& fact) {
    account.pause = PauseState{fact.since.value_or(at), fact.resumes_at, fact.usage_refused, fact.credits_frozen};
  }
  void operator()(const SubscriptionResumed& fact) {
    Subscription& running = subscription();
    // Money in flight still pays for the period that it was asked for.
    for (std::size_t place = 0; place < account.orders.size(); ++place) {
      const Order& asked = account.orders[place];
      if (asked.state == OrderState::paid || asked.period_to != running.to) continue;
      Order& moved = order(asked.id);
      moved.period_from = fact.from;
      moved.period_to = fact.to;
    }
    running.anchor = fact.anchor;
    running.anchor_months = fact.anchor_months;
    running.from = fact.from;
    running.to = fact.to;
    running.ends_at = fact.ends_at;
    running.agreement_ends = fact.agreement_ends;
    if (fact.month_from && fact.month_to) running.month = Subscription::Month{*fact.month_from, *fact.month_to};
    account.pause.reset();
  }
  void operator()(const KeepingEnded&) { account.kept.reset(); }
  void operator()(const CustomPlanSet& fact) {
    erase_if(account.custom_plans, [&](const CustomPlan& old) { return old.plan == fact.plan.plan; });
    account.custom_plans.push_back(fact.plan);
  }
  void operator()(const AccountDeleted&) {
    account.deleted = true;
    account.standing = Standing::ended;
    account.recharge.active = false;
  }
  void operator()(const PersonalDataSealed& fact) {
    account.personal_data_sealed = true;
    if (!fact.beside || !account.person_at) account.person_at = PersonAt{};
    account.person_at->entries.push_back(this_entry);
  }

  void operator()(const GrantIssued& fact) {
    account.last_grant = std::max(account.last_grant, fact.grant.value);
    Grant issued;
    issued.id = fact.grant;
    issued.type = fact.type;
    issued.source = fact.source;
    issued.priority = fact.priority;
    issued.issued_at = at;
    issued.ends_at = fact.ends_at;
    issued.paid_by = fact.paid_by;
    issued.rule = fact.rule;
    issued.granted = fact.amount;
    issued.remaining = fact.amount;
    if (!fact.paid.is_zero()) issued.paid = fact.paid;
    issued.life = fact.life;
    insert(std::move(issued));
    if (fact.paid_by) order(fact.paid_by).issued += fact.amount;
    if (fact.type == account.recharge.type) account.recharge.refused_for_credits = false;
  }
  void operator()(const CreditsSpent& fact) {
    bool emptied = false;
    for (const Take& take : fact.takes) {
      leave(take.grant, take.amount, &Grant::spent);
      count(fact.type, take.amount);
      emptied = emptied || grant(take.grant).remaining.is_zero();
    }
    if (emptied) put_aside_empty();
  }
  void operator()(const GrantRolled& fact) {
    bring_out(fact.from);  // a dispute that is won may give it back
    bring_out(fact.into);
    Grant& old = grant(fact.from);
    const Grant from = old;
    leave(fact.from, fact.amount, &Grant::rolled);
    end(fact.from, GrantOver::rolled);
    if (fact.more) old.rolls_more = *fact.more;
    if (Grant* into = account.grant(fact.into)) {
      into->granted += fact.amount;
      into->remaining += fact.amount;
    } else {
      account.last_grant = std::max(account.last_grant, fact.into.value);
      Grant rest;
      rest.id = fact.into;
      rest.type = from.type;
      rest.source = GrantSource::rollover;
      rest.priority = fact.priority;
      rest.life = GrantLife::own;
      rest.issued_at = at;
      rest.ends_at = fact.ends_at;
      rest.paid_by = from.paid_by;
      rest.rolled_from = from.id;
      rest.rule = fact.rule;
      rest.granted = fact.amount;
      rest.remaining = fact.amount;
      insert(std::move(rest));
    }
    put_aside_empty();
  }
  void operator()(const GrantExpired& fact) {
    bring_out(fact.grant);
    leave(fact.grant, fact.amount, &Grant::expired);
    end(fact.grant, GrantOver::expired);
    put_aside_empty();
  }
  void operator()(const GrantForfeited& fact) {
    bring_out(fact.grant);
    leave(fact.grant, fact.amount, &Grant::forfeited);
    end(fact.grant, GrantOver::forfeited);
    put_aside_empty();
  }
  void operator()(const GrantEndMoved& fact) {
    const Grant* open = account.grant(fact.grant);
    if (open == nullptr) {  // a dispute that is won may give it back
      const auto closed = std::ranges::find(account.closed_grants, fact.grant, &Grant::id);
      if (closed == account.closed_grants.end()) broken("no such grant");
      account.closed_grants.change(closed, [&](Grant& grant) { grant.ends_at = fact.ends_at; });
      return;
    }
    Grant moved = *open;
    moved.ends_at = fact.ends_at;
    std::erase_if(account.grants, [&](const Grant& old) { return old.id == fact.grant; });
    insert(std::move(moved));
  }
  void operator()(const GrantAdjusted& fact) {
    leave(fact.grant, fact.amount, &Grant::corrected);
    put_aside_empty();
  }
  void operator()(const GrantRefunded& fact) {
    order(grant(fact.grant).paid_by).credits_refunded += fact.amount;
    leave(fact.grant, fact.amount, &Grant::refunded);
    end_if_gone(fact.grant, GrantOver::refunded);
    put_aside_empty();
  }
  void operator()(const UsageRefused&) { account.recharge.refused_for_credits = true; }

  void operator()(const HoldPlaced& fact) {
    account.last_hold = std::max(account.last_hold, fact.hold.value);
    for (const Take& take : fact.takes) grant(take.grant).held += take.amount;
    account.holds.push_back({fact.hold, fact.meter, fact.type, fact.takes, fact.ends_at});
  }
  void operator()(const HoldClosed& fact) {
    const Hold closed = there(account.hold(fact.hold), "no such hold");
    for (const Take& take : closed.takes) grant(take.grant).held -= take.amount;
    for (const Take& take : fact.spent) {
      leave(take.grant, take.amount, &Grant::spent);
      count(closed.type, take.amount);
    }
    count(closed.type, fact.owed);
    if (!fact.owed.is_zero()) owe(closed.type, fact.owed);
    erase_if(account.holds, [&](const Hold& hold) { return hold.id == fact.hold; });
    put_aside_empty();
  }
  void operator()(const CreditsOwedTaken& fact) {
    owe(grant(fact.grant).type, Credits() - fact.amount);
    leave(fact.grant, fact.amount, &Grant::spent);
    put_aside_empty();
  }

  void operator()(const PaymentMethodAdded& fact) {
    account.last_method = std::max(account.last_method, fact.method.id.value);
    if (fact.method.once()) return account.methods.push_back(fact.method);
    std::erase_if(account.methods, [&](const SavedMethod& old) { return old.slot == fact.method.slot; });
    account.methods.push_back(fact.method);
    forget_tries();
    account.recharge.suspended = false;
    account.recharge.failures = 0;
    account.recharge.not_before = {};
  }
  void operator()(const PaymentMethodRemoved& fact) {
    std::erase_if(account.methods, [&](const SavedMethod& old) { return old.id == fact.method; });
    forget_tries();
  }
  /// Of methods that are there no more, or were for one order that has come to its end.
  void forget_tries() {
    const Account& as_is = account;
    erase_if(account.tries, [&](const Tries& old) {
      const SavedMethod* method = as_is.method(old.method);
      return method == nullptr || (method->once() && as_is.order(old.attempts.back().order)->state != OrderState::open);
    });
  }
  void remember_try(OrderId id, const Attempt& started) {
    forget_tries();
    if (account.method(started.method) == nullptr) return;
    auto its = std::ranges::find(account.tries, started.method, &Tries::method);
    if (its == account.tries.end()) its = account.tries.insert(its, {started.method, {}});
    if (its->attempts.size() == Tries::most) its->attempts.erase(its->attempts.begin());
    its->attempts.push_back({id, started.number});
  }
  void operator()(const RechargeSet& fact) { account.recharge = *fact.recharge; }
  void operator()(const RechargeCounted& fact) {
    account.recharge.today = fact.today;
    account.recharge.day_ends = fact.day_ends;
    account.recharge.refused_for_credits = false;
    ++account.recharge.count;
  }
  void operator()(const RechargeFailed& fact) {
    ++account.recharge.failures;
    account.recharge.suspended = fact.suspended;
    account.recharge.not_before = fact.not_before;
  }

  void operator()(const OrderPlaced& fact) {
    account.last_order = std::max(account.last_order, fact.order->id.value);
    account.orders.push_back(*fact.order);
    account.money -= fact.order->account_money;
  }
  void operator()(const AttemptStarted& fact) {
    Order& paid_for = order(fact.order);
    paid_for.attempts.push_back(*fact.attempt);
    remember_try(fact.order, *fact.attempt);
    paid_for.waits_for_lift = false;
    paid_for.next_candidate = fact.next_candidate;
    if (fact.open_until) paid_for.open_until = *fact.open_until;
    if (fact.browser) paid_for.browser = fact.browser;
  }
  void operator()(const CandidatesChanged& fact) {
    order(fact.order).candidates = fact.candidates;
    order(fact.order).next_candidate = 0;
  }
  void operator()(const AttemptMoved& fact) {
    Attempt& moved = attempt(fact.order, fact.attempt);
    moved.state = fact.state;
    moved.ask_at = fact.ask_at;
    ++moved.asked;
    if (!fact.ref.empty()) moved.ref = fact.ref;
    moved.raw = fact.raw;
    moved.decline = fact.decline;
    moved.decline_code = fact.decline_code;
    moved.action = fact.action;
    moved.answer_at.reset();
    if (fact.sent_at) moved.sent_at = *fact.sent_at;
    if (fact.look_up_lag.us > 0) moved.look_up_lag = fact.look_up_lag;
    // Less than was asked: what is here is what came. By bank it was posted before, and is not said here.
    if (fact.state == AttemptState::captured && fact.amount.minor() > 0) moved.amount = fact.amount;
    moved.alarm = fact.alarm;
    // An invoice of a renewal that nobody paid in its time is overdue; dunning has its own times.
    Order& paid_for = order(fact.order);
    if (fact.state == AttemptState::expired && paid_for.renewal()) paid_for.open_until = never;
  }
  void operator()(const OrderPaid& fact) {
    Order& paid = order(fact.order);
    if (paid.state == OrderState::closed) {
      if (!paid.reopened) account.money -= paid.account_money;
      take_from_next_invoice(paid);
    }
    paid.state = OrderState::paid;
    paid.paid_at = at;
    paid.waits_for_lift = false;
    if (!account.first_paid_at && fact.attempt != 0) account.first_paid_at = at;
    if (fact.attempt != 0) attempt(fact.order, fact.attempt).kept = false;
    if (paid.kind == OrderKind::recharge) account.recharge.failures = 0;
  }
  void operator()(const OrderClosed& fact) {
    // What of the account's own money was set aside for it is free again.
    if (order(fact.order).state == OrderState::open && !order(fact.order).reopened)
      account.money += order(fact.order).account_money;
    // What waited for an invoice waits again.
    const Order& unpaid = order(fact.order);
    if (unpaid.state == OrderState::open)
      for (std::size_t i = unpaid.lines.size() - unpaid.carries; i < unpaid.lines.size(); ++i)
        account.next_invoice.push_back(unpaid.lines[i]);
    order(fact.order).state = OrderState::closed;
    order(fact.order).waits_for_lift = false;
    order(fact.order).closed_because = fact.because;
  }
  void operator()(const InvoiceIssued& fact) {
    tenant.last_invoice = fact.sequence;
    order(fact.order).invoice = fact.number;
  }
  void operator()(const PastDueEntered& fact) {
    account.past_due = PastDue{.since = fact.since.value_or(at),
                               .order = fact.order,
                               .step = 0,
                               .step_at = fact.step_at,
                               .usage_refused = false,
                               .buying_refused = false};
  }
  void operator()(const PastDueStepped& fact) {
    PastDue& due = there(account.past_due, "not past due");
    due.step = fact.step;
    due.step_at = fact.step_at;
    due.usage_refused = fact.usage_refused;
    due.buying_refused = fact.buying_refused;
  }
  void operator()(const PastDueCleared&) { account.past_due.reset(); }
  void operator()(const RetryPlanned& fact) { there(account.past_due, "not past due").retry_at = fact.at; }

  void operator()(const RefundRequested&) {
    account.guarantee = GuaranteeCase{.asked_at = at, .decided = false};
    account.frozen = true;
  }
  void operator()(const RefundDeclined&) {
    there(account.guarantee, "no refund was asked for").decided = true;
    account.frozen = false;
  }
  void operator()(const AccountThawed&) {
    there(account.guarantee, "no refund was asked for").decided = true;
    account.frozen = false;
  }
  void operator()(const RefundStarted& fact) {
    account.last_refund = std::max(account.last_refund, fact.refund->id.value);
    if (fact.refund->guarantee) there(account.guarantee, "no refund was asked for").decided = true;
    if (fact.refund->attempt != 0) attempt(fact.refund->order, fact.refund->attempt).kept = false;
    account.refunds.push_back(*fact.refund);
    account.refunds.back().started_at = at;
  }
  void operator()(const RefundMoved& fact) {
    Refund& moved = there(account.refund(fact.refund), "no such refund");
    moved.state = fact.state;
    moved.ask_at = fact.ask_at;
    ++moved.asked;
    if (!fact.ref.empty()) moved.ref = fact.ref;
    moved.raw = fact.raw;
    moved.decline_code = fact.decline_code;
    moved.alarm = fact.alarm;
    if (fact.sent_at) moved.sent_at = *fact.sent_at;
  }
  void operator()(const CreditNoteIssued& fact) {
    tenant.last_credit_note = fact.sequence;
    Refund& noted = there(account.refund(fact.refund), "no such refund");
    noted.credit_note = fact.number;
    noted.credit_noted_at = at;
    order(fact.order).refunded += fact.amount;
  }

  void operator()(const PersonalDataViewed&) const {}

  void operator()(const ApprovalSet& fact) {
    erase_if(account.approvals, [&](const ApprovalState& old) { return old.approval == fact.approval.approval; });
    account.approvals.push_back(fact.approval);
  }

  void operator()(const ReviewRequested& fact) {
    account.last_review = std::max(account.last_review, fact.review.id.value);
    account.reviews.push_back(fact.review);
  }
  void operator()(const ReviewDecided& fact) {
    const auto review = std::ranges::find(account.reviews, fact.review, &Review::id);
    if (review == account.reviews.end()) broken("no such review");
    review->decided = true;
    review->approved = fact.approved;
    review->decision = fact.reason;
  }
  void operator()(const DisputeMoved& fact) {
    const auto known = std::ranges::find(account.disputes, fact.dispute.ref, &Dispute::ref);
    if (known == account.disputes.end())
      account.disputes.push_back(fact.dispute);
    else
      *known = fact.dispute;
  }
  /// What is taken with a dispute stands with it. One of an earlier release may not.
  Dispute* taken_by(const std::string& ref) {
    const auto found = std::ranges::find(account.disputes, ref, &Dispute::ref);
    return found == account.disputes.end() ? nullptr : &*found;
  }
  void operator()(const CreditsTakenBack& fact) {
    if (Dispute* by = taken_by(fact.ref)) by->taken.push_back({fact.grant, fact.amount});
    order(grant(fact.grant).paid_by).credits_refunded += fact.amount;
    leave(fact.grant, fact.amount, &Grant::refunded);
    // What is held of it is taken when the hold is closed, as far as the lost money had bought it.
    if (grant(fact.grant).remaining.is_zero()) end(fact.grant, GrantOver::refunded);
    put_aside_empty();
  }
  void operator()(const CreditsOwed& fact) {
    owe(fact.type, fact.amount);
    if (Dispute* by = taken_by(fact.ref)) by->owed.push_back({fact.type, fact.amount});
  }
  void operator()(const AccountBlocked&) { account.blocked = true; }
  void operator()(const AccountUnblocked&) { account.blocked = false; }
  Item& item(const EntitlementId& entitlement, const std::string& name) {
    const auto found = std::ranges::find_if(
        account.items, [&](const Item& taken) { return taken.entitlement == entitlement && taken.name == name; });
    if (found == account.items.end()) broken("no such item");
    return *found;
  }
  Member& member(const MemberId& id) {
    const auto found = std::ranges::find(account.members, id, &Member::id);
    if (found == account.members.end()) broken("no such member");
    return *found;
  }

  void operator()(const GrantTransferred& fact) {
    leave(fact.grant, fact.amount, &Grant::transferred);
    put_aside_empty();
  }
  void operator()(const GrantReceived& fact) {
    account.last_grant = std::max(account.last_grant, fact.grant.value);
    Grant received;
    received.id = fact.grant;
    received.type = fact.type;
    received.source = fact.source;
    received.priority = fact.priority;
    received.issued_at = fact.issued_at;
    received.ends_at = fact.ends_at;
    received.rule = fact.rule;
    received.granted = fact.amount;
    received.remaining = fact.amount;
    received.life = GrantLife::brought;
    received.received = Received{fact.from, fact.from_grant, fact.cost, at};
    insert(std::move(received));
    if (fact.type == account.recharge.type) account.recharge.refused_for_credits = false;
  }
  void operator()(const MonthStarted& fact) { account.month = MonthState{fact.from, fact.to, fact.type, {}}; }
  void operator()(const MonthEnded&) { account.month.reset(); }
  void operator()(const MinimumTaken& fact) {
    for (const Take& take : fact.takes) leave(take.grant, take.amount, &Grant::spent);
    put_aside_empty();
  }
  /// Towards the month's minimum, if there is one.
  void count(const CreditType& type, Credits used) {
    if (account.month && account.month->type == type) account.month->used += used;
  }

  void operator()(const ItemOccupied& fact) { account.items.push_back({fact.entitlement, fact.item, at, false}); }
  void operator()(const ItemReleased& fact) {
    erase_if(account.items,
             [&](const Item& taken) { return taken.entitlement == fact.entitlement && taken.name == fact.item; });
  }
  void operator()(const ItemSuspended& fact) { item(fact.entitlement, fact.item).suspended = true; }
  void operator()(const ItemRestored& fact) { item(fact.entitlement, fact.item).suspended = false; }
  void operator()(const EntitlementSet& fact) {
    erase_if(account.own_entitlements, [&](const OwnEntitlement& old) { return old.entitlement == fact.entitlement; });
    account.own_entitlements.push_back({fact.entitlement, fact.value});
  }
  void operator()(const MemberInvited& fact) { account.members.push_back({fact.member, fact.role, true, at}); }
  void operator()(const InvitationAccepted& fact) {
    member(fact.member).invited = false;
    member(fact.member).since = at;
  }
  void operator()(const InvitationRevoked& fact) {
    erase_if(account.members, [&](const Member& one) { return one.id == fact.member; });
  }
  void operator()(const MemberRemoved& fact) {
    erase_if(account.members, [&](const Member& one) { return one.id == fact.member; });
  }
  void operator()(const RoleChanged& fact) { member(fact.member).role = fact.role; }
  Receipt& receipt(const ReceiptId& id) { return there(account.receipt(id), "no such receipt"); }
  void operator()(const BankReceiptRecorded& fact) {
    if (account.id.empty())
      tenant.unmatched.push_back(fact.receipt);
    else
      account.receipts.push_back(fact.receipt);
  }
  void operator()(const MoneyIdentified& fact) {
    if (erase_if(tenant.unmatched, [&](const Receipt& one) { return one.id == fact.receipt.id; }) != 0 &&
        std::ranges::find(tenant.identified, fact.receipt.id) == tenant.identified.end())
      tenant.identified.push_back(fact.receipt.id);
    if (Receipt* known = account.receipt(fact.receipt.id))
      *known = fact.receipt;
    else
      account.receipts.push_back(fact.receipt);
  }
  void operator()(const MoneyMovedOn& fact) {
    Receipt& moved = receipt(fact.receipt);
    Receipt nobodys = moved;
    nobodys.order = {};
    tenant.unmatched.push_back(std::move(nobodys));
    moved.moved_on = true;
  }
  void operator()(const ReceiptMoved& fact) {
    receipt(fact.receipt).state = fact.state;
    receipt(fact.receipt).counts = fact.counts;
  }
  void operator()(const MoneyKept& fact) {
    receipt(fact.receipt).kept += fact.amount;
    account.money += fact.amount;
  }
  void operator()(const TaxWithheld& fact) { order(fact.order).withheld.push_back(fact.tax); }
  void operator()(const OrderSettled& fact) {
    for (const CashApplied& part : fact.applied) receipt(part.receipt).applied += part.amount;
    order(fact.order).written_off = fact.written_off;
  }
  void operator()(const OrderReopened& fact) {
    for (const CashApplied& part : fact.given_up) receipt(part.receipt).applied -= part.amount;
    Order& reopened = order(fact.order);
    reopened.state = OrderState::open;
    reopened.open_until = never;
    reopened.reopened = true;
    reopened.written_off = {};
    reopened.buys.plan.reset();
    reopened.buys.restarts_cycle = false;
    reopened.buys.plan_credits = fact.plan_credits;
    reopened.buys.addon_credits.clear();
    reopened.buys.month_credits.clear();
    reopened.buys.bought = fact.bought;
    reopened.period_from = fact.period_from;
    reopened.period_to = fact.period_to;
  }

  void operator()(const BillingSet& fact) {
    account.billing_country = fact.billing_country;
    account.billing_state = fact.billing_state;
  }
  void operator()(const SavingStarted& fact) {
    account.last_saving = fact.saving->id.value;
    erase_if(account.savings, [&](const Saving& before) { return before.slot == fact.saving->slot; });
    account.savings.push_back(*fact.saving);
  }
  void operator()(const SavingMoved& fact) {
    Saving& moved = there(account.saving(fact.saving), "no such saving");
    moved.state = fact.state;
    moved.ask_at = fact.ask_at;
    ++moved.asked;
    if (!fact.ref.empty()) moved.ref = fact.ref;
    moved.raw = fact.raw;
    moved.decline = fact.decline;
    moved.decline_code = fact.decline_code;
    moved.action = fact.action;
    moved.answer_at.reset();
  }
  void operator()(const LookUpPlanned& fact) {
    const auto ask_now = [&](auto& asked) {
      asked.ask_at = at;
      if constexpr (requires { asked.answer_at; })
        if (fact.answered) asked.answer_at = this_entry;
    };
    if (fact.attempt != 0) ask_now(attempt(fact.order, fact.attempt));
    if (fact.refund) ask_now(there(account.refund(fact.refund), "no such refund"));
    if (fact.saving) ask_now(there(account.saving(fact.saving), "no such saving"));
  }
  void operator()(const CancelPlanned& fact) {
    Attempt& cancelled = attempt(fact.order, fact.attempt);
    cancelled.cancel_at = fact.at;
    cancelled.cancels = fact.cancels;
  }
  void operator()(const FeeTaken& fact) { attempt(fact.order, fact.attempt).fee = fact.fee; }
  void operator()(const LateMoneyKept& fact) { attempt(fact.order, fact.attempt).kept = true; }
  void operator()(const NextInvoiceSet& fact) { account.next_invoice = fact.lines; }
  void operator()(const CouponsSet& fact) { account.coupons = fact.coupons; }
  void operator()(const IrnRecorded& fact) { account.registered.push_back({fact.document, fact.irn}); }
  void operator()(const AmountWrittenOff& fact) {
    if (fact.order)
      order(fact.order).written_off = fact.amount;
    else
      account.next_invoice.clear();
  }
  /// An order that is paid after it was closed pays for the lines that it carried.
  void take_from_next_invoice(const Order& paid) {
    for (std::size_t i = paid.lines.size() - paid.carries; i < paid.lines.size(); ++i)
      if (const auto waits = std::ranges::find(account.next_invoice, paid.lines[i]);
          waits != account.next_invoice.end())
        account.next_invoice.erase(waits);
  }

  void operator()(const DeliveryFailed& fact) {
    Order& waiting = order(fact.order);
    if (!waiting.undelivered) waiting.undelivered.emplace().since = at;
    Undelivered& why = *waiting.undelivered;
    why.try_at = fact.try_at;
    ++why.tries;
    why.plugin = fact.plugin;
    why.code = fact.code;
    why.text = fact.text;
  }
  void operator()(const DeliveryEnded& fact) { order(fact.order).undelivered.reset(); }
  void operator()(const ReceiptReversed& fact) {
    Receipt& gone = receipt(fact.receipt);
    gone.reversed = gone.reversed.currency() ? gone.reversed + fact.amount : fact.amount;
    receipt(fact.by).reverses = fact.receipt;
  }
  void operator()(const ReversalUndone& fact) {
    receipt(fact.receipt).reversed -= fact.amount;
    receipt(fact.by).reverses = {};
  }
  void operator()(const ReceiptDismissed& fact) { leave_the_list(fact.receipt->id); }
  void operator()(const PayoutReturned& fact) { leave_the_list(fact.receipt.id); }
  /// Its line stays known.
  void leave_the_list(const ReceiptId& id) {
    if (erase_if(tenant.unmatched, [&](const Receipt& one) { return one.id == id; }) != 0 &&
        std::ranges::find(tenant.identified, id) == tenant.identified.end())
      tenant.identified.push_back(id);
  }
  Dispute& dispute(const std::string& ref) {
    const auto found = std::ranges::find(account.disputes, ref, &Dispute::ref);
    if (found == account.disputes.end()) broken("no such dispute");
    return *found;
  }
  void operator()(const CreditsGivenBack& fact) {
    bring_out(fact.grant);
    Grant& back = grant(fact.grant);
    back.refunded -= fact.amount;
    back.remaining += fact.amount;
    back.over = GrantOver::working;
    order(back.paid_by).credits_refunded -= fact.amount;
    std::erase_if(dispute(fact.ref).taken, [&](const Take& take) { return take.grant == fact.grant; });
  }
  void operator()(const CreditsOwedLess& fact) {
    owe(fact.type, Credits() - fact.amount);
    std::erase_if(dispute(fact.ref).owed, [&](const Owed& one) { return one.type == fact.type; });
  }
  /// A grant that held nothing holds something again. The past is looked at for no other.
  void bring_out(GrantId id) {
    if (account.last_grant < id.value || account.grant(id) != nullptr) return;
    const auto closed = std::ranges::find(account.closed_grants, id, &Grant::id);
    if (closed == account.closed_grants.end()) return;
    Grant back = *closed;
    account.closed_grants.erase(closed);
    insert(std::move(back));
  }

  void operator()(const CatalogApplied& fact) {
    if (fact.version == 0 || fact.version > tenant.catalog_texts.size() + 1) broken("a version is left out");
    tenant.catalog = fact.version;
    tenant.catalog_texts.change([&](std::vector<std::string>& texts) {
      texts.resize(fact.version);
      texts.back() = fact.text;
    });
    tenant.catalog_since.change([&](std::vector<Instant>& since) {
      since.resize(fact.version);
      since.back() = at;
    });
  }
  void operator()(const StoreOpened&) {}

  void operator()(const ChargesStopped& fact) { tenant.stops.push_back(fact.stop); }
  void operator()(const ChargesLifted& fact) {
    erase_if(tenant.stops, [&](const ChargeStop& stop) { return stop.scope == fact.scope && stop.name == fact.name; });
  }
  void operator()(const ChargeWaits& fact) { order(fact.order).waits_for_lift = true; }
  void operator()(const AccountImported& fact) {
    account.billing_country = fact.billing_country;
    account.billing_state = fact.billing_state;
    account.opened_at = fact.opened_at;
    account.first_paid_at = fact.first_paid_at;
    account.imported_at = at;
    account.had_trial = true;
  }
  void operator()(const ProcessorCounted& fact) {
    erase_if(tenant.processors, [&](const ProcessorHealth& old) { return old.processor == fact.processor; });
    if (fact.failures > 0) tenant.processors.push_back({fact.processor, fact.failures, fact.cooldown_until});
  }
  void operator()(const DiscrepancyFound& fact) { tenant.discrepancies.push_back(*fact.difference); }
  void operator()(const DiscrepancyClosed& fact) {
    erase_if(tenant.discrepancies, [&](const Discrepancy& open) { return open.name == fact.difference; });
  }
  void operator()(const KeyIssued& fact) {
    tenant.keys.push_back(fact.key);
    ++tenant.last_key;
  }
  void operator()(const KeyEnds& fact) {
    tenant.keys.change([&](std::vector<ApiKey>& keys) {
      for (ApiKey& key : keys)
        if (key.id == fact.key) key.ends_at = fact.at;
    });
  }
  void operator()(const MonthClosed& fact) { tenant.closed_months.push_back(fact.month); }
  void operator()(const DocumentNumbersSet& fact) {
    tenant.last_invoice = tenant.invoices_before = fact.last_invoice;
    tenant.last_credit_note = tenant.credit_notes_before = fact.last_credit_note;
  }
};

}  // namespace

void apply(Account& account, TenantState& tenant, const Fact& fact, Instant at) {
  std::visit(Applying{account, tenant, at}, fact);
}

namespace {

/// Whoever applied the facts of an entry one by one ends with an entry that has none: then all are looked at.
void name_all_sealed(Account& account, std::uint64_t position) {
  const auto name = [&](std::optional<std::uint64_t>& at) {
    if (at == this_entry) at = position;
  };
  for (SavedMethod& method : account.methods) name(method.details_at);
  for (Saving& saving : account.savings) {
    name(saving.details_at);
    name(saving.answer_at);
  }
  std::vector<OrderId> answered;
  for (const Order& order : std::as_const(account).orders.open())
    if (std::ranges::find(order.attempts, std::optional(this_entry), &Attempt::answer_at) != order.attempts.end())
      answered.push_back(order.id);
  for (const OrderId order : answered)
    for (Attempt& attempt : account.order(order)->attempts) name(attempt.answer_at);
}

/// What this entry holds, sealed, is found at its position.
void name_sealed(Account& account, const Entry& entry, std::uint64_t position) {
  if (entry.facts.empty()) return name_all_sealed(account, position);
  const auto name = [&](std::optional<std::uint64_t>& at) {
    if (at == this_entry) at = position;
  };
  for (const Fact& fact : entry.facts) {
    if (const auto* added = std::get_if<PaymentMethodAdded>(&fact); added != nullptr && added->method.details_at)
      for (SavedMethod& method : account.methods) name(method.details_at);
    if (const auto* started = std::get_if<SavingStarted>(&fact); started != nullptr && started->saving->details_at)
      for (Saving& saving : account.savings) name(saving.details_at);
    const auto* planned = std::get_if<LookUpPlanned>(&fact);
    if (planned == nullptr || !planned->answered) continue;
    if (Saving* saving = account.saving(planned->saving)) name(saving->answer_at);
    if (Order* order = account.order(planned->order))
      if (planned->attempt != 0 && planned->attempt <= order->attempts.size())
        name(order->attempts[planned->attempt - 1].answer_at);
  }
}

}  // namespace

void apply(Account& account, TenantState& tenant, const Entry& entry, std::uint64_t position) {
  const std::size_t grants_before = account.grants.size();
  bool only_spent = true;
  for (const Fact& fact : entry.facts) {
    apply(account, tenant, fact, entry.at);
    only_spent = only_spent && std::holds_alternative<CreditsSpent>(fact);
  }
  account.position = position;
  account.last_at = entry.at;
  if ((!only_spent || entry.facts.empty()) && account.person_at)
    std::ranges::replace(account.person_at->entries, this_entry, position);
  if (!only_spent || entry.facts.empty()) {
    name_sealed(account, entry, position);
    forget_browsers(account, [](const auto& sent) { return needs_browser(sent); });
    account.orders.settle(is_settled);
  }
  // A debit promises nothing: what falls due changes only with a grant that is used up, or a threshold that is crossed.
  if (only_spent && account.grants.size() == grants_before && !account.recharge.active) return;
  const auto due = next_due(account);
  account.due_at = due ? due->at : never;
}

}  // namespace florin

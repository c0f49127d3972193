#include "domain/credits/purchase.hpp"

#include "domain/subscriptions/custom_plan.hpp"

namespace florin {

namespace {

std::optional<Plan> own_plan(const Draft& draft) {
  if (!draft.account.subscription) return std::nullopt;
  return plan_for(draft.account, draft.own_catalog(), draft.account.subscription->plan);
}

std::optional<UnitPrice> credit_price(const Draft& draft, const CreditSales& sales) {
  if (sales.price) return sales.price;
  const auto plan = own_plan(draft);
  return plan ? plan->credit_price : std::nullopt;
}

/// Whether credits of the recharge's type have a price for this account.
bool sold_to(const Draft& draft, const RechargeState& setting) {
  const auto& sales = draft.catalog().credit_sales;
  return sales && sales->type == setting.type && credit_price(draft, *sales).has_value();
}

/// What `amount` costs at the price of the plan that the account is on now, kept to the payment.
Quote quote_credits(const Draft& draft, OrderKind kind, Credits amount) {
  const CreditSales& sales = *draft.catalog().credit_sales;
  const CreditTypeRule& type = *draft.catalog().credit_type(sales.type);
  const std::optional<UnitPrice> price = credit_price(draft, sales);
  if (const auto plan = own_plan(draft); !price && plan)
    refuse("credits_not_sold", "This plan sells no credits.", plan->at);
  if (!price) refuse("no_plan", "Credits are sold on a plan. Choose one first.", sales.at);
  Quote quote;
  quote.kind = kind;
  quote.lines.push_back({decimal_text(amount.units, type.decimals) + " " + type.id.text(),
                         1,
                         price->times(amount, type.decimals, Rounding::half_up),
                         {},
                         {type.id}});
  quote.buys.bought.push_back({type.id, amount});
  return quote;
}

/// The units that a person meant, or a refusal.
Credits units_of(const CreditAmount& amount, const CreditTypeRule& type, const RuleAt& at) {
  if (amount.type != type.id) refuse("wrong_credit", "This is counted in " + type.id.text() + ".", at);
  const auto units = amount.amount.in_units(type.decimals);
  if (!units || *units <= 0)
    refuse("bad_amount", "The amount must be positive and have at most " + std::to_string(type.decimals) + " decimals.",
           at);
  return {*units};
}

/// Nobody buys what cannot be used.
void must_be_usable(const Draft& draft) {
  if (draft.account.blocked)
    refuse("blocked", "A payment of this account was taken back. Please contact support to buy credits again.",
           draft.catalog().taken_back.at);
  if (draft.account.kept)
    refuse("credits_frozen",
           "This account has no plan; its credits are kept until " +
               draft.calendar().date(draft.account.kept->until).text() + ". Choose a plan first.",
           draft.catalog().cancel.at);
}

}  // namespace

void buy_credits(Draft& draft, const Actor& actor, std::string_view key, const BuyCredits& command) {
  const Catalog& catalog = draft.catalog();
  if (!catalog.credit_sales) refuse("credits_not_sold", "Credits are not sold here.", catalog.at);
  const CreditSales& sales = *catalog.credit_sales;
  const CreditTypeRule& type = *catalog.credit_type(sales.type);
  if (draft.account.past_due && draft.account.past_due->buying_refused)
    refuse("past_due", "A payment is overdue. Credits can be bought again once it is paid.",
           refusing_dunning_step(catalog.past_due, draft.account.past_due->step, &PastDueStep::buying_refused));
  if (sales.needs_plan && !draft.account.subscription)
    refuse("no_plan", "Credits are sold on a plan. Choose one first.", sales.at);
  must_be_usable(draft);
  const Credits amount = units_of(command.amount, type, sales.at);
  const auto text = [&](Credits c) { return decimal_text(c.units, type.decimals) + " " + type.id.text(); };
  if (amount < sales.at_least)
    refuse("purchase_too_small", "At least " + text(sales.at_least) + " can be bought.", sales.at);
  if (sales.at_most < amount)
    refuse("purchase_too_large", "At most " + text(sales.at_most) + " can be bought at once.", sales.at);
  if (amount.units % sales.step.units != 0)
    refuse("not_a_step", "Credits are sold in steps of " + text(sales.step) + ".", sales.at);
  Quote quote = quote_credits(draft, OrderKind::purchase, amount);
  quote.paid_for = "purchase " + std::string(key);
  auto candidates = candidates_for(draft, OrderKind::purchase, command.pay_with, actor);
  if (candidates.empty() && !quote.net().is_zero())
    refuse("no_payment_method", "Please add a payment method first.", catalog.methods_at);
  place_order(draft, std::move(quote), std::move(candidates));
}

void end_recharge_after(Draft& draft, OrderId order) {
  const Order* bought = draft.account.order(order);
  if (bought == nullptr || bought->kind != OrderKind::recharge || !draft.account.recharge.active) return;
  RechargeState off = draft.account.recharge;
  off.active = false;
  draft.add(RechargeSet{off});
}

void set_auto_recharge(Draft& draft, const SetAutoRecharge& command) {
  const Catalog& catalog = draft.catalog();
  if (!catalog.auto_recharge) refuse("no_auto_recharge", "Automatic recharge is not offered here.", catalog.at);
  const AutoRecharge& rule = *catalog.auto_recharge;
  const CreditTypeRule& type = *catalog.credit_type(rule.type);
  RechargeState setting = draft.account.recharge;
  setting.active = command.active;
  setting.type = rule.type;
  if (command.below) setting.below = units_of(*command.below, type, rule.at);
  if (command.amount) setting.amount = units_of(*command.amount, type, rule.at);
  if (setting.active) {
    if (setting.below < rule.threshold_at_least)
      refuse("threshold_too_low",
             "The threshold is at least " + decimal_text(rule.threshold_at_least.units, type.decimals) + " " +
                 type.id.text() + ".",
             rule.at);
    if (setting.amount < rule.amount_at_least)
      refuse("recharge_too_small",
             "A recharge is at least " + decimal_text(rule.amount_at_least.units, type.decimals) + " " +
                 type.id.text() + ".",
             rule.at);
  }
  // The limit of one purchase holds for a recharge as well.
  const auto& sales = catalog.credit_sales;
  if (setting.active && sales && sales->type == rule.type && sales->at_most < setting.amount)
    refuse("recharge_too_large",
           "A recharge is at most " + decimal_text(sales->at_most.units, type.decimals) + " " + type.id.text() + ".",
           sales->at);
  const auto waits_for = [&](std::string_view what) {
    for (const std::string& word : rule.waits_for)
      if (word == what) return true;
    return false;
  };
  setting.also_when_refused = rule.also_when_refused;
  setting.waits_for_renewal = waits_for("renewal");
  setting.waits_for_plan_change = waits_for("plan_change");
  setting.waits_for_past_due = waits_for("past_due");
  setting.each_day = rule.each_day;
  setting.suspend_after = rule.suspend_after;
  setting.without_plan = catalog.sells_without_plan();
  setting.not_when_cancelled = catalog.cancel.credits == CancelRule::KeptCredits::forfeit_all;
  draft.add(RechargeSet{setting});
}

void place_recharge(Draft& draft) {
  const RechargeState& setting = draft.account.recharge;
  std::vector<SavedMethodId> able;
  for (const SavedMethodId id : candidates_for(draft, OrderKind::recharge, std::nullopt, {})) {
    const Method* method = draft.catalog().method(draft.account.method(id)->method);
    if (method->without_customer) able.push_back(id);
  }
  // Due work always gets on: with nothing to charge, or nothing that is sold here any more, it waits for a new method.
  if (able.empty() || !sold_to(draft, setting)) return draft.add(RechargeFailed{.suspended = true});

  const Calendar calendar = draft.calendar();
  const bool new_day = setting.day_ends <= draft.now;
  const Date tomorrow = Date::from_days(calendar.date(draft.now).days() + 1);
  draft.add(RechargeCounted{.today = new_day ? 1 : setting.today + 1,
                            .day_ends = new_day ? calendar.instant({tomorrow, 0}) : setting.day_ends});
  Quote quote = quote_credits(draft, OrderKind::recharge, draft.account.recharge.amount);
  quote.paid_for = "recharge " + std::to_string(draft.account.recharge.count);
  place_order(draft, std::move(quote), std::move(able));
}

}  // namespace florin

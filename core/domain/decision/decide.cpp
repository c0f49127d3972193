#include "domain/accounts/due.hpp"
#include "domain/accounts/import.hpp"
#include "domain/catalog/nearest.hpp"
#include "domain/catalog/permission.hpp"
#include "domain/credits/lifecycle.hpp"
#include "domain/credits/purchase.hpp"
#include "domain/credits/spend.hpp"
#include "domain/decision/draft.hpp"
#include "domain/decision/messages.hpp"
#include "domain/documents/irn.hpp"
#include "domain/documents/month.hpp"
#include "domain/entitlements/items.hpp"
#include "domain/keys/keys.hpp"
#include "domain/members/members.hpp"
#include "domain/minimums/minimum.hpp"
#include "domain/orders/deliver.hpp"
#include "domain/orders/small_amounts.hpp"
#include "domain/payments/cancel.hpp"
#include "domain/payments/difference.hpp"
#include "domain/payments/dispute.hpp"
#include "domain/payments/match.hpp"
#include "domain/payments/methods.hpp"
#include "domain/payments/refund.hpp"
#include "domain/payments/retry.hpp"
#include "domain/payments/settle.hpp"
#include "domain/payments/stop.hpp"
#include "domain/reviews/review.hpp"
#include "domain/subscriptions/custom_plan.hpp"
#include "domain/subscriptions/past_due.hpp"
#include "domain/subscriptions/subscription.hpp"
#include "domain/transfers/transfer.hpp"
#include "florin/country.hpp"
#include "florin/languages.hpp"

namespace florin {

namespace {

/// Mails and documents are written in it.
void must_know_language_of(const std::vector<Word>& person) {
  const auto said = std::ranges::find(person, "language", &Word::name);
  if (said == person.end() || said->value.empty() || is_known_language(said->value)) return;
  std::string known;
  for (const std::string_view one : known_languages) known += (known.empty() ? "" : ", ") + std::string(one);
  refuse("unknown_value", "'" + said->value.substr(0, 40) + "' is not available as a language: " + known + ".");
}

void open_account(Draft& draft, const OpenAccount& command) {
  if (draft.account.opened_at.us != 0) refuse("account_exists", "This account exists already.");
  if (!is_country(command.billing_country))
    refuse("bad_country", "The billing country " + no_country(command.billing_country) + ".");
  must_know_language_of(command.personal_data);
  draft.add(AccountOpened{command.billing_country, command.billing_state.value_or(""), !command.personal_data.empty()});
}

/// Nothing of the subscription moves, and no order that was placed already. Source   KA-07, KA-09
void set_billing(Draft& draft, const Actor& actor, const SetBilling& command) {
  const std::string country = command.billing_country.value_or(draft.account.billing_country);
  // What an older version took stays until it is named again.
  if (command.billing_country && !is_country(country))
    refuse("bad_country", "The billing country " + no_country(country) + ".");
  const bool moves = command.billing_country || command.billing_state;
  if (!moves && command.personal_data.empty())
    refuse("nothing_asked", "Name a country, a state, a name or an address.");
  if (actor.role != "staff" &&
      std::ranges::find(command.personal_data, "email", &Word::name) != command.personal_data.end())
    refuse("ask_support", "The email of an account is changed by our support.");
  must_know_language_of(command.personal_data);
  // A state belongs to its country.
  const std::string state = command.billing_state.value_or(command.billing_country ? "" : draft.account.billing_state);
  if (moves) draft.add(BillingSet{country, state});
  if (command.personal_data.empty()) return;
  draft.add(PersonalDataSealed{.beside = true});
  // What could not be charged because its processor had to know more is tried at once.
  if (!draft.account.past_due || draft.account.frozen) return;
  const Order& unpaid = *draft.account.order(draft.account.past_due->order);
  if (!unpaid.in_flight() && !unpaid.attempts.empty() &&
      unpaid.attempts.back().decline_code.starts_with(person_missing))
    try_afresh(draft, unpaid.id);
}

void set_approval(Draft& draft, const SetApproval& command) {
  const auto& approvals = draft.catalog().approvals;
  if (std::find(approvals.begin(), approvals.end(), command.approval) == approvals.end())
    refuse("unknown_approval", "There is no approval " + quoted_with_nearest(command.approval, approvals) + ".",
           draft.catalog().at);
  constexpr std::string_view states[] = {"submitted", "approved", "rejected", "expired"};
  if (std::find(std::begin(states), std::end(states), command.state) == std::end(states))
    refuse("unknown_state", "An approval is submitted, approved, rejected or expired.");
  draft.add(ApprovalSet{{command.approval, command.state}});
}

void fall_due(Draft& draft) {
  const auto due = next_due(draft.account);
  if (!due || draft.now < due->at) refuse("nothing_due", "Nothing is due.");
  switch (due->kind) {
    case DueKind::hold_times_out: return release_hold(draft, {due->which}, "timed_out");
    case DueKind::pause_ends: return resume(draft);
    case DueKind::keeping_ends: return end_keeping(draft);
    case DueKind::add_on_month_ends: return end_add_on_month(draft);
    case DueKind::trial_ends: return end_trial(draft);
    case DueKind::month_ends: return end_month(draft);
    case DueKind::period_ends: return end_period(draft);
    case DueKind::grant_ends: return end_grant(draft, {due->which});
    case DueKind::past_due_step: return step_past_due(draft);
    case DueKind::payment_retry: return retry(draft);
    case DueKind::order_closes: return close_order(draft, {due->which});
    case DueKind::saving_closes: return close_saving(draft, {due->which});
    case DueKind::recharge: return place_recharge(draft);
    case DueKind::delivery: return retry_delivery(draft, {due->which});
  }
}

struct Deciding {
  Draft& draft;
  const Actor& actor;
  std::string_view key;

  /// Where the action depends on what the command says. All others are asked about by their row in the table of
  /// commands, before this.
  void may(std::string_view action) const { must_be_allowed(draft.account, draft.catalog(), actor, action, {}); }
  /// For what a frozen account may not do: everything that buys or changes.
  void may_change(std::string_view action) const {
    may(action);
    must_not_be_frozen();
  }
  /// What was held was let through by the gates then; what it came to is no new usage.
  void must_be_a_user() const { must_have_a_role_for(draft.account, draft.catalog(), actor, "use"); }
  void must_not_be_frozen() const {
    const auto& guarantee = draft.catalog().guarantee;
    if (draft.account.frozen)
      refuse("frozen", "This account is frozen while its refund is being decided.",
             guarantee ? guarantee->at : RuleAt());
  }

  void operator()(const OpenAccount& command) const { open_account(draft, command); }
  void operator()(const StartTrial&) const { must_not_be_frozen(), start_trial(draft); }
  void operator()(const Subscribe& command) const {
    may_change(draft.account.trial ? "upgrade_from_trial" : "subscribe");
    if (!command.add_ons.empty()) may("buy_add_on");
    if (command.licences.value_or(1) > 1) may("set_licences");
    subscribe(draft, actor, key, command);
  }
  void operator()(const ChangePlan& command) const {
    if (!command.plan && !command.cycle && !command.licences && command.add_ons.empty())
      refuse("nothing_asked", "Name a plan, a cycle, licences or an add-on.");
    if (command.plan || command.cycle) may_change("change_plan");
    if (command.licences) may_change("set_licences");
    if (!command.add_ons.empty()) may_change("buy_add_on");
    change_plan(draft, actor, key, command);
  }
  void operator()(const SetLicences& command) const {
    ChangePlan checkout;
    checkout.licences = command.total;
    (*this)(checkout);
  }
  void operator()(const SetAddOn& command) const {
    ChangePlan checkout;
    checkout.add_ons = {{command.add_on, command.total}};
    (*this)(checkout);
  }
  void operator()(const Cancel&) const { cancel(draft); }
  void operator()(const UndoCancel&) const { must_not_be_frozen(), undo_cancel(draft); }
  void operator()(const BuyCredits& command) const { must_not_be_frozen(), buy_credits(draft, actor, key, command); }
  void operator()(const SetAutoRecharge& command) const { set_auto_recharge(draft, command); }
  void operator()(const AddPaymentMethod& command) const { add_payment_method(draft, actor, command); }
  void operator()(const SetUpPaymentMethod& command) const { set_up_payment_method(draft, actor, command); }
  void operator()(const RemovePaymentMethod& command) const { remove_payment_method(draft, command); }
  void operator()(const CaptureHold& command) const { must_be_a_user(), capture_hold(draft, command); }
  void operator()(const ReleaseHold& command) const { must_be_a_user(), release_hold(draft, command.hold, "released"); }
  void operator()(const RequestRefund&) const { request_refund(draft); }
  void operator()(const DecideRefund& command) const { decide_refund(draft, command); }
  void operator()(const SetApproval& command) const { set_approval(draft, command); }
  void operator()(const AdjustCredits& command) const { adjust_credits(draft, command); }
  void operator()(const ErasePersonalData&) const {
    const bool of_methods =
        std::ranges::any_of(draft.account.methods, [](const SavedMethod& one) { return one.details_at.has_value(); });
    const auto has_browser = [](const auto& one) { return one.browser.has_value(); };
    const bool of_browsers = std::ranges::any_of(draft.account.orders.open(), has_browser) ||
                             std::ranges::any_of(draft.account.savings, has_browser);
    if (!draft.account.personal_data_sealed && !of_methods && !of_browsers)
      refuse("nobody_to_erase", "No personal data is stored for this account.");
    draft.add(PersonalDataErased{});
  }

  void operator()(const Pause&) const { must_not_be_frozen(), pause(draft); }
  void operator()(const Resume&) const { must_not_be_frozen(), resume(draft); }
  void operator()(const SetCustomPlan& command) const { set_custom_plan(draft, command); }
  void operator()(const DeleteAccount&) const { must_not_be_frozen(), delete_account(draft, actor); }
  void operator()(const SetPersonalData& command) const {
    if (command.personal_data.empty()) refuse("nobody_named", "Give a name or an address.");
    must_know_language_of(command.personal_data);
    draft.add(PersonalDataSealed{});
  }
  void operator()(const RequestReview& command) const { request_review(draft, command); }
  void operator()(const DecideReview& command) const { decide_review(draft, command); }
  void operator()(const RefundOrder& command) const { refund_order(draft, command); }
  void operator()(const RecordDispute& command) const { record_dispute(draft, command); }
  void operator()(const Unblock& command) const { unblock(draft, command); }
  void operator()(const OccupyItem& command) const {
    must_not_be_frozen();
    occupy_item(draft, actor, command);
  }
  void operator()(const ReleaseItem& command) const { release_item(draft, command); }
  void operator()(const SetEntitlement& command) const { set_entitlement(draft, command); }
  void operator()(const InviteMember& command) const { invite_member(draft, command); }
  void operator()(const AcceptInvitation& command) const { accept_invitation(draft, actor, command); }
  void operator()(const RevokeInvitation& command) const { revoke_invitation(draft, command); }
  void operator()(const RemoveMember& command) const { remove_member(draft, command); }
  void operator()(const ChangeRole& command) const { change_role(draft, command); }

  void operator()(const PayOrder& command) const { pay_order(draft, actor, command); }
  void operator()(const RecordBankReceipt& command) const { record_bank_receipt(draft, command); }
  void operator()(const ApplyCash& command) const { apply_cash(draft, command); }
  void operator()(const UnapplyCash& command) const { unapply_cash(draft, command); }
  void operator()(const MoveCheque& command) const { move_cheque(draft, command); }
  void operator()(const RecordWithheldTax& command) const { record_withheld_tax(draft, command); }

  void operator()(const SetBilling& command) const { set_billing(draft, actor, command); }
  void operator()(const DecideLateMoney& command) const { decide_late_money(draft, command); }
  void operator()(const RecordPayout& command) const { record_payout(draft, command); }

  void operator()(const DismissBankReceipt& command) const { dismiss_bank_receipt(draft, command); }
  void operator()(const RecordReturnedPayout& command) const { record_returned_payout(draft, command); }
  void operator()(const RecordRefund& command) const { record_refund(draft, command); }
  void operator()(const DeliverOrder& command) const { deliver_order(draft, command); }

  void operator()(const CustomerReturned& command) const { customer_returned(draft, command); }
  void operator()(const RecordIrn& command) const { record_irn(draft, command); }

  void operator()(const FallDue&) const { fall_due(draft); }
  void operator()(const PaymentReported& command) const { payment_reported(draft, command); }
  void operator()(const RefundReported& command) const { refund_reported(draft, command); }
  void operator()(const SetUpReported& command) const { set_up_reported(draft, command); }
  void operator()(const LookUp& command) const { look_up(draft, command); }
  void operator()(const CancelReported& command) const { cancel_reported(draft, command); }
  void operator()(const ResolvePayment& command) const { resolve_payment(draft, command); }
  void operator()(const RecordDiscrepancy& command) const { record_discrepancy(draft, command); }
  void operator()(const CloseDiscrepancy& command) const { close_discrepancy(draft, command); }
  void operator()(const ApplyCatalog& command) const { draft.add(CatalogApplied{command.version, command.text}); }
  void operator()(const OpenStore& command) const { draft.add(StoreOpened{command.epoch, command.by}); }

  void operator()(const StopCharges& command) const { stop_charges(draft, command); }
  void operator()(const LiftCharges& command) const { lift_charges(draft, command); }
  void operator()(const ResumeCharges&) const { resume_charges(draft); }
  void operator()(const ImportAccount& command) const {
    import_account(draft, actor, command);
    for (const Word& approval : command.approvals) set_approval(draft, {approval.name, approval.value});
    import_what_runs(draft, actor, command);
  }
  void operator()(const SetDocumentNumbers& command) const { set_document_numbers(draft, command); }
  void operator()(const CloseMonth& command) const { close_month(draft, command); }
  void operator()(const IssueKey& command) const { issue_key(draft, actor, command); }
  void operator()(const RollKey& command) const { roll_key(draft, actor, command); }
  void operator()(const RevokeKey& command) const { revoke_key(draft, command); }

  void operator()(const ViewPersonalData& command) const {
    draft.add(PersonalDataViewed{command.what, command.reason});
  }

  // Decided without a draft, below.
  void operator()(const Use&) const {}
  void operator()(const PlaceHold&) const {}
  void operator()(const UseTogether&) const {}
  void operator()(const Transfer&) const {}
  // What it comes to is decided with the sender's.
  void operator()(const ReceiveTransfer&) const {}
};

/// What still happens to a deleted account: what was under way comes to its end, and the person is forgotten.
bool still_settles(const AnyCommand& command) {
  return std::holds_alternative<FallDue>(command) || std::holds_alternative<PaymentReported>(command) ||
         std::holds_alternative<RefundReported>(command) || std::holds_alternative<CaptureHold>(command) ||
         std::holds_alternative<ReleaseHold>(command) || std::holds_alternative<ErasePersonalData>(command) ||
         std::holds_alternative<UnapplyCash>(command) || std::holds_alternative<MoveCheque>(command) ||
         std::holds_alternative<ResolvePayment>(command) || std::holds_alternative<RecordDispute>(command) ||
         std::holds_alternative<DecideLateMoney>(command) || std::holds_alternative<CancelReported>(command) ||
         std::holds_alternative<LookUp>(command) || std::holds_alternative<SetUpReported>(command) ||
         std::holds_alternative<RecordPayout>(command) || std::holds_alternative<CustomerReturned>(command) ||
         std::holds_alternative<RecordReturnedPayout>(command) || std::holds_alternative<RecordRefund>(command) ||
         std::holds_alternative<ApplyCash>(command) || std::holds_alternative<ViewPersonalData>(command) ||
         std::holds_alternative<RecordIrn>(command);
}

/// What is asked of a tenant or a shard, and of no account.
bool is_of_tenant(const AnyCommand& command) {
  return std::holds_alternative<ApplyCatalog>(command) || std::holds_alternative<OpenStore>(command) ||
         std::holds_alternative<StopCharges>(command) || std::holds_alternative<LiftCharges>(command) ||
         std::holds_alternative<SetDocumentNumbers>(command) || std::holds_alternative<CloseMonth>(command) ||
         std::holds_alternative<RecordDiscrepancy>(command) || std::holds_alternative<CloseDiscrepancy>(command) ||
         std::holds_alternative<DismissBankReceipt>(command) || std::holds_alternative<IssueKey>(command) ||
         std::holds_alternative<RollKey>(command) || std::holds_alternative<RevokeKey>(command);
}

/// What this decision charges now, with tax: the orders that it places, or the one that it pays.
Money charged_now(const Draft& draft, const AnyCommand& command) {
  Money total(0, draft.catalog().currency);
  for (const Fact& fact : draft.facts)
    if (const auto* placed = std::get_if<OrderPlaced>(&fact)) total += placed->order->total;
  if (const auto* pays = std::get_if<PayOrder>(&command)) total += draft.account.order(pays->order)->total;
  return total;
}

/// What was confirmed is what is charged: nobody pays another price than the one that was shown.
void must_be_as_agreed(const Draft& draft, const AnyCommand& command) {
  const std::optional<Money> agreed = std::visit(
      [](const auto& content) -> std::optional<Money> {
        if constexpr (requires { content.agreed; }) return content.agreed;
        return std::nullopt;
      },
      static_cast<const KindsOfCommand&>(command));
  if (!agreed) return;
  const Money now = charged_now(draft, command);
  if (*agreed == now) return;
  throw Refused{{.code = "price_changed",
                 .text = "This costs " + now.text() + " now, not " + agreed->text() + ". Nothing was charged.",
                 .rule = {},
                 .values = {{"agreed", agreed->text()}, {"now", now.text()}}}};
}

Decision decided(const Account& account, const TenantState& tenant, const Actor& actor, std::string_view key,
                 const AnyCommand& command, const World& world) {
  // Money that came may be of nobody whom we know.
  const bool money = std::holds_alternative<RecordBankReceipt>(command);
  const bool opens = std::holds_alternative<OpenAccount>(command) || std::holds_alternative<ImportAccount>(command) ||
                     (money && account.id.empty());
  if (world.now < account.last_at) refuse("time_ran_back", "This is earlier than the account's last entry.");
  if (!money && is_of_tenant(command) != account.id.empty())
    refuse("wrong_address", account.id.empty() ? "This command needs an account. Name it."
                                               : "This command is for the whole tenant and takes no account.");
  if (!opens && !is_of_tenant(command) && account.opened_at.us == 0)
    refuse("no_such_account", "There is no such account.");
  if (account.deleted && !still_settles(command)) refuse("account_deleted", "This account was deleted.");
  if (const auto* together = std::get_if<UseTogether>(&command))
    return use_together(account, tenant, world, actor, *together);
  if (const auto* moves = std::get_if<Transfer>(&command)) return transfer(account, tenant, world, actor, *moves);
  if (const auto* usage = std::get_if<Use>(&command)) return use(account, tenant, actor, *usage, world);
  if (const auto* hold = std::get_if<PlaceHold>(&command)) return place_hold(account, tenant, actor, *hold, world);
  Draft draft(account, tenant, world);
  must_be_allowed(draft, actor, rule_of(command));
  if (const auto* browser = browser_of(command); browser != nullptr && *browser && !(*browser)->sealed.empty())
    draft.browser = (*browser)->sealed;
  std::visit(Deciding{draft, actor, key}, command);
  must_be_as_agreed(draft, command);
  if (actor.role != "host" && actor.role != "processor") must_hold_what_is_used(draft, actor);
  keep_limits(draft);
  write_off_small_amounts(draft);
  return {.facts = std::move(draft.facts), .refusal = std::nullopt, .question = std::nullopt};
}

Decision refused_or_not(const Account& account, const TenantState& tenant, const Actor& actor, std::string_view key,
                        const AnyCommand& command, const World& world) {
  try {
    return decided(account, tenant, actor, key, command, world);
  } catch (Unanswered& unanswered) {
    return {.facts = {}, .refusal = std::nullopt, .question = std::move(unanswered.question)};
  } catch (Failed& failed) {
    return {.facts = {}, .refusal = std::nullopt, .question = std::nullopt, .failed = std::move(failed.plugin)};
  } catch (Refused& refused) {
    return {.facts = {}, .refusal = std::move(refused.refusal), .question = std::nullopt};
  } catch (const ArithmeticError& error) {
    return {.facts = {},
            .refusal =
                Refusal{"amount_out_of_range", std::string("The amount cannot be computed: ") + error.what() + ".", ""},
            .question = std::nullopt};
  }
}

}  // namespace

Decision decide(const Account& account, const TenantState& tenant, const Actor& actor, std::string_view key,
                const AnyCommand& command, const World& world) {
  Decision decision = refused_or_not(account, tenant, actor, key, command, world);
  if (decision.refusal)
    decision.refusal = in_own_words(*std::move(decision.refusal), world.catalogs.at(tenant.catalog), actor);
  return decision;
}

}  // namespace florin

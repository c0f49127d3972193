#include "scenario/words.hpp"

#include <boost/describe.hpp>

#include "config/command.hpp"
#include "domain/journal/described.hpp"

namespace florin::scenario {

namespace {

template <class Enum>
std::string word(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

std::string number(auto id) { return std::to_string(id.value); }

std::string until(const std::optional<Instant>& end) { return end ? " until " + end->text() : ", until used"; }

/// JSON as a person would write it in YAML, on one line.
std::string plain(std::string_view json) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (quoted && c == '\\' && i + 1 < json.size()) {
      out += json[++i];
      continue;
    }
    out += c;
    if (!quoted && (c == ',' || c == ':')) out += ' ';
  }
  return out;
}

class Teller {
 public:
  Teller(const Catalog& catalog, const Account& account) : catalog_(catalog), account_(account) {}

  std::string operator()(const AccountOpened& f) const { return "account opened, billed in " + f.billing_country; }
  std::string operator()(const PersonalDataErased&) const { return "personal data erased"; }
  std::string operator()(const TrialStarted& f) const {
    return f.ends_at ? "trial begins, until " + f.ends_at->text() : "trial begins, until an upgrade";
  }
  std::string operator()(const PlanPicked& f) const {
    return f.plan.plan.text() + " " + f.plan.cycle + " picked for the end of the trial";
  }
  std::string operator()(const TrialEnded&) const { return "trial ends"; }
  std::string operator()(const SubscriptionStarted& f) const {
    return f.plan.text() + " " + f.cycle + licences(f.licences) + " begins, to " + f.to.text();
  }
  std::string operator()(const PeriodStarted& f) const {
    return "period " + std::to_string(f.k + 1) + " begins, to " + f.to.text();
  }
  std::string operator()(const SubscriptionChanged& f) const {
    return "now on " + f.plan.text() + " " + f.cycle + licences(f.licences) + add_ons(f.add_ons);
  }
  std::string operator()(const ChangeSet& f) const {
    return "from the next period: " + f.change.plan.text() + " " + f.change.cycle + licences(f.change.licences) +
           add_ons(f.change.add_ons);
  }
  std::string operator()(const ChangeRemoved&) const { return "no change waits any more"; }
  std::string operator()(const CancelAsked& f) const { return "cancelled, ends " + f.ends_at.text(); }
  std::string operator()(const CancelUndone&) const { return "the cancellation is undone"; }
  std::string operator()(const SubscriptionEnded& f) const {
    return "subscription over (" + f.because + "), account " + word(f.standing);
  }
  std::string operator()(const GrantIssued& f) const {
    return "grant " + number(f.grant) + ": " + amount(f.type, f.amount) + " (" + word(f.source) + ")" +
           until(f.ends_at);
  }
  std::string operator()(const CreditsSpent& f) const {
    Credits sum;
    for (const Take& take : f.takes) sum += take.amount;
    return f.meter.text() + ", " + f.quantity.text() + ": " + amount(f.type, sum) + " spent" + from(f.takes);
  }
  std::string operator()(const GrantRolled& f) const {
    return of_grant(f.from, f.amount) + " roll over into grant " + number(f.into) + until(f.ends_at);
  }
  std::string operator()(const GrantExpired& f) const { return of_grant(f.grant, f.amount) + " expire"; }
  std::string operator()(const GrantForfeited& f) const { return of_grant(f.grant, f.amount) + " are forfeited"; }
  std::string operator()(const GrantEndMoved& f) const {
    return "grant " + number(f.grant) + " now lasts" + until(f.ends_at);
  }
  std::string operator()(const GrantAdjusted& f) const {
    return of_grant(f.grant, f.amount) + " taken as a correction: " + f.reason;
  }
  std::string operator()(const GrantRefunded& f) const {
    return of_grant(f.grant, f.amount) + " taken back with refund " + number(f.refund);
  }
  std::string operator()(const UsageRefused& f) const { return "refused for lack of " + f.type.text(); }
  std::string operator()(const HoldPlaced& f) const {
    Credits sum;
    for (const Take& take : f.takes) sum += take.amount;
    return "hold " + number(f.hold) + ": " + amount(f.type, sum) + from(f.takes) + " until " + f.ends_at.text();
  }
  std::string operator()(const HoldClosed& f) const {
    Credits sum;
    for (const Take& take : f.spent) sum += take.amount;
    return "hold " + number(f.hold) + " " + f.because + ", units spent " + std::to_string(sum.units) +
           (f.owed.is_zero() ? "" : ", owed " + std::to_string(f.owed.units)) +
           (f.absorbed.is_zero() ? "" : ", absorbed " + std::to_string(f.absorbed.units));
  }
  std::string operator()(const CreditsOwedTaken& f) const {
    return of_grant(f.grant, f.amount) + " taken for what was owed";
  }
  std::string operator()(const PaymentMethodAdded& f) const {
    return f.method.slot + " payment method: " + f.method.masked;
  }
  std::string operator()(const PaymentMethodRemoved&) const { return "payment method removed"; }
  std::string operator()(const RechargeSet& f) const {
    return f.recharge->active ? "auto-recharge of " + amount(f.recharge->type, f.recharge->amount) + " below " +
                                    amount(f.recharge->type, f.recharge->below)
                              : "auto-recharge switched off";
  }
  std::string operator()(const RechargeCounted& f) const {
    return "auto-recharge, number " + std::to_string(f.today) + " of the day";
  }
  std::string operator()(const RechargeFailed& f) const {
    return f.suspended ? "auto-recharge failed and is suspended" : "auto-recharge failed";
  }
  std::string operator()(const OrderPlaced& f) const {
    std::string lines;
    for (const Line& line : f.order->lines)
      lines +=
          (lines.empty() ? "" : "; ") + line.text + (line.quantity == 1 ? "" : " × " + std::to_string(line.quantity));
    return "order " + number(f.order->id) + ", " + word(f.order->kind) + ": " + lines + ", " + f.order->total.text() +
           (f.order->route.empty() ? "" : "; " + f.order->route);
  }
  std::string operator()(const AttemptStarted& f) const {
    return "order " + number(f.order) + ": " + slot(f.attempt->method) + " is asked for " + f.attempt->amount.text();
  }
  std::string operator()(const CandidatesChanged& f) const {
    return "order " + number(f.order) + " is tried on the methods as they are now";
  }
  std::string operator()(const AttemptMoved& f) const {
    std::string text = "order " + number(f.order) + ": attempt " + std::to_string(f.attempt) + " is " + word(f.state);
    if (f.decline != DeclineKind::none)
      text += " (" + (f.decline_code.empty() ? word(f.decline) : f.decline_code) + ")";
    if (!f.alarm.empty()) text += " (" + f.alarm + ")";
    return text;
  }
  std::string operator()(const OrderPaid& f) const { return "order " + number(f.order) + " is paid"; }
  std::string operator()(const OrderClosed& f) const { return "order " + number(f.order) + " closed: " + f.because; }
  std::string operator()(const InvoiceIssued& f) const { return "invoice " + f.number + ", " + f.total.text(); }
  std::string operator()(const PastDueEntered& f) const { return "past due with order " + number(f.order); }
  std::string operator()(const PastDueStepped& f) const {
    return "past due, step " + std::to_string(f.step) + (f.usage_refused ? ", usage refused" : "") +
           (f.step_at == never ? "" : ", next " + f.step_at.text());
  }
  std::string operator()(const PastDueCleared&) const { return "past due no more"; }
  std::string operator()(const RefundRequested& f) const {
    Money sum;
    for (const Refund& refund : f.quoted) sum += refund.amount;
    return "refund asked, " + sum.text() + " quoted; the account is frozen";
  }
  std::string operator()(const RefundDeclined& f) const { return "refund declined: " + f.reason; }
  std::string operator()(const AccountThawed&) const { return "frozen no more"; }
  std::string operator()(const RefundStarted& f) const {
    return "refund " + number(f.refund->id) + " of order " + number(f.refund->order) + ": " + f.refund->amount.text();
  }
  std::string operator()(const RefundMoved& f) const {
    return "refund " + number(f.refund) +
           (f.state == AttemptState::captured ? " is paid back" : " is " + word(f.state));
  }
  std::string operator()(const CreditNoteIssued& f) const { return "credit note " + f.number + ", " + f.amount.text(); }
  std::string operator()(const ApprovalSet& f) const { return f.approval.approval + " " + f.approval.state; }
  std::string operator()(const SubscriptionPaused& f) const { return "paused, resumes " + f.resumes_at.text(); }
  std::string operator()(const SubscriptionResumed& f) const { return "resumed, the period ends " + f.to.text(); }
  std::string operator()(const AddOnMonthStarted& f) const { return "a month of add-ons begins, to " + f.to.text(); }
  std::string operator()(const KeepingEnded&) const { return "credits are kept no longer"; }
  std::string operator()(const CustomPlanSet& f) const { return f.plan.plan.text() + " made for this account"; }
  std::string operator()(const AccountDeleted&) const { return "account deleted"; }
  std::string operator()(const PersonalDataSealed&) const { return "personal data replaced"; }
  std::string operator()(const BillingSet& f) const {
    return "billed in " + f.billing_country + (f.billing_state.empty() ? "" : ", " + f.billing_state);
  }
  std::string operator()(const SavingStarted& f) const {
    return f.saving->slot + " " + f.saving->method.text() + " is to be saved at " + f.saving->processor.text();
  }
  std::string operator()(const SavingMoved& f) const {
    const std::string code = f.decline_code.empty() ? "" : " (" + f.decline_code + ")";
    return "saving " + number(f.saving) + " is " + (f.state == AttemptState::captured ? "done" : word(f.state)) + code;
  }
  std::string operator()(const FeeTaken& f) const {
    return "order " + number(f.order) + ": of attempt " + std::to_string(f.attempt) + " its processor kept " +
           (f.fee.amount.currency() ? f.fee.amount.text() : std::string("what it has not said yet")) +
           (f.fee.settlement.empty() ? "" : ", settled in " + f.fee.settlement);
  }
  std::string operator()(const LookUpPlanned&) const { return "the processor is asked"; }
  std::string operator()(const CancelPlanned& f) const {
    return "order " + number(f.order) + ": attempt " + std::to_string(f.attempt) +
           (f.at == never ? " is cancelled no more" : " is cancelled at its processor, " + f.at.text()) +
           (f.raw.empty() ? "" : " (" + f.raw + ")");
  }
  std::string operator()(const LateMoneyKept& f) const {
    return "money of order " + number(f.order) + " came late and waits for staff";
  }
  std::string operator()(const PersonalDataViewed& f) const {
    return "personal data is looked at: " + f.what + (f.reason.empty() ? "" : " (" + f.reason + ")");
  }
  std::string operator()(const KeyIssued& f) const { return "API key " + f.key.id + " issued: " + f.key.name; }
  std::string operator()(const KeyEnds& f) const { return "API key " + f.key + " works until " + f.at.text(); }
  std::string operator()(const AmountWrittenOff& f) const {
    return f.amount.text() + (f.order ? " of order " + number(f.order) : std::string(" that waited")) +
           " is written off: " + f.because;
  }
  std::string operator()(const IrnRecorded& f) const { return f.document + " is registered, IRN " + f.irn; }
  std::string operator()(const CouponsSet& f) const {
    std::string text = "coupons:";
    for (const Coupon& one : f.coupons)
      text += " " + one.coupon + " (" + one.takes_off.text() +
              (one.periods ? ", " + std::to_string(*one.periods) + " more periods" : std::string()) +
              (one.until ? ", until " + one.until->text() : std::string()) + (one.runs ? ", runs)" : ")");
    return f.coupons.empty() ? "no coupon is left" : text;
  }
  std::string operator()(const NextInvoiceSet& f) const {
    return std::to_string(f.lines.size()) + " lines wait for the next invoice";
  }
  std::string operator()(const ReviewRequested& f) const {
    return "review " + number(f.review.id) + " of order " + number(f.review.order) + ", " + f.review.reason +
           ", to be answered by " + f.review.due_at.text() +
           (f.review.duplicate_of ? "; looks like order " + number(f.review.duplicate_of) : "");
  }
  std::string operator()(const ReviewDecided& f) const {
    return "review " + number(f.review) + (f.approved ? " approved: " : " declined: ") + f.reason;
  }
  std::string operator()(const DisputeMoved& f) const {
    return "dispute " + f.dispute.ref + " of order " + number(f.dispute.order) + " over " + f.dispute.amount.text() +
           " is " + word(f.dispute.state);
  }
  std::string operator()(const CreditsTakenBack& f) const {
    return of_grant(f.grant, f.amount) + " taken back, dispute " + f.ref;
  }
  std::string operator()(const CreditsOwed& f) const {
    return amount(f.type, f.amount) + " are owed, dispute " + f.ref;
  }
  std::string operator()(const AccountBlocked& f) const { return "blocked: " + f.because; }
  std::string operator()(const AccountUnblocked& f) const { return "blocked no more: " + f.reason; }
  std::string operator()(const GrantTransferred& f) const {
    return of_grant(f.grant, f.amount) + " transferred to " + f.to.text();
  }
  std::string operator()(const GrantReceived& f) const {
    return "grant " + number(f.grant) + ": " + amount(f.type, f.amount) + " received from " + f.from.text() +
           until(f.ends_at);
  }
  std::string operator()(const MonthStarted& f) const { return "month begins, to " + f.to.text(); }
  std::string operator()(const MonthEnded&) const { return "month over"; }
  std::string operator()(const MinimumTaken& f) const {
    Credits sum;
    for (const Take& take : f.takes) sum += take.amount;
    return "minimum " + f.minimum.text() + ", used " + amount(f.type, f.used) + ": " + amount(f.type, sum) + " taken" +
           from(f.takes);
  }
  std::string operator()(const ItemOccupied& f) const { return f.entitlement.text() + ": " + f.item + " is taken"; }
  std::string operator()(const ItemReleased& f) const {
    return f.entitlement.text() + ": " + f.item + " is given back";
  }
  std::string operator()(const ItemSuspended& f) const {
    return f.entitlement.text() + ": " + f.item + " is over the limit and waits";
  }
  std::string operator()(const ItemRestored& f) const { return f.entitlement.text() + ": " + f.item + " works again"; }
  std::string operator()(const EntitlementSet& f) const { return f.entitlement.text() + " is " + f.value + " here"; }
  std::string operator()(const MemberInvited& f) const { return f.member.text() + " is invited as " + f.role; }
  std::string operator()(const InvitationAccepted& f) const { return f.member.text() + " is a member"; }
  std::string operator()(const InvitationRevoked& f) const { return f.member.text() + " is not invited any more"; }
  std::string operator()(const MemberRemoved& f) const { return f.member.text() + " is no member any more"; }
  std::string operator()(const RoleChanged& f) const { return f.member.text() + " is now " + f.role; }
  std::string operator()(const BankReceiptRecorded& f) const {
    return word(f.receipt.kind) + " " + f.receipt.id.text() + " came, " + f.receipt.amount.text() +
           (f.receipt.order ? ", for order " + number(f.receipt.order) : "");
  }
  std::string operator()(const MoneyIdentified& f) const {
    return f.receipt.id.text() + " is this account's" +
           (f.receipt.order ? ", for order " + number(f.receipt.order) : "");
  }
  std::string operator()(const MoneyMovedOn& f) const {
    return f.receipt.text() + " is not this account's: " + f.reason;
  }
  std::string operator()(const ReceiptMoved& f) const {
    return f.receipt.text() + " is " + word(f.state) + (f.reason.empty() ? "" : ": " + f.reason);
  }
  std::string operator()(const MoneyKept& f) const {
    return f.amount.text() + " of " + f.receipt.text() + " are kept for the next order";
  }
  std::string operator()(const RetryPlanned& f) const {
    return "order " + number(f.order) + (f.at == never ? " is tried again now" : " is tried again at " + f.at.text());
  }
  std::string operator()(const ProcessorCounted& f) const {
    return f.processor.text() +
           (f.failures == 0 ? std::string(" answers again")
                            : " has failed " + std::to_string(f.failures) + " times in a row") +
           (f.cooldown_until.us == 0 ? "" : " and rests until " + f.cooldown_until.text());
  }
  std::string operator()(const DiscrepancyFound& f) const {
    return "difference " + f.difference->name + " (" + f.difference->what + "): ours " + f.difference->ours +
           ", theirs " + f.difference->theirs;
  }
  std::string operator()(const DiscrepancyClosed& f) const {
    return "difference " + f.difference + " closed: " + f.reason;
  }
  std::string operator()(const TaxWithheld& f) const {
    return "order " + number(f.order) + ": " + f.tax.amount.text() + " withheld, certificate " + f.tax.certificate;
  }
  std::string operator()(const OrderSettled& f) const {
    std::string text = "order " + number(f.order) + " has";
    for (const CashApplied& part : f.applied) text += " " + part.amount.text() + " of " + part.receipt.text() + ",";
    return text + " written off " + f.written_off.text() + ", withheld " + f.withheld.text();
  }
  std::string operator()(const OrderReopened& f) const {
    return "order " + number(f.order) + " is open again: " + f.because;
  }
  std::string operator()(const DeliveryFailed& f) const {
    return "order " + number(f.order) +
           " is paid and could not be delivered: " + (f.plugin.empty() ? std::string() : f.plugin + ", ") + f.code +
           (f.text.empty() ? "" : ": " + f.text) +
           (f.try_at == never ? "; staff decides" : "; tried again at " + f.try_at.text());
  }
  std::string operator()(const DeliveryEnded& f) const {
    return "order " + number(f.order) + " waits for its delivery no more: " + f.because;
  }
  std::string operator()(const ReceiptReversed& f) const {
    return "the bank took back " + f.amount.text() + " of " + f.receipt.text() + ", by " + f.by.text();
  }
  std::string operator()(const ReversalUndone& f) const {
    return f.by.text() + " did not take back " + f.amount.text() + " of " + f.receipt.text();
  }
  std::string operator()(const ReceiptDismissed& f) const {
    return f.receipt->id.text() + " is no customer's money: " + f.reason;
  }
  std::string operator()(const PayoutReturned& f) const {
    return "refund " + number(f.refund) + " came back from the bank, by " + f.receipt.id.text();
  }
  std::string operator()(const CreditsGivenBack& f) const {
    return of_grant(f.grant, f.amount) + " given back, dispute " + f.ref;
  }
  std::string operator()(const CreditsOwedLess& f) const {
    return amount(f.type, f.amount) + " are owed no more, dispute " + f.ref;
  }
  std::string operator()(const CatalogApplied& f) const { return "catalog version " + std::to_string(f.version); }
  std::string operator()(const StoreOpened& f) const { return "journal opened, epoch " + std::to_string(f.epoch); }
  std::string operator()(const ChargesStopped& f) const {
    return "charges are stopped (" + word(f.stop.scope) + " " + f.stop.name + "): " + f.stop.reason;
  }
  std::string operator()(const ChargesLifted& f) const {
    return "charges go on (" + word(f.scope) + " " + f.name + "): " + f.reason;
  }
  std::string operator()(const ChargeWaits& f) const {
    return "order " + number(f.order) + " waits: charges are stopped";
  }
  std::string operator()(const AccountImported& f) const { return "imported; opened " + f.opened_at.text(); }
  std::string operator()(const MonthClosed& f) const { return f.month.month + " is closed"; }
  std::string operator()(const DocumentNumbersSet& f) const {
    return "documents go on after invoice " + std::to_string(f.last_invoice) + " and credit note " +
           std::to_string(f.last_credit_note);
  }

 private:
  std::string amount(const CreditType& type, Credits credits) const { return in_words(catalog_, type, credits); }
  std::string of_grant(GrantId id, Credits credits) const {
    for (const Grant* grant : account_.all_grants())
      if (grant->id == id)
        return amount(grant->type, credits) + " of grant " + number(id) + " (" + word(grant->source) + ")";
    return std::to_string(credits.units) + " of grant " + number(id);
  }
  static std::string from(const std::vector<Take>& takes) {
    std::string text;
    for (const Take& take : takes)
      text += (text.empty() ? " from grant " : " and ") + number(take.grant) +
              (takes.size() > 1 ? " (" + std::to_string(take.amount.units) + ")" : "");
    return text;
  }
  static std::string licences(std::int32_t count) {
    return count == 1 ? "" : ", " + std::to_string(count) + " licences";
  }
  static std::string add_ons(const std::vector<AddOnCount>& counts) {
    std::string text;
    for (const AddOnCount& one : counts) text += ", " + std::to_string(one.count) + " × " + one.add_on.text();
    return text;
  }
  std::string slot(SavedMethodId id) const {
    const SavedMethod* saved = account_.method(id);
    return saved == nullptr ? "a removed method" : saved->slot + " " + saved->method.text();
  }

  const Catalog& catalog_;
  const Account& account_;
};

}  // namespace

std::string in_words(const Fact& fact, const Catalog& catalog, const Account& account) {
  return std::visit(Teller(catalog, account), fact);
}

std::string in_words(const AnyCommand& command) {
  return std::visit(
      [&]<class T>(const T&) {
        std::string text(word_of<T>());
        const std::string content = plain(config::json_of(command));
        return content == "{}" ? text : text + " " + content;
      },
      command);
}

std::string in_words(const Catalog& catalog, const CreditType& type, Credits amount) {
  const CreditTypeRule* rule = catalog.credit_type(type);
  return decimal_text(amount.units, rule == nullptr ? 0 : rule->decimals) + " " + type.text();
}

}  // namespace florin::scenario

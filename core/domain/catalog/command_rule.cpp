#include "domain/catalog/command_rule.hpp"

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <unordered_set>

#include "domain/journal/names.hpp"

namespace florin {

namespace {

constexpr std::size_t commands = std::variant_size_v<AnyCommand::Kinds>;

struct Row {
  std::size_t place = 0;  ///< of the command in the variant
  CommandRule rule;
};

template <class Kind>
constexpr Row row(Action action, Who who, Scope scope, bool also_provider = false, bool decides_itself = false) {
  return {boost::mp11::mp_find<AnyCommand::Kinds, Kind>::value,
          {word_of<Kind>(), action, who, scope, also_provider, decides_itself}};
}
template <class Kind>
constexpr Row customer(Action action, Scope scope = Scope::write) {
  return row<Kind>(action, Who::customer, scope);
}
/// Which action it is depends on what it says.
template <class Kind>
constexpr Row by_content(Action action, Scope scope = Scope::write) {
  return row<Kind>(action, Who::customer, scope, false, true);
}
template <class Kind>
constexpr Row anyone() {
  return row<Kind>(Action::see, Who::anyone, Scope::write, false, true);
}
template <class Kind>
constexpr Row staff(Action action, Scope scope, bool also_provider = false) {
  return row<Kind>(action, Who::staff, scope, also_provider);
}
template <class Kind>
constexpr Row host(bool also_provider = false) {
  return row<Kind>(Action::see, Who::host, Scope::nobody, also_provider, true);
}

constexpr bool by_provider = true;

constexpr Row table[] = {
    anyone<OpenAccount>(),
    anyone<AcceptInvitation>(),
    anyone<CustomerReturned>(),

    by_content<Use>(Action::use, Scope::usage),
    by_content<UseTogether>(Action::use, Scope::usage),
    by_content<PlaceHold>(Action::use, Scope::usage),
    by_content<CaptureHold>(Action::use, Scope::usage),
    by_content<ReleaseHold>(Action::use, Scope::usage),

    customer<StartTrial>(Action::start_trial),
    by_content<Subscribe>(Action::subscribe),
    by_content<ChangePlan>(Action::change_plan),
    by_content<SetLicences>(Action::set_licences),
    by_content<SetAddOn>(Action::buy_add_on),
    customer<Cancel>(Action::cancel),
    customer<UndoCancel>(Action::cancel),
    customer<Pause>(Action::pause),
    customer<Resume>(Action::pause),
    customer<DeleteAccount>(Action::delete_account),
    customer<BuyCredits>(Action::buy_credits),
    customer<SetAutoRecharge>(Action::set_auto_recharge),
    customer<AddPaymentMethod>(Action::add_payment_method),
    customer<SetUpPaymentMethod>(Action::add_payment_method),
    // A provider also reports what it takes no more, such as a mandate that was revoked.
    row<RemovePaymentMethod>(Action::add_payment_method, Who::customer, Scope::write, true),
    customer<PayOrder>(Action::pay_order),
    customer<SetBilling>(Action::set_billing),
    customer<RequestRefund>(Action::request_refund),
    customer<RequestReview>(Action::request_review),
    by_content<OccupyItem>(Action::occupy_item),
    customer<ReleaseItem>(Action::release_item),
    customer<InviteMember>(Action::change_members),
    customer<RevokeInvitation>(Action::change_members),
    customer<RemoveMember>(Action::change_members),
    customer<ChangeRole>(Action::change_members),

    staff<DecideRefund>(Action::decide_refund, Scope::money),
    staff<RefundOrder>(Action::refund_order, Scope::money),
    staff<DecideReview>(Action::decide_review, Scope::support),
    staff<SetApproval>(Action::set_approval, Scope::support),
    staff<AdjustCredits>(Action::adjust_credits, Scope::support),
    staff<SetCustomPlan>(Action::set_custom_plan, Scope::support),
    staff<SetEntitlement>(Action::set_entitlement, Scope::support),
    staff<Unblock>(Action::unblock, Scope::support),
    staff<Transfer>(Action::transfer, Scope::support),
    staff<SetPersonalData>(Action::set_personal_data, Scope::personal_data),
    staff<ErasePersonalData>(Action::erase_personal_data, Scope::personal_data),
    staff<RecordDispute>(Action::record_dispute, Scope::money, by_provider),
    staff<RecordBankReceipt>(Action::record_bank_receipt, Scope::money, by_provider),
    staff<ApplyCash>(Action::apply_cash, Scope::money),
    staff<UnapplyCash>(Action::unapply_cash, Scope::money),
    staff<MoveCheque>(Action::move_cheque, Scope::money),
    staff<RecordWithheldTax>(Action::record_withheld_tax, Scope::money),
    staff<ResolvePayment>(Action::resolve_payment, Scope::money),
    staff<DecideLateMoney>(Action::decide_late_money, Scope::money),
    staff<RecordPayout>(Action::record_payout, Scope::money),
    staff<RecordReturnedPayout>(Action::record_payout, Scope::money),
    staff<RecordRefund>(Action::refund_order, Scope::money, by_provider),
    staff<ViewPersonalData>(Action::set_personal_data, Scope::personal_data),
    staff<DeliverOrder>(Action::decide_late_money, Scope::money),
    // It belongs to the numbers of documents, and moves no money: a backend's key needs `support`.
    staff<RecordIrn>(Action::set_document_numbers, Scope::support),

    // Of the tenant as a whole.
    staff<CloseDiscrepancy>(Action::close_discrepancy, Scope::money),
    staff<DismissBankReceipt>(Action::apply_cash, Scope::money),
    staff<StopCharges>(Action::stop_charges, Scope::operate),
    staff<LiftCharges>(Action::lift_charges, Scope::operate),
    staff<ImportAccount>(Action::import_account, Scope::operate),
    staff<SetDocumentNumbers>(Action::set_document_numbers, Scope::operate),
    staff<CloseMonth>(Action::close_month, Scope::operate),
    staff<ApplyCatalog>(Action::apply_catalog, Scope::operate),
    staff<IssueKey>(Action::manage_keys, Scope::admin),
    staff<RollKey>(Action::manage_keys, Scope::admin),
    staff<RevokeKey>(Action::manage_keys, Scope::admin),

    host<FallDue>(),
    host<PaymentReported>(by_provider),
    host<RefundReported>(by_provider),
    host<CancelReported>(by_provider),
    host<SetUpReported>(by_provider),
    host<LookUp>(by_provider),
    host<ResumeCharges>(),
    host<ReceiveTransfer>(),
    host<RecordDiscrepancy>(),
    host<OpenStore>(),
};

/// In the order of the variant. A command with no row, or with two, is an index of 0 rows or 2.
constexpr std::array<int, commands> rows_of_each() {
  std::array<int, commands> rows{};
  for (const Row& one : table) ++rows[one.place];
  return rows;
}
static_assert(std::ranges::all_of(rows_of_each(), [](int rows) { return rows == 1; }),
              "every command has exactly one row in this table: say who may ask for it");

constexpr std::array<CommandRule, commands> in_order() {
  std::array<CommandRule, commands> rules{};
  for (const Row& one : table) rules[one.place] = one.rule;
  return rules;
}
constexpr std::array<CommandRule, commands> rules = in_order();

}  // namespace

const CommandRule& rule_of(const AnyCommand& command) { return rules[command.index()]; }

const CommandRule& rule_of(const Command& command) {
  static constexpr auto places = []<class... Kinds>(const std::variant<Kinds...>*) {
    return std::array{static_cast<std::size_t>(boost::mp11::mp_find<AnyCommand::Kinds, Kinds>::value)...};
  }(static_cast<const Command*>(nullptr));
  return rules[places[command.index()]];
}

const CommandRule* rule_of(std::string_view command) {
  const auto found = std::ranges::find(rules, command, &CommandRule::command);
  return found == rules.end() ? nullptr : &*found;
}

std::string_view word_of(Scope scope) { return boost::describe::enum_to_string(scope, "nobody"); }

bool is_for_staff(Action action) {
  return std::ranges::any_of(rules,
                             [&](const CommandRule& rule) { return rule.action == action && rule.who == Who::staff; });
}

bool is_for_staff(std::string_view action) {
  static const std::unordered_set<std::string_view> words = [] {
    std::unordered_set<std::string_view> found;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Action>>([&](auto described) {
      if (is_for_staff(described.value)) found.emplace(described.name);
    });
    return found;
  }();
  return words.contains(action);
}

bool is_reserved(std::string_view role) { return role == "host" || role == "processor"; }

std::optional<std::string> kept_out(Way way, const Actor& actor, const AnyCommand& command) {
  const CommandRule& rule = rule_of(command);
  switch (way) {
    case Way::outside:
      if (is_reserved(actor.role)) return "'" + actor.role + "' is Florin itself: nobody speaks for it";
      if (rule.who == Who::host) return "'" + std::string(rule.command) + "' is Florin's own: nobody asks for it";
      return std::nullopt;
    case Way::provider:
      if (actor.role == "processor" && rule.also_provider) return std::nullopt;
      return "'" + std::string(rule.command) + "' is nothing that a processor reports";
    case Way::host: break;
  }
  if (actor.role == "host") return std::nullopt;
  return "'" + actor.role + "' is not the host";
}

}  // namespace florin

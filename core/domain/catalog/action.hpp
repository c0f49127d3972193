#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>
#include <string_view>

namespace florin {

/// What an actor may want to do, as roles and gates name it. The words are the domain's own; a backend that sells
/// something else asks about `buy_number` and `go_live` before it does them.
enum class Action : std::uint8_t {
  see,  ///< the account and its documents; a role that may do anything may see
  use,  ///< what meters count
  start_trial,
  subscribe,
  upgrade_from_trial,  ///< subscribe, when the account is in its trial
  change_plan,
  change_cycle,
  set_licences,
  buy_add_on,
  cancel,
  buy_credits,
  set_auto_recharge,
  add_payment_method,
  request_refund,
  buy_number,
  go_live,
  pause,
  delete_account,
  occupy_item,     ///< one of a count, where its row names no action of its own
  release_item,    ///< a number, an inbox
  change_members,  ///< invite, revoke, remove, change a role
  pay_order,
  decide_refund,
  set_approval,
  adjust_credits,
  erase_personal_data,
  set_custom_plan,
  set_personal_data,
  decide_review,
  refund_order,
  record_dispute,
  unblock,
  set_entitlement,
  transfer,
  request_review,  ///< a customer's
  stop_charges,
  lift_charges,
  import_account,
  set_document_numbers,
  record_bank_receipt,
  apply_cash,
  unapply_cash,
  move_cheque,
  record_withheld_tax,
  resolve_payment,
  set_billing,  ///< a customer's
  decide_late_money,
  record_payout,
  close_discrepancy,
  close_month,
  apply_catalog,
  manage_keys,  ///< of the HTTP API
};
BOOST_DESCRIBE_ENUM(Action, see, use, start_trial, subscribe, upgrade_from_trial, change_plan, change_cycle,
                    set_licences, buy_add_on, cancel, buy_credits, set_auto_recharge, add_payment_method,
                    request_refund, buy_number, go_live, pause, delete_account, occupy_item, release_item,
                    change_members, pay_order, decide_refund, set_approval, adjust_credits, erase_personal_data,
                    set_custom_plan, set_personal_data, decide_review, refund_order, record_dispute, unblock,
                    set_entitlement, transfer, request_review, stop_charges, lift_charges, import_account,
                    set_document_numbers, record_bank_receipt, apply_cash, unapply_cash, move_cheque,
                    record_withheld_tax, resolve_payment, set_billing, decide_late_money, record_payout,
                    close_discrepancy, close_month, apply_catalog, manage_keys)

/// What no role of a customer can be given: it is the staff's, whatever the YAML says. From the table in
/// command_rule.cpp.
bool is_for_staff(Action action);
bool is_for_staff(std::string_view action);

}  // namespace florin

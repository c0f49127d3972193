#pragma once

#include "domain/decision/draft.hpp"

/// Money that came by bank, and which order it pays. Source   EX-16; docs/decisions/0014-bank-receipts.md
namespace florin {

/// A line of a statement or a cheque: to the account and order that it is for, or to the tenant's list.
void record_bank_receipt(Draft& draft, const RecordBankReceipt& command);
/// An amount below zero is money that the bank took back: it reverses a receipt, so that what this had paid asks for
/// its money again; of nobody it waits in the list until a person has decided. Staff assigns an unmatched receipt, or
/// undoes the assignment.
void apply_cash(Draft& draft, const ApplyCash& command);
void unapply_cash(Draft& draft, const UnapplyCash& command);
/// A line of the statement is no customer's money: it leaves the list.
void dismiss_bank_receipt(Draft& draft, const DismissBankReceipt& command);
/// A refund that a person paid out came back from the bank: it waits to be paid out again.
void record_returned_payout(Draft& draft, const RecordReturnedPayout& command);
/// received, deposited, cleared; or bounced, also after it had counted: what it paid is taken back.
void move_cheque(Draft& draft, const MoveCheque& command);
void record_withheld_tax(Draft& draft, const RecordWithheldTax& command);

/// Credits that were held when the money of their order was taken back, and that nobody used: they are gone like the
/// rest of their lot, and come again with the money as that does.
void go_until_paid_again(Draft& draft, const Grant& lot, Credits loose);

/// Whether the attempt is an invoice: sent, then waited for.
bool comes_by_bank(const Draft& draft, const Attempt& attempt);

/// A processor took `captured` for an order of which a part had come by bank: that part is used as far as it is asked
/// for, and what is over is the account's money.
void apply_what_came(Draft& draft, OrderId order, Money captured);

/// What an order still asks for: its total less the account's own money, withheld tax, and what came and counts. Below
/// zero: more came.
Money still_asked(const Account& account, const Order& order);

/// The bank account that an order's money came into, whole or in part: no processor can give that back. None: one
/// processor has all of it.
std::optional<ProcessorId> bank_of(const Draft& draft, const Order& order);

}  // namespace florin

#pragma once

#include "florin/commands.hpp"

namespace florin {

/// Money that came by bank: one line of a statement, or one cheque. What it says never changes; what became of it does.
///
/// amount = applied + kept + reversed + what nobody has used yet, always. Money that the bank took back is a receipt of
/// its own, with an amount below zero: it reverses the receipt whose money went back.
/// Source   EX-16; docs/decisions/0014-bank-receipts.md
struct Receipt {
  ReceiptId id;
  ProcessorId processor;
  MoneyKind kind = MoneyKind::transfer;
  ChequeState state = ChequeState::cleared;  ///< a transfer on a statement is cleared
  Money amount;
  std::string dated;  ///< as the bank says it
  std::string said;
  OrderId order;          ///< that it is for; 0: none
  bool counts = false;    ///< the money is ours
  bool moved_on = false;  ///< a person took it off this account again; the record stays, so that its line is known
  Money applied;          ///< to its order, which is paid
  Money kept;             ///< as the account's money, for its next order
  ReceiptId reverses{};   ///< of money that the bank took back: the receipt whose money it was
  Money reversed{};       ///< what the bank took back of this one

  Money left() const {
    const bool none = !counts || moved_on || !reverses.empty();
    return none ? Money(0, amount.currency()) : still_there() - applied - kept;
  }
  /// What the bank did not take back.
  Money still_there() const { return reversed.currency() ? amount - reversed : amount; }
};

/// Tax that a payer kept back of an order.
struct WithheldTax {
  Money amount;
  std::string certificate;
};

}  // namespace florin

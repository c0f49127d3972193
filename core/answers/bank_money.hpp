#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "domain/journal/described.hpp"
#include "engine/engine.hpp"
#include "providers/tenant_plugins.hpp"

/// Money that came by bank and waits for a person: what `GET bank_receipts` answers.
namespace florin::answers {

/// Nobody knows whose it is.
struct UnmatchedReceipt {
  ReceiptId receipt;
  ProcessorId processor;
  MoneyKind kind = MoneyKind::transfer;
  ChequeState state = ChequeState::received;
  Money amount;
  std::string dated, said;
};
/// An account's, and it has paid nothing yet.
struct UnappliedReceipt {
  ReceiptId receipt;
  ProcessorId processor;
  MoneyKind kind = MoneyKind::transfer;
  ChequeState state = ChequeState::received;
  Money amount;  ///< what is left of it
  std::string dated, said;
  AccountId account;
  OrderId order;
};
/// An order that was invoiced and waits.
struct AwaitedTransfer {
  AccountId account;
  OrderId order;
  std::string reference;
  Money total, still_asked;
  AttemptState state = AttemptState::started;
  Instant placed_at;
};
/// A refund that a person pays out from a bank account.
struct Payout {
  AccountId account;
  RefundId refund;
  OrderId order;
  ProcessorId from;
  Money amount;
  std::string reason;
  Instant since;
};
struct BankMoney {
  std::vector<UnmatchedReceipt> unmatched;
  std::vector<UnappliedReceipt> unapplied;
  std::vector<AwaitedTransfer> waiting;
  std::vector<Payout> to_pay_out;
};

BOOST_DESCRIBE_STRUCT(UnmatchedReceipt, (), (receipt, processor, kind, state, amount, dated, said))
BOOST_DESCRIBE_STRUCT(UnappliedReceipt, (), (receipt, processor, kind, state, amount, dated, said, account, order))
BOOST_DESCRIBE_STRUCT(AwaitedTransfer, (), (account, order, reference, total, still_asked, state, placed_at))
BOOST_DESCRIBE_STRUCT(Payout, (), (account, refund, order, from, amount, reason, since))
BOOST_DESCRIBE_STRUCT(BankMoney, (), (unmatched, unapplied, waiting, to_pay_out))

/// Errors: no_such_tenant, why the tenant is stopped.
Result<BankMoney> bank_money(engine::Engine& engine, const TenantPlugins& plugins, const TenantId& tenant);
std::string as_json(const BankMoney& money);

}  // namespace florin::answers

#include "answers/bank_money.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

#include "config/write_json.hpp"
#include "domain/payments/match.hpp"
#include "engine/tenant_up.hpp"

namespace florin::answers {

namespace {

/// What of an account came by bank and pays nothing yet, what has to be paid out, and what is waited for.
BankMoney bank_money_of(const florin::Account& account, const std::function<bool(const ProcessorId&)>& is_sandbox) {
  BankMoney money;
  for (const Receipt& receipt : account.receipts) {
    const bool on_its_way = !receipt.counts && receipt.state != ChequeState::bounced && !receipt.moved_on;
    if (receipt.left().is_zero() && !on_its_way) continue;
    money.unapplied.push_back({.receipt = receipt.id,
                               .processor = receipt.processor,
                               .kind = receipt.kind,
                               .state = receipt.state,
                               .amount = on_its_way ? receipt.amount : receipt.left(),
                               .dated = receipt.dated,
                               .said = receipt.said,
                               .account = account.id,
                               .order = receipt.order});
  }
  for (const florin::Refund& refund : account.refunds)
    if (!refund.paid_out_from.empty() && refund.state != AttemptState::captured &&
        account.order(refund.order)->state == OrderState::paid)
      money.to_pay_out.push_back({.account = account.id,
                                  .refund = refund.id,
                                  .order = refund.order,
                                  .from = refund.paid_out_from,
                                  .amount = refund.amount,
                                  .reason = refund.reason,
                                  .since = refund.started_at});
  for (const florin::Order& order : account.orders) {
    if (order.state != OrderState::open || order.attempts.empty()) continue;
    const Attempt& last = order.attempts.back();
    if (last.ref.empty() || is_sandbox(last.processor)) continue;
    money.waiting.push_back({.account = account.id,
                             .order = order.id,
                             .reference = last.ref,
                             .total = order.total,
                             .still_asked = still_asked(account, order),
                             .state = last.state,
                             .placed_at = order.placed_at});
  }
  return money;
}

}  // namespace

Result<BankMoney> bank_money(engine::Engine& engine, const TenantPlugins& plugins, const TenantId& tenant) {
  BankMoney all;
  std::optional<Error> missing;
  const auto asked = engine.read([&](const engine::Shard& shard) {
    all.unmatched.clear();
    const TenantState* state = shard.tenant(tenant);
    missing = state == nullptr ? std::optional(not_up(shard, tenant)) : std::nullopt;
    if (missing) return;
    for (const Receipt& receipt : state->unmatched)
      all.unmatched.push_back({.receipt = receipt.id,
                               .processor = receipt.processor,
                               .kind = receipt.kind,
                               .state = receipt.state,
                               .amount = receipt.amount,
                               .dated = receipt.dated,
                               .said = receipt.said});
  });
  if (!asked) return asked.error();
  if (missing) return *missing;
  const auto is_sandbox = [&](const ProcessorId& processor) { return plugins.sandbox(tenant, processor) != nullptr; };
  const auto of_accounts = engine.of_accounts<BankMoney>(tenant, [&](const florin::Account& account) {
    BankMoney money = bank_money_of(account, is_sandbox);
    const bool none = money.unapplied.empty() && money.waiting.empty() && money.to_pay_out.empty();
    return none ? std::nullopt : std::optional(std::move(money));
  });
  if (!of_accounts) return of_accounts.error();
  for (const auto& [id, money] : *of_accounts) {
    std::ranges::copy(money.unapplied, std::back_inserter(all.unapplied));
    std::ranges::copy(money.waiting, std::back_inserter(all.waiting));
    std::ranges::copy(money.to_pay_out, std::back_inserter(all.to_pay_out));
  }
  return all;
}

std::string as_json(const BankMoney& money) { return config::write_whole_json(money); }

}  // namespace florin::answers

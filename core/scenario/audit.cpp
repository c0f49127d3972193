#include "scenario/audit.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "domain/accounts/apply.hpp"
#include "domain/documents/number.hpp"
#include "domain/journal/journal.hpp"
#include "domain/payments/paid_by.hpp"
#include "engine/row.hpp"

namespace florin::scenario {

namespace {

struct Folded {
  TenantState tenant;
  std::map<AccountId, Account> accounts;
};

class Auditor {
 public:
  explicit Auditor(Assembly& assembly) : assembly_(assembly) {}

  Audit run() {
    fold();
    std::vector<TenantId> tenants;
    (void)!assembly_.engine().read([&](const engine::Shard& shard) { tenants = shard.tenants(); });
    for (const TenantId& tenant : tenants)
      (void)!assembly_.engine().read([&](const engine::Shard& shard) { look_at(shard, tenant); });
    return std::move(audit_);
  }

 private:
  void broken(const TenantId& tenant, const AccountId& account, const std::string& what) {
    audit_.broken.push_back(tenant.text() + (account.empty() ? "" : "/" + account.text()) + ": " + what);
  }

  void fold() {
    const auto read = each_entry(assembly_, 1, [&](store::Position position, const Entry& entry) {
      ++audit_.entries;
      if (entry.tenant.empty()) return;
      Folded& folded = folded_[entry.tenant];
      folded.tenant.id = entry.tenant;
      folded.tenant.position = position;
      if (entry.account.empty()) {
        Account nobody;
        return apply(nobody, folded.tenant, entry, position);
      }
      const auto found = folded.accounts.find(entry.account);
      if (found == folded.accounts.end() && entry.facts.empty()) return;
      Account& account = folded.accounts[entry.account];
      account.id = entry.account;
      apply(account, folded.tenant, entry, position);
    });
    if (!read) audit_.broken.push_back("the journal cannot be read: " + read.error().message);
  }

  void look_at(const engine::Shard& shard, const TenantId& tenant) {
    const TenantState& state = *shard.tenant(tenant);
    const Catalogs* catalogs = shard.catalogs(tenant);
    if (catalogs == nullptr || catalogs->versions.empty()) return;
    if (journal::write(state) != journal::write(folded_[tenant].tenant))
      broken(tenant, {}, "the tenant's state is not the fold of its journal");
    std::set<std::string> invoices, credit_notes;
    std::map<std::string, const Attempt*> attempts;
    std::map<std::string, const Refund*> refunds;
    for (const AccountId& id : shard.accounts(tenant)) {
      const Account& account = *shard.account(tenant, id);
      ++audit_.accounts;
      if (journal::write(account) != journal::write(folded_[tenant].accounts[id]))
        broken(tenant, id, "the account's state is not the fold of its journal");
      for (const Grant* grant : account.all_grants()) {
        ++audit_.grants;
        if (!grant->balanced()) broken(tenant, id, "grant " + std::to_string(grant->id.value) + " does not balance");
      }
      for (const Order& order : account.orders) {
        if (!order.invoice.empty() && !invoices.insert(order.invoice).second)
          broken(tenant, id, "invoice " + order.invoice + " was given twice");
        for (const Attempt& attempt : order.attempts)
          if (assembly_.plugins().sandbox(tenant, attempt.processor) != nullptr)
            attempts.emplace(attempt.key, &attempt);
        captured_once(tenant, account, order);
      }
      for (const Refund& refund : account.refunds) {
        if (!refund.credit_note.empty() && !credit_notes.insert(refund.credit_note).second)
          broken(tenant, id, "credit note " + refund.credit_note + " was given twice");
        if (!refund.paid_out_from.empty()) continue;
        const Order& order = *account.order(refund.order);
        const Attempt* paid = refund.attempt == 0 ? paid_by(account, order) : &order.attempts.at(refund.attempt - 1);
        if (paid != nullptr && assembly_.plugins().sandbox(tenant, paid->processor) != nullptr)
          refunds.emplace(refund.key, &refund);
      }
    }
    const Catalog& catalog = *catalogs->versions.back();
    gapless(tenant, "invoice", catalog.invoice_numbers, state.last_invoice, invoices);
    gapless(tenant, "credit note", catalog.credit_note_numbers, state.last_credit_note, credit_notes);
    compare_books(tenant, attempts, refunds);
  }

  void captured_once(const TenantId& tenant, const Account& account, const Order& order) {
    const auto captured = std::ranges::count_if(
        order.attempts, [](const Attempt& one) { return one.state == AttemptState::captured && !one.kept; });
    const auto back = std::ranges::count_if(
        account.refunds, [&](const Refund& refund) { return refund.order == order.id && refund.attempt != 0; });
    if (captured - back > 1)
      broken(tenant, account.id, "order " + std::to_string(order.id.value) + " was paid more than once");
  }

  void gapless(const TenantId& tenant, const std::string& kind, const std::string& pattern, std::uint64_t last,
               const std::set<std::string>& given) {
    audit_.documents += given.size();
    for (std::uint64_t n = 1; n <= last; ++n)
      if (!given.contains(document_number(pattern, n)))
        broken(tenant, {}, kind + " " + document_number(pattern, n) + " is missing");
    if (given.size() > last) broken(tenant, {}, kind + "s go beyond the last number");
  }

  void compare_books(const TenantId& tenant, const std::map<std::string, const Attempt*>& attempts,
                     const std::map<std::string, const Refund*>& refunds) {
    std::set<std::string> captured, refunded;
    for (const TenantPlugins::Sandbox& sandbox : assembly_.plugins().sandboxes()) {
      if (sandbox.tenant != tenant) continue;
      for (const SandboxMove& move : sandbox.provider->captures(assembly_.engine().now())) {
        ++audit_.captures;
        captured.insert(move.key);
        const auto ours = attempts.find(move.key);
        if (ours == attempts.end())
          broken(tenant, {}, "the provider took money that no attempt asked for: " + move.id);
        else if (ours->second->amount.minor() != move.minor)
          broken(tenant, {}, "the provider took another amount than was asked: " + move.id);
        else if (ours->second->state != AttemptState::captured && !ours->second->open())
          broken(tenant, {}, "the provider has money that our books do not have: " + move.id);
      }
      for (const SandboxMove& move : sandbox.provider->refunds(assembly_.engine().now())) {
        ++audit_.refunds;
        refunded.insert(move.key);
        const auto ours = refunds.find(move.key);
        if (ours == refunds.end() || ours->second->amount.minor() != move.minor)
          broken(tenant, {}, "the provider gave back what our books do not know: " + move.id);
      }
    }
    for (const auto& [key, attempt] : attempts)
      if (attempt->state == AttemptState::captured && !captured.contains(key))
        broken(tenant, {}, "our books have money that the provider never took: " + attempt->ref);
    for (const auto& [key, refund] : refunds)
      if (refund->state == AttemptState::captured && !refund->made_elsewhere && !refunded.contains(key))
        broken(tenant, {}, "our books gave back what the provider did not: " + refund->ref);
  }

  Assembly& assembly_;
  Audit audit_;
  std::map<TenantId, Folded> folded_;
};

}  // namespace

Status each_entry(Assembly& assembly, store::Position from,
                  const std::function<void(store::Position, const Entry&)>& each) {
  Status outcome = Done{};
  const auto read = assembly.store().read(0, from, [&](const store::Row& row) {
    const auto entries = engine::entries_of(row);
    if (!entries) {
      outcome = entries.error();
      return false;
    }
    store::Position position = row.first;
    for (const Entry& entry : *entries) {
      if (position >= from) each(position, entry);
      ++position;
    }
    return true;
  });
  return read ? outcome : read;
}

Audit audit(Assembly& assembly) { return Auditor(assembly).run(); }

namespace {

/// A provider whose answers the story gives keeps no books: what ours say of it stands for them. What comes by bank is
/// no provider's.
void add_by_books(const Account& account, const std::set<ProcessorId>& played, Moved& sum) {
  const auto is_of_story = [&](const Attempt& attempt) {
    const SavedMethod* used = account.method(attempt.method);
    return !played.contains(attempt.processor) && (used == nullptr || used->slot != "invoice");
  };
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts)
      if (attempt.state == AttemptState::captured && is_of_story(attempt)) {
        sum.charged += attempt.amount;
        ++sum.charges;
      }
  for (const Refund& refund : account.refunds) {
    const Order* order = account.order(refund.order);
    if (refund.state != AttemptState::captured || order == nullptr || refund.attempt == 0) continue;
    if (is_of_story(order->attempts.at(refund.attempt - 1))) sum.refunded += refund.amount;
  }
}

}  // namespace

Moved moved(Assembly& assembly, const TenantId& tenant, const Account& account, Currency currency) {
  std::set<std::string> keys;
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts) keys.insert(attempt.key);
  Moved sum{Money(0, currency), Money(0, currency), 0};
  std::set<ProcessorId> played;
  for (const TenantPlugins::Sandbox& sandbox : assembly.plugins().sandboxes()) {
    if (sandbox.tenant != tenant) continue;
    played.insert(sandbox.processor);
    for (const SandboxMove& move : sandbox.provider->captures(assembly.engine().now()))
      if (keys.contains(move.key)) {
        sum.charged += Money(move.minor, currency);
        ++sum.charges;
      }
    for (const SandboxMove& move : sandbox.provider->refunds(assembly.engine().now()))
      if (keys.contains(move.charge_key)) sum.refunded += Money(move.minor, currency);
  }
  add_by_books(account, played, sum);
  return sum;
}

}  // namespace florin::scenario

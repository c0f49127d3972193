#include "readers/notifications.hpp"

#include <algorithm>

#include "readers/fold.hpp"

namespace florin::readers {

namespace {

template <class Wanted>
const Wanted* first(const Entry& entry) {
  for (const Fact& fact : entry.facts)
    if (const auto* found = std::get_if<Wanted>(&fact)) return found;
  return nullptr;
}

std::vector<CreditType> used_up_by(const Entry& entry, const Account& after) {
  std::vector<CreditType> types;
  for (const Fact& fact : entry.facts) {
    const auto* spent = std::get_if<CreditsSpent>(&fact);
    if (spent == nullptr || spent->takes.empty()) continue;
    if (after.available(spent->type, entry.at).is_zero()) types.push_back(spent->type);
  }
  return types;
}

/// What one entry has somebody to be told of.
std::vector<Notification> told_by(const Entry& entry, const Account& after, const Catalog& catalog) {
  std::vector<Notification> notifications;
  const auto tell = [&](std::string_view when, std::vector<Word> data) {
    for (const NoticeRule& rule : catalog.notifications) {
      if (rule.when != when) continue;
      Notification notice{.position = 0,
                          .at = entry.at,
                          .account = entry.account,
                          .kind = std::string(when),
                          .roles = rule.roles,
                          .data = data};
      if (!rule.with_invoice) std::erase_if(notice.data, [](const Word& word) { return word.name == "invoice"; });
      notifications.push_back(std::move(notice));
    }
  };
  if (const auto* invoice = first<InvoiceIssued>(entry)) {
    const std::vector<Word> data = {{"order", std::to_string(invoice->order.value)},
                                    {"invoice", invoice->number},
                                    {"total", invoice->total.text()}};
    tell("order_confirmed", data);
    const Order* order = after.order(invoice->order);
    const bool upgrade = first<TrialEnded>(entry) != nullptr && order != nullptr && order->buys.plan;
    if (upgrade) tell("upgraded_from_trial", data);
  }
  const bool comes_along = std::holds_alternative<ImportAccount>(entry.command);  // told of where it lived before
  if (const auto* stepped = first<PastDueStepped>(entry); stepped != nullptr && !comes_along) {
    const std::size_t step = stepped->step - 1;  // the one that has just been taken
    if (stepped->step > 0 && step < catalog.past_due.size() && catalog.past_due[step].tell && after.past_due)
      tell("past_due", {{"order", std::to_string(after.past_due->order.value)}, {"step", std::to_string(step + 1)}});
  }
  for (const CreditType& type : used_up_by(entry, after)) tell("credits_used_up", {{"type", type.text()}});
  if (const auto* failed = first<RechargeFailed>(entry))
    tell("recharge_failed", {{"suspended", failed->suspended ? "true" : "false"}});
  if (const auto* ended = first<SubscriptionEnded>(entry)) tell("subscription_ended", {{"because", ended->because}});
  return notifications;
}

}  // namespace

Result<std::vector<Notification>> Notices::after(store::Store& store, const CatalogOf& catalog, store::Position from,
                                                 std::size_t most) {
  if (from < told_to_) *this = Notices(tenant_);
  const auto shards = store.shards();
  if (!shards) return shards.error();
  std::vector<Notification> notifications;
  for (const std::uint32_t shard : *shards) {
    store::Position& folded = folded_[shard];
    const auto read = read_entries(store, shard, folded + 1, [&](const Entry& entry, store::Position position) {
      if (notifications.size() >= most) return false;
      folded = position;
      if (entry.tenant != tenant_) return true;
      fold_.apply(entry, position);
      if (position <= from || entry.account.empty() || entry.facts.empty()) return true;
      const Catalog* then = catalog(entry.catalog);
      const Account* account = fold_.find(tenant_, entry.account);
      if (then == nullptr || account == nullptr) return true;
      for (Notification& notice : told_by(entry, *account, *then)) {
        notice.position = position;
        notifications.push_back(std::move(notice));
      }
      return true;
    });
    if (!read) return read.error();
  }
  if (!notifications.empty()) told_to_ = notifications.back().position;
  return notifications;
}

}  // namespace florin::readers

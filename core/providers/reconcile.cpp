#include "providers/reconcile.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "domain/journal/described.hpp"
#include "domain/journal/word_text.hpp"
#include "domain/payments/paid_by.hpp"
#include "engine/tenant_up.hpp"
#include "providers/claims.hpp"

/// A processor's books against ours. Source   docs/decisions/0028-reconciliation.md
namespace florin {

namespace {

/// What a bank account made for one order may still bring is asked for so long after the order.
constexpr Duration addresses_are_asked = hours(90 * 24);
/// So far apart the dates of one payment may be, for what clocks and zones do.
constexpr Duration dates_differ = hours(24);

/// A payment or refund of ours through one processor, as far as reconciliation looks at it.
struct OfOurs {
  std::string ref;
  AttemptState state = AttemptState::started;
  Money amount;
  Instant started_at;
  Fee fee;
  Instant ended_at = never;  ///< when its money counted; never: it did not, or it is not told when
};

struct Ours {
  std::map<std::string, OfOurs, std::less<>> by_key;
  std::vector<std::string> addresses;  ///< the processor's own ids of bank accounts that it keeps for orders
  std::set<ReceiptId> receipts;        ///< that are known already
  std::set<std::string> refunds;       ///< the processor's own ids of refunds that are known already
  std::map<std::string, DisputeState> disputes;

  bool empty() const {
    return by_key.empty() && addresses.empty() && receipts.empty() && refunds.empty() && disputes.empty();
  }
};

void add(const Account& account, const ProcessorId& processor, Instant until, const Catalog& catalog, Ours& ours) {
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts) {
      if (attempt.processor != processor) continue;
      const SavedMethod* saved = account.method(attempt.method);
      const Method* method = saved == nullptr ? nullptr : catalog.method(saved->method);
      if (method != nullptr && method->by_invoice()) {
        if (!attempt.ref.empty() && until < attempt.started_at + addresses_are_asked)
          ours.addresses.push_back(attempt.ref);
        continue;  // its money is a receipt, under the receipt's own name
      }
      ours.by_key[attempt.key] = {.ref = attempt.ref,
                                  .state = attempt.state,
                                  .amount = attempt.amount,
                                  .started_at = std::max(attempt.started_at, attempt.sent_at),
                                  .fee = attempt.fee ? *attempt.fee : Fee(),
                                  .ended_at = order.paid_at.value_or(never)};
    }
  for (const Refund& refund : account.refunds) {
    if (!refund.paid_out_from.empty()) continue;
    if (!refund.ref.empty()) ours.refunds.insert(refund.ref);
    const Order& order = *account.order(refund.order);
    const Attempt* paid = refund.attempt == 0 ? paid_by(account, order) : &order.attempts.at(refund.attempt - 1);
    if (paid != nullptr && paid->processor == processor)
      ours.by_key[refund.key] = {.ref = refund.ref,
                                 .state = refund.state,
                                 .amount = refund.amount,
                                 .started_at = refund.started_at,
                                 .fee = {}};
  }
  for (const Receipt& receipt : account.receipts) ours.receipts.insert(receipt.id);
  for (const Dispute& dispute : account.disputes) ours.disputes[dispute.ref] = dispute.state;
}

/// A word that is not of money changes only what is open.
bool open_still(AttemptState state) {
  return state == AttemptState::started || state == AttemptState::unknown || state == AttemptState::pending ||
         state == AttemptState::needs_action || state == AttemptState::authorised;
}

std::string told(const Money& amount, AttemptState state) { return amount.text() + " " + word_text(state); }

bool tells_of_fee(const OfOurs& ours, const WebhookClaim& theirs) {
  return moved(theirs) && ((theirs.said.fee.currency() && !ours.fee.amount.currency()) ||
                           (!theirs.said.settlement.empty() && ours.fee.settlement.empty()));
}

/// Under which the same word of the books counts once.
std::string event_of(const WebhookClaim& claim) {
  std::string event = "reconciled " + claim.said.ref + " " + claim.said.raw;
  if (claim.said.fee.currency()) event += " fee";
  return event + (claim.said.settlement.empty() ? "" : " " + claim.said.settlement);
}

/// What differs between a payment of ours and theirs, each with both words.
std::vector<Discrepancy> between(const std::string& key, const OfOurs& ours, const WebhookClaim& claim) {
  std::vector<Discrepancy> found;
  const ProviderReport& theirs = claim.said;
  const auto differ = [&](const std::string& what, std::string is, std::string says) {
    found.push_back({.name = what + "/" + key,
                     .processor = {},
                     .what = what,
                     .key = key,
                     .ref = theirs.ref,
                     .ours = std::move(is),
                     .theirs = std::move(says),
                     .found_by = "reconciliation",
                     .found_at = {}});
  };
  const bool they = moved(claim), we = ours.state == AttemptState::captured;
  if (they && theirs.amount.currency() != ours.amount.currency())
    differ("other_currency", told(ours.amount, ours.state), told(theirs.amount, theirs.state));
  else if (they && theirs.amount != ours.amount)
    differ("other_amount", told(ours.amount, ours.state), told(theirs.amount, theirs.state));
  else if (they != we)
    differ("other_state", told(ours.amount, ours.state), told(theirs.amount, theirs.state));
  if (!they || !we) return found;
  if (theirs.fee.currency() && ours.fee.amount.currency() && theirs.fee != ours.fee.amount)
    differ("other_fee", ours.fee.amount.text(), theirs.fee.text());
  if (!theirs.settlement.empty() && !ours.fee.settlement.empty() && theirs.settlement != ours.fee.settlement)
    differ("other_settlement", ours.fee.settlement, theirs.settlement);
  const Instant at = claim.happened_at;
  const bool too_early = at + dates_differ < ours.started_at;
  const bool too_late = ours.ended_at != never && ours.ended_at + dates_differ < at;
  if (at != Instant() && (too_early || too_late))
    differ("other_date", (too_early ? ours.started_at : ours.ended_at).text(), at.text());
  return found;
}

Discrepancy only_ours(const std::string& key, const OfOurs& one) {
  return {.name = "only_ours/" + key,
          .processor = {},
          .what = "only_ours",
          .key = key,
          .ref = one.ref,
          .ours = told(one.amount, one.state),
          .theirs = "nothing",
          .found_by = "reconciliation",
          .found_at = {}};
}

/// Whether a debit that failed late is taken back here.
bool taken_back(const Ours& ours, const WebhookClaim& claim) {
  const auto dispute = ours.disputes.find(reversal_of(claim.payment_key));
  return dispute != ours.disputes.end() && dispute->second == DisputeState::lost;
}

class Reconciling {
 public:
  Reconciling(engine::Engine& engine, const TenantPlugins& plugins, TenantId tenant, ProcessorId processor,
              Instant from, Instant until)
      : engine_(engine),
        plugins_(plugins),
        tenant_(std::move(tenant)),
        processor_(std::move(processor)),
        from_(from),
        until_(until),
        claims_(engine, tenant_, processor_) {}

  Result<ReconcileReport> run() {
    // Before the processor makes its list: what is captured while this runs is not missing there.
    const auto earlier = captured();
    if (!earlier) return earlier.error();
    const auto theirs = plugins_.pull(tenant_, processor_, from_, until_, engine_.now());
    if (!theirs) return theirs.error();
    const auto before = look();
    if (!before) return before.error();
    if (const auto learned = learn(*theirs, *before); !learned) return learned.error();
    std::optional<Ours> changed;
    if (said_) {
      auto seen = look();
      if (!seen) return seen.error();
      changed = std::move(*seen);
    }
    const Ours& after = changed ? *changed : *before;
    compare(*theirs, *earlier, *before, after);
    const auto came = by_bank(after);
    for (Discrepancy& difference : found_) {
      still_.insert(difference.name);
      report_.discrepancies.push_back(difference.name + ": ours " + difference.ours + ", theirs " + difference.theirs);
      if (const auto told_of = claims_.differ(std::move(difference)); !told_of) return told_of.error();
    }
    if (!came) return came.error();
    if (const auto closed = close_cleared(*theirs, after); !closed) return closed.error();
    return std::move(report_);
  }

 private:
  /// The catalog in force; of the tenant's own receipts those that are of nobody yet are added to `unmatched`.
  Result<std::shared_ptr<const Catalog>> catalog(std::set<ReceiptId>& unmatched) {
    std::shared_ptr<const Catalog> catalog;
    const auto read = engine_.read([&](const engine::Shard& shard) {
      const Catalogs* catalogs = shard.catalogs(tenant_);
      if (catalogs == nullptr || catalogs->versions.empty() || shard.tenant(tenant_) == nullptr) return;
      catalog = catalogs->versions.back();
      for (const Receipt& receipt : shard.tenant(tenant_)->unmatched) unmatched.insert(receipt.id);
    });
    if (!read) return read.error();
    if (catalog == nullptr)  // one that is stopped has no rules to read its orders by
      return Error{.code = "no_such_tenant", .message = "there is no tenant '" + tenant_.text() + "' that runs here"};
    return catalog;
  }

  /// Keys of payments and refunds of which we had the last word before the processor made its list.
  Result<std::set<std::string, std::less<>>> captured() {
    std::set<ReceiptId> unmatched;
    if (const auto runs = catalog(unmatched); !runs) return runs.error();
    const auto of_accounts = engine_.of_accounts<std::vector<std::string>>(tenant_, [&](const Account& account) {
      std::vector<std::string> its;
      for (const Order& order : account.orders)
        for (const Attempt& attempt : order.attempts)
          if (attempt.state == AttemptState::captured && attempt.processor == processor_) its.push_back(attempt.key);
      for (const Refund& refund : account.refunds)
        if (refund.state == AttemptState::captured) its.push_back(refund.key);
      return its.empty() ? std::nullopt : std::optional(std::move(its));
    });
    if (!of_accounts) return of_accounts.error();
    std::set<std::string, std::less<>> keys;
    for (const auto& [id, its] : *of_accounts) keys.insert(its.begin(), its.end());
    return keys;
  }

  Result<Ours> look() {
    Ours ours;
    const auto runs = catalog(ours.receipts);
    if (!runs) return runs.error();
    // They are put in order of the accounts: what is moved then is narrow.
    auto of_accounts = engine_.of_accounts<std::unique_ptr<Ours>>(tenant_, [&](const Account& account) {
      auto its = std::make_unique<Ours>();
      add(account, processor_, until_, **runs, *its);
      return its->empty() ? std::nullopt : std::optional(std::move(its));
    });
    if (!of_accounts) return of_accounts.error();
    for (auto& [id, its] : *of_accounts) {
      ours.by_key.merge(its->by_key);
      std::ranges::move(its->addresses, std::back_inserter(ours.addresses));
      ours.receipts.merge(its->receipts);
      ours.refunds.merge(its->refunds);
      ours.disputes.merge(its->disputes);
    }
    return ours;
  }

  /// What we had not heard of yet becomes what the processor says.
  Status learn(const std::vector<WebhookClaim>& theirs, const Ours& before) {
    for (const WebhookClaim& claim : theirs) {
      ++report_.theirs;
      const auto known = before.by_key.find(key_of(claim));
      if (claim.dispute || (claim.of_refund && known == before.by_key.end())) {
        if (const auto said = not_started_here(claim, before); !said) return said.error();
        continue;
      }
      if (known == before.by_key.end()) {
        // A line of a payout adds to what its payment said, and may be of somebody else's.
        if (moved(claim) && claim.said.settlement.empty()) found_.push_back(only_theirs(claim, "reconciliation"));
        continue;
      }
      const OfOurs& ours = known->second;
      const bool same = ours.state == claim.said.state && (!moved(claim) || ours.amount == claim.said.amount);
      if (same) ++report_.same;
      const bool came_back = claim.reversed && ours.state == AttemptState::captured && !taken_back(before, claim);
      const bool nothing_new = same ? !tells_of_fee(ours, claim) : !open_still(ours.state) && !moved(claim);
      if (nothing_new && !came_back) continue;
      if (came_back) ++report_.learned;
      said_ = true;
      if (const auto said = claims_.record(claim, event_of(claim)); !said) return said.error();
    }
    return Done{};
  }

  /// A refund or a dispute that somebody else began, of a payment of ours. What is of none of ours under no key of ours
  /// is somebody else's.
  Status not_started_here(const WebhookClaim& claim, const Ours& before) {
    const auto dispute = before.disputes.find(claim.said.ref);
    const bool same = claim.dispute ? dispute != before.disputes.end() && dispute->second == *claim.dispute
                                    : moved(claim) && before.refunds.contains(claim.said.ref);
    if (same) {
      ++report_.same;
      return Done{};
    }
    said_ = true;
    const auto said = claims_.record(claim, event_of(claim) + (claim.dispute ? " " + word_text(*claim.dispute) : ""));
    if (!said) return said.error();
    if (*said)
      ++report_.learned;
    else if (moved(claim) && !key_of(claim).empty())
      found_.push_back(only_theirs(claim, "reconciliation"));
    return Done{};
  }

  void compare(const std::vector<WebhookClaim>& theirs, const std::set<std::string, std::less<>>& earlier,
               const Ours& before, const Ours& after) {
    const auto captured_earlier = [&](const std::string& key) { return earlier.contains(key); };
    std::set<std::string> spoken_of, refs;
    for (const WebhookClaim& claim : theirs) {
      const std::string& key = key_of(claim);
      spoken_of.insert(key);
      if (claim.of_refund) refs.insert(claim.said.ref);
      const auto was = before.by_key.find(key), is = after.by_key.find(key);
      if (was == before.by_key.end() || is == after.by_key.end()) continue;
      if (was->second.state != is->second.state) ++report_.learned;
      if (!moved(claim) && is->second.state == AttemptState::captured && !captured_earlier(key)) continue;
      if (claim.reversed && taken_back(after, claim)) continue;
      std::ranges::move(between(key, is->second, claim), std::back_inserter(found_));
    }
    for (const auto& [key, one] : after.by_key) {
      const bool of_this_time = from_ <= one.started_at && one.started_at < until_ && captured_earlier(key);
      if (one.state != AttemptState::captured || !of_this_time || spoken_of.contains(key) || refs.contains(one.ref))
        continue;
      ++report_.ours_alone;
      found_.push_back(only_ours(key, one));
    }
  }

  /// An open difference that these records clear is closed: they speak of its payment, and it was not found again.
  Status close_cleared(const std::vector<WebhookClaim>& theirs, const Ours& ours) {
    std::set<std::string> told;
    for (const WebhookClaim& claim : theirs) told.insert(key_of(claim));
    std::vector<std::string> cleared;
    const auto read = engine_.read([&](const engine::Shard& shard) {
      for (const Discrepancy& open : shard.tenant(tenant_)->discrepancies)
        if (open.processor == processor_ && told.contains(open.key) && ours.by_key.contains(open.key) &&
            !still_.contains(open.name) && open.name == open.what + "/" + open.key)
          cleared.push_back(open.name);
    });
    if (!read) return read.error();
    for (const std::string& name : cleared)
      if (const auto closed = claims_.agree(name); !closed) return closed.error();
    return Done{};
  }

  /// Money that came into the bank accounts that the processor keeps for orders, and that no webhook told of. One that
  /// it does not tell of holds up no other. Errors: of the last such one.
  Status by_bank(const Ours& ours) {
    Status all = Done{};
    for (const std::string& address : ours.addresses) {
      const auto came = plugins_.pull(tenant_, processor_, from_, until_, engine_.now(), address);
      if (!came && came.error().code == "no_books") return Done{};
      if (!came) {
        all = came.error();
        continue;
      }
      for (const WebhookClaim& claim : *came) {
        if (!claim.of_receipt || !moved(claim)) continue;
        ++report_.theirs;
        if (ours.receipts.contains(receipt_of(claim))) {
          ++report_.same;
          continue;
        }
        const auto said = claims_.record(claim, "came " + claim.said.ref);
        if (!said) return said.error();
        if (*said) ++report_.learned;
      }
    }
    return all;
  }

  engine::Engine& engine_;
  const TenantPlugins& plugins_;
  TenantId tenant_;
  ProcessorId processor_;
  Instant from_, until_;
  ProviderClaims claims_;
  ReconcileReport report_;
  std::vector<Discrepancy> found_;
  bool said_ = false;            ///< something became of an account of ours while this ran
  std::set<std::string> still_;  ///< names of what this run found
};

}  // namespace

Result<ReconcileReport> reconcile(engine::Engine& engine, const TenantPlugins& plugins, const TenantId& tenant,
                                  const ProcessorId& processor, Instant from, Instant until) {
  return Reconciling(engine, plugins, tenant, processor, from, until).run();
}

}  // namespace florin

#include "scenario/expect.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <map>

#include "answers/may.hpp"
#include "config/hint.hpp"
#include "domain/journal/described.hpp"
#include "host/operating.hpp"
#include "scenario/compare_quote.hpp"
#include "scenario/words.hpp"

namespace florin::scenario {

namespace {

template <class Enum>
std::string word(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& one : words) text += (text.empty() ? "" : ", ") + one;
  return "[" + text + "]";
}

std::string truth(bool value) { return value ? "true" : "false"; }

/// Where grants of a kind have gone, by the words of the balance.
constexpr std::pair<std::string_view, Credits Grant::*> balance[] = {
    {"granted", &Grant::granted},     {"spent", &Grant::spent},
    {"expired", &Grant::expired},     {"rolled", &Grant::rolled},
    {"forfeited", &Grant::forfeited}, {"refunded", &Grant::refunded},
    {"corrected", &Grant::corrected}, {"transferred", &Grant::transferred},
    {"remaining", &Grant::remaining}, {"held", &Grant::held}};

class Comparison {
 public:
  Comparison(const Stage& stage, const TenantId& tenant, const Act& act, std::size_t& checks)
      : stage_(stage),
        act_(act),
        expect_(*act.expect),
        node_(*act.node.child("expect")),
        catalog_(stage.catalog(tenant)),
        tenant_(tenant),
        checks_(checks) {}

  std::vector<Discrepancy> run() {
    account_ = stage_.account(tenant_, act_.account);
    if (account_ == nullptr) {
      differences_.push_back({node_.where_key("expect"), "account", act_.account.text(), "no such account"});
      return std::move(differences_);
    }
    credits();
    grants();
    money();
    bank_receipts();
    subscription();
    documents();
    payments();
    cases();
    people();
    allowed();
    rest();
    return std::move(differences_);
  }

 private:
  void same(std::string_view key, const std::string& expected, const std::string& actual, std::string what = {}) {
    ++checks_;
    if (expected == actual) return;
    const config::Node* child = node_.child(key);
    differences_.push_back({child == nullptr ? node_.where_key("expect") : child->where_key(""),
                            what.empty() ? std::string(key) : std::move(what), expected, actual});
  }

  int decimals_of(const CreditType& type) const { return catalog_.credit_type(type)->decimals; }
  std::string text(Credits amount, int decimals) const { return decimal_text(amount.units, decimals); }
  std::string text(const Amount& amount, int decimals) const {
    const auto units = amount.value.in_units(decimals);
    return units ? decimal_text(*units, decimals) : amount.written;
  }

  /// By type, or by source when the tenant has one type. Complete: what is not named is zero.
  void credits() {
    if (expect_.credits.empty() && node_.child("credits") == nullptr) return;
    std::map<std::string, std::pair<Credits, int>> actual;
    const bool by_type = !expect_.credits.empty() && std::ranges::all_of(expect_.credits, [&](const auto& entry) {
      return CreditType::parse(entry.first) && catalog_.credit_type(CreditType::trusted(entry.first)) != nullptr;
    });
    if (by_type)
      for (const CreditTypeRule& type : catalog_.credits)
        actual[type.id.text()] = {account_->available(type.id, stage_.now()), type.decimals};
    else
      for (const Grant& grant : account_->grants) {
        const Credits there = account_->available(grant, stage_.now());
        if (there.is_zero()) continue;
        const std::string source =
            catalog_.credits.size() == 1 ? word(grant.source) : grant.type.text() + "_" + word(grant.source);
        auto& sum = actual[source];
        sum.first += there;
        sum.second = decimals_of(grant.type);
      }
    for (const auto& [name, amount] : expect_.credits) {
      const auto found = actual.find(name);
      const int decimals = found == actual.end() ? catalog_.credits.front().decimals : found->second.second;
      const Credits there = found == actual.end() ? Credits() : found->second.first;
      same("credits", text(amount, decimals), text(there, decimals), "credits." + name);
      if (found != actual.end()) actual.erase(found);
    }
    for (const auto& [name, there] : actual)
      same("credits", text(Credits(), there.second), text(there.first, there.second), "credits." + name);
  }

  void grants() {
    for (const auto& [way, amount] : expect_.gone) {
      const auto found = std::ranges::find(balance, way, [](const auto& entry) { return entry.first; });
      if (found == std::end(balance)) {
        std::vector<std::string_view> known;
        for (const auto& entry : balance) known.push_back(entry.first);
        same("gone", config::choice(known), way, "a way that credits go");
        continue;
      }
      Credits sum;
      for (const Grant* grant : account_->all_grants()) sum += grant->*found->second;
      const int decimals = catalog_.credits.front().decimals;
      same("gone", text(amount, decimals), text(sum, decimals), "gone." + way);
    }
    if (!expect_.grants) return;
    std::vector<const Grant*> working;
    for (const Grant& grant : account_->grants)
      if (grant.over == GrantOver::working) working.push_back(&grant);
    same("grants", std::to_string(expect_.grants->size()), std::to_string(working.size()), "number of grants");
    for (std::size_t i = 0; i < std::min(working.size(), expect_.grants->size()); ++i) {
      const GrantExpected& wanted = (*expect_.grants)[i];
      const Grant& grant = *working[i];
      const int decimals = decimals_of(grant.type);
      const std::string name = "grants[" + std::to_string(i) + "].";
      same("grants", wanted.source, word(grant.source), name + "source");
      if (wanted.type) same("grants", wanted.type->text(), grant.type.text(), name + "type");
      if (wanted.granted)
        same("grants", text(*wanted.granted, decimals), text(grant.granted, decimals), name + "granted");
      if (wanted.remaining)
        same("grants", text(*wanted.remaining, decimals), text(grant.remaining, decimals), name + "remaining");
      if (wanted.held) same("grants", text(*wanted.held, decimals), text(grant.held, decimals), name + "held");
      if (wanted.ends) same("grants", text(*wanted.ends), text(grant.ends_at), name + "ends");
    }
  }

  static std::string text(const std::optional<Instant>& instant) { return instant ? instant->text() : "none"; }

  void money() {
    if (!expect_.charged_in_all && !expect_.refunded_in_all && !expect_.charges) return;
    const Moved sum = moved(stage_.assembly(), tenant_, *account_, catalog_.currency);
    if (expect_.charged_in_all) same("charged_in_all", expect_.charged_in_all->text(), sum.charged.text());
    if (expect_.refunded_in_all) same("refunded_in_all", expect_.refunded_in_all->text(), sum.refunded.text());
    if (expect_.charges) same("charges", std::to_string(*expect_.charges), std::to_string(sum.charges));
  }

  void bank_receipts() {
    const Currency currency = catalog_.currency;
    Money unapplied(0, currency), written_off(0, currency), withheld(0, currency);
    for (const Receipt& receipt : account_->receipts) unapplied += receipt.left();
    for (const Order& order : account_->orders) {
      written_off += order.written_off;
      for (const WithheldTax& tax : order.withheld) withheld += tax.amount;
    }
    if (expect_.account_money)
      same("account_money", expect_.account_money->text(), (Money(0, currency) + account_->money).text());
    if (expect_.unapplied) same("unapplied", expect_.unapplied->text(), unapplied.text());
    if (expect_.written_off) same("written_off", expect_.written_off->text(), written_off.text());
    if (expect_.withheld_tax) same("withheld_tax", expect_.withheld_tax->text(), withheld.text());
    if (expect_.discrepancies) {
      std::vector<std::string> open;
      for (const auto& difference : stage_.tenant(tenant_).discrepancies) open.push_back(difference.what);
      same("discrepancies", listed(*expect_.discrepancies), listed(open));
    }
    if (expect_.payouts) {
      std::vector<std::string> by_hand;
      for (const Refund& refund : account_->refunds)
        if (!refund.paid_out_from.empty())
          by_hand.push_back(refund.amount.text() + (refund.state == AttemptState::captured ? " paid_out" : " waits"));
      same("payouts", listed(*expect_.payouts), listed(by_hand));
    }
    if (!expect_.unmatched) return;
    std::vector<std::string> waiting;
    for (const Receipt& receipt : stage_.tenant(tenant_).unmatched) waiting.push_back(receipt.id.text());
    same("unmatched", listed(*expect_.unmatched), listed(waiting));
  }

  void subscription() {
    const auto& running = account_->subscription;
    if (expect_.state) same("state", *expect_.state, account_->state_word());
    if (expect_.plan)
      same("plan", *expect_.plan ? (*expect_.plan)->text() : "none", running ? running->plan.text() : "none");
    if (expect_.cycle) same("cycle", *expect_.cycle, running ? running->cycle : "none");
    if (expect_.licences)
      same("licences", std::to_string(*expect_.licences), std::to_string(running ? running->licences : 0));
    for (const auto& [id, count] : expect_.add_ons) {
      std::int32_t there = 0;
      if (running)
        for (const AddOnCount& add_on : running->add_ons)
          if (add_on.add_on == id) there = add_on.count;
      same("add_ons", std::to_string(count), std::to_string(there), "add_ons." + id.text());
    }
    if (expect_.next_renewal) {
      const bool renews = running && !running->cancelled_at;
      same("next_renewal", text(*expect_.next_renewal), text(renews ? std::optional(running->to) : std::nullopt));
    }
    if (expect_.pending) pending(running && !running->ends_with_period() ? running->pending : Seldom<PendingChange>());
    if (expect_.cancelled) same("cancelled", truth(*expect_.cancelled), truth(running && running->cancelled_at));
    if (expect_.paused_until)
      same("paused_until", text(*expect_.paused_until),
           text(account_->pause ? std::optional(account_->pause->resumes_at) : std::nullopt));
    if (expect_.ends_at) same("ends_at", text(*expect_.ends_at), text(running ? running->ends_at : std::nullopt));
    if (expect_.agreement_ends)
      same("agreement_ends", text(*expect_.agreement_ends), text(running ? running->agreement_ends : std::nullopt));
    if (expect_.credits_kept_until)
      same("credits_kept_until", text(*expect_.credits_kept_until),
           text(account_->kept ? std::optional(account_->kept->until) : std::nullopt));
    if (expect_.trial_ends)
      same("trial_ends", text(*expect_.trial_ends), text(account_->trial ? account_->trial->ends_at : std::nullopt));
    if (expect_.past_due_since)
      same("past_due_since", text(*expect_.past_due_since),
           text(account_->past_due ? std::optional(account_->past_due->since) : std::nullopt));
  }

  void pending(const Seldom<PendingChange>& there) {
    const auto& wanted = *expect_.pending;
    same("pending", wanted ? wanted->plan.text() : "none", there ? there->plan.text() : "none", "pending.plan");
    if (!wanted || !there) return;
    if (wanted->cycle) same("pending", *wanted->cycle, there->cycle, "pending.cycle");
    if (wanted->licences)
      same("pending", std::to_string(*wanted->licences), std::to_string(there->licences), "pending.licences");
  }

  /// The newest invoice or credit note, to the cent.
  void document(std::string_view key, const DocumentExpected& wanted, const std::string& number, Money net,
                const std::vector<Tax>& taxes, Money total) {
    const std::string name = std::string(key) + ".";
    same(key, wanted.number, number, name + "number");
    same(key, wanted.net.text(), net.text(), name + "net");
    same(key, wanted.total.text(), total.text(), name + "total");
    same(key, std::to_string(wanted.taxes.size()), std::to_string(taxes.size()), name + "number of taxes");
    for (const auto& [tax, amount] : wanted.taxes) {
      const auto found = std::ranges::find(taxes, tax, &Tax::name);
      same(key, amount.text(), found == taxes.end() ? "none" : found->amount.text(), name + tax);
    }
  }

  void documents() {
    if (expect_.invoice) {
      Order newest;
      for (const Order& order : account_->orders)
        if (!order.invoice.empty() && (newest.invoice.empty() || *newest.paid_at <= *order.paid_at)) newest = order;
      document("invoice", *expect_.invoice, newest.invoice, newest.net(), newest.taxes, newest.total);
    }
    if (expect_.credit_note) {
      Refund newest;
      for (const Refund& refund : account_->refunds)
        if (!refund.credit_note.empty() &&
            (newest.credit_note.empty() || *newest.credit_noted_at <= *refund.credit_noted_at))
          newest = refund;
      document("credit_note", *expect_.credit_note, newest.credit_note, newest.net(), newest.taxes, newest.amount);
    }
    std::vector<std::string> invoices, credit_notes;
    for (const Order& order : account_->orders)
      if (!order.invoice.empty()) invoices.push_back(order.invoice);
    for (const Refund& refund : account_->refunds)
      if (!refund.credit_note.empty()) credit_notes.push_back(refund.credit_note);
    std::ranges::sort(invoices);
    if (expect_.invoices) same("invoices", listed(*expect_.invoices), listed(invoices));
    if (expect_.credit_notes) same("credit_notes", listed(*expect_.credit_notes), listed(credit_notes));
  }

  void payments() {
    if (expect_.orders) {
      same("orders", std::to_string(expect_.orders->size()), std::to_string(account_->orders.size()),
           "number of orders");
      for (std::size_t i = 0; i < std::min(expect_.orders->size(), account_->orders.size()); ++i) {
        const OrderExpected& wanted = (*expect_.orders)[i];
        const Order& order = account_->orders[i];
        const std::string name = "orders[" + std::to_string(i) + "].";
        same("orders", wanted.kind, word(order.kind), name + "kind");
        if (wanted.state) same("orders", *wanted.state, word(order.state), name + "state");
        if (wanted.total) same("orders", wanted.total->text(), order.total.text(), name + "total");
        if (!wanted.kept) continue;
        Money kept(0, catalog_.currency);
        for (const Attempt& attempt : order.attempts)
          if (attempt.fee && attempt.fee->amount.currency()) kept += attempt.fee->amount;
        same("orders", wanted.kept->text(), kept.text(), name + "kept");
      }
    }
    if (expect_.attempts) {
      std::vector<std::string> tried;
      for (const Order& order : account_->orders) {
        if (order.attempts.empty()) continue;
        tried.clear();
        for (const Attempt& attempt : order.attempts) {
          const SavedMethod* saved = account_->method(attempt.method);
          tried.push_back((saved == nullptr ? "removed"
                           : saved->once()  ? saved->processor.text()
                                            : saved->slot) +
                          " " + word(attempt.state));
        }
      }
      same("attempts", listed(*expect_.attempts), listed(tried));
    }
    if (expect_.methods) {
      std::vector<std::string> slots;
      for (const SavedMethod& saved : account_->methods)
        if (account_->slot(saved.slot) == &saved) slots.push_back(saved.slot + " " + saved.method.text());
      same("methods", listed(*expect_.methods), listed(slots));
    }
  }

  void cases() {
    if (expect_.reviews) {
      same("reviews", std::to_string(expect_.reviews->size()), std::to_string(account_->reviews.size()),
           "number of reviews");
      for (std::size_t i = 0; i < std::min(expect_.reviews->size(), account_->reviews.size()); ++i) {
        const ReviewExpected& wanted = (*expect_.reviews)[i];
        const Review& review = account_->reviews[i];
        const std::string name = "reviews[" + std::to_string(i) + "].";
        same("reviews", wanted.reason, review.reason, name + "reason");
        same("reviews", wanted.state,
             !review.decided   ? "open"
             : review.approved ? "approved"
                               : "declined",
             name + "state");
        if (wanted.due_at) same("reviews", wanted.due_at->text(), review.due_at.text(), name + "due_at");
        if (wanted.duplicate_of)
          same("reviews", std::to_string(*wanted.duplicate_of), std::to_string(review.duplicate_of.value),
               name + "duplicate_of");
      }
    }
    for (const auto& [ref, state] : expect_.disputes) {
      const auto found = std::ranges::find(account_->disputes, ref, &Dispute::ref);
      same("disputes", state, found == account_->disputes.end() ? "none" : word(found->state), "disputes." + ref);
    }
    if (expect_.blocked) same("blocked", truth(*expect_.blocked), truth(account_->blocked));
    if (expect_.goodwill) {
      Credits sum;
      for (const Refund& refund : account_->refunds) sum += refund.goodwill;
      const int decimals = catalog_.credits.front().decimals;
      same("goodwill", text(*expect_.goodwill, decimals), text(sum, decimals));
    }
  }

  void people() {
    if (!expect_.members) return;
    std::vector<std::string> members;
    for (const Member& member : account_->members)
      members.push_back(member.id.text() + " " + member.role + (member.invited ? " invited" : ""));
    same("members", listed(*expect_.members), listed(members));
  }

  void allowed() {
    May may;
    const auto ask = [&](std::string_view what) {
      (void)!stage_.assembly().engine().read([&](const engine::Shard& shard) {
        may = may_of(*shard.tenant(tenant_), *account_, *shard.catalogs(tenant_), act_.actor, what);
      });
    };
    for (const auto& [what, wanted] : expect_.may) {
      ask(what);
      same("may", truth(wanted), truth(may.allowed) + (wanted && may.refusal ? " (" + may.refusal->text + ")" : ""),
           "may." + what);
    }
    for (const auto& [row, wanted] : expect_.entitlements) {
      ask(row.text());
      same("entitlements", wanted, may.value, "entitlements." + row.text());
    }
    for (const auto& [row, wanted] : expect_.left) {
      ask(row.text());
      same("left", wanted, may.left ? std::to_string(*may.left) : "unlimited", "left." + row.text());
    }
    items("working", expect_.working, false);
    items("suspended", expect_.suspended, true);
    if (expect_.offered) {
      std::vector<std::string> offered;
      for (const OfferedMethod& method : methods_of(*account_, catalog_, act_.actor))
        if (method.offered) offered.push_back(method.method.text());
      same("offered", listed(*expect_.offered), listed(offered));
    }
  }

  void items(std::string_view key, const std::vector<std::pair<EntitlementId, std::vector<std::string>>>& wanted,
             bool suspended) {
    for (const auto& [row, names] : wanted) {
      std::vector<std::string> there;
      for (const Item& item : account_->items)
        if (item.entitlement == row && item.suspended == suspended) there.push_back(item.name);
      same(key, listed(names), listed(there), std::string(key) + "." + row.text());
    }
  }

  void rest() {
    if (expect_.prompt) {
      // As the account's view has it: there is a plan or a trial, and nothing of any type is left.
      const bool sends = account_->standing == Standing::paid || account_->standing == Standing::trial;
      const bool used_up = std::ranges::all_of(catalog_.credits, [&](const CreditTypeRule& type) {
        return account_->available(type.id, stage_.now()).is_zero();
      });
      same("prompt", truth(*expect_.prompt), truth(sends && used_up));
    }
    if (expect_.frozen) same("frozen", truth(*expect_.frozen), truth(account_->frozen));
    if (expect_.recharge_suspended)
      same("recharge_suspended", truth(*expect_.recharge_suspended), truth(account_->recharge.suspended));
    if (expect_.owed) {
      const CreditTypeRule& type = catalog_.credits.front();
      same("owed", text(*expect_.owed, type.decimals), text(account_->owes(type.id), type.decimals));
    }
    if (expect_.notifications) {
      std::vector<std::string> kinds;
      if (const auto told = operating::notifications(stage_.assembly(), tenant_, 0, 1000))
        for (const Notification& notice : *told)
          if (notice.account == act_.account) kinds.push_back(notice.kind);
      same("notifications", listed(*expect_.notifications), listed(kinds));
    }
    for (const auto& [approval, state] : expect_.approvals) {
      std::string there = "none";
      for (const ApprovalState& known : account_->approvals)
        if (known.approval == approval) there = known.state;
      same("approvals", state, there, "approvals." + approval);
    }
  }

  const Stage& stage_;
  const Act& act_;
  const Expect& expect_;
  const config::Node& node_;
  const Catalog& catalog_;
  const TenantId& tenant_;
  std::size_t& checks_;
  const Account* account_ = nullptr;
  std::vector<Discrepancy> differences_;
};

}  // namespace

std::vector<Discrepancy> compare(const Stage& stage, const TenantId& tenant, const Act& act,
                                 const std::optional<Quotation>& quotation, std::size_t& checks) {
  std::vector<Discrepancy> discrepancies = Comparison(stage, tenant, act, checks).run();
  if (act.expect->quote && quotation)
    compare_quote(*quotation, *act.expect->quote, stage.catalog(tenant),
                  act.node.child("expect")->child("quote")->where_key(""), discrepancies, checks);
  return discrepancies;
}

}  // namespace florin::scenario

#include "host/issued.hpp"

#include <algorithm>
#include <tuple>

#include "config/tenant/tenant.hpp"
#include "host/assembly.hpp"

namespace florin {

namespace {

const std::vector<Word>* person_in(const Entry& entry) {
  if (const auto* opened = std::get_if<OpenAccount>(&entry.command)) return &opened->personal_data;
  if (const auto* named = std::get_if<SetPersonalData>(&entry.command)) return &named->personal_data;
  if (const auto* billed = std::get_if<SetBilling>(&entry.command)) return &billed->personal_data;
  return nullptr;
}

}  // namespace

void IssueIndex::learn(Known& known, const Fact& fact) {
  const auto billed = [&](const auto& where) {
    known.country = where.billing_country;
    known.state = where.billing_state;
  };
  if (const auto* opened = std::get_if<AccountOpened>(&fact)) billed(*opened);
  if (const auto* set = std::get_if<BillingSet>(&fact)) billed(*set);
  if (const auto* imported = std::get_if<AccountImported>(&fact)) billed(*imported);
  if (const auto* saved = std::get_if<PaymentMethodAdded>(&fact))
    known.methods[saved->method.id] = {saved->method.brand, saved->method.masked};
  if (const auto* placed = std::get_if<OrderPlaced>(&fact)) known.due[placed->order->id] = placed->order->open_until;
  if (const auto* started = std::get_if<AttemptStarted>(&fact)) {
    known.attempts[{started->order, started->attempt->number}] = started->attempt->method;
    if (started->open_until) known.due[started->order] = *started->open_until;
  }
}

void IssueIndex::add(Known& known, const Entry& entry, store::Position position, std::string number, Issued issued) {
  known.issued_by[number] = position;
  issued.at = entry.at;
  issued.catalog = entry.catalog;
  issued.addressed_to = known.named;
  issued.country = known.country;
  issued.state = known.state;
  if (const auto due = known.due.find(issued.order); due != known.due.end()) issued.due = due->second;
  for (const Fact& fact : entry.facts)
    if (const auto* paid = std::get_if<OrderPaid>(&fact); paid != nullptr && paid->order == issued.order) {
      issued.paid = true;
      issued.attempt = paid->attempt;
      const SavedMethodId method = known.attempts[{paid->order, paid->attempt}];
      if (const auto found = known.methods.find(method); found != known.methods.end())
        std::tie(issued.brand, issued.masked) = found->second;
    }
  known.issued[std::move(number)] = std::move(issued);
}

void IssueIndex::note(const Entry& entry, store::Position position) {
  if (entry.refusal || entry.account.empty() || entry.facts.empty()) return;
  if (entry.facts.size() == 1 && std::holds_alternative<CreditsSpent>(entry.facts.front())) return;
  Known& known = known_[{entry.tenant.text(), entry.account.text()}];
  if (std::holds_alternative<ErasePersonalData>(entry.command)) known.named.clear(), known.ever_named.clear();
  if (const auto* person = person_in(entry); person != nullptr && !person->empty()) {
    if (!std::holds_alternative<SetBilling>(entry.command)) known.named.clear();
    known.named.push_back(position);
    known.ever_named.push_back(position);
  }
  for (const Fact& fact : entry.facts) {
    learn(known, fact);
    if (const auto* irn = std::get_if<IrnRecorded>(&fact))
      if (const auto of = known.issued.find(irn->document); of != known.issued.end()) of->second.registered = *irn;
    Issued issued;
    if (const auto* invoice = std::get_if<InvoiceIssued>(&fact)) {
      issued.kind = "invoice";
      issued.order = invoice->order;
      add(known, entry, position, invoice->number, std::move(issued));
    } else if (const auto* noted = std::get_if<CreditNoteIssued>(&fact)) {
      issued.kind = "credit_note";
      issued.order = noted->order;
      issued.refund = noted->refund;
      add(known, entry, position, noted->number, std::move(issued));
    } else if (const auto* paid = std::get_if<OrderPaid>(&fact); paid != nullptr && paid->attempt != 0) {
      issued.kind = "receipt";
      issued.order = paid->order;
      const std::string number = "receipt-" + std::to_string(paid->order.value) + "-" + std::to_string(paid->attempt);
      add(known, entry, position, number, std::move(issued));
    } else if (const auto* placed = std::get_if<OrderPlaced>(&fact); placed != nullptr) {
      issued.kind = "pro_forma";
      issued.order = placed->order->id;
      if (!placed->order->total.is_zero())
        add(known, entry, position, "pro-forma-" + std::to_string(issued.order.value), std::move(issued));
    }
  }
}

Status IssueIndex::follow(Assembly& assembly) {
  return assembly.with_journal([&](store::Store& store) -> Status {
    const auto shards = store.shards();
    if (!shards) return shards.error();
    for (const std::uint32_t shard : *shards) {
      store::Position& last = read_[shard];
      const auto read =
          readers::read_entries(store, shard, last + 1, [&](const Entry& entry, store::Position position) {
            note(entry, position);
            last = position;
            return true;
          });
      if (!read) return read.error();
    }
    return Done{};
  });
}

Result<Issued> IssueIndex::find(Assembly& assembly, const TenantId& tenant, const AccountId& account,
                                const std::string& number) {
  const std::lock_guard lock(mutex_);
  if (const auto followed = follow(assembly); !followed) return followed.error();
  const auto of = known_.find({tenant.text(), account.text()});
  if (of != known_.end())
    if (const auto found = of->second.issued.find(number); found != of->second.issued.end()) {
      Issued issued = found->second;
      const auto& ever = of->second.ever_named;
      issued.named_later.assign(std::ranges::upper_bound(ever, of->second.issued_by.at(number)), ever.end());
      return issued;
    }
  return Error{.code = "no_such_document",
               .message = "there is no document '" + number.substr(0, 64) + "' of this account"};
}

Result<std::shared_ptr<const config::Presentation>> IssueIndex::presentation(Assembly& assembly, const TenantId& tenant,
                                                                             std::uint32_t version,
                                                                             std::string language) {
  const std::lock_guard lock(mutex_);
  auto& kept = presentations_[{tenant.text(), version, language}];
  if (kept) return kept;
  const auto text = assembly.version_text(tenant, version);
  if (!text) return text.error();
  Errors ignored;  // it was checked when it became a version
  kept = std::make_shared<config::Presentation>(
      config::presentation_of(config::read_effective(*text, tenant.text(), ignored), language));
  return kept;
}

}  // namespace florin

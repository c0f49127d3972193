#include "host/account_statement.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <iterator>

#include "documents/html.hpp"
#include "documents/pdf.hpp"
#include "domain/accounts/apply.hpp"
#include "domain/ledger/postings.hpp"
#include "engine/vault.hpp"
#include "host/document_page.hpp"
#include "host/inside.hpp"
#include "host/seen.hpp"
#include "readers/trail.hpp"

namespace florin {

namespace json = boost::json;

namespace {

/// Of the books: what is between a customer and the tenant. All else is somebody else's.
bool is_customers(std::string_view ledger_account) {
  return ledger_account == "customer" || ledger_account == "unapplied" || ledger_account == "account_money";
}

std::string kind_of(const Fact& fact, std::string_view other_side, bool owes_more) {
  if (other_side == "written_off") return owes_more ? "written_back" : "written_off";
  if (other_side == "withheld_tax") return "withheld_tax";
  if (std::holds_alternative<InvoiceIssued>(fact)) return "invoice";
  if (std::holds_alternative<CreditNoteIssued>(fact)) return "credit_note";
  if (std::holds_alternative<RefundMoved>(fact)) return owes_more ? "refund" : "refund_returned";
  const bool by_bank = std::holds_alternative<BankReceiptRecorded>(fact) ||
                       std::holds_alternative<MoneyIdentified>(fact) || std::holds_alternative<MoneyMovedOn>(fact) ||
                       std::holds_alternative<ReceiptMoved>(fact);
  if (by_bank || std::holds_alternative<AttemptMoved>(fact)) return owes_more ? "payment_returned" : "payment";
  return "correction";
}

/// What it is about: a document, a bank receipt, an order.
struct About {
  const Account& before;
  StatementEntry& entry;

  void operator()(const InvoiceIssued& fact) const {
    entry.number = fact.number;
    entry.order = fact.order;
  }
  void operator()(const CreditNoteIssued& fact) const {
    entry.number = fact.number;
    entry.order = fact.order;
  }
  void operator()(const AttemptMoved& fact) const { entry.order = fact.order; }
  void operator()(const RefundMoved& fact) const {
    const auto refund = std::ranges::find(before.refunds, fact.refund, &Refund::id);
    if (refund != before.refunds.end()) entry.order = refund->order;
  }
  void operator()(const BankReceiptRecorded& fact) const { of_bank(fact.receipt.id, fact.receipt.order); }
  void operator()(const MoneyIdentified& fact) const { of_bank(fact.receipt.id, fact.receipt.order); }
  void operator()(const MoneyMovedOn& fact) const { of_bank(fact.receipt, {}); }
  void operator()(const ReceiptMoved& fact) const {
    const Receipt* receipt = before.receipt(fact.receipt);
    of_bank(fact.receipt, receipt == nullptr ? OrderId() : receipt->order);
  }
  void operator()(const OrderSettled& fact) const { entry.order = fact.order; }
  void operator()(const OrderReopened& fact) const { entry.order = fact.order; }
  void operator()(const AmountWrittenOff& fact) const { entry.order = fact.order; }
  template <class Other>
  void operator()(const Other&) const {}

 private:
  void of_bank(const ReceiptId& receipt, OrderId order) const {
    entry.number = receipt.text();
    entry.order = order;
  }
};

/// Takes the entries of one account in, in their order.
class Reading {
 public:
  Reading(AccountStatement& statement, Currency currency, Instant from)
      : statement_(statement), currency_(currency), from_(from), balance_(0, currency) {
    statement_.opening = balance_;
  }

  Status take(const Entry& entry, store::Position position) try {
    Account* account = fold_.subject(entry);
    if (account == nullptr) return Done{};
    TenantState& tenant = fold_.tenant(entry.tenant);
    std::vector<StatementEntry> made;
    for (const Fact& fact : entry.facts) {
      std::ranges::move(entries_of(fact, *account, currency_, entry.at), std::back_inserter(made));
      apply(*account, tenant, fact, entry.at);
    }
    // What is charged and paid in one step reads as an invoice, and then its payment.
    std::ranges::stable_partition(made, [](const StatementEntry& one) { return one.kind == "invoice"; });
    for (StatementEntry& one : made) add(std::move(one));
    Entry rest;
    rest.at = entry.at;
    apply(*account, tenant, rest, position);
    return Done{};
  } catch (const std::exception&) {
    return Error{.code = "account_set_aside",
                 .message = "the entries of '" + entry.account.text() + "' do not fit: see `florin verify`"};
  }
  Money balance() const { return balance_; }

 private:
  void add(StatementEntry entry) {
    balance_ += entry.amount;
    if (entry.at < from_) {
      statement_.opening = balance_;
      return;
    }
    entry.balance = balance_;
    statement_.entries.push_back(std::move(entry));
  }

  AccountStatement& statement_;
  const Currency currency_;
  const Instant from_;
  readers::Fold fold_;
  Money balance_;
};

/// Who it is addressed to is who they are now: a statement is made anew each time, and names nobody who was erased.
std::vector<Word> person_of(store::Store& store, const TenantId& tenant, const Account& account) {
  if (!account.person_at || account.person_at->entries.empty()) return {};
  auto person = engine::read_person(store, tenant, account.id, account.person_at->entries);
  return person ? *std::move(person) : std::vector<Word>();
}

Result<config::Presentation> shown_now(Assembly& assembly, const TenantId& tenant, std::uint32_t version,
                                       const std::vector<Word>& person) {
  const auto text = assembly.version_text(tenant, version);
  if (!text) return text.error();
  Errors ignored;  // it was checked when it became a version
  const config::Tenant file = config::read_effective(*text, tenant.text(), ignored);
  const config::Presentation shown = config::presentation_of(file);
  return config::presentation_of(file, language_of_document(shown, person));
}

}  // namespace

std::vector<StatementEntry> entries_of(const Fact& fact, const Account& before, Currency currency, Instant at) {
  std::vector<StatementEntry> entries;
  for (const Posting& posting : postings(fact, before)) {
    if (posting.commodity != currency.code() || is_customers(posting.account)) continue;
    // What the other side loses is what the customer owes more.
    const Money amount = Money(0, currency) - Money(posting.amount, currency);
    StatementEntry entry{.at = at,
                         .kind = kind_of(fact, posting.account, !amount.negative()),
                         .number = {},
                         .order = {},
                         .amount = amount,
                         .balance = {}};
    std::visit(About{before, entry}, fact);
    const auto same = std::ranges::find(entries, entry.kind, &StatementEntry::kind);
    if (same == entries.end())
      entries.push_back(std::move(entry));
    else
      same->amount += amount;
  }
  std::erase_if(entries, [](const StatementEntry& one) { return one.amount.is_zero(); });
  return entries;
}

namespace {

/// Of the entries of an account from its first on; those before `from` make the opening balance, those from `until` on
/// are not in it. Errors: account_set_aside: its entries do not fit; the store's.
Result<AccountStatement> read_account_statement(store::Store& store, const readers::Trail& trail,
                                                const TenantId& tenant, const AccountId& account, Currency currency,
                                                Instant from, Instant until) {
  AccountStatement statement{.account = account, .from = {}, .to = {}, .opening = {}, .closing = {}, .entries = {}};
  const auto shards = store.shards();
  if (!shards) return shards.error();
  Reading reading(statement, currency, from);
  for (const std::uint32_t shard : *shards) {
    Status taken = Done{};
    const auto wanted = [&](const journal::Outline& outline, store::Position) {
      return outline.tenant == tenant.text() && outline.account == account.text();
    };
    const auto read = trail.read(store, shard, 1, wanted, [&](const Entry& entry, store::Position position) {
      // Only the account's own times go one way: what is about none may stand before earlier work of it that fell due.
      if (entry.tenant != tenant || entry.account != account) return true;
      if (until <= entry.at) return false;
      taken = reading.take(entry, position);
      return bool(taken);
    });
    if (!read) return read.error();
    if (!taken) return taken.error();
  }
  statement.closing = reading.balance();
  return statement;
}

}  // namespace

std::string as_json(const AccountStatement& statement) {
  json::array entries;
  for (const StatementEntry& one : statement.entries)
    entries.push_back(
        json::object{{"at", one.at.text()},
                     {"kind", one.kind},
                     {"number", one.number.empty() ? json::value(nullptr) : json::value(one.number)},
                     {"order", one.order.value == 0 ? json::value(nullptr) : json::value(one.order.value)},
                     {"amount", one.amount.text()},
                     {"balance", one.balance.text()}});
  return json::serialize(json::object{{"account", statement.account.text()},
                                      {"from", statement.from.text()},
                                      {"to", statement.to.text()},
                                      {"opening", statement.opening.text()},
                                      {"entries", std::move(entries)},
                                      {"closing", statement.closing.text()}});
}

Result<std::string> account_statement_as(Assembly& assembly, const TenantId& tenant, const AccountId& account,
                                         std::optional<Date> wanted_from, std::optional<Date> wanted_to,
                                         std::string_view form) {
  static constexpr std::array forms = {"json", "html", "pdf"};
  if (std::ranges::find(forms, form) == forms.end())
    return Error{.code = "bad_form", .message = "a statement of account is given as json, html or pdf"};
  const auto seen = see(assembly, tenant, account);
  if (!seen) return seen.error();
  const Calendar calendar(seen->catalog->zone);
  const Date to = wanted_to.value_or(calendar.date(assembly.engine().now()));
  const Date from = wanted_from.value_or(Date{.year = to.year, .month = 1, .day = 1});
  if (to < from) return Error{.code = "bad_period", .message = "a period ends no earlier than it begins"};
  constexpr std::int32_t far = 9000;  // a year that no calendar has to know
  const Instant first = from.year > far ? never : calendar.instant({.date = from, .of_day_us = 0});
  const Instant until =
      to.year > far ? never : calendar.instant({.date = Date::from_days(to.days() + 1), .of_day_us = 0});
  Result<AccountStatement> statement = Error{.code = "failed", .message = "the journal was not read"};
  std::vector<Word> person;
  const Status read = assembly.with_journal([&](store::Store& store) -> Status {
    const readers::Trail trail(store, assembly.views_file(), tenant, account);
    statement = read_account_statement(store, trail, tenant, account, seen->catalog->currency, first, until);
    person = person_of(store, tenant, seen->account);
    return Done{};
  });
  if (!read) return read.error();
  if (!statement) return statement.error();
  statement->from = from;
  statement->to = to;
  if (form == "json") return as_json(*statement);
  const auto shown = shown_now(assembly, tenant, seen->catalog->version, person);
  if (!shown) return shown.error();
  const DocumentPage page = page_of(*statement, seen->account, *shown, person, calendar, assembly.engine().now());
  if (form == "html") return documents::html_of(page);
  auto pdf = documents::pdf_of(page);
  if (!pdf) return pdf.error();
  return std::move(pdf->bytes);
}

}  // namespace florin

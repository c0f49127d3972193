#include "providers/bank_statement.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "config/hint.hpp"
#include "domain/journal/described.hpp"
#include "domain/payments/card_number.hpp"
#include "domain/payments/match.hpp"
#include "engine/provider_key.hpp"
#include "statements/statement.hpp"

namespace florin {

namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::vector<std::string> texts_at(const json::object& object, std::string_view key) {
  std::vector<std::string> texts;
  if (const json::value* found = object.if_contains(key); found != nullptr && found->is_array())
    for (const json::value& text : found->as_array())
      if (text.is_string()) texts.emplace_back(text.as_string());
  return texts;
}

/// Who may be meant by a reference: the order, and what it still asks for.
struct Meant {
  AccountId account;
  OrderId order;
  OrderState state = OrderState::open;
  Money open;
};

/// A receipt of the books, as far as another message of the bank may tell of the same money.
struct Entered {
  ReceiptId id;
  Date dated;
  std::string said;
};

/// What the books know before the first line.
struct Known {
  Currency currency;
  std::string config;  ///< of the processor, JSON
  Money write_off;
  std::map<std::string, Meant> references;
  std::set<ReceiptId> receipts;
  std::set<ReceiptId> unmatched;  ///< those of `receipts` that are in the list for staff
  std::multimap<std::string, Entered> by_amount;
  std::vector<Error> errors;
};

void add_by_amount(Known& known, const Receipt& receipt) {
  const auto dated = Date::parse(receipt.dated);
  if (dated) known.by_amount.emplace(receipt.amount.text(), Entered{receipt.id, *dated, receipt.said});
}

Known look(const engine::Shard& shard, const TenantId& tenant, const ProcessorId& processor) {
  Known known;
  const auto fail = [&](const char* code, std::string text) {
    known.errors.push_back({.code = code, .message = std::move(text)});
  };
  const TenantState* state = shard.tenant(tenant);
  const Catalogs* catalogs = shard.catalogs(tenant);
  if (state == nullptr || catalogs == nullptr || catalogs->versions.empty()) {
    fail("no_such_tenant", "there is no tenant '" + tenant.text() + "'");
    return known;
  }
  const Catalog& catalog = catalogs->at(state->catalog);
  const auto found = std::ranges::find(catalog.processors, processor, &Processor::id);
  if (found == catalog.processors.end()) {
    std::vector<std::string_view> processors;
    for (const Processor& one : catalog.processors) processors.push_back(one.id.text());
    const std::string meant = config::did_you_mean(processor.text(), processors);
    fail("no_such_processor", "there is no processor '" + processor.text() + "'" +
                                  (meant.empty() ? ": " + config::choice(processors) : meant));
    return known;
  }
  known.currency = catalog.currency;
  known.config = found->config;
  if (catalog.bank_receipts) known.write_off = catalog.bank_receipts->write_off;
  for (const Receipt& receipt : state->unmatched) {
    known.unmatched.insert(receipt.id);
    add_by_amount(known, receipt);
  }
  known.receipts = known.unmatched;
  known.receipts.insert(state->identified.begin(), state->identified.end());
  return known;
}

/// What of it an account knows.
std::optional<Known> look(const Account& account, const ProcessorId& processor) {
  std::optional<Known> known(std::in_place);
  for (const Receipt& receipt : account.receipts) {
    known->receipts.insert(receipt.id);
    add_by_amount(*known, receipt);
  }
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts)
      if (attempt.processor == processor && !attempt.ref.empty())
        known->references[statements::plain(attempt.ref)] = {account.id, order.id, order.state,
                                                             still_asked(account, order)};
  if (known->receipts.empty() && known->references.empty()) known.reset();
  return known;
}

/// The orders whose references stand in what the payer wrote.
std::vector<std::string> named_in(const std::string& said, const std::map<std::string, Meant>& references) {
  std::set<std::size_t> lengths;
  for (const auto& [reference, meant] : references) lengths.insert(reference.size());
  std::vector<std::string> named;
  for (const std::size_t length : lengths)
    for (std::size_t i = 0; i + length <= said.size(); ++i) {
      std::string part = said.substr(i, length);
      if (references.contains(part) && std::ranges::find(named, part) == named.end()) named.push_back(std::move(part));
    }
  return named;
}

bool one_wrong_character(std::string_view said, std::string_view reference) {
  for (std::size_t i = 0; i + reference.size() <= said.size(); ++i) {
    std::size_t wrong = 0;
    for (std::size_t j = 0; j < reference.size() && wrong < 2; ++j) wrong += said[i + j] == reference[j] ? 0U : 1U;
    if (wrong == 1) return true;
  }
  return false;
}

class Loading {
 public:
  Loading(engine::Engine& engine, const Ask& ask, TenantId tenant, ProcessorId processor, Known known, bool dry_run)
      : engine_(engine),
        ask_(ask),
        tenant_(std::move(tenant)),
        processor_(std::move(processor)),
        known_(std::move(known)),
        dry_run_(dry_run) {}

  StatementLine line(const statements::Line& line) {
    StatementLine said{.at = line.at,
                       .receipt = receipt_of(line),
                       .amount = line.amount.text(),
                       .dated = line.dated.text(),
                       .said = without_card_numbers(line.text),
                       .account = {},
                       .order = {},
                       .becomes = {},
                       .why = {}};
    if (passed_over(said, line)) return said;
    if (!line.booked) return become(said, "not_booked", "the bank has announced it, and it is not there yet");
    const std::vector<std::string> named = named_in(statements::plain(line.text), known_.references);
    // What the bank takes back is money of ours with a minus; all else that went is no customer's.
    const bool taken_back = line.amount.negative() && (line.returned || !named.empty());
    if (line.amount.minor() <= 0 && !taken_back) return become(said, "went", "money that went, and names no order");
    const ReceiptId receipt = ReceiptId::trusted(said.receipt);
    if (is_entered(said.receipt)) return become(said, "known", "this line is in the books already");
    const std::string entry = entry_in_books(line, said.receipt);
    if (in_books_otherwise(line, entry, said.receipt, named))
      return become(said, "known",
                    said.receipt.starts_with(entry)
                        ? "the bank's entry is in the books already, from another of its messages"
                        : "the bank's entry is in the books already, from another of its messages with another date");
    known_.receipts.insert(receipt);
    RecordBankReceipt command{.receipt = receipt,
                              .processor = processor_,
                              .kind = MoneyKind::transfer,
                              .amount = line.amount,
                              .order = std::nullopt,
                              .dated = said.dated,
                              .said = without_card_numbers(line.text)};
    if (taken_back) {
      said.why = named.empty() ? "the bank took it back" : "the bank took it back; it names " + named.front();
      said.becomes = "taken_back";
      return enter(said, AccountId(), command);
    }
    if (named.size() != 1 || line.amount.currency() != known_.currency || !line.for_staff.empty() || line.returned) {
      if (!line.for_staff.empty())
        said.why = line.for_staff;
      else if (line.returned)
        said.why = "money of ours that came back: no customer has paid it";
      else if (line.amount.currency() != known_.currency)
        said.why = "it is in another currency than " + std::string(known_.currency.code());
      else
        said.why = named.empty() ? nearly(line) : "it names " + std::to_string(named.size()) + " orders";
      said.becomes = "unmatched";
      return enter(said, AccountId(), command);
    }
    Meant& meant = known_.references.at(named.front());
    said.account = meant.account.text();
    said.order = meant.order;
    command.order = meant.order;
    said.why = "the reference " + named.front() + " of order " + std::to_string(meant.order.value);
    foresee(said, meant, line.amount);
    return enter(said, meant.account, command);
  }

 private:
  static StatementLine become(StatementLine& said, const char* what, const char* why) {
    said.becomes = what;
    said.why = why;
    return said;
  }

  /// Lines of another account, or of another currency's part of ours, are not for this processor.
  bool passed_over(StatementLine& said, const statements::Line& line) const {
    if (!line.account.empty() && !statements::same_account(account_, line.account)) {
      become(said, "other_account", "");
      said.why = "it is of the account " + line.account + ", and the YAML says " + account_;
      return true;
    }
    if (line.currency.empty() || line.currency == known_.currency.code()) return false;
    become(said, "other_currency", "");
    said.why = "it is of a statement in " + line.currency + ", and the tenant counts in " +
               std::string(known_.currency.code());
    return true;
  }

  static constexpr std::size_t entry_length = 18, line_length = 22;

  std::string where() const { return tenant_.text() + "/" + processor_.text() + "/" + account_ + "/"; }

  /// How a receipt's name begins when it is of this entry.
  std::string name_of_entry(const std::string& told) const {
    return engine::provider_key("entry of " + where() + told).substr(0, entry_length) + "-";
  }
  /// All that is told of an entry that has an id of the bank; empty: it has none.
  static std::string entry_told(const statements::Line& line, Date dated) {
    return line.id.empty() ? "" : line.id + "/" + dated.text() + "/" + line.entry.text() + "/" + line.balance;
  }
  static std::string content_told(const std::string& entry, const statements::Line& line) {
    return entry + "/" + line.dated.text() + "/" + line.amount.text() + "/" + line.balance + "/" + line.text + "/" +
           std::to_string(line.ordinal);
  }

  /// ENTRY-LINE-KIND: the bank's entry, which counts once in whichever kinds of messages it comes; the line by all that
  /// is told of it; and the kind of message, with whether it is the whole entry or a part. Source
  /// docs/decisions/0065-statement-lines.md
  std::string receipt_of(const statements::Line& line) const {
    const std::string entry = entry_told(line, line.dated), content = content_told(entry, line);
    return name_of_entry(entry.empty() ? content : entry) +
           engine::provider_key("receipt of " + where() + content).substr(0, line_length) + "-" +
           static_cast<char>(kind_) + (line.amount == line.entry ? "w" : "p");
  }

  static std::string entry_of(std::string_view receipt) { return std::string(receipt.substr(0, entry_length + 1)); }
  /// Whether it is a name that another kind of message gave; what staff recorded has a name of its own.
  bool of_other_kind(const std::string& receipt) const {
    constexpr std::size_t length = entry_length + line_length + 4;
    return receipt.size() == length && receipt[entry_length] == '-' && receipt[length - 3] == '-' &&
           receipt[length - 2] != static_cast<char>(kind_);
  }
  bool is_claimed(const std::string& entry) const { return of_this_file_.contains(entry) || claimed_.contains(entry); }

  /// How the books name the entry of a line: as the line does, or, where another kind of the bank's messages gave it
  /// with another date, as that one does. Each entry of the books is that of one entry of the file.
  /// Source   docs/decisions/0160-one-entry-with-two-dates.md
  std::string entry_in_books(const statements::Line& line, const std::string& receipt) {
    std::string own = entry_of(receipt);
    if (any_of_entry(own, [](const std::string&) { return true; })) return own;
    if (const auto before = elsewhere_.find(own); before != elsewhere_.end()) return before->second;
    std::string other = with_another_date(line);
    if (other.empty()) other = of_same_payment(line);
    if (other.empty()) return own;
    claimed_.insert(other);
    elsewhere_.emplace(std::move(own), other);
    return other;
  }

  /// The entry of the bank's own id and amount that another kind of message dates a few days off.
  std::string with_another_date(const statements::Line& line) const {
    if (line.id.empty() || !other_kinds_) return {};
    for (std::int64_t days = 1; days <= most_days_between_dates; ++days)
      for (const std::int64_t shift : {days, -days}) {
        const Date dated = Date::from_days(line.dated.days() + shift);
        std::string entry = name_of_entry(entry_told(line, dated));
        if (!is_claimed(entry) && any_of_entry(entry, [&](const std::string& one) { return of_other_kind(one); }))
          return entry;
      }
    return {};
  }

  /// The entry of one payment with the same end-to-end id and amount, where one of the two has no id of the bank.
  std::string of_same_payment(const statements::Line& line) const {
    if (line.end_to_end.empty() || line.amount != line.entry || !other_kinds_) return {};
    std::string nearest;
    std::int64_t days = most_days_between_dates + 1;
    const auto [first, last] = known_.by_amount.equal_range(line.amount.text());
    for (auto one = first; one != last; ++one) {
      const Entered& entered = one->second;
      const std::string& name = entered.id.text();
      const std::int64_t off = std::abs(entered.dated.days() - line.dated.days());
      if (off >= days || !of_other_kind(name) || !name.ends_with('w') || is_claimed(entry_of(name))) continue;
      if (!says(entered.said, without_card_numbers(line.end_to_end))) continue;
      if (!line.id.empty() && !has_no_id(line.amount, entered)) continue;
      nearest = entry_of(name);
      days = off;
    }
    return nearest;
  }

  /// Whether one of the words that a line was told with is this one.
  static bool says(std::string_view said, std::string_view word) {
    constexpr std::string_view between = " | ";
    for (std::size_t from = 0; from <= said.size();) {
      const std::size_t to = std::min(said.find(between, from), said.size());
      if (said.substr(from, to - from) == word) return true;
      from = to + between.size();
    }
    return false;
  }

  /// Whether the bank gave a receipt of the books no id: it is named by all that was told of it.
  bool has_no_id(Money amount, const Entered& entered) const {
    constexpr std::uint32_t most_equal = 9;
    statements::Line line;
    line.dated = entered.dated;
    line.amount = amount;
    line.text = entered.said;
    for (line.ordinal = 1; line.ordinal <= most_equal; ++line.ordinal)
      if (entered.id.text().starts_with(name_of_entry(content_told("", line)))) return true;
    return false;
  }

  /// The references that a receipt of the books was told with.
  std::vector<std::string> named_by(const std::string& receipt) const {
    const auto told = told_.find(receipt);
    return told == told_.end() ? std::vector<std::string>()
                               : named_in(statements::plain(told->second), known_.references);
  }

  /// Two that name different orders are two payments, whatever id the bank gave them.
  static bool may_be_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    const auto in_b = [&](const std::string& one) { return std::ranges::find(b, one) != b.end(); };
    return a.empty() || b.empty() || std::ranges::any_of(a, in_b);
  }

  /// Ids of some banks are those of many entries, which may be of one amount: what another kind of message brought
  /// whole of an id is that of one line of this file each. True copies first, then what names the same orders, then
  /// what names none, then what one of the two names. Source   docs/decisions/0322-entries-that-share-an-id.md
  void pair_up(const std::vector<statements::Line>& lines) {
    struct Open {
      std::string receipt;
      std::vector<std::string> named;
    };
    std::vector<Open> open;
    std::set<std::string> taken;
    for (const statements::Line& line : lines) {
      if (line.amount != line.entry || !line.booked) continue;
      std::string receipt = receipt_of(line);
      const std::string content = receipt.substr(0, receipt.rfind('-') + 1);
      bool copy = false;
      any_of_entry(entry_of(receipt), [&](const std::string& one) {
        if (one.starts_with(content)) taken.insert(one), copy = true;
        return false;
      });
      if (!copy) open.push_back({std::move(receipt), named_in(statements::plain(line.text), known_.references)});
    }
    const auto pair = [&](const std::function<bool(const Open&, const std::vector<std::string>&)>& fits) {
      for (const Open& line : open) {
        if (paired_.contains(line.receipt)) continue;
        any_of_entry(entry_of(line.receipt), [&](const std::string& one) {
          if (!of_other_kind(one) || !one.ends_with('w') || taken.contains(one) || !fits(line, named_by(one)))
            return false;
          taken.insert(one);
          paired_.emplace(line.receipt, one);
          return true;
        });
      }
    };
    pair([](const Open& line, const auto& named) { return !named.empty() && line.named == named; });
    pair([](const Open& line, const auto& named) { return named.empty() && line.named.empty(); });
    pair([](const Open& line, const auto& named) { return may_be_one(line.named, named); });
  }

  /// Whether the books have this line's money from another message. A lump that waits in the list goes when its details
  /// come; one of one payment has them too: those that say whose it is.
  bool in_books_otherwise(const statements::Line& line, const std::string& entry, const std::string& receipt,
                          const std::vector<std::string>& named) {
    const bool whole = line.amount == line.entry;
    if (!whole || entry != entry_of(receipt)) {
      const bool says_more = !whole || !named.empty();
      return !(says_more && takes_place_of_lump(entry, receipt, named)) && came_otherwise(entry, receipt, named);
    }
    if (const auto before = paired_.find(receipt); before != paired_.end()) {
      const bool says_more = !named.empty() && named_by(before->second).empty();
      return !(says_more && goes_from_list(ReceiptId::trusted(before->second)));
    }
    return any_of_entry(entry,
                        [&](const std::string& one) { return one.ends_with('p') && may_be_one(named, named_by(one)); });
  }

  /// A lump that waits in the list goes when its details come: they are the same money.
  bool takes_place_of_lump(const std::string& entry, const std::string& receipt,
                           const std::vector<std::string>& named) {
    const std::string_view whole_of_this_kind(receipt.data() + receipt.size() - 2, 2);
    const auto lump = std::ranges::find_if(known_.unmatched, [&](const ReceiptId& one) {
      return one.text().starts_with(entry) && one.text().ends_with("w") && !one.text().ends_with(whole_of_this_kind) &&
             may_be_one(named, named_by(one.text()));
    });
    return lump != known_.unmatched.end() && goes_from_list(*lump);
  }

  /// False: it is not in the list, or cannot go from it.
  bool goes_from_list(const ReceiptId& id) {
    const auto lump = known_.unmatched.find(id);
    if (lump == known_.unmatched.end()) return false;
    if (!dry_run_) {
      const Request request{.tenant = tenant_,
                            .account = {},
                            .actor = {"staff", "statement"},
                            .key = "details-" + lump->text(),
                            .asked_at = std::nullopt,
                            .command = DismissBankReceipt{*lump, "its details came in another message of the bank"}};
      const auto answer = ask_(request);
      if (!answer || answer->entry->refusal) return false;
    }
    known_.receipts.erase(*lump);
    known_.unmatched.erase(lump);
    return true;
  }

  /// Whether the books have a receipt of this bank's entry of which `is` holds.
  bool any_of_entry(const std::string& entry, const std::function<bool(const std::string&)>& is) const {
    for (auto one = known_.receipts.lower_bound(ReceiptId::trusted(entry));
         one != known_.receipts.end() && one->text().starts_with(entry); ++one)
      if (is(one->text())) return true;
    return false;
  }

  /// A true copy of a line.
  bool is_entered(const std::string& receipt) const {
    const std::string line = receipt.substr(0, receipt.rfind('-') + 1);
    return any_of_entry(entry_of(receipt), [&](const std::string& one) { return one.starts_with(line); });
  }

  /// The same entry of the bank, from another kind of its messages, or whole where this is a part.
  bool came_otherwise(const std::string& entry, const std::string& receipt,
                      const std::vector<std::string>& named) const {
    const std::string kind = receipt.substr(receipt.size() - 2);
    return any_of_entry(
        entry, [&](const std::string& one) { return !one.ends_with(kind) && may_be_one(named, named_by(one)); });
  }

  std::string nearly(const statements::Line& line) const {
    const std::string said = statements::plain(line.text);
    for (const auto& [reference, meant] : known_.references)
      if (meant.state == OrderState::open && one_wrong_character(said, reference))
        return "no reference; one character from " + reference + " of order " + std::to_string(meant.order.value) +
               " of " + meant.account.text();
    const Meant* same = nullptr;
    std::size_t several = 0;
    for (const auto& [reference, meant] : known_.references)
      if (meant.state == OrderState::open && meant.open == line.amount) same = &meant, ++several;
    if (several == 0) return "no reference of an order";
    if (several > 1) return "no reference; " + std::to_string(several) + " open orders ask for this amount";
    return "no reference; order " + std::to_string(same->order.value) + " of " + same->account.text() +
           " asks for this amount";
  }

  void foresee(StatementLine& said, Meant& meant, Money amount) const {
    if (meant.state == OrderState::paid) {
      said.becomes = "kept";
      said.why += ", which is paid: kept for the next order";
      return;
    }
    const Money asked = meant.open;
    meant.open -= amount;
    const Money nothing(0, amount.currency());
    const bool pays = meant.open <= known_.write_off;
    said.becomes = !pays ? "part" : meant.open < nothing ? "over" : "pays";
    said.why += !pays                   ? ", of which " + meant.open.text() + " are still to come"
                : meant.open < nothing  ? ", which asks for " + asked.text() + ": the rest is kept for the next order"
                : meant.open == nothing ? ", in full"
                                        : ", but for " + meant.open.text() + ", which are written off";
    if (pays) meant.state = OrderState::paid;
  }

  StatementLine enter(StatementLine& said, const AccountId& account, const RecordBankReceipt& command) {
    if (dry_run_) return said;
    const Request request{.tenant = tenant_,
                          .account = account,
                          .actor = {"staff", "statement"},
                          .key = (account.empty() ? "list-" : "statement-") + said.receipt,
                          .asked_at = std::nullopt,
                          .command = command};
    const auto answer = ask_(request);
    if (!answer) {
      said.becomes = "failed";
      said.why = answer.error().message;
      return said;
    }
    if (!answer->entry->refusal) return said;
    said.why += "; refused: " + answer->entry->refusal->text;
    said.becomes = account.empty() ? "refused" : "unmatched";
    if (account.empty()) return said;
    // What an account may not take is no reason to lose it.
    RecordBankReceipt to_list = command;
    to_list.order.reset();
    return enter(said, AccountId(), to_list);
  }

 public:
  /// What the file has itself is that, and no other entry with another date.
  void begin(std::string account, const statements::Statement& statement) {
    account_ = std::move(account);
    kind_ = statement.kind;
    for (const statements::Line& line : statement.lines) of_this_file_.insert(entry_of(receipt_of(line)));
    other_kinds_ =
        std::ranges::any_of(known_.receipts, [&](const ReceiptId& one) { return of_other_kind(one.text()); });
    for (const auto& [amount, entered] : known_.by_amount) told_.emplace(entered.id.text(), entered.said);
    if (other_kinds_) pair_up(statement.lines);
  }

 private:
  static constexpr std::int64_t most_days_between_dates = 5;  ///< of value and of booking, with a weekend between

  engine::Engine& engine_;
  const Ask& ask_;
  const TenantId tenant_;
  const ProcessorId processor_;
  Known known_;
  const bool dry_run_;
  std::string account_;
  statements::Kind kind_ = statements::Kind::statement;
  bool other_kinds_ = false;                      ///< whether other kinds of messages brought receipts
  std::set<std::string> of_this_file_, claimed_;  ///< names of entries
  std::map<std::string, std::string> elsewhere_;  ///< how the books name an entry of this file
  std::map<std::string, std::string> told_;       ///< what receipts of the books were told with
  std::map<std::string, std::string> paired_;  ///< whole lines of this file, and what another message brought of each
};

statements::Columns columns_of(const json::object& csv) {
  statements::Columns columns;
  const auto one = [&](std::string_view key, char fallback) {
    const std::string text = text_at(csv, key);
    return text.empty() ? fallback : text.front();
  };
  columns.separator = one("separator", ',');
  columns.decimal = one("decimal", '.');
  if (text_at(csv, "separator") == "tab") columns.separator = '\t';
  columns.quotes = text_at(csv, "quotes") != "none";
  columns.encoding = text_at(csv, "encoding");
  columns.dated = text_at(csv, "dated");
  columns.amount = text_at(csv, "amount");
  columns.debit = text_at(csv, "debit");
  columns.balance = text_at(csv, "balance");
  columns.id = text_at(csv, "id");
  columns.currency = text_at(csv, "currency");
  if (const std::string order = text_at(csv, "date_order"); !order.empty()) columns.date_order = order;
  columns.text = texts_at(csv, "text");
  columns.ignore = texts_at(csv, "ignore");
  const auto* trailing = csv.if_contains("trailing_separator");
  columns.trailing_separator = trailing != nullptr && trailing->is_bool() && trailing->as_bool();
  if (const auto* marks = csv.if_contains("marks"); marks != nullptr && marks->is_object()) {
    columns.credit_mark = text_at(marks->as_object(), "credit");
    columns.debit_mark = text_at(marks->as_object(), "debit");
  }
  if (const auto* credit = csv.if_contains("credit_if"); credit != nullptr && credit->is_object()) {
    columns.credit_column = text_at(credit->as_object(), "column");
    columns.credit_word = text_at(credit->as_object(), "is");
  }
  return columns;
}

Result<statements::Statement> read(const json::object& config, const std::string& file, std::string_view bytes,
                                   Currency currency) {
  const json::value* how = config.if_contains("statement");
  if (how != nullptr && how->is_string())
    return how->as_string() == "mt940" ? statements::read_mt940(bytes, file) : statements::read_camt(bytes, file);
  const json::value* csv = how != nullptr && how->is_object() ? how->as_object().if_contains("csv") : nullptr;
  if (csv == nullptr || !csv->is_object())
    return Error{.code = "no_statements", .message = "this processor's YAML says no `statement`"};
  return statements::read_csv(bytes, file, columns_of(csv->as_object()), currency);
}

/// The account of a file in which no line is ours; empty: some is, or the file does not say.
std::string other_account(const statements::Statement& statement, const std::string& ours) {
  const auto told = std::ranges::find_if(statement.lines, [](const auto& line) { return !line.account.empty(); });
  const bool some = std::ranges::any_of(statement.lines, [&](const statements::Line& line) {
    return line.account.empty() || statements::same_account(ours, line.account);
  });
  return some || told == statement.lines.end() ? std::string() : told->account;
}

}  // namespace

Result<StatementReport> load_statement(engine::Engine& engine, const Ask& ask, const TenantId& tenant,
                                       const ProcessorId& processor, const std::string& file, std::string_view bytes,
                                       bool dry_run) {
  Known known;
  const auto asked = engine.read([&](const engine::Shard& shard) { known = look(shard, tenant, processor); });
  if (!asked) return asked.error();
  if (!known.errors.empty()) return known.errors.front();
  auto of_accounts =
      engine.of_accounts<Known>(tenant, [&](const Account& account) { return look(account, processor); });
  if (!of_accounts) return of_accounts.error();
  for (auto& [id, its] : *of_accounts) {
    known.receipts.merge(its.receipts);
    known.by_amount.merge(its.by_amount);
    for (auto& [reference, meant] : its.references) known.references[reference] = std::move(meant);
  }
  boost::system::error_code failed;
  const json::value config = json::parse(known.config, failed);
  if (failed || !config.is_object())
    return Error{.code = "no_statements", .message = "this processor's YAML says no `statement`"};
  const auto statement = read(config.as_object(), file, bytes, known.currency);
  if (!statement) return statement.error();
  const std::string ours = text_at(config.as_object(), "account");
  if (const std::string other = other_account(*statement, ours); !other.empty())
    return Error{.code = "wrong_account",
                 .message = "this statement is of the account " + other + ", and the YAML says " + ours,
                 .at = {.file = file}};
  Loading loading(engine, ask, tenant, processor, std::move(known), dry_run);
  loading.begin(ours, *statement);
  StatementReport report;
  report.dry_run = dry_run;
  for (const statements::Line& line : statement->lines) report.lines.push_back(loading.line(line));
  return report;
}

}  // namespace florin

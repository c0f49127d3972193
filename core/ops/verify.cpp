#include "ops/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <deque>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "domain/accounts/apply.hpp"
#include "domain/accounts/due.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/journal/journal.hpp"
#include "domain/ledger/check.hpp"
#include "domain/ledger/postings.hpp"
#include "engine/provider_key.hpp"
#include "engine/row.hpp"
#include "engine/shard.hpp"
#include "engine/shard_mark.hpp"
#include "florin/printable.hpp"
#include "ops/journal_file.hpp"
#include "ops/verify_kept.hpp"
#include "ops/verify_keys.hpp"
#include "readers/fold.hpp"
#include "readers/months.hpp"
#include "readers/versions.hpp"

namespace florin {

namespace {

__extension__ using Wide = __int128;  // no sum of 64 bits overflows it

constexpr std::size_t most_violations = 1000;

std::string name_of(const Entry& entry) {
  if (entry.account.empty()) return entry.tenant.text();
  return entry.tenant.text() + "/" + entry.account.text();
}

/// One shard, from its first entry to its head.
class Checking {
 public:
  Checking(store::Store& store, std::uint32_t shard, Verified& verified)
      : store_(store), shard_(shard), verified_(verified), versions_(store) {}

  Status run();

 private:
  void check_kept();
  Status load_checkpoints();
  Status load_of_shard(const store::Checkpoint& object);
  Result<bool> read_journal();
  bool check_row(const store::Row& row, const Result<std::vector<Entry>>& entries);
  void check_accounts();
  void check_totals();
  void check_tenants(bool readable);
  void check(const Entry& entry);
  void check_tenant_alone(TenantState& tenant, const Entry& entry);
  void check_facts(const Entry& entry, Account& account, TenantState& tenant);
  void check_fact(const Fact& fact, const Account& account, const TenantState& tenant, Instant now);
  void check_takes(const std::vector<Take>& takes, const CreditType& type, const Account& account, Instant now);
  void check_account(const Account& account);
  void check_books(const readers::Fold::Name& name, const Account& account);
  void check_refs(const store::Checkpoint& account);
  void check_checkpoint(const std::string& object, store::Position position, const std::string& folded);
  void check_floor();
  template <class T>
  void expect(bool holds, const char* rule, const T& text) {
    if (!holds) broken(rule, text());
  }
  void broken(const char* rule, std::string text);

  store::Store& store_;
  const std::uint32_t shard_;
  Verified& verified_;
  readers::Fold fold_;
  std::map<std::string, store::Checkpoint> checkpoints_;
  std::map<std::string, std::string> pages_;  ///< of accounts' pasts, by the names of their objects
  store::Position store_floor_ = 0;  ///< as the head has it; a start goes by the one that is saved with the rest
  store::Position floor_ = 0;        ///< a start reads no fact up to it: the checkpoints have them
  std::map<std::string, store::Position> saved_;             ///< as of which entry each object's checkpoint is
  std::set<std::string> were_aside_;                         ///< objects that were set aside at some time
  std::map<std::string, store::Position> last_below_floor_;  ///< of each object
  store::Position position_ = 0;
  store::Position position_of_last_ = 0;
  std::string about_;
  std::set<std::string> lost_;  // what could not be folded any more: said once
  using Books = std::map<std::pair<std::string, std::string>, std::int64_t>;  // ledger account, commodity
  void check_bank_money(const Account& account, const Books& books);
  void check_months(const TenantState& tenant);
  std::map<readers::Fold::Name, Books> books_;
  readers::Versions versions_;
  Instant last_at_;
  std::map<std::string, Wide> totals_;
  std::set<readers::Fold::Name> alarmed_;  // money that a person has to look at
  KeyCheck keys_{[this](const char* rule, std::string text) { broken(rule, std::move(text)); }};
  std::optional<engine::ShardMark> mark_;
  store::Epoch epoch_ = 0;
};

void Checking::broken(const char* rule, std::string text) {
  if (verified_.violations.size() == most_violations) {
    ++verified_.more_violations;
    return;
  }
  verified_.violations.push_back(
      {.rule = rule, .shard = shard_, .position = position_, .about = about_, .text = std::move(text)});
}

Status Checking::run() {
  // First: what is added meanwhile is newer than every checkpoint, never older.
  if (const Status loaded = load_checkpoints(); !loaded) return loaded;
  const auto readable = read_journal();
  if (!readable) return readable.error();
  position_of_last_ = position_ == 0 ? 0 : position_ - 1;
  position_ = 0;
  check_accounts();
  check_totals();
  for (const auto& [object, left] : checkpoints_) {
    about_ = object;
    position_ = left.position;
    if (*readable) broken("checkpoint", "it is as of an entry that is not this object's");
  }
  if (*readable) check_floor();
  check_tenants(*readable);
  if (*readable) check_kept();
  verified_.tenants += fold_.tenants().size();
  verified_.accounts += fold_.accounts().size();
  return Done{};
}

Status Checking::load_checkpoints() {
  const auto loaded = store_.load(shard_);
  if (!loaded && loaded.error().code != "damaged_checkpoint") return loaded.error();
  if (!loaded) {
    broken("checkpoint", loaded.error().message);
    return Done{};
  }
  floor_ = store_floor_ = loaded->floor;
  for (const store::Checkpoint& object : loaded->objects) {
    if (object.object == engine::ShardMark::object || object.object.starts_with("keys/")) {
      if (const Status kept = load_of_shard(object); !kept)
        broken("checkpoint", object.object + ": " + kept.error().message);
      continue;
    }
    if (object.object.starts_with("past/")) {
      pages_.emplace(object.object, object.bytes);
      continue;
    }
    checkpoints_.emplace(object.object, object);
    saved_.emplace(object.object, object.position);
  }
  return Done{};
}

Status Checking::load_of_shard(const store::Checkpoint& object) {
  if (object.object != engine::ShardMark::object) return keys_.load(object);
  auto mark = engine::ShardMark::read(object.bytes);
  if (!mark) return mark.error();
  mark_ = std::move(*mark);
  floor_ = mark_->floor;
  return Done{};
}

/// Rows with what is in them. They are decoded beside the thread that checks, some at a time: a thread for each row of
/// a single entry would cost more than it saves.
struct Decoded {
  std::vector<store::Row> rows;
  std::vector<Result<std::vector<Entry>>> entries;
};
constexpr store::Position entries_at_once = 4096;

Decoded decoded(std::vector<store::Row> rows) {
  Decoded all{.rows = std::move(rows), .entries = {}};
  for (const store::Row& row : all.rows) all.entries.push_back(engine::entries_of(row));
  return all;
}

bool Checking::check_row(const store::Row& row, const Result<std::vector<Entry>>& entries) {
  ++verified_.rows;
  position_ = row.first;
  about_.clear();
  if (!entries) {
    broken("decodes", entries.error().message);
    return false;
  }
  for (const Entry& entry : *entries) {
    check(entry);
    if (const auto* opened = std::get_if<OpenStore>(&entry.command)) {
      expect(opened->epoch == row.epoch && epoch_ < row.epoch, "epoch", [&] {
        return fmt::format("an opening under epoch {} stands in a row of epoch {}, after epoch {}", opened->epoch,
                           row.epoch, epoch_);
      });
      epoch_ = row.epoch;
    }
    ++position_;
  }
  return true;
}

/// Whether all of it could be read.
Result<bool> Checking::read_journal() {
  bool readable = true;
  std::deque<std::future<Decoded>> ahead;
  const std::size_t most_ahead = std::max(1U, std::thread::hardware_concurrency() - 1);
  const auto check_until = [&](std::size_t left) {
    for (; ahead.size() > left; ahead.pop_front()) {
      const Decoded some = ahead.front().get();
      for (std::size_t i = 0; i < some.rows.size() && readable; ++i)
        readable = check_row(some.rows[i], some.entries[i]);
    }
    return readable;
  };
  std::vector<store::Row> next;
  store::Position entries = 0;
  const auto decode_next = [&] {
    ahead.push_back(std::async(std::launch::async, decoded, std::exchange(next, {})));
    entries = 0;
  };
  const Status read = store_.read(shard_, 1, [&](const store::Row& row) {
    next.push_back(row);
    entries += row.last - row.first + 1;
    if (entries < entries_at_once) return true;
    decode_next();
    return check_until(most_ahead);
  });
  if (!next.empty()) decode_next();
  check_until(0);
  about_.clear();
  if (read) return readable;
  if (read.error().code != "damaged_row") return read.error();
  position_ = std::max<store::Position>(position_, 1);  // of the first entry that was not read
  broken("hash_chain", read.error().message);
  return false;
}

void Checking::check_accounts() {
  for (const auto& [name, account] : fold_.accounts()) {
    about_ = name.first + "/" + name.second;
    if (!lost_.contains(about_)) check_books(name, account);
    verified_.grants += account.grants.size() + account.closed_grants.size();
    verified_.open_holds += account.holds.size();
  }
  about_.clear();
}

void Checking::check_totals() {
  for (const auto& [commodity, total] : totals_)
    expect(total == 0, "ledger_sum", [&] { return "all postings of " + commodity + " do not sum to 0"; });
  std::map<std::pair<std::string, std::string>, Wide> transferred;  // by tenant and commodity
  for (const auto& [name, books] : books_)
    for (const auto& [line, amount] : books)
      if (line.first == "transferred") transferred[{name.first, line.second}] += amount;
  for (const auto& [of, left] : transferred)
    expect(left == 0, "transfers",
           [&] { return of.first + ": what was transferred out, in " + of.second + ", is not what came in"; });
  verified_.commodities += totals_.size();
}

void Checking::check_tenants(bool readable) {
  for (const auto& [id, tenant] : fold_.tenants()) {
    about_ = id;
    position_ = tenant.position;
    if (readable && lost_.empty()) check_months(tenant);
    for (const std::string& name : tenant.catalog_texts) {
      const auto text = store_.text(name);
      ++verified_.catalog_texts;
      expect(bool(text), "catalog_text", [&] { return text.error().message; });
      if (text)
        expect(name == "catalog/" + id + "/" + engine::provider_key(*text), "catalog_text",
               [&] { return "the text under " + name + " is not the one of that digest"; });
    }
  }
  for (const auto& [id, tenant] : fold_.tenants())
    for (const Discrepancy& difference : tenant.discrepancies)
      if (const auto aside = set_aside_in(difference))
        verified_.set_aside.push_back(fmt::format("{}/{} since {}: {}: {}", id, aside->account.text(),
                                                  aside->since.text(), aside->rule, aside->text));
}

/// What lies beside the journal: keys of persons, and settings.
void Checking::check_kept() {
  const store::Position last = position_of_last_;
  position_ = 0;
  for (auto& all : {check_persons(store_, shard_, fold_, last), check_actions(store_, shard_, fold_, last),
                    check_marks(store_, fold_, versions_)})
    for (const Unkept& one : all) {
      about_ = one.about;
      broken(one.rule, one.text);
    }
  about_.clear();
}

void Checking::check(const Entry& entry) {
  ++verified_.entries;
  verified_.facts += entry.facts.size();
  about_ = name_of(entry);
  versions_.note(entry);
  last_at_ = std::max(last_at_, entry.at);
  if (!entry.key.empty()) ++verified_.keys;
  keys_.see(entry, position_, floor_, last_at_);
  if (entry.tenant.empty()) return;
  for (const Fact& fact : entry.facts)
    if (const auto* found = std::get_if<DiscrepancyFound>(&fact))
      if (const auto aside = set_aside_in(*found->difference))
        were_aside_.insert("account/" + entry.tenant.text() + "/" + aside->account.text());
  if (position_ <= floor_) last_below_floor_["tenant/" + entry.tenant.text()] = position_;
  TenantState& tenant = fold_.tenant(entry.tenant);
  tenant.position = position_;
  if (lost_.contains(about_)) return check_tenant_alone(tenant, entry);
  Account nobody;
  Account* about = fold_.subject(entry);
  if (about == nullptr && !entry.account.empty())
    return check_checkpoint("tenant/" + entry.tenant.text(), position_, journal::write(tenant));
  // Of what was refused to an account that never came to be there is no checkpoint.
  if (position_ <= floor_ && about != nullptr) last_below_floor_["account/" + about_] = position_;
  Account& account = about != nullptr ? *about : nobody;
  expect(account.last_at <= entry.at, "time",
         [&] { return "its time " + entry.at.text() + " is before the account's last, " + account.last_at.text(); });
  try {
    check_facts(entry, account, tenant);
  } catch (const std::exception& failed) {
    // Nothing after it can be folded; the others can.
    broken("facts_fit", failed.what());
    lost_.insert(about_);
    return check_tenant_alone(tenant, entry);
  }
  const auto wanted = [&](const std::string& object) {
    const auto found = checkpoints_.find(object);
    return found != checkpoints_.end() && found->second.position == position_;
  };
  if (const std::string object = "tenant/" + entry.tenant.text(); wanted(object))
    check_checkpoint(object, position_, journal::write(tenant));
  if (about == nullptr) return;
  check_account(account);
  if (const std::string object = "account/" + about_; wanted(object))
    check_checkpoint(object, position_, journal::write(account));
}

/// Of an account that cannot be folded the tenant's part still counts: its documents have their numbers.
void Checking::check_tenant_alone(TenantState& tenant, const Entry& entry) {
  apply_tenant_part(tenant, entry);
  check_checkpoint("tenant/" + entry.tenant.text(), position_, journal::write(tenant));
}

void Checking::check_facts(const Entry& entry, Account& account, TenantState& tenant) {
  Books& books = books_[{entry.tenant.text(), entry.account.text()}];
  for (const Fact& fact : entry.facts) {
    check_fact(fact, account, tenant, entry.at);
    if (const auto* moved = std::get_if<AttemptMoved>(&fact); moved != nullptr && !moved->alarm.empty())
      alarmed_.insert({entry.tenant.text(), entry.account.text()});
    std::map<std::string, Wide> sums;
    for (const Posting& posting : postings(fact, account)) {
      ++verified_.postings;
      sums[posting.commodity] += posting.amount;
      std::int64_t& balance = books[{posting.account, posting.commodity}];
      balance = add(balance, posting.amount);
    }
    for (const auto& [commodity, sum] : sums) {
      totals_[commodity] += sum;
      expect(sum == 0, "ledger_sum", [&] { return "the postings of a fact in " + commodity + " do not sum to 0"; });
    }
    apply(account, tenant, fact, entry.at);
  }
  Entry rest;
  rest.at = entry.at;
  apply(account, tenant, rest, position_);
  // Its facts were applied one by one, so what they promised is looked at here.
  if (about_ != entry.tenant.text()) account.due_at = next_due(account).value_or(Due()).at;
}

void Checking::check_fact(const Fact& fact, const Account& account, const TenantState& tenant, Instant now) {
  if (const auto* spent = std::get_if<CreditsSpent>(&fact)) check_takes(spent->takes, spent->type, account, now);
  if (const auto* placed = std::get_if<HoldPlaced>(&fact)) check_takes(placed->takes, placed->type, account, now);
  if (const auto* invoice = std::get_if<InvoiceIssued>(&fact)) {
    ++verified_.invoices;
    expect(invoice->sequence == tenant.last_invoice + 1, "document_numbers", [&] {
      return fmt::format("invoice {} has number {} of the tenant, after {}", invoice->number, invoice->sequence,
                         tenant.last_invoice);
    });
  }
  if (const auto* note = std::get_if<CreditNoteIssued>(&fact)) {
    ++verified_.credit_notes;
    expect(note->sequence == tenant.last_credit_note + 1, "document_numbers", [&] {
      return fmt::format("credit note {} has number {} of the tenant, after {}", note->number, note->sequence,
                         tenant.last_credit_note);
    });
  }
  if (const auto* started = std::get_if<AttemptStarted>(&fact)) {
    const Order* order = account.order(started->order);
    expect(order == nullptr || !order->in_flight(), "one_attempt", [&] {
      return fmt::format("attempt {} of order {} starts while another is open", started->attempt->number,
                         started->order.value);
    });
  }
}

/// The declared order, from the grants that work now: each but the last is taken whole.
void Checking::check_takes(const std::vector<Take>& takes, const CreditType& type, const Account& account,
                           Instant now) {
  if (const auto fault = florin::check_takes(account, type, takes, now)) broken(fault->rule.c_str(), fault->text);
}

void Checking::check_account(const Account& account) {
  std::map<std::uint32_t, Credits> held;
  for (const Hold& hold : account.holds)
    for (const Take& take : hold.takes) held[take.grant.value] += take.amount;
  for (const Grant& grant : account.grants) {
    expect(grant.balanced(), "grant_equation", [&] {
      return fmt::format("grant {}: granted {} is not what left it and what remains, {}", grant.id.value,
                         grant.granted.units, grant.remaining.units);
    });
    const auto found = held.find(grant.id.value);
    const Credits open = found == held.end() ? Credits() : found->second;
    expect(grant.held == open, "holds", [&] {
      return fmt::format("grant {} holds {}, its open holds {}", grant.id.value, grant.held.units, open.units);
    });
    if (found != held.end()) held.erase(found);
  }
  for (const auto& [grant, open] : held)
    expect(open.is_zero(), "holds", [&] { return fmt::format("a hold is on grant {}, which is not open", grant); });
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts)
      expect(!attempt.fee || attempt.state == AttemptState::captured, "fees", [&] {
        return fmt::format("order {}: a fee was kept of attempt {}, which brought no money", order.id.value,
                           attempt.number);
      });
  expect(std::ranges::is_sorted(account.grants, spent_before), "spending_order",
         [] { return std::string("the grants do not stand in the order in which they are spent"); });
}

/// At the end: grants that are closed, and what the books say beside what the state says.
void Checking::check_books(const readers::Fold::Name& name, const Account& account) {
  position_ = account.position;
  std::map<std::string, Credits> remains;
  for (const Grant* grant : account.all_grants()) {
    remains[grant->type.text()] += grant->remaining;
    expect(grant->balanced(), "grant_equation",
           [&] { return fmt::format("grant {}: what was granted is not accounted for", grant->id.value); });
  }
  std::map<std::string, std::int64_t> balance, owed, customer, came_in;
  for (const auto& [line, amount] : books_[name]) {
    const auto& [ledger, commodity] = line;
    if (ledger.starts_with("balance:")) balance[commodity] += amount;
    if (ledger == "owed") owed[commodity] -= amount;
    if (ledger == "customer") customer[commodity] += amount;
    // Money that came by bank may have come to another account first, or to nobody's.
    if (ledger.starts_with("cash:") || ledger == "unmatched") came_in[commodity] += amount;
    const bool by_bank = std::ranges::any_of(
        account.receipts, [&](const Receipt& receipt) { return ledger == "cash:" + receipt.processor.text(); });
    if (ledger.starts_with("cash:") && !by_bank)
      expect(amount >= 0, "refunds", [&] { return "more went back than came in, in " + commodity; });
  }
  for (const auto& [commodity, amount] : came_in)
    expect(amount >= 0, "refunds", [&] { return "more went back than came in, in " + commodity; });
  for (const auto& [type, there] : remains) balance.try_emplace(type, 0);
  for (const auto& [type, booked] : balance)
    expect(booked == remains[type].units, "balance",
           [&] { return fmt::format("{}: the ledger has {}, the grants {}", type, booked, remains[type].units); });
  for (const Owed& owes : account.owed) owed.try_emplace(owes.type.text(), 0);
  for (const auto& [type, booked] : owed)
    expect(booked == account.owes(CreditType::trusted(type)).units, "balance",
           [&] { return type + ": what is owed is not what the ledger has"; });
  const bool settled =
      !alarmed_.contains(name) &&
      std::ranges::none_of(account.orders,
                           [](const Order& order) { return order.reopened && order.state != OrderState::paid; }) &&
      std::ranges::none_of(account.orders, &Order::in_flight) &&
      std::ranges::all_of(account.refunds, [](const Refund& refund) { return refund.state == AttemptState::captured; });
  // What was left as an invoice is still to be paid.
  for (const Order& order : account.orders)
    if (order.state == OrderState::open && !order.invoice.empty())
      customer[std::string(order.total.currency().code())] -= order.total.minor();
  check_bank_money(account, books_[name]);
  for (const Order& order : account.orders)  // what waits for a person is in view
    for (const Attempt& attempt : order.attempts)
      if (attempt.kept) customer[std::string(attempt.amount.currency().code())] += attempt.amount.minor();
  for (const auto& [currency, amount] : customer)
    expect(!settled || amount == 0, "balance", [&] {
      return fmt::format("{}: {} minor units were paid and neither invoiced nor given back", currency, -amount);
    });
}

/// Closed months say what the journal says when it is counted again, and all months together what the ledger says.
void Checking::check_months(const TenantState& tenant) {
  if (tenant.closed_months.empty()) return;
  const config::Tenant* file = versions_.newest(tenant.id);
  if (file == nullptr) return;  // its text is missing: that is said by itself
  const auto counted = readers::months_of(store_, tenant.id, file->catalog, tenant.closed_months, last_at_);
  if (!counted) return broken("months", counted.error().message);
  for (const ClosedMonth& closed : tenant.closed_months) {
    ++verified_.months;
    const auto again = std::ranges::find(*counted, closed.month, &ClosedMonth::month);
    const std::size_t lines = again == counted->end() ? 0 : again->lines.size();
    const bool counts = closed.written_off.currency() && again != counted->end();
    expect(!counts || closed.written_off == again->written_off, "months",
           [&] { return closed.month + " was closed with another amount written off than the journal has"; });
    expect(closed.lines.size() == lines, "months", [&] { return closed.month + " was closed with other types"; });
    for (std::size_t i = 0; i < std::min(lines, closed.lines.size()); ++i)
      expect(closed.lines[i] == again->lines[i], "months", [&] {
        return closed.month + " was closed with other sums of " + closed.lines[i].type.text() + " than the journal has";
      });
  }
  std::map<std::string, std::map<std::string, std::int64_t>> ledger;  // by commodity, then by what of it
  for (const auto& [name, books] : books_)
    for (const auto& [line, amount] : books)
      if (name.first == tenant.id.text()) ledger[line.second][line.first.substr(0, line.first.find(':'))] += amount;
  std::map<std::string, MonthLine> sums;
  for (const ClosedMonth& month : *counted)
    for (const MonthLine& line : month.lines) {
      MonthLine& sum = sums[line.type.text()];
      sum.issued += line.issued;
      sum.used += line.used;
      sum.gone += line.gone;
      sum.returned += line.returned;
      sum.after = line.after;
    }
  for (const auto& [type, sum] : sums) {
    std::map<std::string, std::int64_t>& books = ledger[type];
    const auto same = [&](const char* what, Credits months, std::int64_t booked) {
      expect(months.units == booked, "months",
             [&] { return fmt::format("{}: all months have {} {}, the ledger {}", type, months.units, what, booked); });
    };
    same("issued", sum.issued, -books["issued"]);
    same("used", sum.used, books["spent"] + books["absorbed"] + books["owed"] + books["taken_back"]);
    same("gone", sum.gone, books["expired"] + books["forfeited"] + books["corrected"]);
    same("returned", sum.returned, books["refunded"]);
    same("left", sum.after, books["balance"]);
  }
}

/// What came by bank is all accounted for: each receipt, what has paid nothing yet, and what is kept for the next
/// order.
void Checking::check_bank_money(const Account& account, const Books& books) {
  std::map<std::string, std::int64_t> unapplied, kept;
  for (const Receipt& receipt : account.receipts) {
    const std::string currency(receipt.amount.currency().code());
    unapplied[currency] += receipt.left().minor();
    expect(!receipt.left().negative(), "bank_receipts",
           [&] { return receipt.id.text() + " has paid more than came with it"; });
  }
  kept[std::string(account.money.currency().code())] += account.money.minor();
  for (const Order& order : account.orders)
    if (order.state == OrderState::open && !order.reopened)
      kept[std::string(order.account_money.currency().code())] += order.account_money.minor();
  const auto booked = [&](const char* ledger, const std::string& currency) {
    const auto found = books.find({ledger, currency});
    return found == books.end() ? 0 : -found->second;
  };
  for (const auto& [currency, amount] : unapplied)
    expect(booked("unapplied", currency) == amount, "bank_receipts", [&] {
      return fmt::format("{}: the ledger has {} unapplied, the receipts {}", currency, booked("unapplied", currency),
                         amount);
    });
  for (const auto& [currency, amount] : kept)
    expect(currency.empty() || booked("account_money", currency) == amount, "bank_receipts", [&] {
      return fmt::format("{}: the ledger keeps {} for the next order, the account {}", currency,
                         booked("account_money", currency), amount);
    });
}

/// A start reads nothing up to the floor, so what happened up to there must be in a checkpoint. Of an account that was
/// set aside a start reads what its checkpoint lacks.
void Checking::check_floor() {
  const store::Position highest = std::max(floor_, store_floor_);
  expect(highest <= position_of_last_, "checkpoint_floor", [&] {
    return fmt::format("a start would begin behind entry {}, and the last is {}", highest, position_of_last_);
  });
  for (const auto& [object, position] : last_below_floor_) {
    const auto saved = saved_.find(object);
    const bool there = saved != saved_.end() && position <= saved->second;
    if (there || were_aside_.contains(object)) continue;
    about_ = object;
    broken("checkpoint_floor",
           fmt::format("a start begins behind entry {}, and no checkpoint has its entry {}", floor_, position));
  }
  about_.clear();
  if (!mark_) return;  // then a start folds the journal
  keys_.end();
  const auto saved = [&](const char* kind) {
    return std::ranges::count_if(saved_, [&](const auto& object) { return object.first.starts_with(kind); });
  };
  expect(
      std::cmp_less_equal(mark_->accounts, saved("account/")) && std::cmp_less_equal(mark_->tenants, saved("tenant/")),
      "checkpoint", [] { return "what is saved of the shard is not of these checkpoints: a start folds the journal"; });
}

/// Attempts in pages that a start leaves on disk are found by their keys.
void Checking::check_refs(const store::Checkpoint& account) {
  const auto beside = account.object.starts_with("account/") ? journal::read_beside_pages(account.bytes)
                                                             : Result<std::optional<Account>>(std::nullopt);
  if (!beside || !*beside) return;
  const std::string whose = account.object.substr(account.object.find('/') + 1);
  const TenantId tenant = TenantId::trusted(whose.substr(0, whose.find('/')));
  for (const std::string& page : journal::away_pages(**beside)) {
    const auto its = pages_.find(journal::page_object(account.object, page));
    if (!page.starts_with("orders/") || its == pages_.end()) continue;
    Account here = **beside;
    if (!journal::bring(here, nullptr, page, its->second)) continue;
    here.orders.pages().each_here([&](std::size_t, const auto& orders) {
      for (const Order& order : orders)
        for (const std::string& ref : engine::Shard::refs_of(tenant, order)) {
          const auto said = pages_.find(ref);
          if (said == pages_.end() || said->second != whose)
            broken("checkpoint", account.object + ": an attempt of order " + std::to_string(order.id.value) +
                                     " is not found by its key");
        }
    });
  }
}

/// Its bytes, or what they read as: a later program may write more fields than the one that saved it.
void Checking::check_checkpoint(const std::string& object, store::Position position, const std::string& folded) {
  const auto found = checkpoints_.find(object);
  if (found == checkpoints_.end() || found->second.position != position) return;
  ++verified_.checkpoints;
  const auto page_of = [&](const std::string& page) {
    const auto its = pages_.find(journal::page_object(object, page));
    return its == pages_.end() ? nullptr : &its->second;
  };
  bool same = found->second.bytes == folded;
  if (!same && object.starts_with("account/")) {
    const auto account = journal::read_account(found->second.bytes, page_of);
    same = account && journal::write(*account) == folded;
  } else if (!same) {
    const auto tenant = journal::read_tenant(found->second.bytes, page_of);
    same = tenant && journal::write(*tenant) == folded;
  }
  if (!same) broken("checkpoint", object + " is not the fold of its facts");
  if (same) check_refs(found->second);
  checkpoints_.erase(found);
}

}  // namespace

Result<Verified> verify(store::Store& store) {
  Verified verified;
  const auto shards = store.shards();
  if (!shards) return shards.error();
  verified.shards = shards->size();
  for (const std::uint32_t shard : *shards)
    if (const Status checked = Checking(store, shard, verified).run(); !checked) return checked.error();
  return verified;
}

Result<Verified> verify(const std::string& data) {
  auto store = open_journal(data);
  if (!store) return store.error();
  return verify(**store);
}

namespace {

boost::json::array json_list(const std::vector<std::string>& texts) {
  boost::json::array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

}  // namespace

std::string as_json(const Verified& verified) {
  boost::json::array violations;
  for (const Violation& violation : verified.violations)
    violations.push_back(boost::json::object{{"rule", violation.rule},
                                             {"shard", violation.shard},
                                             {"position", violation.position},
                                             {"about", violation.about},
                                             {"text", violation.text}});
  return boost::json::serialize(boost::json::object{{"holds", verified.holds()},
                                                    {"shards", verified.shards},
                                                    {"rows", verified.rows},
                                                    {"entries", verified.entries},
                                                    {"facts", verified.facts},
                                                    {"tenants", verified.tenants},
                                                    {"accounts", verified.accounts},
                                                    {"grants", verified.grants},
                                                    {"open_holds", verified.open_holds},
                                                    {"postings", verified.postings},
                                                    {"commodities", verified.commodities},
                                                    {"invoices", verified.invoices},
                                                    {"credit_notes", verified.credit_notes},
                                                    {"catalog_texts", verified.catalog_texts},
                                                    {"keys", verified.keys},
                                                    {"months", verified.months},
                                                    {"checkpoints", verified.checkpoints},
                                                    {"set_aside", json_list(verified.set_aside)},
                                                    {"violations", std::move(violations)},
                                                    {"more_violations", verified.more_violations}});
}

std::string as_text(const Verified& verified) {
  std::string text;
  const auto line = [&](std::string_view what, const std::string& counted) {
    text += fmt::format("  {:<18}{}\n", what, counted);
  };
  line("hash chain", fmt::format("{} shard{}, {} rows, {} entries with {} facts", verified.shards,
                                 verified.shards == 1 ? "" : "s", verified.rows, verified.entries, verified.facts));
  line("accounts", fmt::format("{} of {} tenants, folded from their facts", verified.accounts, verified.tenants));
  line("grants", fmt::format("{}, with correct balances and spending order; {} open holds", verified.grants,
                             verified.open_holds));
  line("ledger",
       fmt::format("{} postings in {} commodities, each summing to 0", verified.postings, verified.commodities));
  line("documents",
       fmt::format("{} invoices and {} credit notes, numbered without gaps", verified.invoices, verified.credit_notes));
  if (verified.months != 0)
    line("months", fmt::format("{} closed, counted again, and equal to the ledger", verified.months));
  line("keys", fmt::format("{}, each used once in its window", verified.keys));
  line("checkpoints", fmt::format("{}, equal to the fold", verified.checkpoints));
  line("catalog versions", fmt::format("{}, with their texts", verified.catalog_texts));
  for (const std::string& aside : verified.set_aside) line("set aside", aside);
  if (verified.holds()) return text + "everything holds\n";
  text += fmt::format("{} VIOLATION{}\n", verified.violations.size() + verified.more_violations,
                      verified.violations.size() == 1 ? "" : "S");
  for (const Violation& violation : verified.violations)
    text += fmt::format("  {} at shard {}, position {}{}{}: {}\n", violation.rule, violation.shard, violation.position,
                        violation.about.empty() ? "" : ", ", printable(violation.about), printable(violation.text));
  if (verified.more_violations != 0) text += fmt::format("  and {} more\n", verified.more_violations);
  return text;
}

}  // namespace florin

#include "readers/view_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "config/command.hpp"
#include "config/scalar.hpp"
#include "domain/accounts/apply.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/credits/grant_state.hpp"
#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"
#include "domain/journal/journal.hpp"
#include "domain/journal/names.hpp"
#include "domain/ledger/postings.hpp"

namespace florin::readers {

const char* const view_tables = R"(
  CREATE TABLE progress (shard INTEGER PRIMARY KEY, position INTEGER NOT NULL, hash BLOB NOT NULL, at TEXT NOT NULL) STRICT;
  CREATE TABLE written (since_boot TEXT NOT NULL) STRICT;
  CREATE TABLE states (object TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE catalogs (
    tenant TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, applied_at TEXT NOT NULL,
    PRIMARY KEY (tenant, version)) STRICT, WITHOUT ROWID;
  CREATE TABLE accounts (
    tenant TEXT NOT NULL, account TEXT NOT NULL, state TEXT NOT NULL, billing_country TEXT, billing_state TEXT,
    opened_at TEXT NOT NULL, trial_ends_at TEXT, past_due_since TEXT, frozen INTEGER NOT NULL, position INTEGER NOT NULL,
    credits_kept_until TEXT, deleted INTEGER NOT NULL,
    PRIMARY KEY (tenant, account)) STRICT, WITHOUT ROWID;
  CREATE TABLE subscriptions (
    tenant TEXT NOT NULL, account TEXT NOT NULL, plan TEXT NOT NULL, cycle TEXT NOT NULL, licences INTEGER NOT NULL,
    add_ons TEXT, period INTEGER NOT NULL, period_from TEXT NOT NULL, period_to TEXT NOT NULL, anchor TEXT NOT NULL,
    catalog INTEGER NOT NULL, cancelled_at TEXT, next_plan TEXT, next_cycle TEXT, next_licences INTEGER, ends_at TEXT,
    agreement_ends TEXT, paused_since TEXT, paused_until TEXT,
    PRIMARY KEY (tenant, account)) STRICT, WITHOUT ROWID;
  CREATE TABLE custom_plans (
    tenant TEXT NOT NULL, account TEXT NOT NULL, plan TEXT NOT NULL, rank INTEGER, cycles TEXT, credit_price TEXT,
    first_credits TEXT, monthly_minimum TEXT, agreement TEXT,
    PRIMARY KEY (tenant, account, plan)) STRICT, WITHOUT ROWID;
  CREATE TABLE grants (
    tenant TEXT NOT NULL, account TEXT NOT NULL, grant_id INTEGER NOT NULL, type TEXT NOT NULL, source TEXT NOT NULL,
    state TEXT NOT NULL, issued_at TEXT NOT NULL, ends_at TEXT, order_id INTEGER, rolled_from INTEGER, rule TEXT,
    granted INTEGER NOT NULL, remaining INTEGER NOT NULL, held INTEGER NOT NULL, spent INTEGER NOT NULL,
    expired INTEGER NOT NULL, rolled INTEGER NOT NULL, forfeited INTEGER NOT NULL, refunded INTEGER NOT NULL,
    transferred INTEGER NOT NULL, corrected INTEGER NOT NULL, granted_text TEXT NOT NULL, remaining_text TEXT NOT NULL,
    PRIMARY KEY (tenant, account, grant_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE holds (
    tenant TEXT NOT NULL, account TEXT NOT NULL, hold_id INTEGER NOT NULL, meter TEXT NOT NULL, type TEXT NOT NULL,
    amount INTEGER NOT NULL, amount_text TEXT NOT NULL, ends_at TEXT NOT NULL,
    PRIMARY KEY (tenant, account, hold_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE items (
    tenant TEXT NOT NULL, account TEXT NOT NULL, entitlement TEXT NOT NULL, item TEXT NOT NULL, taken_at TEXT NOT NULL,
    suspended INTEGER NOT NULL, PRIMARY KEY (tenant, account, entitlement, item)) STRICT, WITHOUT ROWID;
  CREATE TABLE members (
    tenant TEXT NOT NULL, account TEXT NOT NULL, member TEXT NOT NULL, role TEXT NOT NULL, state TEXT NOT NULL,
    since TEXT NOT NULL, PRIMARY KEY (tenant, account, member)) STRICT, WITHOUT ROWID;
  CREATE TABLE orders (
    tenant TEXT NOT NULL, account TEXT NOT NULL, order_id INTEGER NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    lines TEXT NOT NULL, total INTEGER NOT NULL, currency TEXT, total_text TEXT NOT NULL, placed_at TEXT NOT NULL,
    period_from TEXT, period_to TEXT, paid_at TEXT, invoice TEXT, closed_because TEXT, refunded INTEGER NOT NULL,
    PRIMARY KEY (tenant, account, order_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE attempts (
    tenant TEXT NOT NULL, account TEXT NOT NULL, order_id INTEGER NOT NULL, attempt INTEGER NOT NULL,
    processor TEXT NOT NULL, slot TEXT, method TEXT, state TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT,
    amount_text TEXT NOT NULL, started_at TEXT NOT NULL, decline TEXT, decline_code TEXT, provider_key TEXT NOT NULL,
    ref TEXT, fee INTEGER, fee_currency TEXT, fee_text TEXT, settlement TEXT,
    PRIMARY KEY (tenant, account, order_id, attempt)) STRICT, WITHOUT ROWID;
  CREATE TABLE refunds (
    tenant TEXT NOT NULL, account TEXT NOT NULL, refund_id INTEGER NOT NULL, order_id INTEGER NOT NULL,
    state TEXT NOT NULL, guarantee INTEGER NOT NULL, amount INTEGER NOT NULL, currency TEXT, amount_text TEXT NOT NULL,
    credits INTEGER NOT NULL, credit_note TEXT, provider_key TEXT NOT NULL, ref TEXT,
    PRIMARY KEY (tenant, account, refund_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE invoices (
    tenant TEXT NOT NULL, sequence INTEGER NOT NULL, number TEXT NOT NULL, account TEXT NOT NULL,
    order_id INTEGER NOT NULL, issued_at TEXT NOT NULL, total INTEGER NOT NULL, currency TEXT, total_text TEXT NOT NULL,
    PRIMARY KEY (tenant, sequence)) STRICT, WITHOUT ROWID;
  CREATE TABLE credit_notes (
    tenant TEXT NOT NULL, sequence INTEGER NOT NULL, number TEXT NOT NULL, account TEXT NOT NULL,
    order_id INTEGER NOT NULL, refund_id INTEGER NOT NULL, issued_at TEXT NOT NULL, amount INTEGER NOT NULL,
    currency TEXT, amount_text TEXT NOT NULL,
    PRIMARY KEY (tenant, sequence)) STRICT, WITHOUT ROWID;
  CREATE TABLE usage (
    tenant TEXT NOT NULL, account TEXT NOT NULL, day TEXT NOT NULL, meter TEXT NOT NULL, type TEXT NOT NULL,
    unit TEXT NOT NULL, times INTEGER NOT NULL, quantity_micro INTEGER NOT NULL, credits INTEGER NOT NULL,
    PRIMARY KEY (tenant, account, day, meter, type, unit)) STRICT, WITHOUT ROWID;
  CREATE TABLE named (id INTEGER PRIMARY KEY, tenant TEXT, account TEXT) STRICT;
  CREATE UNIQUE INDEX named_once ON named (tenant, account);
  CREATE TABLE entry_rows (
    shard INTEGER NOT NULL, position INTEGER NOT NULL, named INTEGER NOT NULL, at TEXT NOT NULL, asked_at TEXT,
    role TEXT NOT NULL, actor TEXT, key TEXT, catalog INTEGER NOT NULL, command TEXT NOT NULL, facts INTEGER NOT NULL,
    refused TEXT, PRIMARY KEY (shard, position)) STRICT, WITHOUT ROWID;
  CREATE INDEX entries_by_account ON entry_rows (named, position);
  CREATE VIEW entries AS
    SELECT e.shard, e.position, n.tenant, n.account, e.at, coalesce(e.asked_at, e.at) AS asked_at, e.role, e.actor,
      e.key, e.catalog, e.command, e.facts, e.refused
    FROM entry_rows AS e JOIN named AS n ON n.id = e.named;
  CREATE TABLE books (id INTEGER PRIMARY KEY, ledger TEXT NOT NULL, commodity TEXT NOT NULL,
    UNIQUE (ledger, commodity)) STRICT;
  CREATE TABLE posting_rows (
    shard INTEGER NOT NULL, position INTEGER NOT NULL, fact INTEGER NOT NULL, line INTEGER NOT NULL,
    book INTEGER NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (shard, position, fact, line)) STRICT, WITHOUT ROWID;
  CREATE VIEW postings AS
    SELECT p.shard, p.position, p.fact, p.line, n.tenant, n.account, e.at, b.ledger, b.commodity, p.amount
    FROM posting_rows AS p JOIN entry_rows AS e ON e.shard = p.shard AND e.position = p.position
      JOIN named AS n ON n.id = e.named JOIN books AS b ON b.id = p.book;
  CREATE TABLE refusals (
    shard INTEGER NOT NULL, position INTEGER NOT NULL, tenant TEXT NOT NULL, account TEXT, at TEXT NOT NULL,
    command TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL, rule TEXT,
    PRIMARY KEY (shard, position)) STRICT, WITHOUT ROWID;
)";

namespace {

template <class Enum>
std::string_view word(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

/// Empty, and so NULL, when there is none.
std::string text(const std::optional<Instant>& at) { return at ? at->text() : std::string(); }
std::int64_t whole(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// What Run binds, without a copy: the values live as long as the statement runs.
std::int64_t bound(std::int64_t value) { return value; }
std::int64_t bound(std::int32_t value) { return value; }
std::int64_t bound(std::uint32_t value) { return value; }
std::int64_t bound(bool value) { return value ? 1 : 0; }
std::optional<std::int64_t> bound(std::optional<std::int32_t> value) { return value; }
std::optional<std::int64_t> bound(std::optional<std::int64_t> value) { return value; }
std::string_view bound(const std::string& value) { return value; }
std::string_view bound(std::string_view value) { return value; }
store::Blob bound(store::Blob value) { return value; }

template <class Part>
std::string bytes_of(const Part& part) {
  std::string bytes;
  codec::Writer out(bytes);
  codec::write(out, part);
  return bytes;
}
template <class Part>
bool differ(const Part& before, const Part& now) {
  return bytes_of(before) != bytes_of(now);
}

template <class... Lists>
auto all_of(const Lists&... lists) {
  std::vector<const typename std::common_type_t<typename Lists::value_type...>*> all;
  const auto add = [&](const auto& list) {
    for (const auto& one : list) all.push_back(&one);
  };
  (add(lists), ...);
  return all;
}

}  // namespace

ViewWriter::ViewWriter(store::Connection& connection, Versions& versions)
    : connection_(connection), versions_(versions) {}

store::Statement& ViewWriter::prepared(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  auto statement = connection_.prepare(sql);
  if (!statement) throw Failed{connection_.error(sqlite3_extended_errcode(connection_.get()), sql)};
  return statements_.emplace(sql, std::move(statement)).first->second;
}

template <class... Values>
void ViewWriter::put(std::string_view sql, const Values&... values) {
  const int rc = store::Run(prepared(sql), bound(values)...).finish();
  if (rc != SQLITE_OK) throw Failed{connection_.error(rc, sql)};
}

std::string ViewWriter::credits(const Name& name, const CreditType& type, Credits amount) {
  return versions_.text(TenantId::trusted(name.first), type, amount);
}

/// The state as of the last refresh, once.
ViewWriter::Seen* ViewWriter::load(const Entry& entry) {
  const auto kept = [&](const std::string& object) {
    store::Run query(prepared("SELECT bytes FROM states WHERE object = ?"), std::string_view(object));
    const int rc = query.step();
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) throw Failed{connection_.error(rc, "reading states")};
    return rc == SQLITE_ROW ? std::optional(std::string(query.bytes(0))) : std::nullopt;
  };
  if (loaded_tenants_.insert(entry.tenant.text()).second) {
    TenantState& tenant = fold_.tenant(entry.tenant);
    if (const auto bytes = kept(entry.tenant.text())) {
      auto state = journal::read_tenant(*bytes);
      if (!state) throw Failed{state.error()};
      tenant = std::move(*state);
    }
  }
  if (entry.account.empty()) return nullptr;
  const std::string object = entry.tenant.text() + "/" + entry.account.text();
  const auto [at, is_new] = seen_.try_emplace(object);
  Seen& seen = at->second;
  if (!is_new) return &seen;
  seen.name = {entry.tenant.text(), entry.account.text()};
  if (const auto bytes = kept(object)) {
    auto state = journal::read_account(*bytes);
    if (!state) throw Failed{state.error()};
    seen.before = *state;
    fold_.account(entry.tenant, entry.account) = std::move(*state);
  }
  return &seen;
}

std::int64_t ViewWriter::number_of(std::string_view find, std::string_view add, std::string_view first,
                                   std::string_view second) {
  store::Run query(prepared(find), first, second);
  const int rc = query.step();
  if (rc == SQLITE_ROW) return query.number(0);
  if (rc != SQLITE_DONE) throw Failed{connection_.error(rc, find)};
  put(add, first, second);
  return sqlite3_last_insert_rowid(connection_.get());
}

std::int64_t ViewWriter::named(const TenantId& tenant, const AccountId& account) {
  const auto [found, is_new] = named_.try_emplace({tenant.text(), account.text()});
  if (is_new)
    found->second = number_of("SELECT id FROM named WHERE tenant IS nullif(?, '') AND account IS nullif(?, '')",
                              "INSERT INTO named (tenant, account) VALUES (nullif(?, ''), nullif(?, ''))",
                              tenant.text(), account.text());
  return found->second;
}

std::int64_t ViewWriter::book(const Posting& posting) {
  const auto [found, is_new] = books_.try_emplace({posting.account, posting.commodity});
  if (is_new)
    found->second =
        number_of("SELECT id FROM books WHERE ledger = ? AND commodity = ?",
                  "INSERT INTO books (ledger, commodity) VALUES (?, ?)", posting.account, posting.commodity);
  return found->second;
}

Status ViewWriter::add(const Entry& entry, std::uint32_t shard, store::Position position) {
  try {
    versions_.note(entry);
    const std::string_view command = config::command_word(entry.command);
    const std::string at = entry.at.text();
    put("INSERT INTO entry_rows VALUES (?, ?, ?, ?, nullif(?, ''), ?, nullif(?, ''), nullif(?, ''), ?, ?, ?, "
        "nullif(?, ''))",
        shard, whole(position), named(entry.tenant, entry.account), at,
        entry.asked_at == entry.at ? std::string() : entry.asked_at.text(), entry.actor.role, entry.actor.id, entry.key,
        entry.catalog, command, whole(entry.facts.size()), entry.refusal ? entry.refusal->code : std::string());
    if (entry.refusal)
      put("INSERT INTO refusals VALUES (?, ?, ?, nullif(?, ''), ?, ?, ?, ?, nullif(?, ''))", shard, whole(position),
          entry.tenant.text(), entry.account.text(), at, command, entry.refusal->code, entry.refusal->text,
          entry.refusal->rule);
    if (entry.tenant.empty()) return Done{};
    Seen* seen = load(entry);
    touched_tenants_.insert(entry.tenant.text());
    add_facts(seen, entry, shard, position);
    if (seen != nullptr && !seen->touched) seen->touched = fold_.find(entry.tenant, entry.account) != nullptr;
  } catch (const Failed& failed) {
    return failed.error;
  }
  return Done{};
}

void ViewWriter::add_usage(Seen& seen, Instant at, const std::string& meter, const Quantity& quantity,
                           const CreditType& type, Credits used) {
  Usage& sum = seen.usage[{at.text().substr(0, 10), meter, type.text(), quantity.unit}];
  ++sum.times;
  sum.quantity_micro += quantity.micro;
  sum.credits += used;
}

/// Each fact beside the account as it is just before it: the account tells a grant's type and a hold's meter.
void ViewWriter::add_facts(Seen* seen, const Entry& entry, std::uint32_t shard, store::Position position) {
  TenantState& tenant = fold_.tenant(entry.tenant);
  Account nobody;
  Account* about = fold_.subject(entry);
  Account& account = about != nullptr ? *about : nobody;
  const std::string at = entry.at.text();
  tenant.position = position;
  if (about == nullptr && !entry.account.empty()) return apply_tenant_part(tenant, entry);
  std::int64_t number = 0;
  // One account that cannot be folded ends nobody else's tables; `florin verify` names it.
  const auto fits = [&](const auto& does) {
    try {
      does();
      return true;
    } catch (const std::exception&) {
      if (about == nullptr) throw;
      fold_.lose(entry);
      return false;
    }
  };
  for (const Fact& fact : entry.facts) {
    std::int64_t line = 0;
    std::vector<Posting> posted;
    if (!fits([&] { posted = postings(fact, account); })) return;
    for (const Posting& posting : posted)
      put("INSERT INTO posting_rows VALUES (?, ?, ?, ?, ?, ?)", shard, whole(position), number, line++, book(posting),
          posting.amount);
    if (const auto* spent = std::get_if<CreditsSpent>(&fact)) {
      Credits used;
      for (const Take& take : spent->takes) used += take.amount;
      add_usage(*seen, entry.at, spent->meter.text(), spent->quantity, spent->type, used);
    }
    if (const auto* closed = std::get_if<HoldClosed>(&fact); closed != nullptr && closed->because == "settled") {
      Credits used = closed->owed + closed->absorbed;
      for (const Take& take : closed->spent) used += take.amount;
      if (const Hold* hold = account.hold(closed->hold))
        add_usage(*seen, entry.at, hold->meter.text(), closed->quantity, hold->type, used);
    }
    if (const auto* invoice = std::get_if<InvoiceIssued>(&fact))
      put("INSERT INTO invoices VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?)", entry.tenant.text(),
          whole(invoice->sequence), invoice->number, entry.account.text(), invoice->order.value, at,
          invoice->total.minor(), invoice->total.currency().code(), invoice->total.text());
    if (const auto* note = std::get_if<CreditNoteIssued>(&fact))
      put("INSERT INTO credit_notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?)", entry.tenant.text(),
          whole(note->sequence), note->number, entry.account.text(), note->order.value, note->refund.value, at,
          note->amount.minor(), note->amount.currency().code(), note->amount.text());
    if (const auto* applied = std::get_if<CatalogApplied>(&fact))
      put("INSERT INTO catalogs VALUES (?, ?, ?, ?)", entry.tenant.text(), applied->version, applied->text, at);
    if (!fits([&] { apply(account, tenant, fact, entry.at); })) return;
    ++number;
  }
  Entry rest;
  rest.at = entry.at;
  apply(account, tenant, rest, position);
  tenant.position = position;
}

Status ViewWriter::finish() {
  try {
    for (const std::string& id : touched_tenants_) {
      const std::string bytes = journal::write(fold_.tenant(TenantId::trusted(id)));
      put("INSERT OR REPLACE INTO states VALUES (?, ?)", id, store::Blob{bytes});
    }
    // In the order of the tables, so that what is written lies together.
    std::vector<const Seen*> touched;
    for (const auto& [object, seen] : seen_)
      if (seen.touched) touched.push_back(&seen);
    std::ranges::sort(touched, {}, [](const Seen* seen) -> const Name& { return seen->name; });
    for (const Seen* seen : touched) {
      const Account& account = fold_.accounts().at(seen->name);
      const std::string bytes = journal::write(account);
      put("INSERT OR REPLACE INTO states VALUES (?, ?)", seen->name.first + "/" + seen->name.second,
          store::Blob{bytes});
      write_changes(*seen, account);
    }
  } catch (const Failed& failed) {
    return failed.error;
  }
  return Done{};
}

template <class Again>
void ViewWriter::rewrite(const Name& name, const char* table, const Again& again) {
  put(fmt::format("DELETE FROM {} WHERE tenant = ? AND account = ?", table), name.first, name.second);
  again();
}

template <class One, class Again>
void ViewWriter::update(const Name& name, const char* table, const char* id_column,
                        const std::vector<const One*>& before, const std::vector<const One*>& now, const Again& again) {
  boost::unordered_flat_map<std::uint64_t, const One*> was;
  for (const One* one : before) was[one->id.value] = one;
  for (const One* one : now) {
    const auto found = was.find(one->id.value);
    // Of an account's past both are often the same page.
    const bool same = found != was.end() && (found->second == one || bytes_of(*found->second) == bytes_of(*one));
    if (found != was.end()) was.erase(found);
    if (!same) again(*one);
  }
  for (const auto& [id, gone] : was)
    put(fmt::format("DELETE FROM {} WHERE tenant = ? AND account = ? AND {} = ?", table, id_column), name.first,
        name.second, whole(id));
}

void ViewWriter::write_changes(const Seen& seen, const Account& now) {
  const Name& name = seen.name;
  const Account& before = seen.before;
  write_account(name, now);
  if (differ(before.subscription, now.subscription) || differ(before.pause, now.pause))
    rewrite(name, "subscriptions", [&] { write_subscription(name, now); });
  if (differ(before.custom_plans, now.custom_plans))
    rewrite(name, "custom_plans", [&] {
      for (const CustomPlan& made : now.custom_plans) write_custom_plan(name, made);
    });
  update(name, "grants", "grant_id", all_of(before.grants, before.closed_grants), all_of(now.grants, now.closed_grants),
         [&](const Grant& grant) { write_grant(name, grant); });
  update(name, "holds", "hold_id", all_of(before.holds), all_of(now.holds), [&](const Hold& hold) {
    put("INSERT OR REPLACE INTO holds VALUES (?, ?, ?, ?, ?, ?, ?, ?)", name.first, name.second, hold.id.value,
        hold.meter.text(), hold.type.text(), hold.amount().units, credits(name, hold.type, hold.amount()),
        hold.ends_at.text());
  });
  if (differ(before.items, now.items))
    rewrite(name, "items", [&] {
      for (const Item& item : now.items)
        put("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)", name.first, name.second, item.entitlement.text(), item.name,
            item.taken_at.text(), item.suspended);
    });
  if (differ(before.members, now.members))
    rewrite(name, "members", [&] {
      for (const Member& member : now.members)
        put("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?)", name.first, name.second, member.id.text(), member.role,
            std::string_view(member.invited ? "invited" : "active"), member.since.text());
    });
  // An attempt's row says of its method what the account says: with other methods all of them are written anew.
  const bool other_methods = differ(before.methods, now.methods);
  update(name, "orders", "order_id", all_of(before.orders), all_of(now.orders), [&](const Order& order) {
    write_order(name, order);
    if (!other_methods) write_attempts(name, now, order);
  });
  if (other_methods)
    for (const Order& order : now.orders) write_attempts(name, now, order);
  for (const auto& [what, sum] : seen.usage) {
    const auto& [day, meter, type, unit] = what;
    put("INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = times + "
        "excluded.times, quantity_micro = quantity_micro + excluded.quantity_micro, credits = credits + "
        "excluded.credits",
        name.first, name.second, day, meter, type, unit, sum.times, sum.quantity_micro, sum.credits.units);
  }
  update(name, "refunds", "refund_id", all_of(before.refunds), all_of(now.refunds),
         [&](const Refund& refund) { write_refund(name, refund); });
}

void ViewWriter::write_account(const Name& name, const Account& account) {
  const auto& [tenant, id] = name;
  put("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, nullif(?, ''), nullif(?, ''), ?, nullif(?, ''), nullif(?, ''), "
      "?, ?, "
      "nullif(?, ''), ?)",
      tenant, id, account.state_word(), account.billing_country, account.billing_state, account.opened_at.text(),
      account.trial ? text(account.trial->ends_at) : std::string(),
      account.past_due ? account.past_due->since.text() : std::string(), account.frozen, whole(account.position),
      account.kept ? account.kept->until.text() : std::string(), account.deleted);
}

void ViewWriter::write_subscription(const Name& name, const Account& account) {
  const auto& [tenant, id] = name;
  if (const auto& running = account.subscription) {
    std::string add_ons;
    for (const AddOnCount& bought : running->add_ons)
      add_ons += (add_ons.empty() ? "" : ", ") + std::to_string(bought.count) + " " + bought.add_on.text();
    const bool waits = running->pending && !running->ends_with_period();
    put("INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), "
        "nullif(?, ''), nullif(?, 0), nullif(?, ''), nullif(?, ''), nullif(?, ''), nullif(?, ''))",
        tenant, id, running->plan.text(), running->cycle, running->licences, add_ons, running->k, running->from.text(),
        running->to.text(), running->anchor.text(), running->catalog, text(running->cancelled_at),
        waits ? running->pending->plan.text() : std::string(), waits ? running->pending->cycle : std::string(),
        waits ? running->pending->licences : 0, text(running->ends_at), text(running->agreement_ends),
        account.pause ? account.pause->since.text() : std::string(),
        account.pause ? account.pause->resumes_at.text() : std::string());
  }
}

void ViewWriter::write_custom_plan(const Name& name, const CustomPlan& made) {
  const auto& [tenant, id] = name;
  std::string cycles;
  for (const CustomPlan::Cycle& cycle : made.cycles)
    cycles += (cycles.empty() ? "" : ", ") + cycle.cycle + " " + cycle.price.text();
  const auto money = [](const std::optional<Money>& amount) { return amount ? amount->text() : std::string(); };
  put("INSERT INTO custom_plans VALUES (?, ?, ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''), "
      "nullif(?, ''), nullif(?, ''))",
      tenant, id, made.plan.text(), made.rank, cycles,
      made.credit_price ? config::Scalar<UnitPrice>::text(*made.credit_price) : std::string(),
      money(made.first_credits), money(made.monthly_minimum), made.agreement ? made.agreement->text() : std::string());
}

void ViewWriter::write_grant(const Name& name, const Grant& grant) {
  const auto& [tenant, id] = name;
  put("INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, 0), nullif(?, 0), nullif(?, "
      "''), "
      "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      tenant, id, grant.id.value, grant.type.text(), word(grant.source), word(state_of(grant)), grant.issued_at.text(),
      text(grant.ends_at), grant.paid_by.value, grant.rolled_from.value, grant.rule, grant.granted.units,
      grant.remaining.units, grant.held.units, grant.spent.units, grant.expired.units, grant.rolled.units,
      grant.forfeited.units, grant.refunded.units, grant.transferred.units, grant.corrected.units,
      credits(name, grant.type, grant.granted), credits(name, grant.type, grant.remaining));
}

void ViewWriter::write_attempts(const Name& name, const Account& account, const Order& order) {
  const auto& [tenant, id] = name;
  for (const Attempt& attempt : order.attempts) {
    const SavedMethod* saved = account.method(attempt.method);
    const Fee fee = attempt.fee ? *attempt.fee : Fee();
    const bool known{fee.amount.currency()};
    put("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?, nullif(?, ''), ?, "
        "?, nullif(?, 'none'), nullif(?, ''), ?, nullif(?, ''), ?, nullif(?, ''), nullif(?, ''), nullif(?, ''))",
        tenant, id, order.id.value, attempt.number, attempt.processor.text(),
        saved == nullptr ? std::string() : saved->slot, saved == nullptr ? std::string() : saved->method.text(),
        word(attempt.state), attempt.amount.minor(), attempt.amount.currency().code(), attempt.amount.text(),
        attempt.started_at.text(), word(attempt.decline), attempt.decline_code, attempt.key, attempt.ref,
        known ? std::optional(fee.amount.minor()) : std::nullopt, fee.amount.currency().code(),
        known ? fee.amount.text() : std::string(), fee.settlement);
  }
}

void ViewWriter::write_refund(const Name& name, const Refund& refund) {
  const auto& [tenant, id] = name;
  put("INSERT OR REPLACE INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?, nullif(?, ''), ?, nullif(?, "
      "''))",
      tenant, id, refund.id.value, refund.order.value, word(refund.state), refund.guarantee, refund.amount.minor(),
      refund.amount.currency().code(), refund.amount.text(), refund.credits.units, refund.credit_note, refund.key,
      refund.ref);
}

void ViewWriter::write_order(const Name& name, const Order& order) {
  std::string lines;
  for (const Line& line : order.lines) {
    if (!lines.empty()) lines += "\n";
    if (line.quantity != 1) lines += std::to_string(line.quantity) + " x ";
    lines += line.text + ": " + line.amount.text();
  }
  put("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?, nullif(?, ''), nullif(?, ''), "
      "nullif(?, "
      "''), "
      "nullif(?, ''), nullif(?, ''), ?)",
      name.first, name.second, order.id.value, word(order.kind), word(order.state), lines, order.total.minor(),
      order.total.currency().code(), order.total.text(), order.placed_at.text(), text(order.period_from),
      text(order.period_to), text(order.paid_at), order.invoice, order.closed_because, order.refunded.minor());
}

}  // namespace florin::readers

#include "answers/payments.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "config/write_json.hpp"
#include "domain/journal/described.hpp"
#include "engine/tenant_up.hpp"

namespace florin::answers {

namespace {

/// An attempt that was asked about so often, over more than four days, is for a person.
constexpr std::uint32_t asked_enough = 8;

std::string why_open(const Attempt& attempt) {
  if (attempt.cancelling() && attempt.alarm.empty())
    return "its order is over: the processor is asked to cancel it, next at " + attempt.cancel_at.text();
  if (!attempt.alarm.empty() && !attempt.open()) return attempt.alarm;
  if (!attempt.alarm.empty()) return attempt.alarm + ": look into the processor's own pages, then resolve_payment";
  switch (attempt.state) {
    case AttemptState::started: return "it is about to be sent, or is being sent";
    case AttemptState::unknown:
      return attempt.asked >= asked_enough
                 ? "the processor was asked " + std::to_string(attempt.asked) +
                       " times and its outcome is still not known: a person has to find out, then resolve_payment"
                 : "its outcome is not known: the processor is asked again at " + attempt.ask_at.text() +
                       "; nothing else is tried till then";
    case AttemptState::pending: return "the processor or a bank is working on it";
    case AttemptState::needs_action: return "the customer has still to do something";
    case AttemptState::authorised: return "the money is held and not captured";
    default: return "";
  }
}

std::string why_unpaid(const florin::Refund& refund) {
  if (!refund.alarm.empty()) return refund.alarm;
  if (!refund.paid_out_from.empty())
    return "a person pays it out from '" + refund.paid_out_from.text() + "', and says so with record_payout";
  switch (refund.state) {
    case AttemptState::started: return "it is being sent";
    case AttemptState::pending: return "the processor is working on it";
    case AttemptState::declined:
      return "the processor could not pay it back" +
             (refund.decline_code.empty() ? std::string() : " (" + refund.decline_code + ")") + ", and is asked again";
    default: return "its outcome is not known, and the processor is asked again";
  }
}

/// Nothing where nothing is to come, or never was.
std::optional<Instant> some(Instant at) { return at == never || at == Instant() ? std::nullopt : std::optional(at); }

bool for_a_person(const Attempt& attempt) {
  return !attempt.alarm.empty() || (attempt.state == AttemptState::unknown && attempt.asked >= asked_enough);
}

void add_open(const florin::Account& account, Payments& all) {
  for (const florin::Order& order : account.orders)
    for (const Attempt& attempt : order.attempts) {
      if (!attempt.open() && attempt.alarm.empty() && !attempt.cancelling()) continue;
      all.payments.push_back({.account = account.id,
                              .order = order.id,
                              .attempt = attempt.number,
                              .processor = attempt.processor,
                              .amount = attempt.amount,
                              .state = attempt.state,
                              .key = attempt.key,
                              .ref = attempt.ref,
                              .raw = attempt.raw,
                              .since = attempt.started_at,
                              .asked = attempt.asked,
                              .ask_at = some(attempt.ask_at),
                              .for_a_person = for_a_person(attempt),
                              .why = why_open(attempt)});
    }
  for (const florin::Refund& refund : account.refunds) {
    if (refund.state == AttemptState::captured) continue;
    all.refunds.push_back({.account = account.id,
                           .order = refund.order,
                           .refund = refund.id,
                           .amount = refund.amount,
                           .state = refund.state,
                           .key = refund.key,
                           .ref = refund.ref,
                           .asked = refund.asked,
                           .ask_at = some(refund.ask_at),
                           .for_a_person = !refund.paid_out_from.empty() || !refund.alarm.empty(),
                           .why = why_unpaid(refund)});
  }
}

void add_undelivered(const florin::Account& account, Payments& all) {
  for (const florin::Order& order : account.orders) {
    if (!order.undelivered) continue;
    const Undelivered& why = *order.undelivered;
    all.deliveries.push_back({.account = account.id,
                              .order = order.id,
                              .amount = order.total,
                              .paid_at = some(order.paid_at.value_or(never)),
                              .since = why.since,
                              .tries = why.tries,
                              .try_at = some(why.try_at),
                              .plugin = why.plugin,
                              .code = why.code,
                              .why = why.text});
  }
}

/// What one processor kept, in one currency.
struct Kept {
  Money amount;
  std::int64_t payments = 0, settled = 0;
};
struct Fees {
  std::map<std::pair<std::string, std::string>, Kept> kept;  ///< by processor and currency
  std::map<std::string, std::int64_t> unknown;               ///< captured payments whose fee it has not said

  void add(const Fees& more) {
    for (const auto& [whose, its] : more.kept) {
      Kept& sum = kept[whose];
      sum.amount += its.amount;
      sum.payments += its.payments;
      sum.settled += its.settled;
    }
    for (const auto& [processor, payments] : more.unknown) unknown[processor] += payments;
  }
};

void add_fees(const florin::Account& account, Fees& fees) {
  for (const florin::Order& order : account.orders)
    for (const Attempt& attempt : order.attempts) {
      if (attempt.state != AttemptState::captured || attempt.amount.is_zero()) continue;
      const Money fee = attempt.fee ? attempt.fee->amount : Money();
      if (!fee.currency()) {
        ++fees.unknown[attempt.processor.text()];
        continue;
      }
      Kept& kept = fees.kept[{attempt.processor.text(), std::string(fee.currency().code())}];
      kept.amount += fee;
      ++kept.payments;
      if (!attempt.fee->settlement.empty()) ++kept.settled;
    }
}

std::vector<FeesKept> told(const Fees& fees) {
  std::vector<FeesKept> all;
  for (const auto& [whose, kept] : fees.kept) all.push_back({whose.first, kept.amount, kept.payments, kept.settled});
  for (const auto& [processor, payments] : fees.unknown) all.push_back({processor, std::nullopt, payments, 0});
  return all;
}

/// What of an account nobody knows the outcome of yet. `whose`: of all accounts, named in each line.
std::vector<std::string> without_answer(const florin::Account& account, Instant now, const std::string& whose) {
  std::vector<std::string> open;
  if (!whose.empty() && account.due_at <= now) open.push_back("what is due" + whose);
  for (const florin::Order& order : account.orders)
    for (const Attempt& attempt : order.attempts)
      if (attempt.state == AttemptState::started || (attempt.open() && attempt.ask_at <= now))
        open.push_back("payment " + std::to_string(attempt.number) + " of order " + std::to_string(order.id.value) +
                       whose);
  for (const florin::Refund& refund : account.refunds)
    if (refund.state == AttemptState::started) open.push_back("refund " + std::to_string(refund.id.value) + whose);
  for (const Saving& saving : account.savings)
    if (saving.state == AttemptState::started || (saving.open() && saving.ask_at <= now))
      open.push_back("saving of the " + saving.slot + " method" + whose);
  return open;
}

}  // namespace

Result<std::vector<std::string>> without_answer(engine::Engine& engine, const TenantId& tenant,
                                                const AccountId& account) {
  Result<std::vector<std::string>> result = no_such_tenant(tenant);
  const Instant now = engine.now();
  const auto read = engine.read([&](const engine::Shard& shard) {
    if (shard.tenant(tenant) == nullptr) return;
    const Account* found = account.empty() ? nullptr : shard.account(tenant, account);
    result = found == nullptr ? std::vector<std::string>() : without_answer(*found, now, "");
  });
  if (!read) return read.error();
  if (!result || !account.empty()) return result;
  const auto of_all = engine.of_accounts<std::vector<std::string>>(tenant, [&](const florin::Account& found) {
    auto open = without_answer(found, now, " of " + found.id.text());
    return open.empty() ? std::nullopt : std::optional(std::move(open));
  });
  if (!of_all) return of_all.error();
  for (const auto& [id, open] : *of_all) std::ranges::copy(open, std::back_inserter(*result));
  return result;
}

namespace {

std::vector<Book> books_of(const std::vector<DailyReconciliation::State>& all, const TenantId& tenant) {
  std::vector<Book> books;
  for (const DailyReconciliation::State& book : all)
    if (book.tenant == tenant)
      books.push_back({.processor = book.processor,
                       .reconciled_until = book.until,
                       .problem = book.problem,
                       .failing_since = book.problem.empty() ? std::nullopt : std::optional(book.failing_since),
                       .for_a_person = book.for_a_person});
  return books;
}

/// What staff are told of one account.
struct OfAccount {
  Payments waits;
  Fees fees;
};

std::vector<ProcessorNow> processors_of(const TenantState& state, Instant now) {
  std::vector<ProcessorNow> processors;
  for (const ProcessorHealth& health : state.processors)
    processors.push_back({health.processor, health.failures, now < health.cooldown_until, some(health.cooldown_until)});
  return processors;
}

std::vector<Difference> differences_of(const TenantState& state) {
  std::vector<Difference> differences;
  for (const Discrepancy& one : state.discrepancies)
    differences.push_back(
        {one.name, one.processor, one.what, one.key, one.ref, one.ours, one.theirs, one.found_by, one.found_at});
  return differences;
}

}  // namespace

Result<Payments> open_payments(engine::Engine& engine, const std::vector<DailyReconciliation::State>& books,
                               const TenantId& tenant) {
  const auto of_accounts = engine.of_accounts<OfAccount>(tenant, [](const florin::Account& account) {
    std::optional<OfAccount> its(std::in_place);
    add_open(account, its->waits);
    add_undelivered(account, its->waits);
    add_fees(account, its->fees);
    const Payments& waits = its->waits;
    const bool none = waits.payments.empty() && waits.refunds.empty() && waits.deliveries.empty() &&
                      its->fees.kept.empty() && its->fees.unknown.empty();
    return none ? std::nullopt : std::move(its);
  });
  if (!of_accounts) return of_accounts.error();
  Payments all;
  Fees fees;
  for (const auto& [id, its] : *of_accounts) {
    std::ranges::copy(its.waits.payments, std::back_inserter(all.payments));
    std::ranges::copy(its.waits.refunds, std::back_inserter(all.refunds));
    std::ranges::copy(its.waits.deliveries, std::back_inserter(all.deliveries));
    fees.add(its.fees);
  }
  all.books = books_of(books, tenant);
  all.fees = told(fees);
  const Instant now = engine.now();
  std::optional<Error> missing;
  const auto read = engine.read([&](const engine::Shard& shard) {
    const TenantState* state = shard.tenant(tenant);
    missing = state == nullptr ? std::optional(not_up(shard, tenant)) : std::nullopt;
    if (missing) return;
    all.processors = processors_of(*state, now);
    all.discrepancies = differences_of(*state);
  });
  if (!read) return read.error();
  if (missing) return *missing;
  return all;
}

std::string as_json(const Payments& payments) { return config::write_whole_json(payments); }

}  // namespace florin::answers

#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "domain/journal/described.hpp"
#include "engine/engine.hpp"
#include "providers/daily_reconciliation.hpp"

/// What of payments waits, for staff: what `GET payments` answers.
namespace florin::answers {

struct OpenPayment {
  AccountId account;
  OrderId order;
  std::uint32_t attempt = 0;
  ProcessorId processor;
  Money amount;
  AttemptState state = AttemptState::started;
  std::string key, ref, raw;
  Instant since;
  std::uint32_t asked = 0;  ///< how often the processor was asked for its outcome
  std::optional<Instant> ask_at;
  bool for_a_person = false;
  std::string why;
};
struct OpenRefund {
  AccountId account;
  OrderId order;
  RefundId refund;
  Money amount;
  AttemptState state = AttemptState::started;
  std::string key, ref;
  std::uint32_t asked = 0;
  std::optional<Instant> ask_at;
  bool for_a_person = false;
  std::string why;
};
/// An order that is paid and not delivered: whose plugin stands in the way, and when it is asked again.
struct OpenDelivery {
  AccountId account;
  OrderId order;
  Money amount;
  std::optional<Instant> paid_at;
  Instant since;
  std::uint32_t tries = 0;
  std::optional<Instant> try_at;
  std::string plugin, code, why;
};
/// How far a processor's books were reconciled with ours.
struct Book {
  ProcessorId processor;
  Instant reconciled_until;
  std::string problem;
  std::optional<Instant> failing_since;
  bool for_a_person = false;
};
struct ProcessorNow {
  ProcessorId processor;
  std::int32_t failures = 0;  ///< in a row
  bool rests = false;
  std::optional<Instant> cooldown_until;
};
/// What a processor kept of captured payments; `kept` is nothing where it has not said.
struct FeesKept {
  std::string processor;
  std::optional<Money> kept;
  std::int64_t payments = 0, settled = 0;
};
struct Difference {
  std::string difference;
  ProcessorId processor;
  std::string what, key, ref, ours, theirs, found_by;
  Instant found_at;
};
struct Payments {
  std::vector<OpenPayment> payments;
  std::vector<Book> books;
  std::vector<OpenRefund> refunds;
  std::vector<OpenDelivery> deliveries;
  std::vector<ProcessorNow> processors;
  std::vector<FeesKept> fees;
  std::vector<Difference> discrepancies;
};

BOOST_DESCRIBE_STRUCT(OpenPayment, (),
                      (account, order, attempt, processor, amount, state, key, ref, raw, since, asked, ask_at,
                       for_a_person, why))
BOOST_DESCRIBE_STRUCT(OpenRefund, (),
                      (account, order, refund, amount, state, key, ref, asked, ask_at, for_a_person, why))
BOOST_DESCRIBE_STRUCT(OpenDelivery, (), (account, order, amount, paid_at, since, tries, try_at, plugin, code, why))
BOOST_DESCRIBE_STRUCT(Book, (), (processor, reconciled_until, problem, failing_since, for_a_person))
BOOST_DESCRIBE_STRUCT(ProcessorNow, (), (processor, failures, rests, cooldown_until))
BOOST_DESCRIBE_STRUCT(FeesKept, (), (processor, kept, payments, settled))
BOOST_DESCRIBE_STRUCT(Difference, (), (difference, processor, what, key, ref, ours, theirs, found_by, found_at))
BOOST_DESCRIBE_STRUCT(Payments, (), (payments, books, refunds, deliveries, processors, fees, discrepancies))

/// Every payment whose outcome is open, unknown or in doubt, refunds that have not been paid, processors that rest, and
/// discrepancies, each with why. `books`: how far each of the host's was reconciled. Errors: no_such_tenant, why the
/// tenant is stopped.
Result<Payments> open_payments(engine::Engine& engine, const std::vector<DailyReconciliation::State>& books,
                               const TenantId& tenant);
std::string as_json(const Payments& payments);

/// Payments, refunds and savings that were begun on an account and have no answer: `payment 1 of order 3`; of an empty
/// one on any of the tenant's, and accounts of which something is due. Errors: no_such_tenant, and the engine's.
Result<std::vector<std::string>> without_answer(engine::Engine& engine, const TenantId& tenant,
                                                const AccountId& account);

}  // namespace florin::answers

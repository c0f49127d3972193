#include "host/payments.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "domain/journal/described.hpp"
#include "domain/payments/card_number.hpp"
#include "engine/provider_key.hpp"

namespace florin {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_webhook = 1 << 20;
/// An attempt that was asked about so often, over more than four days, is for a person.
constexpr std::uint32_t asked_enough = 8;

std::string word(auto value) { return boost::describe::enum_to_string(value, ""); }

Error no_such_tenant(const TenantId& tenant) {
  return {.code = "no_such_tenant", .message = "there is no tenant '" + tenant.text() + "'"};
}

/// One event, by the provider's own id of it; where there is none, by what it says.
std::string event_of(const WebhookClaim& claim, const WebhookMessage& message) {
  return claim.event.empty() ? engine::provider_key(message.body) : claim.event;
}

/// Kept as it came, but for card numbers, which never enter. The same event is stored once.
Status store_raw(Assembly& assembly, const TenantId& tenant, const ProcessorId& processor, const std::string& event,
                 const WebhookMessage& message) {
  json::array headers;
  for (const auto& [name, value] : message.headers) headers.push_back(json::array{name, value});
  const std::string name =
      "webhook/" + tenant.text() + "/" + processor.text() + "/" + engine::provider_key(event + "\n" + message.body);
  if (assembly.store().text(name)) return Done{};
  return assembly.store().put_text(name, json::serialize(json::object{{"received_at", message.received_at.text()},
                                                                      {"headers", std::move(headers)},
                                                                      {"body", without_card_numbers(message.body)}}));
}

/// Says a claim to the books: of the attempt, refund or order that it is about.
class Saying {
 public:
  Saying(Assembly& assembly, TenantId tenant, ProcessorId processor)
      : assembly_(assembly), tenant_(std::move(tenant)), processor_(std::move(processor)) {}

  /// event   the same event counts once for as long as keys of money are remembered. False: it is about nothing here.
  Result<bool> say(const WebhookClaim& claim, const std::string& event) {
    AccountId account;
    std::optional<AnyCommand> command;
    const auto read =
        assembly_.engine().read([&](const engine::Shard& shard) { command = command_of(shard, claim, account); });
    if (!read) return read.error();
    if (!command) return false;
    engine::Job job = job_of(account, *std::move(command));
    job.key = "said " + engine::provider_key(processor_.text() + " " + event + " " + claim.type + " " +
                                             claim.payment_key + " " + claim.refund_key);
    const auto taken = assembly_.engine().submit_and_wait(std::move(job));
    // Another word under the same event is no news: the first one counts.
    if (!taken && taken.error().code != "key_reused") return taken.error();
    return true;
  }

  Status differ(Difference difference) {
    difference.processor = processor_;
    engine::Job job = job_of({}, RecordDifference{std::move(difference)});
    job.actor = {"host", ""};
    const auto taken = assembly_.engine().submit_and_wait(std::move(job));
    if (!taken) return taken.error();
    return Done{};
  }

 private:
  /// A claim that nobody vouches for is a hint: the processor is asked.
  std::optional<AnyCommand> command_of(const engine::Shard& shard, const WebhookClaim& claim, AccountId& account) {
    ProviderSaid said{.order = {}, .attempt = 0, .said = claim.said};
    if (claim.dispute && claim.proven) {
      OrderId order;
      if (!shard.find_by_ref(tenant_, processor_, claim.payment_ref, account, order) &&
          !shard.find_attempt(tenant_, claim.payment_key, account, order, said.attempt))
        return std::nullopt;
      return RecordDispute{.order = order,
                           .ref = claim.said.ref,
                           .state = *claim.dispute,
                           .amount = claim.said.amount,
                           .reason = claim.said.raw};
    }
    if (claim.of_receipt) return receipt_of(shard, claim, account);
    LookUp asks;
    // What is said of a method that is being saved lacks what is needed: it is asked about. Where that is a payment of
    // its own, it has the key as well.
    if (!claim.of_refund && shard.find_saving(tenant_, claim.payment_key, account, asks.saving)) return asks;
    if (claim.of_method) return std::nullopt;
    if (claim.of_refund) {
      if (!shard.find_refund(tenant_, claim.refund_key, account, asks.refund)) return std::nullopt;
      if (!claim.proven) return asks;
      return RefundSaid{asks.refund, claim.said};
    }
    if (!shard.find_attempt(tenant_, claim.payment_key, account, said.order, said.attempt)) return std::nullopt;
    if (claim.proven) return said;
    asks.order = said.order;
    asks.attempt = said.attempt;
    return asks;
  }

  /// Money that came by bank, for the order that its address was made for.
  std::optional<AnyCommand> receipt_of(const engine::Shard& shard, const WebhookClaim& claim,
                                       AccountId& account) const {
    OrderId order;
    std::uint32_t attempt = 0;
    const auto name = ReceiptId::parse(claim.said.ref);
    if (!claim.proven || claim.said.ref.empty() ||
        !shard.find_attempt(tenant_, claim.payment_key, account, order, attempt))
      return std::nullopt;
    return ReceiveMoney{.receipt = name ? *name : ReceiptId::trusted(engine::provider_key(claim.said.ref)),
                        .processor = processor_,
                        .kind = MoneyKind::transfer,
                        .amount = claim.said.amount,
                        .order = order,
                        .dated = claim.happened_at.text().substr(0, 10),
                        .said = claim.said.raw + ", " + claim.said.ref};
  }

  engine::Job job_of(const AccountId& account, AnyCommand command) const {
    return {.tenant = tenant_,
            .account = account,
            .actor = {"processor", processor_.text()},
            .key = {},
            .asked_at = std::nullopt,
            .command = std::move(command),
            .reply = {},
            .of_effect = false};
  }

  Assembly& assembly_;
  TenantId tenant_;
  ProcessorId processor_;
};

/// Of our attempt or refund that it is about.
const std::string& key_of(const WebhookClaim& claim) { return claim.of_refund ? claim.refund_key : claim.payment_key; }

/// Money that moved at the provider under a key that our books do not have.
Difference only_theirs(const WebhookClaim& claim, const std::string& found_by) {
  const std::string& key = key_of(claim);
  return {.name = "only_theirs/" + key,
          .processor = {},
          .what = "only_theirs",
          .key = key,
          .ref = claim.said.ref,
          .ours = "nothing",
          .theirs = claim.said.amount.text() + " " + word(claim.said.state),
          .found_by = found_by,
          .found_at = {}};
}

bool moved(const WebhookClaim& claim) { return claim.said.state == AttemptState::captured; }

}  // namespace

Status take_webhook(Assembly& assembly, const TenantId& tenant, const ProcessorId& processor,
                    const WebhookMessage& message) {
  if (message.body.size() > longest_webhook)
    return Error{.code = "webhook_too_long", .message = "a webhook is at most 1 MiB"};
  auto claims = assembly.plugged().webhook(tenant, processor, message);
  if (!claims) return claims.error();
  Saying saying(assembly, tenant, processor);
  for (const WebhookClaim& claim : *claims) {
    const std::string event = event_of(claim, message);
    if (const auto stored = store_raw(assembly, tenant, processor, event, message); !stored) return stored.error();
    const auto known = saying.say(claim, event);
    if (!known) return known.error();
    const bool ours = !key_of(claim).empty();
    if (!*known && ours && claim.proven && moved(claim))
      if (const auto told = saying.differ(only_theirs(claim, "webhook")); !told) return told.error();
  }
  return Done{};
}

// ---- What waits

namespace {

std::string why_open(const Attempt& attempt) {
  if (attempt.cancelling() && attempt.alarm.empty())
    return "its order is over: the processor is asked to cancel it, next at " + attempt.cancel_at.text();
  if (!attempt.alarm.empty()) return attempt.alarm + ": look into the processor's own pages, then settle_payment";
  switch (attempt.state) {
    case AttemptState::started: return "it is about to be sent, or is being sent";
    case AttemptState::unknown:
      return attempt.asked >= asked_enough
                 ? "the processor was asked " + std::to_string(attempt.asked) +
                       " times and its outcome is still not known: a person has to find out, then settle_payment"
                 : "its outcome is not known: the processor is asked again at " + attempt.ask_at.text() +
                       "; nothing else is tried till then";
    case AttemptState::pending: return "the processor or a bank is working on it";
    case AttemptState::needs_action: return "the customer has still to do something";
    case AttemptState::authorised: return "the money is held and not captured";
    default: return "";
  }
}

std::string why_unpaid(const Refund& refund) {
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

json::value instant_or_null(Instant at) { return at == never ? json::value(nullptr) : json::value(at.text()); }

bool for_a_person(const Attempt& attempt) {
  return !attempt.alarm.empty() || (attempt.state == AttemptState::unknown && attempt.asked >= asked_enough);
}

void tell_account(const Account& account, json::array& payments, json::array& refunds) {
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts) {
      if (!attempt.open() && attempt.alarm.empty() && !attempt.cancelling()) continue;
      payments.push_back(json::object{{"account", account.id.text()},
                                      {"order", order.id.value},
                                      {"attempt", attempt.number},
                                      {"processor", attempt.processor.text()},
                                      {"amount", attempt.amount.text()},
                                      {"state", word(attempt.state)},
                                      {"key", attempt.key},
                                      {"ref", attempt.ref},
                                      {"raw", attempt.raw},
                                      {"since", attempt.started_at.text()},
                                      {"asked", attempt.asked},
                                      {"ask_at", instant_or_null(attempt.ask_at)},
                                      {"for_a_person", for_a_person(attempt)},
                                      {"why", why_open(attempt)}});
    }
  for (const Refund& refund : account.refunds) {
    if (refund.state == AttemptState::captured) continue;
    refunds.push_back(json::object{{"account", account.id.text()},
                                   {"order", refund.order.value},
                                   {"refund", refund.id.value},
                                   {"amount", refund.amount.text()},
                                   {"state", word(refund.state)},
                                   {"key", refund.key},
                                   {"ref", refund.ref},
                                   {"asked", refund.asked},
                                   {"ask_at", instant_or_null(refund.ask_at)},
                                   {"for_a_person", !refund.paid_out_from.empty() || !refund.alarm.empty()},
                                   {"why", why_unpaid(refund)}});
  }
}

}  // namespace

Result<std::string> payments_as_json(Assembly& assembly, const TenantId& tenant) {
  Result<std::string> result = no_such_tenant(tenant);
  const Instant now = assembly.engine().now();
  json::array books;
  for (const DailyBooks::State& book : assembly.daily_books().states())
    if (book.tenant == tenant)
      books.push_back(json::object{
          {"processor", book.processor.text()}, {"reconciled_until", book.until.text()}, {"problem", book.problem}});
  const auto read = assembly.engine().read([&](const engine::Shard& shard) {
    const TenantState* state = shard.tenant(tenant);
    if (state == nullptr) return;
    json::array payments, refunds, resting, differences;
    for (const AccountId& id : shard.accounts(tenant)) tell_account(*shard.account(tenant, id), payments, refunds);
    for (const ProcessorHealth& health : state->processors)
      resting.push_back(json::object{{"processor", health.processor.text()},
                                     {"failures", health.failures},
                                     {"rests", now < health.rests_until},
                                     {"rests_until", instant_or_null(health.rests_until)}});
    for (const Difference& difference : state->differences)
      differences.push_back(json::object{{"difference", difference.name},
                                         {"processor", difference.processor.text()},
                                         {"what", difference.what},
                                         {"key", difference.key},
                                         {"ref", difference.ref},
                                         {"ours", difference.ours},
                                         {"theirs", difference.theirs},
                                         {"found_by", difference.found_by},
                                         {"found_at", difference.found_at.text()}});
    result = json::serialize(json::object{{"payments", std::move(payments)},
                                          {"books", std::move(books)},
                                          {"refunds", std::move(refunds)},
                                          {"processors", std::move(resting)},
                                          {"differences", std::move(differences)}});
  });
  if (!read) return read.error();
  return result;
}

// ---- Their books against ours

namespace {

/// A payment or refund of ours through one processor, as far as reconciliation looks at it.
struct OfOurs {
  std::string ref;
  AttemptState state = AttemptState::started;
  Money amount;
  Instant started_at;
};

using ByKey = std::map<std::string, OfOurs, std::less<>>;

ByKey ours_through(const engine::Shard& shard, const TenantId& tenant, const ProcessorId& processor) {
  ByKey all;
  for (const AccountId& id : shard.accounts(tenant)) {
    const Account& account = *shard.account(tenant, id);
    for (const Order& order : account.orders)
      for (const Attempt& attempt : order.attempts)
        if (attempt.processor == processor)
          all[attempt.key] = {attempt.ref, attempt.state, attempt.amount,
                              std::max(attempt.started_at, attempt.sent_at)};
    for (const Refund& refund : account.refunds) {
      if (!refund.paid_out_from.empty()) continue;
      const Order& order = *account.order(refund.order);
      const auto paid = std::ranges::find(order.attempts, AttemptState::captured, &Attempt::state);
      if (paid != order.attempts.end() && paid->processor == processor)
        all[refund.key] = {refund.ref, refund.state, refund.amount, refund.started_at};
    }
  }
  return all;
}

/// A word that is not of money changes only what is open.
bool open_still(AttemptState state) {
  return state == AttemptState::started || state == AttemptState::unknown || state == AttemptState::pending ||
         state == AttemptState::needs_action || state == AttemptState::authorised;
}

std::string told(const Money& amount, AttemptState state) { return amount.text() + " " + word(state); }

}  // namespace

Result<ReconcileReport> reconcile(Assembly& assembly, const TenantId& tenant, const ProcessorId& processor,
                                  Instant from, Instant until) {
  const auto look = [&]() -> Result<ByKey> {
    ByKey ours;
    const auto read =
        assembly.engine().read([&](const engine::Shard& shard) { ours = ours_through(shard, tenant, processor); });
    if (!read) return read.error();
    return ours;
  };
  const auto theirs = assembly.plugged().pull(tenant, processor, from, until, assembly.engine().now());
  if (!theirs) return theirs.error();
  Saying saying(assembly, tenant, processor);
  ReconcileReport report;
  std::vector<Difference> found;
  const auto looked = look();
  if (!looked) return looked.error();
  const ByKey& before = *looked;
  for (const WebhookClaim& claim : *theirs) {
    ++report.theirs;
    const auto known = before.find(key_of(claim));
    if (known == before.end()) {
      if (moved(claim)) found.push_back(only_theirs(claim, "reconciliation"));
      continue;
    }
    const bool same = known->second.state == claim.said.state &&
                      (claim.said.state != AttemptState::captured || known->second.amount == claim.said.amount);
    if (same) {
      ++report.same;
      continue;
    }
    // What we had not heard of yet becomes what the processor said.
    if (!open_still(known->second.state) && !moved(claim)) continue;
    const auto said = saying.say(claim, "reconciled " + claim.said.ref + " " + claim.said.raw);
    if (!said) return said.error();
  }
  const auto looked_again = look();
  if (!looked_again) return looked_again.error();
  const ByKey& after = *looked_again;
  std::set<std::string> spoken_of;
  for (const WebhookClaim& claim : *theirs) {
    const std::string& key = key_of(claim);
    spoken_of.insert(key);
    const auto was = before.find(key), found_again = after.find(key);
    if (was == before.end() || found_again == after.end()) continue;
    const OfOurs& is = found_again->second;
    if (was->second.state != is.state) ++report.learned;
    const bool theirs_moved = moved(claim), ours_moved = is.state == AttemptState::captured;
    const bool other_amount = theirs_moved && claim.said.amount != is.amount;
    if (theirs_moved == ours_moved && !other_amount) continue;
    const std::string what = other_amount ? "other_amount" : "other_state";
    found.push_back({.name = what + "/" + key,
                     .processor = {},
                     .what = what,
                     .key = key,
                     .ref = claim.said.ref,
                     .ours = told(is.amount, is.state),
                     .theirs = told(claim.said.amount, claim.said.state),
                     .found_by = "reconciliation",
                     .found_at = {}});
  }
  for (const auto& [key, one] : after) {
    const bool of_this_time = from <= one.started_at && one.started_at < until;
    if (one.state != AttemptState::captured || !of_this_time || spoken_of.contains(key)) continue;
    ++report.ours_alone;
    found.push_back({.name = "only_ours/" + key,
                     .processor = {},
                     .what = "only_ours",
                     .key = key,
                     .ref = one.ref,
                     .ours = told(one.amount, one.state),
                     .theirs = "nothing",
                     .found_by = "reconciliation",
                     .found_at = {}});
  }
  for (Difference& difference : found) {
    report.differences.push_back(difference.name + ": ours " + difference.ours + ", theirs " + difference.theirs);
    if (const auto told_of = saying.differ(std::move(difference)); !told_of) return told_of.error();
  }
  return report;
}

}  // namespace florin

#include "host/payments.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <map>

#include "domain/journal/described.hpp"
#include "domain/payments/card_number.hpp"
#include "engine/provider_key.hpp"
#include "host/parts.hpp"
#include "host/saying.hpp"

namespace florin {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_webhook = 1 << 20;
/// An attempt that was asked about so often, over more than four days, is for a person.
constexpr std::uint32_t asked_enough = 8;

Error no_such_tenant(const TenantId& tenant) {
  return {.code = "no_such_tenant", .message = "there is no tenant '" + tenant.text() + "'"};
}

/// One event, by the provider's own id of it; where there is none, by what it says.
std::string event_of(const WebhookClaim& claim, const WebhookMessage& message) {
  if (!claim.event.empty()) return claim.event;
  return engine::provider_key(message.query.empty() ? message.body : message.query + "\n" + message.body);
}

/// Members by which providers name a person, wherever they stand.
bool is_personal(std::string_view name) {
  constexpr std::string_view personal[] = {
      "email",       "receipt_email",  "contact",        "phone",         "name",          "vpa",
      "username",    "account_number", "address",        "line1",         "line2",         "city",
      "postal_code", "payer_vpa",      "customer_email", "customer_name", "customer_phone"};
  return std::ranges::find(personal, name) != std::end(personal);
}

/// Members that let somebody act for a customer, such as the client secret of a payment form.
bool is_secret(std::string_view name) {
  constexpr std::string_view secret[] = {"client_secret", "secret", "next_action", "session_token", "otp_submit_url"};
  return std::ranges::find(secret, name) != std::end(secret);
}

void mask_persons(json::value& value) {
  if (auto* list = value.if_array())
    for (json::value& one : *list) mask_persons(one);
  auto* object = value.if_object();
  if (object == nullptr) return;
  for (auto& member : *object) {
    if (is_personal(member.key()) && !member.value().is_structured())
      member.value() = "[personal]";
    else if (is_secret(member.key()) && !member.value().is_null())
      member.value() = "[secret]";
    else
      mask_persons(member.value());
  }
}

/// Persons are kept apart, sealed, so that they can be forgotten: here they are masked, and so is what a customer is
/// asked for, which is kept sealed until it is over. What is no JSON is as it came.
std::string without_persons(const std::string& body) {
  boost::system::error_code failed;
  json::value read = json::parse(body, failed);
  if (failed) return body;
  mask_persons(read);
  return json::serialize(read);
}

/// Kept as it came, but for persons, and for card numbers, which never enter. The same event is stored once.
Status store_raw(Assembly& assembly, const TenantId& tenant, const ProcessorId& processor, const std::string& event,
                 const WebhookMessage& message) {
  json::array headers;
  for (const auto& [name, value] : message.headers) headers.push_back(json::array{name, value});
  const std::string name =
      "webhook/" + tenant.text() + "/" + processor.text() + "/" + engine::provider_key(event + "\n" + message.body);
  json::object kept{{"received_at", message.received_at.text()}, {"headers", std::move(headers)}};
  if (message.method != "POST") kept["method"] = message.method;
  if (!message.query.empty()) kept["query"] = without_card_numbers(message.query);
  kept["body"] = without_card_numbers(without_persons(message.body));
  if (assembly.store().text(name)) return Done{};
  return assembly.store().put_text(name, json::serialize(kept));
}

}  // namespace

Result<WebhookAnswer> take_webhook(Assembly& assembly, const TenantId& tenant, const ProcessorId& processor,
                                   const WebhookMessage& message) {
  if (message.body.size() > longest_webhook)
    return Error{.code = "webhook_too_long", .message = "a webhook is at most 1 MiB"};
  auto heard = assembly.plugged().webhook(tenant, processor, message);
  if (!heard) return heard.error();
  Saying saying(assembly, tenant, processor);
  for (const WebhookClaim& claim : heard->claims) {
    const std::string event = event_of(claim, message);
    if (const auto stored = store_raw(assembly, tenant, processor, event, message); !stored) return stored.error();
    const auto known = saying.say(claim, event);
    if (!known) return known.error();
    const bool ours = !key_of(claim).empty();
    if (!*known && ours && claim.proven && (moved(claim) || claim.dispute))
      if (const auto told = saying.differ(only_theirs(claim, "webhook")); !told) return told.error();
  }
  return std::move(heard->answer);
}

// ---- What waits

namespace {

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

/// Null where nothing is to come, or never was.
json::value instant_or_null(Instant at) {
  return at == never || at == Instant() ? json::value(nullptr) : json::value(at.text());
}

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
                                      {"state", word_text(attempt.state)},
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
                                   {"state", word_text(refund.state)},
                                   {"key", refund.key},
                                   {"ref", refund.ref},
                                   {"asked", refund.asked},
                                   {"ask_at", instant_or_null(refund.ask_at)},
                                   {"for_a_person", !refund.paid_out_from.empty() || !refund.alarm.empty()},
                                   {"why", why_unpaid(refund)}});
  }
}

/// Orders that are paid and not delivered: whose plugin stands in the way, and when it is asked again.
void tell_undelivered(const Account& account, json::array& deliveries) {
  for (const Order& order : account.orders) {
    if (!order.undelivered) continue;
    const Undelivered& why = *order.undelivered;
    deliveries.push_back(json::object{{"account", account.id.text()},
                                      {"order", order.id.value},
                                      {"amount", order.total.text()},
                                      {"paid_at", instant_or_null(order.paid_at.value_or(never))},
                                      {"since", why.since.text()},
                                      {"tries", why.tries},
                                      {"try_at", instant_or_null(why.try_at)},
                                      {"plugin", why.plugin},
                                      {"code", why.code},
                                      {"why", why.text}});
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

void add_fees(const Account& account, Fees& fees) {
  for (const Order& order : account.orders)
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

json::array told(const Fees& fees) {
  json::array all;
  for (const auto& [whose, kept] : fees.kept)
    all.push_back(json::object{{"processor", whose.first},
                               {"kept", kept.amount.text()},
                               {"payments", kept.payments},
                               {"settled", kept.settled}});
  for (const auto& [processor, payments] : fees.unknown)
    all.push_back(json::object{{"processor", processor}, {"kept", nullptr}, {"payments", payments}, {"settled", 0}});
  return all;
}

}  // namespace

namespace {

/// What of an account nobody knows the outcome of yet. `whose`: of all accounts, named in each line.
std::vector<std::string> without_answer(const Account& account, Instant now, const std::string& whose) {
  std::vector<std::string> open;
  if (!whose.empty() && account.due_at <= now) open.push_back("what is due" + whose);
  for (const Order& order : account.orders)
    for (const Attempt& attempt : order.attempts)
      if (attempt.state == AttemptState::started || (attempt.open() && attempt.ask_at <= now))
        open.push_back("payment " + std::to_string(attempt.number) + " of order " + std::to_string(order.id.value) +
                       whose);
  for (const Refund& refund : account.refunds)
    if (refund.state == AttemptState::started) open.push_back("refund " + std::to_string(refund.id.value) + whose);
  for (const Saving& saving : account.savings)
    if (saving.state == AttemptState::started || (saving.open() && saving.ask_at <= now))
      open.push_back("saving of the " + saving.slot + " method" + whose);
  return open;
}

}  // namespace

Result<std::vector<std::string>> without_answer(Assembly& assembly, const TenantId& tenant, const AccountId& account) {
  Result<std::vector<std::string>> result = no_such_tenant(tenant);
  const Instant now = assembly.engine().now();
  const auto read = assembly.engine().read([&](const engine::Shard& shard) {
    if (shard.tenant(tenant) == nullptr) return;
    const Account* found = account.empty() ? nullptr : shard.account(tenant, account);
    result = found == nullptr ? std::vector<std::string>() : without_answer(*found, now, "");
  });
  if (!read) return read.error();
  if (!result || !account.empty()) return result;
  const auto of_all = assembly.engine().of_accounts<std::vector<std::string>>(tenant, [&](const Account& found) {
    auto open = without_answer(found, now, " of " + found.id.text());
    return open.empty() ? std::nullopt : std::optional(std::move(open));
  });
  if (!of_all) return of_all.error();
  for (const auto& [id, open] : *of_all) std::ranges::copy(open, std::back_inserter(*result));
  return result;
}

namespace {

json::array books_of(Assembly& assembly, const TenantId& tenant) {
  json::array books;
  for (const DailyBooks::State& book : assembly.daily_books().states())
    if (book.tenant == tenant)
      books.push_back(json::object{
          {"processor", book.processor.text()},
          {"reconciled_until", book.until.text()},
          {"problem", book.problem},
          {"failing_since", book.problem.empty() ? json::value(nullptr) : json::value(book.failing_since.text())},
          {"for_a_person", book.for_a_person}});
  return books;
}

/// What staff are told of an account, or of all of them.
struct Told {
  json::array payments, refunds, deliveries;
  Fees fees;
  bool empty() const {
    return payments.empty() && refunds.empty() && deliveries.empty() && fees.kept.empty() && fees.unknown.empty();
  }
  void add(const Told& more) {
    payments.insert(payments.end(), more.payments.begin(), more.payments.end());
    refunds.insert(refunds.end(), more.refunds.begin(), more.refunds.end());
    deliveries.insert(deliveries.end(), more.deliveries.begin(), more.deliveries.end());
    fees.add(more.fees);
  }
};

json::array processors_of(const TenantState& state, Instant now) {
  json::array processors;
  for (const ProcessorHealth& health : state.processors)
    processors.push_back(json::object{{"processor", health.processor.text()},
                                      {"failures", health.failures},
                                      {"rests", now < health.cooldown_until},
                                      {"cooldown_until", instant_or_null(health.cooldown_until)}});
  return processors;
}

json::array discrepancies_of(const TenantState& state) {
  json::array discrepancies;
  for (const Discrepancy& difference : state.discrepancies)
    discrepancies.push_back(json::object{{"difference", difference.name},
                                         {"processor", difference.processor.text()},
                                         {"what", difference.what},
                                         {"key", difference.key},
                                         {"ref", difference.ref},
                                         {"ours", difference.ours},
                                         {"theirs", difference.theirs},
                                         {"found_by", difference.found_by},
                                         {"found_at", difference.found_at.text()}});
  return discrepancies;
}

}  // namespace

Result<std::string> payments_as_json(Assembly& assembly, const TenantId& tenant) {
  const Instant now = assembly.engine().now();
  const auto of_accounts = assembly.engine().of_accounts<Told>(tenant, [](const Account& account) {
    std::optional<Told> its(std::in_place);
    tell_account(account, its->payments, its->refunds);
    tell_undelivered(account, its->deliveries);
    add_fees(account, its->fees);
    return its->empty() ? std::nullopt : std::move(its);
  });
  if (!of_accounts) return of_accounts.error();
  Told all;
  for (const auto& [id, its] : *of_accounts) all.add(its);
  Result<std::string> result = no_such_tenant(tenant);
  const auto read = assembly.engine().read([&](const engine::Shard& shard) {
    const TenantState* state = shard.tenant(tenant);
    if (state == nullptr) return;
    result = json::serialize(json::object{{"payments", std::move(all.payments)},
                                          {"books", books_of(assembly, tenant)},
                                          {"refunds", std::move(all.refunds)},
                                          {"deliveries", std::move(all.deliveries)},
                                          {"processors", processors_of(*state, now)},
                                          {"fees", told(all.fees)},
                                          {"discrepancies", discrepancies_of(*state)}});
  });
  if (!read) return read.error();
  return result;
}

}  // namespace florin

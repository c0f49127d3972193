#include <sodium.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <mutex>

#include "config/command.hpp"
#include "config/event_names.hpp"
#include "domain/journal/names.hpp"
#include "florin/reads.hpp"
#include "host/inside.hpp"
#include "readers/fold.hpp"

/// Facts as events: their types, ids and texts, and where in the journal a tenant's entries are.
namespace florin {

namespace json = boost::json;

namespace {

struct EventType {
  std::string_view fact, type;
};
/// Facts that everybody may build on. What depends on the fact's state is settled in type_of(); all others are
/// `preview.<fact>`, and may change.
constexpr EventType types[] = {{word_of<AccountOpened>(), "account.opened"},
                               {word_of<AccountBlocked>(), "account.blocked"},
                               {word_of<OrderPaid>(), "order.paid"},
                               {word_of<OrderClosed>(), "order.closed"},
                               {word_of<SubscriptionStarted>(), "subscription.started"},
                               {word_of<PeriodStarted>(), "subscription.renewed"},
                               {word_of<SubscriptionChanged>(), "subscription.changed"},
                               {word_of<CancelAsked>(), "subscription.cancelled"},
                               {word_of<SubscriptionPaused>(), "subscription.paused"},
                               {word_of<SubscriptionResumed>(), "subscription.resumed"},
                               {word_of<SubscriptionEnded>(), "subscription.ended"},
                               {word_of<PastDueStepped>(), "dunning.step_reached"},
                               {word_of<GrantIssued>(), "credits.granted"},
                               {word_of<GrantExpired>(), "credits.expired"},
                               {word_of<GrantAdjusted>(), "credits.adjusted"},
                               {word_of<InvoiceIssued>(), "invoice.issued"},
                               {word_of<CreditNoteIssued>(), "credit_note.issued"},
                               {word_of<PaymentMethodAdded>(), "payment_method.added"},
                               {word_of<PaymentMethodRemoved>(), "payment_method.removed"},
                               {word_of<MemberInvited>(), "member.invited"},
                               {word_of<InvitationAccepted>(), "member.joined"},
                               {word_of<MemberRemoved>(), "member.removed"},
                               {word_of<ReviewRequested>(), "review.requested"},
                               {word_of<ReviewDecided>(), "review.decided"},
                               {word_of<ApprovalSet>(), "approval.changed"},
                               {word_of<PersonalDataViewed>(), "personal_data.viewed"},
                               {word_of<BankReceiptRecorded>(), "bank_receipt.recorded"},
                               {word_of<ChargesStopped>(), "charges.stopped"},
                               {word_of<ChargesLifted>(), "charges.lifted"}};
/// Types that depend on what a fact says.
constexpr std::string_view by_state[] = {"payment.needs_action", "payment.declined", "refund.paid", "refund.failed",
                                         "dispute.opened",       "dispute.won",      "dispute.lost"};

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

constexpr bool is_named(std::string_view type) {
  return std::ranges::find(config::event_names, type) != std::end(config::event_names);
}
static_assert(std::ranges::all_of(types, is_named, &EventType::type) && std::ranges::all_of(by_state, is_named) &&
              std::size(types) + std::size(by_state) == std::size(config::event_names));

std::string type_of(std::string_view fact, const json::object& says) {
  const std::string state = text_in(says, "state");
  if (fact == word_of<AttemptMoved>() && state == "needs_action") return "payment.needs_action";
  if (fact == word_of<AttemptMoved>() && state == "declined") return "payment.declined";
  if (fact == word_of<RefundMoved>() && state == "captured") return "refund.paid";
  if (fact == word_of<RefundMoved>() && state == "declined") return "refund.failed";
  if (fact == word_of<DisputeMoved>()) {
    const auto* dispute = says.if_contains("dispute");
    const std::string now = dispute != nullptr && dispute->is_object() ? text_in(dispute->get_object(), "state") : "";
    if (now == "won" || now == "lost") return "dispute." + now;
    if (now == "needs_response" || now == "warning") return "dispute.opened";
  }
  const auto found = std::ranges::find(types, fact, &EventType::fact);
  return found == std::end(types) ? "preview." + std::string(fact) : std::string(found->type);
}

bool wanted(std::string_view type, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return !type.starts_with("preview.");
  return std::ranges::any_of(patterns, [&](std::string_view pattern) {
    if (pattern == "*") return !type.starts_with("preview.");
    if (pattern.ends_with(".*")) return type.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == type;
  });
}

/// Takes out what nobody outside may have: tokens, what a provider said in its own words, what was sealed.
void strip(json::value& value) {
  static constexpr std::string_view secret[] = {"token", "action",        "raw", "details", "digest", "sealed",
                                                "words", "personal_data", "key", "said",    "answer"};
  if (auto* object = value.if_object()) {
    for (const std::string_view name : secret) object->erase(name);
    for (auto& member : *object) strip(member.value());
  } else if (auto* array = value.if_array()) {
    for (json::value& one : *array) strip(one);
  }
}

/// `500 message` beside amounts of credits, which the journal keeps in their smallest unit.
void add_text(json::object& says, const std::vector<std::pair<CreditType, int>>& credits) {
  const auto* amount = says.if_contains("amount");
  const std::string type = text_in(says, "type");
  if (amount == nullptr || !amount->is_number()) return;
  for (const auto& [id, decimals] : credits)
    if (id.text() == type) says["amount_text"] = decimal_text(amount->to_number<std::int64_t>(), decimals) + " " + type;
}

struct Told {
  const Entry& entry;
  std::uint64_t number = 0;  ///< the tenant's
  std::string lineage;
  bool test = false;
};

void add_events(const Told& told, const std::vector<std::string>& patterns,
                const std::vector<std::pair<CreditType, int>>& credits, std::vector<Event>& events) {
  if (told.entry.facts.empty()) return;
  json::value entry = json::parse(config::json_of(told.entry, told.number));
  auto* facts = entry.as_object().if_contains("facts");
  if (facts == nullptr || !facts->is_array()) return;
  std::size_t number = 0;
  for (json::value& fact : facts->get_array()) {
    ++number;
    if (!fact.is_object() || fact.get_object().empty()) continue;
    const std::string_view name(fact.get_object().begin()->key());
    json::value& data = fact.get_object().begin()->value();
    if (!data.is_object()) data = json::object();
    Event event;
    event.type = type_of(name, data.get_object());
    if (!wanted(event.type, patterns)) continue;
    event.position = told.number;
    event.id = told.entry.tenant.text() + "_" + told.lineage + "_" + std::to_string(told.number) + "_" +
               std::to_string(number);
    strip(data);
    add_text(data.get_object(), credits);
    const auto& account = told.entry.account;
    event.json =
        json::serialize(json::object{{"type", event.type},
                                     {"timestamp", told.entry.at.text()},
                                     {"id", event.id},
                                     {"tenant", told.entry.tenant.text()},
                                     {"mode", told.test ? "test" : "live"},
                                     {"account", account.empty() ? json::value(nullptr) : json::value(account.text())},
                                     {"position", told.number},
                                     {"data", std::move(data)}});
    events.push_back(std::move(event));
  }
}

std::string five_letters() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string name;
  for (int i = 0; i < 5; ++i) name += letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
  return name;
}

}  // namespace

/// Where each tenant's entries are: every so many of them by its position, the rest is counted on from there.
class EventLog {
 public:
  Result<EventPage> page(Assembly& assembly, const TenantId& tenant, std::uint64_t after,
                         const std::vector<std::string>& patterns, std::size_t most,
                         const std::vector<std::pair<CreditType, int>>& credits);
  Result<std::uint64_t> count(Assembly& assembly, const TenantId& tenant);

 private:
  static constexpr std::uint64_t step = 1024;
  struct Tenant {
    std::uint64_t count = 0;
    std::vector<store::Position> every;  ///< of the entries number 1, 1 + step, 1 + 2 · step, …
    std::uint64_t last_number = 0;       ///< somewhere that was read up to
    store::Position last_position = 0;
  };
  Status refresh(Assembly& assembly);
  Status read_marks(store::Store& store);
  void keep_marks(store::Store& store);
  std::string lineage_at(store::Position position) const;

  std::mutex mutex_;
  bool opened_ = false;
  store::Position read_ = 0, kept_ = 0;
  std::map<std::string, Tenant> tenants_;
  std::vector<std::pair<store::Position, std::string>> lineages_;
};

std::shared_ptr<EventLog> make_event_log() { return std::make_shared<EventLog>(); }

/// `0:k3x9q,4711:?`: from which position on ids have which letters. A restore adds a `?`, which becomes letters here.
Status EventLog::read_marks(store::Store& store) {
  const auto mark = store.mark("lineage");
  if (!mark) return mark.error();
  std::string text = mark->empty() ? "0:?" : *mark, written;
  lineages_.clear();
  for (std::string_view left = text; !left.empty();) {
    const std::size_t end = std::min(left.find(','), left.size());
    const std::string_view one = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    const std::size_t colon = one.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string letters = one.substr(colon + 1) == "?" ? five_letters() : std::string(one.substr(colon + 1));
    lineages_.emplace_back(std::strtoull(std::string(one.substr(0, colon)).c_str(), nullptr, 10), letters);
    written += (written.empty() ? "" : ",") + std::to_string(lineages_.back().first) + ":" + letters;
  }
  if (written != *mark)
    if (const auto done = store.set_mark("lineage", written); !done) return done.error();
  const auto counts = store.mark("tenant_counts");
  boost::system::error_code failed;
  const json::value kept = json::parse(counts && !counts->empty() ? *counts : "{}", failed);
  if (failed || !kept.is_object() || !kept.get_object().contains("read")) return Done{};
  read_ = kept_ = kept.at("read").to_number<std::uint64_t>();
  for (const auto& [name, one] : kept.at("tenants").as_object()) {
    Tenant& tenant = tenants_[std::string(name)];
    tenant.count = one.at("count").to_number<std::uint64_t>();
    for (const json::value& position : one.at("every").as_array())
      tenant.every.push_back(position.to_number<std::uint64_t>());
  }
  return Done{};
}

void EventLog::keep_marks(store::Store& store) {
  json::object tenants;
  for (const auto& [name, tenant] : tenants_) {
    json::array every;
    for (const store::Position position : tenant.every) every.emplace_back(position);
    tenants[name] = json::object{{"count", tenant.count}, {"every", std::move(every)}};
  }
  const json::object all{{"read", read_}, {"tenants", std::move(tenants)}};
  if (store.set_mark("tenant_counts", json::serialize(all))) kept_ = read_;
}

Status EventLog::refresh(Assembly& assembly) {
  if (!opened_) {
    if (const auto done = read_marks(assembly.store()); !done) return done.error();
    opened_ = true;
  }
  if (assembly.engine().durable_position() == read_) return Done{};
  const auto done = assembly.with_journal([&](store::Store& journal) {
    return readers::read_entries(journal, 0, read_ + 1, [&](const Entry& entry, store::Position position) {
      read_ = position;
      if (entry.tenant.empty()) return true;
      Tenant& tenant = tenants_[entry.tenant.text()];
      if (tenant.count++ % step == 0) tenant.every.push_back(position);
      return true;
    });
  });
  if (!done) return done.error();
  constexpr store::Position seldom = 50'000;  // a start reads no more than so many again
  if (read_ - kept_ >= seldom) keep_marks(assembly.store());
  return Done{};
}

std::string EventLog::lineage_at(store::Position position) const {
  std::string letters;
  for (const auto& [from, name] : lineages_)
    if (from <= position) letters = name;
  return letters;
}

Result<std::uint64_t> EventLog::count(Assembly& assembly, const TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  if (const auto done = refresh(assembly); !done) return done.error();
  return tenants_[tenant.text()].count;
}

Result<EventPage> EventLog::page(Assembly& assembly, const TenantId& tenant, std::uint64_t after,
                                 const std::vector<std::string>& patterns, std::size_t most,
                                 const std::vector<std::pair<CreditType, int>>& credits) {
  const std::lock_guard lock(mutex_);
  if (const auto done = refresh(assembly); !done) return done.error();
  Tenant& known = tenants_[tenant.text()];
  EventPage page{.events = {}, .next = after, .whole = true};
  if (known.count <= after) return page;
  // The entry number `after` + 1 is read from the nearest place before it.
  std::uint64_t number = after / step * step;
  store::Position from = known.every[after / step];
  if (known.last_number > number && known.last_number <= after) {
    number = known.last_number;
    from = known.last_position + 1;
  }
  constexpr std::uint64_t longest = 20'000;
  const std::uint64_t until = after + longest;
  store::Position last = from;
  const auto done = assembly.with_journal([&](store::Store& journal) {
    return readers::read_entries(journal, 0, from, [&](const Entry& entry, store::Position position) {
      if (entry.tenant != tenant) return true;
      last = position;
      if (++number <= after) return true;
      add_events({entry, number, lineage_at(position), assembly.in_sandbox()}, patterns, credits, page.events);
      page.next = number;
      page.whole = number >= known.count;
      return page.events.size() < most && number < until && !page.whole;
    });
  });
  if (!done) return done.error();
  known.last_number = page.next;
  known.last_position = last;
  return page;
}

Result<EventPage> Reads::events(const TenantId& tenant, std::uint64_t after, const std::vector<std::string>& patterns,
                                std::size_t most) const try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  const auto credits = host_.credit_types(tenant);
  if (!credits) return credits.error();
  return host_.inside_->event_log()->page(*assembly, tenant, after, patterns, most, *credits);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::uint64_t> Reads::tenant_position(const TenantId& tenant) const try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  if (const auto known = host_.credit_types(tenant); !known) return known.error();
  return host_.inside_->event_log()->count(*assembly, tenant);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Status is_event_pattern(std::string_view pattern) { return config::is_event_pattern(pattern); }

std::vector<std::string> event_types() {
  std::vector<std::string> all(std::begin(by_state), std::end(by_state));
  for (const EventType& one : types) all.emplace_back(one.type);
  std::ranges::sort(all);
  return all;
}

}  // namespace florin

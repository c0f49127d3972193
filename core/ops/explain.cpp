#include <fmt/format.h>

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <map>
#include <optional>
#include <set>

#include "answers/account.hpp"
#include "config/hint.hpp"
#include "domain/journal/described.hpp"
#include "domain/payments/paid_by.hpp"
#include "engine/actions.hpp"
#include "florin/ops.hpp"
#include "florin/printable.hpp"
#include "ops/journal_file.hpp"
#include "ops/on_store.hpp"
#include "readers/trail.hpp"
#include "readers/versions.hpp"

namespace florin {

namespace {

namespace json = boost::json;

template <class Enum>
std::string word(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

/// One way that credits of a grant went, or what else became of it.
struct Step {
  std::string what;
  store::Position position = 0;  ///< of the first such
  Instant at;
  std::int64_t times = 1;
  Credits amount;
  bool counted = false;  ///< usage: one step a meter
  std::string meter;
  std::string rule;   ///< a word of the policy
  std::string place;  ///< file:line
};

struct Story {
  store::Position position = 0;  ///< of the entry that made it
  std::string place;             ///< of its rule
  std::vector<Step> steps;
};

/// What one account lived through, from the first entry of the journal on, to the end or up to and at an instant.
class Life {
 public:
  Life(store::Store& store, const std::filesystem::path& views, TenantId tenant, AccountId account,
       std::optional<Instant> until)
      : versions_(store),
        tenant_(std::move(tenant)),
        account_(std::move(account)),
        until_(until),
        trail_(store, views, tenant_, account_) {}

  Status read(store::Store& store) {
    const auto shards = store.shards();
    if (!shards) return shards.error();
    for (const std::uint32_t shard : *shards) {
      Status folded = Done{};
      const auto wanted = [&](const journal::Outline& entry, store::Position) {
        return entry.account.empty() || (entry.tenant == tenant_.text() && entry.account == account_.text());
      };
      const Status read = trail_.read(store, shard, 1, wanted, [&](const Entry& entry, store::Position position) {
        try {
          take(entry, position);
        } catch (const std::exception& failed) {
          folded = Error{.code = "damaged_row",
                         .message = fmt::format("shard {}, position {}: {}", shard, position, failed.what())};
        }
        return bool(folded);
      });
      if (!read) return read;
      if (!folded) return folded;
    }
    return found(store, *shards);
  }

  const Account& account() const { return *fold_.find(tenant_, account_); }
  std::optional<SetAside> set_aside() const {
    const TenantState* tenant = fold_.find(tenant_);
    return tenant == nullptr ? std::nullopt : set_aside_of(*tenant, account_);
  }
  readers::Versions& versions() { return versions_; }
  const std::map<std::uint32_t, Story>& stories() const { return stories_; }

 private:
  void take(const Entry& entry, store::Position position) {
    const bool its_own = entry.tenant == tenant_ && entry.account == account_ && !entry.account.empty();
    if (its_own && !entry.facts.empty() && !begins_at_) begins_at_ = entry.at;
    if (until_ && entry.at > *until_) return;  // accounts have each their own time: later ones may stand before earlier
    versions_.note(entry);
    if (entry.tenant != tenant_) {
      if (!entry.tenant.empty()) fold_.tenant(entry.tenant);
      return;
    }
    if (entry.account == account_)
      for (const Fact& fact : entry.facts) follow(fact, entry, position);
    fold_.apply(entry, position);
  }

  Step& step(GrantId grant, const Entry& entry, store::Position position, std::string what) {
    return stories_[grant.value].steps.emplace_back(
        Step{.what = std::move(what), .position = position, .at = entry.at});
  }

  void spend(const std::vector<Take>& takes, const MeterId& meter, const Entry& entry, store::Position position) {
    for (const Take& take : takes) {
      auto& steps = stories_[take.grant.value].steps;
      const auto same =
          std::ranges::find_if(steps, [&](const Step& s) { return s.counted && s.meter == meter.text(); });
      if (same != steps.end()) {
        ++same->times;
        same->amount += take.amount;
        continue;
      }
      Step& first = step(take.grant, entry, position, "spent");
      first.counted = true;
      first.meter = meter.text();
      first.amount = take.amount;
    }
  }

  void leave(GrantId grant, Credits amount, const std::string& rule, const Entry& entry, store::Position position,
             std::string what) {
    Step& left = step(grant, entry, position, std::move(what));
    left.amount = amount;
    left.rule = rule;
    left.place = versions_.place_of(tenant_, entry.catalog, rule);
  }

  void follow(const Fact& fact, const Entry& entry, store::Position position) {
    const auto begin = [&](GrantId grant, const std::string& rule) {
      Story& story = stories_[grant.value];
      if (story.position != 0) return;  // more came into it
      story.position = position;
      story.place = versions_.place_of(tenant_, entry.catalog, rule);
    };
    if (const auto* issued = std::get_if<GrantIssued>(&fact)) begin(issued->grant, issued->rule);
    if (const auto* spent = std::get_if<CreditsSpent>(&fact)) spend(spent->takes, spent->meter, entry, position);
    if (const auto* closed = std::get_if<HoldClosed>(&fact)) {
      MeterId meter;
      for (const Hold& hold : fold_.account(tenant_, account_).holds)
        if (hold.id == closed->hold) meter = hold.meter;
      spend(closed->spent, meter, entry, position);
    }
    if (const auto* rolled = std::get_if<GrantRolled>(&fact)) {
      begin(rolled->into, rolled->rule);
      leave(rolled->from, rolled->amount, rolled->rule, entry, position,
            "rolled into #" + std::to_string(rolled->into.value));
    }
    if (const auto* expired = std::get_if<GrantExpired>(&fact))
      leave(expired->grant, expired->amount, expired->rule, entry, position, "expired");
    if (const auto* forfeited = std::get_if<GrantForfeited>(&fact))
      leave(forfeited->grant, forfeited->amount, forfeited->rule, entry, position, "forfeited");
    if (const auto* refunded = std::get_if<GrantRefunded>(&fact))
      leave(refunded->grant, refunded->amount, {}, entry, position,
            "taken back with refund " + std::to_string(refunded->refund.value));
    if (const auto* corrected = std::get_if<GrantAdjusted>(&fact))
      leave(corrected->grant, corrected->amount, {}, entry, position, "corrected: " + corrected->reason);
    if (const auto* received = std::get_if<GrantReceived>(&fact)) begin(received->grant, received->rule);
    if (const auto* moved = std::get_if<GrantTransferred>(&fact))
      leave(moved->grant, moved->amount, {}, entry, position, "transferred to account " + moved->to.text());
    if (const auto* minimum = std::get_if<MinimumTaken>(&fact))
      for (const Take& take : minimum->takes)
        leave(take.grant, take.amount, {}, entry, position, "taken for the monthly minimum");
    if (const auto* owed = std::get_if<CreditsOwedTaken>(&fact))
      leave(owed->grant, owed->amount, {}, entry, position, "taken for what was owed");
    if (const auto* moved = std::get_if<GrantEndMoved>(&fact))
      leave(moved->grant, {}, moved->rule, entry, position,
            "its end moved to " + (moved->ends_at ? moved->ends_at->text() : std::string("never")));
  }

  /// Names of the tenant's accounts that anything became of.
  std::set<std::string> names(store::Store& store, const std::vector<std::uint32_t>& shards) const {
    std::set<std::string> names;
    for (const std::uint32_t shard : shards)
      (void)!readers::read_entries(store, shard, 1, [&](const Entry& entry, store::Position) {
        if (entry.tenant == tenant_ && !entry.account.empty() && !entry.facts.empty())
          names.insert(entry.account.text());
        return true;
      });
    return names;
  }

  Status found(store::Store& store, const std::vector<std::uint32_t>& shards) const {
    if (until_ && begins_at_ && *until_ < *begins_at_)
      return Error{.code = "no_such_account",
                   .message = "account '" + account_.text() + "' of tenant '" + tenant_.text() + "' was not there at " +
                              until_->text() + ": it begins at " + begins_at_->text()};
    std::vector<std::string_view> known;
    if (fold_.find(tenant_) == nullptr) {
      for (const auto& [name, state] : fold_.tenants()) known.push_back(name);
      return Error{.code = "no_such_tenant",
                   .message = "there is no tenant '" + tenant_.text() + "' in this journal" +
                              config::did_you_mean(tenant_.text(), known)};
    }
    if (fold_.find(tenant_, account_) != nullptr) return Done{};
    const std::set<std::string> others = names(store, shards);
    known.assign(others.begin(), others.end());
    return Error{.code = "no_such_account",
                 .message = "tenant '" + tenant_.text() + "' has no account '" + account_.text() + "'" +
                            config::did_you_mean(account_.text(), known)};
  }

  readers::Versions versions_;
  readers::Fold fold_;
  TenantId tenant_;
  AccountId account_;
  std::optional<Instant> until_;
  std::optional<Instant> begins_at_;
  std::map<std::uint32_t, Story> stories_;
  readers::Trail trail_;
};

std::vector<const Grant*> grants_of(const Account& account) {
  std::vector<const Grant*> grants = account.all_grants();
  std::ranges::sort(grants, {}, [](const Grant* grant) { return grant->id; });
  return grants;
}

/// The order whose payment brought it, and what paid.
std::string payment_text(const Account& account, OrderId id) {
  const Order* order = account.order(id);
  if (order == nullptr) return {};
  std::string text = fmt::format("order {} ({}), {}", order->id.value, word(order->kind), order->total.text());
  if (!order->invoice.empty()) text += ", invoice " + order->invoice;
  if (const Attempt* paying = paid_by(account, *order)) {
    const SavedMethod* method = account.method(paying->method);
    text += ", paid by " +
            (method == nullptr ? std::string("a method since removed")
                               : method->slot + " " + method->method.text() + " " + method->masked) +
            " at " + paying->processor.text();
  }
  if (order->paid_at) text += " on " + order->paid_at->text();
  return text;
}

std::string text_of(Life& life, const TenantId& tenant, const AccountId& id) {
  const Account& account = life.account();
  std::string text =
      fmt::format("{}/{}: {}, as of {}\n", tenant.text(), id.text(), account.state_word(), account.last_at.text());
  for (const Grant* grant : grants_of(account)) {
    const auto found = life.stories().find(grant->id.value);
    const Story story = found == life.stories().end() ? Story() : found->second;
    const auto credits = [&](Credits amount) { return life.versions().text(tenant, grant->type, amount); };
    text += fmt::format("\n#{} {} from {}, entry {} at {}, ends {}\n", grant->id.value, credits(grant->granted),
                        word(grant->source), story.position, grant->issued_at.text(),
                        grant->ends_at ? grant->ends_at->text() : "never");
    if (!grant->rule.empty())
      text += fmt::format("   rule       {}{}\n", printable(grant->rule),
                          story.place.empty() ? "" : " (" + printable(story.place) + ")");
    if (grant->received)
      text += fmt::format("   received   from #{} of account {}, paid {}\n", grant->received->from.value,
                          grant->received->from_account.text(), grant->received->cost.text());
    if (grant->rolled_from) text += fmt::format("   the rest of #{}\n", grant->rolled_from.value);
    if (grant->paid_by) text += "   payment    " + printable(payment_text(account, grant->paid_by)) + "\n";
    for (const Step& step : story.steps) {
      std::string line;
      if (step.counted)
        line = fmt::format("{} spent, {} time{} {}, from {}", credits(step.amount), step.times,
                           step.times == 1 ? "" : "s", step.meter, step.at.text());
      else if (step.amount.is_zero())
        line = fmt::format("{} at {}", step.what, step.at.text());
      else
        line = fmt::format("{} {} at {}", credits(step.amount), step.what, step.at.text());
      if (!step.rule.empty())
        line += fmt::format(", rule {}{}", step.rule, step.place.empty() ? "" : " (" + step.place + ")");
      text += fmt::format("   - {} (entry {})\n", printable(line), step.position);
    }
    text += fmt::format("   = {} remain{}\n", credits(grant->remaining),
                        grant->held.is_zero() ? "" : ", of them held " + credits(grant->held));
  }
  if (account.grants.empty() && account.closed_grants.empty()) text += "\nno credits were ever given\n";
  for (const Owed& owed : account.owed)
    text +=
        fmt::format("\nowed: {}, taken from the next credits\n", life.versions().text(tenant, owed.type, owed.amount));
  return text;
}

std::string json_of(Life& life, const TenantId& tenant, const AccountId& id) {
  const Account& account = life.account();
  json::array grants;
  for (const Grant* grant : grants_of(account)) {
    const auto found = life.stories().find(grant->id.value);
    const Story story = found == life.stories().end() ? Story() : found->second;
    const auto credits = [&](Credits amount) { return life.versions().text(tenant, grant->type, amount); };
    json::array steps;
    for (const Step& step : story.steps) {
      json::object said{{"what", step.what}, {"entry", step.position}, {"at", step.at.text()}};
      if (!step.amount.is_zero()) said["amount"] = credits(step.amount);
      if (step.counted) {
        said["meter"] = step.meter;
        said["times"] = step.times;
      }
      if (!step.rule.empty()) said["rule"] = step.rule;
      if (!step.place.empty()) said["rule_at"] = step.place;
      steps.push_back(std::move(said));
    }
    json::object said{{"grant", grant->id.value},
                      {"type", grant->type.text()},
                      {"source", word(grant->source)},
                      {"state", word(grant->over)},
                      {"entry", story.position},
                      {"issued_at", grant->issued_at.text()},
                      {"ends_at", grant->ends_at ? json::value(grant->ends_at->text()) : json::value(nullptr)},
                      {"granted", credits(grant->granted)},
                      {"remaining", credits(grant->remaining)},
                      {"held", credits(grant->held)},
                      {"rule", grant->rule},
                      {"rule_at", story.place},
                      {"steps", std::move(steps)}};
    if (grant->received)
      said["received_from"] = json::object{{"account", grant->received->from_account.text()},
                                           {"grant", grant->received->from.value},
                                           {"cost", grant->received->cost.text()}};
    if (grant->rolled_from) said["rolled_from"] = grant->rolled_from.value;
    if (const Order* order = account.order(grant->paid_by))
      said["payment"] = json::object{{"order", order->id.value},
                                     {"kind", word(order->kind)},
                                     {"total", order->total.text()},
                                     {"invoice", order->invoice}};
    grants.push_back(std::move(said));
  }
  return json::serialize(json::object{{"tenant", tenant.text()},
                                      {"account", id.text()},
                                      {"state", account.state_word()},
                                      {"position", account.position},
                                      {"grants", std::move(grants)}});
}

}  // namespace

Result<std::string> explain(const std::string& data, const TenantId& tenant, const AccountId& account, bool json) {
  auto store = open_journal(data);
  if (!store) return store.error();
  return explain_on(**store, views_file(data), tenant, account, json);
}

Result<std::string> explain_on(store::Store& store, const std::filesystem::path& views, const TenantId& tenant,
                               const AccountId& account, bool json) {
  Life life(store, views, tenant, account, std::nullopt);
  if (const Status read = life.read(store); !read) return read.error();
  return json ? json_of(life, tenant, account) + "\n" : text_of(life, tenant, account);
}

Result<std::string> show_account(const std::string& data, const TenantId& tenant, const AccountId& account,
                                 const Shown& shown) {
  auto store = open_journal(data);
  if (!store) return store.error();
  Life life(**store, views_file(data), tenant, account, shown.at);
  if (const Status read = life.read(**store); !read) return read.error();
  const config::Tenant* file = life.versions().newest(tenant);
  if (file == nullptr)
    return Error{.code = "tenant_stopped",
                 .message = "this program cannot read the catalog of tenant '" + tenant.text() + "'"};
  const auto last_at = readers::last_instant(**store);
  if (!last_at) return last_at.error();
  const Instant as_of = shown.at.value_or(std::max(*last_at, life.account().last_at));
  auto answer = shown.list
                    ? answers::list_as_json(*shown.list, file->catalog, life.account(), shown.page, Audience::staff)
                    : answers::as_json(answers::account_of(file->catalog, life.account(), as_of,
                                                           {.next = {}, .aside = life.set_aside()}, Audience::staff));
  if (!answer) return answer.error();
  return engine::with_actions_opened(**store, tenant, account, *std::move(answer)) + "\n";
}

}  // namespace florin

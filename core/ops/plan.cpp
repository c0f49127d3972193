#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <map>

#include "config/check.hpp"
#include "config/tenant/difference.hpp"
#include "domain/catalog/new_version.hpp"
#include "domain/subscriptions/subscription.hpp"
#include "florin/check.hpp"
#include "florin/ops.hpp"
#include "florin/printable.hpp"
#include "ops/journal_file.hpp"
#include "ops/on_store.hpp"
#include "readers/fold.hpp"
#include "readers/versions.hpp"

namespace florin {

namespace {

namespace json = boost::json;

/// The tenants, accounts and versions of a journal, as of its last entry.
struct Books {
  explicit Books(store::Store& store) : versions(store) {}
  readers::Versions versions;
  readers::Fold fold;
  std::vector<AppliedVersion> applied;
};

Status read_all(store::Store& store, Books& books) {
  const auto shards = store.shards();
  if (!shards) return shards.error();
  for (const std::uint32_t shard : *shards) {
    const auto read = readers::read_entries(store, shard, 1, [&](const Entry& entry, store::Position position) {
      books.fold.apply(entry, position);
      books.versions.note(entry);
      const auto* apply = std::get_if<ApplyCatalog>(&entry.command);
      if (apply != nullptr && !entry.refusal)
        books.applied.push_back({.tenant = entry.tenant,
                                 .version = apply->version,
                                 .at = entry.at,
                                 .by = entry.actor.role + (entry.actor.id.empty() ? "" : ":" + entry.actor.id),
                                 .again = apply->again});
      return true;
    });
    if (!read) return read;
  }
  return Done{};
}

template <class With>
void each_account(const Books& books, const TenantId& tenant, With with) {
  for (const auto& [name, account] : books.fold.accounts())
    if (name.first == tenant.text()) with(account);
}

std::string price_of(const Account& account, const Catalog& catalog, const Subscription& running) {
  const Terms terms = terms_of(account, catalog, running.plan, running.cycle, running.licences, running.add_ons);
  return quote_period(terms).net().text();
}

PlannedSubscription planned(const Catalogs& catalogs, const Account& account, std::uint32_t next) {
  const Subscription& running = *account.subscription;
  PlannedSubscription plan{.account = account.id,
                           .plan = running.plan.text(),
                           .cycle = running.cycle,
                           .version = running.catalog,
                           .how = "keeps_price",
                           .at = std::nullopt,
                           .before = price_of(account, catalogs.at(running.catalog), running),
                           .after = {}};
  plan.after = plan.before;
  const std::uint32_t moves_to = version_at_renewal(catalogs, running.catalog, next);
  if (running.pending && !running.ends_with_period()) {
    Subscription changed = running;
    changed.plan = running.pending->plan;
    changed.cycle = running.pending->cycle;
    changed.licences = running.pending->licences;
    changed.add_ons = running.pending->add_ons;
    plan.how = "has_changed";
    plan.at = running.to;
    plan.after = price_of(account, catalogs.at(running.pending->catalog), changed);
  } else if (moves_to != running.catalog && !running.cancelled_at) {
    const bool moves = next_version(account, catalogs, next) == moves_to;
    const bool bound = running.agreement_ends && running.to < *running.agreement_ends;
    plan.how = moves ? "moves_at_renewal" : bound ? "under_agreement" : "not_sold";
    if (moves) plan.at = running.to;
    if (moves) plan.after = price_of(account, catalogs.at(moves_to), running);
  }
  return plan;
}

/// Of a file that begins a tenant.
TenantPlan new_here(const config::Tenant& file) {
  TenantPlan plan{.tenant = file.catalog.tenant, .next = 1};
  const OnNewVersion& moves = file.catalog.on_new_version;
  plan.running_subscriptions =
      moves.running_subscriptions == OnNewVersion::Running::keep_price ? "keep_price" : "at_next_renewal";
  plan.meters = moves.meters == OnNewVersion::Meters::at_once ? "at_once" : "at_next_renewal";
  return plan;
}

Result<TenantPlan> plan_of(Books& books, const config::Tenant& file, Errors& errors) {
  TenantPlan plan = new_here(file);
  const TenantState* state = books.fold.find(plan.tenant);
  plan.version = state == nullptr ? 0 : state->catalog;
  plan.next = plan.version + 1;
  if (plan.version == 0) return plan;

  Catalogs catalogs;
  for (std::uint32_t version = 1; version <= plan.version; ++version) {
    const config::Tenant* kept = books.versions.version(plan.tenant, version);
    if (kept == nullptr)
      return Error{.code = "tenant_stopped",
                   .message = fmt::format("version {} of '{}' cannot be read", version, plan.tenant.text())};
    auto catalog = std::make_shared<Catalog>(kept->catalog);
    catalog->version = version;
    catalogs.versions.push_back(std::move(catalog));
  }
  const config::Tenant& before = *books.versions.version(plan.tenant, plan.version);
  if (errors = config::must_stay(before, file); !errors.empty())
    return Error{.code = errors.front().code, .message = config::text_of(errors), .at = errors.front().at};
  auto next = std::make_shared<Catalog>(file.catalog);
  next->version = plan.next;
  catalogs.versions.push_back(std::move(next));
  for (const config::Discrepancy& change : config::discrepancies(before.tree, file.tree))
    plan.changes.push_back(
        {change.path, change.before, change.after, change.at.file + ":" + std::to_string(change.at.line)});
  each_account(books, plan.tenant, [&](const Account& account) {
    ++plan.accounts;
    if (account.subscription) plan.subscriptions.push_back(planned(catalogs, account, plan.next));
  });
  return plan;
}

std::string what_happens(const PlannedSubscription& one) {
  if (one.how == "keeps_price") return one.before + ", kept";
  if (one.how == "under_agreement") return one.before + ", kept until its agreement ends";
  if (one.how == "not_sold") return one.before + ", kept: what it is on is not in the new file";
  const std::string prices = one.before == one.after ? one.before : one.before + " -> " + one.after;
  if (one.how == "has_changed") return prices + " at " + one.at->text() + ", as the customer agreed to";
  return prices + " at " + one.at->text();
}

}  // namespace

Result<std::vector<TenantPlan>> plan_files(const std::string& data, const std::vector<std::string>& files) {
  Errors errors;
  std::vector<config::Tenant> tenants;
  for (const std::string& file : tenant_files(files)) tenants.push_back(config::load_tenant(file, errors));
  if (!errors.empty())
    return Error{.code = errors.front().code, .message = config::text_of(errors), .at = errors.front().at};
  std::vector<TenantPlan> plans;
  if (data.find("://") == std::string::npos && !std::filesystem::exists(data)) {
    for (const config::Tenant& tenant : tenants) plans.push_back(new_here(tenant));
    return plans;
  }
  auto store = open_journal(data);
  if (!store) return store.error();
  Books books(**store);
  if (const Status read = read_all(**store, books); !read) return read.error();
  for (const config::Tenant& tenant : tenants) {
    auto plan = plan_of(books, tenant, errors);
    if (!plan) return plan.error();
    plans.push_back(*std::move(plan));
  }
  return plans;
}

std::string as_text(const std::vector<TenantPlan>& plans) {
  std::string text;
  const auto line = [&]<class... Args>(fmt::format_string<Args...> words, Args&&... args) {
    text += printable(fmt::format(words, std::forward<Args>(args)...)) + "\n";
  };
  for (const TenantPlan& plan : plans) {
    const std::string name = plan.tenant.text();
    if (plan.version == 0) {
      line("{}: new to this journal; `florin apply` makes it version 1", name);
      continue;
    }
    if (plan.changes.empty()) {
      line("{}: version {} is in force and says the same", name, plan.version);
      continue;
    }
    line("{}: version {} -> {}", name, plan.version, plan.next);
    for (const KeyChange& change : plan.changes) {
      if (change.before.empty())
        line("  + {}: {}   ({})", change.path, change.after, change.at);
      else if (change.after.empty())
        line("  - {}: {}   (was {})", change.path, change.before, change.at);
      else
        line("  ~ {}: {} -> {}   ({})", change.path, change.before, change.after, change.at);
    }
    line("  running subscriptions: {}; meters: {}; grants keep what they promised", plan.running_subscriptions,
         plan.meters);
    line("  {} of {} accounts are on a plan:", plan.subscriptions.size(), plan.accounts);
    for (const PlannedSubscription& one : plan.subscriptions)
      line("    {}  {}, {} (version {}): {}", one.account.text(), one.plan, one.cycle, one.version, what_happens(one));
  }
  return text;
}

std::string as_json(const std::vector<TenantPlan>& plans) {
  json::array all;
  for (const TenantPlan& plan : plans) {
    json::array changes, subscriptions;
    for (const KeyChange& change : plan.changes)
      changes.push_back(
          json::object{{"path", change.path}, {"before", change.before}, {"after", change.after}, {"at", change.at}});
    for (const PlannedSubscription& one : plan.subscriptions)
      subscriptions.push_back(json::object{{"account", one.account.text()},
                                           {"plan", one.plan},
                                           {"cycle", one.cycle},
                                           {"version", one.version},
                                           {"how", one.how},
                                           {"at", one.at ? json::value(one.at->text()) : json::value(nullptr)},
                                           {"before", one.before},
                                           {"after", one.after}});
    all.push_back(json::object{{"tenant", plan.tenant.text()},
                               {"version", plan.version},
                               {"next", plan.next},
                               {"changes", std::move(changes)},
                               {"running_subscriptions", plan.running_subscriptions},
                               {"meters", plan.meters},
                               {"accounts", plan.accounts},
                               {"subscriptions", std::move(subscriptions)}});
  }
  return json::serialize(all);
}

Result<TenantPlan> plan_on(store::Store& store, const config::Tenant& file, Errors& errors) {
  Books books(store);
  if (const Status read = read_all(store, books); !read) return read.error();
  return plan_of(books, file, errors);
}

Result<std::vector<std::string>> unreadable_versions(store::Store& store) {
  Books books(store);
  if (const Status read = read_all(store, books); !read) return read.error();
  std::vector<std::string> all;
  for (const AppliedVersion& one : books.applied)
    if (const TenantState* state = books.fold.find(one.tenant); state != nullptr && state->catalog == one.version)
      if (books.versions.version(one.tenant, one.version) == nullptr)
        all.push_back(fmt::format("{}, version {}", one.tenant.text(), one.version));
  return all;
}

Result<std::vector<AppliedVersion>> versions(const std::string& data, const std::optional<TenantId>& tenant) {
  auto store = open_journal(data);
  if (!store) return store.error();
  return versions_on(**store, tenant);
}

Result<std::vector<AppliedVersion>> versions_on(store::Store& store, const std::optional<TenantId>& tenant) {
  Books books(store);
  if (const Status read = read_all(store, books); !read) return read.error();
  if (tenant && books.fold.find(*tenant) == nullptr)
    return Error{.code = "no_such_tenant", .message = "there is no tenant '" + tenant->text() + "' in this journal"};
  std::vector<AppliedVersion> found;
  for (AppliedVersion& version : books.applied) {
    if (tenant && version.tenant != *tenant) continue;
    version.in_force = books.fold.find(version.tenant)->catalog == version.version;
    each_account(books, version.tenant, [&](const Account& account) {
      if (account.subscription && account.subscription->catalog == version.version) ++version.subscriptions;
    });
    found.push_back(std::move(version));
  }
  std::ranges::stable_sort(found, {}, &AppliedVersion::tenant);
  return found;
}

std::string as_text(const std::vector<AppliedVersion>& versions) {
  std::string text;
  for (const AppliedVersion& version : versions)
    text += fmt::format("{}  version {}  {}  by {}  {} {}{}{}\n", version.tenant.text(), version.version,
                        version.at.text(), printable(version.by), version.subscriptions,
                        version.subscriptions == 1 ? "subscription" : "subscriptions",
                        version.again == 0 ? "" : fmt::format("  as version {} was", version.again),
                        version.in_force ? "  in force" : "");
  return text;
}

std::string as_json(const std::vector<AppliedVersion>& versions) {
  json::array all;
  for (const AppliedVersion& version : versions)
    all.push_back(json::object{{"tenant", version.tenant.text()},
                               {"version", version.version},
                               {"at", version.at.text()},
                               {"by", version.by},
                               {"again", version.again},
                               {"in_force", version.in_force},
                               {"subscriptions", version.subscriptions}});
  return json::serialize(all);
}

}  // namespace florin

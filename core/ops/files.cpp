#include "florin/files.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "config/check.hpp"
#include "config/import_file.hpp"
#include "florin/ops.hpp"
#include "host/account_statement.hpp"
#include "host/assembly.hpp"
#include "host/inside.hpp"
#include "host/operating.hpp"
#include "ops/on_store.hpp"

namespace florin {

namespace json = boost::json;

namespace {

/// Where the tenant's own file stands, or would: its style is looked for from there, and errors name it.
std::filesystem::path place_of(const Assembly& assembly, const TenantId& tenant) {
  const auto& files = assembly.file().tenants;
  const std::string name = tenant.text() + ".yaml";
  const auto own = std::ranges::find(files, std::filesystem::path(name), &std::filesystem::path::filename);
  if (own != files.end()) return *own;
  return files.empty() ? std::filesystem::path(name) : files.front().parent_path() / name;
}

Result<config::Tenant> tenant_of(const Assembly& assembly, const TenantId& tenant, std::string_view text,
                                 Errors& errors) {
  config::Tenant read = config::load_tenant_text(text, place_of(assembly, tenant), errors);
  if (!errors.empty()) return errors.front();
  if (read.catalog.tenant == tenant) return read;
  return Error{.code = "other_tenant",
               .message = "this is the file of '" + read.catalog.tenant.text() + "', not of '" + tenant.text() + "'"};
}

/// What `with` reads of all that is durable.
template <class T, class With>
Result<T> of_journal(Assembly& assembly, With with) {
  Result<T> result = Error{.code = "failed", .message = "the journal was not read"};
  const Status read = assembly.with_journal([&](store::Store& store) -> Status {
    result = with(store);
    return Done{};
  });
  return read ? std::move(result) : Result<T>(read.error());
}

}  // namespace

Result<std::string> Files::plan(const TenantId& tenant, std::string_view text, Errors& errors) const try {
  const auto assembly = service_.assembly();
  if (!assembly) return closed();
  const auto file = tenant_of(*assembly, tenant, text, errors);
  if (!file) return file.error();
  const auto planned =
      of_journal<TenantPlan>(*assembly, [&](store::Store& store) { return plan_on(store, *file, errors); });
  if (!planned) return planned.error();
  const std::string all = as_json(std::vector<TenantPlan>{*planned});
  return all.substr(1, all.size() - 2);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::uint32_t> Files::apply(const TenantId& tenant, std::string_view text, const Actor& by, Errors& errors,
                                   std::optional<std::uint32_t> next) const try {
  const auto assembly = service_.assembly();
  if (!assembly) return closed();
  const auto file = tenant_of(*assembly, tenant, text, errors);
  if (!file) return file.error();
  return assembly->apply(tenant, config::effective(*file), by, 0, next);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Files::versions(const TenantId& tenant) const try {
  const auto assembly = service_.assembly();
  if (!assembly) return closed();
  const auto all = of_journal<std::vector<AppliedVersion>>(
      *assembly, [&](store::Store& store) { return versions_on(store, tenant); });
  if (!all) return all.error();
  return as_json(*all);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<ImportReport> Files::import_accounts(const TenantId& tenant, std::string_view text, bool lines, const Actor& by,
                                            bool dry_run) const try {
  const auto assembly = service_.assembly();
  if (!assembly) return closed();
  Errors errors;
  const config::ImportFile read = config::read_import_text(text, lines ? "import.jsonl" : "import.yaml", errors);
  return operating::import_accounts(*assembly, tenant, read, std::move(errors), by, dry_run);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Files::explain(const TenantId& tenant, const AccountId& account) const try {
  const auto assembly = service_.assembly();
  if (!assembly) return closed();
  return of_journal<std::string>(
      *assembly, [&](store::Store& store) { return explain_on(store, assembly->views_file(), tenant, account, true); });
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Files::account_statement(const TenantId& tenant, const AccountId& account, std::optional<Date> from,
                                             std::optional<Date> to, std::string_view form) const try {
  const auto assembly = service_.assembly();
  if (!assembly) return closed();
  return account_statement_as(*assembly, tenant, account, from, to, form);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

// ---- Reports ------------------------------------------------------------------------------------------------------

std::string as_json(const ImportReport& report) {
  json::array accounts;
  for (const ImportedAccount& one : report.accounts) {
    json::object account{{"account", one.account.text()}, {"there_already", one.there_already}, {"is", one.is}};
    account["charges"] = json::parse(as_json(one.charges));
    accounts.push_back(std::move(account));
  }
  return json::serialize(json::object{{"accounts", std::move(accounts)}});
}

std::string as_json(const StatementReport& report) {
  json::array lines;
  for (const StatementLine& line : report.lines)
    lines.push_back(
        json::object{{"line", line.at},
                     {"receipt", line.receipt},
                     {"amount", line.amount},
                     {"dated", line.dated},
                     {"said", line.said},
                     {"account", line.account.empty() ? json::value(nullptr) : json::value(line.account)},
                     {"order", line.order.value == 0 ? json::value(nullptr) : json::value(line.order.value)},
                     {"becomes", line.becomes},
                     {"why", line.why}});
  return json::serialize(json::object{{"dry_run", report.dry_run}, {"lines", std::move(lines)}});
}

std::string as_json(const ReconcileReport& report) {
  json::array discrepancies(report.discrepancies.begin(), report.discrepancies.end());
  return json::serialize(json::object{{"theirs", report.theirs},
                                      {"same", report.same},
                                      {"learned", report.learned},
                                      {"ours_alone", report.ours_alone},
                                      {"discrepancies", std::move(discrepancies)}});
}

}  // namespace florin

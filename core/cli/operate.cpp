#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "commands.hpp"
#include "florin/check.hpp"
#include "florin/files.hpp"
#include "florin/host.hpp"
#include "florin/ops.hpp"
#include "florin/papers.hpp"
#include "florin/printable.hpp"
#include "outcome.hpp"

namespace florin::cli {

namespace {

/// The tenants of files without an error; none: it says every error.
std::optional<std::vector<TenantId>> all_fit(const std::vector<std::string>& files, const std::string& config) {
  const ConfigCheck checked = check_config(files, config);
  std::cerr << as_text(checked.errors);
  if (!checked.not_asked.empty()) std::cerr << "florin: what plugins say of it is not checked: " << checked.not_asked;
  if (!checked.errors.empty()) return std::nullopt;
  std::vector<TenantId> tenants;
  for (const std::string& tenant : checked.tenants) tenants.push_back(TenantId::trusted(tenant));
  return tenants;
}

/// Whether a tenant has no version in this journal yet.
bool is_new(const std::string& data, const TenantId& tenant) {
  const auto known = florin::versions(data, tenant);
  return !known || known->empty();
}

/// Of a file without an error.
TenantId tenant_of(const std::string& file) {
  constexpr std::string_view key = "\ntenant: ";
  const auto whole = effective_tenant(file);
  const std::size_t at = whole ? whole->find(key) : std::string::npos;
  if (at == std::string::npos) return {};
  const std::size_t from = at + key.size();
  return TenantId::trusted(whole->substr(from, whole->find(' ', from) - from));
}

/// Makes files the next versions of their tenants. One that is new was put into force when the host was opened.
int apply_files(const ApplyWords& words, const std::vector<TenantId>& tenants) {
  std::vector<TenantId> begun;
  std::ranges::copy_if(tenants, std::back_inserter(begun),
                       [&](const TenantId& tenant) { return is_new(words.data, tenant); });
  auto host = open_host(words.config, words.data, tenants);
  if (!host) return fail(host.error());
  bool all = true;
  for (const std::string& file : tenant_files(words.files)) {
    const auto applied = host->apply(file, actor_of(words.as));
    const bool began =
        !applied && applied.error().code == "no_change" && std::ranges::find(begun, tenant_of(file)) != begun.end();
    if (applied || began)
      std::cout << file << ": version " << (applied ? *applied : 1) << " is in force\n";
    else
      std::cerr << file << ": not applied, " << applied.error().code << ": " << printable_lines(applied.error().message)
                << "\n";
    all = all && (applied || began);
  }
  return written(all ? fine : refused);
}

}  // namespace

int plan(const std::string& config, const std::string& data, const std::vector<std::string>& files, bool json) {
  if (!all_fit(files, config)) return problems;
  const auto plans = plan_files(data, files);
  if (!plans && !plans.error().at.file.empty()) {
    std::cerr << printable_lines(plans.error().message);
    return problems;
  }
  if (!plans) return fail(plans.error());
  std::cout << (json ? as_json(*plans) + "\n" : as_text(*plans));
  return written(fine);
}

int apply(const ApplyWords& words) {
  if (words.files.empty() == (words.version == 0)) {
    std::cerr << "florin: apply takes files, or --tenant with --version\n";
    return usage;
  }
  if (words.version == 0) {
    const auto tenants = all_fit(words.files, words.config);
    if (!tenants) return problems;
    return apply_files(words, *tenants);
  }
  const auto tenant = TenantId::parse(words.tenant);
  if (!tenant) return failed_to_read("--tenant", tenant);
  auto host = open_host(words.config, words.data, {*tenant});
  if (!host) return fail(host.error());
  if (const auto error = unknown(*host, *tenant)) return was_refused(*error);
  const auto applied = host->apply_again(*tenant, words.version, actor_of(words.as));
  if (!applied) {
    std::cerr << tenant->text() << ": not applied, " << applied.error().code << ": "
              << printable_lines(applied.error().message) << "\n";
    return refused;
  }
  std::cout << tenant->text() << ": version " << *applied << " is in force\n";
  return written(fine);
}

int versions(const std::string& data, const std::string& tenant, bool json) {
  std::optional<TenantId> only;
  if (!tenant.empty()) {
    const auto id = TenantId::parse(tenant);
    if (!id) return failed_to_read("TENANT", id);
    only = *id;
  }
  const auto found = florin::versions(data, only);
  if (!found) return fail(found.error());
  std::cout << (json ? as_json(*found) + "\n" : as_text(*found));
  return written(fine);
}

namespace {

std::string as_line(const UpcomingCharge& charge) {
  const std::string how = charge.waits ? "waits: charges are stopped" : charge.method;
  return printable(charge.at.text() + "  " + charge.account.text() + "  " + charge.amount.text() + "  " + charge.what +
                   "  " + (how.empty() ? "no payment method" : how)) +
         "\n";
}

}  // namespace

int upcoming(const TenantWords& words, const std::string& day, bool json) {
  const auto date = Date::parse(day);
  if (!date) return failed_to_read("--day", date);
  return on_tenant(words, [&](Host& host, const TenantId& tenant) {
    const auto charges = host.upcoming(tenant, *date);
    if (!charges) return was_refused(charges.error());
    if (json) std::cout << as_json(*charges) << "\n";
    if (!json && charges->empty()) std::cerr << "nothing is charged on " << day << "\n";
    if (!json)
      for (const UpcomingCharge& charge : *charges) std::cout << as_line(charge);
    return written(fine);
  });
}

int import(const TenantWords& words, const std::string& file, bool dry_run, bool json) {
  return on_tenant(
      words,
      [&](Host& host, const TenantId& tenant) {
        const auto report = host.import_accounts(tenant, file, actor_of(words.as), dry_run);
        if (!report) return was_refused(report.error());
        std::cerr << as_text(report->errors);
        if (!report->errors.empty()) {
          std::cerr << "nothing was imported\n";
          return int(problems);
        }
        if (report->accounts.empty()) std::cerr << "the file has no accounts\n";
        for (const ImportedAccount& account : report->accounts) {
          const char* state = account.there_already ? "is there already"
                              : dry_run             ? "would be imported"
                                                    : "is imported";
          if (!json) std::cout << account.account.text() << " " << state << ": " << printable(account.is) << "\n";
          if (json) std::cout << as_json(account.charges) << "\n";
          if (!json)
            for (const UpcomingCharge& charge : account.charges) std::cout << "  " << as_line(charge);
        }
        return written(fine);
      },
      &open_host);
}

int months(const TenantWords& words, bool csv) {
  return on_tenant(words, [&](Host& host, const TenantId& tenant) {
    const auto all = host.months(tenant);
    if (!all) return was_refused(all.error());
    std::cout << (csv ? as_csv(*all) : as_json(*all) + "\n");
    return written(fine);
  });
}

int close_month(const TenantWords& words, const std::string& month, bool csv) {
  if (month.size() != 7 || !Date::parse(month + "-01"))
    return failed_to_read("MONTH",
                          Result<Date>(Error{.code = "bad_month",
                                             .message = "'" + month.substr(0, 40) + "' is no month such as 2026-03"}));
  return on_tenant(words, [&](Host& host, const TenantId& tenant) {
    const auto closed = host.close_month(tenant, month, actor_of(words.as));
    if (!closed) return was_refused(closed.error());
    const std::vector<MonthReport> one = {*closed};
    std::cout << (csv ? as_csv(one) : as_json(one) + "\n");
    return written(fine);
  });
}

int release(const ReleaseWords& words) {
  const auto account = AccountId::parse(words.account);
  if (!account) return failed_to_read("ACCOUNT", account);
  return on_tenant(words.of, [&](Host& host, const TenantId& tenant) {
    const auto released = host.release(tenant, *account, actor_of(words.of.as), words.reason, words.dry_run);
    if (!released) return was_refused(released.error());
    std::cout << account->text() << " was set aside at " << released->since.text() << ": " << released->rule << ": "
              << released->text << "\nits entries fit and its books balance with this program\n"
              << released->reports << (released->reports == 1 ? " report" : " reports")
              << " of processors were kept for it\n"
              << (released->charges.empty() ? "nothing falls due at once\n" : "falls due at once:\n");
    for (const UpcomingCharge& charge : released->charges) std::cout << "  " << as_line(charge);
    std::cout << (released->released ? "it is released\n" : "nothing was done: leave out --dry-run to release it\n");
    return written(fine);
  });
}

int notifications(const TenantWords& words, std::uint64_t from) {
  return on_tenant(words, [&](Host& host, const TenantId& tenant) {
    const auto all = host.notifications(tenant, from, 1000);
    if (!all) return was_refused(all.error());
    std::cout << as_json(*all) << "\n";
    return written(fine);
  });
}

namespace {

int write_paper(const std::string& paper, const std::string& to) {
  if (to.empty()) {
    std::cout << paper;
    return written(fine);
  }
  std::ofstream file(to, std::ios::binary);
  file << paper;
  file.close();
  if (!file) return fail({.code = "cannot_write", .message = "cannot write " + to});
  return static_cast<int>(fine);
}

}  // namespace

int document(const DocumentWords& words) {
  return on_tenant(words.of, [&](Host& host, const TenantId& tenant) {
    const auto account = AccountId::parse(words.account);
    if (!account) return failed_to_read("ACCOUNT", account);
    const auto document = Papers(host).document(tenant, *account, words.number, words.form);
    if (!document) return was_refused(document.error());
    return write_paper(*document, words.to);
  });
}

int account_statement(const AccountStatementWords& words) {
  std::optional<Date> from, to;
  for (const auto& [text, day] : {std::pair(&words.from, &from), std::pair(&words.to, &to)}) {
    if (text->empty()) continue;
    const auto read = Date::parse(*text);
    if (!read) return failed_to_read(text == &words.from ? "--from" : "--to", read);
    *day = *read;
  }
  return on_tenant(words.of, [&](Host& host, const TenantId& tenant) {
    const auto account = AccountId::parse(words.account);
    if (!account) return failed_to_read("ACCOUNT", account);
    const auto statement = Files(host).account_statement(tenant, *account, from, to, words.form);
    if (!statement) return was_refused(statement.error());
    return write_paper(words.form == "json" ? *statement + "\n" : *statement, words.file);
  });
}

}  // namespace florin::cli

#include "host/operating.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "answers/upcoming.hpp"
#include "config/check.hpp"
#include "config/import_file.hpp"
#include "domain/accounts/set_aside.hpp"
#include "domain/documents/month.hpp"
#include "domain/payments/card_number.hpp"
#include "host/card_numbers.hpp"
#include "host/free_text.hpp"
#include "host/gate.hpp"
#include "host/imported_names.hpp"
#include "host/inside.hpp"
#include "host/text_lengths.hpp"
#include "readers/months.hpp"
#include "readers/notifications.hpp"

namespace florin::operating {

namespace {

/// A copy of a tenant as it is now.
struct TenantNow {
  TenantState state;
  Catalogs catalogs;
  const Catalog& catalog() const { return catalogs.at(state.catalog); }
};

Result<TenantNow> tenant_now(Assembly& assembly, const TenantId& tenant) {
  Result<TenantNow> now = no_such_tenant(tenant);
  const auto read = assembly.engine().read([&](const engine::Shard& shard) {
    now = is_up(shard, tenant) ? Result<TenantNow>(TenantNow{*shard.tenant(tenant), *shard.catalogs(tenant)})
                               : Result<TenantNow>(not_up(shard, tenant));
  });
  if (!read) return read.error();
  return now;
}

MonthReport report_of(const ClosedMonth& month, bool closed, const Catalog& catalog) {
  MonthReport report{.month = month.month, .closed = closed, .lines = {}, .written_off = month.written_off};
  for (const MonthLine& line : month.lines) {
    const CreditTypeRule* type = catalog.credit_type(line.type);
    const auto text = [&](Credits credits) {
      return decimal_text(credits.units, type == nullptr ? 0 : type->decimals);
    };
    report.lines.push_back({.type = line.type.text(),
                            .before = text(line.before),
                            .issued = text(line.issued),
                            .used = text(line.used),
                            .gone = text(line.gone),
                            .returned = text(line.returned),
                            .after = text(line.after),
                            .before_money = line.before_money,
                            .issued_money = line.issued_money,
                            .used_money = line.used_money,
                            .gone_money = line.gone_money,
                            .returned_money = line.returned_money,
                            .after_money = line.after_money});
  }
  return report;
}

Error at_record(const config::ImportedRecord& record, const std::string& code, const std::string& text) {
  // It begins with the field that it is about, if it is about one.
  const std::string field = text.substr(0, std::min(text.find(": "), text.size()));
  const Where at = record.where(field);
  const bool of_field = field.size() != text.size() && at.path.ends_with("." + field);
  return {.code = code,
          .message = of_field ? text.substr(field.size() + 2) : record.account.text() + ": " + text,
          .at = at};
}

/// That a period which ends as the system before had it goes over into the tenant's own calendar; empty: it fits.
std::string moves(const Subscription& running, const Catalog& catalog) {
  const Calendar calendar(catalog.zone);
  const auto ours = [&](std::int32_t periods) {
    return calendar.boundary(running.anchor, 1, running.anchor_months + periods * running.months);
  };
  if (running.to == ours(1)) return {};
  return " as it is paid (by the tenant's calendar at " + ours(1).text() + "), then at " + ours(2).text();
}

/// What the account will be, for the person who imports it.
std::string told(const Account& account, const Catalog& catalog) {
  std::string text = account.state_word();
  if (const auto& running = account.subscription) {
    text += ", " + running->plan.text() + " " + running->cycle;
    if (running->licences > 1) text += ", " + std::to_string(running->licences) + " licences";
    text += running->ends_at ? ", ends at " + running->ends_at->text() : ", renews at " + running->to.text();
    text += moves(*running, catalog);
    if (const auto& pause = account.pause)
      text += ", paused since " + pause->since.text() + ": resumes at " + pause->resumes_at.text() +
              " at the latest, and then renews as much later as the pause was long";
    if (running->agreement_ends) text += ", bound until " + running->agreement_ends->text();
  }
  if (const auto& trial = account.trial; trial && trial->picked && trial->ends_at)
    text += ", " + trial->picked->plan.text() + " " + trial->picked->cycle + " from " + trial->ends_at->text() + " on";
  if (account.past_due) text += ", past due since " + account.past_due->since.text();
  for (const Coupon& one : account.coupons)
    text += ", coupon " + one.coupon + ": " + one.takes_off.text() + " off" +
            (one.periods ? " " + std::to_string(*one.periods) + " more periods" : " every period") +
            (one.until ? " that begins before " + one.until->text() : std::string());
  for (const CreditTypeRule& type : catalog.credits)
    text +=
        ", " + decimal_text(account.available(type.id, account.last_at).units, type.decimals) + " " + type.id.text();
  for (const SavedMethod& saved : account.methods)
    if (!saved.once()) text += ", " + saved.slot + " " + saved.method.text();
  if (!account.members.empty()) text += ", " + std::to_string(account.members.size()) + " members";
  if (!account.items.empty()) text += ", " + std::to_string(account.items.size()) + " items";
  return text;
}

/// Imports one account on a copy. Adds what is wrong to the report.
Status rehearse(Assembly& assembly, const TenantNow& now, const config::ImportedRecord& record, const Actor& by,
                ImportReport& report) {
  Account account;
  account.id = record.account;
  bool exists = false;
  const auto read = assembly.engine().read([&](const engine::Shard& shard) {
    if (const Account* found = shard.account(now.state.id, record.account)) {
      account = engine::whole(*found);
      exists = true;
    }
  });
  if (!read) return read.error();
  ImportedAccount imported{.account = record.account, .there_already = exists, .charges = {}, .is = {}};
  if (exists && !account.imported_at) {
    report.errors.push_back(at_record(record, "account_exists", "this account lives here already"));
    return Done{};
  }
  engine::Rehearsal rehearsal(account, now.state, now.catalogs, assembly.plugins());
  auto none = holds_no_card_number(record.command);
  if (none) none = holds_no_card_number(SetPersonalData{record.personal_data});
  if (none && holds_card_number(record.account.text()))
    none = Error{.code = "card_number",
                 .message = "a card's number is never given here, in no field",
                 .at = {.file = {}, .line = 0, .column = 0, .path = "account"}};
  if (none) {
    none = have_fit_lengths(SetPersonalData{record.personal_data}, {});
    if (!none)
      report.errors.push_back(at_record(record, none.error().code, none.error().at.path + ": " + none.error().message));
    if (!none) return Done{};
  }
  if (!none) {
    report.errors.push_back(at_record(record, "card_number", none.error().message + " (" + none.error().at.path + ")"));
    return Done{};
  }
  if (!exists) {
    auto entry = rehearsal.take(by, "import", record.command, assembly.engine().now());
    if (!entry) return entry.error();
    if (entry->refusal) {
      report.errors.push_back(at_record(record, entry->refusal->code, entry->refusal->text));
      return Done{};
    }
  }
  imported.is = told(rehearsal.account(), rehearsal.catalog());
  const auto& running = rehearsal.account().subscription;
  const auto& trial = rehearsal.account().trial;
  std::optional<Instant> next;
  if (running) next = running->to;
  if (trial && trial->picked) next = trial->ends_at;
  if (next) {
    auto charges = florin::upcoming(rehearsal, *next);
    if (!charges) return charges.error();
    imported.charges = *std::move(charges);
  }
  report.accounts.push_back(std::move(imported));
  return Done{};
}

/// A name that an error before has told of is not reported again.
void add_unknown_names(const config::ImportedRecord& record, const Catalog& catalog, Errors& errors) {
  const Errors before = errors;
  for (Error& error : unknown_names(record, catalog)) {
    if (error.at.line == 0) error.at.line = record.at.line;  // JSON tells no lines of its own
    const std::size_t quote = error.message.find('\'');
    const std::string name = error.message.substr(quote, error.message.find('\'', quote + 1) + 1 - quote);
    const bool told = std::ranges::any_of(before, [&](const Error& other) {
      return other.at.line == error.at.line && other.message.find(name) != std::string::npos;
    });
    if (!told) errors.push_back(std::move(error));
  }
}

Status submit(Assembly& assembly, Request request, const config::ImportedRecord* record, ImportReport& report) {
  auto job = assembly.job_of(request);
  if (!job) return job.error();
  const auto answered = assembly.engine().submit_and_wait(std::move(*job));
  if (!answered) return answered.error();
  if (const auto& refusal = answered->entry->refusal; refusal && record != nullptr)
    report.errors.push_back(at_record(*record, refusal->code, refusal->text));
  return Done{};
}

}  // namespace

Result<std::vector<UpcomingCharge>> upcoming(Assembly& assembly, const TenantId& tenant, const Date& day) {
  const auto now = tenant_now(assembly, tenant);
  if (!now) return now.error();
  const Calendar calendar(now->catalog().zone);
  const Instant from = calendar.instant({day, 0});
  const Instant until = calendar.instant({Date::from_days(day.days() + 1), 0}) - Duration{1};
  auto accounts = assembly.engine().of_accounts<Account>(tenant, [&](const Account& account) {
    const bool has_due = account.due_at <= until && !set_aside_of(now->state, account.id);
    return has_due ? std::optional(account) : std::nullopt;
  });
  if (!accounts) return accounts.error();
  std::vector<UpcomingCharge> all;
  for (auto& [id, account] : *accounts) {
    std::vector<Account> copy{std::move(account)};
    auto charges = assembly.engine().with_pages(tenant, copy, [&](const std::vector<Account>& copies) {
      return florin::upcoming(engine::Rehearsal(copies.front(), now->state, now->catalogs, assembly.plugins()), until);
    });
    if (!charges) return charges.error();
    for (UpcomingCharge& charge : *charges)
      if (from <= charge.at) all.push_back(std::move(charge));
  }
  std::ranges::stable_sort(all, {}, &UpcomingCharge::at);
  return all;
}

Result<ImportReport> import_accounts(Assembly& assembly, const TenantId& tenant, const std::string& file,
                                     const Actor& by, bool dry_run) {
  Errors errors;
  const config::ImportFile read = config::read_import(file, errors);
  return import_accounts(assembly, tenant, read, std::move(errors), by, dry_run);
}

Result<ImportReport> import_accounts(Assembly& assembly, const TenantId& tenant, const config::ImportFile& read,
                                     Errors errors, const Actor& by, bool dry_run) {
  const auto now = tenant_now(assembly, tenant);
  if (!now) return now.error();
  ImportReport report;
  report.errors = std::move(errors);
  for (const config::ImportedRecord& record : read.accounts) {
    const std::size_t before = report.errors.size();
    if (const auto done = rehearse(assembly, *now, record, by, report); !done) return done.error();
    if (report.errors.size() != before) add_unknown_names(record, now->catalog(), report.errors);
  }
  for (const config::ImportedRecord& record : read.unread) add_unknown_names(record, now->catalog(), report.errors);
  if (dry_run || !report.errors.empty()) return report;
  if (read.next_documents) {
    const std::string key = "import documents";
    if (const auto done = submit(assembly, {tenant, {}, by, key, std::nullopt, *read.next_documents}, nullptr, report);
        !done)
      return done.error();
  }
  for (const config::ImportedRecord& record : read.accounts) {
    const auto imported = std::ranges::find(report.accounts, record.account, &ImportedAccount::account);
    if (imported == report.accounts.end() || imported->there_already) continue;
    const std::string key = "import " + record.account.text();
    if (const auto done =
            submit(assembly, {tenant, record.account, by, key, std::nullopt, record.command}, &record, report);
        !done)
      return done.error();
    if (record.personal_data.empty()) continue;
    if (const auto done =
            submit(assembly,
                   {tenant, record.account, by, key + " person", std::nullopt, SetPersonalData{record.personal_data}},
                   &record, report);
        !done)
      return done.error();
  }
  return report;
}

Result<std::vector<MonthReport>> months(Assembly& assembly, const TenantId& tenant) {
  const auto now = tenant_now(assembly, tenant);
  if (!now) return now.error();
  std::vector<MonthReport> reports;
  const auto read = assembly.with_journal([&](store::Store& journal) -> Status {
    const auto months =
        readers::months_of(journal, tenant, now->catalog(), now->state.closed_months, assembly.engine().now());
    if (!months) return months.error();
    for (const ClosedMonth& month : *months) {
      const auto closed = std::ranges::find(now->state.closed_months, month.month, &ClosedMonth::month);
      const bool is_closed = closed != now->state.closed_months.end();
      reports.push_back(report_of(is_closed ? *closed : month, is_closed, now->catalog()));
    }
    return Done{};
  });
  if (!read) return read.error();
  return reports;
}

Result<MonthReport> close_month(Assembly& assembly, const TenantId& tenant, const std::string& month, const Actor& by) {
  const auto now = tenant_now(assembly, tenant);
  if (!now) return now.error();
  if (!first_day(month)) return Error{.code = "bad_month", .message = "a month is written as 2026-03"};
  ClosedMonth closing{.month = month, .up_to = 0, .lines = {}, .written_off = {}};
  const auto read = assembly.with_journal([&](store::Store& journal) -> Status {
    const auto months =
        readers::months_of(journal, tenant, now->catalog(), now->state.closed_months, assembly.engine().now());
    if (!months) return months.error();
    const auto found = std::ranges::find(*months, month, &ClosedMonth::month);
    if (found != months->end()) closing = *found;
    return Done{};
  });
  if (!read) return read.error();
  engine::Job job{.tenant = tenant,
                  .account = {},
                  .actor = by,
                  .key = "close " + month + " " + std::to_string(closing.up_to),
                  .asked_at = std::nullopt,
                  .command = CloseMonth{closing},
                  .reply = {},
                  .of_effect = false};
  if (const auto in = admitted(job); !in) return in.error();
  const auto answered = assembly.engine().submit_and_wait(std::move(job));
  if (!answered) return answered.error();
  if (const auto& refusal = answered->entry->refusal) return Error{.code = refusal->code, .message = refusal->text};
  return report_of(closing, true, now->catalog());
}

Result<Release> release(Assembly& assembly, const TenantId& tenant, const AccountId& account, const Actor& by,
                        const std::string& reason, bool dry_run) {
  const auto now = tenant_now(assembly, tenant);
  if (!now) return now.error();
  Release release;
  Result<Account> whole = Error{.code = "not_set_aside", .message = "'" + account.text() + "' is not set aside"};
  const auto read = assembly.engine().read([&](const engine::Shard& shard) {
    const auto aside = set_aside_of(*shard.tenant(tenant), account);
    if (!aside) return;
    release = {.released = false,
               .rule = aside->rule,
               .text = aside->text,
               .since = aside->since,
               .charges = {},
               .reports = shard.kept_reports(tenant, account)};
    whole = shard.as_released(tenant, account);
  });
  if (!read) return read.error();
  if (!whole) return whole.error();
  engine::Job job{.tenant = tenant,
                  .account = {},
                  .actor = by,
                  .key = "release " + account.text() + " " + release.since.text(),
                  .asked_at = std::nullopt,
                  .command = CloseDiscrepancy{set_aside_name(account), reason},
                  .reply = {},
                  .of_effect = false};
  if (const auto in = admitted(job); !in) return in.error();
  if (const auto nobody = names_nobody_likely(free_texts_of(job)); !nobody) return nobody.error();
  auto charges = florin::upcoming(engine::Rehearsal(*whole, now->state, now->catalogs, assembly.plugins()),
                                  assembly.engine().now());
  if (!charges) return charges.error();
  release.charges = *std::move(charges);
  if (dry_run) return release;
  const auto answered = assembly.engine().submit_and_wait(std::move(job));
  if (!answered) return answered.error();
  if (const auto& refusal = answered->entry->refusal) return Error{.code = refusal->code, .message = refusal->text};
  release.released = true;
  return release;
}

Result<std::vector<Notification>> notifications(Assembly& assembly, const TenantId& tenant, std::uint64_t from,
                                                std::size_t most) {
  const auto now = tenant_now(assembly, tenant);
  if (!now) return now.error();
  const auto version = [&](std::uint32_t number) -> const Catalog* {
    const bool known = number >= 1 && number <= now->catalogs.versions.size();
    return known ? &now->catalogs.at(number) : nullptr;
  };
  Result<std::vector<Notification>> found = std::vector<Notification>();
  const auto read = assembly.with_notices(tenant, [&](readers::Notices& notices) {
    return assembly.with_journal([&](store::Store& journal) -> Status {
      found = notices.after(journal, version, from, most);
      return Done{};
    });
  });
  if (!read) return read.error();
  return found;
}

}  // namespace florin::operating

namespace florin {

namespace json = boost::json;

std::string as_csv(const std::vector<MonthReport>& months) {
  std::string text =
      "month,closed,type,before,issued,used,gone,returned,after,before_money,issued_money,used_money,gone_money,"
      "returned_money,after_money,written_off\n";
  for (const MonthReport& month : months)
    for (const MonthReport::Line& line : month.lines) {
      text += month.month + (month.closed ? ",true," : ",false,") + line.type;
      for (const std::string* credits :
           {&line.before, &line.issued, &line.used, &line.gone, &line.returned, &line.after})
        text += "," + *credits;
      for (const Money* money : {&line.before_money, &line.issued_money, &line.used_money, &line.gone_money,
                                 &line.returned_money, &line.after_money})
        text += "," + money->text();
      // Of the whole month, so in one of its rows.
      text += "," + (&line == &month.lines.front() ? month.written_off.text() : std::string()) + "\n";
    }
  return text;
}

std::string as_json(const std::vector<MonthReport>& months) {
  json::array all;
  for (const MonthReport& month : months) {
    json::array lines;
    for (const MonthReport::Line& line : month.lines)
      lines.push_back(json::object{{"type", line.type},
                                   {"before", line.before},
                                   {"issued", line.issued},
                                   {"used", line.used},
                                   {"gone", line.gone},
                                   {"returned", line.returned},
                                   {"after", line.after},
                                   {"before_money", line.before_money.text()},
                                   {"issued_money", line.issued_money.text()},
                                   {"used_money", line.used_money.text()},
                                   {"gone_money", line.gone_money.text()},
                                   {"returned_money", line.returned_money.text()},
                                   {"after_money", line.after_money.text()}});
    all.push_back(json::object{{"month", month.month},
                               {"closed", month.closed},
                               {"lines", std::move(lines)},
                               {"written_off", month.written_off.text()}});
  }
  return json::serialize(all);
}

std::string as_json(const std::vector<UpcomingCharge>& charges) {
  json::array all;
  for (const UpcomingCharge& charge : charges)
    all.push_back(json::object{{"account", charge.account.text()},
                               {"at", charge.at.text()},
                               {"kind", charge.kind},
                               {"what", charge.what},
                               {"amount", charge.amount.text()},
                               {"method", charge.method},
                               {"waits", charge.waits}});
  return json::serialize(all);
}

std::string as_json(const std::vector<Notification>& notifications) {
  json::array all;
  for (const Notification& notice : notifications) {
    json::object data;
    for (const Word& word : notice.data) data[word.name] = word.value;
    json::array roles;
    for (const std::string& role : notice.roles) roles.emplace_back(role);
    all.push_back(json::object{{"position", notice.position},
                               {"at", notice.at.text()},
                               {"account", notice.account.text()},
                               {"kind", notice.kind},
                               {"roles", std::move(roles)},
                               {"data", std::move(data)}});
  }
  return json::serialize(all);
}

}  // namespace florin

#include "commands.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "florin/check.hpp"
#include "florin/host.hpp"
#include "florin/ops.hpp"
#include "florin/printable.hpp"
#include "florin/scenario.hpp"
#include "mail/templates.hpp"
#include "outcome.hpp"
#include "story_door.hpp"

namespace florin::cli {

namespace {

namespace fs = std::filesystem;

fs::path beside_program(const char* relative) {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return (program.parent_path() / relative).lexically_normal();
}

}  // namespace

std::string default_config() {
  std::error_code unknown;
  const std::string here = "config/florin.yaml";
  if (fs::exists(here, unknown)) return here;
  const fs::path installed = beside_program(FLORIN_TO_CONFIG) / "florin.yaml";
  return fs::exists(installed, unknown) ? installed.string() : here;
}

std::string default_plugins() {
  std::error_code unknown;
  const fs::path shipped = beside_program(FLORIN_TO_PLUGINS);
  return fs::exists(shipped, unknown) ? shipped.string() : std::string("build/lib/florin/plugins");
}

int version() {
  std::cout << florin::version() << "\n";
  return written(fine);
}

int commands() {
  std::cout << commands_page();
  return written(fine);
}

int check(const std::vector<std::string>& files, const std::string& config, bool effective, bool json) {
  const ConfigCheck checked = check_config(files, config.empty() ? default_config() : config);
  if (json) std::cout << as_json(checked.errors) << "\n";
  if (!json) std::cerr << as_text(checked.errors);
  // Templates of mail lie beside the host file, and are as much of it.
  const auto templates = std::filesystem::path(config.empty() ? default_config() : config).parent_path() / "templates";
  Errors of_mail;
  if (std::filesystem::is_directory(templates)) of_mail = mail::check_templates(templates, true);
  if (!of_mail.empty()) {
    std::cerr << as_text(of_mail) << of_mail.size() << " in templates of mail\n";
    return problems;
  }
  for (const Error& warning : checked.warnings) std::cerr << "warning: " << as_text({warning});
  if (!checked.errors.empty()) {
    std::cerr << checked.errors.size() << (checked.errors.size() == 1 ? " error\n" : " errors\n");
    return problems;
  }
  if (!checked.not_asked.empty()) {
    // The usual host file need not be there; one that was named has to be.
    std::cerr << "florin: what plugins say of it is not checked, --config names the host file: " << checked.not_asked;
    if (!config.empty()) return problems;
  }
  if (effective) {
    for (const std::string& file : tenant_files(files)) {
      const auto whole = effective_tenant(file);
      if (!whole) return fail(whole.error());
      std::cout << *whole;
    }
  } else if (!json) {
    std::cout << checked.tenants.size() << (checked.tenants.size() == 1 ? " tenant" : " tenants")
              << " without an error:";
    for (const std::string& tenant : checked.tenants) std::cout << " " << tenant;
    std::cout << "\n";
  }
  return written(fine);
}

int schema(const std::string& to) {
  for (const SchemaFile& file : schemas()) {
    if (to.empty()) {
      std::cout << file.text << "\n";
      continue;
    }
    std::error_code failed;
    fs::create_directories(to, failed);
    const fs::path path = fs::path(to) / file.name;
    std::ofstream out(path);
    out << file.text;
    if (!file.text.ends_with('\n')) out << '\n';
    out.close();
    if (!out) {
      std::cerr << "florin: " << path.string() << " could not be written\n";
      return no_store;
    }
    std::cout << path.string() << "\n";
  }
  return written(fine);
}

int scenario(const std::vector<std::string>& paths, ScenarioOptions options, bool http, const std::string& exchanges) {
  std::ofstream kept;
  if (!exchanges.empty()) kept.open(exchanges);
  if (kept.fail()) {
    std::cerr << "florin: " << exchanges << " could not be written\n";
    return no_store;
  }
  server::HttpStoryDoor door(exchanges.empty() ? nullptr : &kept);
  if (http) options.door = &door;
  const ScenarioReport report = run_scenarios(paths, options, std::cout);
  return written(report.failed == 0 ? fine : problems);
}

int demo(const std::string& config, const std::string& data, const std::string& stories, bool serves,
         const std::vector<std::string>& listen) {
  const auto year = run_demo({.config = config, .data = data, .stories = stories}, std::cout);
  if (!year) return fail(year.error());
  if (!serves || !year->held) return written(year->held ? fine : problems);
  ServeWords words;
  words.config = config;
  words.data = data;
  words.virtual_from = year->ends.text();
  words.listen = listen;
  words.drain = 0;
  words.quiet = words.demo = true;
  return serve(std::move(words));
}

int journal(const JournalWords& words) {
  JournalQuery query;
  query.from = words.from;
  query.to = words.to;
  query.json = words.json;
  if (!words.tenant.empty()) {
    auto id = TenantId::parse(words.tenant);
    if (!id) return failed_to_read("--tenant", id);
    query.tenant = *id;
  }
  if (!words.account.empty()) {
    auto id = AccountId::parse(words.account);
    if (!id) return failed_to_read("--account", id);
    query.account = *id;
  }
  const Status done = write_journal(words.data, query, std::cout);
  if (!done) {
    std::cout.flush();
    return fail(done.error());
  }
  return written(fine);
}

int verify(const std::string& data, bool json, const std::string& anchors, const std::string& anchor_key) {
  const auto verified = florin::verify(data);
  if (!verified) return fail(verified.error());
  if (!anchors.empty())
    if (const int met = meets_anchors(data, anchors, anchor_key); met != fine) return met;
  if (json)
    std::cout << as_json(*verified) << "\n";
  else
    std::cout << data << "\n" << as_text(*verified);
  return written(verified->holds() ? fine : problems);
}

int explain(const std::string& data, const std::string& tenant, const std::string& account, bool json) {
  const auto tenant_id = TenantId::parse(tenant);
  if (!tenant_id) return failed_to_read("TENANT", tenant_id);
  const auto account_id = AccountId::parse(account);
  if (!account_id) return failed_to_read("ACCOUNT", account_id);
  const auto text = florin::explain(data, *tenant_id, *account_id, json);
  if (!text) return fail(text.error());
  std::cout << *text;
  return written(fine);
}

int show(const std::string& data, const std::string& tenant, const std::string& account, const std::string& at,
         const ListWords& of) {
  const auto tenant_id = TenantId::parse(tenant);
  if (!tenant_id) return failed_to_read("TENANT", tenant_id);
  const auto account_id = AccountId::parse(account);
  if (!account_id) return failed_to_read("ACCOUNT", account_id);
  Shown shown{.at = {}, .list = {}, .page = {.after = of.after, .most = of.limit}};
  if (!at.empty()) {
    const auto read = Instant::parse(at);
    if (!read) return failed_to_read("--at", read);
    shown.at = *read;
  }
  if (const auto list = std::ranges::find(account_lists, of.list); list != std::ranges::end(account_lists))
    shown.list = static_cast<AccountList>(list - std::ranges::begin(account_lists));
  const auto text = show_account(data, *tenant_id, *account_id, shown);
  if (!text && text.error().code == "bad_cursor") return failed_to_read("--after", text);
  if (!text) return fail(text.error());
  std::cout << *text;
  return written(fine);
}

int restore(const std::string& from, const std::string& data) {
  if (const Status done = florin::restore(from, data); !done) return fail(done.error());
  std::cout << data << " is restored and verified. Nothing is sent to providers until\n  florin start-sending " << data
            << "\nDo that once you know what happened since the backup was made.\n";
  return written(fine);
}

int start_sending(const std::string& data) {
  Host* running = running_host();
  const Status done = running != nullptr ? running->start_sending() : florin::start_sending(data);
  if (!done) return fail(done.error());
  std::cout << (running != nullptr ? "the host" : "the next host") << " of " << data << " sends to providers again\n";
  return written(fine);
}

int accept_clock(const std::string& data) {
  if (const Status done = florin::accept_clock(data); !done) return fail(done.error());
  std::cout << "the host of " << data << " goes by this machine's clock within a minute, or when it starts\n";
  return written(fine);
}

int views(const std::string& data, const std::string& views) {
  if (data.find("://") != std::string::npos && views.empty())
    return fail(
        {.code = "no_views", .message = "a journal in PostgreSQL has no folder: say where with --file views.db"});
  std::error_code unknown;
  const fs::path folder = fs::is_directory(data, unknown) ? fs::path(data) : fs::path(data).parent_path();
  const std::string file = views.empty() ? (folder / "views.db").string() : views;
  const auto done = refresh_views(data, file);
  if (!done) return fail(done.error());
  std::cout << file << ": " << done->entries << " new entries" << (done->rebuilt ? ", made anew" : "")
            << ", up to position " << done->position << "\n";
  return written(fine);
}

int plugins(const std::string& folder, bool json) {
  const auto listed = list_plugins(folder);
  if (!listed) return fail(listed.error());
  const bool all_fit = std::ranges::all_of(*listed, [](const PluginListing& plugin) { return plugin.refused.empty(); });
  if (json)
    std::cout << as_json(*listed) << "\n";
  else if (listed->empty())
    std::cout << folder << ": no plugins\n";
  else
    std::cout << as_text(*listed);
  return written(all_fit ? fine : problems);
}

namespace {

/// Opens the host and lets `ask` speak with it, as somebody about an account.
template <class Ask>
int with_host(const SubmitWords& words, Ask ask) {
  const auto tenant = TenantId::parse(words.tenant);
  if (!tenant) return failed_to_read("TENANT", tenant);
  const auto account = words.account == "-" ? Result<AccountId>(AccountId()) : AccountId::parse(words.account);
  if (!account) return failed_to_read("ACCOUNT", account);
  if (const Errors wrong = command_errors(words.command); !wrong.empty()) {
    std::cerr << as_text(wrong);
    return usage;
  }
  auto host = open_host(words.config, words.data, {*tenant});
  if (!host) return fail(host.error());
  if (const auto error = unknown(*host, *tenant)) return was_refused(*error);
  return ask(*host, *tenant, *account, actor_of(words.as));
}

}  // namespace

int quote(const SubmitWords& words) {
  return with_host(words, [&](Host& host, const TenantId& tenant, const AccountId& account, const Actor& actor) {
    const auto quoted = host.quote_json(tenant, account, actor, words.command);
    if (!quoted) return was_refused(quoted.error());
    std::cout << *quoted << "\n";
    // The first key of a quote says whether the command would be refused.
    return written(quoted->starts_with(R"({"refused":null)") ? fine : refused);
  });
}

int submit(const SubmitWords& words) {
  return with_host(words, [&](Host& host, const TenantId& tenant, const AccountId& account, const Actor& actor) {
    const auto outcome = host.submit_json(tenant, account, actor, words.key, words.command);
    if (!outcome) return was_refused(outcome.error());
    std::cout << outcome->entry << "\n";
    if (!outcome->refusal) {
      // Closing now would leave what was begun in doubt.
      const auto under_way = host.wait_for_payments(tenant, account, seconds(10));
      if (!under_way) return fail(under_way.error());
      for (const std::string& one : *under_way)
        std::cerr << printable(one) << " is still in progress; `florin payments` shows its outcome\n";
      return written(fine);
    }
    std::cerr << "refused, " << outcome->refusal->code << ": " << printable(outcome->refusal->text)
              << (outcome->refusal->rule.empty() ? "" : " (" + printable(outcome->refusal->rule) + ")") << "\n";
    return written(refused);
  });
}

int statement(const StatementWords& words) {
  const auto tenant = TenantId::parse(words.tenant);
  if (!tenant) return failed_to_read("--tenant", tenant);
  const auto processor = ProcessorId::parse(words.processor);
  if (!processor) return failed_to_read("--processor", processor);
  const auto bytes = bytes_of(words.file);
  if (!bytes) return unfit_file(bytes.error());
  auto host = open_known_host(words.config, words.data, {*tenant});
  if (!host) return fail(host.error());
  if (const auto error = unknown(*host, *tenant)) return was_refused(*error);
  const auto report = host->load_statement(*tenant, *processor, words.file, *bytes, words.dry_run);
  if (!report && !report.error().at.file.empty()) return unfit_file(report.error());
  if (!report) return was_refused(report.error());
  std::size_t new_lines = 0, open = 0;
  for (const StatementLine& line : report->lines) {
    std::cout << words.file << ":" << line.at << "  " << line.dated << "  " << line.amount << "  " << line.becomes
              << (line.account.empty() ? "" : "  " + printable(line.account)) << "  " << printable(line.receipt)
              << "\n    " << printable(line.why) << (line.said.empty() ? "" : "\n    \"" + printable(line.said) + "\"")
              << "\n";
    const bool entered = line.becomes == "pays" || line.becomes == "part" || line.becomes == "over" ||
                         line.becomes == "kept" || line.becomes == "unmatched" || line.becomes == "taken_back";
    new_lines += entered ? 1U : 0U;
    const bool waits = line.becomes == "unmatched" || line.becomes == "went" || line.becomes == "refused" ||
                       line.becomes == "taken_back";
    open += waits ? 1U : 0U;
  }
  std::cout << report->lines.size() << " lines, " << new_lines << (report->dry_run ? " would be" : "") << " new, "
            << open << " for a person\n";
  return written(fine);
}

int bank_receipts(const std::string& config, const std::string& data, const std::string& tenant_word) {
  const auto tenant = TenantId::parse(tenant_word);
  if (!tenant) return failed_to_read("--tenant", tenant);
  auto host = open_known_host(config, data, {*tenant});
  if (!host) return fail(host.error());
  if (const auto error = unknown(*host, *tenant)) return was_refused(*error);
  const auto money = host->bank_receipts(*tenant);
  if (!money) return fail(money.error());
  std::cout << *money << "\n";
  return written(fine);
}

}  // namespace florin::cli

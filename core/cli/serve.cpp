#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "client.hpp"
#include "commands.hpp"
#include "file_text.hpp"
#include "florin/service.hpp"
#include "keys.hpp"
#include "mail/message.hpp"
#include "mailer.hpp"
#include "outcome.hpp"
#include "program.hpp"
#include "queued_log.hpp"
#include "running.hpp"
#include "server.hpp"

namespace florin::cli {

namespace {

/// A subcommand that came through admin.sock, with the host that serves.
server::ProgramRun run_inside(Host& host, const std::vector<std::string>& words) {
  InsideHost inside(host);
  server::ProgramRun run;
  run.exit = run_program(words);
  run.out = std::move(inside.out);
  run.err = std::move(inside.err);
  return run;
}

void say_where(const Host& host, const server::Server& server, const ServeWords& words) {
  const std::string base = "http://127.0.0.1:" + std::to_string(server.port());
  for (const TenantId& tenant : host.tenants()) std::cout << "API      " << base << "/v1/" << tenant.text() << "\n";
  if (!Service(host).settings().pages.empty() || !words.pages.empty())
    std::cout
        << "Portal   florin portal-link DATA TENANT ACCOUNT prints a link, florin console DATA --as NAME another\n";
  std::cout << "Docs     " << base << "/docs\n";
  if (!words.admin.empty()) std::cout << "Admin    " << words.admin << "\n";
  if (host.is_virtual()) std::cout << "Clock    " << host.now().text() << ", moves when you say so\n";
  std::cout.flush();
}

/// One that is made at the first start, beside the journal, for nobody else's eyes.
std::optional<std::string> own_secret(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "sessions.secret";
  if (std::filesystem::exists(file)) return text_of(file);
  const mode_t before = ::umask(0077);
  const std::string secret = server::random_name(64);
  {
    std::ofstream out(file, std::ios::binary);
    out << secret;
  }
  ::umask(before);
  return text_of(file) == secret ? std::optional(secret) : std::nullopt;
}

/// False: it was said why.
bool read_secrets(const Host& host, const ServiceSettings& settings, std::vector<std::string>& secrets) {
  constexpr std::size_t least = 32;
  for (const std::string& file : settings.session_secrets) {
    const auto text = text_of(file);
    if (text && text->size() >= least) {
      secrets.push_back(*text);
      continue;
    }
    std::cerr << "florin: " << file << (text ? " holds fewer than 32 bytes" : " cannot be read")
              << ": serve.session_secrets names files of 32 random bytes or more\n";
    return false;
  }
  if (!secrets.empty() || host.folder().empty()) return true;
  const auto own = own_secret(host.folder());
  if (own) secrets.push_back(*own);
  if (!own) std::cerr << "florin: sessions.secret in " << host.folder() << " can be neither read nor made\n";
  return own.has_value();
}

/// What florin.yaml says, and over it what the command line says.
ServiceSettings settings_of(ServiceSettings settings, const ServeWords& words) {
  if (!words.listen.empty()) settings.listen = words.listen;
  if (settings.listen.empty()) settings.listen = {"127.0.0.1:8080"};
  if (!words.base_url.empty()) settings.base_url = words.base_url;
  if (!words.pages.empty()) settings.pages = words.pages;
  const auto beside = std::filesystem::path(words.config).parent_path().parent_path() / "pages";
  if (std::error_code failed; settings.pages.empty() && std::filesystem::is_directory(beside, failed))
    settings.pages = beside.string();
  return settings;
}

/// Beside the tenants' folder; a file that is there has the say over a shipped one.
mail::Folders template_folders(const ServeWords& words) {
  return {std::filesystem::path(words.config).parent_path() / "templates",
          std::filesystem::path(default_config()).parent_path() / "templates"};
}

/// How mail leaves. None: it does not. False: it was said why.
bool read_mail(const Host& host, const ServeWords& words, const std::string& base_url,
               std::optional<server::MailOptions>& options) {
  const bool to_files = words.mail == "log" || (words.mail.empty() && host.in_sandbox());
  if (words.mail.empty() && !to_files) return true;
  if (to_files && host.folder().empty()) return true;
  server::MailOptions with;
  with.from = words.mail_from.empty() ? "billing@localhost.localdomain" : words.mail_from;
  with.base_url = base_url;
  with.templates = template_folders(words);
  if (to_files) {
    with.files = std::filesystem::path(host.folder()) / "mail";
    std::error_code failed;
    std::filesystem::create_directories(with.files, failed);
  } else {
    const auto relay = mail::check_relay(words.mail);
    if (!relay) return fail(relay.error()), false;
    if (words.mail_from.empty() || !mail::is_address(words.mail_from)) {
      std::cerr << "florin: --mail-from is the sender's address, as billing@example.com\n";
      return false;
    }
    with.relay.url = words.mail;
    with.relay.user = words.mail_user;
    if (!words.mail_password.empty()) {
      const auto secret = Service(host).secret(words.mail_password);
      if (!secret) return fail(secret.error()), false;
      with.relay.password = *secret;
    }
  }
  options = std::move(with);
  return true;
}

/// The link of an answer such as `{"url":"…",…}`.
std::string link_at(const std::string& socket, const std::string& path, const std::string& body) {
  const auto answer = server::ask_at(socket, path, body);
  constexpr std::string_view start = "\"url\":\"";
  const std::size_t at = answer ? answer->body.find(start) : std::string::npos;
  if (at == std::string::npos) return "(there is no page for it)";
  return answer->body.substr(at + start.size(), answer->body.find('"', at + start.size()) - at - start.size());
}

/// A key for everything, made before anybody asks; it is kept in the folder, for whoever may read that.
std::optional<std::string> demo_key(Host& host, const TenantId& tenant) {
  const std::string secret = server::make_key(true);
  const auto done = host.submit({tenant,
                                 {},
                                 {"staff", "demo"},
                                 "demo:" + server::digest_of(secret).substr(0, 32),
                                 std::nullopt,
                                 IssueKey{.name = "demo",
                                          .scopes = *server::preset_scopes("staff"),
                                          .digest = server::digest_of(secret),
                                          .test = true,
                                          .lasts = {}}});
  if (!done || done->refusal) return std::nullopt;
  const mode_t before = ::umask(0077);
  std::ofstream(std::filesystem::path(host.folder()) / "keys", std::ios::app) << tenant.text() << " " << secret << "\n";
  ::umask(before);
  return secret;
}

void say_demo(const server::Server& server, const Host& host, const std::string& socket, const TenantId& tenant,
              const std::string& key) {
  const std::string account = host.accounts(tenant).front().text();
  std::cout << "\nAPI      http://127.0.0.1:" << server.port() << "/v1/" << tenant.text() << "    key " << key << "\n"
            << "Portal   "
            << link_at(socket, "/v1/" + tenant.text() + "/accounts/" + account + "/portal_sessions", "{}") << "    "
            << account << ", as its owner\n"
            << "Console  " << link_at(socket, "/admin/console_sessions", R"({"as": "demo"})") << "    staff:demo\n";
}

}  // namespace

int openapi() {
  std::cout << server::openapi();
  return written(fine);
}

/// A shell gives 1,024 and lets a program ask for more.
void take_all_descriptors() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  (void)!::setrlimit(RLIMIT_NOFILE, &files);
}

int serve(ServeWords words) {
  take_all_descriptors();
  std::optional<Instant> from;
  if (!words.virtual_from.empty()) {
    const auto read = Instant::parse(words.virtual_from.find('T') == std::string::npos ? words.virtual_from + "T00:00Z"
                                                                                       : words.virtual_from);
    if (!read) return failed_to_read("--virtual-from", read);
    from = *read;
  }
  std::optional<std::string> data;
  if (!words.data.empty()) data = words.data;
  if (from && !data) data = "memory";
  const auto before = read_service_settings(words.config);
  const bool several = before && !before->hosts_url.empty();
  auto host = Host::open({.config = words.config, .data = data, .virtual_from = from, .stand_by = several});
  if (!host) return fail(host.error());
  std::cerr << as_text(host->problems());
  if (words.admin.empty() && !host->folder().empty())
    words.admin = std::filesystem::absolute(std::filesystem::path(host->folder()) / "admin.sock").string();
  const ServiceSettings settings = settings_of(Service(*host).settings(), words);
  std::vector<std::string> secrets;
  if (!read_secrets(*host, settings, secrets)) return usage;
  std::string hosts_secret;
  if (several) {
    const auto read = read_reference(settings.hosts_secret);
    if (!read) return fail(read.error());
    hosts_secret = *read;
    if (Service(*host).owned_epoch() == 0)
      std::cout << "Standby  another host has the journal; what is asked here is forwarded to it\n";
  }
  // Whoever tries it out sees the first of the demo's tenants and its first customer.
  const std::optional<TenantId> shown = words.demo ? std::optional(host->tenants().front()) : std::nullopt;
  const auto key = shown ? demo_key(*host, *shown) : std::nullopt;
  const server::Sessions sealing(secrets);
  const Papers papers(*host);
  std::optional<server::Mailer> mailer;
  std::atomic<server::MailDesk*> desk = nullptr;
  share_streams();
  // A sink that stands still holds up nobody who is served.
  std::optional<server::QueuedLog> lines;
  if (!words.quiet) lines.emplace(STDERR_FILENO);
  std::ostream log(lines ? &*lines : nullptr), mail_log(lines ? &*lines : nullptr);
  auto server = server::Server::start(
      *host, {.listen = settings.listen,
              .admin_socket = words.admin,
              .run_program = [&host = *host](const std::vector<std::string>& asked) { return run_inside(host, asked); },
              .log = words.quiet ? nullptr : &log,
              .settings = settings,
              .session_secrets = std::move(secrets),
              .mail_desk = [&] { return desk.load(); },
              .reload = [&]() -> Result<ServiceSettings> {
                const auto read = read_service_settings(words.config);
                if (!read) return read.error();
                return settings_of(*read, words);
              },
              .hosts_secret = hosts_secret,
              .drain = std::chrono::seconds(words.drain < 0 ? settings.drain : words.drain)});
  if (!server) return fail(server.error());
  const std::string base =
      settings.base_url.empty() ? "http://127.0.0.1:" + std::to_string((*server)->port()) : settings.base_url;
  std::optional<server::MailOptions> with_mail;
  if (!read_mail(*host, words, base, with_mail)) return usage;
  if (with_mail) {
    with_mail->log = words.quiet ? nullptr : &mail_log;
    if (several) with_mail->epoch = [&host = *host] { return Service(host).owned_epoch(); };
    with_mail->pay_link = [&](const TenantId& tenant, const AccountId& account, std::uint32_t order) {
      return base + "/pay/" + sealing.seal(server::pay_session(tenant, account, order, sealing.now()));
    };
    mailer.emplace(*host, papers, *std::move(with_mail)).start();
    desk = &*mailer;
  }
  if (key) say_demo(**server, *host, words.admin, *shown, *key);
  say_where(*host, **server, words);
  (*server)->run_until_signal();
  desk = nullptr;
  if (mailer) mailer->stop();
  server->reset();
  host->close();
  return written(fine);
}

}  // namespace florin::cli

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
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
  for (const TenantStanding& one : Service(host).tenants())
    std::cout << (one.stopped ? "Stopped  " : "API      ") << base << "/v1/" << one.tenant.text() << "\n";
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
    std::filesystem::permissions(with.files, std::filesystem::perms::owner_all, failed);  // mail names persons
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

namespace {

/// A shell gives 1,024 and lets a program ask for more.
void take_all_descriptors() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  (void)!::setrlimit(RLIMIT_NOFILE, &files);
}

/// Sockets that systemd opened for this very process; none: it listens itself. sd_listen_fds(3)
std::vector<int> passed_sockets() {
  constexpr int first = 3, most = 16;
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  std::vector<int> sockets;
  if (pid == nullptr || count == nullptr || std::to_string(::getpid()) != pid) return sockets;
  const int number = std::clamp(std::atoi(count), 0, most);
  for (int socket = first; socket < first + number; ++socket) {
    (void)::fcntl(socket, F_SETFD, FD_CLOEXEC);
    sockets.push_back(socket);
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return sockets;
}

/// Tells systemd how it stands, where that asked. sd_notify(3)
void notify(const std::string& state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path == nullptr || *path == '\0' || std::strlen(path) >= sizeof address.sun_path) return;
  std::strcpy(address.sun_path, path);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  (void)!::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(socket);
}

/// Where time stands still: the command line's word, or the file's. False: it was said why.
bool read_virtual(const ServeWords& words, const ServiceSettings& settings, std::optional<Instant>& from) {
  const std::string& word = words.virtual_from.empty() ? settings.virtual_from : words.virtual_from;
  if (word.empty()) return true;
  const auto read = Instant::parse(word.find('T') == std::string::npos ? word + "T00:00Z" : word);
  if (read) from = *read;
  if (!read) (void)failed_to_read("--virtual-from", read);
  return bool(read);
}

/// One host with all that serves it.
class Serving {
 public:
  /// fine: it serves. Else it was said why not.
  int begin(ServeWords words, Serving* twin);
  void run() {
    // Whoever hears of it may end it at once.
    (*server_)->run_until_signal([this] {
      say();
      notify("READY=1");
    });
    notify("STOPPING=1");
  }
  /// Where it is, on standard output.
  void say();
  void end();

 private:
  int start_server(Serving* twin, std::vector<std::string> secrets);
  int start_mail();

  ServeWords words_;
  ServiceSettings settings_;
  std::string hosts_secret_;
  bool several_ = false;
  std::optional<Host> host_;
  std::optional<TenantId> shown_;
  std::optional<std::string> key_;
  std::optional<server::Sessions> sealing_;
  std::optional<Papers> papers_;
  // A sink that stands still holds up nobody who is served.
  std::optional<server::QueuedLog> lines_;
  std::optional<std::ostream> log_, mail_log_;
  std::optional<server::Mailer> mailer_;
  std::atomic<server::MailDesk*> desk_ = nullptr;
  std::optional<std::unique_ptr<server::Server>> server_;
};

int Serving::begin(ServeWords words, Serving* twin) {
  words_ = std::move(words);
  const auto before = read_service_settings(words_.config);
  // To start again helps nobody: the unit does not, after these codes.
  if (!before) return fail(before.error()), problems;
  several_ = before && !before->hosts_url.empty();
  std::optional<Instant> from;
  if (!read_virtual(words_, before ? *before : ServiceSettings(), from)) return usage;
  std::optional<std::string> data;
  if (!words_.data.empty()) data = words_.data;
  if (!words_.virtual_from.empty() && !data) data = "memory";
  auto host = Host::open({.config = words_.config, .data = data, .virtual_from = from, .stand_by = several_});
  if (!host) return fail(host.error());
  host_.emplace(*std::move(host));
  // Time that the file lets stand still goes on from where it was moved to.
  if (from && words_.virtual_from.empty())
    if (const auto kept = Service(*host_).note("clock"); kept && !kept->empty())
      if (const auto moved = Instant::parse(*kept); moved && host_->now() < *moved) host_->run_until(*moved);
  std::cerr << as_text(host_->problems());
  if (const auto sends = Papers(*host_).sending(); sends && !*sends)
    std::cerr << "florin: this journal was restored: nothing is sent to providers until florin start-sending\n";
  settings_ = settings_of(Service(*host_).settings(), words_);
  if (words_.admin.empty()) words_.admin = settings_.admin;
  if (words_.admin.empty() && !host_->folder().empty())
    words_.admin = std::filesystem::absolute(std::filesystem::path(host_->folder()) / "admin.sock").string();
  std::vector<std::string> secrets;
  if (!read_secrets(*host_, settings_, secrets)) return usage;
  if (several_) {
    const auto read = read_reference(settings_.hosts_secret);
    if (!read) return fail(read.error());
    hosts_secret_ = *read;
    if (Service(*host_).owned_epoch() == 0)
      std::cout << "Standby  another host has the journal; what is asked here is forwarded to it\n";
  }
  // Whoever tries it out sees the first of the demo's tenants and its first customer.
  if (words_.demo) shown_ = host_->tenants().front();
  if (shown_) key_ = demo_key(*host_, *shown_);
  sealing_.emplace(secrets);
  papers_.emplace(*host_);
  if (!words_.quiet) lines_.emplace(STDERR_FILENO);
  log_.emplace(lines_ ? &*lines_ : nullptr);
  mail_log_.emplace(lines_ ? &*lines_ : nullptr);
  if (const int done = start_server(twin, std::move(secrets)); done != fine) return done;
  if (const int done = start_mail(); done != fine) return done;
  return fine;
}

void Serving::say() {
  if (key_) say_demo(**server_, *host_, words_.admin, *shown_, *key_);
  say_where(*host_, **server_, words_);
}

int Serving::start_server(Serving* twin, std::vector<std::string> secrets) {
  auto server = server::Server::start(
      *host_, {.listen = settings_.listen,
               .sockets = words_.sockets,
               .admin_socket = words_.admin,
               .run_program = [this](const std::vector<std::string>& asked) { return run_inside(*host_, asked); },
               .log = words_.quiet ? nullptr : &*log_,
               .settings = settings_,
               .session_secrets = std::move(secrets),
               .mail_desk = [this] { return desk_.load(); },
               .reload = [this, twin]() -> Result<ServiceSettings> {
                 if (twin != nullptr) (*twin->server_)->reload();
                 const auto read = read_service_settings(words_.config);
                 if (!read) return read.error();
                 return settings_of(*read, words_);
               },
               .hosts_secret = hosts_secret_,
               .twin = twin == nullptr ? nullptr : twin->server_->get(),
               .drain = std::chrono::seconds(words_.drain < 0 ? settings_.drain : words_.drain)});
  // An address that is none stays none; one that is taken, or not there yet, may be had at the next start.
  if (!server && server.error().code == "bad_address") return fail(server.error()), usage;
  if (!server) return fail(server.error());
  server_.emplace(*std::move(server));
  return fine;
}

int Serving::start_mail() {
  const std::string base =
      settings_.base_url.empty() ? "http://127.0.0.1:" + std::to_string((*server_)->port()) : settings_.base_url;
  std::optional<server::MailOptions> with_mail;
  if (!read_mail(*host_, words_, base, with_mail)) return usage;
  if (!with_mail) return fine;
  with_mail->log = words_.quiet ? nullptr : &*mail_log_;
  if (several_) with_mail->epoch = [this] { return Service(*host_).owned_epoch(); };
  with_mail->pay_link = [this, base](const TenantId& tenant, const AccountId& account, std::uint32_t order) {
    return base + "/pay/" + sealing_->seal(server::pay_session(tenant, account, order, sealing_->now()));
  };
  mailer_.emplace(*host_, *papers_, *std::move(with_mail));
  mailer_->start();
  desk_ = &*mailer_;
  return fine;
}

void Serving::end() {
  desk_ = nullptr;
  if (mailer_) mailer_->stop();
  server_.reset();
  mailer_.reset();
  if (host_) host_->close();
}

}  // namespace

int serve(ServeWords words) {
  // Personal data is in its memory, and secrets: no core dump, also where no money moves.
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  take_all_descriptors();
  share_streams();
  words.sockets = passed_sockets();
  const auto settings = read_service_settings(words.config);
  // What still answers by the one is over before the other ends.
  Serving live, test;
  const bool twin = settings && !settings->test.empty();
  if (twin) {
    // Before anything is opened: who believes to be testing charges nobody. Marked documents are a sandbox's alone.
    const auto of_test = read_service_settings(settings->test);
    if (!of_test) return fail(of_test.error()), problems;
    if (!of_test->marks_documents) {
      std::cerr << "florin: " << settings->test
                << ": a test twin has payments: sandbox, document_numbers: marked, and a journal of its own\n";
      return problems;
    }
    ServeWords of_twin;
    of_twin.config = settings->test;
    of_twin.quiet = words.quiet;
    of_twin.drain = 0;
    of_twin.pages = words.pages;
    if (const int done = test.begin(std::move(of_twin), nullptr); done != fine) return done;
    test.say();
  }
  if (const int done = live.begin(std::move(words), twin ? &test : nullptr); done != fine) return done;
  live.run();
  test.end();
  live.end();
  return written(fine);
}

}  // namespace florin::cli

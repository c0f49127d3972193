#include <fcntl.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "client.hpp"
#include "commands.hpp"
#include "florin/check.hpp"
#include "florin/printable.hpp"
#include "florin/service.hpp"
#include "outcome.hpp"
#include "seconds.hpp"

/// What an operator looks at first: one line a check, and what to do. docs/runbook.md
namespace florin::cli {

namespace fs = std::filesystem;

namespace {

class Findings {
 public:
  explicit Findings(bool json) : json_(json) {}
  void ok(const std::string& what, const std::string& text) { add("ok", what, text); }
  void warning(const std::string& what, const std::string& text) { add("warning", what, text); }
  void wrong(const std::string& what, const std::string& text) {
    add("wrong", what, text);
    any_wrong_ = true;
  }
  int end() const {
    if (json_) std::cout << "[" << all_ << "]\n";
    return written(any_wrong_ ? problems : fine);
  }

 private:
  void add(const std::string& how, const std::string& what, const std::string& text) {
    if (!json_) std::cout << how << std::string(9 - how.size(), ' ') << what << ": " << printable(text) << "\n";
    all_ += (all_.empty() ? "" : ",") + std::string("{\"state\":\"") + how + "\",\"check\":\"" + what +
            "\",\"text\":" + boost::json::serialize(boost::json::value(printable(text))) + "}";
  }
  bool json_, any_wrong_ = false;
  std::string all_;
};

void look_at_files(Findings& findings, const std::string& config) {
  const ConfigCheck checked = check_config({config}, config);
  if (!checked.errors.empty())
    return findings.wrong(
        "files", checked.errors.front().message +
                     (checked.errors.size() == 1 ? std::string()
                                                 : ", and " + std::to_string(checked.errors.size() - 1) + " more") +
                     "; florin check " + config + " names each with its line");
  findings.ok("files", std::to_string(checked.tenants.size()) + " tenants pass florin check");
  for (const Error& warning : checked.warnings) findings.warning("files", warning.message);
}

void look_at_secrets(Findings& findings, const std::string& config) {
  const auto settings = read_service_settings(config);
  if (!settings) return;
  for (const WebhookEndpoint& one : settings->webhooks) {
    for (const std::string& reference : one.secrets)
      if (const auto read = read_reference(reference); !read)
        findings.wrong("secrets", "of the endpoint " + one.name + ": " + read.error().message);
    if (one.secrets.size() > 1)
      findings.warning(
          "secrets", "the endpoint " + one.name + " has two: take the old one out once its receiver knows the new one");
  }
  if (!settings->hosts_secret.empty() && !read_reference(settings->hosts_secret))
    findings.wrong("secrets",
                   settings->hosts_secret + " of serve.hosts cannot be read: the hosts do not know each other");
  for (const std::string& file : settings->session_secrets)
    if (::access(file.c_str(), R_OK) != 0)
      findings.wrong("secrets", file + " of serve.session_secrets cannot be read: florin serve does not start");
  if (settings->session_secrets.size() > 1)
    findings.warning("secrets",
                     "there are two session_secrets: take the old one out once its sessions are over, in 12 hours");
  if (settings->base_url.starts_with("http://") && settings->base_url.find("127.0.0.1") == std::string::npos)
    findings.warning("address", settings->base_url + " is not https: cookies and keys go in the clear");
}

/// How long one small write takes to be durable.
std::optional<double> sync_milliseconds(const fs::path& folder) {
  const fs::path file = folder / ".florin-doctor";
  const int handle = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (handle < 0) return std::nullopt;
  const auto began = std::chrono::steady_clock::now();
  const bool done = ::write(handle, "florin", 6) == 6 && ::fsync(handle) == 0;
  const auto took = std::chrono::steady_clock::now() - began;
  ::close(handle);
  ::unlink(file.c_str());
  return done ? std::optional(std::chrono::duration<double, std::milli>(took).count()) : std::nullopt;
}

void look_at_folder(Findings& findings, const fs::path& folder) {
  struct stat about{};
  if (::stat(folder.c_str(), &about) != 0)
    return findings.warning("folder", folder.string() + " is not there yet: florin serve makes it");
  if ((about.st_mode & 077U) != 0)
    findings.warning("folder", folder.string() + " can be read by others: chmod 0700 " + folder.string());
  for (const char* name : {"journal.db", "views.db", "sessions.secret", "admin.sock"}) {
    const fs::path file = folder / name;
    if (::stat(file.c_str(), &about) == 0 && (about.st_mode & 077U) != 0)
      findings.warning("folder", file.string() + " can be read by others: chmod 0600 " + file.string());
  }
  std::error_code failed;
  const auto space = fs::space(folder, failed);
  if (!failed) {
    const auto percent = space.capacity == 0 ? 100 : space.available * 100 / space.capacity;
    const std::string text = std::to_string(percent) + " % of the disk are free";
    percent < 5    ? findings.wrong("disk", text)
    : percent < 20 ? findings.warning("disk", text)
                   : findings.ok("disk", text);
  }
  constexpr std::uintmax_t longest_wal = 64 << 20;
  const auto wal = fs::file_size(folder / "journal.db-wal", failed);
  if (!failed && wal > longest_wal)
    findings.warning("wal", "journal.db-wal has " + std::to_string(wal >> 20) +
                                " MiB: end what reads the journal for long (fuser journal.db), or make room");
  const auto took = sync_milliseconds(folder);
  if (!took) return findings.wrong("disk", "nothing can be written to " + folder.string());
  const std::string text = "a sync takes " + std::to_string(static_cast<int>(*took * 10) / 10) + " ms";
  *took > 50 ? findings.warning("disk", text + ": each answer waits for one") : findings.ok("disk", text);
  std::ifstream backup(folder / "last_backup");
  long long at = 0;
  const auto now = server::machine_seconds();
  if (!(backup >> at)) return findings.warning("backup", "none was made: florin backup, or florin-backup.timer");
  const std::string age = "the last one is " + std::to_string((now - at) / 60) + " minutes old";
  now - at > 2 * 3600 ? findings.warning("backup", age) : findings.ok("backup", age);
}

void look_at_clock(Findings& findings) {
  timex state{};
  const int rc = ::adjtimex(&state);
  if (rc == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return findings.warning("clock", "this machine's clock is not kept by NTP: timedatectl says why");
  findings.ok("clock", "kept by NTP");
}

/// What stops tenants, and whether charges leave, as the running host says it.
void look_at_tenants(Findings& findings, const std::string& ready) {
  boost::system::error_code failed;
  const boost::json::value said = boost::json::parse(ready, failed);
  const auto* tenants = failed || !said.is_object() ? nullptr : said.as_object().if_contains("tenants");
  const auto* sending = failed || !said.is_object() ? nullptr : said.as_object().if_contains("sending");
  if (sending != nullptr && sending->is_bool() && !sending->get_bool())
    findings.warning("sending", "the journal was restored, and nothing is sent to providers: florin start-sending");
  if (tenants == nullptr || !tenants->is_object()) return;
  for (const auto& [name, standing] : tenants->as_object()) {
    const auto* why = standing.is_object() ? standing.as_object().if_contains("why") : nullptr;
    if (why != nullptr && why->is_string())
      findings.wrong("tenant", std::string(name) + ": " + std::string(why->as_string()));
  }
}

void look_at_host(Findings& findings, const std::string& socket) {
  if (!server::answers_at(socket)) return findings.warning("host", "no host answers at " + socket);
  const auto ready = server::ask_at(socket, "/readyz", {});
  if (!ready) return findings.wrong("host", ready.error().message);
  look_at_tenants(findings, ready->body);
  if (ready->status != 200) return findings.wrong("host", "it is not ready: " + ready->body);
  findings.ok("host", "it is ready");
}

/// The journal of florin.yaml, as a host that is started beside it finds it; empty: the file does not say it.
std::string journal_of(const std::string& config, const Result<ServiceSettings>& settings) {
  if (!settings || settings->journal.empty() || settings->journal.find("://") != std::string::npos)
    return settings ? settings->journal : std::string();
  return (fs::path(config).parent_path() / settings->journal).lexically_normal().string();
}

}  // namespace

int doctor(const std::string& config, const std::string& data, bool json) {
  Findings findings(json);
  const auto settings = read_service_settings(config);
  const std::string journal = data.empty() ? journal_of(config, settings) : data;
  const bool in_folder = !journal.empty() && journal.find("://") == std::string::npos;
  std::string socket = settings ? settings->admin : std::string();
  if (socket.empty() && in_folder) socket = (fs::path(journal) / "admin.sock").string();
  look_at_files(findings, config);
  look_at_secrets(findings, config);
  if (in_folder) look_at_folder(findings, journal);
  if (!socket.empty()) look_at_host(findings, socket);
  look_at_clock(findings);
  return findings.end();
}

}  // namespace florin::cli

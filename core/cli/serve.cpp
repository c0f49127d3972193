#include <csignal>
#include <iostream>

#include "commands.hpp"
#include "outcome.hpp"
#include "program.hpp"
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
  std::cout << "Docs     " << base << "/docs\n";
  if (!words.admin.empty()) std::cout << "Admin    " << words.admin << "\n";
  if (host.is_virtual()) std::cout << "Clock    " << host.now().text() << ", moves when you say so\n";
  std::cout.flush();
}

}  // namespace

int openapi() {
  std::cout << server::openapi();
  return written(fine);
}

int serve(ServeWords words) {
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
  auto host = Host::open({.config = words.config, .data = data, .virtual_from = from});
  if (!host) return fail(host.error());
  std::cerr << as_text(host->problems());
  if (words.admin.empty() && !host->folder().empty())
    words.admin = std::filesystem::absolute(std::filesystem::path(host->folder()) / "admin.sock").string();
  share_streams();
  auto server = server::Server::start(
      *host, {.listen = words.listen,
              .admin_socket = words.admin,
              .run_program = [&host = *host](const std::vector<std::string>& asked) { return run_inside(host, asked); },
              .log = words.quiet ? nullptr : &std::cerr,
              .drain = std::chrono::seconds(words.drain)});
  if (!server) return fail(server.error());
  say_where(*host, **server, words);
  (*server)->run_until_signal();
  server->reset();
  host->close();
  return written(fine);
}

}  // namespace florin::cli

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "api.hpp"
#include "florin/host.hpp"

/// A host behind HTTP: `florin serve`. docs/http.md
namespace florin::server {

class Server;

struct ServerOptions {
  /// `127.0.0.1:8080`, `unix:/run/florin/florin.sock`; port 0: any free one.
  std::vector<std::string> listen{"127.0.0.1:8080"};
  /// Sockets that listen already, in place of those addresses: systemd keeps them open from one start to the next.
  std::vector<int> sockets{};
  std::string admin_socket;  ///< for the command line of this machine; empty: none
  std::function<ProgramRun(const std::vector<std::string>& words)> run_program{};
  std::ostream* log = nullptr;
  ServiceSettings settings{};                  ///< as florin.yaml and the command line say it
  std::vector<std::string> session_secrets{};  ///< none: sessions end with the process
  std::function<Seconds()> session_clock{};    ///< none: the machine's
  std::function<MailDesk*()> mail_desk{};      ///< none: no mail leaves from here
  /// What SIGHUP reads anew; with an error the old ones stay. None: SIGHUP does nothing.
  std::function<Result<ServiceSettings>()> reload{};
  std::size_t wrong_tries = 30;  ///< of one address at once, that name nobody; then one every two seconds
  std::string hosts_secret{};    ///< by which the hosts of one journal know each other; empty: none
  /// The test twin, which keys fl_test_ ask at the same address; it outlives this server. None: there is none.
  Server* twin = nullptr;
  bool tells = true;                ///< endpoints what happens; not where somebody else uses a virtual host beside it
  std::chrono::seconds drain{5};    ///< from a signal on, until balancers have noticed
  std::chrono::seconds finish{25};  ///< then, for what runs still
};

class Server {
 public:
  /// Listens, and serves on a thread of its own. Errors: bad_address, address_in_use, cannot_listen.
  static Result<std::unique_ptr<Server>> start(Host& host, ServerOptions options);
  /// Finishes what runs, and ends.
  ~Server();

  std::uint16_t metrics_port() const;
  /// As SIGHUP does it.
  void reload();
  std::uint16_t port() const;  ///< of the first address that has one
  /// Returns once SIGTERM or SIGINT has come and what ran has been finished. `ready` is called when they are heeded.
  void run_until_signal(const std::function<void()>& ready = {});
  /// As a signal does it, without waiting for balancers.
  void stop();

 private:
  struct Inside;
  explicit Server(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace florin::server

#include "server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json.hpp>
#include <future>
#include <thread>

#include "http.hpp"

namespace florin::server {

namespace asio = boost::asio;

namespace {

/// What has changed in the file, and counts from the next start on.
boost::json::array of_next_start(const ServiceSettings& now, const ServiceSettings& fresh) {
  boost::json::array all;
  const auto note = [&](const char* name, bool same) {
    if (!same) all.emplace_back(name);
  };
  note("listen", now.listen == fresh.listen);
  note("metrics", now.metrics == fresh.metrics);
  note("admin", now.admin == fresh.admin);
  note("session_secrets", now.session_secrets == fresh.session_secrets);
  note("hosts", now.hosts_url == fresh.hosts_url && now.hosts_secret == fresh.hosts_secret);
  note("drain", now.drain == fresh.drain);
  note("test", now.test == fresh.test);
  note("virtual_from", now.virtual_from == fresh.virtual_from);
  note("data", now.journal == fresh.journal);
  return all;
}

}  // namespace

struct Server::Inside {
  Inside(Host& host, ServerOptions with)
      : options(std::move(with)),
        api(host, io,
            {.run_program = options.run_program,
             .log = options.log,
             .settings = options.settings,
             .session_secrets = options.session_secrets,
             .session_clock = options.session_clock,
             .mail_desk = options.mail_desk,
             .wrong_tries = options.wrong_tries,
             .hosts_secret = options.hosts_secret}),
        front(std::make_unique<HttpFront>(
            io,
            HttpFront::Options{
                .handle = [this](HttpRequest request, Answer answer) { handle(std::move(request), std::move(answer)); },
                .body_limit = [this](const HttpRequest& head) { return api_of(head).body_limit(head); },
                .limits = {},
                .counts = [this](const std::string& address) { return api.counts_connections_of(address); },
                .turned_away = [this](const char* why) { api.turned_away(why); }})),
        signals(io),
        reloads(io),
        timer(io) {}

  /// Whoever shows a test key speaks with the twin, where there is one.
  Api& api_of(const HttpRequest& request) {
    if (options.twin == nullptr) return api;
    const std::string* header = request.header("authorization");
    const bool test = header != nullptr && lower(*header).starts_with("bearer ") &&
                      is_test_key(trimmed(std::string_view(*header).substr(7)));
    return test ? options.twin->inside_->api : api;
  }
  void handle(HttpRequest request, Answer answer) {
    Api& its = api_of(request);
    if (&its == &api) return api.handle(std::move(request), std::move(answer));
    asio::post(options.twin->inside_->io, [&its, request = std::move(request), answer = std::move(answer)]() mutable {
      its.handle(std::move(request), std::move(answer));
    });
  }

  /// On the thread of the sockets. First nobody new is sent here, then nobody is let in, then what runs ends.
  void drain(std::chrono::seconds before) {
    api.drain();
    timer.expires_after(before);
    timer.async_wait([this](boost::system::error_code) {
      front->drain();
      until = std::chrono::steady_clock::now() + options.finish;
      finish();
    });
  }
  void finish() {
    if (front->connections() == 0 || std::chrono::steady_clock::now() >= until) return io.stop();
    timer.expires_after(std::chrono::milliseconds(20));
    timer.async_wait([this](boost::system::error_code) { finish(); });
  }

  const ServerOptions options;
  asio::io_context io;
  Api api;
  std::unique_ptr<HttpFront> front;
  asio::signal_set signals, reloads;
  asio::steady_timer timer;
  std::chrono::steady_clock::time_point until;
  /// Again and again, on the thread of the sockets.
  void wait_for_reload() {
    reloads.async_wait([this](boost::system::error_code failed, int) {
      if (failed) return;
      reload();
      wait_for_reload();
    });
  }
  void reload() {
    namespace json = boost::json;
    const auto fresh = options.reload();
    if (fresh) api.reload(*fresh);
    if (options.log == nullptr) return;
    json::object line{{"level", "error"}, {"code", "reload_failed"}};
    if (fresh) {
      json::array later = of_next_start(options.settings, *fresh);
      line = {{"level", later.empty() ? "info" : "warn"}, {"code", "reloaded"}};
      if (!later.empty()) line["needs_restart"] = std::move(later);
    } else {
      line["text"] = fresh.error().message;
      line["running"] = "as before";
    }
    std::ostream log(options.log->rdbuf());  // its own: others write by other threads
    log << json::serialize(line) << "\n";
    log.flush();
  }

  std::uint16_t port = 0, metrics_port = 0;
  std::thread thread;
  std::promise<void> ended;
};

Server::Server(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Result<std::unique_ptr<Server>> Server::start(Host& host, ServerOptions options) {
  auto inside = std::make_unique<Inside>(host, std::move(options));
  const auto opened = [&](const Result<std::uint16_t>& port) {
    if (!port) return false;
    if (inside->port == 0) inside->port = *port;
    if (inside->port == *port) inside->api.set_address("http://127.0.0.1:" + std::to_string(*port));
    return true;
  };
  for (const int socket : inside->options.sockets)
    if (const auto port = inside->front->adopt(socket); !opened(port)) return port.error();
  if (inside->options.sockets.empty())
    for (const std::string& address : inside->options.listen)
      if (const auto port = inside->front->listen(address, false); !opened(port)) return port.error();
  if (!inside->options.admin_socket.empty()) {
    const auto done = inside->front->listen("unix:" + inside->options.admin_socket, true);
    if (!done) return done.error();
  }
  if (!inside->options.settings.metrics.empty()) {
    const auto done = inside->front->listen(inside->options.settings.metrics, false, true);
    if (!done) return done.error();
    inside->metrics_port = *done;
  }
  if (inside->options.tells) inside->api.start();
  if (!host.is_virtual()) inside->api.watch();
  Inside* running = inside.get();
  inside->thread = std::thread([running] {
    running->io.run();
    running->ended.set_value();
  });
  return std::unique_ptr<Server>(new Server(std::move(inside)));
}

Server::~Server() {
  if (!inside_) return;
  stop();
  if (inside_->thread.joinable()) inside_->thread.join();
  // What the pool still answers is posted to a loop that has ended; nothing is lost but the answer.
  inside_->api.join();
  inside_->front.reset();
}

std::uint16_t Server::port() const { return inside_->port; }
std::uint16_t Server::metrics_port() const { return inside_->metrics_port; }
void Server::reload() { inside_->reload(); }

void Server::stop() {
  asio::post(inside_->io, [inside = inside_.get()] { inside->drain(std::chrono::seconds(0)); });
}

void Server::run_until_signal(const std::function<void()>& ready) {
  inside_->signals.add(SIGTERM);
  inside_->signals.add(SIGINT);
  inside_->signals.async_wait([inside = inside_.get()](boost::system::error_code failed, int) {
    if (!failed) inside->drain(inside->options.drain);
  });
  if (inside_->options.reload) {
    inside_->reloads.add(SIGHUP);
    inside_->wait_for_reload();
  }
  if (ready) ready();
  inside_->ended.get_future().wait();
}

}  // namespace florin::server

#include "http.hpp"

#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <ctime>

#include "florin/addresses.hpp"
#include "problem.hpp"

namespace florin::server {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

namespace {

std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

bool digits(std::string_view text) {
  return !text.empty() && text.size() <= 15 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

std::string new_request_id() {
  static std::uint64_t count = 0;  // of this process; on the one thread of the sockets
  static const auto began = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  char text[40];
  const int size = std::snprintf(text, sizeof text, "req_%llx_%llx", static_cast<unsigned long long>(began / 1'000),
                                 static_cast<unsigned long long>(++count));
  return {text, static_cast<std::size_t>(size)};
}

/// What is wrong with the bytes of a head before anybody reads them as HTTP: what two parsers read differently.
const char* wrong_in(std::string_view head, std::size_t most_headers, bool& too_many) {
  std::size_t lines = 0;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') return "a zero byte";
    if (head[i] == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) return "a CR without its LF";
    if (head[i] != '\n') continue;
    if (i == 0 || head[i - 1] != '\r') return "an LF without its CR";
    ++lines;
    if (i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t'))
      return "a header that goes on in another line";
  }
  too_many = lines > most_headers + 2;
  return nullptr;
}

}  // namespace

/// One connection: reads a request, gives it away, writes its answer, reads the next.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct From {
    std::optional<std::string> local_user;
    bool metrics = false;
    std::string peer;
    std::string counted;  ///< the address that it is counted for; empty: none
  };
  Connection(HttpFront& front, asio::generic::stream_protocol::socket socket, From from)
      : front_(front), open_(front.open_), socket_(std::move(socket)), from_(std::move(from)) {
    open_->all.insert(this);
    if (!from_.counted.empty()) ++open_->by_address[from_.counted];
  }
  ~Connection() {
    open_->all.erase(this);
    const auto counted = open_->by_address.find(from_.counted);
    if (counted != open_->by_address.end() && --counted->second == 0) open_->by_address.erase(counted);
  }

  void start() {
    phase_ = Phase::idle;
    since_ = Clock::now();
    read();
  }
  void sweep(Clock::time_point now);
  void close_when_idle() {
    if (phase_ == Phase::idle) close();
  }
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  enum class Phase : std::uint8_t { idle, head, body, busy, writing, lingering };
  using Parser = http::request_parser<http::string_body>;

  void enter(Phase phase) {
    if (phase_ != phase) since_ = Clock::now();
    phase_ = phase;
  }
  void read();
  void go_on();
  bool take_head();
  bool read_head(std::size_t size);
  bool fits_the_rules();
  bool fits_length();
  bool take_body();
  bool take_chunks();
  void dispatch();
  void refuse(std::string code, std::string detail);
  void send(HttpReply reply);
  void write(bool keep);

  HttpFront& front_;
  const std::shared_ptr<HttpFront::Open> open_;
  asio::generic::stream_protocol::socket socket_;
  const From from_;
  std::string in_, out_;
  char piece_[8 << 10];
  Phase phase_ = Phase::idle;
  Clock::time_point since_;
  /// Beast takes an extension of any length, and nobody here reads one.
  std::function<void(std::uint64_t, std::string_view, boost::system::error_code&)> chunk_header_ =
      [](std::uint64_t, std::string_view extension, boost::system::error_code& failed) {
        constexpr std::size_t longest = 256;
        if (extension.size() > longest) failed = http::error::bad_chunk_extension;
      };
  std::optional<Parser> parser_;
  bool line_end_taken_ = false, head_done_ = false, chunked_ = false, reading_ = false, is_head_ = false,
       wants_close_ = false;
  std::size_t length_ = 0, fields_ = 0, served_ = 0, limit_ = 0;
  HttpRequest request_;
};

void Connection::read() {
  if (reading_ || !socket_.is_open()) return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(piece_),
                          [self = shared_from_this()](boost::system::error_code failed, std::size_t size) {
                            self->reading_ = false;
                            if (failed) return self->close();
                            if (self->phase_ == Phase::lingering) return self->read();
                            self->in_.append(self->piece_, size);
                            self->go_on();
                          });
}

void Connection::go_on() {
  while (phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body) {
    if (!head_done_ && !take_head()) return;
    if (!take_body()) return;
    dispatch();
  }
}

/// False: more has to be read, or it was refused.
bool Connection::take_head() {
  // One line end too many behind a body is an old client's; more of them are no request, however they are cut.
  if (in_.starts_with("\r\n") && !std::exchange(line_end_taken_, true)) in_.erase(0, 2);
  if (in_.empty()) {
    enter(Phase::idle);
    read();
    return false;
  }
  enter(Phase::head);
  const std::size_t end = in_.find("\r\n\r\n");
  const std::size_t size = end == std::string::npos ? in_.size() : end + 4;
  if (size > front_.options_.limits.head) {
    refuse("headers_too_large", "The request line and headers are larger than 16 KiB.");
    return false;
  }
  if (end == std::string::npos) {
    read();
    return false;
  }
  return read_head(size);
}

bool Connection::read_head(std::size_t size) {
  bool too_many = false;
  const std::string_view head = std::string_view(in_).substr(0, size);
  if (const char* wrong = wrong_in(head, front_.options_.limits.headers, too_many)) {
    refuse("bad_request", std::string("The headers hold ") + wrong + ".");
    return false;
  }
  if (too_many) {
    refuse("headers_too_large", "There are more than 64 headers.");
    return false;
  }
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(front_.options_.limits.head));
  parser_->body_limit(boost::none);
  boost::system::error_code failed;
  const std::size_t used = parser_->put(asio::buffer(head.data(), head.size()), failed);
  if (failed == http::error::bad_transfer_encoding && !lower(std::string(head)).contains("\r\ncontent-length:")) {
    refuse("transfer_encoding", "The only Transfer-Encoding is chunked, once.");
    return false;
  }
  if ((failed && failed != http::error::need_more) || !parser_->is_header_done()) {
    refuse("bad_request", "This is not HTTP/1.1: " + failed.message() + ".");
    return false;
  }
  in_.erase(0, used);
  request_ = {};
  request_.local_user = from_.local_user;
  request_.on_metrics = from_.metrics || from_.local_user.has_value();
  request_.peer = from_.peer;
  const auto& message = parser_->get();
  request_.method = std::string_view(message.method_string().data(), message.method_string().size());
  for (const auto& field : message)
    request_.headers.emplace_back(lower({field.name_string().data(), field.name_string().size()}),
                                  std::string(field.value().data(), field.value().size()));
  const std::string* id = request_.header("florin-request-id");
  request_.id = id != nullptr && !id->empty() && id->size() <= 80 && printable(*id) ? *id : new_request_id();
  fields_ = request_.headers.size();
  head_done_ = true;
  return fits_the_rules() && fits_length();
}

/// What Beast takes, and what a proxy before us might read otherwise.
bool Connection::fits_the_rules() {
  const auto& message = parser_->get();
  const auto count = [&](std::string_view name) {
    return std::ranges::count(request_.headers, name, [](const auto& one) { return std::string_view(one.first); });
  };
  const auto no = [&](const char* code, std::string detail) {
    refuse(code, std::move(detail));
    return false;
  };
  if (message.version() != 11 && message.version() != 10)
    return no("version_unsupported", "This server speaks HTTP/1.1.");
  if (count("host") != 1) return no("bad_request", "There must be exactly one Host.");
  for (const std::string_view once : {"authorization", "content-encoding", "content-type", "expect", "florin-actor",
                                      "florin-asked-at", "florin-request-id", "florin-session", "idempotency-key",
                                      "if-match", "if-none-match", "origin", "prefer", "sec-fetch-site"})
    if (count(once) > 1) return no("bad_request", "The header " + std::string(once) + " is there twice.");
  if (request_.header("upgrade") != nullptr) return no("upgrade_refused", "No other protocol is spoken here.");
  const std::string* expect = request_.header("expect");
  if (expect != nullptr && lower(*expect) != "100-continue") return no("bad_expectation", "Only 100-continue is met.");
  const std::string_view target(message.target().data(), message.target().size());
  if (target.size() > front_.options_.limits.path + (4U << 10U))
    return no("headers_too_large", "The address is too long.");
  if (const std::size_t path = std::min(target.find('?'), target.size()); path > front_.options_.limits.path)
    return no("headers_too_large",
              "The address is longer than " + std::to_string(front_.options_.limits.path) + " bytes.");
  if (!read_target(target, request_))
    return no("bad_request",
              "The address is not one of this server: it begins with a slash, and is UTF-8, percent-encoded.");
  return true;
}

bool Connection::fits_length() {
  const auto no = [&](const char* code, std::string detail) {
    refuse(code, std::move(detail));
    return false;
  };
  const std::string* coding = nullptr;
  const std::string* length = nullptr;
  for (const auto& [name, value] : request_.headers) {
    if (name == "transfer-encoding" && std::exchange(coding, &value) != nullptr)
      return no("transfer_encoding", "Transfer-Encoding is there twice.");
    if (name == "content-length" && std::exchange(length, &value) != nullptr)
      return no("bad_request", "Content-Length is there twice.");
  }
  if (coding != nullptr && lower(trimmed(*coding)) != "chunked")
    return no("transfer_encoding", "The only Transfer-Encoding is chunked.");
  if (coding != nullptr && length != nullptr)
    return no("bad_request", "Content-Length and Transfer-Encoding exclude each other.");
  if (length != nullptr && !digits(*length)) return no("bad_request", "Content-Length is not a number.");
  limit_ = front_.options_.body_limit(request_);
  chunked_ = coding != nullptr;
  length_ = length == nullptr ? 0 : static_cast<std::size_t>(std::stoull(*length));
  if (length_ > limit_) return no("too_large", "The body is larger than " + std::to_string(limit_) + " bytes.");
  if (chunked_) {
    parser_->eager(true);
    parser_->body_limit(limit_);
    parser_->on_chunk_header(chunk_header_);
  }
  enter(Phase::body);
  if (request_.header("expect") != nullptr && in_.empty() && (chunked_ || length_ > 0)) {
    static constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(socket_, asio::buffer(go_ahead), [self = shared_from_this()](auto, std::size_t) {});
  }
  return true;
}

/// False: more has to be read, or it was refused.
bool Connection::take_body() {
  if (chunked_) return take_chunks();
  if (in_.size() < length_) {
    read();
    return false;
  }
  request_.body = in_.substr(0, length_);
  in_.erase(0, length_);
  return true;
}

bool Connection::take_chunks() {
  while (!parser_->is_done()) {
    boost::system::error_code failed;
    const std::size_t used = in_.empty() ? 0 : parser_->put(asio::buffer(in_), failed);
    in_.erase(0, used);
    if (failed == http::error::body_limit) {
      refuse("too_large", "The body is larger than " + std::to_string(limit_) + " bytes.");
      return false;
    }
    if (failed && failed != http::error::need_more) {
      refuse("bad_request", "The chunks cannot be read: " + failed.message() + ".");
      return false;
    }
    if (parser_->is_done()) break;
    if (in_.size() > front_.options_.limits.head) {
      refuse("bad_request", "A chunk begins with too long a line.");
      return false;
    }
    if (used == 0 || in_.empty()) {
      read();
      return false;
    }
  }
  if (static_cast<std::size_t>(std::distance(parser_->get().begin(), parser_->get().end())) != fields_) {
    refuse("bad_request", "Headers behind the body are not taken.");
    return false;
  }
  request_.body = std::move(parser_->get().body());
  return true;
}

void Connection::dispatch() {
  enter(Phase::busy);
  is_head_ = request_.method == "HEAD";
  const std::string* connection = request_.header("connection");
  wants_close_ = parser_->get().version() == 10 || !parser_->get().keep_alive() ||
                 (connection != nullptr && lower(*connection) == "close");
  ++served_;
  head_done_ = line_end_taken_ = false;
  parser_.reset();
  Answer answer = [self = shared_from_this()](HttpReply reply) {
    asio::post(self->socket_.get_executor(),
               [self, reply = std::move(reply)]() mutable { self->send(std::move(reply)); });
  };
  HttpRequest request = request_;
  front_.options_.handle(std::move(request), std::move(answer));
}

void Connection::refuse(std::string code, std::string detail) {
  if (!head_done_) request_ = {};  // of the request before
  if (request_.id.empty()) request_.id = new_request_id();
  HttpReply reply = reply_of(Problem{.code = std::move(code), .detail = std::move(detail)}, request_);
  reply.close = true;
  is_head_ = false;
  enter(Phase::busy);
  send(std::move(reply));
}

void Connection::send(HttpReply reply) {
  if (!socket_.is_open()) return;
  const bool keep = !reply.close && !wants_close_ && !front_.draining_ && served_ < front_.options_.limits.requests;
  out_ = "HTTP/1.1 " + std::to_string(reply.status) + " " + std::string(status_text(reply.status)) +
         "\r\nDate: " + date_now() + "\r\n";
  // RFC 9110, section 8.6: of these it would be the length of another answer, or none.
  const bool has_length = reply.status != 204 && reply.status != 304;
  if (has_length) out_ += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  if (!reply.type.empty()) out_ += "Content-Type: " + reply.type + "\r\n";
  out_ += "Florin-Request-Id: " + request_.id + "\r\nX-Content-Type-Options: nosniff\r\n";
  const auto own_cache = std::ranges::find(reply.headers, "Cache-Control", [](const auto& one) { return one.first; });
  if (own_cache == reply.headers.end()) out_ += "Cache-Control: no-store\r\n";
  for (const auto& [name, value] : reply.headers) out_ += name + ": " + value + "\r\n";
  out_ += keep ? "\r\n" : "Connection: close\r\n\r\n";
  if (!is_head_) out_ += reply.body;
  write(keep);
}

void Connection::write(bool keep) {
  enter(Phase::writing);
  asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this(), keep](auto failed, std::size_t) {
    if (failed) return self->close();
    self->out_.clear();
    if (!keep) {
      // What is still on its way to us would make the kernel drop our answer: it is read and thrown away.
      boost::system::error_code ignored;
      self->socket_.shutdown(asio::socket_base::shutdown_send, ignored);
      self->enter(Phase::lingering);
      return self->read();
    }
    self->enter(Phase::idle);
    if (self->front_.draining_ && self->in_.empty()) return self->close();
    self->go_on();
  });
}

void Connection::sweep(Clock::time_point now) {
  const Limits& limits = front_.options_.limits;
  const auto waited = now - since_;
  switch (phase_) {
    case Phase::idle:
      if (waited > limits.idle) close();
      return;
    case Phase::head:
      if (waited > limits.head_within) refuse("request_too_slow", "The headers did not come within 10 seconds.");
      return;
    case Phase::body:
      if (waited > limits.body_within) refuse("request_too_slow", "The body did not come within 30 seconds.");
      return;
    case Phase::writing:
      if (waited > limits.write_within) close();
      return;
    case Phase::lingering:
      if (waited > std::chrono::seconds(2)) close();
      return;
    case Phase::busy: return;
  }
}

// ---- Listening ----------------------------------------------------------------------------------------------------

struct HttpFront::Listener {
  explicit Listener(asio::io_context& io) : tcp(io), local(io), again(io) {}
  asio::ip::tcp::acceptor tcp;
  asio::local::stream_protocol::acceptor local;
  asio::steady_timer again;
  bool admin = false, metrics = false;
  std::string path;  ///< of a unix socket: it is removed at the end
};

namespace {

/// Descriptors that connections leave for the journal, plugins, processors and operators.
constexpr std::size_t kept_back = 128;

/// How many connections this process may have open.
std::size_t room_for_connections() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return files.rlim_cur - std::min<std::size_t>(kept_back, files.rlim_cur / 2);
}

}  // namespace

HttpFront::HttpFront(asio::io_context& io, Options options)
    : io_(io),
      options_(std::move(options)),
      most_connections_(std::min(options_.limits.connections, room_for_connections())),
      sweeper_(io) {
  sweep();
}

HttpFront::~HttpFront() { drain(); }

void HttpFront::sweep() {
  sweeper_.expires_after(std::chrono::seconds(1));
  sweeper_.async_wait([this](boost::system::error_code stopped) {
    if (stopped) return;
    const std::vector<Connection*> all(open_->all.begin(), open_->all.end());
    for (Connection* one : all)
      if (open_->all.contains(one)) one->shared_from_this()->sweep(Clock::now());
    sweep();
  });
}

namespace {

/// Whoever is at the other end of a unix socket, if it is root or who runs this process.
std::optional<std::string> operator_at(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  if (peer.uid != 0 && peer.uid != geteuid()) return std::nullopt;
  passwd entry{};
  passwd* found = nullptr;
  char space[4096];
  if (getpwuid_r(peer.uid, &entry, space, sizeof space, &found) == 0 && found != nullptr) return found->pw_name;
  return std::to_string(peer.uid);
}

/// Somebody listens there.
bool answers(const std::string& path) {
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  boost::system::error_code failed;
  socket.connect(asio::local::stream_protocol::endpoint(path), failed);
  return !failed;
}

}  // namespace

Status HttpFront::listen_unix(const std::string& path, bool admin) {
  const Error in_use{.code = "address_in_use", .message = path + ": another server listens there"};
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return Error{.code = "bad_address",
                 .message = path + " is longer than a unix socket's path may be" +
                            (admin ? ": name a shorter one, serve.admin or --admin" : "")};
  if (path.empty()) return Error{.code = "bad_address", .message = "unix: has the socket's path behind it"};
  if (answers(path)) return in_use;
  // A socket that nobody listens on was left by a host that ended at once. Anything else is somebody's.
  struct stat there{};
  if (::lstat(path.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode))
    return Error{.code = "bad_address", .message = path + " is there, and is no socket: it is left as it is"};
  ::unlink(path.c_str());
  auto listener = std::make_unique<Listener>(io_);
  listener->admin = admin;
  listener->path = path;
  boost::system::error_code failed;
  const asio::local::stream_protocol::endpoint endpoint(path);
  // The name is there for others only once nobody else may use it.
  const mode_t before = ::umask(admin ? 0177 : 0117);
  listener->local.open(endpoint.protocol(), failed);
  if (!failed) listener->local.bind(endpoint, failed);
  ::umask(before);
  if (!failed) listener->local.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return Error{.code = "bad_address", .message = path + ": " + failed.message()};
  accept(*listener);
  listeners_.push_back(std::move(listener));
  return Done{};
}

Result<std::uint16_t> HttpFront::listen(const std::string& address, bool admin, bool metrics) {
  if (address.starts_with("unix:")) {
    if (const auto done = listen_unix(address.substr(5), admin); !done) return done.error();
    return std::uint16_t{0};
  }
  const std::size_t colon = address.rfind(':');
  std::string host = colon == std::string::npos ? std::string() : address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string port = colon == std::string::npos ? std::string() : address.substr(colon + 1);
  boost::system::error_code failed;
  const auto ip = asio::ip::make_address(host, failed);
  if (failed || !digits(port) || port.size() > 5 || std::stoul(port) > 65'535)
    return Error{.code = "bad_address",
                 .message = "'" + address + "' is not an address to listen on, such as 127.0.0.1:8080"};
  const asio::ip::tcp::endpoint endpoint(ip, static_cast<std::uint16_t>(std::stoul(port)));
  auto listener = std::make_unique<Listener>(io_);
  listener->metrics = metrics;
  listener->tcp.open(endpoint.protocol(), failed);
  if (!failed) listener->tcp.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) listener->tcp.bind(endpoint, failed);
  if (!failed) listener->tcp.listen(asio::socket_base::max_listen_connections, failed);
  if (failed)
    return Error{.code = failed == asio::error::address_in_use ? "address_in_use" : "cannot_listen",
                 .message = address + ": " + failed.message()};
  const std::uint16_t bound = listener->tcp.local_endpoint().port();
  accept(*listener);
  listeners_.push_back(std::move(listener));
  return bound;
}

Result<std::uint16_t> HttpFront::adopt(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  int listens = 0;
  socklen_t of_it = sizeof listens;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &of_it) != 0 || listens == 0)
    return Error{.code = "bad_address",
                 .message = "descriptor " + std::to_string(socket) + ", which was passed, is no socket that listens"};
  auto listener = std::make_unique<Listener>(io_);
  boost::system::error_code failed;
  std::uint16_t port = 0;
  if (address.ss_family == AF_UNIX) {
    listener->local.assign(asio::local::stream_protocol(), socket, failed);
  } else {
    const bool six = address.ss_family == AF_INET6;
    listener->tcp.assign(six ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), socket, failed);
    if (!failed) port = listener->tcp.local_endpoint(failed).port();
  }
  if (failed) return Error{.code = "bad_address", .message = "the socket that was passed: " + failed.message()};
  accept(*listener);
  listeners_.push_back(std::move(listener));
  return port;
}

void HttpFront::accept(Listener& listener) {
  if (listener.tcp.is_open())
    listener.tcp.async_accept([this, &listener](boost::system::error_code failed, asio::ip::tcp::socket socket) {
      if (failed == asio::error::operation_aborted) return;
      if (failed) return accept_later(listener);
      boost::system::error_code ignored, unknown;
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      const auto peer = socket.remote_endpoint(unknown);
      begin(std::move(socket), std::nullopt, listener.metrics,
            unknown ? std::string() : plain_address(peer.address().to_string()));
      accept(listener);
    });
  else
    listener.local.async_accept(
        [this, &listener](boost::system::error_code failed, asio::local::stream_protocol::socket socket) {
          if (failed == asio::error::operation_aborted) return;
          if (failed) return accept_later(listener);
          if (listener.admin) {
            auto who = operator_at(socket.native_handle());
            if (who) begin(std::move(socket), std::move(who), true, "unix");
          } else {
            begin(std::move(socket), std::nullopt, false, "unix");
          }
          accept(listener);
        });
}

/// Nothing was taken, for want of descriptors or memory: it is tried again in a moment, and who waits stays in line.
void HttpFront::accept_later(Listener& listener) {
  listener.again.expires_after(std::chrono::milliseconds(50));
  listener.again.async_wait([this, &listener](boost::system::error_code ended) {
    if (!ended && !draining_) accept(listener);
  });
}

bool HttpFront::has_room_for(const std::string& counted) {
  const char* why = nullptr;
  if (open_->all.size() >= most_connections_) why = "connections";
  const auto of_it = open_->by_address.find(counted);
  if (of_it != open_->by_address.end() && of_it->second >= options_.limits.of_an_address) why = "address";
  if (why != nullptr && options_.turned_away) options_.turned_away(why);
  return why == nullptr;
}

void HttpFront::begin(asio::generic::stream_protocol::socket socket, std::optional<std::string> local_user,
                      bool metrics, std::string peer) {
  if (draining_) return;
  const bool counts = !peer.empty() && peer != "unix" && options_.counts && options_.counts(peer);
  const std::string counted = counts ? counted_address(peer) : std::string();
  // Operators come in also where strangers hold every place.
  if (!local_user && !metrics && !has_room_for(counted)) return;
  std::make_shared<Connection>(*this, std::move(socket),
                               Connection::From{std::move(local_user), metrics, std::move(peer), counted})
      ->start();
}

void HttpFront::drain() {
  draining_ = true;
  for (const auto& listener : listeners_) {
    boost::system::error_code ignored;
    listener->tcp.close(ignored);
    listener->local.close(ignored);
    listener->again.cancel();
    if (!listener->path.empty()) ::unlink(listener->path.c_str());
    listener->path.clear();
  }
  const std::vector<Connection*> all(open_->all.begin(), open_->all.end());
  for (Connection* one : all)
    if (open_->all.contains(one)) one->close_when_idle();
}

}  // namespace florin::server

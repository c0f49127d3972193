#include "transport/network/network.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "transport/secrets.hpp"

namespace florin {

namespace {

constexpr std::size_t most_at_once = 64;
constexpr std::size_t most_reply_bytes = 1 << 20;
constexpr std::size_t most_header_bytes = 64 << 10;
constexpr long connect_within_ms = 10'000;

Instant steady_clock() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

/// One request and what has come back of it so far.
struct Exchange {
  WireRequest request;
  std::string url;
  Instant leave_by = never;  ///< by the steady clock: setting the machine's clock moves no deadline
  Transport::Done done;
  WireReply reply;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::size_t header_bytes = 0;
  const Egress* egress = nullptr;
  bool kept_in = false;  ///< it led to where it may not

  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    for (curl_slist* line = headers; line != nullptr; line = line->next)
      for (char* c = line->data; *c != '\0'; ++c) *const_cast<volatile char*>(c) = '\0';
    curl_slist_free_all(headers);
    for (auto& [name, value] : request.headers) wipe(value);
    wipe(request.body);
  }
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  if (exchange.reply.body.size() + count > most_reply_bytes) return 0;  // ends it with an error
  exchange.reply.body.append(bytes, count);
  return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  exchange.header_bytes += count;
  if (exchange.header_bytes > most_header_bytes) return 0;
  std::string_view line(bytes, count);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) exchange.reply.headers.clear();  // of an interim answer before
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    exchange.reply.headers.emplace_back(line.substr(0, colon), value);
  }
  return count;
}

curl_socket_t open_socket(void* of, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(of);
  if (!may_reach(address->addr, *exchange.egress)) {
    exchange.kept_in = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Everything of a transfer before it starts. Errors: none but memory.
bool prepare(Exchange& exchange) {
  CURL* easy = exchange.easy = curl_easy_init();
  if (easy == nullptr) return false;
  const WireRequest& request = exchange.request;
  bool fine = true;
  const auto set = [&](auto option, auto value) { fine = fine && curl_easy_setopt(easy, option, value) == CURLE_OK; };
  set(CURLOPT_URL, exchange.url.c_str());
  set(CURLOPT_PRIVATE, &exchange);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, exchange.egress->loopback ? "https,http" : "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_USERAGENT, "florin");
  set(CURLOPT_CONNECTTIMEOUT_MS, connect_within_ms);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(exchange.egress->deadline.us / 1000));
  set(CURLOPT_FRESH_CONNECT, request.changes_nothing ? 0L : 1L);
  set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(CURLOPT_OPENSOCKETDATA, &exchange);
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, &exchange);
  set(CURLOPT_HEADERFUNCTION, &take_header);
  set(CURLOPT_HEADERDATA, &exchange);
  if (request.method == "GET") {
    set(CURLOPT_HTTPGET, 1L);
  } else {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
    if (request.method != "POST") set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  for (const auto& [name, value] : request.headers) {
    std::string line = name + (value.empty() ? ";" : ": " + value);
    curl_slist* longer = curl_slist_append(exchange.headers, line.c_str());
    wipe(line);
    if (longer == nullptr) return false;
    exchange.headers = longer;
  }
  curl_slist* longer = curl_slist_append(exchange.headers, "Expect:");
  if (longer == nullptr) return false;
  exchange.headers = longer;
  set(CURLOPT_HTTPHEADER, exchange.headers);
  return fine;
}

constexpr const char* kept_in =
    "its address is of this machine or of a private network, and `egress` in florin.yaml allows none of these";

/// What became of it. libcurl counts each byte of the request that it handed to the connection; before the connection
/// stood, and before TLS agreed, there is none.
WireReply outcome(Exchange& exchange, CURLcode result) {
  if (result == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
    exchange.reply.status = static_cast<int>(status);
    exchange.reply.arrived = Arrival::answered;
    return std::move(exchange.reply);
  }
  long bytes = 0;
  const bool known = curl_easy_getinfo(exchange.easy, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK;
  return {.arrived = known && bytes == 0 ? Arrival::never_left : Arrival::lost,
          .problem = exchange.kept_in ? kept_in : curl_easy_strerror(result)};
}

WireReply never_left(std::string why) { return {.arrived = Arrival::never_left, .problem = std::move(why)}; }

}  // namespace

class Network::Inside {
 public:
  explicit Inside(const Egress& to) : egress(to) {}

  Status start() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_ = ready == CURLE_OK ? curl_multi_init() : nullptr;
    if (multi_ == nullptr) return Error{.code = "no_network", .message = "libcurl could not be started"};
    thread_ = std::thread([this] { loop(); });
    return Done{};
  }
  ~Inside() {
    if (!thread_.joinable()) return;
    finish({});
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  void take(std::unique_ptr<Exchange> exchange) {
    exchange->egress = &egress;
    {
      const std::lock_guard lock(mutex_);
      if (!finish_at_) {
        waiting_.push_back(std::move(exchange));
        curl_multi_wakeup(multi_);
        return;
      }
    }
    exchange->done(never_left("this host is closing"));
  }

  void finish(Duration grace) {
    const std::lock_guard lock(mutex_);
    const Instant at = steady_clock() + grace;
    finish_at_ = finish_at_ ? std::min(*finish_at_, at) : at;
    curl_multi_wakeup(multi_);
  }

  const Egress egress;

 private:
  void loop() {
    for (;;) {
      std::optional<Instant> finish_at;
      std::deque<std::unique_ptr<Exchange>> refused;
      {
        const std::lock_guard lock(mutex_);
        finish_at = finish_at_;
        if (finish_at_) refused = std::exchange(waiting_, {});
        for (; !waiting_.empty() && under_way_.size() < most_at_once; waiting_.pop_front())
          under_way_.push_back(std::move(waiting_.front()));
      }
      for (auto& exchange : refused) exchange->done(never_left("this host is closing"));
      for (auto at = under_way_.begin(); at != under_way_.end();) {
        const auto one = at++;
        if ((*one)->easy == nullptr) begin(one);
      }
      if (finish_at && *finish_at <= steady_clock())
        while (!under_way_.empty()) end(under_way_.begin(), CURLE_OPERATION_TIMEDOUT);
      if (finish_at && under_way_.empty()) return;
      turn(finish_at);
    }
  }

  using Place = std::list<std::unique_ptr<Exchange>>::iterator;

  void begin(Place place) {
    Exchange& exchange = **place;
    if (exchange.leave_by < steady_clock()) return drop(place, never_left("its time to be sent had passed"));
    if (!prepare(exchange) || curl_multi_add_handle(multi_, exchange.easy) != CURLM_OK)
      return drop(place, never_left("libcurl did not take the request"));
  }

  void drop(Place place, WireReply reply) {
    const std::unique_ptr<Exchange> exchange = std::move(*place);
    under_way_.erase(place);
    exchange->done(std::move(reply));
  }

  void end(Place place, CURLcode result) {
    curl_multi_remove_handle(multi_, (*place)->easy);
    drop(place, outcome(**place, result));
  }

  void turn(std::optional<Instant> finish_at) {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode result = message->data.result;
      char* of = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &of);
      const auto place = std::ranges::find_if(under_way_, [&](const auto& exchange) {
        return static_cast<void*>(exchange.get()) == static_cast<void*>(of);
      });
      if (place != under_way_.end()) end(place, result);
    }
    std::int64_t wait_ms = 60'000;
    if (finish_at) wait_ms = std::clamp<std::int64_t>((*finish_at - steady_clock()).us / 1000 + 1, 0, wait_ms);
    {
      const std::lock_guard lock(mutex_);
      if (!waiting_.empty() && under_way_.size() < most_at_once) return;
    }
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait_ms), nullptr);
  }

  CURLM* multi_ = nullptr;
  std::list<std::unique_ptr<Exchange>> under_way_;  // of the thread alone
  std::mutex mutex_;                                // of what follows
  std::deque<std::unique_ptr<Exchange>> waiting_;
  std::optional<Instant> finish_at_;
  std::thread thread_;
};

namespace {

/// One processor's endpoints.
template <class Take>
class Way : public Transport {
 public:
  Way(std::map<std::string, std::string> addresses, Take take)
      : addresses_(std::move(addresses)), take_(std::move(take)) {}

  void send(WireRequest request, Instant now, Done done) override {
    const auto address = addresses_.find(request.endpoint);
    if (address == addresses_.end()) return done(never_left("endpoint '" + request.endpoint + "' has no address"));
    auto exchange = std::make_unique<Exchange>();
    exchange->url = address->second + request.path;
    if (request.send_before != never) exchange->leave_by = steady_clock() + (request.send_before - now);
    exchange->request = std::move(request);
    exchange->done = std::move(done);
    take_(std::move(exchange));
  }

 private:
  std::map<std::string, std::string> addresses_;
  Take take_;
};

}  // namespace

Network::Network(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Network::~Network() = default;

Result<std::unique_ptr<Network>> Network::open(const Egress& egress) {
  auto inside = std::make_unique<Inside>(egress);
  if (const auto started = inside->start(); !started) return started.error();
  return std::unique_ptr<Network>(new Network(std::move(inside)));
}

const Egress& Network::egress() const { return inside_->egress; }
void Network::finish(Duration grace) { inside_->finish(grace); }

std::unique_ptr<Transport> Network::to(std::map<std::string, std::string> addresses) {
  const auto take = [inside = inside_.get()](std::unique_ptr<Exchange> exchange) { inside->take(std::move(exchange)); };
  return std::make_unique<Way<decltype(take)>>(std::move(addresses), take);
}

}  // namespace florin

#include "standin.hpp"

#include <curl/curl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace florin::test {

namespace {

namespace json = boost::json;

/// Basic, where the provider takes it; empty: it takes a bearer's token.
std::string login_of(const std::string& provider) {
  return provider == "stripe" ? "sk_test_standin:" : provider == "razorpay" ? "rzp_test_standin:standin" : "";
}

std::size_t take(char* bytes, std::size_t, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(bytes, count);
  return count;
}

}  // namespace

StandIn::StandIn(const std::string& provider) : provider_(provider) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    ::close(pipe[0]);
    ::execl(FLORIN_NODE, "node", FLORIN_STANDINS "/faults.mjs", provider.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(pipe[1]);
  out_ = pipe[0];
  std::string line;
  for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
  if (!line.starts_with("listening ")) throw std::runtime_error("the stand-in did not start: " + line);
  port_ = std::stoi(line.substr(10));
}

StandIn::~StandIn() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  ::close(out_);
}

json::value StandIn::call(const std::string& method, const std::string& path, const std::string& body) const {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), &curl_easy_cleanup);
  std::string said;
  const std::string url = "http://" + host() + path, login = login_of(provider_);
  curl_slist* headers = curl_slist_append(nullptr, "x-test: 1");
  headers = curl_slist_append(headers, provider_ == "stripe" && !path.starts_with("/_test/")
                                           ? "Content-Type: application/x-www-form-urlencoded"
                                           : "Content-Type: application/json");
  if (provider_ == "gocardless")
    for (const char* header : {"Authorization: Bearer gc_standin", "GoCardless-Version: 2015-07-06"})
      headers = curl_slist_append(headers, header);
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers);
  if (!login.empty()) curl_easy_setopt(easy.get(), CURLOPT_USERPWD, login.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &said);
  if (method == "POST") curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.c_str());
  const CURLcode done = curl_easy_perform(easy.get());
  curl_slist_free_all(headers);
  if (done != CURLE_OK) throw std::runtime_error(method + " " + path + ": " + curl_easy_strerror(done));
  return json::parse(said);
}

void StandIn::anew(Instant now) const {
  call("POST", "/_test/new", json::serialize(json::object{{"start", now.us / 1'000'000}}));
}
void StandIn::clock_to(Instant now) const { act({{"act", "advance_to"}, {"to", now.us / 1'000'000}}); }
void StandIn::fault(int at, const std::string& kind, int pid, int times) const {
  call("POST", "/_test/fault",
       json::serialize(json::object{{"at", at}, {"kind", kind}, {"pid", pid}, {"times", times}}));
}
void StandIn::together(int count) const {
  call("POST", "/_test/together", json::serialize(json::object{{"count", count}}));
}
std::vector<std::string> StandIn::seen() const {
  std::vector<std::string> all;
  const json::value said = call("GET", "/_test/seen", "");
  for (const json::value& one : said.as_array()) all.emplace_back(one.as_string());
  return all;
}
json::object StandIn::act(const json::object& what) const {
  return call("POST", "/_test/act", json::serialize(what)).as_object();
}
json::object StandIn::api(const std::string& method, const std::string& path, const std::string& body) const {
  return call(method, path, body).as_object();
}

std::vector<WebhookMessage> StandIn::webhooks(Instant now) const {
  std::vector<WebhookMessage> all;
  const json::value said = call("GET", "/_test/events", "");
  for (const json::value& one : said.as_array()) {
    WebhookMessage message{.body = std::string(one.at("body").as_string()), .headers = {}, .received_at = now};
    for (const auto& header : one.at("headers").as_object())
      message.headers.emplace_back(header.key(), header.value().as_string());
    all.push_back(std::move(message));
  }
  return all;
}

StandIn::Sums StandIn::sums() const {
  const json::object said = call("GET", "/_test/book", "").as_object();
  return {said.at("captured").as_int64(), said.at("refunded").as_int64(), said.at("captures").as_int64()};
}

}  // namespace florin::test

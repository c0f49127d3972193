#include "mail/smtp.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace florin::mail {

namespace {

struct Reading {
  const std::string& bytes;
  std::size_t at = 0;
};
std::size_t read_some(char* into, std::size_t size, std::size_t count, void* from) {
  auto& reading = *static_cast<Reading*>(from);
  const std::size_t some = std::min(size * count, reading.bytes.size() - reading.at);
  std::memcpy(into, reading.bytes.data() + reading.at, some);
  reading.at += some;
  return some;
}

std::string_view host_of(std::string_view url) {
  const std::size_t from = url.find("://");
  if (from == url.npos) return {};
  url.remove_prefix(from + 3);
  return url.substr(0, url.find_first_of(url.starts_with('[') ? "/" : ":/"));
}

/// Nothing of the message can have reached anybody.
bool before_the_message(CURLcode code) {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_SSL_CONNECT_ERROR ||
         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED || code == CURLE_LOGIN_DENIED;
}

SendResult judged(CURLcode done, long code, bool began, const char* problem) {
  SendResult result{.sent = Sent::taken, .code = code, .problem = problem};
  if (done == CURLE_OK) return result;
  if (result.problem.empty()) result.problem = curl_easy_strerror(done);
  // curl answers alike for 451 and 550: the relay's own number decides.
  if (code >= 500 && code < 600) {
    result.sent = Sent::refused;
    result.of_recipient = !began;
  } else if (code >= 400 && code < 500) {
    result.sent = Sent::later;
  } else {
    result.sent = !began || before_the_message(done) ? Sent::later : Sent::unknown;
  }
  return result;
}

}  // namespace

Status check_relay(const std::string& url) {
  const bool known = url.starts_with("smtp://") || url.starts_with("smtps://");
  if (!known || host_of(url).empty() || url.find('@') != std::string::npos ||
      url.find_first_of(" \r\n\t") != std::string::npos)
    return Error{.code = "bad_relay",
                 .message = "'" + url.substr(0, 80) + "' is no relay such as smtp://relay.example:587"};
  return Done{};
}

SendResult send(const Relay& relay, const std::string& from, const std::string& to, const std::string& bytes) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return {.sent = Sent::later, .problem = "no memory"};
  CURL* const handle = curl.get();
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(
      curl_slist_append(nullptr, ("<" + to + ">").c_str()), &curl_slist_free_all);
  const std::string_view host = host_of(relay.url);
  const bool here = host == "127.0.0.1" || host == "localhost" || host == "[::1]";
  Reading reading{.bytes = bytes};
  char problem[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(handle, CURLOPT_URL, (relay.url + "/" + relay.our_name).c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_USE_SSL, here ? CURLUSESSL_TRY : CURLUSESSL_ALL);
  if (here) curl_easy_setopt(handle, CURLOPT_USE_SSL, CURLUSESSL_NONE);
  if (!relay.user.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, relay.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, relay.password.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, ("<" + from + ">").c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, &read_some);
  curl_easy_setopt(handle, CURLOPT_READDATA, &reading);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 60'000L);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, problem);
  const CURLcode done = curl_easy_perform(handle);
  long code = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
  return judged(done, code, reading.at > 0, problem);
}

}  // namespace florin::mail

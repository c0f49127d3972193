#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "florin/outcome.hpp"
#include "florin/result.hpp"
#include "message.hpp"

/// Errors and refusals as `application/problem+json` (RFC 9457). docs/http.md
namespace florin::server {

/// The status of a code: of a host's refusals and errors, and of the server's own. 422 for what no line names.
int status_of(std::string_view code);

struct Problem {
  std::string code;
  std::string detail;  ///< a sentence that a customer can read
  std::string rule{};  ///< file and line of the operator's YAML; empty: none
  std::uint64_t position = 0;
  std::vector<std::pair<std::string, std::string>> values{};
  Errors errors{};     ///< each with its field; written with a JSON pointer
  std::string etag{};  ///< of an account that is there already
  int status = 0;      ///< 0: what its code says
};

HttpReply reply_of(const Problem& problem, const HttpRequest& request);
HttpReply reply_of(const Error& error, const HttpRequest& request);
HttpReply reply_of(const Refusal& refusal, std::uint64_t position, const HttpRequest& request);
/// Every line of the body that is wrong, at once.
HttpReply reply_of(Errors errors, const HttpRequest& request);
/// The object alone, for a line of a batch.
std::string problem_json(const Problem& problem, const std::string& request_id);
Problem problem_of(const Error& error);
Problem problem_of(const Refusal& refusal, std::uint64_t position);

/// `salesmsg.yaml:41` of `/etc/florin/tenants/salesmsg.yaml:41`: whoever asks has no business with the host's folders.
std::string_view file_and_line(std::string_view rule);

/// `lines[3].add_ons.phone` as RFC 6901 writes it: `/lines/3/add_ons/phone`.
std::string json_pointer(std::string_view path);

/// `Not enough credits` of `not_enough_credits`.
std::string title_of(std::string_view code);

}  // namespace florin::server

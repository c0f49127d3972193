#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "florin/result.hpp"
#include "transport/transport.hpp"

namespace florin {

/// What goes wrong on the way of one answer, in an author's words.
enum class AnswerFault : std::uint8_t {
  none,
  lost,     ///< the provider has acted, and its answer never comes
  late,     ///< it comes after the host has given up waiting: the same to the host
  refused,  ///< no byte of the request reached the provider
  doubled,  ///< the network hands the request over twice: the next answer that fits is used up, and is what comes
  garbled,  ///< cut in the middle, with bytes in it that are no text
  html,     ///< a proxy's page in place of the answer
};
BOOST_DESCRIBE_ENUM(AnswerFault, none, lost, late, refused, doubled, garbled, html)

/// An answer of a provider whose words a story has.
struct ScriptedAnswer {
  std::string method{};  ///< of the request that it answers
  std::string path{};    ///< without its query; a `*` stands for any part of it
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string
      body{};  ///< with `${json:/reference}`, `${form:id}`, `${query:id}`, `${header:x}`, `${segment:2}`, `${key}`
  AnswerFault fault = AnswerFault::none;
  std::int32_t times = 1;
  bool always = false;  ///< any number of times, also none
  std::string where{};  ///< file and line of the story
};

/// A provider of a story: it answers what the story says, in the order in which that stands there, and remembers what
/// was asked. What is written `${json:/reference}` is taken from the request that it answers, or else from the last one
/// before it that had it. Thread-safe.
class ScriptedProvider : public Transport {
 public:
  explicit ScriptedProvider(std::vector<ScriptedAnswer> answers) : answers_(std::move(answers)) {}

  void send(WireRequest request, Instant now, Done done) override;

  /// The text with what was asked in place of what stands for it. Errors: nothing_asked, when no request had it.
  Result<std::string> filled(std::string_view text) const;

  /// What did not go as the story has it: a request without an answer, an answer that nobody asked for.
  std::vector<std::string> problems(bool at_the_end) const;

  /// Every secret of a plugin that a story plays.
  static std::vector<std::string> secret(std::string_view name);

 private:
  WireReply answer(const WireRequest& request);
  ScriptedAnswer* next_for(const WireRequest& request);
  /// missing   one that no request had
  std::string with_values(std::string text, std::string& missing) const;
  std::optional<std::string> value_of(std::string_view name) const;

  mutable std::mutex mutex_;
  std::vector<ScriptedAnswer> answers_;
  std::vector<WireRequest> asked_;
  std::vector<std::string> problems_;
};

/// How a webhook is signed.
struct SignedBy {
  bool sha512 = false, base64 = false;  ///< else SHA-256, in lower-case hex
  bool hex_key = false;                 ///< the key is written in hex
};
std::string hmac_text(std::string_view text, const std::string& key, SignedBy by);

}  // namespace florin

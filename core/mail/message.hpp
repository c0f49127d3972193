#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"
#include "florin/time.hpp"

/// A mail as its bytes. Every line of a header is made here; what others wrote can begin none of its own.
namespace florin::mail {

/// One address: an `@`, at most 254 bytes of ASCII, no control character, blank, `<` or `>`.
bool is_address(std::string_view text);
/// `a***@e***`: as logs show it.
std::string masked(std::string_view address);

struct Attachment {
  std::string name, type, bytes;
};

struct Message {
  std::string from_name, from, reply_to, to;  ///< addresses; reply_to may be empty
  std::string subject, text, html;
  std::string id;  ///< without brackets: `callloop.42.0@billing.example`
  Instant date;
  std::vector<Attachment> attachments;
};

/// RFC 5322 with MIME, CRLF line ends. The same message is the same bytes. Errors: bad_address, with which.
Result<std::string> bytes_of(const Message& message);

}  // namespace florin::mail

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"
#include "florin/time.hpp"
#include "plugins/manifest.hpp"

namespace florin {

/// The values of a secret by its name in the manifest: the one to send with first, then others that are still good
/// for checking while it is being changed. None when the operator gave none.
using Secrets = std::function<std::vector<std::string>(std::string_view name)>;

/// One term of a value's program, as a plugin wrote it. Codes are those of florin/plugin.h.
struct Term {
  std::uint32_t code = 0;
  std::uint32_t number = 0;
  std::string text;
  friend bool operator==(const Term&, const Term&) = default;
};

/// Text, or a program that makes it when a message is sent or checked. It holds names of secrets, never a secret, so it
/// may be kept and shown.
struct Value {
  std::string text;
  std::vector<Term> terms;  ///< none: plain text
  friend bool operator==(const Value&, const Value&) = default;
};

/// What a program is run with.
struct FinishWith {
  const Manifest& manifest;
  const Secrets& secrets;
  Instant now;
  std::string_view endpoint;          ///< where the result goes; empty: nowhere, it is compared
  const std::string* body = nullptr;  ///< the finished body, when it is not the body that is made
  std::size_t turn = 0;               ///< which of a secret's values; past the last: the last
};

/// Runs a value's program: at most 64 terms, 16 places, 1 MiB a place, one result.
///
/// Errors: bad_program; secret_missing when the operator gave none or an empty one; secret_not_granted when a bare
/// secret would go to an
///         endpoint that it is not bound to
Result<std::string> finish(const Value& value, const FinishWith& with);

/// The program as a person reads it, names in place of secrets: `Bearer {stripe.api_key}`.
std::string shown(const Value& value);

/// Whether both are the same, in a time that does not tell where they differ.
bool same_in_constant_time(std::string_view a, std::string_view b);

}  // namespace florin

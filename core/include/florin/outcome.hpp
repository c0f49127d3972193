#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace florin {

/// Why something was not done. Remembered under the command's key, as a success is.
struct Refusal {
  std::string code;
  std::string text;  ///< a sentence that a customer can read
  std::string rule;  ///< file:line of the operator's YAML, when a rule there refused it
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

}  // namespace florin

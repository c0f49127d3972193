#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "florin/commands.hpp"

namespace florin {

/// Why a command was refused. It is remembered under the command's key, as a success is.
struct Refusal {
  std::string code;
  std::string text;            ///< a sentence that a customer can read
  std::string rule;            ///< file:line of the operator's YAML, if a rule there refused it
  std::vector<Word> values{};  ///< the values in the sentence, for programs: `agreed: 1.00 USD`
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

}  // namespace florin

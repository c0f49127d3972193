#include "domain/documents/number.hpp"

namespace florin {

std::string document_number(std::string_view pattern, std::uint64_t sequence) {
  const std::size_t digits = pattern.size() - (pattern.find_last_not_of("0123456789") + 1);
  std::string number = std::to_string(sequence);
  if (number.size() < digits) number.insert(0, digits - number.size(), '0');
  return std::string(pattern.substr(0, pattern.size() - digits)) + number;
}

}  // namespace florin

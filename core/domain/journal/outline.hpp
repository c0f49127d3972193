#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "florin/result.hpp"
#include "florin/time.hpp"

namespace florin::journal {

/// Whom an entry is about, and as of when it was decided: what can be told without reading the rest of it. All lie in
/// the bytes that they were found in.
struct Outline {
  std::string_view tenant, account;
  Instant at;
  std::string_view bytes;  ///< of the whole entry, as read() takes them
};

/// Of all entries of a row, in order. Errors: damaged_row, also as soon as there are more than `most`.
Result<std::vector<Outline>> outlines(std::string_view bytes, std::size_t most);

}  // namespace florin::journal

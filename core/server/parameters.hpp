#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api.hpp"

/// What stands behind the `?` of an address, and in small bodies.
namespace florin::server {

/// A number from 1 on, in all its digits. None: it is none.
std::optional<std::uint32_t> number_of(std::string_view text);
/// A parameter between 1 and `most`; `otherwise` when it is not there. None: it was answered.
std::optional<std::uint32_t> number_in(const Asked& asked, std::string_view name, std::uint32_t otherwise,
                                       std::uint32_t most);
/// Where a page begins and how long it is. None: it was answered.
std::optional<PageWords> page_in(const Asked& asked, std::uint32_t most);
/// A date; none: it was answered. A parameter that is not there is `otherwise`.
std::optional<Date> date_in(const Asked& asked, std::string_view name, const Date& otherwise);
/// Words with blanks or commas between them.
std::vector<std::string> split(std::string_view words);
/// The value of that name; empty: it is not there.
std::string value_of(const std::vector<Word>& words, std::string_view name);

}  // namespace florin::server

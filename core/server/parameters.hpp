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
/// `true` or `false`; a parameter that is not there is false. None: it was answered.
std::optional<bool> flag_in(const Asked& asked, std::string_view name);
/// Where a page begins and how long it is. None: it was answered.
std::optional<PageWords> page_in(const Asked& asked, std::uint32_t most);
/// A date; none: it was answered. A parameter that is not there is `otherwise`.
std::optional<Date> date_in(const Asked& asked, std::string_view name, const Date& otherwise);
/// What the Idempotency-Key says, without the quotes of the draft; of a session, a key of its own. None: it was
/// answered.
std::optional<std::string> idempotency_key_in(const Asked& asked);
/// Keys that the service makes itself: from outside nobody uses one up.
bool is_reserved_key(std::string_view key);
inline constexpr std::string_view reserved_key = "An Idempotency-Key does not begin with session: or viewed:.";
/// Words with blanks or commas between them.
std::vector<std::string> split(std::string_view words);
/// The value of that name; empty: it is not there.
std::string value_of(const std::vector<Word>& words, std::string_view name);

}  // namespace florin::server

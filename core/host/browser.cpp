#include "host/browser.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace florin {

namespace {

constexpr std::size_t longest_header = 2048, longest_language = 35;
constexpr std::int32_t most_pixels = 999'999, most_minutes = 14 * 60;
constexpr std::array<std::int32_t, 9> depths = {1, 4, 8, 15, 16, 24, 30, 32, 48};

Error bad(std::string_view field, std::string message) {
  return {.code = "bad_browser",
          .message = std::move(message),
          .at = {.file = {}, .line = 0, .column = 0, .path = "browser." + std::string(field)}};
}

/// A header's value, as a request could have carried it.
Status fits_header(std::string_view field, const std::string& value) {
  if (value.size() > longest_header)
    return bad(field, fmt::format("{} has {} bytes: it may have {} at most", field, value.size(), longest_header));
  if (!std::ranges::all_of(value, [](unsigned char c) { return c >= 0x20 && c < 0x7F; }))
    return bad(field, fmt::format("{} is printable ASCII, as a header of HTTP is", field));
  return Done{};
}

bool is_language(const std::string& tag) {
  return tag.size() <= longest_language && !tag.starts_with('-') && !tag.ends_with('-') &&
         std::ranges::all_of(tag, [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool is_ip_address(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 || inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

Status fits_pixels(std::string_view field, const std::optional<std::int32_t>& pixels) {
  if (!pixels || (*pixels >= 1 && *pixels <= most_pixels)) return Done{};
  return bad(field, fmt::format("{} is {}: it is a number of pixels from 1 to {}", field, *pixels, most_pixels));
}

}  // namespace

Status fits_a_browser(const Browser& browser) {
  if (auto fits = fits_header("accept_header", browser.accept_header); !fits) return fits;
  if (auto fits = fits_header("user_agent", browser.user_agent); !fits) return fits;
  if (!is_language(browser.language)) return bad("language", "language is a tag such as de-AT, of 35 bytes at most");
  if (browser.color_depth && std::ranges::find(depths, *browser.color_depth) == depths.end())
    return bad("color_depth",
               fmt::format("color_depth is {}: it is 1, 4, 8, 15, 16, 24, 30, 32 or 48 bits", *browser.color_depth));
  if (auto fits = fits_pixels("screen_height", browser.screen_height); !fits) return fits;
  if (auto fits = fits_pixels("screen_width", browser.screen_width); !fits) return fits;
  if (browser.time_zone_offset && std::abs(*browser.time_zone_offset) > most_minutes)
    return bad("time_zone_offset", fmt::format("time_zone_offset is {}: it is minutes from -{} to {}",
                                               *browser.time_zone_offset, most_minutes, most_minutes));
  if (!browser.ip_address.empty() && !is_ip_address(browser.ip_address))
    return bad("ip_address", "ip_address is an IPv4 or IPv6 address, as 203.0.113.7");
  return Done{};
}

}  // namespace florin

#include "plugins/gate.hpp"

#include <algorithm>
#include <array>

#include "domain/payments/card_number.hpp"
#include "florin/utf8.hpp"
#include "plugins/instance.hpp"

namespace florin::gate {

namespace {

[[noreturn]] void refuse(std::string_view field, std::string_view why) {
  throw PluginFault("bad_answer", "answered with " + std::string(field) + " that " + std::string(why));
}

/// What steers a terminal, begins a line or turns the direction of writing. Source   Unicode 15.1, Cc, Cf, Zl, Zp
bool is_control(std::uint32_t code) {
  return code < 0x20 || (0x7f <= code && code < 0xa0) || (0x200b <= code && code <= 0x200f) ||
         (0x2028 <= code && code <= 0x202e) || (0x2060 <= code && code <= 0x2069) || code == 0xfeff;
}

std::string checked(florin_text text, std::string_view field, std::size_t most) {
  std::string all = copied(text);
  if (all.size() > most) refuse(field, "is longer than " + std::to_string(most) + " bytes");
  for (std::size_t at = 0; at < all.size();) {
    const Character one = character_at(all, at);
    if (one.bytes == 0) refuse(field, "is not UTF-8");
    if (is_control(one.code)) refuse(field, "has a control character in it");
    at += one.bytes;
  }
  return all;
}

std::string written(florin_text text, std::string_view field, std::size_t most) {
  std::string all = checked(text, field, most);
  if (holds_card_number(all)) refuse(field, "has a card's number in it");
  return all;
}

}  // namespace

std::string word(florin_text text, std::string_view field) { return written(text, field, longest_word); }
std::string sentence(florin_text text, std::string_view field) { return written(text, field, longest_text); }

std::string unchanged(florin_text text, std::string_view field) { return checked(text, field, 8'000); }

std::string foreign(florin_text text, std::size_t most) {
  const std::string all = copied(text);
  std::string clean;
  for (std::size_t at = 0; at < all.size();) {
    const Character one = character_at(all, at);
    const std::string_view piece = one.bytes == 0         ? std::string_view("\xef\xbf\xbd")
                                   : is_control(one.code) ? std::string_view(" ")
                                                          : std::string_view(all).substr(at, one.bytes);
    if (clean.size() + piece.size() > most) break;
    clean += piece;
    at += std::max<std::size_t>(one.bytes, 1);
  }
  return without_card_numbers(std::move(clean));
}

std::string address(florin_text text, std::string_view field, bool shown) {
  std::string url = copied(text);
  if (url.empty()) return url;
  const auto begins = [&](std::string_view scheme) {
    if (!url.starts_with(scheme)) return false;
    const std::size_t end = scheme.size();
    return url.size() == end || url[end] == '/' || url[end] == ':' || url[end] == '?';
  };
  const bool here = begins("http://127.0.0.1") || begins("http://localhost") || begins("http://[::1]");
  const bool intent = shown && url.starts_with("upi://pay?");
  if (!here && !intent && !url.starts_with("https://")) refuse(field, "is no https address");
  const std::size_t host = url.find("://") + 3;
  const std::string_view place = std::string_view(url).substr(host, url.find_first_of("/?#", host) - host);
  if (place.empty() || place.find('@') != std::string_view::npos) refuse(field, "is no https address of a host");
  if (url.size() > longest_text) refuse(field, "is longer than 2000 bytes");
  if (!std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7f; }))
    refuse(field, "has blanks, control characters or other characters than ASCII in it");
  return url;
}

void amount(std::int64_t minor, std::string_view field) {
  if (minor < 0 || minor > most_units) refuse(field, "is below 0 or above 10^15");
}

void length(const florin_span& span, std::string_view field) {
  constexpr std::int32_t years = 100;
  const bool bad = span.count <= 0 || (span.unit == FLORIN_MONTHS && span.count > years * 12) ||
                   (span.unit == FLORIN_DAYS && span.count > years * 366);
  if (bad) refuse(field, "is no time, or more than 100 years");
}

bool is_for_the_host_alone(std::string_view header) {
  constexpr std::array<std::string_view, 10> ours = {
      "host", "content-length", "transfer-encoding", "connection", "keep-alive",
      "te",   "trailer",        "upgrade",           "expect",     "proxy-authorization"};
  std::string lower(header);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::ranges::find(ours, lower) != ours.end();
}

}  // namespace florin::gate

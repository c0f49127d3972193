#include "florin/addresses.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace florin {

namespace {

using Bytes = std::array<unsigned char, 16>;
constexpr Bytes of_ipv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned bits_before_ipv4 = 96;

std::optional<Bytes> bytes_of(std::string_view text) {
  constexpr std::size_t longest = 45;
  if (text.empty() || text.size() > longest) return std::nullopt;
  const std::string whole(text);
  Bytes bytes = of_ipv4;
  if (inet_pton(AF_INET, whole.c_str(), &bytes[12]) == 1) return bytes;
  if (inet_pton(AF_INET6, whole.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

bool is_ipv4(const Bytes& bytes) { return std::equal(of_ipv4.begin(), of_ipv4.begin() + 12, bytes.begin()); }

std::string text_of(const Bytes& bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  const char* done = is_ipv4(bytes) ? inet_ntop(AF_INET, &bytes[12], text, sizeof text)
                                    : inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return done == nullptr ? std::string() : std::string(done);
}

bool same_bits(const Bytes& a, const Bytes& b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const unsigned left = bits % 8;
  return left == 0 || (a[whole] >> (8 - left)) == (b[whole] >> (8 - left));
}

}  // namespace

Result<AddressRange> AddressRange::parse(std::string_view text) {
  const Error wrong{.code = "bad_address",
                    .message = "'" + std::string(text.substr(0, 64)) +
                               "' is no address such as 10.0.0.7, and no range such as 10.0.0.0/8"};
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto first = bytes_of(text.substr(0, slash));
  if (!first) return wrong;
  AddressRange range;
  range.first_ = *first;
  if (slash == text.size()) return range;
  const std::string_view number = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), bits);
  const bool short_form = text.substr(0, slash).find(':') == std::string_view::npos;
  if (failed != std::errc() || end != number.data() + number.size() || bits > (short_form ? 32U : 128U)) return wrong;
  range.bits_ = short_form ? bits + bits_before_ipv4 : bits;
  return range;
}

bool AddressRange::holds(std::string_view address) const {
  const auto bytes = bytes_of(address);
  return bytes && same_bits(*bytes, first_, bits_);
}

std::string counted_address(std::string_view address) {
  auto bytes = bytes_of(address);
  if (!bytes) return std::string(address);
  if (!is_ipv4(*bytes)) std::fill(bytes->begin() + 8, bytes->end(), 0);
  return text_of(*bytes);
}

std::string plain_address(std::string_view text) {
  if (text.starts_with('[')) text = text.substr(1, std::min(text.find(']'), text.size()) - 1);
  // One colon: an IPv4 address and its port.
  else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && text.rfind(':') == colon)
    text = text.substr(0, colon);
  const auto bytes = bytes_of(text);
  return bytes ? text_of(*bytes) : std::string();
}

}  // namespace florin

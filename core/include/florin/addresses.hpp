#pragma once

#include <array>
#include <string>
#include <string_view>

#include "florin/export.hpp"
#include "florin/result.hpp"

/// Addresses of the network, as texts of other people say them.
namespace florin {

/// `10.0.0.7`, `10.0.0.0/8`, `2001:db8::/32`.
class FLORIN_API AddressRange {
 public:
  /// Errors: bad_address.
  static Result<AddressRange> parse(std::string_view text);
  /// Whether that address is in it; false for what is no address.
  bool holds(std::string_view address) const;

 private:
  std::array<unsigned char, 16> first_{};  ///< IPv4 as ::ffff:a.b.c.d
  unsigned bits_ = 128;
};

/// Whom a limit counts as one: an IPv4 address, or the /64 of an IPv6 address, since that is what one customer is
/// given. What is no address stays as it is.
FLORIN_API std::string counted_address(std::string_view address);

/// The address in `203.0.113.7`, `203.0.113.7:4711`, `[2001:db8::1]:4711` or `::ffff:203.0.113.7`, as it is usually
/// written. Empty: there is none.
FLORIN_API std::string plain_address(std::string_view text);

}  // namespace florin

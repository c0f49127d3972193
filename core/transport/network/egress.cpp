#include "transport/network/egress.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace florin {

namespace {

enum class Kind : std::uint8_t { open, loopback, private_network, special };

struct Range {
  std::uint32_t net;
  int bits;
  Kind kind;
};

/// Source   RFC 6890 and the IANA registry of special-purpose IPv4 addresses
constexpr Range ranges[] = {
    {0x00000000, 8, Kind::special},                                            // this network
    {0x0A000000, 8, Kind::private_network},                                    // 10.0.0.0
    {0x64400000, 10, Kind::private_network},                                   // 100.64.0.0, carriers
    {0x7F000000, 8, Kind::loopback},         {0xA9FE0000, 16, Kind::special},  // link-local: metadata of clouds
    {0xAC100000, 12, Kind::private_network}, {0xC0000000, 24, Kind::special},         {0xC0000200, 24, Kind::special},
    {0xC0586300, 24, Kind::special},         {0xC0A80000, 16, Kind::private_network}, {0xC6120000, 15, Kind::special},
    {0xC6336400, 24, Kind::special},         {0xCB007100, 24, Kind::special},         {0xE0000000, 4, Kind::special},
    {0xF0000000, 4, Kind::special},
};

Kind kind_of(std::uint32_t address) {
  for (const Range& range : ranges)
    if ((address ^ range.net) >> (32 - range.bits) == 0) return range.kind;
  return Kind::open;
}

std::uint32_t four(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

Kind kind_of(const std::array<std::uint8_t, 16>& a) {
  const auto zero = [&](std::size_t from, std::size_t to) {
    return std::all_of(a.begin() + static_cast<std::ptrdiff_t>(from), a.begin() + static_cast<std::ptrdiff_t>(to),
                       [](std::uint8_t byte) { return byte == 0; });
  };
  if (zero(0, 15) && a[15] == 1) return Kind::loopback;
  if (zero(0, 10) && a[10] == 0xff && a[11] == 0xff) return kind_of(four(&a[12]));              // IPv4 in IPv6
  if (a[0] == 0 && a[1] == 0x64 && a[2] == 0xff && a[3] == 0x9b) return kind_of(four(&a[12]));  // NAT64
  if (a[0] == 0x20 && a[1] == 0x02) return kind_of(four(&a[2]));                                // 6to4
  if ((a[0] & 0xfe) == 0xfc) return Kind::private_network;                                      // fc00::/7
  const bool documentation = a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8;
  // Only 2000::/3 is given out.
  return (a[0] & 0xe0) == 0x20 && !documentation ? Kind::open : Kind::special;
}

bool is_this_machine(std::string_view host) { return host == "127.0.0.1" || host == "localhost" || host == "[::1]"; }

}  // namespace

Result<std::string> granted_address(std::string_view address, const std::vector<std::string>& hosts,
                                    const Egress& egress) {
  const std::string text(address);
  const auto bad = [&] {
    return Error{.code = "bad_address",
                 .message = "'" + text.substr(0, 80) + "' is no address such as https://api.example.com"};
  };
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) return bad();
  const auto part = [&](CURLUPart which) {
    char* found = nullptr;
    std::string value;
    if (curl_url_get(url.get(), which, &found, 0) == CURLUE_OK && found != nullptr) value = found;
    curl_free(found);
    return value;
  };
  const std::string scheme = part(CURLUPART_SCHEME), host = part(CURLUPART_HOST), port = part(CURLUPART_PORT);
  if ((scheme != "https" && scheme != "http") || host.empty() || part(CURLUPART_PATH) != "/" ||
      !part(CURLUPART_QUERY).empty() || !part(CURLUPART_FRAGMENT).empty())
    return bad();
  const std::string with_port = port.empty() ? host : host + ":" + port;
  if (scheme == "http" && !(egress.loopback && is_this_machine(host)))
    return Error{.code = "plain_http",
                 .message = "'" + text +
                            "' would be sent unsealed; write https (plain http reaches this machine only, " +
                            "and only with egress.loopback in florin.yaml)"};
  if (std::ranges::find(hosts, with_port) == hosts.end())
    return Error{.code = "host_not_granted",
                 .message = "this plugin wants to reach " + with_port + ", which is not among 'hosts'"};
  return scheme + "://" + with_port;
}

bool may_reach(const sockaddr& address, const Egress& egress) {
  Kind kind = Kind::special;
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    kind = kind_of(ntohl(in.sin_addr.s_addr));
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    kind = kind_of(bytes);
  }
  return kind == Kind::open || (kind == Kind::loopback && egress.loopback) ||
         (kind == Kind::private_network && egress.private_addresses);
}

}  // namespace florin

#include "cookies.hpp"

#include <algorithm>

namespace florin::server {

std::string cookie_name_of(std::string_view tenant, bool secure) {
  std::string name = secure ? "__Host-florin_" : "florin_";
  return name + (tenant.empty() ? std::string("s") : "c_" + std::string(tenant));
}

std::optional<std::string> cookie(const HttpRequest& request, std::string_view name) {
  for (const auto& [header, all] : request.headers) {
    if (header != "cookie") continue;
    std::string_view left = all;
    while (!left.empty()) {
      const std::size_t end = std::min(left.find(';'), left.size());
      const std::string_view one = trimmed(left.substr(0, end));
      left.remove_prefix(std::min(end + 1, left.size()));
      const std::size_t equals = one.find('=');
      if (equals != std::string_view::npos && one.substr(0, equals) == name) return std::string(one.substr(equals + 1));
    }
  }
  return std::nullopt;
}

std::optional<std::string> session_cookie(const HttpRequest& request, const TenantId& tenant, bool secure) {
  const std::string* which = request.header("florin-session");
  auto customer = cookie(request, cookie_name_of(tenant.text(), secure));
  auto staff = cookie(request, cookie_name_of("", secure));
  if (which != nullptr && *which == "staff") return staff;
  if (which != nullptr && *which == "customer") return customer;
  return customer ? customer : staff;
}

}  // namespace florin::server

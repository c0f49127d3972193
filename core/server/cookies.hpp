#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "florin/host.hpp"
#include "message.hpp"

/// Which session a browser's request is of.
namespace florin::server {

/// `__Host-florin_c_callloop` and `__Host-florin_s`; over plain HTTP without the prefix, which browsers take with https
/// alone. tenant: empty: of staff.
std::string cookie_name_of(std::string_view tenant, bool secure);
/// The value of a cookie; none: it is not there.
std::optional<std::string> cookie(const HttpRequest& request, std::string_view name);
/// The token of the request: of the customer of this tenant, else of staff. `Florin-Session: staff` or `customer` says
/// which, where a browser has both.
std::optional<std::string> session_cookie(const HttpRequest& request, const TenantId& tenant, bool secure);

}  // namespace florin::server

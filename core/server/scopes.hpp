#pragma once

#include <string_view>

/// Which scope a command asks for.
namespace florin::server {

/// usage, write, support, money, operate or admin; empty: there is no such command.
std::string_view scope_of(std::string_view command);
/// Asked of the whole tenant, never of an account.
bool is_of_tenant(std::string_view command);

}  // namespace florin::server

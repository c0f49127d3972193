#include "scopes.hpp"

#include <algorithm>
#include <iterator>

#include "florin/bodies.hpp"

namespace florin::server {

namespace {

constexpr std::string_view of_tenant[] = {
    "stop_charges", "lift_charges", "set_document_numbers", "close_discrepancy", "dismiss_bank_receipt", "issue_key",
    "roll_key",     "revoke_key"};

}  // namespace

std::string_view scope_of(std::string_view command) {
  // A month is closed and a catalog applied at addresses of their own.
  return command == "close_month" || command == "apply_catalog" ? std::string_view() : command_scope(command);
}

bool is_of_tenant(std::string_view command) { return std::ranges::find(of_tenant, command) != std::end(of_tenant); }

}  // namespace florin::server

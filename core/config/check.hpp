#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/tenant/tenant.hpp"

namespace florin::config {

struct Checked {
  Errors errors;                ///< by file and line; none: everything may be used
  std::vector<Tenant> tenants;  ///< those without an error
};

/// Reads tenant files, and host files (those with the key `tenants`) with all tenants that they name.
/// Errors   all errors of all files at once; duplicate_tenant when two files are one tenant's
Checked check_files(const std::vector<std::filesystem::path>& files);

/// `file:line:column: path: message`, a line an error; what is not known is left out.
std::string text_of(const Errors& errors);

/// JSON Schema of a tenant's file and of a style, each of which may leave to the other what `load_tenant` merges.
std::string tenant_schema();

}  // namespace florin::config

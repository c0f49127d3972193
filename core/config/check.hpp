#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/host_file.hpp"
#include "config/tenant/tenant.hpp"

namespace florin::config {

struct Checked {
  Errors errors;                ///< by file and line; none: everything may be used
  std::vector<Tenant> tenants;  ///< those without an error
  std::vector<Tenant> unfit;    ///< the others, as far as they can be read: plugins may have more to say

  /// A host file among the files, and which of `tenants` and `unfit` are its own.
  struct Host {
    HostFile says;
    std::vector<std::size_t> tenants, unfit;
  };
  std::vector<Host> hosts;
};

/// Reads tenant files, and host files (those with the key `tenants`) with all tenants that they name.
/// Errors   all errors of all files at once; duplicate_tenant when two files are one tenant's
Checked check_files(const std::vector<std::filesystem::path>& files);

/// That `second` is of the tenant of `first`, at the line of `second` that says so.
Error duplicate_tenant(const Tenant& first, const Tenant& second);

/// By file and line, each once: tenants that share a style share its errors too.
Errors in_order(Errors errors);

/// `file:line:column: path: message`, a line an error; what is not known is left out.
std::string text_of(const Errors& errors);

/// JSON Schema of a tenant's file and of a style, each of which may leave to the other what `load_tenant` merges.
std::string tenant_schema();

}  // namespace florin::config

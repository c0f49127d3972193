#include "config/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "config/host_file.hpp"
#include "config/schema.hpp"
#include "config/tenant/shapes.hpp"

namespace florin::config {

namespace {

void check_tenant(const std::filesystem::path& file, Checked& checked) {
  Errors errors;
  Tenant tenant = load_tenant(file, errors);
  const auto same = std::ranges::find(checked.tenants, tenant.catalog.tenant,
                                      [](const Tenant& other) { return other.catalog.tenant; });
  if (errors.empty() && same != checked.tenants.end()) {
    const Node& first = *same->tree.child("tenant");
    errors.push_back(
        {.code = "duplicate_tenant",
         .message = fmt::format("'{}' is the tenant of {}:{} already", first.text, *first.file, first.line),
         .at = tenant.tree.child("tenant")->where("tenant")});
  }
  if (errors.empty())
    checked.tenants.push_back(std::move(tenant));
  else
    checked.errors.insert(checked.errors.end(), errors.begin(), errors.end());
}

/// Whether this is a host's file; one that cannot be read is left to whoever reads it next.
bool is_host_file(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text) return false;
  const auto tree = parse_yaml(*text, file.string());
  return tree && tree->child("tenants") != nullptr;
}

}  // namespace

Checked check_files(const std::vector<std::filesystem::path>& files) {
  Checked checked;
  for (const std::filesystem::path& file : files) {
    if (!is_host_file(file)) {
      check_tenant(file, checked);
      continue;
    }
    for (const std::filesystem::path& tenant : load_host_file(file, checked.errors).tenants)
      check_tenant(tenant, checked);
  }
  const auto place = [](const Error& error) {
    return std::tie(error.at.file, error.at.line, error.at.column, error.at.path, error.message);
  };
  // Tenants that share a style share its errors too.
  std::ranges::sort(checked.errors, {}, place);
  const auto repeated = std::ranges::unique(checked.errors);
  checked.errors.erase(repeated.begin(), repeated.end());
  return checked;
}

std::string text_of(const Errors& errors) {
  std::string text;
  for (const Error& error : errors) {
    text += error.at.file;
    if (error.at.line != 0) text += fmt::format(":{}", error.at.line);
    if (error.at.column != 0) text += fmt::format(":{}", error.at.column);
    if (!error.at.file.empty()) text += ": ";
    if (!error.at.path.empty()) text += error.at.path + ": ";
    text += error.message + "\n";
  }
  return text;
}

std::string tenant_schema() { return schema<yaml::TenantFile>("Florin: a tenant, or a style", merged_levels); }

}  // namespace florin::config

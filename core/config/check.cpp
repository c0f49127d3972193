#include "config/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "config/schema.hpp"
#include "config/tenant/shapes.hpp"
#include "florin/printable.hpp"

namespace florin::config {

namespace {

void check_tenant(const std::filesystem::path& file, Checked& checked) {
  Errors errors;
  Tenant tenant = load_tenant(file, errors);
  const auto same = std::ranges::find(checked.tenants, tenant.catalog.tenant,
                                      [](const Tenant& other) { return other.catalog.tenant; });
  if (errors.empty() && same != checked.tenants.end()) errors.push_back(duplicate_tenant(*same, tenant));
  checked.errors.insert(checked.errors.end(), errors.begin(), errors.end());
  if (errors.empty())
    checked.tenants.push_back(std::move(tenant));
  else if (!tenant.catalog.tenant.empty())
    checked.unfit.push_back(std::move(tenant));
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
    Checked::Host host{load_host_file(file, checked.errors), {}, {}};
    for (const std::filesystem::path& tenant : host.says.tenants) {
      const std::size_t fit = checked.tenants.size(), unfit = checked.unfit.size();
      check_tenant(tenant, checked);
      if (checked.tenants.size() != fit) host.tenants.push_back(fit);
      if (checked.unfit.size() != unfit) host.unfit.push_back(unfit);
    }
    checked.hosts.push_back(std::move(host));
  }
  checked.errors = in_order(std::move(checked.errors));
  return checked;
}

Error duplicate_tenant(const Tenant& first, const Tenant& second) {
  const Node& name = *first.tree.child("tenant");
  return {.code = "duplicate_tenant",
          .message = fmt::format("'{}' is the tenant of {}:{} already", name.text, *name.file, name.line),
          .at = second.tree.child("tenant")->where("tenant")};
}

Errors in_order(Errors errors) {
  const auto place = [](const Error& error) {
    return std::tie(error.at.file, error.at.line, error.at.column, error.at.path, error.message);
  };
  std::ranges::sort(errors, {}, place);
  const auto repeated = std::ranges::unique(errors);
  errors.erase(repeated.begin(), repeated.end());
  return errors;
}

std::string text_of(const Errors& errors) {
  std::string text;
  for (const Error& error : errors) {
    text += printable(error.at.file);
    if (error.at.line != 0) text += fmt::format(":{}", error.at.line);
    if (error.at.column != 0) text += fmt::format(":{}", error.at.column);
    if (!error.at.file.empty()) text += ": ";
    if (!error.at.path.empty()) text += printable(error.at.path) + ": ";
    // One that was put together here before, of several, has a line for each.
    const bool of_several = error.message.ends_with('\n');
    text += (of_several ? printable_lines(error.message) : printable(error.message)) + "\n";
  }
  return text;
}

std::string tenant_schema() { return schema<yaml::TenantFile>("Florin: a tenant, or a style", merged_levels); }

}  // namespace florin::config

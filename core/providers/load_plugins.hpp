#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "config/host_file.hpp"
#include "config/tenant/tenant.hpp"
#include "providers/tenant_plugins.hpp"

/// From a host's file to plugins that run: what a host does when it starts, and `florin check` to see that it could.
namespace florin {

/// The plugins that a host's file names; none is made for a tenant yet.
///
/// now      of a host in virtual time, whose quarantines go by it; none: the machine's clock
/// data     the host's folder: of the copies that are loaded, and of the sandbox's books; none: both are kept elsewhere
/// Errors   no_plugin_folder, unsafe_folder; those of the file of pins
Result<std::unique_ptr<TenantPlugins>> load_plugins(const config::HostFile& file,
                                                    const std::optional<std::filesystem::path>& data,
                                                    TenantPlugins::Persons persons, TenantPlugins::Sealed sealed,
                                                    TenantPlugins::Browsers browsers,
                                                    std::function<Instant()> now = {});

/// Makes the plugins of a tenant's version. Errors: what they say, at the operator's lines.
Errors plug_in(TenantPlugins& plugged, const config::Tenant& tenant);

}  // namespace florin

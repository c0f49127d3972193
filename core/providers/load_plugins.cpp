#include "providers/load_plugins.hpp"

#include <unistd.h>

#include <algorithm>

#include "config/pins.hpp"
#include "config/service_file.hpp"

namespace florin {

namespace {

/// Where libraries are copied to before they are loaded: ours alone, and of this user when there is no data folder.
std::filesystem::path folder_of_copies(const std::optional<std::filesystem::path>& data) {
  if (data) return *data / "plugins";
  return std::filesystem::temp_directory_path() / ("florin-" + std::to_string(::geteuid()));
}

/// Where customers reach this host, as the same file says under `serve`; what is wrong in there is said by who serves.
std::string base_url_of(const config::HostFile& file) {
  if (file.plugins_at.file.empty()) return {};
  Errors ignored;
  return config::load_service_settings(file.plugins_at.file, ignored).base_url;
}

/// A plugin speaks of its own block, `/payments/processors/stripe/hosts`; the operator has a file and a line.
Where place_of(const config::Tenant& tenant, const std::string& path) {
  const std::size_t names = path.starts_with("/payments") ? 3 : 1;
  std::size_t end = 0;
  for (std::size_t i = 0; i < names && end != std::string::npos; ++i) end = path.find('/', end + 1);
  std::string block = path.substr(1, end == std::string::npos ? end : end - 1);
  std::ranges::replace(block, '/', '.');
  return config::locate(tenant, block, end == std::string::npos ? "" : path.substr(end));
}

}  // namespace

Result<std::unique_ptr<TenantPlugins>> load_plugins(const config::HostFile& file,
                                                    const std::optional<std::filesystem::path>& data,
                                                    TenantPlugins::Persons persons, TenantPlugins::Sealed sealed,
                                                    TenantPlugins::Browsers browsers, std::function<Instant()> now) {
  PluginPlaces places;
  places.folders = {file.plugins};
  places.copies = folder_of_copies(data);
  if (file.plugin_isolation)
    places.isolation = *file.plugin_isolation == config::PluginsRun::host ? Isolation::host : Isolation::process;
  // Answered before the engine gives the question up, so that it is known why.
  places.limits.decide = {file.plugin_limit.us / 5 * 4};
  if (file.plugin_pins) {
    Errors errors;
    places.pins = config::load_pins(*file.plugin_pins, errors);
    if (!errors.empty()) return errors.front();
  }
  places.trusted = file.plugin_trusted;
  places.now = std::move(now);
  places.tried = file.plugin_tried;
  auto library = PluginLibrary::open(std::move(places));
  if (!library) return library.error();
  return std::make_unique<TenantPlugins>(
      std::move(*library), TenantPlugins::Options{.books = data,
                                                  .payments_in_sandbox = file.payments_in_sandbox,
                                                  .egress = {.deadline = file.egress.deadline,
                                                             .loopback = file.egress.loopback,
                                                             .private_addresses = file.egress.private_addresses},
                                                  .persons = std::move(persons),
                                                  .sealed = std::move(sealed),
                                                  .browsers = std::move(browsers),
                                                  .base_url = base_url_of(file)});
}

Errors plug_in(TenantPlugins& plugged, const config::Tenant& tenant) {
  Errors errors = plugged.plug_in(tenant.catalog);
  for (Error& error : errors) error.at = place_of(tenant, error.at.path);
  return errors;
}

}  // namespace florin

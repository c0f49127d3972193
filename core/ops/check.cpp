#include "florin/check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <iterator>

#include "config/check.hpp"
#include "config/command.hpp"
#include "config/command_page.hpp"
#include "config/hint.hpp"
#include "config/host_file.hpp"
#include "config/service_file.hpp"
#include "config/tenant/tenant.hpp"
#include "config/tenant/warnings.hpp"
#include "florin/printable.hpp"
#include "ops/never_delivered.hpp"
#include "plugins/library.hpp"
#include "providers/load_plugins.hpp"

namespace florin {

namespace fs = std::filesystem;

std::string version() { return FLORIN_VERSION; }

namespace {

/// Of a folder its *.yaml, by name; none of it is an error.
std::vector<fs::path> files_of(const std::vector<std::string>& files, Errors& errors) {
  std::vector<fs::path> all;
  for (const std::string& file : files) {
    std::error_code unknown;
    if (!fs::is_directory(file, unknown)) {
      all.emplace_back(file);
      continue;
    }
    std::vector<fs::path> inside;
    for (const auto& entry : fs::directory_iterator(file, unknown))
      if (entry.path().extension() == ".yaml") inside.push_back(entry.path());
    std::ranges::sort(inside);
    if (inside.empty())
      errors.push_back({.code = "file_missing",
                        .message = "there is no *.yaml in this folder",
                        .at = {.file = file, .line = 0, .column = 0, .path = {}}});
    all.insert(all.end(), inside.begin(), inside.end());
  }
  return all;
}

/// Whether an error of a plugin only complains of a hole that another error has left: of its whole block, of a value in
/// it that could not be read, or of a plugin without a name. A key that is missing hides nothing but the same key.
bool complains_of(const Error& said, const Error& hole) {
  if (said.at.path.empty()) return true;  // its block is not there
  if (said.at.file != hole.at.file) return false;
  if (said.at.path == hole.at.path || hole.at.path == said.at.path + ".plugin") return true;
  return hole.code != "missing_key" && said.at.path.starts_with(hole.at.path + ".");
}

/// What the block `serve` says about tenants that are none of the host's: it would never happen.
Errors unknown_tenants(const config::HostFile& host, const std::vector<config::Tenant>& tenants) {
  Errors errors, said_already;
  const ServiceSettings service = config::load_service_settings(host.plugins_at.file, said_already);
  std::vector<std::string_view> known;
  for (const config::Tenant& tenant : tenants) known.push_back(tenant.catalog.tenant.text());
  const auto look = [&](const std::string& named, const std::string& path) {
    if (std::ranges::find(known, named) != known.end()) return;
    const std::string meant = config::did_you_mean(named, known);
    errors.push_back({.code = "no_such_tenant",
                      .message = "there is no tenant '" + named + "'" +
                                 (meant.empty() && !known.empty() ? ": write " + config::choice(known) : meant),
                      .at = {.file = host.plugins_at.file, .line = 0, .column = 0, .path = path}});
  };
  for (const WebhookEndpoint& one : service.webhooks) look(one.tenant, "serve.webhooks." + one.name + ".tenant");
  for (const std::string& one : service.public_offer) look(one, "serve.portal.public_offer");
  for (const StaffGroup& group : service.staff_proxy.of_groups)
    for (const std::string& one : group.tenants) look(one, "serve.console.proxy.groups." + group.name + ".tenants");
  return errors;
}

/// Tenants whose plugins are asked: those without an error so far, and those with errors as far as they can be read.
struct Asked {
  std::vector<config::Tenant> fit, unfit;
};

/// What the plugins of a host file say is wrong with tenants; those that they find fit. Errors: they cannot be loaded.
Result<Errors> said_by_plugins(const config::HostFile& host, const Asked& asked, const Errors& before,
                               std::vector<std::string>& fit) {
  const auto plugged = load_plugins(host, std::nullopt, {}, {}, {});
  if (!plugged) return plugged.error();
  Errors errors;
  for (config::Tenant tenant : asked.fit) {
    tenant.catalog.version = 1;
    Errors said = plug_in(**plugged, tenant);
    if (said.empty()) said = never_delivered(**plugged, tenant);
    if (said.empty()) fit.push_back(tenant.catalog.tenant.text());
    std::ranges::move(said, std::back_inserter(errors));
  }
  for (config::Tenant tenant : asked.unfit) {
    tenant.catalog.version = 1;
    Errors said = plug_in(**plugged, tenant);
    std::erase_if(said, [&](const Error& error) {
      return std::ranges::any_of(before, [&](const Error& hole) { return complains_of(error, hole); });
    });
    std::ranges::move(said, std::back_inserter(errors));
  }
  return errors;
}

}  // namespace

ConfigCheck check_config(const std::vector<std::string>& files, const std::string& host) {
  ConfigCheck check;
  Errors errors;
  config::Checked checked = config::check_files(files_of(files, errors));
  std::ranges::move(checked.errors, std::back_inserter(errors));

  std::vector<bool> asked(checked.tenants.size(), false), asked_unfit(checked.unfit.size(), false);
  for (const config::Checked::Host& one : checked.hosts) {
    Asked own;
    for (const std::size_t tenant : one.tenants) {
      own.fit.push_back(checked.tenants[tenant]);
      asked[tenant] = true;
    }
    for (const std::size_t tenant : one.unfit) {
      own.unfit.push_back(checked.unfit[tenant]);
      asked_unfit[tenant] = true;
    }
    if (own.unfit.empty()) std::ranges::move(unknown_tenants(one.says, own.fit), std::back_inserter(errors));
    if (one.says.plugins.empty()) continue;  // its error is said already
    auto said = said_by_plugins(one.says, own, errors, check.tenants);
    if (said) std::ranges::move(*said, std::back_inserter(errors));
    if (!said)
      errors.push_back({.code = said.error().code,
                        .message = said.error().message,
                        .at = said.error().at.file.empty() ? one.says.plugins_at : said.error().at});
  }

  Asked others;
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (!asked[i]) others.fit.push_back(checked.tenants[i]);
  for (std::size_t i = 0; i < asked_unfit.size(); ++i)
    if (!asked_unfit[i]) others.unfit.push_back(checked.unfit[i]);
  if (!others.fit.empty() || !others.unfit.empty()) {
    Errors unfit;
    const config::HostFile file = config::load_host_file(host, unfit);
    auto said = unfit.empty() ? said_by_plugins(file, others, errors, check.tenants) : Result<Errors>(unfit.front());
    if (said) std::ranges::move(*said, std::back_inserter(errors));
    if (!said) {
      check.not_asked = as_text({said.error()});
      for (const config::Tenant& tenant : others.fit) check.tenants.push_back(tenant.catalog.tenant.text());
    }
  }

  check.errors = config::in_order(std::move(errors));
  for (const config::Tenant& tenant : checked.tenants)
    std::ranges::move(config::warnings_of(tenant.catalog), std::back_inserter(check.warnings));
  check.warnings = config::in_order(std::move(check.warnings));
  return check;
}

std::vector<std::string> tenant_files(const std::vector<std::string>& files) {
  Errors errors;
  std::vector<std::string> tenants;
  for (const fs::path& file : files_of(files, errors)) {
    const auto text = config::read_file(file);
    const auto tree = text ? config::parse_yaml(*text, file.string()) : Result<config::Node>(text.error());
    if (!tree || tree->child("tenants") == nullptr) {
      tenants.push_back(file.string());
      continue;
    }
    for (const fs::path& tenant : config::host_file(*tree, file, errors).tenants) tenants.push_back(tenant.string());
  }
  return tenants;
}

Result<std::string> effective_tenant(const std::string& file) {
  Errors errors;
  const config::Tenant tenant = config::load_tenant(file, errors);
  if (!errors.empty()) return errors.front();
  return config::effective(tenant);
}

std::string as_text(const Errors& errors) { return config::text_of(errors); }

std::string as_json(const Errors& errors) {
  boost::json::array array;
  for (const Error& error : errors)
    array.push_back(boost::json::object{{"code", error.code},
                                        {"message", error.message},
                                        {"file", error.at.file},
                                        {"line", error.at.line},
                                        {"column", error.at.column},
                                        {"path", error.at.path}});
  return boost::json::serialize(array);
}

std::vector<SchemaFile> schemas() {
  return {{"tenant.json", config::tenant_schema()}, {"florin.json", config::host_file_schema()}};
}

Errors command_errors(std::string_view json) {
  Errors errors;
  (void)config::command_of_json(json, errors);
  return config::in_order(std::move(errors));
}

std::string hint(std::string_view written, const std::vector<std::string>& known) {
  const std::vector<std::string_view> words(known.begin(), known.end());
  const std::string meant = config::did_you_mean(written, words);
  return !meant.empty() || words.empty() ? meant : ": " + config::choice(words);
}

std::string commands_page() { return config::command_page(); }

Result<std::vector<PluginListing>> list_plugins(const std::string& folder) {
  PluginPlaces places;
  places.folders = {folder};
  places.copies = fs::temp_directory_path() / ("florin-" + std::to_string(::geteuid()));
  const auto library = PluginLibrary::open(std::move(places));
  if (!library) return library.error();
  std::vector<PluginListing> listed;
  for (const PluginFile& file : library->files()) {
    PluginListing& plugin = listed.emplace_back(PluginListing{.file = file.path.string(),
                                                              .id = file.id,
                                                              .version = file.manifest.version,
                                                              .sha256 = file.sha256,
                                                              .interfaces = file.manifest.interfaces,
                                                              .refused = {},
                                                              .key = file.key});
    if (file.refused) plugin.refused.push_back(*file.refused);
  }
  return listed;
}

std::string as_text(const std::vector<PluginListing>& plugins) {
  std::string text;
  for (const PluginListing& plugin : plugins) {
    text += printable(fmt::format("{} {} sha256:{} {}", plugin.id, plugin.version.empty() ? "?" : plugin.version,
                                  plugin.sha256, plugin.file)) +
            "\n";
    for (const std::string& offered : plugin.interfaces) text += "    " + printable(offered) + "\n";
    if (!plugin.key.empty()) text += "    signed by " + plugin.key + "\n";
    for (const Error& error : plugin.refused)
      text += fmt::format("    REFUSED {}: {}\n", error.code, printable(error.message));
  }
  return text;
}

std::string as_json(const std::vector<PluginListing>& plugins) {
  boost::json::array array;
  for (const PluginListing& plugin : plugins) {
    boost::json::array interfaces;
    for (const std::string& offered : plugin.interfaces) interfaces.emplace_back(offered);
    boost::json::object listed{{"id", plugin.id},     {"version", plugin.version},           {"sha256", plugin.sha256},
                               {"file", plugin.file}, {"interfaces", std::move(interfaces)}, {"refused", nullptr}};
    if (!plugin.key.empty()) listed["key"] = plugin.key;
    if (!plugin.refused.empty())
      listed["refused"] =
          boost::json::object{{"code", plugin.refused.front().code}, {"message", plugin.refused.front().message}};
    array.push_back(std::move(listed));
  }
  return boost::json::serialize(array);
}

}  // namespace florin

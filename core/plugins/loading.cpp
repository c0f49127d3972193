#include "plugins/loading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/dll/shared_library.hpp>
#include <map>
#include <mutex>

#include "plugins/gate.hpp"
#include "plugins/json_table.hpp"

namespace florin {

namespace {
constexpr const char* entry_symbol = "florin_plugin_entry_1";
}  // namespace

Result<const florin_entry_1*> load_entry(const std::filesystem::path& file) {
  static std::mutex one_at_a_time;
  static auto* const loaded = new std::map<std::string, boost::dll::shared_library>;
  const std::lock_guard lock(one_at_a_time);
  try {
    auto& library = (*loaded)[file.string()];
    if (!library.is_loaded()) library.load(file, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    if (!library.has(entry_symbol))
      return Error{.code = "not_a_plugin",
                   .message = fmt::format("it does not export {}; make it with FLORIN_PLUGIN", entry_symbol)};
    const auto* entry = library.get<const florin_entry_1*()>(entry_symbol)();
    if (entry == nullptr || entry->size < sizeof(florin_entry_1) || entry->create == nullptr || entry->query == nullptr)
      return Error{.code = "not_a_plugin", .message = fmt::format("{} gives no whole entry", entry_symbol)};
    if (entry->abi_minor > FLORIN_ABI_MINOR)
      return Error{.code = "wrong_abi",
                   .message = fmt::format("its code is built for plugin interface {}.{}, which is newer than this "
                                          "host's {}.{}: run a newer host, or build it with the header of this one",
                                          FLORIN_ABI_MAJOR, entry->abi_minor, FLORIN_ABI_MAJOR, FLORIN_ABI_MINOR)};
    return entry;
  } catch (const std::exception& error) {
    return Error{.code = "not_loadable", .message = fmt::format("it cannot be loaded: {}", error.what())};
  } catch (...) {
    return Error{.code = "not_loadable", .message = "it threw an exception while it was loaded"};
  }
}

Error lacks_interface(const Manifest& manifest, std::string_view interface_id) {
  return {.code = "lacks_interface",
          .message = fmt::format("plugin '{}' does not offer {}; it offers: {}", manifest.id, interface_id,
                                 fmt::join(manifest.interfaces, ", "))};
}

std::expected<std::shared_ptr<PluginInstance>, Errors> make_instance(const florin_entry_1* entry,
                                                                     const Manifest& manifest, const char* interface_id,
                                                                     const std::string& tenant,
                                                                     const std::string& config_json) {
  auto instance = std::make_shared<PluginInstance>();
  instance->manifest = manifest;
  instance->entry = entry;
  const JsonTable config(config_json);
  const florin_setup in{sizeof in, FLORIN_ABI_MINOR, lent(config_json), config.list(), lent(tenant)};
  Errors problems;
  try {
    const auto& made = ask("create", [&](florin_arena* arena) { return entry->create(&in, arena); });
    instance->plugin = made.plugin;
    for_each<florin_problem>(made.problems, [&](const florin_problem& problem) {
      problems.push_back({.code = "create_failed",
                          .message = gate::foreign(problem.text),
                          .at = {.path = gate::foreign(problem.path)}});
    });
    if (problems.empty() && instance->plugin == nullptr)
      throw PluginFault("create_failed", "was not made and says no reason");
    if (problems.empty()) instance->table = entry->query(instance->plugin, interface_id);
  } catch (const PluginFault& fault) {
    return std::unexpected(Errors{fault.error(manifest)});
  } catch (...) {
    return std::unexpected(Errors{PluginFault("plugin_failed", "threw an exception out of query").error(manifest)});
  }
  if (!problems.empty()) return std::unexpected(problems);
  if (instance->table == nullptr) return std::unexpected(Errors{lacks_interface(manifest, interface_id)});
  return instance;
}

}  // namespace florin

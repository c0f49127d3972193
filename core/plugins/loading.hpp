#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "florin/result.hpp"
#include "plugins/instance.hpp"

namespace florin {

/// Loads a shared object for as long as the process lives: a library with thread-local data or unique symbols would
/// stay mapped anyway, and what is loaded again would meet its old statics. Errors: not_loadable, not_a_plugin,
/// wrong_abi.
Result<const florin_entry_1*> load_entry(const std::filesystem::path& file);

/// Makes an instance of a loaded plugin.
/// Errors: lacks_interface, plugin_failed, bad_answer; create_failed: one for each problem, `at.path` a JSON pointer.
std::expected<std::shared_ptr<PluginInstance>, Errors> make_instance(const florin_entry_1* entry,
                                                                     const Manifest& manifest, const char* interface_id,
                                                                     const std::string& tenant,
                                                                     const std::string& config_json);

/// What a plugin that lacks an interface is told.
Error lacks_interface(const Manifest& manifest, std::string_view interface_id);

}  // namespace florin

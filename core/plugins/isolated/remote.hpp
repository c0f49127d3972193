#pragma once

#include <expected>
#include <memory>
#include <string>

#include "plugins/isolated/runner.hpp"

namespace florin::isolated {

/// An instance whose functions run in a process of their own. Its table is called as that of a plugin that was loaded
/// here, so the classes above know no difference; a fault of the process is thrown as PluginFault out of the call.
/// Errors: those of Runner::make; lacks_interface
std::expected<std::shared_ptr<const PluginInstance>, Errors> make_remote(std::shared_ptr<Runners> runners,
                                                                         const std::string& sha256, Runner::Of of,
                                                                         const Manifest& manifest,
                                                                         const char* interface_id,
                                                                         const std::string& config_json);

}  // namespace florin::isolated

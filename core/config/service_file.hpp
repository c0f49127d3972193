#pragma once

#include <filesystem>

#include "config/document.hpp"
#include "florin/service_settings.hpp"

namespace florin::config {

/// The block `serve:` of a florin.yaml, its paths resolved from the folder that it lies in. Errors: as load_host_file;
/// bad_origin, bad_url, bad_drain, secret_in_file.
ServiceSettings load_service_settings(const std::filesystem::path& file, Errors& errors);

}  // namespace florin::config

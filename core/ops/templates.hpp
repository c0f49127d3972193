#pragma once

#include <span>
#include <string_view>

namespace florin::ops {

/// A file of sdk/templates as it stood when this was built.
struct TemplateFile {
  std::string_view name;  ///< `processor-cpp/my_plugin.cpp`
  std::string_view text;
};
std::span<const TemplateFile> template_files();

}  // namespace florin::ops

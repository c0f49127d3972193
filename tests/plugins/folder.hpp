#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "plugins/library.hpp"

namespace florin::test {

namespace fs = std::filesystem;

/// A folder of plugins that is gone after the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "florin-plugins-XXXXXX").string();
    path = mkdtemp(name.data());
    fs::create_directory(path / "plugins");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }

  fs::path plugin(const std::string& name) const { return path / "plugins" / (name + ".so"); }
  Folder& with(const std::string& fixture) {
    fs::copy_file(fs::path(FLORIN_FIXTURES) / (fixture + ".so"), plugin(fixture));
    return *this;
  }
  Folder& with_bytes(const std::string& name, const std::string& bytes) {
    std::ofstream(plugin(name), std::ios::binary) << bytes;
    return *this;
  }
  PluginPlaces places() const {
    PluginPlaces where{.folders = {path / "plugins"}, .copies = path / "copies", .pins = {}};
    where.limits.decide = seconds(5);  // a machine that does much else is not what is tried here
    return where;
  }
  PluginLibrary open(Isolation isolation = Isolation::process) const {
    PluginPlaces where = places();
    if (isolation == Isolation::process) return *PluginLibrary::open(std::move(where));
    where.shipped.emplace();  // what ships with the host may run in it
    const PluginLibrary library = *PluginLibrary::open(places());
    for (const PluginFile& file : library.files()) where.shipped->insert(file.sha256);
    return *PluginLibrary::open(std::move(where));
  }

  fs::path path;
};

inline std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The plugins that ship with the host, opened once.
inline const PluginLibrary& shipped() {
  static const Folder folder;
  static const PluginLibrary library =
      *PluginLibrary::open({.folders = {FLORIN_SHIPPED}, .copies = folder.path / "copies", .pins = {}});
  return library;
}

}  // namespace florin::test

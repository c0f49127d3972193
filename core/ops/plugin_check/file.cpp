#include <elf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>
#include <regex>
#include <set>

#include "ops/plugin_check/rules.hpp"
#include "plugins/manifest.hpp"

/// What can be seen of a plugin's file without running any of it.
namespace florin::plugin_check {

namespace {

/// A shared object of this machine, looked at with every offset checked.
class Elf {
 public:
  explicit Elf(std::string_view bytes) : bytes_(bytes), header_(at<Elf64_Ehdr>(0)) {}

  template <class T>
  T at(std::uint64_t offset) const {
    T value{};
    if (offset <= bytes_.size() && bytes_.size() - offset >= sizeof value)
      std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  std::string text(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const std::string_view rest = bytes_.substr(offset);
    return std::string(rest.substr(0, rest.find('\0')));
  }
  std::vector<Elf64_Shdr> sections() const {
    std::vector<Elf64_Shdr> all;
    for (int i = 0; i < header_.e_shnum; ++i)
      all.push_back(at<Elf64_Shdr>(header_.e_shoff + static_cast<std::uint64_t>(i) * header_.e_shentsize));
    return all;
  }
  /// Names of what others may link against.
  std::vector<std::string> exports() const {
    std::vector<std::string> names;
    const auto all = sections();
    for (const Elf64_Shdr& section : all) {
      if (section.sh_type != SHT_DYNSYM || section.sh_link >= all.size()) continue;
      for (std::uint64_t i = 1; i * sizeof(Elf64_Sym) < std::min<std::uint64_t>(section.sh_size, bytes_.size()); ++i) {
        const auto symbol = at<Elf64_Sym>(section.sh_offset + i * sizeof(Elf64_Sym));
        if (symbol.st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol.st_info) != STB_LOCAL)
          names.push_back(text(all[section.sh_link].sh_offset + symbol.st_name));
      }
    }
    return names;
  }
  struct Needs {
    std::vector<std::string> libraries;
    bool path = false;  ///< it says where else libraries are looked for
  };
  Needs needs() const {
    Needs needs;
    const auto all = sections();
    for (const Elf64_Shdr& section : all) {
      if (section.sh_type != SHT_DYNAMIC || section.sh_link >= all.size()) continue;
      for (std::uint64_t i = 0; i * sizeof(Elf64_Dyn) < std::min<std::uint64_t>(section.sh_size, bytes_.size()); ++i) {
        const auto entry = at<Elf64_Dyn>(section.sh_offset + i * sizeof(Elf64_Dyn));
        if (entry.d_tag == DT_NEEDED)
          needs.libraries.push_back(text(all[section.sh_link].sh_offset + entry.d_un.d_val));
        needs.path = needs.path || entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH;
      }
    }
    return needs;
  }
  bool executable_stack() const {
    for (int i = 0; i < header_.e_phnum; ++i) {
      const auto segment = at<Elf64_Phdr>(header_.e_phoff + static_cast<std::uint64_t>(i) * header_.e_phentsize);
      if (segment.p_type == PT_GNU_STACK) return (segment.p_flags & PF_X) != 0;
    }
    return true;  // none said: the loader takes it for executable
  }

 private:
  std::string_view bytes_;
  Elf64_Ehdr header_;
};

std::string libraries_are_known(const Elf& elf) {
  static const std::regex known(R"((libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\+\+|libc\+\+|libc\+\+abi|)"
                                R"(libunwind|ld-linux-.*)\.so.*)");
  const auto needs = elf.needs();
  for (const std::string& library : needs.libraries)
    if (!std::regex_match(library, known))
      throw Broken{fmt::format("it needs {}, which a host need not have: link it in, or do without", library),
                   "readelf -d FILE | grep NEEDED"};
  if (needs.path)
    throw Broken{"it says where libraries are looked for (RPATH): whoever can write there runs as the host",
                 "readelf -d FILE | grep -i path"};
  return fmt::format("it needs {}",
                     needs.libraries.empty() ? "nothing" : fmt::format("{}", fmt::join(needs.libraries, ", ")));
}

void known_words(const boost::json::object& object, const std::set<std::string_view>& known, const std::string& where) {
  for (const auto& [name, value] : object)
    if (!known.contains(name))
      throw Broken{fmt::format("'{}' is not known {}: {}", std::string_view(name), where, fmt::join(known, ", ")), {}};
}

std::string manifest_is_whole(const std::string& section) {
  namespace json = boost::json;
  const json::object manifest = json::parse(std::string_view(section).substr(section.find('\n') + 1)).as_object();
  known_words(manifest,
              {"id", "version", "interfaces", "endpoints", "secrets", "credentials", "person", "browser", "config"},
              "in a manifest");
  static const std::regex version(R"(\d+\.\d+\.\d+([-+][0-9A-Za-z.-]+)?)");
  const std::string written(manifest.at("version").as_string());
  if (!std::regex_match(written, version))
    throw Broken{fmt::format("version '{}' is not one such as 1.0.0", written), {}};
  static const std::set<std::string_view> interfaces = {"florin.processor/1", "florin.method/1",
                                                        "florin.credit_policy/1", "florin.tax/1"};
  for (const json::value& one : manifest.at("interfaces").as_array())
    if (!one.is_string() || !interfaces.contains(std::string_view(one.as_string())))
      throw Broken{fmt::format("{} is no interface: {}", json::serialize(one), fmt::join(interfaces, ", ")), {}};
  if (const auto* endpoints = manifest.if_contains("endpoints"))
    for (const auto& [name, address] : endpoints->as_object())
      if (!std::string_view(address.as_string()).starts_with("https://") && address.as_string() != "sandbox:")
        throw Broken{fmt::format("endpoint '{}' is no https address", std::string_view(name)), {}};
  if (const auto* secrets = manifest.if_contains("secrets"))
    for (const auto& [name, what] : secrets->as_object()) known_words(what.as_object(), {"for"}, "of a secret");
  const auto* config = manifest.if_contains("config");
  if (config == nullptr)
    return "it has no schema for its block (`config`): editors cannot complete it, and examples cannot be tried";
  if (!config->is_object() || config->as_object().if_contains("type") == nullptr ||
      config->as_object().at("type") != "object")
    throw Broken{R"('config' is a JSON Schema of an object: {"type": "object", "properties": {...}})", {}};
  return "every word of it is known";
}

}  // namespace

void check_file(Notes& notes, const PluginFile& file, const std::string& bytes) {
  const Elf elf(bytes);
  notes.hold("file.exports", [&] {
    const auto names = elf.exports();
    if (names != std::vector<std::string>{"florin_plugin_entry_1"})
      throw Broken{fmt::format("it exports {}: link it with florin_plugin.map, so that it exports "
                               "florin_plugin_entry_1 alone",
                               fmt::join(names, ", ")),
                   "nm -D --defined-only FILE"};
    return std::string("it exports florin_plugin_entry_1 alone");
  });
  notes.hold("file.libraries", [&] { return libraries_are_known(elf); });
  notes.hold("file.stack", [&] {
    if (elf.executable_stack())
      throw Broken{"its stack is executable: link with -z noexecstack, and mark assembly with .note.GNU-stack",
                   "readelf -lW FILE | grep STACK"};
    return std::string("its stack is not executable");
  });
  notes.hold("file.manifest", [&] { return manifest_is_whole(must(manifest_section(bytes))); });
  (void)file;
}

}  // namespace florin::plugin_check

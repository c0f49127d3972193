#include "plugins/manifest.hpp"

#include <elf.h>
#include <florin/plugin.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cstring>
#include <optional>

#include "florin/id.hpp"

namespace florin {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half this_machine = EM_X86_64;
constexpr std::string_view this_machine_name = "x86-64";
#elif defined(__aarch64__)
constexpr Elf64_Half this_machine = EM_AARCH64;
constexpr std::string_view this_machine_name = "AArch64";
#else
#error "Florin runs on x86-64 and AArch64"
#endif

constexpr std::uint64_t most_manifest_bytes = 64 << 10;

Error not_a_plugin(std::string_view why) {
  return {.code = "not_a_plugin", .message = fmt::format("this is no Florin plugin: {}", why)};
}

Error bad_manifest(std::string_view why) {
  return {.code = "bad_manifest", .message = fmt::format("the manifest in section .florin is wrong: {}", why)};
}

/// A struct of the file at `offset`; none when it does not lie inside.
template <class T>
std::optional<T> at(std::string_view file, std::uint64_t offset) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

std::string_view part(std::string_view file, std::uint64_t offset, std::uint64_t size) {
  if (offset > file.size() || file.size() - offset < size) return {};
  return file.substr(offset, size);
}

std::string_view up_to_zero(std::string_view text) { return text.substr(0, text.find('\0')); }

/// A text member that must be there.
std::optional<std::string> text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().empty()) return std::nullopt;
  return std::string(value->get_string());
}

/// `secrets` or `credentials`: names, each with the endpoint that it may be sent to.
Status read_bound(const boost::json::object& object, const std::string& member,
                  const std::map<std::string, std::string>& endpoints, std::map<std::string, std::string>& into) {
  const auto* names = object.if_contains(member);
  if (names == nullptr) return Done{};
  if (!names->is_object()) return bad_manifest(fmt::format("'{}' is an object of names", member));
  const std::string one = member.substr(0, member.size() - 1);
  for (const auto& [name, what] : names->get_object()) {
    if (!what.is_object())
      return bad_manifest(fmt::format("{} '{}' is an object, as {{\"for\": endpoint}}", one, std::string_view(name)));
    const std::string endpoint = text_of(what.get_object(), "for").value_or("");
    if (!endpoint.empty() && !endpoints.contains(endpoint))
      return bad_manifest(fmt::format("{} '{}' is for endpoint '{}', which is not among 'endpoints'", one,
                                      std::string_view(name), endpoint));
    into.emplace(name, endpoint);
  }
  return Done{};
}

}  // namespace

bool Manifest::offers(std::string_view interface_id) const {
  return std::find(interfaces.begin(), interfaces.end(), interface_id) != interfaces.end();
}

std::string Manifest::bound_to(const std::string& name) const {
  for (const auto* known : {&secrets, &credentials})
    if (const auto found = known->find(name); found != known->end()) return found->second;
  return {};
}

Result<std::string> manifest_section(std::string_view file) {
  const auto header = at<Elf64_Ehdr>(file, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
    return not_a_plugin("it is no shared object (ELF); build it with -shared");
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
      header->e_machine != this_machine)
    return Error{.code = "wrong_machine",
                 .message = fmt::format("it is built for another machine; this host needs 64-bit {} (ELF machine {}, "
                                        "the file says {})",
                                        this_machine_name, this_machine, header->e_machine)};
  if (header->e_type != ET_DYN) return not_a_plugin("it is no shared object but a program or an object file");

  const bool whole = header->e_shentsize == sizeof(Elf64_Shdr) &&
                     !part(file, header->e_shoff, header->e_shnum * sizeof(Elf64_Shdr)).empty();
  const auto section = [&](std::uint64_t index) {
    return whole && index < header->e_shnum ? at<Elf64_Shdr>(file, header->e_shoff + index * sizeof(Elf64_Shdr))
                                            : std::nullopt;
  };
  const auto names = section(header->e_shstrndx);
  if (!names) return not_a_plugin("its table of sections is missing or broken; do not strip section headers");
  const std::string_view name_text = part(file, names->sh_offset, names->sh_size);
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto one = section(i);
    if (!one || one->sh_name >= name_text.size() || one->sh_type == SHT_NOBITS) continue;
    // Not searched for its end: many sections may name one long text.
    if (!name_text.substr(one->sh_name).starts_with(std::string_view(".florin\0", 8))) continue;
    if (one->sh_size > most_manifest_bytes) return bad_manifest("it is longer than 64 KiB");
    return std::string(up_to_zero(part(file, one->sh_offset, one->sh_size)));
  }
  return not_a_plugin("it has no section .florin; put the manifest there with FLORIN_PLUGIN or FLORIN_MANIFEST");
}

namespace {

/// `line`: `florin 1.0`. Errors: wrong_abi.
Status must_be_of_our_abi(std::string_view line) {
  const std::string here = fmt::format("{}.{}", FLORIN_ABI_MAJOR, FLORIN_ABI_MINOR);
  int major = 0, minor = -1;
  const auto dot = line.find('.');
  if (dot != std::string_view::npos) {
    std::from_chars(line.data() + 7, line.data() + dot, major);
    std::from_chars(line.data() + dot + 1, line.data() + line.size(), minor);
  }
  if (major == FLORIN_ABI_MAJOR && minor > FLORIN_ABI_MINOR)
    return Error{
        .code = "wrong_abi",
        .message = fmt::format("it is built for plugin interface {}, which is newer than this host's {}: run a "
                               "newer host, or build it with the header of this one",
                               line.substr(7, 20), here)};
  if (major != FLORIN_ABI_MAJOR || minor < 0)
    return Error{.code = "wrong_abi",
                 .message = fmt::format("it is built for plugin interface {}, this host speaks {}; build it with the "
                                        "header of this host",
                                        line.substr(7, 20), here)};
  return Done{};
}

}  // namespace

Result<Manifest> read_manifest(std::string_view section) {
  const std::string_view line = section.substr(0, section.find('\n'));
  if (!line.starts_with("florin ") || line.size() == section.size())
    return bad_manifest("it begins with a line such as 'florin 1.0'; use FLORIN_PLUGIN or FLORIN_MANIFEST");
  if (const Status ours = must_be_of_our_abi(line); !ours) return ours.error();

  boost::json::error_code ec;
  const boost::json::value read = boost::json::parse(section.substr(line.size() + 1), ec);
  if (ec || !read.is_object()) return bad_manifest("it is no JSON object");
  const boost::json::object& object = read.get_object();

  Manifest manifest;
  manifest.id = text_of(object, "id").value_or("");
  manifest.version = text_of(object, "version").value_or("");
  if (!is_id(manifest.id)) return bad_manifest("'id' is 1 to 64 of a-z, 0-9, _ and -");
  if (manifest.version.empty()) return bad_manifest("'version' is missing, as \"1.0.0\"");
  if (const auto* list = object.if_contains("interfaces"); list != nullptr && list->is_array())
    for (const auto& one : list->get_array())
      if (one.is_string()) manifest.interfaces.emplace_back(one.get_string());
  if (manifest.interfaces.empty())
    return bad_manifest("'interfaces' names at least one, as [\"florin.credit_policy/1\"]");
  if (const auto* endpoints = object.if_contains("endpoints"); endpoints != nullptr) {
    if (!endpoints->is_object()) return bad_manifest("'endpoints' is an object of names and addresses");
    for (const auto& [name, address] : endpoints->get_object()) {
      if (!address.is_string()) return bad_manifest(fmt::format("endpoint '{}' is an address", std::string_view(name)));
      manifest.endpoints.emplace(name, address.get_string());
    }
  }
  for (const auto& [member, into] :
       {std::pair("secrets", &manifest.secrets), std::pair("credentials", &manifest.credentials)})
    if (const auto read_all = read_bound(object, member, manifest.endpoints, *into); !read_all) return read_all.error();
  if (const auto* person = object.if_contains("person"); person != nullptr) {
    if (!person->is_array()) return bad_manifest("'person' is a list of words, as [\"email\", \"phone\"]");
    for (const auto& word : person->get_array()) {
      if (!word.is_string()) return bad_manifest("'person' is a list of words, as [\"email\", \"phone\"]");
      manifest.person.emplace_back(word.get_string());
    }
  }
  if (const auto* browser = object.if_contains("browser"); browser != nullptr) {
    if (!browser->is_bool()) return bad_manifest("'browser' is true or false");
    manifest.browser = browser->get_bool();
  }
  if (const auto* schema = object.if_contains("config"); schema != nullptr)
    manifest.config_schema = boost::json::serialize(*schema);
  return manifest;
}

}  // namespace florin

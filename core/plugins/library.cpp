#include "plugins/library.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "domain/catalog/nearest.hpp"
#include "florin/tell_operator.hpp"
#include "plugins/instance.hpp"
#include "plugins/isolated/remote.hpp"
#include "plugins/loading.hpp"
#include "plugins/schema.hpp"
#include "plugins/signature.hpp"

namespace florin {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_file_bytes = 256 << 20;

/// A file descriptor that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason_of(int error) { return std::strerror(error); }

Error at_file(Error error, const fs::path& file) {
  error.message = file.string() + ": " + error.message;
  error.at.file = file.string();
  return error;
}

/// Whether somebody else may change what is here, which would run as this user.
std::optional<Error> changeable_by_others(const struct stat& about, std::string_view right_mode) {
  const bool foreign = about.st_uid != 0 && about.st_uid != ::geteuid();
  const bool group = (about.st_mode & S_IWGRP) != 0 && about.st_gid != 0 && about.st_gid != ::getegid();
  if (!foreign && !group && (about.st_mode & S_IWOTH) == 0) return std::nullopt;
  return Error{.code = "unsafe_plugin",
               .message = foreign ? "it belongs to another user, who could change it: make it yours or root's"
                                  : fmt::format("others may write to it (mode {:o}), and what they write would run as "
                                                "this host: make it mode {}",
                                                about.st_mode & 07777, right_mode)};
}

/// The bytes of a regular file, opened once and without following a link.
Result<std::string> bytes_of(const fs::path& path) {
  // A pipe would keep us waiting for who writes into it.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat about{};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0)
    return Error{.code = "not_a_plugin",
                 .message = errno == ELOOP ? "it is a link; put the file itself here"
                                           : fmt::format("it cannot be read: {}", reason_of(errno))};
  if (!S_ISREG(about.st_mode) || about.st_size > most_file_bytes)
    return Error{.code = "not_a_plugin", .message = "it is no regular file of at most 256 MiB"};
  if (auto unsafe = changeable_by_others(about, "644")) return *std::move(unsafe);
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Error{.code = "not_a_plugin", .message = "it changed while it was read"};
    have += static_cast<std::size_t>(n);
  }
  return bytes;
}

std::string sha256_of(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

/// Makes the folder of copies if need be and sees to it that nobody else can write there.
std::optional<Error> make_ours(const fs::path& folder) {
  std::error_code ec;
  if (fs::create_directories(folder, ec); !ec) fs::permissions(folder, fs::perms::owner_all, ec);
  struct stat about{};
  if (!ec && ::lstat(folder.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == ::geteuid() &&
      (about.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return std::nullopt;
  return Error{.code = "unsafe_folder",
               .message = fmt::format("{}: copies of plugins need a folder that belongs to this user and nobody else "
                                      "may write to",
                                      folder.string())};
}

/// Puts `bytes` into a file that is named by their hash. What is there already and has that hash stays.
std::optional<Error> keep(const std::string& bytes, const fs::path& copy, const std::string& sha256) {
  if (const auto there = bytes_of(copy); there && sha256_of(*there) == sha256) return std::nullopt;
  const fs::path fresh = copy.string() + fmt::format(".{}", ::getpid());
  ::unlink(fresh.c_str());
  {
    const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IXUSR));
    std::size_t done = 0;
    while (file.get() >= 0 && done < bytes.size()) {
      const ssize_t n = ::write(file.get(), bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno != EINTR) break;
      done += n < 0 ? 0 : static_cast<std::size_t>(n);
    }
    if (file.get() >= 0 && done == bytes.size() && ::rename(fresh.c_str(), copy.c_str()) == 0) return std::nullopt;
  }
  const int error = errno;
  ::unlink(fresh.c_str());
  return Error{.code = "not_loadable",
               .message = fmt::format("its copy {} cannot be written: {}", copy.string(), reason_of(error))};
}

/// Whether the lock file lets this one in.
std::optional<Error> unlike_pin(const PluginFile& file, const PluginPlaces& places) {
  if (!places.pins) return std::nullopt;
  const auto pin = places.pins->find(file.id);
  if (pin == places.pins->end())
    return Error{
        .code = "unpinned",
        .message = fmt::format("plugin '{}' is not in the lock file; if it is the one you want, add its SHA-256 "
                               "{}",
                               file.id, file.sha256)};
  if (pin->second != file.sha256)
    return Error{
        .code = "pin_mismatch",
        .message = fmt::format("plugin '{}' has SHA-256 {}, the lock file says {}", file.id, file.sha256, pin->second)};
  return std::nullopt;
}

/// Reads who signed it, if anybody has.
std::optional<Error> read_signer(PluginFile& file) {
  const fs::path beside = file.path.string() + ".sig";
  std::error_code failed;
  if (!fs::exists(fs::symlink_status(beside, failed))) return std::nullopt;
  const auto text = bytes_of(beside);
  if (!text) return Error{.code = "bad_signature", .message = "its signature " + text.error().message};
  auto key = signature::signer({file.id, file.manifest.version, file.sha256}, *text);
  if (!key) return key.error();
  file.key = *std::move(key);
  return std::nullopt;
}

/// Why this one does not run in the host; none: it may.
std::optional<Error> guest_of(const PluginFile& file, const PluginPlaces& places) {
  if (file.shipped) return std::nullopt;
  const auto refuse = [&](const char* code, const std::string& why) {
    return Error{.code = code,
                 .message = fmt::format("plugin '{}' does not ship with Florin, so it runs in the host only if it is "
                                        "locked and signed: {}. Or take `isolation: host` out of its block",
                                        file.id, why),
                 .at = {.path = "/isolation"}};
  };
  if (!places.pins) return refuse("isolation_needed", "`plugins.pins` of florin.yaml names no lock file");
  if (file.key.empty())
    return refuse("unsigned_plugin", fmt::format("there is no {}.sig beside it", file.path.filename().string()));
  if (std::ranges::find(places.trusted, file.key, [](const auto& one) { return one.second; }) == places.trusted.end())
    return refuse("untrusted_key",
                  fmt::format("{} signed it, which `plugins.trusted` of florin.yaml does not have", file.key));
  return std::nullopt;
}

fs::path copy_of(const PluginFile& file, const PluginPlaces& places) { return places.copies / (file.sha256 + ".so"); }

/// Reads one file and decides whether it may be loaded.
PluginFile read_file(const fs::path& path, const PluginPlaces& places) {
  PluginFile file{.path = path, .id = path.stem().string(), .sha256 = {}, .manifest = {}, .refused = {}};
  const auto refuse = [&](Error error) {
    file.refused = at_file(std::move(error), path);
    return file;
  };
  const auto bytes = bytes_of(path);
  if (!bytes) return refuse(bytes.error());
  file.sha256 = sha256_of(*bytes);
  const auto section = manifest_section(*bytes);
  if (!section) return refuse(section.error());
  auto manifest = read_manifest(*section);
  if (!manifest) return refuse(manifest.error());
  file.manifest = std::move(*manifest);
  file.id = file.manifest.id;
  if (auto error = unlike_pin(file, places)) return refuse(std::move(*error));
  if (auto error = read_signer(file)) return refuse(std::move(*error));
  if (auto error = keep(*bytes, copy_of(file, places), file.sha256)) return refuse(std::move(*error));
  return file;
}

/// Two files with one id: neither is loaded, since nobody can say which was meant.
void refuse_doubles(std::vector<PluginFile>& files) {
  std::map<std::string, std::vector<PluginFile*>> by_id;
  for (PluginFile& file : files) by_id[file.id].push_back(&file);
  for (const auto& [id, same] : by_id) {
    if (same.size() < 2) continue;
    for (PluginFile* file : same)
      file->refused = Error{.code = "duplicate_plugin",
                            .message = fmt::format("plugin '{}' is there twice, {} and {}; take one away", id,
                                                   same[0]->path.string(), same[1]->path.string()),
                            .at = {.file = file->path.string()}};
  }
}

}  // namespace

namespace {

/// SHA-256 of the plugins that lie beside this installation's own library, as its build wrote them down.
std::set<std::string> shipped_here() {
  std::set<std::string> all;
  const auto list = bytes_of(isolated::runner_program().parent_path() / "plugins/shipped.sha256");
  if (!list) return all;
  std::istringstream lines(*list);
  constexpr std::size_t digits = crypto_hash_sha256_BYTES * 2;
  for (std::string line; std::getline(lines, line);)
    if (line.size() > digits) all.insert(line.substr(0, digits));
  return all;
}

std::function<isolated::Clock::time_point()> runner_clock(std::function<Instant()> now) {
  if (!now) return &isolated::Clock::now;
  return [now = std::move(now)] {
    return isolated::Clock::time_point(
        std::chrono::duration_cast<isolated::Clock::duration>(std::chrono::microseconds(now().us)));
  };
}

}  // namespace

Result<PluginLibrary> PluginLibrary::open(PluginPlaces places) {
  std::error_code ec;
  places.copies = fs::absolute(places.copies, ec);
  if (auto error = make_ours(places.copies)) return *error;
  PluginLibrary library;
  for (const fs::path& folder : places.folders) {
    std::vector<fs::path> found;
    struct stat about{};
    if (::stat(folder.c_str(), &about) == 0)
      if (auto unsafe = changeable_by_others(about, "755")) return at_file(*std::move(unsafe), folder);
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
      if (it->path().extension() == ".so") found.push_back(fs::absolute(it->path()));
    if (ec)
      return Error{
          .code = "no_plugin_folder",
          .message = fmt::format("{}: the folder of plugins cannot be read: {}", folder.string(), ec.message())};
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found) library.files_.push_back(read_file(path, places));
  }
  if (places.tried) library.files_.push_back(read_file(fs::absolute(*places.tried), places));
  refuse_doubles(library.files_);
  if (!places.shipped) places.shipped = shipped_here();
  for (PluginFile& file : library.files_) file.shipped = places.shipped->contains(file.sha256);
  if (places.tried) library.files_.back().shipped = true;
  for (PluginFile& file : library.files_) file.guest = guest_of(file, places);
  library.runners_ = std::make_shared<isolated::Runners>(isolated::Common{
      .program = places.runner.empty() ? isolated::runner_program() : places.runner,
      .limits = places.limits,
      .odd_rooms = places.odd_rooms,
      .alarm = places.alarm ? places.alarm : [](const std::string& line) { tell_operator("alarm: " + line); },
      .now = runner_clock(places.now)});
  library.places_ = std::move(places);
  return library;
}

Result<const PluginFile*> PluginLibrary::file_of(std::string_view id) const {
  std::vector<std::string_view> known;
  for (const PluginFile& file : files_) {
    if (file.id == id) {
      if (file.refused) return *file.refused;
      return &file;
    }
    if (!file.refused) known.push_back(file.id);
  }
  return Error{.code = "missing_plugin",
               .message = fmt::format("there is no plugin {}; there are: {}", quoted_with_nearest(id, known),
                                      known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")))};
}

Result<Isolation> PluginLibrary::isolation_of(const PluginFile& file, const PluginSetup& setup) const {
  if (!setup.isolation.empty() && setup.isolation != "process" && setup.isolation != "host")
    return Error{.code = "bad_isolation",
                 .message = fmt::format("'{}' is not known here: write process, or host for a plugin that ships with "
                                        "Florin or is locked and signed",
                                        setup.isolation.substr(0, 64)),
                 .at = {.path = "/isolation"}};
  auto wanted = places_.isolation;
  if (!setup.isolation.empty()) wanted = setup.isolation == "host" ? Isolation::host : Isolation::process;
  if (wanted == Isolation::process || (!wanted && !file.shipped)) return Isolation::process;
  if (!file.guest) return Isolation::host;
  // Said of all: what may not is isolated all the same. Said of this one: it is refused.
  if (setup.isolation.empty()) return Isolation::process;
  return *file.guest;
}

std::expected<std::shared_ptr<const PluginInstance>, Errors> PluginLibrary::make(std::string_view id,
                                                                                 const char* interface_id,
                                                                                 const PluginSetup& setup) const {
  const auto file = file_of(id);
  if (!file) return std::unexpected(Errors{file.error()});
  const Manifest& manifest = (*file)->manifest;
  if (!manifest.offers(interface_id)) return std::unexpected(Errors{lacks_interface(manifest, interface_id)});
  const auto where = isolation_of(**file, setup);
  if (!where) return std::unexpected(Errors{where.error()});
  auto made = *where == Isolation::process ? make_isolated(**file, interface_id, setup)
                                           : make_here(**file, interface_id, setup);
  if (!made) return made;
  // The plugin was asked first: what it says of a word is better than what its schema does.
  if (Errors unknown = unknown_words(manifest.config_schema, setup.config_json); !unknown.empty())
    return std::unexpected(unknown);
  return made;
}

std::expected<std::shared_ptr<const PluginInstance>, Errors> PluginLibrary::make_isolated(
    const PluginFile& file, const char* interface_id, const PluginSetup& setup) const {
  return isolated::make_remote(runners_, file.sha256,
                               {.file = copy_of(file, places_),
                                .plugin = file.manifest.id,
                                .version = file.manifest.version,
                                .tenant = setup.tenant},
                               file.manifest, interface_id, setup.config_json);
}

std::expected<std::shared_ptr<const PluginInstance>, Errors> PluginLibrary::make_here(const PluginFile& file,
                                                                                      const char* interface_id,
                                                                                      const PluginSetup& setup) const {
  const auto entry = load_entry(copy_of(file, places_));
  if (!entry) return std::unexpected(Errors{at_file(entry.error(), file.path)});
  return make_instance(*entry, file.manifest, interface_id, setup.tenant, setup.config_json);
}

namespace {

/// An instance made for an interface, as the class that speaks it.
template <class Plugin>
std::expected<Plugin, Errors> as(std::expected<std::shared_ptr<const PluginInstance>, Errors> instance) {
  if (!instance) return std::unexpected(instance.error());
  auto plugin = Plugin::of(std::move(*instance));
  if (!plugin) return std::unexpected(Errors{plugin.error()});
  return std::move(*plugin);
}

}  // namespace

std::expected<CreditPolicy, Errors> PluginLibrary::credit_policy(std::string_view id, const PluginSetup& setup) const {
  return as<CreditPolicy>(make(id, "florin.credit_policy/1", setup));
}

std::expected<MethodPlugin, Errors> PluginLibrary::method(std::string_view id, const PluginSetup& setup) const {
  return as<MethodPlugin>(make(id, "florin.method/1", setup));
}

std::expected<ProcessorPlugin, Errors> PluginLibrary::processor(std::string_view id, const PluginSetup& setup) const {
  return as<ProcessorPlugin>(make(id, "florin.processor/1", setup));
}

std::expected<TaxPlugin, Errors> PluginLibrary::tax(std::string_view id, const PluginSetup& setup) const {
  return as<TaxPlugin>(make(id, "florin.tax/1", setup));
}

}  // namespace florin

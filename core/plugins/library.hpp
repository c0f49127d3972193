#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "florin/result.hpp"
#include "plugins/credit_policy.hpp"
#include "plugins/isolated/runner.hpp"
#include "plugins/method.hpp"
#include "plugins/processor.hpp"
#include "plugins/tax.hpp"

namespace florin {

/// Where a plugin's code runs: in this process, or in one of its own that can do nothing but answer.
enum class Isolation : std::uint8_t { process, host };

/// Where plugins are looked for, and which are believed.
struct PluginPlaces {
  std::vector<std::filesystem::path> folders;  ///< every *.so in them is taken for a plugin
  std::filesystem::path copies;                ///< what is loaded is a copy here, named by its SHA-256; ours alone
  /// id to SHA-256 in lower-case hex, from the lock file. Given: what is not in it is not loaded. None: nothing is
  /// pinned.
  std::optional<std::map<std::string, std::string>> pins;
  /// Whose signatures count: a name and its public key each, `florin_plugin_public_…`. A file that is pinned and signed
  /// by one of these keys may run in the host.
  std::vector<std::pair<std::string, std::string>> trusted{};
  /// Of all of them. None: those that ship with Florin run in the host, every other one in a process of its own.
  std::optional<Isolation> isolation{};
  std::optional<std::filesystem::path> tried{};  ///< one file more, which may run in the host though it is not shipped
  std::filesystem::path runner{};  ///< the program that isolated plugins run in; none: this installation's
  /// SHA-256 of those that ship with Florin; none: as the list of this installation says.
  std::optional<std::set<std::string>> shipped{};
  /// Isolated plugins get little room for answers, texts that end at the end of a page, and another rounding of
  /// fractions: for `florin plugin check`.
  bool odd_rooms = false;
  isolated::Limits limits{};
  std::function<void(const std::string& line)> alarm{};  ///< none: standard error
  /// What faults and quarantines are counted by; none: this machine's clock. How long an answer takes is always that
  /// one's.
  std::function<Instant()> now{};
};

/// What an instance is made of: one per tenant and block of YAML.
struct PluginSetup {
  std::string tenant;
  std::string config_json;  ///< the block without `plugin`, `isolation` and secrets; scalars as text
  std::string isolation{};  ///< what the block says: process or host; empty: as PluginPlaces has it
};

/// One file of the folders, read but not run.
struct PluginFile {
  std::filesystem::path path;
  std::string id;      ///< of its manifest; the file's name without `.so` when that cannot be read
  std::string sha256;  ///< lower-case hex
  Manifest manifest;
  std::optional<Error> refused;  ///< why it is not loaded
  bool shipped = false;          ///< it is one of Florin's own, to the byte
  std::string key{};             ///< the public key that signed this file; empty: nobody has
  std::optional<Error> guest{};  ///< why it may not run in the host; none: it may
};

/// The set of plugins of a host. Opening it runs no plugin's code; making the first instance of one loads it, for good.
///
/// A file is opened once without following links, hashed, copied to a file named by that hash, and the copy is loaded,
/// so what was checked is what runs.
class PluginLibrary {
 public:
  /// A file that is no good does not stop the others: see `files`, and the same refusal when its plugin is asked for.
  /// Errors: no_plugin_folder, unsafe_folder (the copies' folder is not ours alone).
  static Result<PluginLibrary> open(PluginPlaces places);

  const std::vector<PluginFile>& files() const { return files_; }
  /// What the processes of isolated plugins did so far.
  std::vector<isolated::Figures> figures() const { return runners_->figures(); }

  /// Makes an instance. Thread-safe.
  ///
  /// Errors: missing_plugin, not_a_plugin, wrong_machine, wrong_abi, bad_manifest, duplicate_plugin, pin_mismatch,
  ///         unpinned, not_loadable, lacks_interface, bad_answer; cannot_isolate: this machine cannot contain it;
  ///         isolation_needed, unsigned_plugin, untrusted_key: it may not run in the host; bad_isolation;
  ///         bad_signature: the file was changed after it was signed; unknown_word: one that the manifest's schema does
  ///         not have; create_failed: one error for each problem, `at.path` a JSON pointer into the config
  std::expected<CreditPolicy, Errors> credit_policy(std::string_view id, const PluginSetup& setup) const;
  std::expected<MethodPlugin, Errors> method(std::string_view id, const PluginSetup& setup) const;
  std::expected<ProcessorPlugin, Errors> processor(std::string_view id, const PluginSetup& setup) const;
  std::expected<TaxPlugin, Errors> tax(std::string_view id, const PluginSetup& setup) const;

 private:
  Result<const PluginFile*> file_of(std::string_view id) const;
  std::expected<std::shared_ptr<const PluginInstance>, Errors> make(std::string_view id, const char* interface_id,
                                                                    const PluginSetup& setup) const;

  std::expected<std::shared_ptr<const PluginInstance>, Errors> make_isolated(const PluginFile& file,
                                                                             const char* interface_id,
                                                                             const PluginSetup& setup) const;
  std::expected<std::shared_ptr<const PluginInstance>, Errors> make_here(const PluginFile& file,
                                                                         const char* interface_id,
                                                                         const PluginSetup& setup) const;
  Result<Isolation> isolation_of(const PluginFile& file, const PluginSetup& setup) const;

  PluginPlaces places_;
  std::vector<PluginFile> files_;
  std::shared_ptr<isolated::Runners> runners_;
};

}  // namespace florin

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/document.hpp"
#include "florin/time.hpp"

namespace florin::config {

/// What the host may reach, for every tenant.
struct EgressBlock {
  Duration deadline = seconds(30);
  bool loopback = false;
  bool private_addresses = false;
};

/// Where plugins run: each in a process of its own, or in the host.
enum class PluginsRun : std::uint8_t { process, host };

/// What florin.yaml says, its paths resolved from the folder that it lies in.
struct HostFile {
  std::filesystem::path plugins;                     ///< the folder that plugins are loaded from
  Where plugins_at{};                                ///< of the line that names it
  std::optional<std::filesystem::path> plugin_pins;  ///< none: any plugin of the folder may load
  /// Whose signatures count, a name and a public key each: what is pinned and signed may run in the host.
  std::vector<std::pair<std::string, std::string>> plugin_trusted;
  /// None: those that ship with Florin run in the host, every other one in a process of its own.
  std::optional<PluginsRun> plugin_isolation;
  /// One more file, for who tries their own: it may run in the host too. No word of florin.yaml says so.
  std::optional<std::filesystem::path> plugin_tried;
  Duration plugin_limit{250'000};              ///< of one question to a credit policy or a tax plugin
  std::vector<std::filesystem::path> tenants;  ///< files; of a folder all its *.yaml, by name
  std::filesystem::path data;                  ///< the folder of the journal; empty when it is in PostgreSQL
  std::optional<std::string> postgres;         ///< the address of the journal, if it is there
  bool payments_in_sandbox = false;            ///< every processor is played by the sandbox: no money moves
  EgressBlock egress;
  Duration longest_stop = hours(72);  ///< between two runs of a host: a clock that is further ahead is not believed
  bool reconciles_daily = true;       ///< each processor's books against ours, by itself
  bool marks_documents = false;       ///< of a sandbox: TEST- stands before every number of a document
};

/// Errors   those of documents and decode, file_missing for a tenant file or folder that is not there, and
///          secret_in_file for a password in the address of the journal
HostFile load_host_file(const std::filesystem::path& file, Errors& errors);

/// The same, of a tree that was read.
HostFile host_file(const Node& tree, const std::filesystem::path& file, Errors& errors);

/// JSON Schema of florin.yaml.
std::string host_file_schema();

}  // namespace florin::config

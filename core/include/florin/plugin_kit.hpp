#pragma once

#include <string>
#include <vector>

#include "florin/export.hpp"
#include "florin/result.hpp"

/// Tools for plugin authors: a template, the rules as tests, and stories. docs/plugins.md
namespace florin {

struct PluginRule {
  std::string id;  ///< `money.lost`
  enum class Outcome : std::uint8_t { holds, broken, not_asked };
  Outcome outcome = Outcome::holds;
  std::string text;  ///< what was found; for a broken rule, what would be right
  std::string see;   ///< how to reproduce it; empty: not needed
};
struct PluginCheck {
  std::string file, id, version, sha256;
  std::vector<PluginRule> rules;
  double seconds = 0;
  FLORIN_API bool holds() const;
};
struct PluginCheckWords {
  std::string file;
  std::string config;     ///< the plugin's own block as JSON; empty: the first of `examples` of its manifest's schema
  std::string against;    ///< a folder of recorded exchanges; empty: none
  bool long_run = false;  ///< ten times as many random runs
};
/// Checks every rule of the plugin's kinds, each in a fresh, isolated process.
/// Errors: file_missing, bad_config, bad_exchange; a plugin that cannot be loaded is a broken rule.
FLORIN_API Result<PluginCheck> check_plugin(const PluginCheckWords& words);
FLORIN_API std::string as_text(const PluginCheck& check);
FLORIN_API std::string as_json(const PluginCheck& check);
FLORIN_API std::string as_junit(const PluginCheck& check);

struct NewPlugin {
  std::string name;    ///< id and folder: a-z, 0-9 and _
  std::string kind;    ///< processor, policy, tax, method
  std::string lang;    ///< c, cpp, rust
  std::string folder;  ///< where the new folder is made
};
/// Writes the files of a plugin that builds and passes every rule. Returns their names.
/// Errors: bad_name, no_template, exists, not_writable
FLORIN_API Result<std::vector<std::string>> new_plugin(const NewPlugin& words);

/// Signs a plugin's file: the text of FILE.sig. The keys are make_signing_keys("plugin").
/// Errors: bad_key; those of a file that is no plugin.
FLORIN_API Result<std::string> sign_plugin(const std::string& file, const std::string& private_key);

/// SHA-256 of every plugin of a folder, as `plugins.pins` reads them, with version and signer for who reads it.
/// Errors: those of list_plugins; refused plugins.
FLORIN_API Result<std::string> lock_plugins(const std::string& folder);

}  // namespace florin

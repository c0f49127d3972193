#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "florin/export.hpp"
#include "florin/result.hpp"

/// Checks of an operator's files, before any host runs. docs/cli.md
namespace florin {

/// `0.1.0`
FLORIN_API std::string version();

struct ConfigCheck {
  Errors errors;                     ///< of all files, by file and line; none: all files can be used
  std::vector<std::string> tenants;  ///< those without an error
  std::string not_asked;  ///< why the plugins of tenants without a host file were not asked; empty: they were asked
  Errors warnings{};      ///< valid settings that are probably not meant
};
/// Checks tenant files, host files with all their tenants, and all *.yaml of a folder. Then loads the plugins and asks
/// them about their blocks, as a starting host does: for the tenants of a host file the plugins of that file, for other
/// tenants those of the host file `host`. Nothing is sent, and no journal is opened.
FLORIN_API ConfigCheck check_config(const std::vector<std::string>& files, const std::string& host);
/// The tenant files among them: of a host file and of a folder those that it holds.
FLORIN_API std::vector<std::string> tenant_files(const std::vector<std::string>& files);
/// The whole tenant of a file as one YAML text, each line with the file and line that it comes from. Errors: the file's
/// first.
FLORIN_API Result<std::string> effective_tenant(const std::string& file);

/// `file:line:column: path: message`, a line an error.
FLORIN_API std::string as_text(const Errors& errors);
/// An array of objects with code, message, file, line, column and path.
FLORIN_API std::string as_json(const Errors& errors);

struct SchemaFile {
  std::string name;  ///< `tenant.json`
  std::string text;  ///< JSON Schema, draft 2020-12
};
/// Of every kind of file that an operator writes.
FLORIN_API std::vector<SchemaFile> schemas();

/// The errors of a command as JSON, with field and the word that was probably meant; empty: it is valid.
FLORIN_API Errors command_errors(std::string_view json);
/// ` (did you mean 'exotel'?)`, or when no known word is near ``: a, b or c``.
FLORIN_API std::string hint(std::string_view written, const std::vector<std::string>& known);

/// Every command with its fields and what they look like, as Markdown: docs/commands.md.
FLORIN_API std::string commands_page();

/// A shared library in a plugin folder, read but not run.
struct PluginListing {
  std::string file;
  std::string id;
  std::string version;
  std::string sha256;
  std::vector<std::string> interfaces;
  Errors refused;     ///< why a host would not load it; empty: it would
  std::string key{};  ///< the public key that signed it; empty: not signed
};
/// Errors: no_plugin_folder, unsafe_folder.
FLORIN_API Result<std::vector<PluginListing>> list_plugins(const std::string& folder);
FLORIN_API std::string as_text(const std::vector<PluginListing>& plugins);
FLORIN_API std::string as_json(const std::vector<PluginListing>& plugins);

}  // namespace florin

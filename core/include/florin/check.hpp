#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "florin/export.hpp"
#include "florin/result.hpp"

/// What an operator asks of files before any host runs. docs/cli.md
namespace florin {

/// `0.1.0`
FLORIN_API std::string version();

struct ConfigCheck {
  Errors errors;                     ///< of all files at once, by file and line; none: everything may be used
  std::vector<std::string> tenants;  ///< those without an error
  std::string not_asked;  ///< why the plugins of tenants without a host file were not asked; empty: they were
  Errors warnings{};      ///< what a file may say and probably does not mean
};
/// Checks tenant files, host files with all their tenants, and of a folder every *.yaml in it; then loads plugins and
/// lets them say what is wrong with what is theirs, as a host does when it starts. Plugins of a host file's tenants
/// are that file's, those of other tenants are of the host file `host`. Nothing is sent and no journal is opened.
FLORIN_API ConfigCheck check_config(const std::vector<std::string>& files, const std::string& host);
/// The tenant files among them: of a host file and of a folder those that it holds.
FLORIN_API std::vector<std::string> tenant_files(const std::vector<std::string>& files);
/// The whole tenant of a file as one YAML text, each line with the place that says it. Errors: the file's first.
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

/// What is wrong with a command as JSON, with field and the word that was probably meant; nothing: it can be asked.
FLORIN_API Errors command_errors(std::string_view json);
/// ` (did you mean 'exotel'?)`, or when no known word is near ``: a, b or c``.
FLORIN_API std::string hint(std::string_view written, const std::vector<std::string>& known);

/// Every command with its fields and what they look like, as Markdown: docs/commands.md.
FLORIN_API std::string commands_page();

/// A shared library in a folder of plugins, read but not run.
struct PluginListing {
  std::string file;
  std::string id;
  std::string version;
  std::string sha256;
  std::vector<std::string> interfaces;
  Errors refused;     ///< why a host would not load it; none: it would
  std::string key{};  ///< the public key that signed it; empty: nobody has
};
/// Errors: no_plugin_folder, unsafe_folder.
FLORIN_API Result<std::vector<PluginListing>> list_plugins(const std::string& folder);
FLORIN_API std::string as_text(const std::vector<PluginListing>& plugins);
FLORIN_API std::string as_json(const std::vector<PluginListing>& plugins);

}  // namespace florin

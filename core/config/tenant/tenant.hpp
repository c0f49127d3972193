#pragma once

#include <filesystem>

#include "config/document.hpp"
#include "domain/catalog/catalog.hpp"

namespace florin::config {

/// The maps from the root on in which a tenant's keys and its style's come together: the file, and each block.
inline constexpr int merged_levels = 2;

/// A tenant as its file and its style say together, and the catalog that this comes to.
struct Tenant {
  Node tree;  ///< every value still knows the file and line that say it
  Catalog catalog;
};

/// Reads a tenant file and, with `uses: rollover`, the style `../policies/rollover.yaml` beside it.
///
/// How they come together: for each block of the file, its keys replace the style's keys of the same name, and what the
/// file does not name stays the style's. What stands under a key is replaced whole, never half: a rule such as
/// `changes.upgrade` is one file's or the other's. A list or a single value replaces the whole block.
/// Errors   those of documents, styles and `compile`, all at once; then the tenant is for no use
Tenant load_tenant(const std::filesystem::path& file, Errors& errors);
/// The same of a text that somebody sends: `file` is where it would stand, for its style and in errors.
Tenant load_tenant_text(std::string_view text, const std::filesystem::path& file, Errors& errors);

/// The whole tenant as one YAML text that needs no style, each line with the file and line that say it.
std::string effective(const Tenant& tenant);

/// Reads what `effective` wrote. Rules keep the files and lines of its remarks, so that a catalog that was stored as
/// text still names the operator's lines. `name` is the text's own name in errors.
Tenant read_effective(std::string_view text, std::string_view name, Errors& errors);

/// Where a plugin's JSON pointer into its config stands in the operator's file: the value, or what is nearest above it.
///
/// block    `credit_policy`, `payments.processors.sandbox`, `payments.methods.card`
/// pointer  `/grants/rollover/ends`; empty: the block
Where locate(const Tenant& tenant, std::string_view block, std::string_view pointer);

}  // namespace florin::config

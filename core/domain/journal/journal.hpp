#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/journal/entry.hpp"

/// The bytes of entries and of state, as they lie in the store. docs/decisions/0002-journal.md
namespace florin::journal {

/// Of Row::entries. Raised only when bytes are laid out anew; a reader knows every released format.
inline constexpr std::uint32_t format = 1;

/// Appends one entry.
void write(std::string& out, const Entry& entry);
/// All entries of a row, in order. Errors: damaged_row.
Result<std::vector<Entry>> read(std::string_view bytes);

std::string write(const Account& account);
std::string write(const TenantState& tenant);
/// Errors: damaged_checkpoint.
Result<Account> read_account(std::string_view bytes);
Result<TenantState> read_tenant(std::string_view bytes);

}  // namespace florin::journal

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "domain/journal/entry.hpp"
#include "florin/answers.hpp"
#include "store/store.hpp"

/// What is asked of the tables of views.db.
namespace florin::readers {

/// An account's entries before a position, newest first: the tables say where they are, `journal` what they are.
/// Errors: those of the file, and of read_listed.
Result<std::vector<std::pair<store::Position, Entry>>> entries_before(const std::filesystem::path& views,
                                                                      store::Store& journal, const TenantId& tenant,
                                                                      const AccountId& account, std::uint64_t before,
                                                                      std::size_t most);

/// How many there are, of more than `most` as many as that.
Result<std::size_t> count_entries(const std::filesystem::path& views, const TenantId& tenant, const AccountId& account,
                                  std::size_t most);

struct UsageDay {
  std::string day, meter, type, unit;
  std::int64_t times = 0, quantity_micro = 0, credits = 0;
};
Result<std::vector<UsageDay>> usage_between(const std::filesystem::path& views, const TenantId& tenant,
                                            const AccountId& account, const Date& from, const Date& to);
/// Of the last entry in the tables.
Result<std::uint64_t> views_position(const std::filesystem::path& views);

}  // namespace florin::readers

#pragma once

#include <algorithm>
#include <cstdint>
#include <variant>

#include "domain/accounts/account.hpp"
#include "domain/decision/world.hpp"

/// Memory is waited for a block of commands at a time: what they will look at is asked for before any is decided.
/// Each is inlined by force: GCC takes a function that only asks for memory for one that does nothing, and drops its
/// calls.
namespace florin::engine {

inline constexpr std::size_t cache_line = 64;

[[gnu::always_inline]] inline void prefetch_lines(const void* from, std::size_t lines, bool to_write = false) {
  auto at = reinterpret_cast<std::uintptr_t>(from);  // a number, for there may be nothing behind a null
  for (std::size_t line = 0; line < lines; ++line, at += cache_line)
    if (to_write)
      __builtin_prefetch(reinterpret_cast<const void*>(at), 1);
    else
      __builtin_prefetch(reinterpret_cast<const void*>(at));
}

/// The lines of an account that a debit looks at.
[[gnu::always_inline]] inline void prefetch(const Account& account, bool to_write) {
  prefetch_lines(&account, 3, to_write);
}

/// What lies behind these: its first grant, which most often has enough, and the version its period began with.
[[gnu::always_inline]] inline void prefetch_behind(const Account& account) {
  prefetch_lines(account.grants.data(), 2, true);
  if (account.subscription) __builtin_prefetch(&account.subscription->period_catalog);
}
/// The same for who looks at all that there is.
[[gnu::always_inline]] inline void prefetch_all_behind(const Account& account) {
  constexpr std::size_t most = 4;
  for (std::size_t i = 0; i < std::min(account.grants.size(), most); ++i) prefetch_lines(&account.grants[i], 2);
  if (account.subscription) __builtin_prefetch(&account.subscription->period_catalog);
}
/// The way from a tenant to the price of one usage. Each step reads what the one before it asked for.
class PriceAhead {
 public:
  PriceAhead() = default;
  /// A command that has no price asks for nothing.
  PriceAhead(const Catalogs& catalogs, const AnyCommand& command) : catalogs_(&catalogs) {
    if (const auto* usage = std::get_if<Use>(&command)) meter_ = &usage->meter;
    if (const auto* hold = std::get_if<PlaceHold>(&command)) meter_ = &hold->meter;
  }

  [[gnu::always_inline]] void prefetch_versions() const {
    if (meter_ != nullptr) __builtin_prefetch(catalogs_->versions.data());
  }
  /// The version in force, whose prices are most often the account's.
  [[gnu::always_inline]] void prefetch_catalog() {
    if (meter_ == nullptr || catalogs_->versions.empty()) return;
    meters_ = &catalogs_->versions.back()->meters;
    prefetch_lines(catalogs_->versions.back().get(), 2);
  }
  [[gnu::always_inline]] void prefetch_place() const {
    if (meters_ != nullptr) meters_->prefetch_place(*meter_);
  }
  [[gnu::always_inline]] void prefetch_meter() const {
    if (meters_ != nullptr) meters_->prefetch(*meter_);
  }

 private:
  const Catalogs* catalogs_ = nullptr;
  const MeterId* meter_ = nullptr;
  const Meters* meters_ = nullptr;
};

}  // namespace florin::engine

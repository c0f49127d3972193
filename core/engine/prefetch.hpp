#pragma once

#include <variant>

#include "domain/accounts/account.hpp"
#include "domain/decision/world.hpp"

/// Memory is waited for a block of commands at a time: what they will look at is asked for before any is decided.
namespace florin::engine {

inline constexpr std::size_t cache_line = 64;

inline void prefetch_lines(const void* from, std::size_t lines, bool to_write = false) {
  const char* at = static_cast<const char*>(from);
  for (std::size_t line = 0; line < lines; ++line)
    if (to_write)
      __builtin_prefetch(at + line * cache_line, 1);
    else
      __builtin_prefetch(at + line * cache_line);
}

/// The lines of an account that a debit looks at.
inline void prefetch(const Account& account) { prefetch_lines(&account, 3, true); }

/// What lies behind these: its first grant, which most often has enough, and the version its period began with.
inline void prefetch_behind(const Account& account) {
  prefetch_lines(account.grants.data(), 2, true);
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

  void prefetch_versions() const {
    if (meter_ != nullptr) __builtin_prefetch(catalogs_->versions.data());
  }
  /// The version in force, whose prices are most often the account's.
  void prefetch_catalog() {
    if (meter_ == nullptr || catalogs_->versions.empty()) return;
    meters_ = &catalogs_->versions.back()->meters;
    prefetch_lines(catalogs_->versions.back().get(), 2);
  }
  void prefetch_place() const {
    if (meters_ != nullptr) meters_->prefetch_place(*meter_);
  }
  void prefetch_meter() const {
    if (meters_ != nullptr) meters_->prefetch(*meter_);
  }

 private:
  const Catalogs* catalogs_ = nullptr;
  const MeterId* meter_ = nullptr;
  const Meters* meters_ = nullptr;
};

}  // namespace florin::engine

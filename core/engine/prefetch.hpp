#pragma once

#include "domain/accounts/account.hpp"

/// Memory is waited for a block of commands at a time: what they will look at is asked for before any is decided.
namespace florin::engine {

inline constexpr std::size_t cache_line = 64;

/// The lines of an account that a debit looks at.
inline void prefetch(const Account& account) {
  const char* at = reinterpret_cast<const char*>(&account);
  for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(at + line * cache_line, 1);
}

/// What lies behind these: its first grant, which most often has enough, and the version its period began with.
inline void prefetch_behind(const Account& account) {
  const char* at = reinterpret_cast<const char*>(account.grants.data());
  for (std::size_t line = 0; line < 2; ++line) __builtin_prefetch(at + line * cache_line, 1);
  if (account.subscription) __builtin_prefetch(&account.subscription->period_catalog);
}

}  // namespace florin::engine

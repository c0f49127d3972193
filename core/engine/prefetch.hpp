#pragma once

#include <algorithm>

#include "domain/accounts/account.hpp"

/// Memory is waited for a block of commands at a time: what they will look at is asked for before any is decided.
/// Each is inlined by force: GCC takes a function that only asks for memory for one that does nothing, and drops its
/// calls.
namespace florin::engine {

inline constexpr std::size_t cache_line = 64;

/// The lines of an account that a debit looks at.
[[gnu::always_inline]] inline void prefetch(const Account& account) {
  const char* at = reinterpret_cast<const char*>(&account);
  for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(at + line * cache_line, 1);
}
/// The same for who only looks.
[[gnu::always_inline]] inline void prefetch_seen(const Account& account) {
  const char* at = reinterpret_cast<const char*>(&account);
  for (std::size_t line = 0; line < 3; ++line) __builtin_prefetch(at + line * cache_line);
}

/// What lies behind these: its first grant, which most often has enough, and the version its period began with.
[[gnu::always_inline]] inline void prefetch_behind(const Account& account) {
  const char* at = reinterpret_cast<const char*>(account.grants.data());
  for (std::size_t line = 0; line < 2; ++line) __builtin_prefetch(at + line * cache_line, 1);
  if (account.subscription) __builtin_prefetch(&account.subscription->period_catalog);
}

/// The same for who only looks: all that there is, so all of its first grants.
[[gnu::always_inline]] inline void prefetch_seen_behind(const Account& account) {
  constexpr std::size_t most = 4;
  for (std::size_t i = 0; i < std::min(account.grants.size(), most); ++i) {
    const char* at = reinterpret_cast<const char*>(&account.grants[i]);
    for (std::size_t line = 0; line < 2; ++line) __builtin_prefetch(at + line * cache_line);
  }
  if (account.subscription) __builtin_prefetch(&account.subscription->period_catalog);
}

}  // namespace florin::engine

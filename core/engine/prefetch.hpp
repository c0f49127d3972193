#pragma once

#include "domain/accounts/account.hpp"

/// Memory is waited for a block of commands at a time: what they will look at is asked for before any is decided.
namespace florin::engine {

/// The lines of an account that a debit looks at.
inline void prefetch(const Account& account) {
  const char* at = reinterpret_cast<const char*>(&account);
  for (std::size_t line = 0; line < 4; ++line) __builtin_prefetch(at + line * 64);
}

/// The lines of its first grants; asks for them once the account itself is there.
inline void prefetch_grants(const Account& account) {
  const char* at = reinterpret_cast<const char*>(account.grants.data());
  for (std::size_t line = 0; line < 6; ++line) __builtin_prefetch(at + line * 64);
}

}  // namespace florin::engine

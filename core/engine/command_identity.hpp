#pragma once

#include <cstdint>

#include "domain/journal/entry.hpp"

/// What identifies a command before it is decided: its content and how long its key is remembered.
namespace florin::engine {

/// A digest of what is asked of whom: the same key with another one is another command. What is personal is left out:
/// it is sealed before it is written.
std::uint32_t content_of(const AccountId& account, const AnyCommand& command);

/// Whether its key is remembered for the window of usage, and not for that of money.
bool is_usage(const AnyCommand& command);

/// Whoever got a document is named on it as long as law wants it kept. Throws PageAway, unless an order that lies open
/// says it.
bool has_document(const Account& account);

/// The actor of due work.
Actor the_host();

}  // namespace florin::engine

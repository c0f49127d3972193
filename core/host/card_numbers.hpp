#pragma once

#include <optional>
#include <string>

#include "domain/journal/entry.hpp"
#include "engine/engine.hpp"

/// A card's number never enters, whatever field it is written into: it is refused before anything is written.
namespace florin {

/// Where in a command a card's number stands, as `person.phone`; none: nowhere. Never the number itself.
std::optional<std::string> card_number_in(const AnyCommand& command);

/// Refused at that field. Errors: card_number.
Status holds_no_card_number(const AnyCommand& command);
/// The same for the whole request: account, actor, key and command; and each text is UTF-8, since what is in the
/// journal is read as JSON for good. Errors: card_number, not_utf8.
Status holds_fit_texts(const engine::Job& job);

}  // namespace florin

#pragma once

#include "engine/shard.hpp"

namespace florin {

/// The gate of every way in from outside: submit, submit_json, take, quote, apply, months, imports and statements.
/// Nobody speaks for Florin itself, nobody asks for what only the host does, and no card's number is written anywhere,
/// nor an email address in a text that stays.
/// The shard asks about the first two once more, whichever way a job comes. Errors: not_permitted, card_number,
/// names_a_person.
Status admitted(const engine::Job& job);

}  // namespace florin

#pragma once

#include <cstddef>
#include <vector>

#include "domain/journal/entry.hpp"
#include "host/free_text.hpp"

/// How long what people write may be: what is taken is shown whole, on a phone, on a document and in a mail.
/// docs/decisions/0301-lengths-of-texts.md
namespace florin {

inline constexpr std::size_t longest_personal = 500;     ///< characters of a name, an address, another word of a person
inline constexpr std::size_t longest_free_text = 2'000;  ///< characters of a reason or a complaint
inline constexpr std::size_t most_personal_words = 64;
inline constexpr std::size_t longest_word_name = 64;  ///< bytes

/// Refused at the field that is longer, with its length and the limit. Errors: text_too_long, too_many_fields.
Status have_fit_lengths(const AnyCommand& command, const std::vector<FreeText>& free);

}  // namespace florin

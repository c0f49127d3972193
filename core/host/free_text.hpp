#pragma once

#include <string>
#include <vector>

#include "engine/engine.hpp"

/// Free text stands in the journal for good: a person is never named in it, since it could not be erased.
/// Source   docs/decisions/0086-free-text.md
namespace florin {

/// What somebody wrote in their own words, with the field it is in.
struct FreeText {
  std::string field;  ///< reason, said, item, items[2].item, key
  std::string text;
};
std::vector<FreeText> free_texts_of(const engine::Job& job);

/// The ids of members that the command brings in, whom it would name for good.
std::vector<FreeText> new_members_of(const engine::Job& job);

/// Refused at the field in which an email address stands. Errors: names_a_person.
Status names_no_address(const std::vector<FreeText>& texts);

/// Refused at the field in which something looks like a name, a telephone number or a street address, whoever's: the
/// person may become known later, or by another account. Errors: names_a_person.
Status names_nobody_likely(const std::vector<FreeText>& texts);

/// Refused at the field in which what is known of the account's person stands: a whole value of its personal data of
/// five bytes or more, such as its name, however its letters are written and spaced. Errors: names_a_person.
Status names_not(const std::vector<Word>& person, const std::vector<FreeText>& texts);

}  // namespace florin

#pragma once

#include <optional>
#include <string_view>

/// What looks like a person, whoever it may be: for texts that stay for good, before anybody is known by name.
/// Source   docs/decisions/0361-what-looks-like-a-person.md
namespace florin {

/// `ann@example.com` anywhere in the text: something before the @, and a domain with a dot and letters after it.
bool holds_address(std::string_view text);

/// `+49 170 1234567`, or seven digits and more behind `phone`, `tel` and the like.
bool holds_telephone(std::string_view text);

/// What in a text looks like a person, in words for an error: "what looks like a name" or "what looks like a street
/// address". None: the text has neither, or what it has looks like neither.
std::optional<std::string_view> shape_of_person(std::string_view text);

}  // namespace florin

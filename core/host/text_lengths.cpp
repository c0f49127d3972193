#include "host/text_lengths.hpp"

#include <algorithm>
#include <string>

#include "engine/vault.hpp"

namespace florin {

namespace {

/// Of UTF-8: each character begins with a byte that goes on from none.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// `4,096`
std::string written(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

Error too_long(std::string field, const std::string& name, std::size_t has, std::size_t most) {
  return {.code = "text_too_long",
          .message = name + " has " + written(has) + " characters: it may have " + written(most) + " at most",
          .at = {.file = {}, .line = 0, .column = 0, .path = std::move(field)}};
}

Status personal_fits(const std::vector<Word>& words) {
  if (words.size() > most_personal_words)
    return Error{.code = "too_many_fields",
                 .message = "personal_data has " + written(words.size()) + " fields: it may have " +
                            written(most_personal_words) + " at most",
                 .at = {.file = {}, .line = 0, .column = 0, .path = "personal_data"}};
  for (const Word& word : words) {
    if (word.name.size() > longest_word_name)
      return too_long("personal_data", "the name of a field of personal_data", characters(word.name),
                      longest_word_name);
    if (const std::size_t has = characters(word.value); has > longest_personal)
      return too_long("personal_data." + word.name, word.name, has, longest_personal);
  }
  return Done{};
}

}  // namespace

Status have_fit_lengths(const AnyCommand& command, const std::vector<FreeText>& free) {
  const std::vector<Word>* words = engine::names_person(command) ? engine::sealed_words(command) : nullptr;
  if (words != nullptr)
    if (auto fit = personal_fits(*words); !fit) return fit;
  for (const FreeText& one : free)
    if (const std::size_t has = characters(one.text); one.field != "key" && has > longest_free_text)
      return too_long(one.field, one.field, has, longest_free_text);
  return Done{};
}

}  // namespace florin

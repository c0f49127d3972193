#include "host/free_text.hpp"

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <string_view>

#include "domain/journal/described.hpp"
#include "host/person_shapes.hpp"

namespace florin {

namespace {

constexpr std::array<std::string_view, 6> free_fields = {"reason", "said", "item", "masked", "name", "certificate"};

bool is_letter(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}
/// Letters and digits in lower case, each run of anything else as one space: `GRACE  Hopper,` is `grace hopper`.
std::string plain(std::string_view text) {
  std::string words;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_letter(byte))
      words += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  if (words.ends_with(' ')) words.pop_back();
  return words;
}

/// Words by which people are called; each word of them is a name, `Grace` of `Grace Hopper`.
bool is_name(std::string_view word) {
  static constexpr std::array names = {std::string_view("name"), std::string_view("first_name"),
                                       std::string_view("last_name"), std::string_view("nickname"),
                                       std::string_view("contact")};
  return std::ranges::find(names, word) != names.end();
}

/// Runs of letters and digits, as they are written.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && is_letter(static_cast<unsigned char>(text[i]))) continue;
    if (i > from) words.push_back(text.substr(from, i - from));
    from = i + 1;
  }
  return words;
}

/// A word of three bytes or more of a person's name, written as a name: `Grace called`, and not `grace period`.
bool calls(std::string_view name, std::string_view text) {
  const auto in_text = words_of(text);
  return std::ranges::any_of(words_of(name), [&](std::string_view word) {
    const bool lower = word.front() >= 'a' && word.front() <= 'z';
    return word.size() >= 3 && !lower && std::ranges::find(in_text, word) != in_text.end();
  });
}

Error names_a_person(const std::string& field, const std::string& what) {
  return {.code = "names_a_person",
          .message = "This text stays for good, and " + what +
                     " could not be erased from it. Write it without; what is known of a person belongs in "
                     "personal_data.",
          .at = {.file = {}, .line = 0, .column = 0, .path = field}};
}

template <class Command>
void collect(const Command& command, const std::string& before, std::vector<FreeText>& texts) {
  using Members = boost::describe::describe_members<Command, boost::describe::mod_any_access>;
  boost::mp11::mp_for_each<Members>([&](auto member) {
    if (std::ranges::find(free_fields, std::string_view(member.name)) == free_fields.end()) return;
    const auto& value = command.*member.pointer;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string>) {
      if (!value.empty()) texts.push_back({before + member.name, value});
    } else if constexpr (std::is_same_v<Value, std::optional<std::string>>) {
      if (value) texts.push_back({before + member.name, *value});
    }
  });
}

}  // namespace

std::vector<FreeText> free_texts_of(const engine::Job& job) {
  std::vector<FreeText> texts;
  // What a bank says of a payment is the bank's record, and kept as it came.
  if (!std::holds_alternative<RecordBankReceipt>(job.command))
    std::visit([&](const auto& command) { collect(command, "", texts); }, job.command);
  if (const auto* import = std::get_if<ImportAccount>(&job.command)) {
    for (std::size_t i = 0; i < import->items.size(); ++i)
      collect(import->items[i], "items[" + std::to_string(i) + "].", texts);
    for (std::size_t i = 0; i < import->coupons.size(); ++i)
      collect(import->coupons[i], "coupons[" + std::to_string(i) + "].", texts);
  }
  if (!job.key.empty()) texts.push_back({"key", job.key});
  if (const auto* import = std::get_if<ImportAccount>(&job.command))
    for (std::size_t i = 0; i < import->methods.size(); ++i)
      collect(import->methods[i], "methods[" + std::to_string(i) + "].", texts);
  return texts;
}

std::vector<FreeText> new_members_of(const engine::Job& job) {
  std::vector<FreeText> ids;
  if (const auto* invites = std::get_if<InviteMember>(&job.command)) ids.push_back({"member", invites->member.text()});
  if (const auto* import = std::get_if<ImportAccount>(&job.command))
    for (std::size_t i = 0; i < import->members.size(); ++i)
      ids.push_back({"members[" + std::to_string(i) + "].member", import->members[i].member.text()});
  return ids;
}

Status names_no_address(const std::vector<FreeText>& texts) {
  for (const FreeText& one : texts)
    if (holds_address(one.text)) return names_a_person(one.field, "an email address");
  return Done{};
}

Status names_nobody_likely(const std::vector<FreeText>& texts) {
  for (const FreeText& one : texts) {
    if (const auto shape = shape_of_person(one.text)) return names_a_person(one.field, std::string(*shape));
    const bool of_a_thing =
        one.field == "key" || one.field.ends_with("item");  // a number is what some tenants rent out
    if (!of_a_thing && holds_telephone(one.text)) return names_a_person(one.field, "a telephone number");
  }
  return Done{};
}

Status names_not(const std::vector<Word>& person, const std::vector<FreeText>& texts) {
  for (const FreeText& one : texts) {
    const std::string text = " " + plain(one.text) + " ";
    for (const Word& word : person) {
      const std::string value = plain(word.value);
      const std::size_t shortest = word.name == "nickname" || word.name == "username" ? 3 : 5;
      if (is_name(word.name) && calls(word.value, one.text))
        return names_a_person(one.field, "a name of this account's person");
      if (value.size() >= shortest && text.find(" " + value + " ") != std::string::npos)
        return names_a_person(one.field, "the " + word.name + " of this account's person");
    }
  }
  return Done{};
}

}  // namespace florin

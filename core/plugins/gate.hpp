#pragma once

#include <florin/plugin.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace florin {

/// What a plugin answers is looked at once, here, whatever its kind: text that is kept or shown, addresses that a
/// customer is sent to, amounts, counts and times. Each throws PluginFault with a sentence that names the field.
///
/// Source   docs/decisions/0100-one-gate-for-answers.md
namespace gate {

inline constexpr std::int64_t most_units = 1'000'000'000'000'000;  ///< of one grant, and minor units of one amount
inline constexpr std::ptrdiff_t most_issues = 64;                  ///< grants that one moment may bring
inline constexpr std::size_t most_rates = 256;                     ///< of one sale
inline constexpr std::size_t longest_word = 200;                   ///< bytes of a name, an id or a rule
inline constexpr std::size_t longest_text = 2'000;                 ///< bytes of a sentence

/// What the plugin's author wrote, such as a rule, a tax's name or an id: UTF-8 without control characters, marks that
/// turn the direction of writing, or a card's number.
std::string word(florin_text text, std::string_view field);
/// The same for a sentence.
std::string sentence(florin_text text, std::string_view field);

/// What a provider wrote and the plugin hands on: what does not belong into text is replaced by a blank or U+FFFD, a
/// card's number is masked, and what is too long is cut. A decline must not become unknown for a line end in it.
std::string foreign(florin_text text, std::size_t most = longest_text);

/// What a provider wrote for another program to read: nothing of it may be cut or masked, so what cannot stay as it is
/// is refused. At most 8,000 bytes of UTF-8 without control characters.
std::string unchanged(florin_text text, std::string_view field);

/// Where a customer is sent: https, or http on this machine; printable ASCII; no name or password in it.
///
/// shown   it is shown, as a code to scan or a link into the customer's own app: a payment intent, `upi://pay`, too
std::string address(florin_text text, std::string_view field, bool shown = false);

/// 0 to `most_units`. Throws for less and more.
void amount(std::int64_t minor, std::string_view field);

/// A span after which something ends: at most 100 years.
void length(const florin_span& span, std::string_view field);

/// A header that a plugin may set: one that says where a request goes or how it is framed belongs to the host.
bool is_for_the_host_alone(std::string_view header);

}  // namespace gate

}  // namespace florin

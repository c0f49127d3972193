#include "host/card_numbers.hpp"

#include <cstring>

#include "domain/documents/irn.hpp"
#include "domain/payments/card_number.hpp"
#include "florin/utf8.hpp"
#include "host/every_text.hpp"

namespace florin {

namespace {

/// Sixty-four digits of a hash may have those of a card among them.
bool may_be_card_number(std::string_view text) { return holds_card_number(text) && !is_irn(text); }
bool may_not_enter(std::string_view text) { return may_be_card_number(text) || !is_utf8(text); }
bool is_not_utf8(std::string_view text) { return !is_utf8(text); }

Status refused_at(std::optional<std::string> place, const char* code, const char* message) {
  if (!place) return Done{};
  return Error{.code = code, .message = message, .at = {.file = {}, .line = 0, .column = 0, .path = *std::move(place)}};
}

Status no_card_number_at(std::optional<std::string> place) {
  return refused_at(std::move(place), "card_number",
                    "a card's number is never given here, in no field: the processor keeps it and gives a token");
}

}  // namespace

std::optional<std::string> card_number_in(const AnyCommand& command) { return place_of(command, &may_be_card_number); }

Status holds_no_card_number(const AnyCommand& command) { return no_card_number_at(card_number_in(command)); }

Status holds_fit_texts(const engine::Job& job) {
  if (!place_of(job, &may_not_enter)) return Done{};
  if (auto place = place_of(job, &is_not_utf8))
    return refused_at(std::move(place), "not_utf8", "this is not UTF-8: no other bytes are kept as text");
  return no_card_number_at(place_of(job, &may_be_card_number));
}

}  // namespace florin

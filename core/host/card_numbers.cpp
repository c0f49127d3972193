#include "host/card_numbers.hpp"

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <concepts>

#include "domain/journal/described.hpp"
#include "domain/payments/card_number.hpp"

namespace florin {

namespace {

template <class T>
concept Holder = requires(const T& value) {
  value.has_value();
  *value;
};
template <class T>
concept List = requires(const T& value) {
  typename T::value_type;
  value.begin();
  value.size();
};

template <class T>
concept Name = requires(const T& value) {
  { T::trusted(std::string()) } -> std::same_as<T>;
  { value.text() } -> std::same_as<const std::string&>;
};

using Place = std::optional<std::string>;

Place below(std::string name, const Place& place) {
  if (!place) return place;
  if (!place->empty() && place->front() != '[') name += '.';
  return name + *place;
}

template <class T>
Place place_in(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return holds_card_number(value) ? Place("") : std::nullopt;
  } else if constexpr (Name<T>) {
    return holds_card_number(value.text()) ? Place("") : std::nullopt;
  } else if constexpr (std::is_same_v<T, Word>) {
    if (holds_card_number(value.name)) return "";
    return holds_card_number(value.value) ? Place(value.name) : std::nullopt;
  } else if constexpr (Holder<T>) {
    return value.has_value() ? place_in(*value) : std::nullopt;
  } else if constexpr (List<T>) {
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto place = place_in(value[i])) return below("[" + std::to_string(i) + "]", place);
    return std::nullopt;
  } else if constexpr (boost::describe::has_describe_members<T>::value) {
    Place found;
    using Members = boost::describe::describe_members<T, boost::describe::mod_any_access>;
    boost::mp11::mp_for_each<Members>([&](auto member) {
      if (found) return;
      if (const Place place = place_in(value.*member.pointer)) found = below(member.name, place);
    });
    return found;
  } else {
    return std::nullopt;  // an amount, an instant: no free text
  }
}

}  // namespace

std::optional<std::string> card_number_in(const AnyCommand& command) {
  return std::visit([](const auto& one) { return place_in(one); }, command);
}

namespace {

Status no_card_number_at(Place place) {
  if (!place) return Done{};
  return Error{.code = "card_number",
               .message = "a card's number is never given here, in no field: the processor keeps it and gives a token",
               .at = {.file = {}, .line = 0, .column = 0, .path = *std::move(place)}};
}

}  // namespace

Status holds_no_card_number(const AnyCommand& command) { return no_card_number_at(card_number_in(command)); }

Status holds_no_card_number(const engine::Job& job) {
  if (holds_card_number(job.account.text())) return no_card_number_at("account");
  if (holds_card_number(job.actor.role) || holds_card_number(job.actor.id)) return no_card_number_at("actor");
  if (holds_card_number(job.key)) return no_card_number_at("key");
  return holds_no_card_number(job.command);
}

}  // namespace florin

#include "host/every_text.hpp"

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <concepts>

#include "domain/journal/described.hpp"

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
Place place_in(const T& value, IsWrong wrong) {
  if constexpr (std::is_same_v<T, std::string>) {
    return wrong(value) ? Place("") : std::nullopt;
  } else if constexpr (Name<T>) {
    return wrong(value.text()) ? Place("") : std::nullopt;
  } else if constexpr (std::is_same_v<T, Word>) {
    if (wrong(value.name)) return "";
    return wrong(value.value) ? Place(value.name) : std::nullopt;
  } else if constexpr (Holder<T>) {
    return value.has_value() ? place_in(*value, wrong) : std::nullopt;
  } else if constexpr (List<T>) {
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto place = place_in(value[i], wrong)) {
        // Words are written as a map by their names.
        if constexpr (std::is_same_v<typename T::value_type, Word>) return place;
        return below("[" + std::to_string(i) + "]", place);
      }
    return std::nullopt;
  } else if constexpr (boost::describe::has_describe_members<T>::value) {
    Place found;
    using Members = boost::describe::describe_members<T, boost::describe::mod_any_access>;
    boost::mp11::mp_for_each<Members>([&](auto member) {
      if (found) return;
      if (const Place place = place_in(value.*member.pointer, wrong)) found = below(member.name, place);
    });
    return found;
  } else {
    return std::nullopt;  // an amount, an instant: no free text
  }
}

}  // namespace

std::optional<std::string> place_of(const AnyCommand& command, IsWrong wrong) {
  return std::visit([wrong](const auto& one) { return place_in(one, wrong); }, command);
}

std::optional<std::string> place_of(const engine::Job& job, IsWrong wrong) {
  if (wrong(job.account.text())) return "account";
  if (wrong(job.actor.role) || wrong(job.actor.id)) return "actor";
  if (wrong(job.key)) return "key";
  return place_of(job.command, wrong);
}

}  // namespace florin

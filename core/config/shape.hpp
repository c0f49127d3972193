#pragma once

#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "config/document.hpp"
#include "config/scalar.hpp"
#include "domain/journal/names.hpp"
#include "domain/journal/one_of.hpp"
#include "florin/apart.hpp"

/// What a C++ type looks like when a person or a program writes it. A type is described once (Boost.Describe) and
/// becomes a table at compile time; decoding, JSON and schemas walk the table and are compiled once, not once a type.
namespace florin::config {

/// A value with the place where it was written. Reads and writes like the value.
template <class T>
struct Written {
  T value = {};
  Where at = {};
};

/// A list of which one alone may stand without brackets: `gives: 500 message`.
template <class T>
struct OneOrMany : std::vector<T> {
  using std::vector<T>::vector;
};

/// A value, or the word `none`: for what must not be left out by accident.
template <class T>
struct OrNone : std::optional<T> {
  using std::optional<T>::optional;
};

/// In a struct, takes the keys that are no member: a block that somebody else reads. Always a map.
struct Rest {
  Node node;
};

/// What a struct says of a member beyond its type. A member that is an optional, a list or a table may be left out, and
/// so may one whose note says so, which then keeps its C++ default; all others must be written.
struct Note {
  std::string_view member;
  std::string_view says;
  enum class Presence : std::uint8_t { by_type, required, may_be_left_out };
  Presence presence = Presence::by_type;
};
/// Specialise beside BOOST_DESCRIBE_STRUCT, where there is something to say.
template <class T>
inline constexpr std::span<const Note> notes = {};

/// Makes a vector of T a table: T's key and value. A pair is one already.
template <class T>
struct Keyed {};
template <class K, class V>
struct Keyed<std::pair<K, V>> {
  static K& key(std::pair<K, V>& entry) { return entry.first; }
  static V& value(std::pair<K, V>& entry) { return entry.second; }
};

struct Shape;
using ShapeOf = const Shape& (*)();

struct Field {
  std::string_view name;
  std::string_view says;
  bool required = true;
  ShapeOf shape = nullptr;
  void* (*in)(void* record) = nullptr;
};

struct Alternative {
  std::string_view name;
  ShapeOf shape = nullptr;
  void* (*emplace)(void* variant) = nullptr;
};

struct Item {
  void* key = nullptr;
  void* value = nullptr;
};

/// One type. Which members are set depends on `kind`.
struct Shape {
  enum class Kind : std::uint8_t { scalar, list, table, record, one_of, maybe, written };
  Kind kind = Kind::scalar;

  // scalar
  Format format;
  std::span<const std::string_view> words;  ///< of an enum, or of a Scalar that has `words`
  std::optional<Error> (*parse)(std::string_view text, void* into) = nullptr;
  std::string (*text)(const void* value) = nullptr;
  bool (*unset)(const void* value) = nullptr;  ///< whether it stands for no value: JSON has null; nullptr: never

  // list, table, maybe, written: what they hold
  ShapeOf inner = nullptr;
  ShapeOf key = nullptr;  ///< of a table, a scalar
  Item (*append)(void* list) = nullptr;
  std::size_t (*size)(const void* list) = nullptr;
  Item (*item)(void* list, std::size_t i) = nullptr;
  bool one_may_stand_alone = false;
  bool none_is_a_word = false;
  void* (*emplace)(void* maybe) = nullptr;
  void* (*held)(void* maybe) = nullptr;  ///< nullptr: nothing

  // record, written
  std::string_view name;
  std::span<const Field> fields;
  Where& (*at)(void* record) = nullptr;   ///< nullptr: it does not keep its place
  Rest& (*rest)(void* record) = nullptr;  ///< nullptr: other keys are refused

  // one_of
  std::span<const Alternative> alternatives;
  std::size_t (*index)(const void* variant) = nullptr;
  void* (*chosen)(void* variant) = nullptr;
};

/// The table of T.
template <class T>
const Shape& shape_of();

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_optional<Seldom<T>> = true;
template <class T>
inline constexpr bool is_apart = false;
template <class T>
inline constexpr bool is_apart<Apart<T>> = true;
template <class T>
inline constexpr bool is_or_none = false;
template <class T>
inline constexpr bool is_or_none<OrNone<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_one_or_many = false;
template <class T>
inline constexpr bool is_one_or_many<OneOrMany<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;
template <OneOf T>
inline constexpr bool is_variant<T> = true;
template <class T>
inline constexpr bool is_written = false;
template <class T>
inline constexpr bool is_written<Written<T>> = true;
template <class T>
concept KeyedEntry = requires(T& entry) { Keyed<T>::key(entry); };
template <class T>
concept Record = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <class T>
inline constexpr bool left_out_by_type = is_optional<T> || is_vector<T> || is_one_or_many<T>;

template <class T>
Shape scalar_shape() {
  Shape shape;
  shape.kind = Shape::Kind::scalar;
  shape.format = format_of<T>;
  shape.parse = [](std::string_view text, void* into) -> std::optional<Error> {
    auto value = Scalar<T>::parse(text);
    if (!value) return value.error();
    *static_cast<T*>(into) = *std::move(value);
    return std::nullopt;
  };
  shape.text = [](const void* value) { return Scalar<T>::text(*static_cast<const T*>(value)); };
  if constexpr (requires(const T& value) { Scalar<T>::unset(value); })
    shape.unset = [](const void* value) { return Scalar<T>::unset(*static_cast<const T*>(value)); };
  if constexpr (requires { Scalar<T>::words(); }) shape.words = Scalar<T>::words();
  return shape;
}

std::optional<Error> bad_word(std::string_view text, std::span<const std::string_view> words);

/// The word of a member or an enumerator; one that C++ keeps for itself is described with an underscore: `do_`.
constexpr std::string_view word(std::string_view described) {
  if (described.ends_with('_')) described.remove_suffix(1);
  return described;
}

template <class E>
Shape enum_shape() {
  using List = boost::describe::describe_enumerators<E>;
  static constexpr std::size_t count = boost::mp11::mp_size<List>::value;
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> all;
    boost::mp11::mp_for_each<List>([&](auto described) { all.push_back(word(described.name)); });
    return all;
  }();
  static const std::vector<E> values = [] {
    std::vector<E> all;
    boost::mp11::mp_for_each<List>([&](auto described) { all.push_back(described.value); });
    return all;
  }();
  Shape shape;
  shape.kind = Shape::Kind::scalar;
  shape.words = words;
  shape.parse = [](std::string_view text, void* into) -> std::optional<Error> {
    for (std::size_t i = 0; i < count; ++i) {
      if (words[i] != text) continue;
      *static_cast<E*>(into) = values[i];
      return std::nullopt;
    }
    return bad_word(text, words);
  };
  shape.text = [](const void* value) {
    for (std::size_t i = 0; i < count; ++i)
      if (values[i] == *static_cast<const E*>(value)) return std::string(words[i]);
    return std::string();
  };
  return shape;
}

template <class List>
Shape list_shape() {
  using T = typename List::value_type;
  Shape shape;
  shape.size = [](const void* list) { return static_cast<const List*>(list)->size(); };
  if constexpr (KeyedEntry<T>) {
    using Key = std::remove_reference_t<decltype(Keyed<T>::key(std::declval<T&>()))>;
    using Value = std::remove_reference_t<decltype(Keyed<T>::value(std::declval<T&>()))>;
    shape.kind = Shape::Kind::table;
    shape.key = shape_of<Key>;
    shape.inner = shape_of<Value>;
    shape.append = [](void* list) -> Item {
      T& entry = static_cast<List*>(list)->emplace_back();
      return {&Keyed<T>::key(entry), &Keyed<T>::value(entry)};
    };
    shape.item = [](void* list, std::size_t i) -> Item {
      T& entry = (*static_cast<List*>(list))[i];
      return {&Keyed<T>::key(entry), &Keyed<T>::value(entry)};
    };
  } else {
    shape.kind = Shape::Kind::list;
    shape.inner = shape_of<T>;
    shape.one_may_stand_alone = is_one_or_many<List>;
    shape.append = [](void* list) -> Item { return {nullptr, &static_cast<List*>(list)->emplace_back()}; };
    shape.item = [](void* list, std::size_t i) -> Item { return {nullptr, &(*static_cast<List*>(list))[i]}; };
  }
  return shape;
}

template <class Maybe>
Shape maybe_shape() {
  using T = typename Maybe::value_type;
  Shape shape;
  shape.kind = Shape::Kind::maybe;
  shape.inner = shape_of<T>;
  shape.none_is_a_word = is_or_none<Maybe>;
  shape.emplace = [](void* maybe) -> void* { return &static_cast<Maybe*>(maybe)->emplace(); };
  shape.held = [](void* maybe) -> void* {
    Maybe& value = *static_cast<Maybe*>(maybe);
    return value ? &*value : nullptr;
  };
  return shape;
}

template <class T>
Shape written_shape() {
  Shape shape;
  shape.kind = Shape::Kind::written;
  shape.inner = shape_of<decltype(T::value)>;
  shape.held = [](void* written) -> void* { return &static_cast<T*>(written)->value; };
  shape.at = [](void* written) -> Where& { return static_cast<T*>(written)->at; };
  return shape;
}

/// A value that lies apart is written as if it did not.
template <class T>
Shape apart_shape() {
  Shape shape;
  shape.kind = Shape::Kind::written;
  shape.inner = shape_of<typename T::value_type>;
  shape.held = [](void* apart) -> void* { return &**static_cast<T*>(apart); };
  return shape;
}

template <class V>
struct VariantShape : VariantShape<typename V::Kinds> {};
template <class... T>
struct VariantShape<std::variant<T...>> {
  using V = std::variant<T...>;
  static Shape shape() {
    static const std::vector<Alternative> all = {Alternative{word_of<T>(), shape_of<T>, [](void* variant) -> void* {
                                                               return &static_cast<V*>(variant)->template emplace<T>();
                                                             }}...};
    Shape shape;
    shape.kind = Shape::Kind::one_of;
    shape.alternatives = all;
    shape.index = [](const void* variant) { return static_cast<const V*>(variant)->index(); };
    shape.chosen = [](void* variant) {
      return std::visit([](auto& value) -> void* { return &value; }, *static_cast<V*>(variant));
    };
    return shape;
  }
};

template <class T>
Field field(std::string_view name, bool left_out_by_type, ShapeOf shape, void* (*in)(void*)) {
  Field field{.name = name, .says = {}, .required = !left_out_by_type, .shape = shape, .in = in};
  for (const Note& note : notes<T>) {
    if (note.member != name) continue;
    field.says = note.says;
    if (note.presence != Note::Presence::by_type) field.required = note.presence == Note::Presence::required;
  }
  return field;
}

template <class T>
Shape record_shape() {
  using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
  static const std::vector<Field> fields = [] {
    std::vector<Field> all;
    boost::mp11::mp_for_each<Members>([&](auto described) {
      using Member = std::remove_reference_t<decltype(std::declval<T&>().*described.pointer)>;
      all.push_back(
          field<T>(word(described.name), left_out_by_type<Member>, shape_of<Member>,
                   [](void* record) -> void* { return &(static_cast<T*>(record)->*decltype(described)::pointer); }));
    });
    return all;
  }();
  Shape shape;
  shape.kind = Shape::Kind::record;
  shape.name = word_of<T>();
  shape.fields = fields;
  if constexpr (requires(T& record) {
                  { record.at } -> std::same_as<Where&>;
                })
    shape.at = [](void* record) -> Where& { return static_cast<T*>(record)->at; };
  if constexpr (requires(T& record) {
                  { record.rest } -> std::same_as<Rest&>;
                })
    shape.rest = [](void* record) -> Rest& { return static_cast<T*>(record)->rest; };
  return shape;
}

}  // namespace detail

template <class T>
const Shape& shape_of() {
  static const Shape shape = [] {
    if constexpr (std::is_enum_v<T>)
      return detail::enum_shape<T>();
    else if constexpr (detail::is_vector<T> || detail::is_one_or_many<T>)
      return detail::list_shape<T>();
    else if constexpr (detail::is_optional<T> || detail::is_or_none<T>)
      return detail::maybe_shape<T>();
    else if constexpr (detail::is_written<T>)
      return detail::written_shape<T>();
    else if constexpr (detail::is_apart<T>)
      return detail::apart_shape<T>();
    else if constexpr (detail::is_variant<T>)
      return detail::VariantShape<T>::shape();
    else if constexpr (detail::Record<T>)
      return detail::record_shape<T>();
    else
      return detail::scalar_shape<T>();
  }();
  return shape;
}

}  // namespace florin::config

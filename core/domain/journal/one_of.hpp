#pragma once

#include <concepts>
#include <type_traits>
#include <variant>

/// A variant of a hundred kinds is a class of its own, with `Kinds` as its base: what copies, moves and ends it is then
/// compiled once, and not in every file that has one. There it takes most of the time and fills megabytes with names.
namespace florin {

template <class T, class Kinds>
inline constexpr bool is_kind_of = false;
template <class T, class... Kinds>
inline constexpr bool is_kind_of<T, std::variant<Kinds...>> = (std::same_as<T, Kinds> || ...);

/// A class made that way.
template <class T>
concept OneOf = requires { typename T::Kinds; } && std::derived_from<T, typename T::Kinds>;

}  // namespace florin

template <florin::OneOf T>
struct std::variant_size<T> : std::variant_size<typename T::Kinds> {};
template <std::size_t kind, florin::OneOf T>
struct std::variant_alternative<kind, T> : std::variant_alternative<kind, typename T::Kinds> {};

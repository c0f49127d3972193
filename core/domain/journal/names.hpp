#pragma once

#include <array>
#include <string_view>

namespace florin {

namespace detail {

template <class T>
constexpr std::string_view type_name() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("T = ") + 4);
  name = name.substr(0, name.find_first_of(";]"));
  const std::size_t scope = name.rfind("::");
  return scope == std::string_view::npos ? name : name.substr(scope + 2);
}

template <class T>
struct SnakeCase {
  static constexpr std::string_view type = type_name<T>();
  static constexpr std::size_t size = [] {
    std::size_t n = type.size();
    for (std::size_t i = 1; i < type.size(); ++i) n += type[i] >= 'A' && type[i] <= 'Z' ? 1U : 0U;
    return n;
  }();
  static constexpr std::array<char, size> text = [] {
    std::array<char, size> word{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < type.size(); ++i) {
      const bool upper = type[i] >= 'A' && type[i] <= 'Z';
      if (upper && i > 0) word[at++] = '_';
      word[at++] = upper ? static_cast<char>(type[i] - 'A' + 'a') : type[i];
    }
    return word;
  }();
};

}  // namespace detail

/// A type's word in YAML, JSON, SQL and the docs: `BuyCredits` is `buy_credits`.
template <class T>
constexpr std::string_view word_of() {
  return {detail::SnakeCase<T>::text.data(), detail::SnakeCase<T>::size};
}

}  // namespace florin

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace florin {

/// A place in a file that a person wrote. Line and column count from 1; 0 means the whole file.
struct Where {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string path;  ///< the field, as in `plans.growth.cycles.monthly.price`

  friend bool operator==(const Where&, const Where&) = default;
};

/// What went wrong, for a program (`code`) and for a person (`message`: what is wrong and what would be right).
struct Error {
  std::string code;
  std::string message;
  Where at = {};

  friend bool operator==(const Error&, const Error&) = default;
};
using Errors = std::vector<Error>;

/// A value, or the reason why there is none. Check before you use the value.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return held_.index() == 0; }
  T& operator*() & { return std::get<0>(held_); }
  const T& operator*() const& { return std::get<0>(held_); }
  T&& operator*() && { return std::get<0>(std::move(held_)); }
  T* operator->() { return &std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

struct Done {
  friend bool operator==(Done, Done) = default;
};
/// For what only succeeds or fails.
using Status = Result<Done>;

}  // namespace florin

#pragma once

#include <memory>
#include <optional>
#include <utility>

/// Wide values that are seldom looked at lie apart from what holds them, so that this stays narrow: an account that is
/// debited, a list of facts. They are values all the same: a copy is a copy of all of it.
namespace florin {

/// As std::optional<T>; while there is none it is as wide as a pointer.
template <class T>
class Seldom {
 public:
  using value_type = T;

  Seldom() = default;
  Seldom(std::nullopt_t) {}
  Seldom(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Seldom(const Seldom& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
  Seldom(Seldom&&) noexcept = default;
  Seldom& operator=(const Seldom& other) {
    value_ = other ? std::make_unique<T>(*other) : nullptr;
    return *this;
  }
  Seldom& operator=(Seldom&&) noexcept = default;
  ~Seldom() = default;

  explicit operator bool() const { return value_ != nullptr; }
  bool has_value() const { return value_ != nullptr; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  T& emplace() {
    value_ = std::make_unique<T>();
    return *value_;
  }
  void reset() { value_.reset(); }

 private:
  std::unique_ptr<T> value_;
};

/// A T, always there.
template <class T>
class Apart {
 public:
  using value_type = T;

  Apart() : Apart(T()) {}
  Apart(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Apart(const Apart& other) : Apart(*other) {}
  Apart(Apart&& other) noexcept = default;  ///< what was moved from may only be assigned to, or end
  Apart& operator=(const Apart& other) {
    value_ = std::make_unique<T>(*other);
    return *this;
  }
  Apart& operator=(Apart&&) noexcept = default;
  ~Apart() = default;

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace florin

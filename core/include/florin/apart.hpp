#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

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
  friend bool operator==(const Seldom& a, const Seldom& b) { return a && b ? *a == *b : bool(a) == bool(b); }

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

/// As std::vector<T>; while nothing was ever in it, it is as wide as a pointer.
template <class T>
class SeldomList {
 public:
  using value_type = T;
  using iterator = typename std::vector<T>::iterator;
  using const_iterator = typename std::vector<T>::const_iterator;

  SeldomList() = default;
  SeldomList(std::vector<T> list) { *this = std::move(list); }
  SeldomList(const SeldomList& other) : SeldomList(other.all()) {}
  SeldomList(SeldomList&&) noexcept = default;
  SeldomList& operator=(const SeldomList& other) { return *this = other.all(); }
  SeldomList& operator=(SeldomList&&) noexcept = default;
  SeldomList& operator=(std::vector<T> list) {
    list_ = list.empty() ? nullptr : std::make_unique<std::vector<T>>(std::move(list));
    return *this;
  }
  ~SeldomList() = default;

  const std::vector<T>& all() const { return list_ ? *list_ : none; }
  operator const std::vector<T>&() const { return all(); }
  bool empty() const { return !list_ || list_->empty(); }
  std::size_t size() const { return list_ ? list_->size() : 0; }
  iterator begin() { return list_ ? list_->begin() : iterator(); }
  iterator end() { return list_ ? list_->end() : iterator(); }
  const_iterator begin() const { return all().begin(); }
  const_iterator end() const { return all().end(); }
  T& operator[](std::size_t number) { return (*list_)[number]; }
  const T& operator[](std::size_t number) const { return (*list_)[number]; }
  const T& at(std::size_t number) const { return all().at(number); }
  T& front() { return list_->front(); }
  const T& front() const { return list_->front(); }
  T& back() { return list_->back(); }
  const T& back() const { return list_->back(); }

  void push_back(T added) { there().push_back(std::move(added)); }
  iterator insert(const_iterator before, T added) {
    const auto at = list_ ? before - list_->cbegin() : 0;
    return there().insert(there().begin() + at, std::move(added));
  }
  iterator erase(const_iterator one) { return list_->erase(one); }
  void reserve(std::size_t size) {
    if (size > 0) there().reserve(size);
  }
  void resize(std::size_t size) { there().resize(size); }
  void clear() { list_.reset(); }
  template <class Is>
  friend std::size_t erase_if(SeldomList& list, Is is) {
    return list.list_ ? std::erase_if(*list.list_, is) : 0;
  }

 private:
  std::vector<T>& there() {
    if (!list_) list_ = std::make_unique<std::vector<T>>();
    return *list_;
  }
  static inline const std::vector<T> none;
  std::unique_ptr<std::vector<T>> list_;
};

/// A list that copies share, for it is long, often copied and seldom changed: who changes it makes one of their own, so
/// that what others see stays as it is.
template <class T>
class SharedList {
 public:
  using value_type = T;

  SharedList() = default;
  SharedList(std::vector<T> list)
      : list_(list.empty() ? nullptr : std::make_shared<const std::vector<T>>(std::move(list))) {}

  const std::vector<T>& all() const { return list_ ? *list_ : none; }
  operator const std::vector<T>&() const { return all(); }
  bool empty() const { return !list_; }
  std::size_t size() const { return all().size(); }
  auto begin() const { return all().begin(); }
  auto end() const { return all().end(); }
  const T& operator[](std::size_t number) const { return all()[number]; }
  const T& back() const { return all().back(); }

  template <class Change>
  void change(const Change& change) {
    std::vector<T> own = all();
    change(own);
    *this = SharedList(std::move(own));
  }
  void push_back(T added) {
    change([&](std::vector<T>& list) { list.push_back(std::move(added)); });
  }
  template <class Is>
  friend std::size_t erase_if(SharedList& list, const Is& is) {
    std::size_t erased = 0;
    for (const T& one : list) erased += is(one) ? 1 : 0;
    if (erased > 0) list.change([&](std::vector<T>& own) { std::erase_if(own, is); });
    return erased;
  }

 private:
  static inline const std::vector<T> none;
  std::shared_ptr<const std::vector<T>> list_;
};

}  // namespace florin

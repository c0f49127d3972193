#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <cstring>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "domain/accounts/history.hpp"
#include "domain/journal/one_of.hpp"
#include "florin/apart.hpp"
#include "florin/commands.hpp"
#include "florin/credits.hpp"
#include "florin/id.hpp"
#include "florin/money.hpp"
#include "florin/result.hpp"
#include "florin/time.hpp"

/// Described structs to bytes and back. Whole numbers are zigzag varints, text has its length, a struct has the length
/// of its fields in front: a reader skips fields it does not know, and fields that an older writer did not have keep
/// their defaults. So released shapes only grow at their end.
namespace florin::codec {

/// Bytes that are not what was written. Only ever seen behind a hash that did not hold.
class Damaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Appends to a text. Its own cursor runs ahead in room that the text grew to; what is not used is cut off at the end.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out), to_(out.data() + out.size()), end_(to_) {}
  ~Writer() { out_.resize(written()); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  [[gnu::always_inline]] void unsigned_number(std::uint64_t n) {
    make_room(longest_number);
    if (n < 0x80)
      *to_++ = static_cast<char>(n);
    else
      long_number(n);
  }
  void number(std::int64_t n) {
    unsigned_number((static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63));
  }
  void text(std::string_view text) {
    make_room(longest_number + text.size());
    if (text.size() < 0x80)
      *to_++ = static_cast<char>(text.size());
    else
      long_number(text.size());
    copy(to_, text.data(), text.size());
    to_ += text.size();
  }
  /// Writes what `body` writes with its length in front.
  template <class Body>
  void sized(const Body& body) {
    make_room(1);
    const std::size_t front = written();
    *to_++ = 0;
    body();
    const std::size_t length = written() - front - 1;
    if (length < 0x80) {
      to_[-static_cast<std::ptrdiff_t>(length) - 1] = static_cast<char>(length);
      return;
    }
    // A longer length takes more bytes: what was written moves on.
    std::size_t more = 0;
    for (std::size_t rest = length; rest >= 0x80; rest >>= 7) ++more;
    make_room(more);
    char* at = out_.data() + front;
    std::memmove(at + 1 + more, at + 1, length);
    to_ += more;
    std::size_t rest = length;
    for (; rest >= 0x80; rest >>= 7) *at++ = static_cast<char>(rest | 0x80);
    *at = static_cast<char>(rest);
  }

 private:
  static constexpr std::size_t longest_number = 10;
  static constexpr std::size_t step = 512;

  void long_number(std::uint64_t n) {
    if (n < std::uint64_t{1} << 56) {
      // Seven bits to each of eight bytes, in halves of halves; then a bit to each but the last.
      const std::size_t bytes = (static_cast<std::size_t>(std::bit_width(n)) + 6) / 7;
      n = (n & 0x0FFFFFFF) | (n & 0x00FFFFFFF0000000) << 4;
      n = (n & 0x00003FFF00003FFF) | (n & 0x0FFFC0000FFFC000) << 2;
      n = (n & 0x007F007F007F007F) | (n & 0x3F803F803F803F80) << 1;
      n |= 0x8080808080808080 & ((std::uint64_t{1} << 8 * (bytes - 1)) - 1);
      for (std::size_t at = 0; at < 8; ++at) to_[at] = static_cast<char>(n >> 8 * at);
      to_ += bytes;
      return;
    }
    for (; n >= 0x80; n >>= 7) *to_++ = static_cast<char>(n | 0x80);
    *to_++ = static_cast<char>(n);
  }
  /// Most texts are names, and shorter than a call takes: both ends are copied, and may overlap.
  static void copy(char* to, const char* from, std::size_t size) {
    if (size > 16) {
      std::memcpy(to, from, size);
    } else if (size >= 8) {
      std::memcpy(to, from, 8);
      std::memcpy(to + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
      std::memcpy(to, from, 4);
      std::memcpy(to + size - 4, from + size - 4, 4);
    } else {
      for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
    }
  }
  std::size_t written() const { return static_cast<std::size_t>(to_ - out_.data()); }
  void make_room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - to_) < bytes) grow(bytes);
  }
  void grow(std::size_t bytes) {
    const std::size_t before = written();
    out_.resize_and_overwrite(before + bytes + step, [](char*, std::size_t size) { return size; });
    to_ = out_.data() + before;
    end_ = out_.data() + out_.size();
  }

  std::string& out_;
  char* to_;
  char* end_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::uint64_t unsigned_number() {
    std::uint64_t n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) throw Damaged("the bytes end inside a number");
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      n |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return n;
    }
    throw Damaged("a number is too long");
  }
  std::int64_t number() {
    const std::uint64_t n = unsigned_number();
    return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
  }
  std::string_view text() {
    const std::uint64_t size = unsigned_number();
    if (size > rest_.size()) throw Damaged("the bytes end inside a text");
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  Reader sized() { return Reader(text()); }
  /// A count of things that take at least one byte each.
  std::size_t count() {
    const std::uint64_t count = unsigned_number();
    if (count > rest_.size()) throw Damaged("a list is longer than its bytes");
    return count;
  }

 private:
  std::string_view rest_;
};

namespace detail {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsVector<SeldomList<T>> : std::true_type {};
template <class T>
struct IsLong : std::false_type {};
template <class T>
struct IsLong<LongList<T>> : std::true_type {};
template <class T>
struct IsHistory : std::false_type {};
template <class T>
struct IsHistory<History<T>> : std::true_type {};
template <class T>
struct IsShared : std::false_type {};
template <class T>
struct IsShared<SharedList<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsOptional<Seldom<T>> : std::true_type {};
template <class T>
struct IsApart : std::false_type {};
template <class T>
struct IsApart<Apart<T>> : std::true_type {};
template <class T>
struct IsVariant : std::false_type {};
template <class... T>
struct IsVariant<std::variant<T...>> : std::true_type {};
template <OneOf T>
struct IsVariant<T> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<Id<Tag>> : std::true_type {};
template <class T>
struct IsNumber : std::false_type {};
template <class Tag>
struct IsNumber<Number<Tag>> : std::true_type {};

struct Anything {
  template <class T>
  operator T() const;
};
template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{((void)I, Anything())...}; };
}
template <class T, std::size_t N = 0>
constexpr std::size_t field_count() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>()))
    return field_count<T, N + 1>();
  else
    return N;
}

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;

}  // namespace detail

template <class T>
void write(Writer& out, const T& value);
template <class T>
void read(Reader& in, T& value);

template <class T>
void write(Writer& out, const T& value) {
  using namespace detail;
  if constexpr (std::is_same_v<T, bool>) {
    out.unsigned_number(value ? 1 : 0);
  } else if constexpr (std::is_enum_v<T>) {
    out.unsigned_number(static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
    out.number(value);
  } else if constexpr (std::is_integral_v<T>) {
    out.unsigned_number(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    out.text(value);
  } else if constexpr (IsId<T>::value) {
    out.text(value.text());
  } else if constexpr (IsNumber<T>::value) {
    out.unsigned_number(value.value);
  } else if constexpr (std::is_same_v<T, Credits>) {
    out.number(value.units);
  } else if constexpr (std::is_same_v<T, Instant> || std::is_same_v<T, Duration>) {
    out.number(value.us);
  } else if constexpr (std::is_same_v<T, Money>) {
    out.number(value.minor());
    out.text(value.currency().code());
    out.unsigned_number(static_cast<std::uint64_t>(value.currency().exponent()));
  } else if constexpr (std::is_same_v<T, UnitPrice>) {
    out.number(value.minor.over);
    out.number(value.minor.under);
    write(out, Money(0, value.currency));
  } else if constexpr (std::is_same_v<T, Span>) {
    out.unsigned_number(static_cast<std::uint64_t>(value.unit));
    out.number(value.count);
  } else if constexpr (std::is_same_v<T, Quantity>) {
    out.number(value.micro);
    out.text(value.unit);
  } else if constexpr (std::is_same_v<T, CreditAmount>) {
    out.number(value.amount.digits);
    out.number(value.amount.places);
    out.text(value.type.text());
  } else if constexpr (std::is_same_v<T, TakesOff>) {
    out.number(value.percent.digits);
    out.number(value.percent.places);
    write(out, value.amount);
  } else if constexpr (IsHistory<T>::value) {
    const auto all = [&](const auto& items) {
      out.unsigned_number(static_cast<std::uint64_t>(std::ranges::size(items)));
      for (const auto& item : items) write(out, item);
    };
    if (value.pages().count() == 0)
      all(value.open());
    else
      all(value);
  } else if constexpr (IsVector<T>::value || IsLong<T>::value) {
    out.unsigned_number(value.size());
    for (const auto& item : value) write(out, item);
  } else if constexpr (std::is_same_v<T, Seldom<Browser>>) {
    // A command's is never written: the fact that begins its payment has it, sealed.
  } else if constexpr (IsOptional<T>::value) {
    out.unsigned_number(value ? 1 : 0);
    if (value) write(out, *value);
  } else if constexpr (IsApart<T>::value) {
    write(out, *value);
  } else if constexpr (IsShared<T>::value) {
    write(out, value.all());
  } else if constexpr (IsVariant<T>::value) {
    out.unsigned_number(value.index());
    std::visit([&](const auto& alternative) { write(out, alternative); }, value);
  } else {
    static_assert(boost::mp11::mp_size<Members<T>>::value == field_count<T>(),
                  "a field of this struct is missing in described.hpp");
    out.sized([&] { boost::mp11::mp_for_each<Members<T>>([&](auto member) { write(out, value.*member.pointer); }); });
  }
}

namespace detail {

/// A number that its field cannot hold was never written by a Florin: it is not cut to size.
template <class T, class Number>
T fit(Number number) {
  if (!std::in_range<T>(number)) throw Damaged("a number is too big for its field");
  return static_cast<T>(number);
}

}  // namespace detail

template <class T>
T read(Reader& in) {
  T value{};
  read(in, value);
  return value;
}

template <class T>
void read(Reader& in, T& value) {
  using namespace detail;
  if constexpr (std::is_same_v<T, bool>) {
    value = in.unsigned_number() != 0;
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(in.unsigned_number());
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
    value = detail::fit<T>(in.number());
  } else if constexpr (std::is_integral_v<T>) {
    value = detail::fit<T>(in.unsigned_number());
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = in.text();
  } else if constexpr (IsId<T>::value) {
    value = T::trusted(std::string(in.text()));
  } else if constexpr (IsNumber<T>::value) {
    value.value = detail::fit<std::uint32_t>(in.unsigned_number());
  } else if constexpr (std::is_same_v<T, Credits>) {
    value.units = in.number();
  } else if constexpr (std::is_same_v<T, Instant> || std::is_same_v<T, Duration>) {
    value.us = in.number();
  } else if constexpr (std::is_same_v<T, Money>) {
    const std::int64_t minor = in.number();
    const std::string_view code = in.text();
    const auto exponent = detail::fit<std::uint8_t>(in.unsigned_number());
    const bool letters = std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!letters || (code.size() != 3 && !code.empty())) throw Damaged("a currency has three letters");
    value = {minor, code.empty() ? Currency() : Currency::trusted({code[0], code[1], code[2]}, exponent)};
  } else if constexpr (std::is_same_v<T, UnitPrice>) {
    value.minor.over = in.number();
    value.minor.under = in.number();
    value.currency = read<Money>(in).currency();
  } else if constexpr (std::is_same_v<T, Span>) {
    value.unit = static_cast<Span::Unit>(in.unsigned_number());
    value.count = static_cast<std::int32_t>(in.number());
  } else if constexpr (std::is_same_v<T, Quantity>) {
    value.micro = in.number();
    value.unit = in.text();
  } else if constexpr (std::is_same_v<T, CreditAmount>) {
    value.amount.digits = in.number();
    value.amount.places = static_cast<int>(in.number());
    value.type = CreditType::trusted(std::string(in.text()));
  } else if constexpr (std::is_same_v<T, TakesOff>) {
    value.percent.digits = in.number();
    value.percent.places = detail::fit<std::uint8_t>(in.number());
    value.amount = read<Money>(in);
  } else if constexpr (IsVector<T>::value) {
    const std::size_t count = in.count();
    value.clear();
    value.reserve(std::min<std::size_t>(count, 64));  // damaged bytes may claim any count
    for (std::size_t i = 0; i < count; ++i) value.push_back(read<typename T::value_type>(in));
  } else if constexpr (std::is_same_v<T, Seldom<Browser>>) {
    value.reset();
  } else if constexpr (IsOptional<T>::value) {
    value.reset();
    if (in.unsigned_number() != 0) value = read<typename T::value_type>(in);
  } else if constexpr (IsApart<T>::value) {
    read(in, *value);
  } else if constexpr (IsShared<T>::value || IsLong<T>::value) {
    value = read<std::vector<typename T::value_type>>(in);
  } else if constexpr (IsHistory<T>::value) {
    auto items = read<std::vector<typename T::value_type>>(in);
    for (std::uint32_t before = 0; const auto& item : items)
      if (item.id.value <= std::exchange(before, item.id.value)) throw Damaged("a list is not by number");
    value = std::move(items);
  } else if constexpr (IsVariant<T>::value) {
    const std::uint64_t index = in.unsigned_number();
    if (index >= std::variant_size_v<T>) throw Damaged("a kind of fact or command that this version does not know");
    boost::mp11::mp_with_index<std::variant_size_v<T>>(
        index, [&](auto i) { value.template emplace<i>(read<std::variant_alternative_t<i, T>>(in)); });
  } else {
    Reader fields = in.sized();
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      if (!fields.empty()) read(fields, value.*member.pointer);
    });
  }
}

}  // namespace florin::codec

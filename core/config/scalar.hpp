#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "florin/commands.hpp"
#include "florin/credits.hpp"
#include "florin/id.hpp"
#include "florin/money.hpp"
#include "florin/time.hpp"

/// How a value is read from text and written as text: one small trait a type. A new type that has `parse` and `text`
/// needs only its Format.
namespace florin::config {

/// What a scalar looks like, for JSON and for schemas.
struct Format {
  enum class Json : std::uint8_t { string, integer, boolean, any, raw };  // raw: it is JSON already
  Json json = Json::string;
  std::string_view example;
  std::string_view pattern;  ///< ECMAScript; none: any text
};

/// Specialise for each type that is one scalar.
template <class T>
inline constexpr Format format_of = {};

template <>
inline constexpr Format format_of<Money> = {.example = "49.00 USD",
                                            .pattern = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)? [A-Z]{3}$"};
template <>
inline constexpr Format format_of<UnitPrice> = {.example = "0.0650 USD",
                                                .pattern = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)? [A-Z]{3}$"};
template <>
inline constexpr Format format_of<Currency> = {.example = "USD", .pattern = "^[A-Z]{3}$"};
template <>
inline constexpr Format format_of<CreditAmount> = {.example = "500 message",
                                                   .pattern = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)? [a-z0-9_-]{1,64}$"};
template <>
inline constexpr Format format_of<TakesOff> = {.example = "25 percent",
                                               .pattern = "^(0|[1-9][0-9]*)(\\.[0-9]+)? (percent|[A-Z]{3})$"};
template <>
inline constexpr Format format_of<Quantity> = {.example = "160 characters",
                                               .pattern = "^(0|[1-9][0-9]*)(\\.[0-9]+)? [a-z0-9_-]{1,64}$"};
template <>
inline constexpr Format format_of<Span> = {.example = "30 days",
                                           .pattern = "^[0-9]+ (second|minute|hour|day|week|month|year)s?$"};
template <>
inline constexpr Format format_of<Instant> = {
    .example = "2026-03-10T09:00Z",
    .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$"};
template <>
inline constexpr Format format_of<Date> = {.example = "2026-03-10", .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"};
template <class Tag>
inline constexpr std::string_view id_pattern = "^[a-z0-9_-]{1,64}$";
template <>
inline constexpr std::string_view id_pattern<AccountTag> = "^[A-Za-z0-9_-]{1,64}$";
template <>
inline constexpr std::string_view id_pattern<MemberTag> = "^[A-Za-z0-9_-]{1,64}$";
/// What such an id looks like; each kind has words of its own.
template <class Tag>
inline constexpr std::string_view id_example = "starter";
template <>
inline constexpr std::string_view id_example<TenantTag> = "acme";
template <>
inline constexpr std::string_view id_example<AccountTag> = "acme";
template <>
inline constexpr std::string_view id_example<CreditTypeTag> = "message";
template <>
inline constexpr std::string_view id_example<MeterTag> = "sms";
template <>
inline constexpr std::string_view id_example<MethodTag> = "card";
template <>
inline constexpr std::string_view id_example<ProcessorTag> = "stripe";
template <>
inline constexpr std::string_view id_example<AddOnTag> = "phone_100";
template <>
inline constexpr std::string_view id_example<EntitlementTag> = "numbers";
template <>
inline constexpr std::string_view id_example<MemberTag> = "anna";
template <>
inline constexpr std::string_view id_example<ReceiptTag> = "cheque-000123";
template <class Tag>
inline constexpr Format format_of<Id<Tag>> = {.example = id_example<Tag>, .pattern = id_pattern<Tag>};
template <class Tag>
inline constexpr Format format_of<Number<Tag>> = {.json = Format::Json::integer, .example = "1"};
template <std::integral T>
inline constexpr Format format_of<T> = {.json = Format::Json::integer, .example = "12"};
template <>
inline constexpr Format format_of<bool> = {.json = Format::Json::boolean, .example = "true"};
template <>
inline constexpr Format format_of<Credits> = {.json = Format::Json::integer, .example = "500"};
template <>
inline constexpr Format format_of<Duration> = {.json = Format::Json::integer, .example = "1000000"};

Error bad_integer(std::string_view text, std::int64_t least, std::uint64_t most);

/// The type's own `parse` and `text`.
template <class T>
struct Scalar {
  static Result<T> parse(std::string_view text) { return T::parse(text); }
  static std::string text(const T& value) { return std::string(value.text()); }
};

template <>
struct Scalar<std::string> {
  static Result<std::string> parse(std::string_view text) { return std::string(text); }
  static std::string text(const std::string& value) { return value; }
};

/// Only `true` and `false`: `yes`, `no`, `on` and `off` are words.
template <>
struct Scalar<bool> {
  static Result<bool> parse(std::string_view text);
  static std::string text(bool value) { return value ? "true" : "false"; }
};

/// Decimal digits only: `010` is refused, and no letter makes another base.
template <std::integral T>
  requires(!std::same_as<T, bool>)
struct Scalar<T> {
  static Result<T> parse(std::string_view text) {
    T value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    if (failed != std::errc() || end != text.data() + text.size() || (digits.size() > 1 && digits.front() == '0'))
      return bad_integer(text, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                         static_cast<std::uint64_t>(std::numeric_limits<T>::max()));
    return value;
  }
  static std::string text(T value) { return std::to_string(value); }
};

/// The beginning and the end of time are no instants to show: not yet, and never.
template <>
struct Scalar<Instant> {
  static Result<Instant> parse(std::string_view text) { return Instant::parse(text); }
  static std::string text(const Instant& value) { return value.text(); }
  static bool unset(const Instant& value) { return value == Instant() || value == never; }
};

template <>
struct Scalar<Currency> {
  static Result<Currency> parse(std::string_view text) { return Currency::parse(text); }
  static std::string text(const Currency& value) { return std::string(value.code()); }
};

template <>
struct Scalar<UnitPrice> {
  static Result<UnitPrice> parse(std::string_view text) { return UnitPrice::parse(text); }
  static std::string text(const UnitPrice& value);
};

template <class Tag>
struct Scalar<Number<Tag>> {
  static Result<Number<Tag>> parse(std::string_view text) {
    const auto value = Scalar<std::uint32_t>::parse(text);
    if (!value) return value.error();
    return Number<Tag>{*value};
  }
  static std::string text(Number<Tag> value) { return std::to_string(value.value); }
};

/// In units of the type, which travels beside it.
template <>
struct Scalar<Credits> {
  static Result<Credits> parse(std::string_view text);
  static std::string text(Credits value) { return std::to_string(value.units); }
};

/// In microseconds.
template <>
struct Scalar<Duration> {
  static Result<Duration> parse(std::string_view text);
  static std::string text(Duration value) { return std::to_string(value.us); }
};

}  // namespace florin::config

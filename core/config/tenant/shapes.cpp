#include "config/tenant/shapes.hpp"

namespace florin::config {

namespace {

/// `3 failures`: a count and the word for one or for many.
Result<std::int64_t> parse_counted(std::string_view text, std::string_view one) {
  const std::size_t space = text.find(' ');
  const std::string_view word = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
  const auto count = Scalar<std::int64_t>::parse(text.substr(0, space));
  const bool named = word == one || (word.starts_with(one) && word.substr(one.size()) == "s");
  if (count && *count >= 0 && named) return *count;
  return Error{.code = "bad_count",
               .message = "'" + std::string(text.substr(0, 40)) + "' is no count such as 1 " + std::string(one)};
}

std::string counted_text(std::int64_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

}  // namespace

Result<yaml::Blocks> yaml::Blocks::parse(std::string_view text) {
  const auto count = parse_counted(text, "block");
  if (!count) return count.error();
  return Blocks{*count};
}
std::string yaml::Blocks::text() const { return counted_text(count, "block"); }

Result<yaml::Failures> yaml::Failures::parse(std::string_view text) {
  const auto count = parse_counted(text, "failure");
  if (!count) return count.error();
  return Failures{*count};
}
std::string yaml::Failures::text() const { return counted_text(count, "failure"); }

Result<yaml::Language> yaml::Language::parse(std::string_view text) {
  if (is_known_language(text)) return Language{std::string(text)};
  return *detail::bad_word(text, known_languages);
}

Result<yaml::BusinessDayCount> yaml::BusinessDayCount::parse(std::string_view text) {
  const auto count = parse_counted(text, "business_day");
  if (!count) return count.error();
  return BusinessDayCount{*count};
}
std::string yaml::BusinessDayCount::text() const { return counted_text(count, "business_day"); }
Result<yaml::UpTo> yaml::UpTo::parse(std::string_view text) {
  constexpr std::string_view before = "up_to ", after = " percent";
  const Error bad{.code = "bad_share",
                  .message = "'" + std::string(text.substr(0, 40)) + "' is no share such as up_to 10 percent"};
  if (!text.starts_with(before) || !text.ends_with(after) || text.size() <= before.size() + after.size()) return bad;
  const auto number = Decimal::parse(text.substr(before.size(), text.size() - before.size() - after.size()));
  if (!number || number->digits < 0 || number->places > 6) return bad;
  const std::int64_t whole = 100 * power_of_ten(number->places);
  if (whole < number->digits) return bad;
  return UpTo{{number->digits, whole}, std::string(text)};
}

Result<yaml::SecretPlace> yaml::SecretPlace::parse(std::string_view text) {
  constexpr std::string_view env = "env:";
  const bool named =
      text.starts_with(env) && text.size() > env.size() && text.size() <= env.size() + 128 &&
      text.substr(env.size()).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
          text.npos;
  if (named || (text.starts_with("file:/") && text.size() < 4096)) return SecretPlace{std::string(text)};
  return Error{.code = "bad_secret",
               .message = "a secret is not written here; write where it is found, as env:NAME or file:/path"};
}

Result<yaml::TrialLength> yaml::TrialLength::parse(std::string_view text) {
  if (text == "until_upgrade") return TrialLength{};
  const auto span = Span::parse(text);
  if (!span)
    return Error{.code = span.error().code, .message = span.error().message + ", and not until_upgrade either"};
  return TrialLength{*span};
}
std::string yaml::TrialLength::text() const { return span ? span->text() : "until_upgrade"; }

Result<yaml::CreditsOrMoney> yaml::CreditsOrMoney::parse(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space != std::string_view::npos && Currency::parse(text.substr(space + 1))) {
    const auto money = Money::parse(text);
    if (!money) return money.error();
    return CreditsOrMoney{*money};
  }
  const auto credits = CreditAmount::parse(text);
  if (!credits) return credits.error();
  return CreditsOrMoney{*credits};
}
std::string yaml::CreditsOrMoney::text() const {
  return std::visit([](const auto& written) { return written.text(); }, amount);
}

std::span<const std::string_view> Scalar<yaml::May>::words() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> words = {"everything"};
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Action>>([&](auto described) {
      if (!is_for_staff(described.value)) words.push_back(described.name);
    });
    return words;
  }();
  return all;
}

Result<yaml::May> Scalar<yaml::May>::parse(std::string_view text) {
  for (const std::string_view word : words())
    if (word == text) return yaml::May{std::string(text)};
  return *detail::bad_word(text, words());
}

}  // namespace florin::config

#include "config/decode.hpp"

#include <gtest/gtest.h>
#include <boost/describe.hpp>

#include "config/write_json.hpp"

namespace florin::config {
namespace {

enum class Colour : std::uint8_t { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Inner {
  Money price;
  Where at;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (price))

struct BuyThing {
  CreditAmount amount;
  std::optional<std::string> with;
};
BOOST_DESCRIBE_STRUCT(BuyThing, (), (amount, with))
struct StopNow {};
BOOST_DESCRIBE_STRUCT(StopNow, (), ())

struct Everything {
  TenantId id;
  Colour colour = Colour::red;
  bool open = false;
  std::int32_t count = 0;
  std::uint32_t natural = 0;
  UnitPrice unit;
  Span lasts;
  Instant since;
  Date day;
  Quantity quantity;
  Currency currency;
  OrderId order;
  Credits credits;
  Duration took;
  Written<Money> written;
  OrNone<Inner> inner;
  std::variant<BuyThing, StopNow> command;
  std::optional<Inner> maybe;
  std::vector<Colour> colours;
  OneOrMany<std::string> words;
  std::vector<std::pair<PlanId, Inner>> table;
  std::int32_t hops = 3;
  Where at;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (id, colour, open, count, natural, unit, lasts, since, day, quantity, currency, order, credits,
                       took, written, inner, command, maybe, colours, words, table, hops))

struct Passing {
  std::string known;
  Rest rest;
};
BOOST_DESCRIBE_STRUCT(Passing, (), (known))

constexpr Note everything_notes[] = {{"hops", "how far it may go", Note::Presence::may_be_left_out}};

}  // namespace

template <>
inline constexpr std::span<const Note> notes<Everything> = everything_notes;

namespace {

constexpr std::string_view everything = R"(id: a-1
colour: green
open: true
count: -12
natural: 4294967295
unit: 0.0650 USD
lasts: 30 days
since: 2026-03-10T09:00+05:30
day: 2026-03-10
quantity: 2 minutes
currency: JPY
order: 7
credits: 500
took: 1000
written: 49.00 USD
inner: {price: 1.00 USD}
command: {buy_thing: {amount: 0.3000 balance}}
colours: [red, green]
words: no
table:
  starter: {price: 2.00 USD}
  growth: {price: 3.00 USD}
)";

std::string errors_text(const Errors& errors) {
  std::string text;
  for (const Error& error : errors)
    text += std::to_string(error.at.line) + ":" + std::to_string(error.at.column) + ": " + error.at.path + ": " +
            error.code + ": " + error.message + "\n";
  return text;
}

TEST(Decode, ReadsEveryKindOfValue) {
  Errors errors;
  const auto read = decode_yaml<Everything>(everything, "f.yaml", errors);
  ASSERT_TRUE(read) << errors_text(errors);
  EXPECT_EQ(read->id.text(), "a-1");
  EXPECT_EQ(read->colour, Colour::green);
  EXPECT_TRUE(read->open);
  EXPECT_EQ(read->count, -12);
  EXPECT_EQ(read->since.text(), "2026-03-10T03:30Z");
  EXPECT_EQ(read->quantity.text(), "120 seconds");
  EXPECT_EQ(read->order.value, 7U);
  EXPECT_EQ(read->written.value.minor(), 4900);
  EXPECT_EQ(read->written.at, (Where{"f.yaml", 15, 10, "written"}));
  EXPECT_EQ(read->inner->price.minor(), 100);
  EXPECT_EQ(read->inner->at.line, 16U);
  EXPECT_EQ(std::get<BuyThing>(read->command).amount.text(), "0.3000 balance");
  EXPECT_EQ(read->colours.size(), 2U);
  EXPECT_EQ(read->words, (OneOrMany<std::string>{"no"}));
  ASSERT_EQ(read->table.size(), 2U);
  EXPECT_EQ(read->table[1].first.text(), "growth");
  EXPECT_EQ(read->table[1].second.at, (Where{"f.yaml", 22, 3, "table.growth"}));
  EXPECT_EQ(read->hops, 3);
}

TEST(Decode, JsonComesBackTheSame) {
  Errors errors;
  const auto read = decode_yaml<Everything>(everything, "f.yaml", errors);
  ASSERT_TRUE(read) << errors_text(errors);
  const std::string json = write_json(*read);
  EXPECT_EQ(
      json,
      R"({"id":"a-1","colour":"green","open":true,"count":-12,"natural":4294967295,"unit":"0.065 USD",)"
      R"("lasts":"30 days","since":"2026-03-10T03:30Z","day":"2026-03-10","quantity":"120 seconds",)"
      R"("currency":"JPY","order":7,"credits":500,"took":1000,"written":"49.00 USD","inner":{"price":"1.00 USD"},)"
      R"("command":{"buy_thing":{"amount":"0.3000 balance"}},"colours":["red","green"],"words":["no"],)"
      R"("table":{"starter":{"price":"2.00 USD"},"growth":{"price":"3.00 USD"}},"hops":3})");
  const auto again = decode_json<Everything>(json, "f.json", errors);
  ASSERT_TRUE(again) << errors_text(errors);
  EXPECT_EQ(write_json(*again), json);
}

TEST(Decode, FindsEveryErrorOfAFile) {
  std::string text(everything);
  const auto change = [&](std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
  };
  change("colour: green", "color: green");
  change("open: true", "open: no");
  change("count: -12", "count: 010");
  change("natural: 4294967295", "natural: 4294967296");
  change("lasts: 30 days", "lasts: 30 dayz");
  change("{buy_thing: {", "{buy_thong: {");
  change("colours: [red, green]", "colours: [red, gren]");
  change("{price: 3.00 USD}", "3.00 USD");
  change("order: 7", "order:");
  Errors errors;
  EXPECT_FALSE(decode_yaml<Everything>(text, "f.yaml", errors));
  EXPECT_EQ(errors_text(errors),
            "1:1: : missing_key: 'colour' is missing: write red or green\n"
            "3:7: open: bad_bool: 'no' is neither true nor false\n"
            "4:8: count: bad_integer: '010' is no whole number from -2147483648 to 2147483647\n"
            "5:10: natural: bad_integer: '4294967296' is no whole number from 0 to 4294967295\n"
            "7:8: lasts: bad_span: '30 dayz' is no length of time such as 30 days, 12 months or 1 hour\n"
            "12:1: order: empty_value: a value is missing: a value such as '1' belongs here, or leave the key out\n"
            "17:11: command.buy_thong: unknown_key: 'buy_thong' is not known here (did you mean 'buy_thing'?)\n"
            "18:16: colours[1]: unknown_word: 'gren' is not known here: write red or green (did you mean 'green'?)\n"
            "22:11: table.growth: wrong_kind: a map with price belongs here, not a single value\n"
            "2:1: color: unknown_key: 'color' is not known here (did you mean 'colour'?)\n");
}

TEST(Decode, PassesOnWhatSomebodyElseReads) {
  Errors errors;
  const auto read = decode_yaml<Passing>("known: x\nbrands: [visa]\nsecret: env:KEY\n", "f.yaml", errors);
  ASSERT_TRUE(read) << errors_text(errors);
  EXPECT_EQ(json_text(read->rest.node), R"({"brands":["visa"],"secret":"env:KEY"})");
  EXPECT_EQ(write_json(*read), R"({"known":"x","brands":["visa"],"secret":"env:KEY"})");
}

TEST(Decode, NoneIsAWordWhereItMustBeSaid) {
  Errors errors;
  std::string text(everything);
  text.replace(text.find("{price: 1.00 USD}"), 17, "none");
  const auto read = decode_yaml<Everything>(text, "f.yaml", errors);
  ASSERT_TRUE(read) << errors_text(errors);
  EXPECT_FALSE(read->inner);
}

TEST(Decode, UnitPricesKeepTheirValueAsText) {
  for (const std::string text :
       {"0.065 USD", "0.0332 USD", "1.00 INR", "5 JPY", "0.3 JPY", "0.000001 USD", "0.125 USD"})
    EXPECT_EQ(Scalar<UnitPrice>::text(*UnitPrice::parse(text)), text);
}

}  // namespace
}  // namespace florin::config

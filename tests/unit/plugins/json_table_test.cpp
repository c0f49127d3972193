#include "plugins/json_table.hpp"

#include <gtest/gtest.h>
#include <florin/plugin.hpp>

namespace florin {
namespace {

using plugin::Json;
using plugin::Text;

TEST(JsonTable, IsReadByPointerWithNumbersAsWritten) {
  const JsonTable table(R"( {"id": "ch_1", "amount": 4900, "rate": 0.10, "big": 123456789012345678901234567890,
                             "list": [1, {"x": true}, null], "a/b": {"c~d": "deep"}, "list!": "beside"} )");
  const Json json(table.list());
  EXPECT_EQ(json["id"].text(), Text("ch_1"));
  EXPECT_EQ(json["amount"].integer(), 4900);
  EXPECT_EQ(json["rate"].text(), Text("0.10"));
  EXPECT_EQ(json["big"].text(), Text("123456789012345678901234567890"));
  EXPECT_EQ(json["big"].integer(-1), -1);
  EXPECT_EQ(json["list"].count(), 3U);
  EXPECT_TRUE(json["list"].item(1)["x"].truth());
  EXPECT_FALSE(json["list"].item(2).text());
  EXPECT_EQ(json.at("/a~1b/c~0d").text(), Text("deep"));
  EXPECT_FALSE(json["nothing"]["below"]);
  EXPECT_EQ(json["nothing"].integer(7), 7);
}

TEST(JsonTable, MembersAndItemsComeInOrder) {
  std::string long_list = "[0";
  for (int i = 1; i < 30; ++i) long_list += "," + std::to_string(i);
  const JsonTable table(R"({"b": {"inner": 1}, "a": 2, "list": )" + long_list + "]}");
  const Json json(table.list());
  std::string names;
  json.members([&](std::string_view name, const Json&) { names += std::string(name) + " "; });
  EXPECT_EQ(names, "a b list ");
  std::int64_t next = 0;
  json["list"].items([&](const Json& item) { EXPECT_EQ(item.integer(-1), next++); });
  EXPECT_EQ(next, 30);
}

TEST(JsonTable, IsEmptyForWhatIsNoJsonOrTooMuch) {
  for (const std::string text : {"", "{", "{}x", "{\"a\":1,\"a\":2}", "nul", "[1,]", "\xff", "1 2"})
    EXPECT_TRUE(JsonTable(text).empty()) << text;
  EXPECT_TRUE(JsonTable(std::string(40, '[') + std::string(40, ']')).empty());
  EXPECT_TRUE(JsonTable("\"" + std::string(2 << 20, 'x') + "\"").empty());
  std::string many = "[1";
  for (int i = 0; i < 20'000; ++i) many += ",1";
  EXPECT_TRUE(JsonTable(many + "]").empty());
  EXPECT_FALSE(JsonTable("\"one\"").empty());
}

/// Each value's pointer repeats the names above it: a short text with long names must not become a long table.
TEST(JsonTable, TakesAtMostEightTimesItsText) {
  const auto long_name = [](std::size_t name, int values) {
    std::string text = "{\"" + std::string(name, 'k') + "\":[1";
    for (int i = 1; i < values; ++i) text += ",1";
    return text + "]}";
  };
  const auto deep = [](std::size_t name, int levels, int values) {
    std::string text;
    for (int i = 0; i < levels; ++i) text += "{\"" + std::string(name, 'k') + "\":";
    text += "[1";
    for (int i = 1; i < values; ++i) text += ",1";
    return text + "]" + std::string(static_cast<std::size_t>(levels), '}');
  };
  for (const std::string& text : {long_name(60'000, 3'000), long_name(400'000, 19'000), deep(2'000, 30, 5'000)}) {
    const JsonTable table(text);
    EXPECT_TRUE(table.empty()) << text.size();
    EXPECT_EQ(table.bytes(), 0U);
  }
  const std::string fits = long_name(60'000, 5);
  const JsonTable table(fits);
  EXPECT_FALSE(table.empty());
  EXPECT_LE(table.bytes(), 8 * fits.size());
}

/// A page of a hundred payments, each with its charge and its line of the balance, is what a provider sends.
TEST(JsonTable, HasRoomForARichPage) {
  std::string page = "{\"data\":[";
  for (int i = 0; i < 100; ++i) {
    page += i == 0 ? "{" : ",{";
    for (int member = 0; member < 300; ++member)
      page += (member == 0 ? "\"" : ",\"") + std::string("member_") + std::to_string(member) + "\":null";
    page += "}";
  }
  page += "]}";
  const JsonTable table(page);
  EXPECT_EQ(Json(table.list())["data"].count(), 100U);
}

TEST(JsonTable, OutlivesItsMoveAndItsText) {
  JsonTable moved;
  {
    JsonTable made(std::string(R"({"a":"b"})"));
    moved = std::move(made);
  }
  EXPECT_EQ(Json(moved.list())["a"].text(), Text("b"));
}

}  // namespace
}  // namespace florin

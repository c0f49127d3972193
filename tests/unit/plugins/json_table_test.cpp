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

#include "config/document.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace florin::config {
namespace {

struct Bad {
  std::string text;
  std::string code;
  std::uint32_t line;
  std::uint32_t column = 0;  // 0: not checked
};

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(Document, KeepsTextsOrderAndPlaces) {
  const auto root = parse_yaml("b: 49.00 USD\na: [no, 'on', 010]\nc:\n  d: \"x\"\n", "f.yaml");
  ASSERT_TRUE(root);
  ASSERT_EQ(root->children.size(), 3U);
  EXPECT_EQ(root->children[0].key, "b");
  EXPECT_EQ(root->children[0].text, "49.00 USD");
  const Node& list = *root->child("a");
  EXPECT_EQ(list.children[0].text, "no");
  EXPECT_EQ(list.children[2].text, "010");
  EXPECT_FALSE(list.children[0].quoted);
  EXPECT_TRUE(list.children[1].quoted);
  const Node& deep = *root->child("c")->child("d");
  EXPECT_EQ(deep.where("c.d"), (Where{"f.yaml", 4, 6, "c.d"}));
  EXPECT_EQ(deep.where_key("c.d"), (Where{"f.yaml", 4, 3, "c.d"}));
}

TEST(Document, RefusesYamlWithTheLine) {
  const Bad all[] = {
      {"", "empty_file", 0},
      {"# nothing but a comment\n", "empty_file", 0},
      {"a: 1\nb: 2\na: 3\n", "duplicate_key", 3, 1},
      {"a: {x: 1, x: 2}\n", "duplicate_key", 1, 11},
      {"a: &anchor 1\n", "alias", 1},
      {"a: &x [1]\nb: *x\n", "alias", 1},
      {"a: &a [1,1,1,1]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\n", "alias", 1},
      {"a: !!int 1\n", "tag", 1},
      {"a: !secret x\n", "tag", 1},
      {"a: 1\n---\nb: 2\n", "several_documents", 2},
      {"a:\n\tb: 1\n", "tab_indent", 2, 1},
      {"}{", "bad_yaml", 1},
      {"a: [1, 2\n", "bad_yaml", 0},
      {"a: {b: 'open\n", "bad_yaml", 0},
      {"? {a: b}\n: 1\n", "key_not_text", 1},
      {": 1\n", "key_not_text", 1},
      {"a: \xff\xfe\n", "not_utf8", 1, 4},
      {"a: \xc0\xaf\n", "not_utf8", 1, 4},
      {"a: \xed\xa0\x80\n", "not_utf8", 1, 4},
      {"a: 1\nb: \"to\\_day\"\n", "not_utf8", 2, 4},
      {"\"a\\N\": 1\n", "not_utf8", 1, 1},
      {std::string("a: \0b\n", 6), "control_character", 1, 4},
      {repeated("[", 100) + repeated("]", 100), "too_deep", 1, 33},
      {repeated("[\n", 100) + repeated("]\n", 100), "too_deep", 33},
      {repeated("[\n", 190'000), "key_not_text", 1},
      {repeated("- ", 100), "too_deep", 1},
      {repeated("{a: ", 100) + "1" + repeated("}", 100), "too_deep", 1},
      {repeated("[", 20'000), "line_too_long", 1},
      {"[" + repeated("1,\n", 200'001) + "]", "too_many_nodes", 200'000},
      {repeated("- 1\n", 200'001), "too_many_nodes", 200'000},
      {repeated("# a comment\n", 400'000), "too_large", 0},
  };
  for (const Bad& bad : all) {
    const auto root = parse_yaml(bad.text, "f.yaml");
    ASSERT_FALSE(root) << bad.text.substr(0, 60);
    EXPECT_EQ(root.error().code, bad.code) << bad.text.substr(0, 60) << root.error().message;
    if (bad.line != 0) {
      EXPECT_EQ(root.error().at.line, bad.line) << bad.text.substr(0, 60);
    }
    if (bad.column != 0) {
      EXPECT_EQ(root.error().at.column, bad.column) << bad.text.substr(0, 60);
    }
    EXPECT_EQ(root.error().at.file, "f.yaml");
  }
}

TEST(Document, ReadsJsonExactly) {
  const auto root =
      parse_json(R"({"a": 12345678901234567890123, "b": "é\u00e9\ud83d\ude00\/", "c": [true, null, 1.50]})", "b");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->child("a")->text, "12345678901234567890123");
  EXPECT_EQ(root->child("b")->text, "éé😀/");
  EXPECT_TRUE(root->child("b")->quoted);
  EXPECT_EQ(root->child("c")->children[0].text, "true");
  EXPECT_EQ(root->child("c")->children[1].kind, Node::Kind::nothing);
  EXPECT_EQ(root->child("c")->children[2].text, "1.50");
}

TEST(Document, RefusesJson) {
  const Bad all[] = {
      {"", "empty_file", 0},
      {" \n", "empty_file", 0},
      {R"({"a": 1, "a": 2})", "duplicate_key", 0},
      {"{\"a\": 1,\n 'b': 2}", "bad_json", 2, 2},
      {"{\"a\": 1} x", "bad_json", 1, 10},
      {"{\"a\": 1", "bad_json", 1},
      {"{\"a\": \"\xff\"}", "bad_json", 1},
      {"{\"a\": NaN}", "bad_json", 1},
      {repeated("[", 100), "too_deep", 0},
      {repeated("[", 1'000'000), "too_deep", 0},
  };
  for (const Bad& bad : all) {
    const auto root = parse_json(bad.text, "body");
    ASSERT_FALSE(root) << bad.text.substr(0, 60);
    EXPECT_EQ(root.error().code, bad.code) << bad.text.substr(0, 60) << root.error().message;
    if (bad.line != 0) {
      EXPECT_EQ(root.error().at.line, bad.line) << bad.text.substr(0, 60);
    }
    if (bad.column != 0) {
      EXPECT_EQ(root.error().at.column, bad.column) << bad.text.substr(0, 60);
    }
  }
}

TEST(Document, WritesBlocksForPluginsAsTexts) {
  const auto root = parse_yaml("a: [1, true, x y]\nb: {c: \"q\\\"\"}\n", "f.yaml");
  ASSERT_TRUE(root);
  EXPECT_EQ(json_text(*root), R"({"a":["1","true","x y"],"b":{"c":"q\""}})");
}

TEST(Document, SaysWhichFileIsMissing) {
  EXPECT_EQ(read_file("/nowhere/x.yaml").error().code, "file_missing");
  EXPECT_EQ(read_file("/").error().code, "file_unreadable");
}

// The scanner is given what makes it look far ahead; each is refused or read in well under a second.
TEST(Document, RefusesHostileTextsQuickly) {
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& text :
       {repeated("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n", 100'000), repeated("? ", 8'000), repeated("a: b: c: ", 1'500),
        repeated("'", 16'000), repeated("- - ", 4'000), repeated("{? [", 4'000), repeated("&a *a ", 2'700),
        repeated("x: |\n ", 100'000), repeated("\"\\", 8'000), repeated("%TAG ! x\n", 100'000)})
    (void)parse_yaml(text, "f.yaml");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace florin::config

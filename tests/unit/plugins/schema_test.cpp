#include "plugins/schema.hpp"

#include <gtest/gtest.h>

namespace florin {
namespace {

const std::string schema = R"({"type": "object", "additionalProperties": false, "properties": {
  "rates": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": false,
    "properties": {"percent": {"type": "string"}}}},
  "steps": {"type": "array", "items": {"type": "object", "additionalProperties": false,
    "properties": {"after": {"type": "string"}, "do": {"type": "string"}}}}}})";

TEST(Schema, AWordThatThePluginDoesNotHaveIsSaidWithItsPlace) {
  const auto errors =
      unknown_words(schema, R"({"rate": {"DE": "19"}, "rates": {"DE": {"percnt": "19"}}, "steps": [{"afer": "1"}]})");
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].at.path, "/rate");
  EXPECT_EQ(errors[0].message, "'rate' is not known to the plugin: did you mean 'rates'?");
  EXPECT_EQ(errors[1].at.path, "/rates/DE/percnt");
  EXPECT_EQ(errors[2].at.path, "/steps/0/afer");
  EXPECT_EQ(errors[2].code, "unknown_word");
  EXPECT_EQ(unknown_words(schema, R"({"colour": "1"})").at(0).message,
            "'colour' is not known to the plugin: write rates or steps");
}

TEST(Schema, NothingIsSaidOfWhatTheSchemaLeavesOpen) {
  EXPECT_TRUE(unknown_words("", R"({"a": "1"})").empty());
  EXPECT_TRUE(unknown_words(R"({"type": "object", "properties": {"a": {}}})", R"({"b": "1"})").empty());
  EXPECT_TRUE(unknown_words("7", R"({"b": "1"})").empty());
  EXPECT_TRUE(unknown_words(schema, R"({"rates": {"DE": {"percent": "19"}}})").empty());
}

}  // namespace
}  // namespace florin

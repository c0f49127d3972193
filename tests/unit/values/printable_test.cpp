/// What other people wrote, shown to people: no character of it forges a line or steers a terminal.
#include "florin/printable.hpp"

#include <gtest/gtest.h>

#include <string>

namespace florin {
namespace {

TEST(Printable, PlainTextOfEveryScriptStaysAsItIs) {
  for (const char* text : {"", "₹1,499.00 für Zoë", "日本語", "नमस्ते", "emoji 🎉", "C:\\temp 'quoted' \"twice\""})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, LineEndsAndControlCharactersAreShown) {
  EXPECT_EQ(printable("a\n#999 staff:boss"), "a\\n#999 staff:boss");
  EXPECT_EQ(printable("\r\t\x1b[2J"), "\\r\\t\\x1b[2J");
  EXPECT_EQ(printable(std::string_view("\0\x7f", 2)), "\\x00\\u007f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\u009b2J");                           // CSI as one character
  EXPECT_EQ(printable("\xe2\x80\xa8"), "\\u2028");  // a line end of Unicode's
}

TEST(Printable, WhatTurnsTheDirectionOfWritingIsShown) {
  EXPECT_EQ(printable("pay \xe2\x80\xae"
                      "001 DSU"),
            "pay \\u202e001 DSU");
  EXPECT_EQ(printable("\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c\xe2\x80\x8b\xef\xbb\xbf"),
            "\\u2066\\u2069\\u061c\\u200b\\ufeff");
  EXPECT_EQ(printable("\xf3\xa0\x81\x81"), "\\udb40\\udc41");  // a tag character
}

TEST(Printable, BytesThatAreNoUtf8AreShownAsBytes) {
  EXPECT_EQ(printable("\xff\xc0\xaf\xe2\x80"), "\\xff\\xc0\\xaf\\xe2\\x80");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a surrogate pair
}

TEST(Printable, NoControlCharacterGetsThroughWhateverStandsAroundIt) {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second), 'x'};
      const std::string shown = printable(text);
      for (const char c : shown) ASSERT_GE(static_cast<unsigned char>(c), 0x20) << first << " " << second;
      ASSERT_EQ(shown.find('\x7f'), std::string::npos) << first << " " << second;
      ASSERT_EQ(shown.find("\xc2\x9b"), std::string::npos) << first << " " << second;
    }
}

TEST(Printable, SeveralLinesKeepTheirLineEndsOnly) {
  EXPECT_EQ(printable_lines("one\ntwo\x1b\r\n"), "one\ntwo\\x1b\\r\n");
}

}  // namespace
}  // namespace florin

#include "florin/printable.hpp"

#include <cstddef>
#include <cstdint>

#include "florin/utf8.hpp"

namespace florin {

namespace {

/// What moves a cursor, ends a line, turns the direction of writing or cannot be seen.
bool is_hidden(std::uint32_t code) {
  if (code < 0x20 || (0x7f <= code && code < 0xa0)) return true;
  return code == 0x00ad || code == 0x061c || (0x180b <= code && code <= 0x180e) || (0x200b <= code && code <= 0x200f) ||
         (0x2028 <= code && code <= 0x202e) || (0x2060 <= code && code <= 0x206f) || code == 0xfeff ||
         (0xfff9 <= code && code <= 0xfffb) || (0xe0000 <= code && code <= 0xe007f);
}

void add_hex(std::string& shown, std::uint32_t number, int digits) {
  for (int at = digits - 1; at >= 0; --at) shown += "0123456789abcdef"[number >> (4 * at) & 0xf];
}

void add_hidden(std::string& shown, std::uint32_t code) {
  switch (code) {
    case '\n': shown += "\\n"; return;
    case '\r': shown += "\\r"; return;
    case '\t': shown += "\\t"; return;
    default: break;
  }
  // As JSON writes it, but for the control characters that JSON never leaves as they are.
  if (code >= 0x10000) {
    shown += "\\u";
    add_hex(shown, 0xd800 + ((code - 0x10000) >> 10), 4);
    code = 0xdc00 + ((code - 0x10000) & 0x3ff);
  }
  shown += code < 0x7f ? "\\x" : "\\u";
  add_hex(shown, code, code < 0x7f ? 2 : 4);
}

std::string shown(std::string_view text, bool lines_stay) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character one = character_at(text, at);
    if (one.bytes == 0) {
      shown += "\\x";
      add_hex(shown, static_cast<unsigned char>(text[at++]), 2);
      continue;
    }
    if (is_hidden(one.code) && !(lines_stay && one.code == '\n'))
      add_hidden(shown, one.code);
    else
      shown += text.substr(at, one.bytes);
    at += one.bytes;
  }
  return shown;
}

}  // namespace

std::string printable(std::string_view text) { return shown(text, false); }

std::string printable_lines(std::string_view text) { return shown(text, true); }

}  // namespace florin

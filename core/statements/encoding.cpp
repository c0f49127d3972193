#include "statements/encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <type_traits>

namespace florin::statements {

namespace {

struct Name {
  std::string_view ours;
  const char* of_iconv;
};
constexpr std::array names = {
    Name{"utf-8", "UTF-8"},        Name{"latin-1", "ISO-8859-1"},        Name{"windows-1252", "WINDOWS-1252"},
    Name{"latin-2", "ISO-8859-2"}, Name{"windows-1250", "WINDOWS-1250"}, Name{"utf-16", "UTF-16"},
    Name{"utf-16le", "UTF-16LE"},  Name{"utf-16be", "UTF-16BE"}};

struct Close {
  void operator()(iconv_t converter) const { iconv_close(converter); }
};
using Converter = std::unique_ptr<std::remove_pointer_t<iconv_t>, Close>;

struct Converted {
  std::string text;
  bool whole = true;  ///< false: the bytes after `text` are none of this encoding
};

Converted converted(std::string_view bytes, const char* from) {
  const Converter converter(iconv_open("UTF-8", from));
  Converted result;
  if (converter.get() == reinterpret_cast<iconv_t>(-1)) {
    result.whole = false;
    return result;
  }
  char* in = const_cast<char*>(bytes.data());  // iconv does not write to it
  std::size_t left = bytes.size();
  std::array<char, 4096> buffer{};
  while (left > 0) {
    char* out = buffer.data();
    std::size_t room = buffer.size();
    const bool stopped = iconv(converter.get(), &in, &left, &out, &room) == static_cast<std::size_t>(-1);
    result.text.append(buffer.data(), buffer.size() - room);
    if (stopped && errno != E2BIG) {
      result.whole = false;
      return result;
    }
  }
  return result;
}

std::string_view found_out(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return "utf-8";
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return "utf-16";
  if (bytes.size() >= 4 && bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0) return "utf-16le";
  if (bytes.size() >= 4 && bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0) return "utf-16be";
  return converted(bytes, "UTF-8").whole ? "utf-8" : "windows-1252";
}

bool is_text(char c) { return static_cast<unsigned char>(c) >= ' ' || c == '\t' || c == '\r' || c == '\n'; }

Error no_text(const std::string& file, std::string_view before, std::string_view encoding) {
  const auto line = static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
  return {.code = "bad_statement",
          .message = "this is no text in " + std::string(encoding) + ": the YAML's `encoding` says which it is",
          .at = {.file = file, .line = line}};
}

}  // namespace

Result<std::string> as_utf8(std::string_view bytes, std::string_view encoding, const std::string& file) {
  if (encoding.empty()) encoding = found_out(bytes);
  const auto known = std::ranges::find(names, encoding, &Name::ours);
  if (known == names.end())
    return Error{.code = "bad_statement", .message = "'" + std::string(encoding) + "' is no encoding known here"};
  Converted result = converted(bytes, known->of_iconv);
  if (!result.whole) return no_text(file, result.text, encoding);
  const auto control = std::ranges::find_if_not(result.text, is_text);
  if (control != result.text.end()) return no_text(file, std::string_view(result.text.begin(), control), encoding);
  if (result.text.starts_with("\xEF\xBB\xBF")) result.text.erase(0, 3);
  return std::move(result.text);
}

}  // namespace florin::statements

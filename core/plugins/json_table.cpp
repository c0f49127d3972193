#include "plugins/json_table.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <string>

namespace florin {

namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 1 << 20;
constexpr std::size_t most_values = 100'000;
constexpr std::size_t most_levels = 32;

/// What a table may take: every value repeats the names above it, so a short text could become a very long table.
constexpr std::size_t least_room = 64 << 10, times_the_text = 8;

/// Takes the reader's events and keeps where it is as a JSON pointer. It reads twice: first it counts what the table
/// takes and stops where that is too much, then it fills the room that it has found to be needed.
struct Flatten {
  static constexpr std::size_t max_object_size = most_values;
  static constexpr std::size_t max_array_size = most_values;
  static constexpr std::size_t max_key_size = most_bytes;
  static constexpr std::size_t max_string_size = most_bytes;

  struct Level {
    std::size_t value, pointer_size;
    std::uint32_t count;
    bool array;
  };
  std::size_t room = 0;     ///< that the table may take
  std::size_t values = 0;   ///< so far
  std::size_t letters = 0;  ///< of pointers and texts, so far
  bool filling = false;
  std::vector<char> pool;
  std::vector<florin_json> entries;
  std::vector<Level> levels;
  std::string pointer, part;

  bool value(std::uint32_t kind, std::string_view text, json::error_code& ec) {
    if (!levels.empty()) {
      Level& in = levels.back();
      if (in.array) {
        pointer.resize(in.pointer_size);
        pointer += '/' + std::to_string(in.count);
      }
      ++in.count;
    }
    ++values;
    letters += pointer.size() + text.size();
    if (values > most_values || values * sizeof(florin_json) + letters > room) {
      ec = json::error::exception;
      return false;
    }
    if (filling) entries.push_back({kept(pointer), kind, 0, kept(text)});
    return true;
  }
  /// In the pool, which has room for all and so never moves.
  florin_text kept(std::string_view text) {
    const char* at = pool.data() + pool.size();
    pool.insert(pool.end(), text.begin(), text.end());
    return {at, text.size()};
  }
  bool open(std::uint32_t kind, json::error_code& ec) {
    if (!value(kind, {}, ec)) return false;
    levels.push_back({values - 1, pointer.size(), 0, kind == FLORIN_JSON_ARRAY});
    return true;
  }
  bool close() {
    pointer.resize(levels.back().pointer_size);
    if (filling) entries[levels.back().value].count = levels.back().count;
    levels.pop_back();
    return true;
  }
  bool take(std::string_view text) {
    part += text;
    return true;
  }
  bool scalar(std::uint32_t kind, std::string_view last, json::error_code& ec) {
    part += last;
    const bool ok = value(kind, part, ec);
    part.clear();
    return ok;
  }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& ec) { return open(FLORIN_JSON_OBJECT, ec); }
  bool on_object_end(std::size_t, json::error_code&) { return close(); }
  bool on_array_begin(json::error_code& ec) { return open(FLORIN_JSON_ARRAY, ec); }
  bool on_array_end(std::size_t, json::error_code&) { return close(); }
  bool on_key_part(json::string_view text, std::size_t, json::error_code&) { return take(text); }
  bool on_key(json::string_view last, std::size_t, json::error_code&) {
    part += std::string_view(last);
    pointer.resize(levels.back().pointer_size);
    pointer += '/';
    for (const char c : part)
      if (c == '~' || c == '/')
        pointer += c == '~' ? "~0" : "~1";
      else
        pointer += c;
    part.clear();
    return true;
  }
  bool on_string_part(json::string_view text, std::size_t, json::error_code&) { return take(text); }
  bool on_string(json::string_view last, std::size_t, json::error_code& ec) {
    return scalar(FLORIN_JSON_STRING, last, ec);
  }
  bool on_number_part(json::string_view text, json::error_code&) { return take(text); }
  bool on_int64(std::int64_t, json::string_view last, json::error_code& ec) {
    return scalar(FLORIN_JSON_NUMBER, last, ec);
  }
  bool on_uint64(std::uint64_t, json::string_view last, json::error_code& ec) {
    return scalar(FLORIN_JSON_NUMBER, last, ec);
  }
  bool on_double(double, json::string_view last, json::error_code& ec) { return scalar(FLORIN_JSON_NUMBER, last, ec); }
  bool on_bool(bool yes, json::error_code& ec) {
    return value(yes ? FLORIN_JSON_TRUE : FLORIN_JSON_FALSE, yes ? "true" : "false", ec);
  }
  bool on_null(json::error_code& ec) { return value(FLORIN_JSON_NULL, {}, ec); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }
};

std::string_view view(florin_text text) { return {text.ptr, static_cast<std::size_t>(text.len)}; }

using Reader = json::basic_parser<Flatten>;

/// Whether all of the text is one JSON value, whose table fits the reader's room.
bool reads(Reader& reader, std::string_view text) {
  json::error_code ec;
  return reader.write_some(false, text.data(), text.size(), ec) == text.size() && !ec;
}

}  // namespace

JsonTable::JsonTable(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (text.empty() || text.size() > most_bytes) return;
  json::parse_options options;
  options.max_depth = most_levels;
  Reader counting(options);
  counting.handler().room = std::max(least_room, times_the_text * text.size());
  if (!reads(counting, text)) return;

  Reader filling(options);
  Flatten& flat = filling.handler();
  flat.room = counting.handler().room;
  flat.filling = true;
  flat.pool.reserve(counting.handler().letters + 1);  // one more, so that an empty text, too, has somewhere to point
  flat.entries.reserve(counting.handler().values);
  if (!reads(filling, text)) return;
  pool_ = std::move(flat.pool);
  entries_ = std::move(flat.entries);
  const auto by_pointer = [](const florin_json& a, const florin_json& b) { return view(a.pointer) < view(b.pointer); };
  const auto same = [](const florin_json& a, const florin_json& b) { return view(a.pointer) == view(b.pointer); };
  std::sort(entries_.begin(), entries_.end(), by_pointer);
  if (std::adjacent_find(entries_.begin(), entries_.end(), same) != entries_.end()) {
    entries_ = {};
    pool_ = {};
  }
}

florin_list JsonTable::list() const {
  return {entries_.data(), static_cast<std::uint32_t>(entries_.size()), sizeof(florin_json)};
}

}  // namespace florin

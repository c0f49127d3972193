#include "plugins/json_table.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <string>

namespace florin {

namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 1 << 20;
constexpr std::size_t most_values = 20'000;
constexpr std::size_t most_levels = 32;

/// A value while the text is read: places in the pool, since the pool still moves.
struct Found {
  std::size_t pointer = 0, pointer_size = 0, text = 0, text_size = 0;
  std::uint32_t kind = FLORIN_JSON_NULL, count = 0;
};

/// Takes the reader's events and keeps where it is as a JSON pointer.
struct Flatten {
  static constexpr std::size_t max_object_size = most_values;
  static constexpr std::size_t max_array_size = most_values;
  static constexpr std::size_t max_key_size = most_bytes;
  static constexpr std::size_t max_string_size = most_bytes;

  struct Level {
    std::size_t found, pointer_size;
    bool array;
  };
  std::vector<char> pool;
  std::vector<Found> found;
  std::vector<Level> levels;
  std::string pointer, part;

  bool value(std::uint32_t kind, std::string_view text, json::error_code& ec) {
    if (!levels.empty()) {
      Level& in = levels.back();
      if (in.array) {
        pointer.resize(in.pointer_size);
        pointer += '/' + std::to_string(found[in.found].count);
      }
      ++found[in.found].count;
    }
    if (found.size() == most_values) {
      ec = json::error::exception;
      return false;
    }
    Found one{.pointer = pool.size(), .pointer_size = pointer.size(), .kind = kind};
    pool.insert(pool.end(), pointer.begin(), pointer.end());
    one.text = pool.size();
    one.text_size = text.size();
    pool.insert(pool.end(), text.begin(), text.end());
    found.push_back(one);
    return true;
  }
  bool open(std::uint32_t kind, json::error_code& ec) {
    if (!value(kind, {}, ec)) return false;
    levels.push_back({found.size() - 1, pointer.size(), kind == FLORIN_JSON_ARRAY});
    return true;
  }
  bool close() {
    pointer.resize(levels.back().pointer_size);
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
    for (const char c : part) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
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

}  // namespace

JsonTable::JsonTable(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (text.empty() || text.size() > most_bytes) return;
  json::parse_options options;
  options.max_depth = most_levels;
  json::basic_parser<Flatten> reader(options);
  json::error_code ec;
  const std::size_t read = reader.write_some(false, text.data(), text.size(), ec);
  if (ec || read != text.size()) return;

  Flatten& flat = reader.handler();
  pool_ = std::move(flat.pool);
  pool_.push_back('\0');  // so that an empty text, too, has somewhere to point
  for (const Found& one : flat.found)
    entries_.push_back({{pool_.data() + one.pointer, one.pointer_size},
                        one.kind,
                        one.count,
                        {pool_.data() + one.text, one.text_size}});
  const auto by_pointer = [](const florin_json& a, const florin_json& b) { return view(a.pointer) < view(b.pointer); };
  const auto same = [](const florin_json& a, const florin_json& b) { return view(a.pointer) == view(b.pointer); };
  std::sort(entries_.begin(), entries_.end(), by_pointer);
  if (std::adjacent_find(entries_.begin(), entries_.end(), same) != entries_.end()) entries_.clear();
}

florin_list JsonTable::list() const {
  return {entries_.data(), static_cast<std::uint32_t>(entries_.size()), sizeof(florin_json)};
}

}  // namespace florin

#pragma once

#include <florin/plugin.h>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// florin/plugin.hpp: write a plugin as a plain C++20 class.
///
/// A class has a constructor that takes a Setup and those of the functions below that it offers, all of them const;
/// FLORIN_PLUGIN(Class, manifest) makes the C interface from them. Nothing else is needed and no slot is promised that
/// the class does not have.
///
///   processor      Capabilities describe();
///                  Step charge(const Operation&, const Replies&);   also cancel, refund, status, pull,
///                                                                   capture, save_method,
///                                                                   confirm
///                  Claims webhook(const Webhook&);
///   method         MethodFacts describe();
///                  Checked check(const Entered&);
///                  Verdict offered(const Situation&);
///   credit policy  Decisions decide(const Moment&);
///   tax            Taxes taxes(const Sale&);
///
/// Text that is made here lies in the arena of the call: nothing is freed and nothing dangles. An instance keeps
/// std::string, not Text. Exceptions are caught and become "no answer".
// Lists are walked by stride, and members say = {} so that an author may leave them out without a warning.
// NOLINTBEGIN(bugprone-casting-through-void,bugprone-suspicious-stringview-data-usage,readability-redundant-member-init,bugprone-macro-parentheses)
namespace florin::plugin {

/// The arena ran full: the call ends here and the host repeats it with more room.
struct ArenaFull {};

/// The arena of the call that this thread is in.
inline thread_local florin_arena* arena = nullptr;

template <class T>
T* room(std::size_t count = 1) {
  void* at = florin_alloc(arena, sizeof(T) * count);
  if (at == nullptr) throw ArenaFull();
  return static_cast<T*>(at);
}

/// A copy of `value` in the arena, with its size set when it has one.
template <class T>
T* kept(T value) {
  if constexpr (requires { value.size; }) value.size = static_cast<std::uint32_t>(sizeof(T));
  return new (room<T>()) T(value);
}

// ---- Text and lists ---------------------------------------------------------------------------------------------

/// Text that is borrowed or lies in the arena. Copied freely; false when absent or empty.
struct Text : florin_text {
  Text() : florin_text{nullptr, 0} {}
  Text(florin_text text) : florin_text(text) {}
  Text(std::string_view text) : florin_text{text.data(), text.size()} {}
  Text(const char* text) : Text(std::string_view(text)) {}
  Text(const std::string& text) : florin_text{nullptr, text.size()} {
    char* copy = room<char>(text.size() + 1);
    text.copy(copy, text.size());
    ptr = copy;
  }
  template <std::integral T>
  Text(T number) : florin_text{nullptr, 0} {
    char* digits = room<char>(24);
    ptr = digits;
    len = static_cast<std::uint64_t>(std::to_chars(digits, digits + 24, number).ptr - digits);
  }

  std::string_view view() const { return {ptr == nullptr ? "" : ptr, static_cast<std::size_t>(len)}; }
  std::string str() const { return std::string(view()); }
  explicit operator bool() const { return len != 0; }
  friend bool operator==(const Text& a, const Text& b) { return a.view() == b.view(); }
  friend Text operator+(const Text& a, const Text& b) {
    char* both = room<char>(static_cast<std::size_t>(a.len + b.len) + 1);
    a.view().copy(both, a.view().size());
    b.view().copy(both + a.len, b.view().size());
    return std::string_view(both, static_cast<std::size_t>(a.len + b.len));
  }
};

/// With the texts of the interface itself, such as `op.ref`.
template <std::same_as<florin_text> T>
Text operator+(const char* a, const T& b) {
  return Text(a) + Text(b);
}
template <std::same_as<florin_text> T>
Text operator+(const T& a, const char* b) {
  return Text(a) + Text(b);
}
template <std::same_as<florin_text> T>
Text operator+(const T& a, const T& b) {
  return Text(a) + Text(b);
}

inline std::string_view view(florin_text text) { return Text(text).view(); }

/// Text with A to Z as a to z.
inline Text lower(Text text) {
  char* low = room<char>(text.view().size() + 1);
  for (std::size_t i = 0; i < text.view().size(); ++i) {
    const char c = text.view()[i];
    low[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return std::string_view(low, text.view().size());
}

/// The beginning of a text, of `most` bytes at most: no character is cut in half.
inline Text shortened(Text text, std::size_t most) {
  std::size_t size = std::min(text.view().size(), most);
  while (size > 0 && size < text.view().size() && (static_cast<unsigned char>(text.view()[size]) & 0xC0U) == 0x80U)
    --size;
  return text.view().substr(0, size);
}

/// A whole number as written, or `fallback`.
inline std::int64_t number(Text text, std::int64_t fallback = 0) {
  std::int64_t value = 0;
  const char* end = text.view().data() + text.view().size();
  const auto [at, error] = std::from_chars(text.view().data(), end, value);
  return error == std::errc() && at == end && text ? value : fallback;
}

/// `n` times `unit` microseconds. A number that is too large is no time: 0, which means absent.
constexpr std::int64_t times(std::int64_t n, std::int64_t unit) {
  return n > INT64_MAX / unit || n < INT64_MIN / unit ? 0 : n * unit;
}
constexpr std::int64_t seconds(std::int64_t n) { return times(n, 1'000'000); }
constexpr std::int64_t minutes(std::int64_t n) { return times(n, 60'000'000); }
constexpr std::int64_t hours(std::int64_t n) { return times(n, 3'600'000'000); }
constexpr std::int64_t days(std::int64_t n) { return times(n, 86'400'000'000); }

/// Walks a list by the stride of who wrote it: `for (const florin_grant& grant : each<florin_grant>(moment.grants))`.
template <class T>
class each {
 public:
  explicit each(florin_list list) : list_(list) {}
  struct iterator {
    const florin_list* list;
    std::uint32_t at;
    const T& operator*() const { return *FLORIN_AT(T, *list, at); }
    iterator& operator++() { return ++at, *this; }
    bool operator!=(const iterator& other) const { return at != other.at; }
  };
  iterator begin() const { return {&list_, 0}; }
  iterator end() const { return {&list_, list_.count}; }

 private:
  florin_list list_;
};

/// A list that grows in the arena.
template <class T>
class List {
 public:
  List() = default;
  List(std::initializer_list<T> items) {
    for (const T& item : items) add(item);
  }
  void add(const T& item) {
    if (count_ == room_) {
      T* larger = room<T>(room_ == 0 ? 4 : room_ * 2);
      for (std::uint32_t i = 0; i < count_; ++i) new (larger + i) T(at_[i]);
      at_ = larger;
      room_ = room_ == 0 ? 4 : room_ * 2;
    }
    new (at_ + count_++) T(item);
  }
  std::uint32_t size() const { return count_; }
  const T* begin() const { return at_; }
  const T* end() const { return at_ + count_; }
  operator florin_list() const { return {at_, count_, static_cast<std::uint32_t>(sizeof(T))}; }

 private:
  T* at_ = nullptr;
  std::uint32_t count_ = 0, room_ = 0;
};

/// A word's code from a table, or `otherwise`: `code_of(status, {{"paid", FLORIN_CAPTURED}}, FLORIN_UNKNOWN)`.
inline std::uint32_t code_of(Text word, std::initializer_list<std::pair<std::string_view, std::uint32_t>> table,
                             std::uint32_t otherwise) {
  for (const auto& [known, code] : table)
    if (word.view() == known) return code;
  return otherwise;
}

/// The value of a header or field; absent when it is not there.
inline Text find(florin_list pairs, std::string_view name) {
  for (const florin_pair& pair : each<florin_pair>(pairs))
    if (view(pair.name) == name) return pair.value;
  return {};
}

/// Calls `take(name, value)` for each `name=value` of a text such as `t=1,v1=ab`.
template <class Take>
void pairs(Text text, char separator, Take take) {
  std::string_view rest = text.view();
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(separator));
    rest.remove_prefix(one.size() == rest.size() ? one.size() : one.size() + 1);
    if (const auto is = one.find('='); is != std::string_view::npos) take(one.substr(0, is), Text(one.substr(is + 1)));
  }
}

/// A length as people write it, `30 days`: second(s), minute(s), hour(s), day(s), week(s), month(s), year(s).
inline std::optional<florin_span> read_span(Text text) {
  static constexpr struct {
    std::string_view name;
    std::uint32_t unit;
    std::int32_t times;
  } units[] = {{"second", FLORIN_SECONDS, 1}, {"minute", FLORIN_SECONDS, 60}, {"hour", FLORIN_SECONDS, 3600},
               {"day", FLORIN_DAYS, 1},       {"week", FLORIN_DAYS, 7},       {"month", FLORIN_MONTHS, 1},
               {"year", FLORIN_MONTHS, 12}};
  const auto gap = text.view().find(' ');
  if (gap == std::string_view::npos) return std::nullopt;
  const std::int64_t count = number(text.view().substr(0, gap), 0);
  std::string_view name = text.view().substr(gap + 1);
  if (name.ends_with('s')) name.remove_suffix(1);
  for (const auto& unit : units)
    if (name == unit.name && count > 0 && count <= 1'000'000'000 / unit.times)
      return florin_span{unit.unit, static_cast<std::int32_t>(count) * unit.times};
  return std::nullopt;
}

/// The word of `known` that `word` most likely meant; empty when none is near: up to a third of it, and at most three
/// letters, may be wrong.
inline std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, std::min<std::size_t>(3, (word.size() + 1) / 3)) + 1;
  for (const std::string_view candidate : known) {
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t j = 0; j <= candidate.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t before = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t swap = before + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        before = row[j];
        row[j] = std::min(swap, std::min(row[j], row[j - 1]) + 1);
      }
    }
    if (row.back() < least && row.back() < candidate.size() && !word.empty()) {
      least = row.back();
      best = candidate;
    }
  }
  return best;
}

/// `; did you mean 'plan'?`, or the words that there are when none is near.
inline Text did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  if (const std::string_view meant = nearest(word, known); !meant.empty())
    return Text("; did you mean '") + meant + "'?";
  Text choice = known.empty() ? Text("") : Text(": write ");
  for (std::size_t i = 0; i < known.size(); ++i)
    choice = choice + (i == 0 ? "" : i + 1 == known.size() ? " or " : ", ") + known[i];
  return choice;
}

// ---- JSON, as the host read it ------------------------------------------------------------------------------------

/// A value in the table of a reply, a webhook or the config. One that is not there is false and gives fallbacks.
class Json {
 public:
  Json() = default;
  explicit Json(florin_list table) : table_(table) {
    if (table.count > 0) entry_ = FLORIN_AT(florin_json, table, 0);
  }

  explicit operator bool() const { return entry_ != nullptr; }
  bool is_object() const { return entry_ != nullptr && entry_->kind == FLORIN_JSON_OBJECT; }
  bool is_array() const { return entry_ != nullptr && entry_->kind == FLORIN_JSON_ARRAY; }
  bool is_string() const { return entry_ != nullptr && entry_->kind == FLORIN_JSON_STRING; }
  Text pointer() const { return entry_ == nullptr ? Text() : Text(entry_->pointer); }

  /// A member by its name, which holds neither '/' nor '~'.
  Json operator[](std::string_view name) const { return below("/", name); }
  /// By JSON pointer from here: `at("/data/object")`.
  Json at(std::string_view pointer) const { return below("", pointer); }
  Json item(std::uint32_t i) const {
    char digits[12];
    return below("/", {digits, static_cast<std::size_t>(std::to_chars(digits, digits + 12, i).ptr - digits)});
  }
  std::uint32_t count() const { return entry_ == nullptr ? 0 : entry_->count; }

  /// Of a scalar, as written; absent for what is not there, null, an object or an array.
  Text text() const { return entry_ == nullptr ? Text() : Text(entry_->text); }
  std::int64_t integer(std::int64_t fallback = 0) const { return number(text(), fallback); }
  /// Whether it is true, also as the text that YAML gives.
  bool truth() const { return entry_ != nullptr && (entry_->kind == FLORIN_JSON_TRUE || text() == Text("true")); }

  /// Calls `take(name, value)` for each member of an object, by name in byte order.
  template <class Take>
  void members(Take take) const {
    if (!is_object()) return;
    const std::string_view prefix = view(entry_->pointer);
    for (std::uint32_t i = first_after(prefix, "/", ""); i < table_.count; ++i) {
      const Json member(table_, FLORIN_AT(florin_json, table_, i));
      const std::string_view path = view(member.entry_->pointer);
      if (path.size() <= prefix.size() || !path.starts_with(prefix) || path[prefix.size()] != '/') break;
      const std::string_view name = path.substr(prefix.size() + 1);
      if (name.find('/') == std::string_view::npos) take(name, member);
    }
  }
  /// Calls `take(item)` for each item of an array, in order.
  template <class Take>
  void items(Take take) const {
    if (!is_array()) return;
    for (std::uint32_t i = 0; i < count(); ++i) take(item(i));
  }

 private:
  Json(florin_list table, const florin_json* entry) : table_(table), entry_(entry) {}

  /// Compares a pointer with prefix + slash + name, in byte order.
  static int compare(std::string_view pointer, std::string_view prefix, std::string_view slash, std::string_view name) {
    for (const std::string_view part : {prefix, slash, name}) {
      if (const int order = pointer.substr(0, part.size()).compare(part); order != 0) return order;
      pointer.remove_prefix(part.size());
    }
    return pointer.empty() ? 0 : 1;
  }
  std::uint32_t first_after(std::string_view prefix, std::string_view slash, std::string_view name) const {
    std::uint32_t low = 0, high = table_.count;
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (compare(view(FLORIN_AT(florin_json, table_, middle)->pointer), prefix, slash, name) < 0)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }
  Json below(std::string_view slash, std::string_view name) const {
    if (entry_ == nullptr) return {};
    const std::string_view prefix = view(entry_->pointer);
    const std::uint32_t at = first_after(prefix, slash, name);
    if (at == table_.count) return {};
    const florin_json* found = FLORIN_AT(florin_json, table_, at);
    return compare(view(found->pointer), prefix, slash, name) == 0 ? Json(table_, found) : Json();
  }

  florin_list table_ = {nullptr, 0, 0};
  const florin_json* entry_ = nullptr;
};

/// What an instance is made of. A constructor that finds something wrong says so and returns; the instance is dropped.
class Setup {
 public:
  explicit Setup(const florin_setup& setup) : config(setup.config), tenant(setup.tenant) {}
  const Json config;
  const Text tenant;

  /// path   JSON pointer into the config
  /// text   what is wrong and what would be right
  void problem(Text path, Text text) { problems_.add({path, text}); }
  /// A problem for each member of `object` that is not known, with the nearest word that is.
  void only(const Json& object, const std::vector<std::string_view>& known) {
    object.members([&](std::string_view name, const Json& member) {
      for (const std::string_view word : known)
        if (name == word) return;
      problem(member.pointer(), Text("'") + name + "' is not known here" + did_you_mean(name, known));
    });
  }
  const List<florin_problem>& problems() const { return problems_; }

 private:
  List<florin_problem> problems_;
};

// ---- Values that the host finishes --------------------------------------------------------------------------------

/// Text, or a program that the host runs when it sends. `+` joins.
struct Value : florin_value {
  Value() : florin_value{{nullptr, 0}, nullptr, 0} {}
  Value(Text plain) : florin_value{plain, nullptr, 0} {}
  template <class T>
    requires std::convertible_to<T, Text>
  Value(const T& plain) : Value(Text(plain)) {}

  /// This, then one more term.
  Value then(florin_term term) const { return joined(*this, {}, term); }
  /// Both, then one more term.
  static Value joined(const Value& a, const std::optional<Value>& b, florin_term term) {
    Value made;
    florin_term* terms = room<florin_term>(a.size() + (b ? b->size() : 0) + 1);
    florin_term* at = a.copy(terms);
    if (b) at = b->copy(at);
    *at++ = term;
    made.terms = terms;
    made.count = static_cast<std::uint64_t>(at - terms);
    return made;
  }

 private:
  std::size_t size() const { return terms == nullptr ? 1 : static_cast<std::size_t>(count); }
  florin_term* copy(florin_term* to) const {
    if (terms == nullptr) *to = {FLORIN_PUT, 0, text};
    for (std::uint64_t i = 0; terms != nullptr && i < count; ++i) to[i] = terms[i];
    return to + size();
  }
};
inline Value push(florin_term term) {
  Value made;
  made.terms = kept(term);
  made.count = 1;
  return made;
}
inline Value secret(Text name) { return push({FLORIN_SECRET, 0, name}); }
inline Value now(std::uint32_t form) { return push({FLORIN_NOW, form, {nullptr, 0}}); }
inline Value finished_body() { return push({FLORIN_BODY, 0, {nullptr, 0}}); }
inline Value hmac_sha256(const Value& key, const Value& data) {
  return Value::joined(key, data, {FLORIN_HMAC, FLORIN_SHA256, {nullptr, 0}});
}
inline Value hmac_sha512(const Value& key, const Value& data) {
  return Value::joined(key, data, {FLORIN_HMAC, FLORIN_SHA512, {nullptr, 0}});
}
inline Value sha256(const Value& data) { return data.then({FLORIN_DIGEST, FLORIN_SHA256, {nullptr, 0}}); }
inline Value hex(const Value& data) { return data.then({FLORIN_HEX, 0, {nullptr, 0}}); }
inline Value base64(const Value& data) { return data.then({FLORIN_BASE64, 0, {nullptr, 0}}); }
inline Value percent(const Value& data) { return data.then({FLORIN_PERCENT, 0, {nullptr, 0}}); }
/// Without padding, as in a JWT.
inline Value base64url(const Value& data) { return data.then({FLORIN_BASE64URL, 0, {nullptr, 0}}); }
/// The bytes that a text stands for, such as a key that a provider gives in hex or base64: `unhex(secret("x.key"))`.
inline Value unhex(const Value& data) { return data.then({FLORIN_UNHEX, 0, {nullptr, 0}}); }
inline Value unbase64(const Value& data) { return data.then({FLORIN_UNBASE64, 0, {nullptr, 0}}); }
inline Value json_text(const Value& data) { return data.then({FLORIN_JSON_TEXT, 0, {nullptr, 0}}); }
inline Value operator+(const Value& a, const Value& b) { return Value::joined(a, b, {FLORIN_JOIN, 2, {nullptr, 0}}); }

/// Percent-encoded as RFC 3986 has it, for queries and forms.
inline Text encoded(Text text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  char* out = room<char>(text.view().size() * 3 + 1);
  std::size_t n = 0;
  for (const char c : text.view()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out[n++] = c;
    } else {
      out[n++] = '%';
      out[n++] = digits[byte >> 4];
      out[n++] = digits[byte & 15];
    }
  }
  return std::string_view(out, n);
}

/// As a JSON string, with its quotes.
inline Text in_quotes(Text text) {
  static constexpr char digits[] = "0123456789abcdef";
  char* out = room<char>(text.view().size() * 6 + 3);
  std::size_t n = 0;
  out[n++] = '"';
  for (const char c : text.view()) {
    if (c == '"' || c == '\\') {
      out[n++] = '\\';
      out[n++] = c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::string_view("\\u00").copy(out + n, 4);
      out[n + 4] = digits[c >> 4];
      out[n + 5] = digits[c & 15];
      n += 6;
    } else {
      out[n++] = c;
    }
  }
  out[n++] = '"';
  return std::string_view(out, n);
}

// ---- Requests, replies, steps -------------------------------------------------------------------------------------

using Operation = florin_operation;
using Step = const florin_step*;

class Reply {
 public:
  explicit Reply(const florin_reply& reply) : reply_(&reply) {}
  std::uint32_t status() const { return reply_->status; }
  Text body() const { return reply_->body; }
  Json json() const { return Json(reply_->json); }
  Text header(std::string_view lower_case_name) const { return find(reply_->headers, lower_case_name); }
  std::int64_t received_at_us() const { return reply_->received_at_us; }

 private:
  const florin_reply* reply_;
};

class Replies {
 public:
  explicit Replies(const florin_replies& replies) : list_(replies.replies) {}
  bool empty() const { return list_.count == 0; }
  std::uint32_t size() const { return list_.count; }
  Reply operator[](std::uint32_t i) const { return Reply(*FLORIN_AT(florin_reply, list_, i)); }
  Reply last() const { return (*this)[list_.count - 1]; }
  /// Those from the n-th on, for an operation that goes on as another one: `status(op, replies.after(1))`.
  Replies after(std::uint32_t n) const {
    florin_replies rest{};
    rest.size = sizeof rest;
    rest.replies = list_;
    n = n < list_.count ? n : list_.count;
    rest.replies.at = static_cast<const char*>(list_.at) + static_cast<std::size_t>(n) * list_.stride;
    rest.replies.count = list_.count - n;
    return Replies(rest);
  }

 private:
  florin_list list_;
};

/// JSON that is written as it stands; absent when empty.
struct JsonText {
  Text text = {};
};

/// A field of a form, a query or a JSON object: a number or a bool is written bare, an absent text is left out.
struct Field {
  Field(std::string_view its_name, Text text) : name(its_name), value(text) {}
  template <class T>
    requires std::convertible_to<T, std::string_view> || std::same_as<T, florin_text>
  Field(std::string_view its_name, const T& text) : name(its_name), value(text) {}
  template <std::integral T>
  Field(std::string_view its_name, T n) : name(its_name), value(n), bare(true) {}
  Field(std::string_view its_name, bool truth) : name(its_name), value(truth ? "true" : "false"), bare(true) {}
  Field(std::string_view its_name, JsonText json) : name(its_name), value(json.text), bare(true) {}
  std::string_view name;
  Text value;
  bool bare = false;
};
using Fields = std::initializer_list<Field>;

/// A JSON object, also as the value of a field: `.json({{"notes", object({{"key", op.key}})}})`.
inline JsonText object(Fields fields) {
  Text text;
  for (const Field& field : fields)
    if (field.value)
      text =
          text + (text ? "," : "") + in_quotes(field.name) + ":" + (field.bare ? field.value : in_quotes(field.value));
  return {Text("{") + text + "}"};
}

/// A JSON array of texts and objects: `.json({{"lines", array({object({{"id", 1}}), "second"})}})`.
struct ArrayItem {
  template <std::convertible_to<Text> T>
  ArrayItem(const T& plain) : text(in_quotes(plain)) {}
  ArrayItem(const JsonText& json) : text(json.text) {}
  Text text;
};
inline JsonText array(std::initializer_list<ArrayItem> items) {
  Text text;
  for (const ArrayItem& item : items) text = text + (text ? "," : "") + item.text;
  return {Text("[") + text + "]"};
}

/// A request that is being written down. It is a Step once it is returned.
class Request {
 public:
  Request(Text method, Text path, std::uint32_t effect) : request_{} {
    request_.method = method;
    request_.path = path;
    request_.effect = effect;
  }
  Request& endpoint(Text name) { return request_.endpoint = name, *this; }
  Request& header(Text name, const Value& value) { return headers_.add({name, value}), *this; }
  Request& bearer(Text secret_name) { return header("Authorization", Value("Bearer ") + secret(secret_name)); }
  Request& body(const Value& value) { return request_.body = value, *this; }
  Request& query(Fields fields) { return request_.path = Text(request_.path) + "?" + joined(fields), *this; }
  Request& form(Fields fields) {
    return header("Content-Type", "application/x-www-form-urlencoded").body(joined(fields));
  }
  Request& json(Fields fields) { return header("Content-Type", "application/json").body(object(fields).text); }
  /// The provider makes the same bytes act once.
  Request& repeatable() { return request_.effect = FLORIN_REPEATABLE, *this; }
  /// It changes nothing, whatever its method: the host may send it as often as it likes.
  Request& reads() { return request_.effect = FLORIN_READ, *this; }
  /// It acts, but no money can move by it.
  Request& no_money() { return request_.flags |= FLORIN_NO_MONEY, *this; }

  const florin_request* made() const {
    florin_request request = request_;
    request.headers = headers_;
    return kept(request);
  }
  operator Step() const {
    florin_step step{};
    step.kind = FLORIN_SEND;
    step.request = made();
    return kept(step);
  }

 private:
  static Text joined(Fields fields) {
    Text text;
    for (const Field& field : fields)
      if (field.value) text = text + (text ? "&" : "") + encoded(field.name) + "=" + encoded(field.value);
    return text;
  }
  florin_request request_;
  List<florin_header> headers_;
};
inline Request get(Text path) { return {"GET", path, FLORIN_READ}; }
inline Request post(Text path) { return {"POST", path, FLORIN_ONCE}; }

struct Reason {
  std::uint32_t kind = FLORIN_SOFT;
  Text code = {}, text = {};
};
struct Action {
  std::uint32_t kind = FLORIN_WAIT;
  Text url = {};
  List<florin_pair> fields = {};
  std::int64_t expires_at_us = 0;
};
/// A method that the provider keeps: its token, its brand, and what may be shown.
struct Saved {
  Text token = {}, brand = {}, masked = {};
};
struct Outcome {
  std::uint32_t state = FLORIN_UNKNOWN;
  florin_money amount{};
  Text ref = {}, raw = {};
  std::optional<Reason> reason = {};
  std::optional<Action> action = {};
  std::int64_t poll_after_us = 0;
  std::int64_t happened_at_us = 0;
  std::optional<Saved> saved = {};
  florin_money fee{};
  Text settlement = {};
};

/// Minor units of a currency: letters are made upper case, what is no code stays unknown.
inline florin_money money(std::int64_t minor, Text currency, std::int64_t exponent) {
  florin_money made{};
  if (currency.view().size() != 3 || exponent < 0 || exponent > 18) return made;
  made.minor = minor;
  made.exponent = static_cast<std::uint8_t>(exponent);
  for (std::size_t i = 0; i < 3; ++i) {
    const char c = currency.view()[i];
    made.currency[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return made;
}
inline Text currency(const florin_money& amount) { return std::string_view(amount.currency, 3); }

inline const florin_outcome* outcome(const Outcome& said) {
  florin_outcome made{};
  made.state = said.state;
  made.amount = said.amount;
  made.ref = said.ref;
  made.raw = said.raw;
  if (said.reason) made.reason = kept(florin_reason{0, said.reason->kind, said.reason->code, said.reason->text});
  if (said.action)
    made.action =
        kept(florin_action{0, said.action->kind, said.action->url, said.action->fields, said.action->expires_at_us});
  made.poll_after_us = said.poll_after_us;
  made.happened_at_us = said.happened_at_us;
  if (said.saved) made.saved = kept(florin_saved{0, 0, said.saved->token, said.saved->brand, said.saved->masked});
  made.fee = said.fee;
  made.settlement = said.settlement;
  return kept(made);
}
inline Step done(const Outcome& said) {
  florin_step step{};
  step.kind = FLORIN_DONE;
  step.outcome = outcome(said);
  return kept(step);
}

/// What an answer that is neither a success nor a decline means: 400, 401, 403, 404 and 429 were refused before
/// anything happened; all else may have happened.
inline Step by_http(const Reply& reply, Text code = {}, Text text = {}) {
  const std::uint32_t status = reply.status();
  const bool refused = status == 400 || status == 401 || status == 403 || status == 404 || status == 429;
  return done({.state = refused ? FLORIN_NOT_SENT : FLORIN_UNKNOWN,
               .raw = Text("http ") + status,
               .reason = Reason{status == 429 ? FLORIN_THROTTLED
                                : refused     ? FLORIN_MISCONFIGURED
                                              : FLORIN_TECHNICAL,
                                code, text}});
}

// ---- Dates, decimal amounts and currencies, as providers write them
// ---------------------------------------------------

/// "2026-03-10T09:00:00Z", UTC to the second; absent for 0.
inline Text iso_time(std::int64_t us) {
  if (us <= 0) return {};
  const std::int64_t seconds_since = us / 1'000'000, day = seconds_since / 86'400, second = seconds_since % 86'400;
  // The civil calendar from days, in eras of 400 years that begin on 1 March.
  const std::int64_t z = day + 719'468, era = z / 146'097, of_era = z - era * 146'097;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t moon = (5 * of_year + 2) / 153, month = moon < 10 ? moon + 3 : moon - 9;
  const std::int64_t parts[] = {year_of_era + era * 400 + (month <= 2 ? 1 : 0),
                                month,
                                of_year - (153 * moon + 2) / 5 + 1,
                                second / 3600,
                                second / 60 % 60,
                                second % 60};
  if (parts[0] > 9999) return {};
  char* out = room<char>(21);
  std::size_t n = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::int64_t unit = i == 0 ? 1000 : 10; unit > 0; unit /= 10)
      out[n++] = static_cast<char>('0' + parts[i] / unit % 10);
    out[n++] = "--T::Z"[i];
  }
  return std::string_view(out, n);
}

/// Microseconds of a time such as "2026-03-10T09:00:00.123Z" or with "+01:00"; 0 for what is none.
inline std::int64_t read_iso_time(Text text) {
  const std::string_view all = text.view();
  if (all.size() < 19) return 0;
  const auto part = [&](std::size_t from, std::size_t size) { return number(all.substr(from, size), -1); };
  const std::int64_t year = part(0, 4), month = part(5, 2), day = part(8, 2);
  const std::int64_t hour = part(11, 2), minute = part(14, 2), second = part(17, 2);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60)
    return 0;
  const std::int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
  const std::int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t days_since = era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
  std::size_t zone = 19;
  if (zone < all.size() && all[zone] == '.')
    for (++zone; zone < all.size() && all[zone] >= '0' && all[zone] <= '9';) ++zone;
  std::int64_t east = 0;  // minutes
  if (zone < all.size() && (all[zone] == '+' || all[zone] == '-') && all.size() >= zone + 5) {
    const std::size_t colon = all[zone + 3] == ':' ? 1 : 0;
    const std::int64_t hours_east = part(zone + 1, 2), minutes_east = part(zone + 3 + colon, 2);
    if (hours_east < 0 || hours_east > 23 || minutes_east < 0 || minutes_east > 59) return 0;
    east = hours_east * 60 + minutes_east;
    if (all[zone] == '-') east = -east;
  }
  return seconds(days_since * 86'400 + hour * 3600 + (minute - east) * 60 + second);
}

/// An amount in units of its currency: "49.00" of 4900 cents, "500" of 500 yen; absent with more than 18 decimals.
inline Text decimal(const florin_money& amount) {
  if (amount.exponent > 18) return {};
  const std::uint64_t minor = amount.minor < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(amount.minor)
                                               : static_cast<std::uint64_t>(amount.minor);
  std::uint64_t unit = 1;
  for (int i = 0; i < amount.exponent; ++i) unit *= 10;
  Text text = Text(amount.minor < 0 ? "-" : "") + Text(minor / unit);
  if (amount.exponent == 0) return text;
  char* places = room<char>(amount.exponent);
  std::uint64_t rest = minor % unit;
  for (int i = amount.exponent; i-- > 0; rest /= 10) places[i] = static_cast<char>('0' + rest % 10);
  return text + "." + std::string_view(places, amount.exponent);
}

/// The decimals of a currency by ISO 4217. A provider may count otherwise: its own pages decide.
inline std::int64_t iso_exponent(Text code) {
  return code_of(lower(code), {{"bif", 1}, {"clp", 1}, {"djf", 1}, {"gnf", 1}, {"isk", 1}, {"jpy", 1}, {"kmf", 1},
                               {"krw", 1}, {"pyg", 1}, {"rwf", 1}, {"ugx", 1}, {"uyi", 1}, {"vnd", 1}, {"vuv", 1},
                               {"xaf", 1}, {"xof", 1}, {"xpf", 1}, {"bhd", 4}, {"iqd", 4}, {"jod", 4}, {"kwd", 4},
                               {"lyd", 4}, {"omr", 4}, {"tnd", 4}, {"clf", 5}, {"uyw", 5}},
                 3) -
         1;
}

/// An amount that is written in units, "49.00"; of no currency where it is none, or has more decimals than that has.
inline florin_money read_decimal(Text text, Text currency_code) {
  const std::int64_t exponent = iso_exponent(currency_code);
  const bool minus = text.view().starts_with('-');
  std::int64_t minor = 0, places = -1;
  for (const char c : text.view().substr(minus ? 1 : 0)) {
    if (c == '.' && places < 0) {
      places = 0;
      continue;
    }
    if (c < '0' || c > '9' || minor > INT64_MAX / 100 || (places == exponent && c != '0')) return {};
    if (places == exponent) continue;
    minor = minor * 10 + (c - '0');
    if (places >= 0) ++places;
  }
  if (!text || text.view() == "-") return {};
  for (places = places < 0 ? 0 : places; places < exponent; ++places) {
    if (minor > INT64_MAX / 100) return {};
    minor *= 10;
  }
  return money(minus ? -minor : minor, currency_code, exponent);
}

// ---- Webhooks and capabilities ------------------------------------------------------------------------------------

using Webhook = florin_webhook;

/// A field of a query or of a form's body: `field_of(hook.query, "id")`; absent where it has none of that name.
inline Text field_of(Text form, std::string_view name) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
  };
  const auto decoded = [&](std::string_view text) {
    char* out = room<char>(text.size() + 1);
    std::size_t n = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool coded = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
      out[n++] = coded            ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]))
                 : text[i] == '+' ? ' '
                                  : text[i];
      if (coded) i += 2;
    }
    return std::string_view(out, n);
  };
  std::string_view rest = form.view();
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (decoded(pair.substr(0, equals)) == name) return decoded(pair.substr(std::min(equals + 1, pair.size())));
  }
  return {};
}

/// `made` equals `given`, and was signed at `at_us`, at most `within_us` from now; 0: not timed.
inline florin_check equal(const Value& made, Text given, std::int64_t at_us = 0, std::int64_t within_us = 0,
                          std::uint32_t group = 0) {
  florin_check check{};
  check.kind = FLORIN_EQUAL;
  check.group = group;
  check.made = made;
  check.given = given;
  check.at_us = at_us;
  check.within_us = within_us;
  return check;
}
/// `given` is a signature of `message` by the provider, whose public key the operator gave as the secret `key`.
/// `signed_by("mine.public_key", FLORIN_RSA_SHA256, Text(hook.body), find(hook.headers, "x-signature"))`
inline florin_check signed_by(Text key, std::uint32_t scheme, const Value& message, Text given, std::int64_t at_us = 0,
                              std::int64_t within_us = 0, std::uint32_t group = 0) {
  florin_check check = equal(message, given, at_us, within_us, group);
  check.kind = FLORIN_SIGNED;
  check.key = key;
  check.scheme = scheme;
  return check;
}
/// The provider is asked with `request`, which reads, and says `given` at `pointer` of its answer.
inline florin_check asked(const Request& request, Text pointer, Text given, std::uint32_t group = 0) {
  florin_check check{};
  check.kind = FLORIN_ASKED;
  check.group = group;
  check.given = given;
  check.request = request.made();
  check.pointer = pointer;
  return check;
}
struct Claim {
  std::uint32_t about = 0;
  Text id = {}, type = {}, payment_key = {}, refund_key = {};
  Outcome said = {};
  Text payment_ref = {};
  std::uint32_t dispute = 0;
  florin_claim made() const {
    return {about, 0, id, type, payment_key, refund_key, outcome(said), payment_ref, dispute, 0};
  }
};
/// Of a pull: the answer is not the list that was asked for. The host says so, and asks again later.
inline Step no_page(const Reply& reply, Text code = {}, Text text = {}) {
  return done({.raw = Text("http ") + reply.status(),
               .reason = Reason{FLORIN_TECHNICAL, code, text ? text : Text("the answer is no list of records")}});
}
/// Of a pull: one page of the provider's books, and where the next one goes on.
inline Step page(const List<florin_claim>& claims, Text cursor) {
  florin_step step{};
  step.kind = FLORIN_DONE;
  step.outcome = outcome({});
  step.claims = claims;
  step.cursor = cursor;
  return kept(step);
}
class Claims {
 public:
  Claims& check(const florin_check& one) { return checks_.add(one), *this; }
  Claims& claim(const Claim& one) {
    claims_.add(one.made());
    return *this;
  }
  /// What the provider wants to read once its message is taken: `[accepted]`, `OK7`.
  Claims& answer(Text body, Text content_type = {}, std::uint32_t status = 200) {
    answer_ = kept(florin_webhook_answer{0, status, content_type, body});
    return *this;
  }
  const florin_claims* made() const { return kept(florin_claims{0, 0, claims_, checks_, answer_}); }

 private:
  const florin_webhook_answer* answer_ = nullptr;
  List<florin_claim> claims_;
  List<florin_check> checks_;
};

/// Operations as a set: `operations(FLORIN_CHARGE, FLORIN_STATUS)`.
template <class... Kind>
constexpr std::uint64_t operations(Kind... kinds) {
  return ((std::uint64_t{1} << kinds) | ...);
}
struct Offer {
  Text method = {};
  List<florin_text> currencies = {}, regions = {};  ///< none: every one
  std::uint64_t operations = 0;
};
/// A token that the host obtains by `request`, which reads; `bearer(name)` sends it.
struct Credential {
  Text name;
  Request request;
  Text token = "/access_token", lifetime = "/expires_in";  ///< JSON pointers into the answer
};
struct Capabilities {
  List<Offer> offers = {};
  bool signed_webhooks = true;
  std::int64_t key_window_us = 0, look_up_lag_us = 0;
  std::vector<Credential> credentials = {};
  const florin_capabilities* made() const {
    List<florin_offer> list;
    for (const Offer& offer : offers) list.add({offer.method, offer.currencies, offer.regions, offer.operations});
    List<florin_credential> obtained;
    for (const Credential& one : credentials) obtained.add({one.name, one.request.made(), one.token, one.lifetime});
    return kept(florin_capabilities{0, signed_webhooks ? FLORIN_SIGNED_WEBHOOKS : 0u, list, key_window_us,
                                    look_up_lag_us, obtained});
  }
};

// ---- Methods ------------------------------------------------------------------------------------------------------

using Situation = florin_situation;

struct MethodFacts {
  Text method = {}, title = {};
  List<florin_field> fields = {};
  std::int64_t pending_up_to_us = 0;
  List<std::int64_t> polls_us = {};
  const florin_method_facts* made() const {
    return kept(florin_method_facts{0, 0, method, title, fields, pending_up_to_us, polls_us});
  }
};

class Entered {
 public:
  explicit Entered(const florin_entered& entered) : fields(entered.fields) {}
  Text operator[](std::string_view name) const { return find(fields, name); }
  const florin_list fields;
};

class Verdict {
 public:
  static Verdict yes() { return Verdict(true, {}, {}); }
  static Verdict no(Text rule, Text text) { return Verdict(false, rule, text); }
  const florin_verdict* made() const { return kept(florin_verdict{0, allowed_ ? 1u : 0u, rule_, text_}); }

 private:
  Verdict(bool allowed, Text rule, Text text) : allowed_(allowed), rule_(rule), text_(text) {}
  bool allowed_;
  Text rule_, text_;
};

struct Checked {
  List<florin_problem> problems = {};
  List<florin_pair> details = {};
  Text masked = {}, brand = {};
  /// Never quote what was entered: it may be what nobody should see.
  Checked& problem(Text field, Text text) { return problems.add({field, text}), *this; }
  const florin_checked* made() const { return kept(florin_checked{0, 0, problems, details, masked, brand}); }
};

// ---- Credit policies ----------------------------------------------------------------------------------------------

using Moment = florin_moment;

struct End {
  std::uint32_t kind = FLORIN_NO_WORD;
  florin_span after{};
  std::int64_t at_us = 0;
};
struct Decision {
  std::uint32_t kind = 0;
  std::uint64_t grant = 0;
  Text type = {};
  std::int64_t units = 0;
  std::uint32_t source = 0;
  std::int32_t priority = 0;
  End end = {};
  Text rule = {};
};
class Decisions {
 public:
  Decisions& add(const Decision& one) {
    decisions_.add({one.kind, one.source, one.priority, one.end.kind, one.grant, one.type, one.units, one.end.at_us,
                    one.end.after, one.rule});
    return *this;
  }
  const florin_decisions* made() const {
    return kept(florin_decisions{0, refused_ ? 1u : 0u, decisions_, rule_, text_});
  }

 private:
  friend Decisions refuse(Text rule, Text text);
  List<florin_decision> decisions_;
  bool refused_ = false;
  Text rule_, text_;
};
/// What was asked does not happen; `rule` names the word of the config, `text` is for the customer.
inline Decisions refuse(Text rule, Text text) {
  Decisions made;
  made.refused_ = true;
  made.rule_ = rule;
  made.text_ = text;
  return made;
}

// ---- Taxes --------------------------------------------------------------------------------------------------------

using Sale = florin_sale;

class Taxes {
 public:
  /// `over / under` of the price of line `line` of the sale, from 0.
  Taxes& add(std::uint32_t line, Text name, std::int64_t over, std::int64_t under) {
    rates_.add({line, 0, over, under, name});
    return *this;
  }
  const florin_taxes* made() const { return kept(florin_taxes{0, 0, rates_, {}, {}}); }

 private:
  List<florin_tax_rate> rates_;
};

// ---- From a class to the C interface ------------------------------------------------------------------------------

namespace detail {

/// Runs a function of the plugin; whatever is thrown becomes "no answer".
template <class Run>
auto guarded(florin_arena* its_arena, Run run) noexcept -> decltype(run()) {
  florin_arena* before = std::exchange(arena, its_arena);
  decltype(run()) answer = nullptr;
  try {
    answer = run();
  } catch (...) {
    answer = nullptr;
  }
  arena = before;
  return answer;
}

template <class C>
const C& self(const florin_plugin* plugin) {
  return *reinterpret_cast<const C*>(plugin);
}

template <class C>
concept Charges = requires(const C& c, const Operation& op, const Replies& r) {
  { c.charge(op, r) } -> std::convertible_to<Step>;
};
template <class C>
concept Cancels = requires(const C& c, const Operation& op, const Replies& r) {
  { c.cancel(op, r) } -> std::convertible_to<Step>;
};
template <class C>
concept Refunds = requires(const C& c, const Operation& op, const Replies& r) {
  { c.refund(op, r) } -> std::convertible_to<Step>;
};
template <class C>
concept TellsStatus = requires(const C& c, const Operation& op, const Replies& r) {
  { c.status(op, r) } -> std::convertible_to<Step>;
};
template <class C>
concept Pulls = requires(const C& c, const Operation& op, const Replies& r) {
  { c.pull(op, r) } -> std::convertible_to<Step>;
};
template <class C>
concept Captures = requires(const C& c, const Operation& op, const Replies& r) {
  { c.capture(op, r) } -> std::convertible_to<Step>;
};
template <class C>
concept SavesMethods = requires(const C& c, const Operation& op, const Replies& r) {
  { c.save_method(op, r) } -> std::convertible_to<Step>;
};
template <class C>
concept Confirms = requires(const C& c, const Operation& op, const Replies& r) {
  { c.confirm(op, r) } -> std::convertible_to<Step>;
};
template <class C>
concept TakesWebhooks = requires(const C& c, const Webhook& w) {
  { c.webhook(w) } -> std::same_as<Claims>;
};
template <class C>
concept Processor = requires(const C& c) {
  { c.describe() } -> std::same_as<Capabilities>;
};
template <class C>
concept Method = requires(const C& c, const Entered& e) {
  { c.describe() } -> std::same_as<MethodFacts>;
  { c.check(e) } -> std::same_as<Checked>;
};
template <class C>
concept Offers = requires(const C& c, const Situation& s) {
  { c.offered(s) } -> std::same_as<Verdict>;
};
template <class C>
concept CreditPolicy = requires(const C& c, const Moment& m) {
  { c.decide(m) } -> std::same_as<Decisions>;
};

template <class C>
concept Taxing = requires(const C& c, const Sale& s) {
  { c.taxes(s) } -> std::same_as<Taxes>;
};

template <auto Member, class C>
const florin_step* stepped(const florin_plugin* plugin, const florin_operation* op, const florin_replies* replies,
                           florin_arena* room_for_it) {
  return guarded(room_for_it, [&]() -> Step { return (self<C>(plugin).*Member)(*op, Replies(*replies)); });
}

template <class C>
const florin_processor_1* processor() {
  static const florin_processor_1 table = [] {
    florin_processor_1 made{};
    made.size = sizeof made;
    made.describe = [](const florin_plugin* plugin, florin_arena* room_for_it) {
      return guarded(room_for_it, [&] { return self<C>(plugin).describe().made(); });
    };
    if constexpr (Charges<C>) made.charge = stepped<&C::charge, C>;
    if constexpr (Cancels<C>) made.cancel = stepped<&C::cancel, C>;
    if constexpr (Refunds<C>) made.refund = stepped<&C::refund, C>;
    if constexpr (TellsStatus<C>) made.status = stepped<&C::status, C>;
    if constexpr (Pulls<C>) made.pull = stepped<&C::pull, C>;
    if constexpr (Captures<C>) made.capture = stepped<&C::capture, C>;
    if constexpr (SavesMethods<C>) made.save_method = stepped<&C::save_method, C>;
    if constexpr (Confirms<C>) made.confirm = stepped<&C::confirm, C>;
    if constexpr (TakesWebhooks<C>)
      made.webhook = [](const florin_plugin* plugin, const florin_webhook* hook, florin_arena* room_for_it) {
        return guarded(room_for_it, [&] { return self<C>(plugin).webhook(*hook).made(); });
      };
    return made;
  }();
  return &table;
}

template <class C>
const florin_method_1* method() {
  static const florin_method_1 table = [] {
    florin_method_1 made{};
    made.size = sizeof made;
    made.describe = [](const florin_plugin* plugin, florin_arena* room_for_it) {
      return guarded(room_for_it, [&] { return self<C>(plugin).describe().made(); });
    };
    if constexpr (Offers<C>)
      made.offered = [](const florin_plugin* plugin, const florin_situation* situation, florin_arena* room_for_it) {
        return guarded(room_for_it, [&] { return self<C>(plugin).offered(*situation).made(); });
      };
    made.check = [](const florin_plugin* plugin, const florin_entered* entered, florin_arena* room_for_it) {
      return guarded(room_for_it, [&] { return self<C>(plugin).check(Entered(*entered)).made(); });
    };
    return made;
  }();
  return &table;
}

template <class C>
const florin_credit_policy_1* credit_policy() {
  static const florin_credit_policy_1 table = [] {
    florin_credit_policy_1 made{};
    made.size = sizeof made;
    made.decide = [](const florin_plugin* plugin, const florin_moment* moment, florin_arena* room_for_it) {
      return guarded(room_for_it, [&] { return self<C>(plugin).decide(*moment).made(); });
    };
    return made;
  }();
  return &table;
}

template <class C>
const florin_tax_1* tax() {
  static const florin_tax_1 table = [] {
    florin_tax_1 made{};
    made.size = sizeof made;
    made.taxes = [](const florin_plugin* plugin, const florin_sale* sale, florin_arena* room_for_it) {
      return guarded(room_for_it, [&] { return self<C>(plugin).taxes(*sale).made(); });
    };
    return made;
  }();
  return &table;
}

template <class C>
const florin_made* create(const florin_setup* from, florin_arena* room_for_it) {
  return guarded(room_for_it, [&]() -> const florin_made* {
    Setup setup(*from);
    florin_made* made = kept(florin_made{});
    C* instance = new C(setup);
    made->problems = setup.problems();
    if (setup.problems().size() == 0)
      made->plugin = reinterpret_cast<florin_plugin*>(instance);
    else
      delete instance;
    return made;
  });
}

template <class C>
const void* query(const florin_plugin*, const char* interface_id) {
  const std::string_view id(interface_id);
  if constexpr (Processor<C>)
    if (id == "florin.processor/1") return processor<C>();
  if constexpr (Method<C>)
    if (id == "florin.method/1") return method<C>();
  if constexpr (CreditPolicy<C>)
    if (id == "florin.credit_policy/1") return credit_policy<C>();
  if constexpr (Taxing<C>)
    if (id == "florin.tax/1") return tax<C>();
  return nullptr;
}

template <class C>
const florin_entry_1* entry() {
  static const florin_entry_1 table = {sizeof table, FLORIN_ABI_MINOR, create<C>, query<C>,
                                       [](florin_plugin* plugin) { delete reinterpret_cast<C*>(plugin); }};
  return &table;
}

}  // namespace detail
}  // namespace florin::plugin

/// Makes a class the plugin of this file. `manifest` is JSON, see FLORIN_MANIFEST.
#define FLORIN_PLUGIN(Class, manifest)                                                                            \
  static_assert(florin::plugin::detail::Processor<Class> || florin::plugin::detail::Method<Class> ||              \
                    florin::plugin::detail::CreditPolicy<Class> || florin::plugin::detail::Taxing<Class>,         \
                "a plugin has describe (processor, method), decide (credit policy) or taxes (tax), const and as " \
                "plugin.hpp says");                                                                               \
  FLORIN_MANIFEST(florin_manifest, manifest);                                                                     \
  extern "C" FLORIN_EXPORT const florin_entry_1* florin_plugin_entry_1(void) {                                    \
    return florin::plugin::detail::entry<Class>();                                                                \
  }
// NOLINTEND(bugprone-casting-through-void,bugprone-suspicious-stringview-data-usage,readability-redundant-member-init,bugprone-macro-parentheses)

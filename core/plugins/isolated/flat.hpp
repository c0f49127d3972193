#pragma once

#include <florin/plugin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <string>
#include <vector>

#include "plugins/instance.hpp"
#include "plugins/json_table.hpp"

namespace florin::flat {

/// A struct of the plugin interface as bytes that hold everything it points to: each pointer is an offset from the
/// first byte. The side that reads them makes pointers of the offsets again, in the bytes as they lie there.
///
/// Nothing in the bytes is believed. Each part begins behind the one before it, as `Packer` lays them out, so parts
/// never overlap; every one lies inside. What a plugin got wrong, such as a list that cannot be, stays wrong on the
/// other side, so that it is refused with the same sentence as in the host.

inline constexpr std::size_t most_elements = 10'000;
inline constexpr std::size_t most_text = 1 << 20;
inline constexpr std::size_t most_terms = 64;
inline constexpr std::size_t unit = 16;  ///< parts begin at multiples of it

/// A plain error, on its way back from the runner.
struct Failure {
  florin_text code, message, path;
};
/// What making an instance came to: errors, or none and the functions that the plugin has.
struct Made {
  florin_list failures;
};
/// What an operation is called with.
struct OperationCall {
  florin_operation operation;
  florin_replies replies;
};

// ---- What each struct points to, once for both directions ---------------------------------------------------------

template <class V>
void parts(V&, std::int64_t&) {}
template <class V>
void parts(V&, florin_money&) {}
template <class V>
void parts(V& v, florin_text& s) {
  v.text(s);
}
template <class V>
void parts(V& v, florin_pair& s) {
  v.text(s.name);
  v.text(s.value);
}
template <class V>
void parts(V& v, florin_problem& s) {
  v.text(s.path);
  v.text(s.text);
}
template <class V>
void parts(V& v, florin_term& s) {
  v.text(s.text);
}
template <class V>
void parts(V& v, florin_value& s) {
  v.text(s.text);
  v.terms(s);
}
template <class V>
void parts(V& v, florin_header& s) {
  v.text(s.name);
  parts(v, s.value);
}
template <class V>
void parts(V& v, Failure& s) {
  v.text(s.code);
  v.text(s.message);
  v.text(s.path);
}
template <class V>
void parts(V& v, Made& s) {
  v.template list<Failure>(s.failures);
}

template <class V>
void parts(V& v, florin_setup& s) {
  v.text(s.config_json);
  v.json(s.config, s.config_json);
  v.text(s.tenant);
}
template <class V>
void parts(V& v, florin_browser& s) {
  for (florin_text* text : {&s.accept_header, &s.user_agent, &s.language, &s.ip_address}) v.text(*text);
}
template <class V>
void parts(V& v, florin_operation& s) {
  for (florin_text* text : {&s.key, &s.payment_key, &s.method, &s.method_ref, &s.customer_key, &s.description, &s.ref,
                            &s.refund_ref, &s.refund_key, &s.cursor, &s.return_url})
    v.text(*text);
  v.template list<florin_pair>(s.details);
  v.template list<florin_pair>(s.person);
  v.template list<florin_pair>(s.answer);
  v.pointer(s.browser);
}
template <class V>
void parts(V& v, florin_reply& s) {
  v.template list<florin_pair>(s.headers);
  v.text(s.body);
  v.json(s.json, s.body);
}
template <class V>
void parts(V& v, florin_replies& s) {
  v.template list<florin_reply>(s.replies);
}
template <class V>
void parts(V& v, OperationCall& s) {
  parts(v, s.operation);
  parts(v, s.replies);
}
template <class V>
void parts(V& v, florin_webhook& s) {
  v.text(s.body);
  v.json(s.json, s.body);
  v.template list<florin_pair>(s.headers);
  v.text(s.method);
  v.text(s.query);
}
template <class V>
void parts(V& v, florin_webhook_answer& s) {
  v.text(s.content_type);
  v.text(s.body);
}
template <class V>
void parts(V& v, florin_situation& s) {
  for (florin_text* text : {&s.country, &s.plan, &s.cycle, &s.brand}) v.text(*text);
}
template <class V>
void parts(V& v, florin_entered& s) {
  v.template list<florin_pair>(s.fields);
}
template <class V>
void parts(V& v, florin_grant& s) {
  v.text(s.type);
  v.text(s.rule);
}
template <class V>
void parts(V& v, florin_allowance& s) {
  v.text(s.type);
}
template <class V>
void parts(V& v, florin_moment& s) {
  v.text(s.plan);
  v.text(s.cycle);
  v.template list<florin_allowance>(s.includes);
  v.template list<florin_grant>(s.grants);
}
template <class V>
void parts(V& v, florin_sale& s) {
  for (florin_text* text : {&s.kind, &s.country, &s.state}) v.text(*text);
  v.template list<florin_money>(s.lines);
}

template <class V>
void parts(V& v, florin_request& s) {
  for (florin_text* text : {&s.endpoint, &s.method, &s.path}) v.text(*text);
  v.template list<florin_header>(s.headers);
  parts(v, s.body);
}
template <class V>
void parts(V& v, florin_reason& s) {
  v.text(s.code);
  v.text(s.text);
}
template <class V>
void parts(V& v, florin_action& s) {
  v.text(s.url);
  v.template list<florin_pair>(s.fields);
}
template <class V>
void parts(V& v, florin_saved& s) {
  for (florin_text* text : {&s.token, &s.brand, &s.masked}) v.text(*text);
}
template <class V>
void parts(V& v, florin_outcome& s) {
  v.text(s.ref);
  v.text(s.raw);
  v.pointer(s.reason);
  v.pointer(s.action);
  v.pointer(s.saved);
  v.text(s.settlement);
}
template <class V>
void parts(V& v, florin_claim& s) {
  for (florin_text* text : {&s.id, &s.type, &s.payment_key, &s.refund_key, &s.payment_ref}) v.text(*text);
  v.pointer(s.outcome);
}
template <class V>
void parts(V& v, florin_step& s) {
  v.pointer(s.request);
  v.pointer(s.outcome);
  v.template list<florin_claim>(s.claims);
  v.text(s.cursor);
}
template <class V>
void parts(V& v, florin_check& s) {
  parts(v, s.made);
  v.text(s.given);
  v.pointer(s.request);
  v.text(s.pointer);
  v.text(s.key);
}
template <class V>
void parts(V& v, florin_claims& s) {
  v.template list<florin_claim>(s.claims);
  v.template list<florin_check>(s.checks);
  v.pointer(s.answer);
}
template <class V>
void parts(V& v, florin_offer& s) {
  v.text(s.method);
  v.template list<florin_text>(s.currencies);
  v.template list<florin_text>(s.regions);
}
template <class V>
void parts(V& v, florin_credential& s) {
  v.text(s.name);
  v.pointer(s.request);
  v.text(s.token);
  v.text(s.lifetime);
}
template <class V>
void parts(V& v, florin_capabilities& s) {
  v.template list<florin_offer>(s.offers);
  v.template list<florin_credential>(s.credentials);
}
template <class V>
void parts(V& v, florin_field& s) {
  v.text(s.name);
  v.text(s.label);
}
template <class V>
void parts(V& v, florin_method_facts& s) {
  v.text(s.method);
  v.text(s.title);
  v.template list<florin_field>(s.fields);
  v.template list<std::int64_t>(s.polls_us);
}
template <class V>
void parts(V& v, florin_verdict& s) {
  v.text(s.rule);
  v.text(s.text);
}
template <class V>
void parts(V& v, florin_checked& s) {
  v.template list<florin_problem>(s.problems);
  v.template list<florin_pair>(s.details);
  v.text(s.masked);
  v.text(s.brand);
}
template <class V>
void parts(V& v, florin_decision& s) {
  v.text(s.type);
  v.text(s.rule);
}
template <class V>
void parts(V& v, florin_decisions& s) {
  v.template list<florin_decision>(s.decisions);
  v.text(s.rule);
  v.text(s.text);
}
template <class V>
void parts(V& v, florin_tax_rate& s) {
  v.text(s.name);
}
template <class V>
void parts(V& v, florin_taxes& s) {
  v.template list<florin_tax_rate>(s.rates);
  v.text(s.rule);
  v.text(s.text);
}

// ---- Both directions ----------------------------------------------------------------------------------------------

/// Writes structs behind what `bytes` holds already.
class Packer {
 public:
  explicit Packer(std::vector<char>& bytes) : bytes_(bytes) {}

  template <class T>
  void root(const T& from) {
    const std::size_t at = room(sizeof(T));
    put(at, from);
  }

  void text(florin_text& text) {
    const bool given = text.ptr != nullptr && text.len != 0 && text.len <= most_text;
    text.ptr = given ? at_offset<const char>(copy(text.ptr, static_cast<std::size_t>(text.len))) : nullptr;
  }
  /// Only how much there is: the other side reads the text itself.
  void json(florin_list& list, const florin_text&) { list.at = nullptr; }
  template <class T>
  void list(florin_list& list) {
    const bool good =
        list.at != nullptr && list.count != 0 && list.count <= most_elements && list.stride >= size_in_1_0<T>;
    if (!good) {
      list.at = nullptr;
      return;
    }
    const std::size_t first = room(sizeof(T) * list.count);
    for (std::uint32_t i = 0; i < list.count; ++i) {
      T element{};
      std::memcpy(&element, static_cast<const char*>(list.at) + std::size_t{i} * list.stride,
                  std::min<std::size_t>(list.stride, sizeof element));
      put(first + i * sizeof(T), element);
    }
    list.at = at_offset<const void>(first);
    list.stride = sizeof(T);
  }
  void terms(florin_value& value) {
    if (value.terms == nullptr || value.count == 0) {
      value.terms = nullptr;
      return;
    }
    value.count = std::min<std::uint64_t>(value.count, most_terms + 1);  // one too many stays too many
    const std::size_t first = room(sizeof(florin_term) * value.count);
    for (std::size_t i = 0; i < value.count; ++i) {
      const florin_term term = value.terms[i];
      put(first + i * sizeof(florin_term), term);
    }
    value.terms = at_offset<const florin_term>(first);
  }
  template <class T>
  void pointer(const T*& pointer) {
    if (pointer == nullptr) return;
    T whole{};
    const std::size_t size = pointer->size;
    std::memcpy(&whole, pointer, std::min(size, sizeof whole));
    const std::size_t at = room(sizeof(T));
    if (size < size_in_1_0<T>) {
      T cut{};
      cut.size = static_cast<std::uint32_t>(size);
      std::memcpy(bytes_.data() + at, &cut, sizeof cut);
    } else {
      put(at, whole);
    }
    pointer = at_offset<const T>(at);
  }

 private:
  template <class T>
  void put(std::size_t at, T value) {
    parts(*this, value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  std::size_t room(std::size_t size) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + (size + unit - 1) / unit * unit);
    return at;
  }
  std::size_t copy(const char* from, std::size_t size) {
    const std::size_t at = room(size);
    std::memcpy(bytes_.data() + at, from, size);
    return at;
  }
  template <class T>
  static T* at_offset(std::size_t offset) {
    return reinterpret_cast<T*>(offset);  // NOLINT(performance-no-int-to-ptr): the other side makes a pointer of it
  }

  std::vector<char>& bytes_;
};

/// Makes pointers of the offsets in bytes that somebody else wrote.
class Unpacker {
 public:
  /// bytes   begin at a multiple of 16, and outlive this and what is read from it
  Unpacker(char* bytes, std::size_t size, std::size_t from) : bytes_(bytes), size_(size), next_(from) {}

  /// None: the bytes are no such struct.
  template <class T>
  T* root() {
    T* at = part<T>(next_, 1);
    if (at != nullptr) parts(*this, *at);
    return good_ ? at : nullptr;
  }

  void text(florin_text& text) {
    if (text.ptr == nullptr) return;
    text.ptr =
        part<const char>(offset_of(text.ptr), static_cast<std::size_t>(std::min<std::uint64_t>(text.len, size_)));
    good_ = good_ && text.len <= most_text;
  }
  void json(florin_list& list, const florin_text& text) {
    if (list.count == 0 || !good_) return;
    tables_.emplace_back(std::string_view(text.ptr, text.ptr == nullptr ? 0 : static_cast<std::size_t>(text.len)));
    list = tables_.back().list();
  }
  template <class T>
  void list(florin_list& list) {
    if (list.at == nullptr) return;
    good_ = good_ && list.count <= most_elements && list.stride == sizeof(T);
    T* first = good_ ? part<T>(offset_of(list.at), list.count) : nullptr;
    list.at = first;
    for (std::uint32_t i = 0; good_ && i < list.count; ++i) parts(*this, first[i]);
  }
  void terms(florin_value& value) {
    if (value.terms == nullptr) return;
    good_ = good_ && value.count <= most_terms + 1;
    auto* first = good_ ? part<florin_term>(offset_of(value.terms), static_cast<std::size_t>(value.count)) : nullptr;
    value.terms = first;
    for (std::size_t i = 0; good_ && i < value.count; ++i) parts(*this, first[i]);
  }
  template <class T>
  void pointer(const T*& pointer) {
    if (pointer == nullptr) return;
    T* whole = part<T>(offset_of(pointer), 1);
    pointer = whole;
    if (good_) parts(*this, *whole);
  }

 private:
  static std::size_t offset_of(const void* pointer) { return reinterpret_cast<std::size_t>(pointer); }

  /// `count` of T at an offset, behind all that was read before.
  template <class T>
  T* part(std::size_t offset, std::size_t count) {
    good_ = good_ && offset >= next_ && offset % unit == 0 && offset <= size_ && count <= (size_ - offset) / sizeof(T);
    if (!good_) return nullptr;
    next_ = offset + count * sizeof(T);
    return reinterpret_cast<T*>(bytes_ + offset);
  }

  char* bytes_;
  std::size_t size_, next_;
  bool good_ = true;
  std::list<JsonTable> tables_;  // what is read stands on them
};

}  // namespace florin::flat

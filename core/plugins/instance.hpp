#pragma once

#include <florin/plugin.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "florin/money.hpp"
#include "florin/result.hpp"
#include "plugins/manifest.hpp"

namespace florin {

/// A plugin made ready for one tenant and block: what it was made with lives as long as it does.
struct PluginInstance {
  Manifest manifest;
  const florin_entry_1* entry = nullptr;
  florin_plugin* plugin = nullptr;
  const void* table = nullptr;  ///< of the interface it was made for

  PluginInstance() = default;
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;
  ~PluginInstance();
};

/// A plugin gave no answer, or one that cannot be taken. Never leaves this folder: it becomes an Error.
class PluginFault : public std::runtime_error {
 public:
  PluginFault(std::string code, const std::string& what) : std::runtime_error(what), code_(std::move(code)) {}
  Error error(const Manifest& manifest) const {
    return {.code = code_, .message = "plugin '" + manifest.id + "' " + what()};
  }
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

/// Where plugins put their answers: 64 KiB, more when asked, 16 MiB at most. One a thread.
class AnswerRoom {
 public:
  florin_arena fresh();
  bool grow(std::uint64_t wanted);
  /// From now on there is hardly any room at first.
  void begin_small() { room_ = std::vector<std::max_align_t>(4); }
  static AnswerRoom& of_this_thread();

 private:
  std::vector<std::max_align_t> room_{(64 << 10) / sizeof(std::max_align_t)};
};

/// What a struct had in the header of 1.0: a plugin that was built with that one writes no more.
template <class T>
inline constexpr std::size_t size_in_1_0 = sizeof(T);
template <>
inline constexpr std::size_t size_in_1_0<florin_outcome> = offsetof(florin_outcome, fee);
template <>
inline constexpr std::size_t size_in_1_0<florin_capabilities> = offsetof(florin_capabilities, credentials);
template <>
inline constexpr std::size_t size_in_1_0<florin_check> = offsetof(florin_check, request);
template <>
inline constexpr std::size_t size_in_1_0<florin_claims> = offsetof(florin_claims, answer);
template <>
inline constexpr std::size_t size_in_1_0<florin_processor_1> = offsetof(florin_processor_1, confirm);

/// A struct of a plugin that may be older, with what it lacks as zero; or newer, without what we do not know. None when
/// there is none, or when it is smaller than it ever was.
template <class T>
std::optional<T> grown(const T* written) {
  if (written == nullptr || written->size < size_in_1_0<T>) return std::nullopt;
  T all{};
  std::memcpy(&all, written, std::min<std::size_t>(written->size, sizeof all));
  return all;
}

/// Calls a plugin and repeats the call with more room for as long as it asks for more. The answer is good until the
/// next call on this thread. Throws PluginFault.
template <class Call>
auto ask(std::string_view function, Call call) -> std::remove_cvref_t<decltype(*call(nullptr))> {
  AnswerRoom& room = AnswerRoom::of_this_thread();
  for (;;) {
    florin_arena arena = room.fresh();
    decltype(call(nullptr)) answer = nullptr;
    try {
      answer = call(&arena);
    } catch (const PluginFault&) {
      throw;  // of one that is isolated
    } catch (...) {
      throw PluginFault("plugin_failed", "threw an exception out of " + std::string(function));
    }
    if (answer != nullptr) {
      auto whole = grown(answer);
      if (!whole)
        throw PluginFault("bad_answer", "answered " + std::string(function) + " with a struct that is too small");
      return *whole;
    }
    if (arena.wanted == 0) throw PluginFault("plugin_failed", "gave no answer to " + std::string(function));
    if (!room.grow(arena.wanted))
      throw PluginFault("plugin_failed", "wants more than 16 MiB to answer " + std::string(function));
  }
}

/// A struct behind a pointer of an answer; none when absent. Throws PluginFault.
template <class T>
std::optional<T> inside(const T* pointer) {
  auto whole = grown(pointer);
  if (pointer != nullptr && !whole) throw PluginFault("bad_answer", "answered with a struct that is too small");
  return whole;
}

/// Calls `take` for each element of a list; one that an older plugin wrote lacks what came later. Throws PluginFault
/// for more than 10000, or elements that are too small.
template <class T, class Take>
void for_each(const florin_list& list, Take take) {
  if (list.count == 0) return;
  if (list.at == nullptr || list.count > 10'000 || list.stride < size_in_1_0<T>)
    throw PluginFault("bad_answer", "answered with a list that cannot be");
  // NOLINTBEGIN(bugprone-casting-through-void): walked by the stride of who wrote it
  for (std::uint32_t i = 0; i < list.count; ++i) {
    if (list.stride >= sizeof(T)) {
      take(*FLORIN_AT(T, list, i));
      continue;
    }
    T whole{};
    std::memcpy(&whole, FLORIN_AT(char, list, i), list.stride);
    take(whole);
  }
  // NOLINTEND(bugprone-casting-through-void)
}

/// A copy of text. Throws PluginFault above 1 MiB.
std::string copied(florin_text text);
/// Throws PluginFault for a currency that is none of ours or has another exponent.
Money copied(const florin_money& money);

florin_text lent(std::string_view text);
florin_money lent(const Money& money);
template <class T>
florin_list lent(const std::vector<T>& items) {
  return {items.data(), static_cast<std::uint32_t>(items.size()), sizeof(T)};
}

using Pairs = std::vector<std::pair<std::string, std::string>>;
std::vector<florin_pair> lent_pairs(const Pairs& pairs);

}  // namespace florin

#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "florin/reads.hpp"
#include "florin/result.hpp"

/// Lists that grow with an account's past come in pages, newest first. A cursor names the place of the last thing of
/// its page, and not how many came before: what is new meanwhile comes in front, and moves nothing to another page.
/// docs/decisions/0380-an-account-is-bounded.md
namespace florin::answers {

/// The place of an item in its list: numbers that do not change while it is in the list. Greater ones come first.
template <std::size_t N>
using Place = std::array<std::int64_t, N>;

template <class T>
struct Page {
  std::vector<T> data;
  std::optional<std::string> next;  ///< `after` of the next page; none: this is the last one
  std::size_t all = 0;              ///< how long the whole list is
};

inline Error bad_cursor() { return {.code = "bad_cursor", .message = "after takes the next of an earlier page"}; }

/// `1773133200000000-2-41`
template <std::size_t N>
std::string cursor_of(const Place<N>& place) {
  std::string text;
  for (const std::int64_t number : place) text += (text.empty() ? "" : "-") + std::to_string(number);
  return text;
}

/// Errors: bad_cursor.
template <std::size_t N>
Result<Place<N>> place_of(std::string_view cursor) {
  Place<N> place;
  const char* const end = cursor.data() + cursor.size();
  const char* at = cursor.data();
  for (std::size_t i = 0; i < N; ++i) {
    if (i > 0 && (at == end || *at++ != '-')) return bad_cursor();
    const auto read = std::from_chars(at, end, place[i]);
    if (read.ec != std::errc() || place[i] < 0) return bad_cursor();
    at = read.ptr;
  }
  if (at != end) return bad_cursor();
  return place;
}

/// The page of `things` that `words` asks for; only its own things become answers.
///
/// place   of a thing, in its list the only one at it
/// answer  what a thing is in the answer
/// Errors: bad_cursor
template <class Thing, class At, class Answer>
auto page_of(std::vector<const Thing*> things, const PageWords& words, At place, Answer answer)
    -> Result<Page<decltype(answer(std::declval<const Thing&>()))>> {
  using Found = decltype(place(std::declval<const Thing&>()));
  Page<decltype(answer(std::declval<const Thing&>()))> page;
  page.all = things.size();
  const auto at = [&](const Thing* thing) { return place(*thing); };
  std::ranges::sort(things, std::greater(), at);
  auto from = things.begin();
  if (!words.after.empty()) {
    const auto after = place_of<std::tuple_size_v<Found>>(words.after);
    if (!after) return after.error();
    from = std::ranges::upper_bound(things, *after, std::greater(), at);
  }
  for (; from != things.end() && page.data.size() < words.most; ++from) page.data.push_back(answer(**from));
  if (from != things.end() && !page.data.empty()) page.next = cursor_of(place(**std::prev(from)));
  return page;
}

}  // namespace florin::answers

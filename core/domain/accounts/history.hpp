#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <stdexcept>
#include <utility>
#include <vector>

#include "florin/apart.hpp"

/// Lists that grow with an account's past. Their pages are shared by copies and never changed: a copy costs the same
/// however long the list is, a change makes one page anew, and a checkpoint saves the pages that are new.
/// docs/decisions/0080-history.md
///
/// A page may be away: what it holds lies on disk, and here stands only that there is one. Whoever looks into it throws
/// PageAway. docs/decisions/0370-pages-on-disk.md
namespace florin {

/// Thrown where something is looked at that lies in a page that is away: it has to be brought, and what was being done
/// begins anew. No std::exception: nobody takes it for a fault.
struct PageAway {
  enum class Of : std::uint8_t { history, long_list } of = Of::history;
  std::size_t number = 0;
};

/// Numbered pages of a list, which copies share.
template <class T>
class Pages {
 public:
  using Page = SharedList<T>;

  /// Empty when there is none of that number.
  const Page& operator[](std::size_t number) const {
    if (blocks_.size() <= number / block) return none;
    const Block& pages = blocks_[number / block];
    return pages.size() <= number % block ? none : pages[number % block];
  }
  /// One more than the highest number.
  std::size_t count() const { return blocks_.empty() ? 0 : (blocks_.size() - 1) * block + blocks_.back().size(); }

  void set(std::size_t number, Page page) {
    const bool was_away = is_away((*this)[number]);
    away_ = away_ + (is_away(page) ? 1U : 0U) - (was_away ? 1U : 0U);
    blocks_.change([&](std::vector<Block>& blocks) {
      if (blocks.size() <= number / block) blocks.resize(number / block + 1);
      blocks[number / block].change([&](std::vector<Page>& pages) {
        if (pages.size() <= number % block) pages.resize(number % block + 1);
        pages[number % block] = std::move(page);
      });
      const Block& changed = blocks[number / block];
      if (changed.size() == block && std::ranges::all_of(changed, is_away)) blocks[number / block] = away_block();
    });
  }
  static bool is_away(const Page& page) { return is_same(page, away_page()); }
  /// How many are away.
  std::size_t away() const { return away_; }
  /// Only what is saved. A block of which all are away is one that all lists share.
  void put_away(std::size_t number) { set(number, away_page()); }
  /// Calls `see(number)` for each that is away.
  template <class See>
  void each_away(const See& see) const {
    for (std::size_t number = 0; number < count(); ++number)
      if (is_away((*this)[number])) see(number);
  }
  /// Calls `see(number, page)` for each that is not.
  template <class See>
  void each_here(const See& see) const {
    for (std::size_t of = 0; of < blocks_.size(); ++of) {
      if (is_same(blocks_[of], away_block())) continue;
      for (std::size_t at = 0; at < blocks_[of].size(); ++at)
        if (const Page& page = blocks_[of][at]; !page.empty() && !is_away(page)) see(of * block + at, page);
    }
  }
  template <class One>
  static bool is_same(const SharedList<One>& a, const SharedList<One>& b) {
    return &a.all() == &b.all();
  }
  /// Calls `see(number, page)` for each page that `before` does not share with this, and that is not away.
  template <class See>
  void changed_since(const Pages& before, const See& see) const {
    for (std::size_t of = 0; of < blocks_.size(); ++of) {
      if (of < before.blocks_.size() && is_same(blocks_[of], before.blocks_[of])) continue;
      for (std::size_t at = 0; at < blocks_[of].size(); ++at)
        if (const std::size_t number = of * block + at;
            !is_away((*this)[number]) && !is_same((*this)[number], before[number]))
          see(number, (*this)[number]);
    }
  }

 private:
  using Block = SharedList<Page>;
  static constexpr std::size_t block = 64;
  static inline const Page none;
  /// Each known by where it lies: what is in it is nobody's.
  static const Page& away_page() {
    static const Page page{std::vector<T>(1)};
    return page;
  }
  static const Block& away_block() {
    static const Block all{std::vector<Page>(block, away_page())};
    return all;
  }

  SharedList<Block> blocks_;
  std::uint32_t away_ = 0;
};

/// Walks over a list by its places.
template <class List>
class PlaceIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = typename List::value_type;
  using difference_type = std::ptrdiff_t;
  using pointer = const value_type*;
  using reference = const value_type&;

  PlaceIterator() = default;
  PlaceIterator(const List& list, std::size_t at) : list_(&list), at_(static_cast<std::ptrdiff_t>(at)) {}

  reference operator*() const { return (*list_)[static_cast<std::size_t>(at_)]; }
  pointer operator->() const { return &**this; }
  reference operator[](difference_type n) const { return *(*this + n); }
  PlaceIterator& operator+=(difference_type n) { return at_ += n, *this; }
  PlaceIterator& operator-=(difference_type n) { return at_ -= n, *this; }
  PlaceIterator& operator++() { return *this += 1; }
  PlaceIterator& operator--() { return *this -= 1; }
  PlaceIterator operator++(int) { return std::exchange(*this, *this + 1); }
  PlaceIterator operator--(int) { return std::exchange(*this, *this - 1); }
  friend PlaceIterator operator+(PlaceIterator it, difference_type n) { return it += n; }
  friend PlaceIterator operator+(difference_type n, PlaceIterator it) { return it += n; }
  friend PlaceIterator operator-(PlaceIterator it, difference_type n) { return it -= n; }
  friend difference_type operator-(const PlaceIterator& a, const PlaceIterator& b) { return a.at_ - b.at_; }
  friend bool operator==(const PlaceIterator& a, const PlaceIterator& b) { return a.at_ == b.at_; }
  friend auto operator<=>(const PlaceIterator& a, const PlaceIterator& b) { return a.at_ <=> b.at_; }

 private:
  const List* list_ = nullptr;
  std::ptrdiff_t at_ = 0;
};

/// A list that grows at its end, and of which hardly anything is taken out again.
template <class T>
class LongList {
 public:
  using value_type = T;
  using iterator = PlaceIterator<LongList>;
  using const_iterator = iterator;
  static constexpr std::size_t page = 8;

  LongList() = default;
  LongList(std::vector<T> list) { append(0, std::move(list)); }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t place) const { return page_of(place)[place % page]; }
  const T& at(std::size_t place) const {
    if (place >= size_) throw std::out_of_range("a list ends before this place");
    return (*this)[place];
  }
  const T& front() const { return (*this)[0]; }
  const T& back() const { return (*this)[size_ - 1]; }
  iterator begin() const { return {*this, 0}; }
  iterator end() const { return {*this, size_}; }

  void push_back(T added) {
    std::vector<T> last = pages_[size_ / page].all();
    last.push_back(std::move(added));
    pages_.set(size_ / page, std::move(last));
    ++size_;
  }
  /// Makes its page anew.
  template <class Change>
  void change(iterator one, const Change& how) {
    const auto place = static_cast<std::size_t>(one - begin());
    std::vector<T> things = page_of(place).all();
    how(things[place % page]);
    pages_.set(place / page, std::move(things));
  }
  /// All behind it move up.
  void erase(iterator one) {
    const auto place = static_cast<std::size_t>(one - begin());
    const std::size_t from = place / page * page;
    std::vector<T> rest;
    for (std::size_t at = from; at < size_; ++at)
      if (at != place) rest.push_back((*this)[at]);
    append(from, std::move(rest));
  }

  const Pages<T>& pages() const { return pages_; }
  std::size_t whole_pages() const { return size_ / page; }
  /// Whole pages that are the same in `saved` go away in both.
  void put_away(Pages<T>& saved) {
    std::vector<std::size_t> gone;
    pages_.each_here([&](std::size_t number, const auto& one) {
      if (number < whole_pages() && Pages<T>::is_same(one, saved[number])) gone.push_back(number);
    });
    for (const std::size_t number : gone) {
      pages_.put_away(number);
      saved.put_away(number);
    }
  }
  /// One that is away is here again.
  void bring(std::size_t number, SharedList<T> things) { pages_.set(number, std::move(things)); }
  /// Leaves what is behind the whole pages alone, as it is written beside them.
  void forget_whole_pages() {
    *this = LongList(std::vector<T>(begin() + static_cast<std::ptrdiff_t>(whole_pages() * page), end()));
  }
  /// The other way around: so many whole pages come before all that is there.
  void put_before(const Pages<T>& whole, std::size_t count) {
    std::vector<T> behind(begin(), end());
    pages_ = whole;
    append(count * page, std::move(behind));
  }

 private:
  const SharedList<T>& page_of(std::size_t place) const {
    const SharedList<T>& one = pages_[place / page];
    if (Pages<T>::is_away(one)) throw PageAway{PageAway::Of::long_list, place / page};
    return one;
  }
  /// In place of what lies there from `from` on, which is the beginning of a page.
  void append(std::size_t from, std::vector<T> list) {
    Pages<T> kept;
    for (std::size_t number = 0; number < from / page; ++number) kept.set(number, pages_[number]);
    size_ = static_cast<std::uint32_t>(from + list.size());
    for (std::size_t at = 0; at < list.size(); at += page) {
      const auto begins = list.begin() + static_cast<std::ptrdiff_t>(at);
      const auto ends = list.begin() + static_cast<std::ptrdiff_t>(std::min(at + page, list.size()));
      kept.set((from + at) / page, std::vector<T>(std::make_move_iterator(begins), std::make_move_iterator(ends)));
    }
    pages_ = std::move(kept);
  }

  Pages<T> pages_;
  std::uint32_t size_ = 0;
};

/// Things by number, from 1 without a gap. Those that may still change by themselves, and the newest, lie open; the
/// others lie in pages. Where a thing lies is no part of what the list is: it opens when it is changed, and settle()
/// puts it away again.
template <class T>
class History {
 public:
  using value_type = T;
  using iterator = PlaceIterator<History>;
  using const_iterator = iterator;
  static constexpr std::size_t page = 4;
  static constexpr std::size_t newest = 8;  ///< so many always lie open

  History() = default;
  /// By number, ascending; those that are not among them lie in pages, which follow by set_page().
  History(std::vector<T> things) {
    for (T& thing : things) {
      const std::uint32_t place = thing.id.value - 1;
      size_ = std::max(size_, place + 1);
      open_.push_back({place, std::move(thing)});
    }
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t place) const {
    const auto open = opened(open_.all(), place);
    return open == open_.all().end() || open->place != place ? page_of(place)[place % page] : *open->thing;
  }
  const T& at(std::size_t place) const {
    if (place >= size_) throw std::out_of_range("a list ends before this place");
    return (*this)[place];
  }
  const T& front() const { return (*this)[0]; }
  const T& back() const { return (*this)[size_ - 1]; }
  iterator begin() const { return {*this, 0}; }
  iterator end() const { return {*this, size_}; }
  auto rbegin() const { return std::reverse_iterator(end()); }
  auto rend() const { return std::reverse_iterator(begin()); }

  /// Null: there is no such thing.
  template <class Id>
  const T* find(Id id) const {
    return id.value == 0 || id.value > size_ ? nullptr : &(*this)[id.value - 1];
  }
  /// The same to change it. It stays where it is until the next settle().
  template <class Id>
  T* change(Id id) {
    if (id.value == 0 || id.value > size_) return nullptr;
    const std::uint32_t place = id.value - 1;
    auto open = opened(open_, place);
    if (open == open_.end() || open->place != place) open = open_.insert(open, {place, page_of(place)[place % page]});
    return &*open->thing;
  }
  void push_back(T added) {
    if (added.id.value != size_ + 1) throw std::logic_error("a number of a list is left out, or is there already");
    open_.push_back({size_++, std::move(added)});
  }

  /// All that may change by itself, and some more, by number.
  auto open() const {
    return open_.all() | std::views::transform([](const Open& one) -> const T& { return *one.thing; });
  }
  /// Puts whole pages away in which nothing is new and `may_leave` says of each that nothing becomes of it by itself.
  /// What belongs into a page that is away stays open.
  template <class MayLeave>
  void settle(const MayLeave& may_leave) {
    const std::size_t old = size_ < newest ? 0 : (size_ - newest) / page * page;
    for (std::size_t first = 0; first < open_.size() && open_[first].place < old;) {
      const std::size_t number = open_[first].place / page;
      std::size_t last = first;
      bool leave = true;
      for (; last < open_.size() && open_[last].place / page == number; ++last)
        leave = leave && may_leave(std::as_const(*open_[last].thing));
      if (Pages<T>::is_away(pages_[number])) {
        first = last;
        continue;
      }
      std::vector<T> away = pages_[number].all();
      if (!leave || (away.empty() && last - first < page)) {
        first = last;
        continue;
      }
      away.resize(page);
      for (std::size_t at = first; at < last; ++at) away[open_[at].place % page] = std::move(*open_[at].thing);
      pages_.set(number, std::move(away));
      erase_if(open_, [&](const Open& one) { return one.place / page == number; });
    }
  }

  const Pages<T>& pages() const { return pages_; }
  void set_page(std::size_t number, std::vector<T> things) {
    size_ = std::max(size_, static_cast<std::uint32_t>(number * page + things.size()));
    pages_.set(number, std::move(things));
  }
  /// Pages that are the same in `saved` go away in both, but for those of which something lies open.
  void put_away(Pages<T>& saved) {
    std::vector<std::size_t> gone;
    pages_.each_here([&](std::size_t number, const auto& one) {
      const auto open = opened(open_.all(), number * page);
      const bool lies_open = open != open_.all().end() && open->place / page == number;
      if (!lies_open && Pages<T>::is_same(one, saved[number])) gone.push_back(number);
    });
    for (const std::size_t number : gone) {
      pages_.put_away(number);
      saved.put_away(number);
    }
  }
  /// One that is away is here again.
  void bring(std::size_t number, SharedList<T> things) { pages_.set(number, std::move(things)); }
  /// There is such a page in the store.
  void put_away(std::size_t number) { pages_.put_away(number); }
  /// Whether nothing is missing, after set_page().
  bool complete() const {
    for (std::uint32_t place = 0; place < size_; ++place) {
      const auto open = opened(open_.all(), place);
      const bool lies_open = open != open_.all().end() && open->place == place;
      const auto& one = pages_[place / page];
      if (!lies_open && !Pages<T>::is_away(one) && one.size() <= place % page) return false;
    }
    return true;
  }
  /// Leaves what lies open alone, as it is written beside the pages.
  void forget_pages() { pages_ = {}; }

 private:
  struct Open {
    std::uint32_t place = 0;
    Apart<T> thing;  ///< stays where it is while others are opened
  };
  const SharedList<T>& page_of(std::size_t place) const {
    const SharedList<T>& one = pages_[place / page];
    if (Pages<T>::is_away(one)) throw PageAway{PageAway::Of::history, place / page};
    return one;
  }
  template <class List>
  static auto opened(List& list, std::size_t place) {
    return std::ranges::lower_bound(list, place, {}, &Open::place);
  }

  Pages<T> pages_;
  SeldomList<Open> open_;
  std::uint32_t size_ = 0;
};

}  // namespace florin

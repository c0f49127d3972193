#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace florin::engine {

/// Many things of one kind, numbered from 0, that stay where they are until all of them end. They lie close together
/// in large pages, where the kernel has some: a million accounts at random would miss the table of small pages each
/// time.
template <class T>
class Slab {
 public:
  Slab() = default;
  ~Slab() { clear(); }
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  std::size_t size() const { return size_; }
  /// It is as const as whoever holds it says.
  T& operator[](std::size_t number) const { return *place(number); }

  /// Throws std::bad_alloc.
  T& add() {
    if (size_ == chunks_.size() * in_a_chunk) chunks_.push_back(chunk());
    T* const added = new (place(size_)) T();
    ++size_;
    return *added;
  }
  void clear() {
    while (size_ > 0) place(--size_)->~T();
    for (std::byte* chunk : chunks_) ::munmap(chunk, large_page);
    chunks_.clear();
  }

 private:
  static constexpr std::size_t large_page = std::size_t{2} << 20;
  static constexpr std::size_t line = 64;
  /// Each begins on a cache line, so that what is hot in it lies in as few of them as its layout says.
  static constexpr std::size_t stride = (sizeof(T) + line - 1) / line * line;
  static constexpr std::size_t in_a_chunk = large_page / stride;
  static_assert(in_a_chunk > 0);

  T* place(std::size_t number) const {
    return reinterpret_cast<T*>(chunks_[number / in_a_chunk] + number % in_a_chunk * stride);
  }
  static std::byte* chunk() {
    // Mapped with room to align it, which is given back.
    void* const room =
        ::mmap(nullptr, 2 * large_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) throw std::bad_alloc();
    auto* const from = static_cast<std::byte*>(room);
    const std::size_t before = (large_page - reinterpret_cast<std::uintptr_t>(from) % large_page) % large_page;
    if (before > 0) ::munmap(from, before);
    ::munmap(from + before + large_page, large_page - before);
    ::madvise(from + before, large_page, MADV_HUGEPAGE);  // where there are none, small ones do
    return from + before;
  }

  std::vector<std::byte*> chunks_;
  std::size_t size_ = 0;
};

}  // namespace florin::engine

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "engine/key_table.hpp"
#include "engine/stored_key.hpp"
#include "florin/result.hpp"

namespace florin::engine {

/// Keys in the order of their marks, in a file that nobody else sees and that is gone with this process, however it
/// ends. It never changes once it is there; any thread may look into it. Before the keys lies a filter of 1.6 bytes a
/// key, which says of 199 new keys in 200 that they are not there. docs/decisions/0365-keys-in-files.md
class KeyFile {
 public:
  /// Errors: store_failed, with what the system said.
  static Result<std::shared_ptr<const KeyFile>> write(const std::filesystem::path& folder,
                                                      std::span<const StoredKey> sorted);
  /// Of two, without what is over in the hour `now`. Of a key that both have the newer one's use counts. Errors: as
  /// write().
  static Result<std::shared_ptr<const KeyFile>> merge(const std::filesystem::path& folder, const KeyFile& older,
                                                      const KeyFile& newer, Duration window, std::uint16_t now);
  ~KeyFile();
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  std::optional<KeyTable::Record> find(KeyTable::Digest key) const;
  std::size_t size() const { return size_; }
  std::uint16_t newest() const { return newest_; }  ///< hour of its newest key
  std::size_t bytes() const { return bytes_; }      ///< on disk

 private:
  static constexpr std::size_t block_bytes = 64;
  struct alignas(block_bytes) Block {  ///< of the filter
    std::uint64_t words[block_bytes / sizeof(std::uint64_t)];
  };

  KeyFile() = default;
  static Result<std::shared_ptr<KeyFile>> make(const std::filesystem::path& folder, std::size_t most);
  std::span<const StoredKey> keys() const;
  Block& block_of(std::uint64_t mark) const;
  bool may_have(KeyTable::Digest key) const;
  void add(const StoredKey& key);
  /// Nothing is added any more: what memory it takes is the system's to take back.
  void close();

  std::byte* at_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t blocks_ = 0;
  std::size_t size_ = 0;
  std::uint16_t newest_ = 0;
};

}  // namespace florin::engine

#include "engine/key_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace florin::engine {

namespace {

constexpr std::size_t keys_a_block = 40;
constexpr int bits_a_key = 6, bits_of_a_place = 9;  // 512 places in a block

Error failed(const std::filesystem::path& folder, int code) {
  return {.code = "store_failed",
          .message =
              "keys cannot be written to a file in " + folder.string() + ": " + std::generic_category().message(code)};
}

/// A file without a name; -1: there is none, and errno says why.
int nameless_file(const std::filesystem::path& folder) {
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)) return file;
  std::string name = (folder / "keys-XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

/// The bits of a key in its block.
std::uint64_t places_of(KeyTable::Digest key) { return (key.mark ^ key.segment << 20) * 0x9E37'79B9'7F4A'7C15ULL; }

}  // namespace

Result<std::shared_ptr<KeyFile>> KeyFile::make(const std::filesystem::path& folder, std::size_t most) {
  std::shared_ptr<KeyFile> made(new KeyFile());
  const std::size_t blocks = most / keys_a_block + 1;
  const std::size_t bytes = blocks * sizeof(Block) + most * sizeof(StoredKey);
  const int file = nameless_file(folder);
  if (file < 0) return failed(folder, errno);
  // All of its room is there before any of it is written: a full disk is an error here, and not a signal later.
  const int no_room = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  void* at = no_room != 0 ? MAP_FAILED : ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  const int why = no_room != 0 ? no_room : errno;
  ::close(file);
  if (at == MAP_FAILED) return failed(folder, why);
  made->at_ = static_cast<std::byte*>(at);
  made->bytes_ = bytes;
  made->blocks_ = blocks;
  return made;
}

KeyFile::~KeyFile() {
  if (at_ != nullptr) ::munmap(at_, bytes_);
}

std::span<const StoredKey> KeyFile::keys() const {
  return {reinterpret_cast<const StoredKey*>(at_ + blocks_ * sizeof(Block)), size_};
}

KeyFile::Block& KeyFile::block_of(std::uint64_t mark) const {
  return reinterpret_cast<Block*>(at_)[(mark >> 32) * blocks_ >> 32];
}

bool KeyFile::may_have(KeyTable::Digest key) const {
  const Block& block = block_of(key.mark);
  std::uint64_t places = places_of(key);
  for (int bit = 0; bit < bits_a_key; ++bit, places >>= bits_of_a_place)
    if ((block.words[places >> 6 & 7] >> (places & 63) & 1) == 0) return false;
  return true;
}

void KeyFile::add(const StoredKey& key) {
  reinterpret_cast<StoredKey*>(at_ + blocks_ * sizeof(Block))[size_++] = key;
  Block& block = block_of(key.mark);
  std::uint64_t places = places_of(key.key());
  for (int bit = 0; bit < bits_a_key; ++bit, places >>= bits_of_a_place)
    block.words[places >> 6 & 7] |= std::uint64_t{1} << (places & 63);
  // Hours are of 16 bits, and may begin again.
  if (size_ == 1 || static_cast<std::int16_t>(key.hour - newest_) > 0) newest_ = key.hour;
}

void KeyFile::close() {
  ::mprotect(at_, bytes_, PROT_READ);
  ::madvise(at_, bytes_, MADV_DONTNEED);  // of a shared mapping nothing is lost
  ::madvise(at_, bytes_, MADV_RANDOM);
}

Result<std::shared_ptr<const KeyFile>> KeyFile::write(const std::filesystem::path& folder,
                                                      std::span<const StoredKey> sorted) {
  auto made = make(folder, sorted.size());
  if (!made) return made.error();
  for (const StoredKey& key : sorted) (*made)->add(key);
  (*made)->close();
  return std::shared_ptr<const KeyFile>(std::move(*made));
}

Result<std::shared_ptr<const KeyFile>> KeyFile::merge(const std::filesystem::path& folder, const KeyFile& older,
                                                      const KeyFile& newer, Duration window, std::uint16_t now) {
  auto made = make(folder, older.size() + newer.size());
  if (!made) return made.error();
  KeyFile& both = **made;
  const auto add = [&](const StoredKey& key) {
    if (!KeyTable::over(key.hour, window, now)) both.add(key);
  };
  const auto old = older.keys(), fresh = newer.keys();
  auto a = old.begin();
  for (const StoredKey& key : fresh) {
    for (; a != old.end() && lies_before(a->key(), key.key()); ++a) add(*a);
    if (a != old.end() && a->key() == key.key()) ++a;
    add(key);
  }
  for (; a != old.end(); ++a) add(*a);
  both.close();
  return std::shared_ptr<const KeyFile>(std::move(*made));
}

std::optional<KeyTable::Record> KeyFile::find(KeyTable::Digest key) const {
  if (!may_have(key)) return std::nullopt;
  // Marks are even over their range: a key lies close to its share of the file, and few pages of that are read.
  const auto all = keys();
  const std::size_t guess = (key.mark >> 32) * all.size() >> 32;
  const std::size_t spread = std::size_t{64} << (std::bit_width(all.size()) / 2);
  const std::size_t from = guess - std::min(guess, spread), to = std::min(all.size(), guess + spread);
  auto some = all.subspan(from, to - from);
  const bool within = !some.empty() && (from == 0 || lies_before(some.front().key(), key)) &&
                      (to == all.size() || lies_before(key, some.back().key()));
  if (!within) some = all;
  const auto found = std::ranges::lower_bound(some, key, lies_before, &StoredKey::key);
  if (found == some.end() || found->key() != key) return std::nullopt;
  return found->record();
}

}  // namespace florin::engine

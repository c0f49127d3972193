#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/postgres/postgres_store.hpp"
#include "store/store.hpp"

namespace florin::store {

/// A folder of its own, gone with its test. In memory where the system has such a place: what a disk does is injected
/// here, and real syncs would make the tests as slow as the machine is busy.
class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool there = ::access(memory.c_str(), W_OK) == 0;
    std::string name = ((there ? memory : std::filesystem::temp_directory_path()) / "florin_store_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A journal of its own in the tests' PostgreSQL, which CTest starts: tests/postgres.
/// lease  as in an address
inline Address new_address(const std::string& lease = "200ms") {
  static int number = 0;
  return *read_address(std::string(FLORIN_TEST_POSTGRES) + "&lease=" + lease + "&schema=test_" +
                       std::to_string(::getpid()) + "_" + std::to_string(++number));
}

inline std::unique_ptr<Store> open_postgres(const Address& address) {
  auto store = PostgresStore::open(address);
  if (!store) throw std::runtime_error(store.error().code + ": " + store.error().message);
  return std::move(*store);
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

/// What a writer in `epoch` forms after `head`: `count` entries, all the bytes of `entries`.
inline Row row_after(const Head& head, Epoch epoch, std::string entries, Position count = 1, std::uint32_t shard = 1) {
  Row row{.shard = shard,
          .first = head.last + 1,
          .last = head.last + count,
          .epoch = epoch,
          .previous = head.hash,
          .entries = std::move(entries)};
  row.hash = seal(row);
  return row;
}

inline Head head_of(const Row& row) { return {.last = row.last, .epoch = row.epoch, .hash = row.hash}; }

/// A writer that knows where it is. The first row it commits raises the epoch.
struct Writer {
  Store* store;
  Head head;
  Epoch epoch;

  explicit Writer(Store& s, std::uint32_t shard = 1) : store(&s), head(*s.head(shard)), epoch(head.epoch + 1) {}

  Row form(std::string entries, Position count = 1, std::uint32_t shard = 1) const {
    return row_after(head, epoch, std::move(entries), count, shard);
  }
  Committed commit(const Row& row) {
    const Committed outcome = store->commit(row, head.epoch);
    if (outcome == Committed::done) head = head_of(row);
    return outcome;
  }
  Committed add(std::string entries, Position count = 1, std::uint32_t shard = 1) {
    return commit(form(std::move(entries), count, shard));
  }
  /// A row with the keys of what it seals.
  Committed add_keys(std::vector<DataKey> keys) {
    Row row = form("sealed");
    row.keys = std::move(keys);
    return commit(row);
  }
};

/// Of one name.
inline DataKeyRange only(const std::string& name) { return {name, name + "\x01"}; }

/// Every row from `from`; empty and the code of the error in `wrong` when it can't be read.
inline std::vector<Row> rows_of(Store& store, Position from = 1, std::string* wrong = nullptr,
                                std::uint32_t shard = 1) {
  std::vector<Row> rows;
  const Status read = store.read(shard, from, [&](const Row& row) {
    rows.push_back(row);
    return true;
  });
  if (read) return rows;
  if (wrong != nullptr) *wrong = read.error().code + ": " + read.error().message;
  return {};
}

}  // namespace florin::store

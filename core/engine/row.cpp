#include "engine/row.hpp"

#include <zstd.h>

#include <memory>

#include "domain/journal/journal.hpp"

namespace florin::engine {

namespace {

constexpr std::uint32_t packed = 2;
constexpr std::size_t most_unpacked = 16 << 20;
constexpr int most_window_bits = 23;  // 8 MiB
constexpr int level = 1;
// A frame's own bytes are about 20; what is shorter than this hardly repeats itself.
constexpr std::size_t worth_packing = 256;

Error damaged(const store::Row& row, const std::string& what) {
  return {.code = "damaged_row",
          .message = "shard " + std::to_string(row.shard) + ", positions " + std::to_string(row.first) + " to " +
                     std::to_string(row.last) + ": " + what};
}

Result<std::string> unpacked(const store::Row& row) {
  const std::string& frame = row.entries;
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return damaged(row, "its frame does not say how much it holds");
  if (size > most_unpacked) return damaged(row, "its frame says that it holds more than 16 MiB");
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size())
    return damaged(row, "its frame does not end where the row does");
  static thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                                         &ZSTD_freeDCtx);
  if (context == nullptr) return Error{.code = "store_failed", .message = "no memory to unpack a row"};
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, most_window_bits);
  std::string entries(size, '\0');
  const std::size_t made =
      ZSTD_decompressDCtx(context.get(), entries.data(), entries.size(), frame.data(), frame.size());
  if (ZSTD_isError(made) != 0) return damaged(row, std::string("its frame cannot be read: ") + ZSTD_getErrorName(made));
  if (made != size) return damaged(row, "its frame holds less than it says");
  return entries;
}

}  // namespace

void pack_and_seal(store::Row& row) {
  row.format = journal::format;
  if (row.entries.size() >= worth_packing && row.entries.size() <= most_unpacked) {
    static thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                                           &ZSTD_freeCCtx);
    std::string frame(ZSTD_compressBound(row.entries.size()), '\0');
    const std::size_t made =
        ZSTD_compressCCtx(context.get(), frame.data(), frame.size(), row.entries.data(), row.entries.size(), level);
    if (ZSTD_isError(made) == 0 && made < row.entries.size()) {
      frame.resize(made);
      frame.shrink_to_fit();
      row.entries = std::move(frame);
      row.format = packed;
    }
  }
  row.hash = store::seal(row);
}

namespace {

Status must_be_known(const store::Row& row) {
  if (row.format <= packed) return Done{};
  return Error{.code = "newer_version",
               .message = damaged(row, "format " + std::to_string(row.format) + " is newer than this program").message};
}

}  // namespace

Result<std::string> bytes_of(const store::Row& row) {
  if (const Status known = must_be_known(row); !known) return known.error();
  return row.format == packed ? unpacked(row) : row.entries;
}

Result<std::vector<Entry>> entries_of(const store::Row& row) {
  if (const Status known = must_be_known(row); !known) return known.error();
  Result<std::string> plain = row.format == packed ? unpacked(row) : Result<std::string>(std::string());
  if (!plain) return plain.error();
  auto entries = journal::read(row.format == packed ? *plain : row.entries, row.last - row.first + 1);
  if (!entries) return damaged(row, entries.error().message);
  if (entries->size() != row.last - row.first + 1)
    return damaged(row, "it holds " + std::to_string(entries->size()) + " entries");
  return entries;
}

}  // namespace florin::engine

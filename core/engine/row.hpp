#pragma once

#include <vector>

#include "domain/journal/entry.hpp"
#include "store/store.hpp"

/// What lies in a row: entries as they are written (format 1), or all of them as one zstd frame (format 2).
namespace florin::engine {

/// Packs the entries of a row that was gathered, where that makes them smaller, and seals it. Needs nothing of the
/// shard, so the thread that decides need not wait for it.
void pack_and_seal(store::Row& row);

/// The entries of one row, in order, as many as its positions say. The bytes were checked against the row's hash; still
/// nothing of them is believed: no more than 16 MiB is unpacked, and exactly as much as the frame says it holds.
/// Errors: damaged_row, newer_version.
Result<std::vector<Entry>> entries_of(const store::Row& row);

/// The same as they are written, one behind the other. Errors: as entries_of.
Result<std::string> bytes_of(const store::Row& row);

}  // namespace florin::engine

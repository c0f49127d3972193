#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "florin/export.hpp"
#include "florin/result.hpp"
#include "florin/time.hpp"

/// Anchors: where a journal ended, signed and kept elsewhere, so that a tail that was cut off or a journal that was
/// exchanged is found, though it is whole in itself. Its keys are make_signing_keys("anchor").
/// docs/decisions/0171-anchors.md
namespace florin {

/// Appends a line for each shard of the journal to `file`: position and hash of its end as of now.
/// Errors: bad_key, no_file (it cannot be written), and those of opening a journal.
FLORIN_API Status write_anchor(const std::string& data, const std::string& private_key, const std::string& file,
                               Instant now);

struct Anchored {
  std::uint64_t anchors = 0;          ///< that were looked at
  std::vector<std::string> problems;  ///< each names its line
};
/// Whether the journal goes on from every anchor of `file`. A last line without its end is none: it was being written.
/// Errors: bad_key, no_file (it cannot be read), no_anchor (it has none), and those of opening a journal.
FLORIN_API Result<Anchored> check_anchors(const std::string& data, const std::string& public_key,
                                          const std::string& file);

}  // namespace florin

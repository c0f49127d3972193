#pragma once

#include <string_view>
#include <vector>

namespace florin::documents {

/// A QR code (ISO/IEC 18004, error correction M) as its rows of squares, true for dark ones, without the margin of four
/// around it. Empty: a code holds 2,331 bytes at most, and a build without FLORIN_PDF draws none.
std::vector<std::vector<bool>> qr_of(std::string_view text);

}  // namespace florin::documents

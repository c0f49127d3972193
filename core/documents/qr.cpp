#include "documents/qr.hpp"

#include <qrencode.h>
#include <memory>
#include <string>

namespace florin::documents {

std::vector<std::vector<bool>> qr_of(std::string_view text) {
  if (text.empty()) return {};
  const std::string bytes(text);
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(bytes.size()), data, 0, QR_ECLEVEL_M), &QRcode_free);
  if (code == nullptr) return {};
  const auto width = static_cast<std::size_t>(code->width);
  std::vector<std::vector<bool>> rows(width, std::vector<bool>(width));
  for (std::size_t y = 0; y < width; ++y)
    for (std::size_t x = 0; x < width; ++x) rows[y][x] = (code->data[y * width + x] & 1U) != 0;
  return rows;
}

}  // namespace florin::documents

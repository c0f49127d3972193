#include <cstdint>

#include "input.hpp"
#include "plugins/manifest.hpp"

/// What a shared object says of itself before any of its code runs: the notes of a file, or, by the first byte, what
/// stands in them. Each is refused with a reason, or read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::text(data + 1, size - 1);
  const auto refused = [](const Error& error) { fuzz::require(!error.code.empty() && !error.message.empty()); };
  if (data[0] % 2 == 0) {
    const auto section = manifest_section(bytes);
    if (!section) return refused(section.error()), 0;
    fuzz::require(bytes.find(*section) != bytes.npos && section->find('\0') == section->npos);
    return 0;
  }
  const auto manifest = read_manifest(bytes);
  if (!manifest) return refused(manifest.error()), 0;
  for (const auto& [secret, endpoint] : manifest->secrets)
    fuzz::require(endpoint.empty() || manifest->endpoints.contains(endpoint));
  return 0;
}

#include <cstdint>

#include "domain/journal/journal.hpp"
#include "input.hpp"

namespace {

/// Damaged bytes may say a value in a way that nobody writes; what is written of it is its one way from then on.
template <class Read>
void twice(std::string_view bytes, Read read) {
  const auto state = read(bytes);
  if (!state) return florin::fuzz::require(!state.error().message.empty());
  const std::string once = florin::journal::write(*state);
  const auto again = read(once);
  florin::fuzz::require(again && florin::journal::write(*again) == once);
}

}  // namespace

/// Bytes of a checkpoint are damaged or read; what was read is written the same twice. The first byte says whether it
/// is an account's, a tenant's, or an account's whose past lies in pages of its own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::text(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0: twice(bytes, [](std::string_view all) { return journal::read_account(all); }); break;
    case 1: twice(bytes, [](std::string_view all) { return journal::read_tenant(all); }); break;
    default: {
      const auto beside = journal::read_beside_pages(bytes);
      if (!beside) fuzz::require(!beside.error().message.empty());
    }
  }
  return 0;
}

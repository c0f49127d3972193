#include <cstdint>
#include <stdexcept>

#include "domain/accounts/apply.hpp"
#include "domain/journal/journal.hpp"
#include "florin/money.hpp"
#include "input.hpp"

namespace {

florin::Entry again(const florin::Entry& entry) {
  std::string bytes;
  florin::journal::write(bytes, entry);
  auto read = florin::journal::read(bytes);
  florin::fuzz::require(read && read->size() == 1);
  return std::move(read->front());
}

}  // namespace

/// Bytes of a row are damaged or read; what was read is written the same twice, and its facts are folded, or refused as
/// what cannot follow.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  const std::string_view bytes = fuzz::text(data, size);
  constexpr std::size_t most = 1000;
  const auto entries = journal::read(bytes, most);
  if (!entries) return fuzz::require(!entries.error().message.empty()), 0;
  Account account;
  TenantState tenant;
  std::uint64_t position = 0;
  for (const Entry& entry : *entries) {
    // Damaged bytes may say a value in a way that nobody writes; what is written of it is its one way from then on.
    const Entry once = again(entry);
    const Entry twice = again(once);
    std::string bytes_once, bytes_twice;
    journal::write(bytes_once, once);
    journal::write(bytes_twice, twice);
    fuzz::require(bytes_once == bytes_twice);
    try {
      apply(account, tenant, entry, ++position);
    } catch (const std::logic_error&) {
    } catch (const ArithmeticError&) {
    }
  }
  return 0;
}

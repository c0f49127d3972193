#include <cstdint>

#include "config/command.hpp"
#include "domain/journal/journal.hpp"
#include "input.hpp"

/// A command in JSON is refused with a reason, or read; what was read has bytes in the journal that say the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace florin;
  Errors errors;
  const auto command = config::command_of_json(fuzz::text(data, size), errors);
  if (!command) return fuzz::require(!errors.empty() && !errors.front().message.empty()), 0;
  const Entry entry{.tenant = TenantId::trusted("t"),
                    .account = AccountId::trusted("a"),
                    .actor = {"staff", "fuzz"},
                    .key = "k",
                    .asked_at = {},
                    .at = {},
                    .catalog = 1,
                    .command = std::visit([](const auto& one) { return AnyCommand(one); }, *command),
                    .refusal = std::nullopt,
                    .facts = {}};
  fuzz::require(!config::json_of(entry, 1).empty());
  std::string bytes, again;
  journal::write(bytes, entry);
  const auto read = journal::read(bytes);
  fuzz::require(read && read->size() == 1);
  journal::write(again, read->front());
  fuzz::require(again == bytes);
  return 0;
}

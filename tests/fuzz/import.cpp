#include <algorithm>
#include <cstdint>

#include "config/import_file.hpp"
#include "domain/journal/journal.hpp"
#include "input.hpp"

namespace {

using namespace florin;

std::string written(const config::ImportedRecord& record) {
  std::string bytes;
  journal::write(bytes, Entry{.tenant = TenantId::trusted("t"),
                              .account = record.account,
                              .actor = {"staff", "fuzz"},
                              .key = "k",
                              .asked_at = {},
                              .at = {},
                              .catalog = 1,
                              .command = AnyCommand(record.command),
                              .refusal = std::nullopt,
                              .facts = {}});
  return bytes;
}

}  // namespace

/// A file of customers is refused with reasons, each with its place, or read: no account is in it twice, each has bytes
/// in the journal, and whatever a refusal names has a place in the file. The first byte says whether it is YAML.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Errors errors;
  const config::ImportFile file =
      config::read_import_text(fuzz::text(data + 1, size - 1), data[0] % 2 == 0 ? "fuzz.yaml" : "fuzz.jsonl", errors);
  for (const Error& one : errors) fuzz::require(!one.code.empty() && !one.message.empty() && !one.at.file.empty());
  for (const config::ImportedRecord& record : file.accounts) {
    fuzz::require(AccountId::parse(record.account.text()).operator bool());
    const std::string bytes = written(record);
    fuzz::require(journal::read(bytes).operator bool());
    for (const char* field : {"subscription", "lots[1]", "methods[0]", "coupons[999999999999]", "nothing", "x[", ""})
      fuzz::require(record.where(field).line >= record.at.line || record.where(field).line != 0);
  }
  if (!errors.empty()) return 0;
  std::vector<std::string> ids;
  for (const config::ImportedRecord& record : file.accounts) ids.push_back(record.account.text());
  std::ranges::sort(ids);
  fuzz::require(std::ranges::adjacent_find(ids) == ids.end());
  return 0;
}

#include <limits>
#include <ostream>

#include "config/command.hpp"
#include "florin/ops.hpp"
#include "ops/journal_file.hpp"
#include "ops/journal_text.hpp"
#include "readers/fold.hpp"

namespace florin {

Status write_journal(const std::string& data, const JournalQuery& query, std::ostream& out) {
  auto store = open_journal(data);
  if (!store) return store.error();
  const auto shards = (*store)->shards();
  if (!shards) return shards.error();
  readers::Versions versions(**store);
  JournalText text(versions);
  bool found = false;
  for (const std::uint32_t shard : *shards) {
    // Text shows amounts by what earlier entries said of them; JSON shows what is written.
    const auto read = readers::read_entries(
        **store, shard, query.json ? query.from : 1, [&](const Entry& entry, store::Position position) {
          if (query.to < position || !out) return false;
          if (!query.json) text.note(entry);
          const bool asked = query.from <= position && (!query.tenant || entry.tenant == *query.tenant) &&
                             (!query.account || entry.account == *query.account);
          if (!asked) return true;
          found = true;
          if (query.json)
            out << config::json_of(entry, position) << '\n';
          else
            out << text.text(entry, position);
          return true;
        });
    if (!read) return read;
  }
  const bool whole = query.from <= 1 && query.to == std::numeric_limits<store::Position>::max();
  if (found || !whole || !query.tenant) return Done{};
  if (query.account)
    return Error{.code = "no_such_account",
                 .message = "nothing here is of an account '" + query.account->text() + "' of tenant '" +
                            query.tenant->text() + "'"};
  return Error{.code = "no_such_tenant", .message = "nothing here is of a tenant '" + query.tenant->text() + "'"};
}

}  // namespace florin

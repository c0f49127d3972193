#include <limits>
#include <ostream>

#include "config/command.hpp"
#include "florin/ops.hpp"
#include "ops/journal_file.hpp"
#include "ops/journal_text.hpp"
#include "readers/trail.hpp"

namespace florin {

Status write_journal(const std::string& data, const JournalQuery& query, std::ostream& out) {
  auto store = open_journal(data);
  if (!store) return store.error();
  const auto shards = (*store)->shards();
  if (!shards) return shards.error();
  readers::Versions versions(**store);
  JournalText text(versions);
  const readers::Trail trail = query.tenant && query.account
                                   ? readers::Trail(**store, views_file(data), *query.tenant, *query.account)
                                   : readers::Trail();
  bool found = false;
  for (const std::uint32_t shard : *shards) {
    const auto asked = [&](std::string_view tenant, std::string_view account, store::Position position) {
      return query.from <= position && (!query.tenant || tenant == query.tenant->text()) &&
             (!query.account || account == query.account->text());
    };
    const auto wanted = [&](const journal::Outline& entry, store::Position position) {
      if (query.to < position || !out || asked(entry.tenant, entry.account, position)) return true;
      // Text shows amounts by what earlier entries said of them: of the account, and in its tenant's versions.
      const bool of_others = (query.tenant && entry.tenant != query.tenant->text()) ||
                             (query.account && entry.account != query.account->text());
      return !query.json && (entry.account.empty() || !of_others);
    };
    const auto read = trail.read(**store, shard, query.json ? query.from : 1, wanted,
                                 [&](const Entry& entry, store::Position position) {
                                   if (query.to < position || !out) return false;
                                   if (!query.json) text.note(entry);
                                   if (!asked(entry.tenant.text(), entry.account.text(), position)) return true;
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

#include <chrono>
#include <fstream>

#include "florin/ops.hpp"
#include "host/clock_keeper.hpp"
#include "ops/journal_file.hpp"
#include "readers/views.hpp"
#include "store/open.hpp"
#include "store/postgres/address.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin {

namespace fs = std::filesystem;

fs::path journal_file(const std::string& data) {
  std::error_code unknown;
  return fs::is_directory(data, unknown) ? fs::path(data) / "journal.db" : fs::path(data);
}

fs::path views_file(const std::string& data) {
  return store::is_address(data) ? fs::path() : journal_file(data).parent_path() / "views.db";
}

Result<std::unique_ptr<store::Store>> open_journal(const std::string& data) {
  return store::open_read_only(store::is_address(data) ? data : journal_file(data).string());
}

namespace {

Error of_database(std::string_view instead) {
  return {.code = "in_postgresql", .message = "this journal is in PostgreSQL: " + std::string(instead)};
}

/// What happened after the backup was told already, and its positions come again with other content: from here on ids
/// of events have other letters, which the host draws.
Status begin_lineage(const fs::path& file) {
  auto store = store::open(file.string());
  if (!store) return store.error();
  const auto head = (*store)->head(0);
  if (!head) return head.error();
  const auto before = (*store)->mark("lineage");
  if (!before) return before.error();
  if (before->empty()) return Done{};
  return (*store)->set_mark("lineage", *before + "," + std::to_string(head->last + 1) + ":?");
}

}  // namespace

Status backup(const std::string& data, const std::string& to) {
  if (store::is_address(data)) return of_database("pg_dump of its schema is the backup, and point-in-time recovery");
  return store::backup_store(journal_file(data), journal_file(to));
}

Status restore(const std::string& from, const std::string& data) {
  if (store::is_address(data))
    return of_database("pg_restore brings it back; then set the mark `sending` to `held`, see docs/operator.md");
  std::error_code failed;
  const bool made = !fs::exists(data, failed);
  if (const Status folder = store::make_private_folder(data); !folder) return folder;
  const Status restored = store::restore_store(journal_file(from), journal_file(data));
  if (!restored && made) fs::remove(data, failed);  // only when nothing is in it
  return restored ? begin_lineage(journal_file(data)) : restored;
}

Status start_sending(const std::string& data) {
  // Opening for writing makes what is not there; here it has to be there.
  if (const auto readable = open_journal(data); !readable) return readable.error();
  auto store = store::open(store::is_address(data) ? data : journal_file(data).string());
  if (!store) return store.error();
  return (*store)->set_mark("sending", "");
}

Status accept_clock(const std::string& data) {
  if (const auto readable = open_journal(data); !readable) return readable.error();
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const Instant wall{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  if (store::is_address(data)) {
    auto store = store::open(data);
    if (!store) return store.error();
    return (*store)->set_mark(accepted_mark, wall.text());
  }
  // Beside the journal, which its host has for itself.
  const fs::path file = journal_file(data).parent_path() / accepted_file;
  if (const Status ours = store::make_private(file); !ours) return ours;
  std::ofstream out(file);
  out << wall.text() << '\n';
  out.close();
  if (out) return Done{};
  return Error{.code = "no_data_folder", .message = file.string() + " cannot be written"};
}

Result<Views> refresh_views(const std::string& data, const std::string& views) {
  auto store = open_journal(data);
  if (!store) return store.error();
  const auto refreshed = readers::refresh_views(**store, views);
  if (!refreshed) return refreshed.error();
  return Views{refreshed->position, refreshed->entries, refreshed->rebuilt};
}

}  // namespace florin

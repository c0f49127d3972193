#include "florin/ops.hpp"
#include "ops/journal_file.hpp"
#include "readers/views.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin {

namespace fs = std::filesystem;

fs::path journal_file(const std::string& data) {
  std::error_code unknown;
  return fs::is_directory(data, unknown) ? fs::path(data) / "journal.db" : fs::path(data);
}

Result<std::unique_ptr<store::Store>> open_journal(const std::string& data) {
  return store::SqliteStore::open_read_only(journal_file(data));
}

Status backup(const std::string& data, const std::string& to) {
  return store::backup_store(journal_file(data), journal_file(to));
}

Status restore(const std::string& from, const std::string& data) {
  std::error_code failed;
  const bool made = fs::create_directories(data, failed);
  if (failed) return Error{.code = "no_data_folder", .message = data + ": " + failed.message()};
  const Status restored = store::restore_store(journal_file(from), journal_file(data));
  if (!restored && made) fs::remove(data, failed);  // only when nothing is in it
  return restored;
}

Status start_sending(const std::string& data) {
  const fs::path file = journal_file(data);
  // Opening for writing makes what is not there; here it has to be there.
  if (const auto readable = open_journal(data); !readable) return readable.error();
  auto store = store::SqliteStore::open(file);
  if (!store) return store.error();
  return (*store)->set_mark("sending", "");
}

Result<Views> refresh_views(const std::string& data, const std::string& views) {
  auto store = open_journal(data);
  if (!store) return store.error();
  const auto refreshed = readers::refresh_views(**store, views);
  if (!refreshed) return refreshed.error();
  return Views{refreshed->position, refreshed->entries, refreshed->rebuilt};
}

}  // namespace florin

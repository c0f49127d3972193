#include "store/sqlite/connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace florin::store {

int Run::finish() {
  const int rc = step();
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

std::string_view Run::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

void Run::bind(int at, std::string_view text) {
  keep(sqlite3_bind_text64(statement_, at, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                           SQLITE_UTF8));
}

void Run::bind(int at, Blob blob) {
  // A null pointer would bind NULL.
  keep(sqlite3_bind_blob64(statement_, at, blob.bytes.data() == nullptr ? "" : blob.bytes.data(), blob.bytes.size(),
                           SQLITE_STATIC));
}

Result<Connection> Connection::open(const std::filesystem::path& file, int flags, const std::string& vfs) {
  sqlite3* handle = nullptr;
  const int rc = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                 vfs.empty() ? nullptr : vfs.c_str());
  Connection connection(handle);
  if (rc != SQLITE_OK) return connection.error(rc, fmt::format("opening {}", file.string()));
  return connection;
}

Result<Connection> Connection::open_still(const std::filesystem::path& file) {
  std::string address = "file:";
  for (const char c : file.string()) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.';
    address += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return open(address + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, "");
}

Statement Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                     nullptr);
  return Statement(statement);
}

Result<std::int64_t> Connection::number(std::string_view sql) {
  const Statement statement = prepare(sql);
  if (!statement) return error(sqlite3_extended_errcode(get()), sql);
  Run query(statement);
  if (const int rc = query.step(); rc != SQLITE_ROW) return error(rc, sql);
  return query.number(0);
}

Error Connection::error(int rc, std::string_view doing) const {
  const auto code = [&] {
    switch (rc & 0xff) {
      case SQLITE_FULL: return "store_full";
      case SQLITE_BUSY:
      case SQLITE_LOCKED: return "store_busy";
      case SQLITE_CORRUPT: return "damaged_store";
      case SQLITE_NOTADB: return "not_a_journal";
      default: return "store_failed";
    }
  };
  std::string message = fmt::format("{}: {} ({})", doing, handle_ ? sqlite3_errmsg(get()) : sqlite3_errstr(rc), rc);
  if (const int system = handle_ ? sqlite3_system_errno(get()) : 0; system != 0)
    message += ", " + std::generic_category().message(system);
  return {.code = code(), .message = std::move(message)};
}

Status make_private(const std::filesystem::path& file) {
  const auto failed = [](const std::filesystem::path& which) {
    return Error{.code = "store_failed",
                 .message = which.string() + ": " + std::generic_category().message(errno) +
                            "; it must be its owner's alone (mode 600)"};
  };
  // What is there is never opened: closing it would drop the locks of a reader in this process.
  const int made = ::open(file.c_str(), O_CREAT | O_EXCL | O_CLOEXEC | O_RDWR, 0600);
  if (made >= 0) ::close(made);
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const std::filesystem::path which = file.string() + suffix;
    struct stat about{};
    if (::stat(which.c_str(), &about) != 0 || (about.st_mode & (S_IRWXG | S_IRWXO)) == 0) continue;
    if (::chmod(which.c_str(), about.st_mode & (S_IRUSR | S_IWUSR)) != 0) return failed(which);
  }
  return Done{};
}

Status make_private_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  if (std::filesystem::is_directory(folder, failed)) return Done{};
  failed.clear();  // that it is not there is no failure
  const std::filesystem::path above = folder.parent_path();
  if (!above.empty()) std::filesystem::create_directories(above, failed);
  if (!failed && (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST)) return Done{};
  return Error{
      .code = "no_data_folder",
      .message = folder.string() + ": " + (failed ? failed.message() : std::generic_category().message(errno))};
}

Error named(Error error, const std::filesystem::path& file) {
  if (error.message.find(file.string()) == std::string::npos) error.message = file.string() + ": " + error.message;
  if (error.code == "damaged_store") error.message += "; `florin restore` makes a journal of a backup";
  return error;
}

}  // namespace florin::store

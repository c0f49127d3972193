#include "faulty_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <new>

#include "helpers.hpp"

namespace florin::store {

/// As SQLite allocates it; the system's own file follows.
struct FaultyFile : sqlite3_file {
  FaultyVfs* vfs;
  std::string* name;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static FaultyFile* of(sqlite3_file* file) { return static_cast<FaultyFile*>(file); }
  static sqlite3_file* under(sqlite3_file* file) { return of(file)->real(); }

  static int close(sqlite3_file* file) {
    const int rc = under(file)->pMethods->xClose(under(file));
    delete of(file)->name;
    return rc;
  }
  static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
    const FaultyFile& self = *of(file);
    if (self.vfs->before_read)
      if (const int rc = self.vfs->before_read(*self.name); rc != SQLITE_OK) return rc;
    return under(file)->pMethods->xRead(under(file), to, size, at);
  }
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    FaultyFile& self = *of(file);
    if (const int rc = self.vfs->ask(FaultyVfs::Operation::write, *self.name); rc != SQLITE_OK) return rc;
    self.vfs->disks_[*self.name].pending.push_back(
        {.at = at, .bytes = std::string(static_cast<const char*>(data), static_cast<std::size_t>(size))});
    return under(file)->pMethods->xWrite(under(file), data, size, at);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    FaultyFile& self = *of(file);
    if (const int rc = self.vfs->ask(FaultyVfs::Operation::truncate, *self.name); rc != SQLITE_OK) return rc;
    self.vfs->disks_[*self.name].pending.push_back({.at = size, .bytes = {}, .cut = true});
    return under(file)->pMethods->xTruncate(under(file), size);
  }
  static int sync(sqlite3_file* file, int flags) {
    FaultyFile& self = *of(file);
    if (const int rc = self.vfs->ask(FaultyVfs::Operation::sync, *self.name); rc != SQLITE_OK) return rc;
    FaultyVfs::Disk& disk = self.vfs->disks_[*self.name];
    for (const FaultyVfs::Change& change : disk.pending) FaultyVfs::make(disk.synced, change);
    disk.pending.clear();
    return under(file)->pMethods->xSync(under(file), flags);
  }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods all{
        .iVersion = 2,  // without mmap
        .xClose = close,
        .xRead = read,
        .xWrite = write,
        .xTruncate = truncate,
        .xSync = sync,
        .xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return under(f)->pMethods->xFileSize(under(f), n); },
        .xLock = [](sqlite3_file* f, int level) { return under(f)->pMethods->xLock(under(f), level); },
        .xUnlock = [](sqlite3_file* f, int level) { return under(f)->pMethods->xUnlock(under(f), level); },
        .xCheckReservedLock = [](sqlite3_file* f,
                                 int* out) { return under(f)->pMethods->xCheckReservedLock(under(f), out); },
        .xFileControl = [](sqlite3_file* f, int what,
                           void* with) { return under(f)->pMethods->xFileControl(under(f), what, with); },
        .xSectorSize = [](sqlite3_file* f) { return under(f)->pMethods->xSectorSize(under(f)); },
        .xDeviceCharacteristics = [](sqlite3_file* f) { return under(f)->pMethods->xDeviceCharacteristics(under(f)); },
        .xShmMap = [](sqlite3_file* f, int page, int size, int extend,
                      void volatile** at) { return under(f)->pMethods->xShmMap(under(f), page, size, extend, at); },
        .xShmLock = [](sqlite3_file* f, int offset, int n,
                       int flags) { return under(f)->pMethods->xShmLock(under(f), offset, n, flags); },
        .xShmBarrier = [](sqlite3_file* f) { under(f)->pMethods->xShmBarrier(under(f)); },
        .xShmUnmap = [](sqlite3_file* f, int remove) { return under(f)->pMethods->xShmUnmap(under(f), remove); },
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };
    return &all;
  }

  static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* out) {
    auto* self = static_cast<FaultyVfs*>(vfs->pAppData);
    const std::string was = path != nullptr && std::filesystem::exists(path) ? bytes_of(path) : "";
    FaultyFile& made = *of(file);
    made.pMethods = nullptr;
    if (const int rc = self->real_->xOpen(self->real_, path, made.real(), flags, out); rc != SQLITE_OK) return rc;
    made.pMethods = methods();
    made.vfs = self;
    made.name = new std::string(path == nullptr ? "" : std::filesystem::path(path).filename().string());
    if (path == nullptr) return SQLITE_OK;
    FaultyVfs::Disk found{.synced = was, .pending = {}};
    if ((flags & SQLITE_OPEN_WAL) != 0 && !self->found_synced) found = {.synced = "", .pending = {{.bytes = was}}};
    self->disks_.try_emplace(*made.name, found);
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    auto* self = static_cast<FaultyVfs*>(vfs->pAppData);
    self->disks_.erase(std::filesystem::path(path).filename().string());
    return self->real_->xDelete(self->real_, path, sync_folder);
  }
};

FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  static int made = 0;
  name_ = "faulty" + std::to_string(++made);
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real_->szOsFile;
  vfs_.xOpen = FaultyFile::open;
  vfs_.xDelete = FaultyFile::remove;
  sqlite3_vfs_register(&vfs_, 0);
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

void FaultyVfs::make(std::string& content, const Change& change) {
  const auto at = static_cast<std::size_t>(change.at);
  if (change.cut || content.size() < at + change.bytes.size()) content.resize(at + change.bytes.size());
  if (!change.cut) content.replace(at, change.bytes.size(), change.bytes);
}

void FaultyVfs::power_cut(const std::string& folder, std::mt19937& random) const {
  constexpr std::size_t sector = 512;
  for (const auto& [file, disk] : disks_) {
    std::string content = disk.synced;
    std::vector<Change> left = disk.pending;
    std::ranges::shuffle(left, random);
    for (Change& change : left) {
      const auto kept = random() % 3;
      if (kept == 0) continue;
      if (kept == 1) change.bytes.resize(random() % (change.bytes.size() / sector + 1) * sector);
      make(content, change);
    }
    write_bytes(folder + "/" + file, content);
  }
}

}  // namespace florin::store

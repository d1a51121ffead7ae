#include "db/sqlite/gathering_vfs.hpp"

#include <atomic>
#include <new>

#include "db/store.hpp"

namespace phien::db {
namespace {

// SQLite's own VFS takes no more than 128 KiB at once (os_unix.c, seekAndWriteFd).
constexpr std::size_t kMostGathered = 120 * 1024;

// What was written and is not below yet: one stretch of the file.
struct Gathered {
  std::string bytes;
  sqlite3_int64 at = 0;

  sqlite3_int64 end() const { return at + static_cast<sqlite3_int64>(bytes.size()); }
};

// SQLite allocates `szOsFile` bytes and knows their beginning; the file below lies behind.
struct WalFile {
  sqlite3_file base;
  Gathered* gathered;
  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

WalFile& self(sqlite3_file* file) { return *reinterpret_cast<WalFile*>(file); }
sqlite3_vfs* below(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

// What could not be written is let go: SQLite is told so, and rolls back what it belonged to.
int flush(sqlite3_file* file) {
  Gathered& gathered = *self(file).gathered;
  if (gathered.bytes.empty()) return SQLITE_OK;
  sqlite3_file* const under = self(file).below();
  const int code = under->pMethods->xWrite(under, gathered.bytes.data(), static_cast<int>(gathered.bytes.size()), gathered.at);
  gathered.bytes.clear();
  return code;
}

int close_file(sqlite3_file* file) {
  const int flushed = flush(file);
  delete self(file).gathered;
  const int closed = self(file).below()->pMethods->xClose(self(file).below());
  return flushed == SQLITE_OK ? closed : flushed;
}

int write_file(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 at) {
  Gathered& gathered = *self(file).gathered;
  if (at != gathered.end() || gathered.bytes.size() + static_cast<std::size_t>(amount) > kMostGathered) {
    if (const int code = flush(file); code != SQLITE_OK) return code;
  }
  if (gathered.bytes.empty()) gathered.at = at;
  try {
    gathered.bytes.append(static_cast<const char*>(bytes), static_cast<std::size_t>(amount));
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

// Everything else is for the file below, which first gets what was gathered.
template <auto Method, class... Arguments>
int after_flush(sqlite3_file* file, Arguments... arguments) {
  if (const int code = flush(file); code != SQLITE_OK) return code;
  sqlite3_file* const under = self(file).below();
  return (under->pMethods->*Method)(under, arguments...);
}
int sector_size(sqlite3_file* file) { return self(file).below()->pMethods->xSectorSize(self(file).below()); }
int characteristics(sqlite3_file* file) { return self(file).below()->pMethods->xDeviceCharacteristics(self(file).below()); }

using Methods = sqlite3_io_methods;
const Methods kMethods = [] {
  Methods methods{};
  methods.iVersion = 1;  // what belongs to shared memory is asked of the database file
  methods.xClose = close_file;
  methods.xRead = after_flush<&Methods::xRead, void*, int, sqlite3_int64>;
  methods.xWrite = write_file;
  methods.xTruncate = after_flush<&Methods::xTruncate, sqlite3_int64>;
  methods.xSync = after_flush<&Methods::xSync, int>;
  methods.xFileSize = after_flush<&Methods::xFileSize, sqlite3_int64*>;
  methods.xLock = after_flush<&Methods::xLock, int>;
  methods.xUnlock = after_flush<&Methods::xUnlock, int>;
  methods.xCheckReservedLock = after_flush<&Methods::xCheckReservedLock, int*>;
  methods.xFileControl = after_flush<&Methods::xFileControl, int, void*>;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = characteristics;
  return methods;
}();

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & SQLITE_OPEN_WAL) == 0) return below(vfs)->xOpen(below(vfs), path, file, flags, out_flags);
  WalFile& wal = self(file);
  wal.base.pMethods = nullptr;
  const int code = below(vfs)->xOpen(below(vfs), path, wal.below(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  wal.gathered = new (std::nothrow) Gathered;
  if (wal.gathered == nullptr) {
    wal.below()->pMethods->xClose(wal.below());
    return SQLITE_NOMEM;
  }
  wal.base.pMethods = &kMethods;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* path, int sync) { return below(vfs)->xDelete(below(vfs), path, sync); }
int access(sqlite3_vfs* vfs, const char* path, int flags, int* out) { return below(vfs)->xAccess(below(vfs), path, flags, out); }
int full_path(sqlite3_vfs* vfs, const char* path, int n, char* out) {
  return below(vfs)->xFullPathname(below(vfs), path, n, out);
}

std::string unique_name() {
  static std::atomic<int> count{0};
  return "phien-gathering-" + std::to_string(++count);
}

}  // namespace

GatheringVfs::GatheringVfs(const std::string& below_name) : name_(unique_name()) {
  sqlite3_vfs* const under = sqlite3_vfs_find(below_name.empty() ? nullptr : below_name.c_str());
  if (under == nullptr) throw StoreFailed("no VFS " + below_name);
  vfs_ = *under;
  vfs_.szOsFile = static_cast<int>(sizeof(WalFile)) + under->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = under;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  vfs_.xAccess = access;
  vfs_.xFullPathname = full_path;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) throw StoreFailed("the VFS cannot be registered");
}

GatheringVfs::~GatheringVfs() { sqlite3_vfs_unregister(&vfs_); }

}  // namespace phien::db

#include "tests/contract/lossy_vfs.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <vector>

namespace phien::tests {
namespace {

constexpr std::int64_t kSector = 512;

// A write, or (without bytes) a truncation to `at`.
struct Change {
  std::int64_t at = 0;
  std::string bytes;
  bool truncates = false;
};

struct DiskFile {
  std::vector<Change> unsynced;  // the file below holds what was synced, nothing else
  std::int64_t size = 0;         // with the unsynced changes
};

void bug(const char* what) {
  std::fprintf(stderr, "lossy disk: %s\n", what);
  std::abort();
}

}  // namespace

struct LossyDisk::State {
  sqlite3_vfs vfs{};
  sqlite3_vfs* below = nullptr;
  std::string name;
  mutable std::mutex mutex;  // guards what follows
  std::map<std::string, DiskFile> files;
  int open_files = 0;
  std::int64_t operations = 0;
  std::int64_t cut_at = -1;
  std::int64_t lost = 0;
  bool powered = true;
  Fault fault = Fault::none;
  std::optional<std::int64_t> quota;

  // One more operation that changes the disk; false when the power is gone.
  bool operate() {
    if (cut_at >= 0 && operations >= cut_at) powered = false;
    ++operations;
    return powered;
  }
  std::int64_t used() const {
    std::int64_t sum = 0;
    for (const auto& [path, file] : files) sum += file.size;
    return sum;
  }
};

namespace {

using State = LossyDisk::State;

// SQLite allocates `szOsFile` bytes and knows their beginning; the file below lies behind.
struct OpenFile {
  sqlite3_file base;
  State* disk;
  DiskFile* file;  // null: a temporary file, which needs no care
  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

OpenFile& self(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
State& disk_of(sqlite3_vfs* vfs) { return *static_cast<State*>(vfs->pAppData); }

int close_file(sqlite3_file* file) {
  OpenFile& open = self(file);
  const std::lock_guard lock(open.disk->mutex);
  --open.disk->open_files;
  return open.below()->pMethods->xClose(open.below());
}

// The synced bytes, overlaid by the changes since.
int read_file(sqlite3_file* file, void* into, int amount, sqlite3_int64 at) {
  OpenFile& open = self(file);
  const std::lock_guard lock(open.disk->mutex);
  if (!open.disk->powered) return SQLITE_IOERR_READ;
  const int code = open.below()->pMethods->xRead(open.below(), into, amount, at);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return code;
  if (open.file == nullptr) return code;
  char* bytes = static_cast<char*>(into);
  const std::int64_t end = at + amount;
  for (const Change& change : open.file->unsynced) {
    if (change.truncates) {
      if (change.at < end) std::fill(bytes + (std::max<std::int64_t>(change.at, at) - at), bytes + amount, '\0');
      continue;
    }
    const std::int64_t from = std::max<std::int64_t>(at, change.at);
    const std::int64_t to = std::min(end, change.at + static_cast<std::int64_t>(change.bytes.size()));
    if (from < to)
      std::memcpy(bytes + (from - at), change.bytes.data() + (from - change.at), static_cast<std::size_t>(to - from));
  }
  return end > open.file->size ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

int write_file(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 at) {
  OpenFile& open = self(file);
  State& disk = *open.disk;
  const std::lock_guard lock(disk.mutex);
  if (open.file == nullptr) return open.below()->pMethods->xWrite(open.below(), bytes, amount, at);
  if (!disk.operate() || disk.fault == LossyDisk::Fault::write_fails) return SQLITE_IOERR_WRITE;
  const std::int64_t size = std::max<std::int64_t>(open.file->size, at + amount);
  if (disk.quota && disk.used() + size - open.file->size > *disk.quota) return SQLITE_FULL;
  open.file->unsynced.push_back({at, std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(amount)), false});
  open.file->size = size;
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  OpenFile& open = self(file);
  State& disk = *open.disk;
  const std::lock_guard lock(disk.mutex);
  if (open.file == nullptr) return open.below()->pMethods->xTruncate(open.below(), size);
  if (!disk.operate() || disk.fault == LossyDisk::Fault::write_fails) return SQLITE_IOERR_TRUNCATE;
  open.file->unsynced.push_back({size, {}, true});
  open.file->size = size;
  return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int) {
  OpenFile& open = self(file);
  State& disk = *open.disk;
  const std::lock_guard lock(disk.mutex);
  if (open.file == nullptr) return SQLITE_OK;
  if (!disk.operate() || disk.fault == LossyDisk::Fault::sync_fails) return SQLITE_IOERR_FSYNC;
  sqlite3_file* below = open.below();
  for (const Change& change : open.file->unsynced) {
    const int code = change.truncates
                         ? below->pMethods->xTruncate(below, change.at)
                         : below->pMethods->xWrite(below, change.bytes.data(), static_cast<int>(change.bytes.size()), change.at);
    if (code != SQLITE_OK) return code;
  }
  open.file->unsynced.clear();
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  OpenFile& open = self(file);
  if (open.file == nullptr) return open.below()->pMethods->xFileSize(open.below(), size);
  const std::lock_guard lock(open.disk->mutex);
  *size = open.file->size;
  return SQLITE_OK;
}

// Locks and shared memory are of the running machine, not of the disk.
int lock_file(sqlite3_file* f, int level) { return self(f).below()->pMethods->xLock(self(f).below(), level); }
int unlock_file(sqlite3_file* f, int level) { return self(f).below()->pMethods->xUnlock(self(f).below(), level); }
int check_lock(sqlite3_file* f, int* out) { return self(f).below()->pMethods->xCheckReservedLock(self(f).below(), out); }
int control(sqlite3_file* f, int op, void* arg) { return self(f).below()->pMethods->xFileControl(self(f).below(), op, arg); }
int sector_size(sqlite3_file* f) { return self(f).below()->pMethods->xSectorSize(self(f).below()); }
int characteristics(sqlite3_file* f) { return self(f).below()->pMethods->xDeviceCharacteristics(self(f).below()); }
int shm_map(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
  return self(f).below()->pMethods->xShmMap(self(f).below(), region, size, extend, out);
}
int shm_lock(sqlite3_file* f, int at, int n, int flags) {
  return self(f).below()->pMethods->xShmLock(self(f).below(), at, n, flags);
}
void shm_barrier(sqlite3_file* f) { self(f).below()->pMethods->xShmBarrier(self(f).below()); }
int shm_unmap(sqlite3_file* f, int remove) { return self(f).below()->pMethods->xShmUnmap(self(f).below(), remove); }

const sqlite3_io_methods kMethods = {2,         close_file,  read_file,  write_file, truncate_file, sync_file,       file_size,
                                     lock_file, unlock_file, check_lock, control,    sector_size,   characteristics, shm_map,
                                     shm_lock,  shm_barrier, shm_unmap,  nullptr,    nullptr};

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  State& disk = disk_of(vfs);
  OpenFile& open = self(file);
  const std::lock_guard lock(disk.mutex);
  open.base.pMethods = nullptr;
  if (!disk.powered) return SQLITE_CANTOPEN;
  open.disk = &disk;
  open.file = nullptr;
  const int code = disk.below->xOpen(disk.below, path, open.below(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  ++disk.open_files;
  constexpr int kDurable = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
  if (path != nullptr && (flags & kDurable) != 0) {
    const auto [known, is_new] = disk.files.try_emplace(path);
    open.file = &known->second;
    if (is_new) {
      sqlite3_int64 size = 0;
      open.below()->pMethods->xFileSize(open.below(), &size);
      open.file->size = size;
    }
  }
  open.base.pMethods = &kMethods;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  State& disk = disk_of(vfs);
  const std::lock_guard lock(disk.mutex);
  if (!disk.operate()) return SQLITE_IOERR_DELETE;
  disk.files.erase(path);
  return disk.below->xDelete(disk.below, path, sync_folder);
}

int access(sqlite3_vfs* vfs, const char* path, int flags, int* out) {
  State& disk = disk_of(vfs);
  return disk.below->xAccess(disk.below, path, flags, out);
}
int full_path(sqlite3_vfs* vfs, const char* path, int n, char* out) {
  State& disk = disk_of(vfs);
  return disk.below->xFullPathname(disk.below, path, n, out);
}

// After the power went, some of what was not synced is on the disk all the same, whole or in part.
std::int64_t lose(const std::string& path, const DiskFile& file, std::mt19937_64& random) {
  const int below = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (below < 0) return static_cast<std::int64_t>(file.unsynced.size());  // it never came to be
  std::int64_t lost = 0;
  for (const Change& change : file.unsynced) {
    const auto fate = random() % 3;
    if (fate == 0) {
      ++lost;
    } else if (change.truncates) {
      if (::ftruncate(below, change.at) != 0) bug("cannot truncate");
    } else {
      const auto size = static_cast<std::int64_t>(change.bytes.size());
      if (fate == 2) ++lost;
      for (std::int64_t done = 0; done < size;) {
        const std::int64_t amount = std::min(size - done, kSector - (change.at + done) % kSector);
        if (fate == 1 || random() % 2 == 0) {
          const auto written = ::pwrite(below, change.bytes.data() + done, static_cast<std::size_t>(amount), change.at + done);
          if (written != amount) bug("cannot write");
        }
        done += amount;
      }
    }
  }
  ::close(below);
  return lost;
}

}  // namespace

LossyDisk::LossyDisk(const std::string& name) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.name = name;
  state.below = sqlite3_vfs_find(nullptr);
  state.vfs = *state.below;
  state.vfs.szOsFile = static_cast<int>(sizeof(OpenFile)) + state.below->szOsFile;
  state.vfs.pNext = nullptr;
  state.vfs.zName = state.name.c_str();
  state.vfs.pAppData = &state;
  state.vfs.xOpen = open_file;
  state.vfs.xDelete = delete_file;
  state.vfs.xAccess = access;
  state.vfs.xFullPathname = full_path;
  if (sqlite3_vfs_register(&state.vfs, 0) != SQLITE_OK) bug("cannot be registered");
}

LossyDisk::~LossyDisk() {
  if (state_->open_files != 0) bug("a file is still open");
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& LossyDisk::name() const { return state_->name; }

std::int64_t LossyDisk::operations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->operations;
}

void LossyDisk::cut_power_at(std::int64_t operation) {
  const std::lock_guard lock(state_->mutex);
  state_->cut_at = operation;
}

void LossyDisk::cut_power() {
  const std::lock_guard lock(state_->mutex);
  state_->powered = false;
}

bool LossyDisk::has_power() const {
  const std::lock_guard lock(state_->mutex);
  return state_->powered;
}

void LossyDisk::restore_power(std::uint64_t seed) {
  const std::lock_guard lock(state_->mutex);
  if (state_->open_files != 0) bug("a file is still open");
  std::mt19937_64 random(seed);
  for (const auto& [path, file] : state_->files) {
    state_->lost += lose(path, file, random);
    ::unlink((path + "-shm").c_str());  // memory of the machine that stopped
  }
  state_->files.clear();
  state_->cut_at = -1;
  state_->powered = true;
}

std::int64_t LossyDisk::lost_writes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->lost;
}

void LossyDisk::set_fault(Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->fault = fault;
}

void LossyDisk::set_quota(std::optional<std::int64_t> bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->quota = bytes;
}

std::int64_t LossyDisk::used() const {
  const std::lock_guard lock(state_->mutex);
  return state_->used();
}

}  // namespace phien::tests

#include "db/sqlite/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "db/store.hpp"

namespace phien::db {
namespace {

constexpr mode_t kPrivate = 0600;

[[noreturn]] void fail(const std::string& path) {
  throw StoreFailed(path + ": " + std::error_code(errno, std::generic_category()).message());
}

int open_file(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, kPrivate);
  if (file < 0) fail(path);
  return file;
}

void sync(const std::string& path, int flags) {
  const int file = open_file(path, flags);
  const bool synced = ::fsync(file) == 0;
  const int problem = errno;
  ::close(file);
  errno = problem;
  if (!synced) fail(path);
}

}  // namespace

FileLock::FileLock(const std::string& path) : file_(open_file(path, O_RDWR | O_CREAT)) {
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  const int problem = errno;
  ::close(file_);
  if (problem == EWOULDBLOCK) throw StoreBusy(path + ": another process uses this store");
  errno = problem;
  fail(path);
}

// The file stays: removing it would let two processes lock two files of one name.
FileLock::~FileLock() { ::close(file_); }

void create_private(const std::string& path) { ::close(open_file(path, O_RDWR | O_CREAT)); }

void rename_durably(const std::string& from, const std::string& to) {
  sync(from, O_RDONLY);
  if (std::rename(from.c_str(), to.c_str()) != 0) fail(to);
  const auto folder = std::filesystem::path(to).parent_path();
  sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
}

}  // namespace phien::db

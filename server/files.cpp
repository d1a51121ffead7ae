#include "server/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace phien::server {
namespace {

Problem cannot(const char* code, const std::string& path, const char* vi, const char* en) {
  const std::string why = std::strerror(errno);
  return {code, path, {vi + path + ": " + why, en + path + ": " + why}};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return cannot(errno == ENOENT ? "not_found" : "cannot_read", path, "Không đọc được ", "Cannot read ");
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return cannot("cannot_read", path, "Không đọc được ", "Cannot read ");
  return std::move(text).str();
}

Result<bool> write_private(const std::string& path, std::string_view text) {
  const std::string beside = path + ".new";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (fd < 0) return cannot("cannot_write", path, "Không ghi được ", "Cannot write ");
  const bool written = ::fchmod(fd, S_IRUSR | S_IWUSR) == 0 && write_all(fd, text) && ::fsync(fd) == 0;
  if (::close(fd) != 0 || !written || ::rename(beside.c_str(), path.c_str()) != 0) {
    const Problem problem = cannot("cannot_write", path, "Không ghi được ", "Cannot write ");
    ::unlink(beside.c_str());
    return problem;
  }
  return true;
}

Result<bool> destroy_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return cannot("cannot_write", path, "Không ghi được ", "Cannot write ");
  const off_t size = ::lseek(fd, 0, SEEK_END);
  const bool written = size >= 0 && ::lseek(fd, 0, SEEK_SET) == 0 &&
                       write_all(fd, std::string(static_cast<std::size_t>(size), '0')) && ::fsync(fd) == 0;
  if (::close(fd) != 0 || !written || ::unlink(path.c_str()) != 0)
    return cannot("cannot_write", path, "Không xóa được ", "Cannot destroy ");
  return true;
}

Result<bool> make_private_directory(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed || ::chmod(path.c_str(), S_IRWXU) != 0)
    return cannot("cannot_write", path, "Không tạo được thư mục ", "Cannot make directory ");
  return true;
}

}  // namespace phien::server

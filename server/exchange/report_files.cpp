#include "server/exchange/report_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "server/exchange/csv.hpp"

namespace phien::exchange {

namespace {

// 1250 thousandths → "1.25": a point, as every spreadsheet and program reads it whatever its language.
std::string plain_quantity(Quantity quantity) {
  const bool negative = quantity < 0;
  const Quantity size = negative ? -quantity : quantity;
  std::string out = fmt::format("{}{}", negative ? "-" : "", size / kOne);
  if (size % kOne == 0) return out;
  std::string decimals = fmt::format("{:03}", size % kOne);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return out + "." + decimals;
}

std::string csv_text(const nlohmann::json& cell, report::Column::Type type) {
  if (cell.is_string()) return cell.get<std::string>();
  const auto number = cell.get<std::int64_t>();
  return type == report::Column::Type::quantity ? plain_quantity(number) : std::to_string(number);
}

// What is open for writing until it is renamed; gone if it never is.
class NewFile {
 public:
  explicit NewFile(const std::filesystem::path& path) : path_(path), temporary_(path.string() + ".XXXXXX") {
    fd_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
    if (fd_ < 0) fail();
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void put_in_place() {
    constexpr mode_t kReadableByAll = 0644;  // mkostemp makes it for its owner alone
    if (::fchmod(fd_, kReadableByAll) != 0 || ::fsync(fd_) != 0) fail();
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail();
    temporary_.clear();
    const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
    const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = folder_fd >= 0 && ::fsync(folder_fd) == 0;  // the new name is durable only with its folder
    const int error = errno;
    if (folder_fd >= 0) ::close(folder_fd);
    if (!synced) throw std::system_error(error, std::generic_category(), folder.string());
  }

 private:
  [[noreturn]] void fail() const { throw std::system_error(errno, std::generic_category(), path_.string()); }
  std::filesystem::path path_;
  std::string temporary_;
  int fd_ = -1;
};

}  // namespace

std::string to_csv(const report::Table& table, Lang lang) {
  CsvWriter csv;
  std::vector<std::string> cells;
  for (const auto& column : table.columns) cells.push_back(column.title.in(lang));
  csv.row(cells);
  for (const auto& row : table.rows) {
    cells.clear();
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(csv_text(row[i], table.columns[i].type));
    csv.row(cells);
  }
  return csv.take();
}

std::string to_json_text(const report::Report& report) { return report::to_json(report).dump(1) + "\n"; }

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  NewFile file(path);
  file.write(bytes);
  file.put_in_place();
}

}  // namespace phien::exchange

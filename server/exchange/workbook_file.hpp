// What writing with libxlsxwriter needs: the one file it insists on, and exceptions for its errors.
#pragma once
#include <string>

#include <xlsxwriter.h>

namespace phien::exchange {

inline constexpr time_t kCreated = 946'684'800;  // 2000-01-01: the same contents give the same bytes whenever they are written

// A folder of our own with room for one workbook, gone in the end.
class TemporaryWorkbook {
 public:
  TemporaryWorkbook();
  TemporaryWorkbook(const TemporaryWorkbook&) = delete;
  TemporaryWorkbook& operator=(const TemporaryWorkbook&) = delete;
  ~TemporaryWorkbook();
  std::string file() const { return path_ + "/workbook.xlsx"; }
  std::string read_back() const;

 private:
  std::string path_;
};

void require(lxw_error error);

}  // namespace phien::exchange

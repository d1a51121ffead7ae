// Reading a workbook (XLSX) from people we do not know: libzip opens it, expat reads it; sizes, depth and counts are bounded and
// no document type is let through, so nothing expands.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/exchange/sheet.hpp"

namespace phien::exchange {

inline constexpr std::size_t kMaxSheets = 20;
inline constexpr std::size_t kMaxUnpacked = 64 * 1024 * 1024;  // bytes of all parts that are read
inline constexpr std::size_t kMaxZipEntries = 2'000;
inline constexpr std::size_t kMaxSharedTexts = 500'000;

struct XlsxCell {
  std::string text;     // as a person means it: a day as YYYY-MM-DD, a code with the zeros its format shows
  bool number = false;  // held as a number without a format that keeps its zeros
  bool fault = false;   // an error of the spreadsheet (#REF!), or a formula that was never computed
};
struct XlsxRow {
  std::size_t line = 0;                   // 1 and up
  std::map<std::size_t, XlsxCell> cells;  // by column, 0 and up; empty ones are left out
};
struct XlsxSheet {
  std::string name;
  std::vector<XlsxRow> rows;
};

// The visible sheets. Codes: too_long, not_xlsx, encrypted_xlsx, damaged_xlsx, too_many_rows, too_many_columns.
Result<std::vector<XlsxSheet>> read_xlsx(std::string_view bytes);
bool looks_like_xlsx(std::string_view bytes);
// "D" for 3, "AA" for 26.
std::string column_letters(std::size_t column);

}  // namespace phien::exchange

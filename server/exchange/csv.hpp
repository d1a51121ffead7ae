// CSV as RFC 4180 has it: read from spreadsheets of all kinds, written so that a spreadsheet shows it and runs nothing of it.
#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/result.hpp"

namespace phien::exchange {

inline constexpr std::size_t kMaxFileBytes = 8 * 1024 * 1024;
inline constexpr std::size_t kMaxCellBytes = 4 * 1024;
inline constexpr std::size_t kMaxRows = 20'000;
inline constexpr std::size_t kMaxColumns = 64;
inline constexpr std::size_t kMaxProblems = 1'000;

// Problems in the order found, at most kMaxProblems of them; what is beyond is counted and said in one last line.
class Findings {
 public:
  void add(std::string code, std::string where, std::string vi, std::string en);
  bool empty() const { return listed_.empty(); }
  bool at(const std::string& where) const { return places_.contains(where); }  // something is listed for this very place
  std::vector<Problem> list() const;

 private:
  std::vector<Problem> listed_;
  std::set<std::string> places_;
  std::size_t more_ = 0;
};

struct CsvRow {
  std::size_t line = 0;            // in the file, 1 and up: where the row begins
  std::vector<std::string> cells;  // as many as the header has, trimmed of blanks at both ends
};
struct Csv {
  std::vector<std::string> header;
  std::vector<CsvRow> rows;  // rows without any text are passed over; a cell with a fault is empty
  bool whole = true;         // false: rows were left out (ragged, too many, behind an open quote)
};

// UTF-8 with or without BOM; `,` or `;`, whichever the header line has more of; LF or CRLF; quoted cells may hold all of these.
// Every fault is added to `findings` with where = "<name>:<line>:<column>" (the column's name, its number where it has none).
// Codes: too_long, too_many_rows, too_many_columns, empty_file, bad_utf8, has_nul, unterminated_quote, bad_quote, ragged_row,
// duplicate_column.
Csv read_csv(const std::string& name, std::string_view text, Findings& findings);

// "products.csv:14:price_vnd"
std::string place(const std::string& file, std::size_t line, std::string_view column);

// Writes rows ended by CRLF. Text that a spreadsheet would take for a formula (it begins with = + - @, tab or return and is no
// number) gets a leading apostrophe.
class CsvWriter {
 public:
  enum class Bom { no, yes };
  explicit CsvWriter(Bom bom = Bom::yes, char delimiter = ',');
  void row(const std::vector<std::string>& cells);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  char delimiter_;
};

}  // namespace phien::exchange

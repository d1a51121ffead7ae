// A table as it came out of a file, CSV or XLSX: cells of text at their places. What the text means is asked in cells.hpp.
#pragma once
#include <cstddef>
#include <map>
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
  // What the cell may have been meant to say; a person chooses.
  void suggest(const std::string& where, std::string text) { suggestions_[where].push_back(std::move(text)); }
  bool empty() const { return listed_.empty(); }
  bool at(const std::string& where) const { return places_.contains(where); }  // something is listed for this very place
  std::vector<Problem> list() const;
  const std::map<std::string, std::vector<std::string>>& suggestions() const { return suggestions_; }

 private:
  std::vector<Problem> listed_;
  std::set<std::string> places_;
  std::map<std::string, std::vector<std::string>> suggestions_;
  std::size_t more_ = 0;
};

struct SheetRow {
  std::size_t line = 0;            // in the file, 1 and up: where the row begins
  std::vector<std::string> cells;  // as many as the header has, trimmed of blanks at both ends
  std::set<std::size_t> numbers;   // columns whose cell the file holds as a number: leading zeros may be lost
};
struct Sheet {
  std::size_t header_line = 1;
  std::vector<std::string> header;
  std::vector<SheetRow> rows;  // rows without any text are passed over; a cell with a fault is empty
  bool whole = true;           // false: rows were left out (ragged, too many, behind an open quote)
};

// "products.csv:14:price_vnd"
std::string place(const std::string& file, std::size_t line, std::string_view column);
// Blanks at both ends, no-break spaces (U+00A0) among them. Tabs stay: they are refused where they matter.
std::string_view trim_cell(std::string_view text);

}  // namespace phien::exchange

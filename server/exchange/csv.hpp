// CSV as RFC 4180 has it: read from spreadsheets of all kinds, written so that a spreadsheet shows it and runs nothing of it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/exchange/sheet.hpp"

namespace phien::exchange {

// UTF-8 with or without BOM; `,` or `;`, whichever the header line has more of; LF or CRLF; quoted cells may hold all of these.
// Every fault is added to `findings` with where = "<name>:<line>:<column>" (the column's name, its number where it has none).
// Codes: too_long, too_many_rows, too_many_columns, empty_file, bad_utf8, has_nul, unterminated_quote, bad_quote, ragged_row,
// duplicate_column.
Sheet read_csv(const std::string& name, std::string_view text, Findings& findings);

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

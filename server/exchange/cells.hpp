// One table of an import: cells by column name, read as what they should be; whatever is not is listed at its place.
#pragma once
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/exchange/sheet.hpp"
#include "shared/money.hpp"

namespace phien::exchange {

// Where problems and warnings of an import gather.
struct Remarks {
  Findings problems, warnings;
};

// Text as it will be kept: NFC. NFD is accepted and said; control characters are not.
std::string clean_text(std::string_view text, const std::string& where, Remarks& remarks);

// A column and, after `|`, the other names it goes by: "trace_uri|trace_uri_sample".
struct ColumnSpec {
  std::string_view names;
  bool required = false;
};

class Table {
 public:
  // Adds a problem for each required column that is missing and a warning for each unknown one.
  Table(std::string file, Sheet sheet, std::initializer_list<ColumnSpec> columns, Remarks& remarks);

  bool usable() const { return usable_; }      // the header was read and has what is required
  bool whole() const { return sheet_.whole; }  // no row was left out
  std::size_t size() const { return sheet_.rows.size(); }
  const std::string& file() const { return file_; }

 private:
  friend class Row;
  std::string file_;
  Sheet sheet_;
  std::map<std::string, std::size_t, std::less<>> columns_;  // first name of its spec → index
  bool usable_ = false;
};

// One row. Columns go by the first name of their spec; one that is not in the file reads as empty.
class Row {
 public:
  Row(const Table& table, std::size_t index, Remarks& remarks);

  std::size_t line() const { return row_.line; }
  std::string text(std::string_view column);
  // As text(), but an empty cell is a problem.
  std::string required_text(std::string_view column);
  // Exhibitor, product, cashier: an id that does not begin with the reserved `_`.
  std::string id(std::string_view column);
  std::optional<Dong> money(std::string_view column);
  // Thousandths; refused when finer than `decimals`.
  std::optional<Quantity> quantity(std::string_view column, int decimals);
  std::optional<std::int64_t> integer(std::string_view column, std::int64_t least, std::int64_t most);
  std::string day(std::string_view column);
  bool flag(std::string_view column, bool missing);  // 1/0
  // One of `allowed`, or empty.
  std::string choice(std::string_view column, std::initializer_list<std::string_view> allowed);
  std::vector<std::string> list(std::string_view column);  // separated by |

  bool is_number(std::string_view column) const;             // the file holds it as a number: leading zeros may be lost
  void suggest(std::string_view column, std::string value);  // what a cell with a problem may have been meant to say
  void problem(std::string code, std::string_view column, std::string vi, std::string en);  // one per cell: the first
  void warning(std::string code, std::string_view column, std::string vi, std::string en);

 private:
  void suggest_numbers(std::string_view column, const std::string& value);
  std::string_view raw(std::string_view column) const;
  std::string where(std::string_view column) const;

  const Table& table_;
  const SheetRow& row_;
  Remarks& remarks_;
};

}  // namespace phien::exchange

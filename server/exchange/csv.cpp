#include "server/exchange/csv.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "shared/text.hpp"

namespace phien::exchange {

namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

char detect_delimiter(std::string_view text) {
  std::ptrdiff_t commas = 0, semicolons = 0;
  bool quoted = false;
  for (const char c : text.substr(0, kMaxColumns * kMaxCellBytes)) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    commas += c == ',';
    semicolons += c == ';';
  }
  return semicolons > commas ? ';' : ',';
}

class Parser {
 public:
  Parser(const std::string& name, std::string_view text, Findings& findings)
      : name_(name), text_(text), findings_(findings), delimiter_(detect_delimiter(text)) {}

  Sheet parse() {
    while (at_ < text_.size() && !stopped_) {
      const std::size_t row_line = line_;
      std::vector<std::string> cells = read_row(row_line);
      if (!stopped_) keep(row_line, std::move(cells));
    }
    if (out_.header.empty() && !stopped_)
      findings_.add("empty_file", name_, "tệp không có dòng tiêu đề", "the file has no header line");
    if (stopped_) out_.whole = false;
    return std::move(out_);
  }

 private:
  bool in_header() const { return out_.header.empty(); }

  std::string where(std::size_t row_line, std::size_t column) const {
    const bool named = column < out_.header.size() && !out_.header[column].empty();
    return place(name_, row_line, named ? out_.header[column] : std::to_string(column + 1));
  }

  std::vector<std::string> read_row(std::size_t row_line) {
    std::vector<std::string> cells;
    for (;;) {
      std::string raw;
      const bool more = read_cell(row_line, cells.size(), raw);
      if (stopped_) return {};
      if (cells.size() <= kMaxColumns) cells.push_back(checked(row_line, cells.size(), raw));
      if (!more) return cells;
    }
  }

  // Reads one cell and what ends it; true when the row goes on after it.
  bool read_cell(std::size_t row_line, std::size_t column, std::string& raw) {
    bool bad_quote = false;
    if (at_ < text_.size() && text_[at_] == '"') {
      ++at_;
      if (!read_quoted(row_line, column, raw)) return false;
    }
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n') {
      const char c = text_[at_++];
      if (c == '\r' && (at_ == text_.size() || text_[at_] == '\n')) break;  // CRLF
      // What follows a closing quote, or a quote inside an unquoted cell.
      bad_quote = bad_quote || c == '"' || was_quoted_;
      raw += c;
    }
    was_quoted_ = false;
    if (bad_quote) {
      findings_.add("bad_quote", where(row_line, column),
                    "dấu ngoặc kép đặt sai: cả ô phải nằm trong \"…\", dấu \" bên trong viết thành \"\"",
                    "misplaced quote: the whole cell goes into \"…\", a \" inside it is written \"\"");
      raw.clear();
    }
    if (at_ == text_.size()) return false;
    const bool more = text_[at_] == delimiter_;
    if (!more) ++line_;
    ++at_;
    return more;
  }

  bool read_quoted(std::size_t row_line, std::size_t column, std::string& raw) {
    for (;;) {
      if (at_ == text_.size()) {
        findings_.add("unterminated_quote", where(row_line, column), "dấu ngoặc kép mở ra mà không đóng lại",
                      "a quote is opened and never closed");
        stopped_ = true;
        return false;
      }
      const char c = text_[at_++];
      if (c == '"') {
        if (at_ == text_.size() || text_[at_] != '"') break;
        ++at_;
      }
      if (c == '\n') ++line_;
      raw += c;
    }
    was_quoted_ = true;
    return true;
  }

  std::string checked(std::size_t row_line, std::size_t column, const std::string& raw) {
    const auto refuse = [&](const char* code, const char* vi, const char* en) {
      findings_.add(code, where(row_line, column), vi, en);
      return std::string();
    };
    if (raw.size() > kMaxCellBytes) return refuse("too_long", "ô dài hơn 4 KiB", "the cell is longer than 4 KiB");
    if (raw.find('\0') != std::string::npos) return refuse("has_nul", "ô chứa ký tự NUL", "the cell holds a NUL character");
    if (!is_utf8(raw)) {
      return refuse("bad_utf8", "không phải UTF-8; hãy lưu tệp dạng “CSV UTF-8”", "not UTF-8; save the file as “CSV UTF-8”");
    }
    return std::string(trim_cell(raw));
  }

  void keep(std::size_t row_line, std::vector<std::string> cells) {
    if (std::all_of(cells.begin(), cells.end(), [](const std::string& c) { return c.empty(); })) return;
    if (in_header()) return keep_header(row_line, std::move(cells));
    if (cells.size() != out_.header.size()) {
      out_.whole = false;
      findings_.add("ragged_row", fmt::format("{}:{}", name_, row_line),
                    fmt::format("dòng có {} ô, tiêu đề có {}; chữ có dấu “{}” phải nằm trong \"…\"", said(cells.size()),
                                out_.header.size(), delimiter_),
                    fmt::format("the row has {} cells, the header {}; text with “{}” goes into \"…\"", said(cells.size()),
                                out_.header.size(), delimiter_));
      return;
    }
    if (out_.rows.size() == kMaxRows) {
      findings_.add("too_many_rows", fmt::format("{}:{}", name_, row_line), fmt::format("nhiều hơn {} dòng", kMaxRows),
                    fmt::format("more than {} rows", kMaxRows));
      stopped_ = true;
      return;
    }
    out_.rows.push_back({row_line, std::move(cells), {}});
  }

  static std::string said(std::size_t cells) {
    return cells > kMaxColumns ? fmt::format("> {}", kMaxColumns) : std::to_string(cells);
  }

  void keep_header(std::size_t row_line, std::vector<std::string> cells) {
    if (cells.size() > kMaxColumns) {
      findings_.add("too_many_columns", fmt::format("{}:{}", name_, row_line), fmt::format("nhiều hơn {} cột", kMaxColumns),
                    fmt::format("more than {} columns", kMaxColumns));
      stopped_ = true;
      return;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty() || std::find(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(i), cells[i]) ==
                                  cells.begin() + static_cast<std::ptrdiff_t>(i))
        continue;
      findings_.add("duplicate_column", place(name_, row_line, cells[i]), "tên cột này có hai lần",
                    "this column name is there twice");
    }
    out_.header_line = row_line;
    out_.header = std::move(cells);
  }

  const std::string& name_;
  std::string_view text_;
  Findings& findings_;
  char delimiter_;
  std::size_t at_ = 0, line_ = 1;
  bool stopped_ = false, was_quoted_ = false;
  Sheet out_;
};

// A sign, digits and at most one decimal separator: what a spreadsheet reads as a number and nothing else.
bool is_number(std::string_view s) {
  if (s.starts_with('-') || s.starts_with('+')) s.remove_prefix(1);
  bool digit = false, point = false;
  for (const char c : s) {
    if (c >= '0' && c <= '9')
      digit = true;
    else if ((c == '.' || c == ',') && digit && !point)
      point = true;
    else
      return false;
  }
  return digit;
}

}  // namespace

Sheet read_csv(const std::string& name, std::string_view text, Findings& findings) {
  const auto refuse = [&](const char* code, const char* vi, const char* en) {
    findings.add(code, name, vi, en);
    Sheet none;
    none.whole = false;
    return none;
  };
  if (text.size() > kMaxFileBytes) return refuse("too_long", "tệp lớn hơn 8 MiB", "the file is larger than 8 MiB");
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return refuse("bad_utf8", "tệp ở dạng UTF-16; hãy lưu lại dạng “CSV UTF-8”", "the file is UTF-16; save it as “CSV UTF-8”");
  }
  if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
  return Parser(name, text, findings).parse();
}

CsvWriter::CsvWriter(Bom bom, char delimiter) : out_(bom == Bom::yes ? kBom : ""), delimiter_(delimiter) {}

void CsvWriter::row(const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out_ += delimiter_;
    std::string cell = cells[i];
    if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos && !is_number(cell))
      cell.insert(0, 1, '\'');
    const bool quote = cell.find_first_of("\"\r\n") != std::string::npos || cell.find(delimiter_) != std::string::npos ||
                       cell.starts_with(' ') || cell.ends_with(' ');
    if (!quote) {
      out_ += cell;
      continue;
    }
    out_ += '"';
    for (const char c : cell) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    out_ += '"';
  }
  out_ += "\r\n";
}

}  // namespace phien::exchange

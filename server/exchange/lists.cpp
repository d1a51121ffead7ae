#include "server/exchange/lists.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "server/exchange/csv.hpp"
#include "server/exchange/import_tables.hpp"
#include "server/exchange/xlsx.hpp"

namespace phien::exchange {
namespace {

constexpr std::size_t kHeaderWithin = 15;    // lines: titles and notes may stand above it
constexpr std::size_t kLeastRecognised = 2;  // columns of a header

// One sheet of one file, its header not found yet.
struct Raw {
  std::string file, sheet;
  std::vector<SheetRow> rows;                            // the header's among them
  std::set<std::pair<std::size_t, std::size_t>> faults;  // (line, column)
  bool whole = true;
};

struct Reading {
  const ListRequest& request;
  ReadLists out;
  Findings of_files;  // where: the file
};

std::vector<std::string> dense(const std::map<std::size_t, XlsxCell>& cells) {
  std::vector<std::string> row(cells.empty() ? 0 : cells.rbegin()->first + 1);
  for (const auto& [column, cell] : cells) row[column] = cell.text;
  return row;
}

Raw raw_of(const std::string& file, const XlsxSheet& sheet) {
  Raw raw{file, sheet.name, {}, {}, true};
  for (const XlsxRow& row : sheet.rows) {
    SheetRow read{row.line, dense(row.cells), {}};
    for (const auto& [column, cell] : row.cells) {
      if (cell.number) read.numbers.insert(column);
      if (cell.fault) raw.faults.insert({row.line, column});
    }
    raw.rows.push_back(std::move(read));
  }
  return raw;
}

void read_file(const ListFile& file, Reading& reading, std::vector<Raw>& raws) {
  if (looks_like_xlsx(file.bytes) || file.name.ends_with(".xlsx") || file.name.ends_with(".xls")) {
    const auto sheets = read_xlsx(file.bytes);
    if (!sheets)
      return reading.of_files.add(sheets.problem().code, file.name, sheets.problem().what.vi, sheets.problem().what.en);
    for (const XlsxSheet& sheet : *sheets)
      if (!sheet.rows.empty()) raws.push_back(raw_of(file.name, sheet));
    return;
  }
  // A file of the time before Unicode is read as bytes; what they were meant as is asked cell by cell.
  const bool utf16 = file.bytes.starts_with("\xFF\xFE") || file.bytes.starts_with("\xFE\xFF");
  const std::string text = is_utf8(file.bytes) || utf16 ? file.bytes : from_latin1(file.bytes);
  Sheet sheet = read_csv(file.name, text, reading.of_files);
  if (sheet.header.empty()) return;
  Raw raw{file.name, "", {{sheet.header_line, std::move(sheet.header), {}}}, {}, sheet.whole};
  raw.rows.insert(raw.rows.end(), std::make_move_iterator(sheet.rows.begin()), std::make_move_iterator(sheet.rows.end()));
  raws.push_back(std::move(raw));
}

std::size_t recognised(const std::vector<ColumnMatch>& columns) {
  return static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(), [](const ColumnMatch& c) { return c.how != ColumnMatch::How::none; }));
}

bool is_title(const std::string& sheet, List list) {
  const auto key = search_key(sheet);
  return key && (*key == search_key(title_of(list).vi) || *key == search_key(title_of(list).en) || *key == name_of(list));
}

// Which list a sheet is, and in which of its rows the header stands: where the most columns are recognised.
struct Guess {
  std::optional<List> list;
  std::size_t row = 0;
};
Guess guess(const Raw& raw, const std::optional<List>& told) {
  Guess best;
  std::size_t most = 0;
  for (const List list : kLists) {
    if (told && *told != list) continue;
    const std::size_t by_name = is_title(raw.sheet, list) || raw.file.starts_with(name_of(list)) ? 2 : 0;
    for (std::size_t row = 0; row < std::min(raw.rows.size(), kHeaderWithin); ++row) {
      const std::size_t found = recognised(match_columns(list, raw.rows[row].cells));
      if (found < kLeastRecognised || found + by_name <= most) continue;
      most = found + by_name;
      best = {list, row};
    }
  }
  if (told && !best.list && !raw.rows.empty()) best = {told, 0};
  return best;
}

std::string text_at(const SheetRow& row, std::size_t column) {
  return column < row.cells.size() ? row.cells[column] : std::string();
}

// The sheet below its header, columns called as the program calls them, with a person's corrections.
Sheet sheet_of(Raw raw, const Guess& guessed, const ListRequest& request, FoundList& found) {
  const List list = *guessed.list;
  Sheet sheet;
  sheet.whole = raw.whole;
  SheetRow& head = raw.rows[guessed.row];
  std::size_t width = 0;
  for (std::size_t i = guessed.row; i < raw.rows.size(); ++i) width = std::max(width, raw.rows[i].cells.size());
  head.cells.resize(width);
  found.columns = match_columns(list, head.cells);
  for (const auto& [key, field] : request.columns) {
    if (key.first != list || key.second >= width) continue;
    for (ColumnMatch& other : found.columns)
      if (other.field == field) other = {other.column, other.header, "", ColumnMatch::How::none};
    found.columns[key.second].field = field;
    found.columns[key.second].how = ColumnMatch::How::given;
  }
  sheet.header_line = head.line;
  for (std::size_t c = 0; c < width; ++c)
    sheet.header.push_back(found.columns[c].field.empty() ? head.cells[c] : found.columns[c].field);
  for (std::size_t i = guessed.row + 1; i < raw.rows.size(); ++i) {
    SheetRow& row = raw.rows[i];
    row.cells.resize(width);
    for (std::size_t c = 0; c < width; ++c) {
      const auto corrected = request.corrections.find({list, row.line, c});
      if (corrected == request.corrections.end()) continue;
      row.cells[c] = std::string(trim_cell(corrected->second));
      row.numbers.erase(c);
    }
    sheet.rows.push_back(std::move(row));
  }
  std::erase_if(sheet.rows, [](const SheetRow& row) {
    return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& c) { return c.empty(); });
  });
  found.rows = sheet.rows.size();
  return sheet;
}

// The name under which a list's tables speak of places: "products.csv:14:price_vnd".
std::string table_name(List list) { return std::string(name_of(list)) + ".csv"; }

void note_faults(List list, const std::set<std::pair<std::size_t, std::size_t>>& faults, Sheet& sheet, Remarks& remarks) {
  for (SheetRow& row : sheet.rows)
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      if (!faults.contains({row.line, c})) continue;
      remarks.problems.add("cell_error", place(table_name(list), row.line, sheet.header[c]),
                           "ô có lỗi của bảng tính hoặc công thức chưa tính: " + row.cells[c],
                           "the cell holds an error of the spreadsheet, or a formula that was not computed: " + row.cells[c]);
      row.cells[c].clear();
    }
}

bool below_256(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0xC4; });
}

// Text of old fonts: listed with what it was meant as, or changed where a person has said so. One cell that tells is enough to
// change all of its sheet, for many of its letters look like others.
void treat_old_fonts(List list, ListRequest::OldFonts treat, Sheet& sheet, Remarks& remarks) {
  std::map<Legacy, std::size_t> seen;
  for (const SheetRow& row : sheet.rows)
    for (const std::string& cell : row.cells)
      if (const auto legacy = legacy_of(cell)) ++seen[*legacy];
  if (seen.empty() || treat == ListRequest::OldFonts::keep) return;
  const Legacy font = seen[Legacy::tcvn3] >= seen[Legacy::vni] ? Legacy::tcvn3 : Legacy::vni;
  for (SheetRow& row : sheet.rows)
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      std::string& cell = row.cells[c];
      if (treat == ListRequest::OldFonts::convert) {
        if (below_256(cell)) cell = from_legacy(cell, font);
      } else if (legacy_of(cell)) {
        const std::string where = place(table_name(list), row.line, sheet.header[c]);
        remarks.problems.add(
            "old_font", where,
            fmt::format("chữ phông cũ {}: “{}”", font == Legacy::vni ? "VNI" : "TCVN3", from_legacy(cell, font)),
            fmt::format("text of an old font ({}): “{}”", font == Legacy::vni ? "VNI" : "TCVN3", from_legacy(cell, font)));
        remarks.problems.suggest(where, from_legacy(cell, font));
      }
    }
}

// "products.csv:14:price_vnd" → the cell.
CellRemark at_cell(Problem problem, const Findings& findings, const std::map<List, Sheet>& sheets) {
  CellRemark remark;
  if (const auto found = findings.suggestions().find(problem.where); found != findings.suggestions().end())
    remark.suggestions = found->second;
  for (const auto& [list, sheet] : sheets) {
    const std::string table = table_name(list);
    if (!problem.where.starts_with(table)) continue;
    remark.list = list;
    std::string_view rest = std::string_view(problem.where).substr(table.size());
    if (!rest.starts_with(':')) break;
    rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), remark.line);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (!rest.starts_with(':')) break;
    rest.remove_prefix(1);
    const auto header = std::find(sheet.header.begin(), sheet.header.end(), rest);
    if (header == sheet.header.end()) break;
    remark.column = static_cast<std::size_t>(header - sheet.header.begin());
    remark.cell = column_letters(*remark.column) + std::to_string(remark.line);
    const auto row = std::find_if(sheet.rows.begin(), sheet.rows.end(), [&](const SheetRow& r) { return r.line == remark.line; });
    if (row != sheet.rows.end()) remark.value = text_at(*row, *remark.column);
    break;
  }
  remark.problem = std::move(problem);
  return remark;
}

void read_tables(const std::map<List, Sheet>& sheets, const catalogue::Catalogue& now, Imported& imported, Remarks& remarks) {
  imported.catalogue.fair = now.fair;
  const auto sheet = [&](List list) { return sheets.at(list); };
  bool all_known = true;
  if (sheets.contains(List::exhibitors)) all_known = read_exhibitors(sheet(List::exhibitors), imported, remarks);
  imported.catalogue.exhibitors.insert(now.exhibitors.begin(), now.exhibitors.end());
  if (sheets.contains(List::products))
    read_products(sheet(List::products), all_known, imported, remarks);
  else
    imported.catalogue.products = now.products;
  if (sheets.contains(List::cashiers)) read_cashiers(sheet(List::cashiers), all_known, imported, remarks);
}

}  // namespace

ReadLists read_lists(const ListRequest& request, const catalogue::Catalogue& now) {
  Reading reading{request, {}, {}};
  Remarks remarks;
  std::vector<Raw> raws;
  for (const ListFile& file : request.files) read_file(file, reading, raws);
  std::map<List, Sheet> sheets;
  for (Raw& raw : raws) {
    FoundList found;
    found.file = raw.file;
    found.sheet = raw.sheet;
    const auto told = request.sheets.find(raw.file + "/" + raw.sheet);
    const bool left_out = told != request.sheets.end() && !told->second;
    const Guess guessed = left_out ? Guess{} : guess(raw, told == request.sheets.end() ? std::nullopt : told->second);
    if (guessed.list && sheets.contains(*guessed.list)) {
      reading.of_files.add("list_twice", raw.file + "/" + raw.sheet, "danh sách này đã có ở một trang khác; hãy chọn một",
                           "this list is on another sheet too; choose one");
    } else if (guessed.list) {
      const List list = *guessed.list;
      found.list = list;
      found.header_line = raw.rows[guessed.row].line;
      auto faults = raw.faults;
      Sheet sheet = sheet_of(std::move(raw), guessed, request, found);
      for (const auto& [key, text] : request.corrections)
        if (std::get<0>(key) == list) faults.erase({std::get<1>(key), std::get<2>(key)});
      note_faults(list, faults, sheet, remarks);
      treat_old_fonts(list, request.old_fonts, sheet, remarks);
      sheets.emplace(list, std::move(sheet));
      reading.out.lists.insert(list);
    }
    reading.out.found.push_back(std::move(found));
  }
  if (sheets.empty() && reading.of_files.empty())
    reading.of_files.add("no_list", request.files.empty() ? "" : request.files.front().name,
                         "không nhận ra danh sách nào: thiếu dòng tiêu đề cột?",
                         "no list was recognised: is there a header line?");
  read_tables(sheets, now, reading.out.imported, remarks);
  for (Problem& problem : reading.of_files.list())
    reading.out.problems.push_back(at_cell(std::move(problem), reading.of_files, {}));
  for (Problem& problem : remarks.problems.list())
    reading.out.problems.push_back(at_cell(std::move(problem), remarks.problems, sheets));
  for (Problem& problem : remarks.warnings.list())
    reading.out.warnings.push_back(at_cell(std::move(problem), remarks.warnings, sheets));
  for (const CellRemark& remark : reading.out.problems) reading.out.imported.problems.push_back(remark.problem);
  return std::move(reading.out);
}

}  // namespace phien::exchange

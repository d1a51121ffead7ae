// The report as a workbook (libxlsxwriter): text is always text, never a formula; numbers are numbers.
#include <xlsxwriter.h>

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "server/exchange/report_files.hpp"
#include "server/exchange/workbook_file.hpp"

namespace phien::exchange {

namespace {

using ColumnType = report::Column::Type;

constexpr std::size_t kMaxSheetName = 31;     // Excel's limit, in characters
constexpr std::size_t kMaxCellText = 32'767;  // likewise; longer text is cut
constexpr double kLeastWidth = 8, kMostWidth = 60;
constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Excel allows no []:*?/\ in a sheet's name and none twice.
std::string sheet_name(const report::Table& table, Lang lang) {
  std::string name = table.title.in(lang);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::string_view("[]:*?/\\").find(c) != std::string_view::npos; }, '-');
  while (characters(name) > kMaxSheetName) {
    do name.pop_back();
    while (!name.empty() && !is_utf8(name));
  }
  return name;
}

class ReportBook {
 public:
  explicit ReportBook(const std::string& file) : book_(workbook_new(file.c_str())) {
    if (!book_) throw std::runtime_error("libxlsxwriter: out of memory");
    title_ = format([](lxw_format* f) {
      format_set_bold(f);
      format_set_font_size(f, 14);
    });
    header_ = format([](lxw_format* f) {
      format_set_bold(f);
      format_set_text_wrap(f);
      format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
      format_set_bottom(f, LXW_BORDER_THIN);
    });
    text_ = format([](lxw_format* f) { format_set_num_format(f, "@"); });
    whole_ = format([](lxw_format* f) { format_set_num_format(f, "#,##0"); });
    decimal_ = format([](lxw_format* f) { format_set_num_format(f, "#,##0.###"); });
  }
  ReportBook(const ReportBook&) = delete;
  ReportBook& operator=(const ReportBook&) = delete;
  ~ReportBook() {
    if (book_) lxw_workbook_free(book_);
  }

  void properties(const std::string& title) {
    std::string given = title.substr(0, truncate_utf8(title, 255).size());
    lxw_doc_properties properties{};
    properties.title = given.data();
    properties.created = kCreated;
    require(workbook_set_properties(book_, &properties));
  }

  void sheet(const report::Report& report, const report::Table& table, Lang lang) {
    lxw_worksheet* sheet = workbook_add_worksheet(book_, sheet_name(table, lang).c_str());
    if (!sheet) throw std::runtime_error("libxlsxwriter: no sheet " + table.key);
    put_text(sheet, 0, 0, table.title.in(lang) + " — " + report.fair_name, title_);
    const std::string edition = report.edition == 0
                                    ? (lang == Lang::vi ? "Số liệu tạm, phiên chưa chốt" : "Interim, the fair is not closed")
                                    : fmt::format("{} {}", lang == Lang::vi ? "Bản chốt số" : "Edition", report.edition);
    put_text(sheet, 1, 0, edition, nullptr);
    for (std::size_t c = 0; c < table.columns.size(); ++c) column(sheet, table, c, lang);
    const auto columns = static_cast<lxw_col_t>(table.columns.size());
    const auto rows = static_cast<lxw_row_t>(table.rows.size());
    worksheet_freeze_panes(sheet, kHeaderRow + 1, 0);
    if (columns > 0)
      require(worksheet_autofilter(sheet, kHeaderRow, 0, kHeaderRow + std::max<lxw_row_t>(rows, 1),
                                   static_cast<lxw_col_t>(columns - 1)));
    constexpr std::uint8_t kA4 = 9;
    worksheet_set_paper(sheet, kA4);
    worksheet_set_landscape(sheet);
    worksheet_fit_to_pages(sheet, 1, 0);  // one page wide, as many high as it takes
    require(worksheet_repeat_rows(sheet, kHeaderRow, kHeaderRow));
    require(worksheet_set_footer(sheet, "&L&A&R&P / &N"));
  }

  void close() {
    lxw_workbook* book = book_;
    book_ = nullptr;  // workbook_close() frees it, whatever comes of it
    require(workbook_close(book));
  }

 private:
  static constexpr lxw_row_t kHeaderRow = 3;

  template <class Set>
  lxw_format* format(Set set) {
    lxw_format* made = workbook_add_format(book_);
    if (!made) throw std::runtime_error("libxlsxwriter: out of memory");
    set(made);
    return made;
  }

  void put_text(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const std::string& text, lxw_format* with) {
    const std::string fits(truncate_utf8(text, kMaxCellText));
    require(worksheet_write_string(sheet, row, column, fits.c_str(), with));
  }

  void column(lxw_worksheet* sheet, const report::Table& table, std::size_t index, Lang lang) {
    const auto& head = table.columns[index];
    const auto at = static_cast<lxw_col_t>(index);
    put_text(sheet, kHeaderRow, at, head.title.in(lang), header_);
    std::size_t widest = characters(head.title.in(lang));
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      const auto row = static_cast<lxw_row_t>(kHeaderRow + 1 + r);
      widest = std::max(widest, cell(sheet, row, at, table.rows[r][index], head.type));
    }
    const double width = std::clamp(static_cast<double>(widest) + 2, kLeastWidth, kMostWidth);
    require(worksheet_set_column(sheet, at, at, width, nullptr));
  }

  // Returns about how many characters it shows.
  std::size_t cell(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const nlohmann::json& value, ColumnType type) {
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      put_text(sheet, row, column, text, text_);
      return characters(text);
    }
    const auto number = value.get<std::int64_t>();
    const bool decimal = type == ColumnType::quantity && number % kOne != 0;
    // A double holds these integers exactly; n/1000 is then the nearest double to the decimal, which is what a spreadsheet stores
    // for it.
    if (number > kExactInDouble || number < -kExactInDouble) {
      put_text(sheet, row, column, std::to_string(number), text_);
      return 20;
    }
    const double shown =
        type == ColumnType::quantity ? static_cast<double>(number) / static_cast<double>(kOne) : static_cast<double>(number);
    require(worksheet_write_number(sheet, row, column, shown, decimal ? decimal_ : whole_));
    const auto digits = std::to_string(number).size();
    return digits + digits / 3;
  }

  lxw_workbook* book_;
  lxw_format *title_ = nullptr, *header_ = nullptr, *text_ = nullptr, *whole_ = nullptr, *decimal_ = nullptr;
};

}  // namespace

std::string to_xlsx(const report::Report& report, Lang lang) {
  const TemporaryWorkbook folder;
  ReportBook book(folder.file());
  book.properties(report.fair_name);
  for (const auto& table : report.tables) book.sheet(report, table, lang);
  book.close();
  return folder.read_back();
}

}  // namespace phien::exchange

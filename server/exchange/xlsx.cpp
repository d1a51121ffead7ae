#include "server/exchange/xlsx.hpp"

#include <expat.h>
#include <zip.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "server/exchange/xlsx_numbers.hpp"

namespace phien::exchange {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kChunk = 64 * 1024;
constexpr char kNamespaceEnd = '|';

// Thrown inside this file alone: the workbook is not read any further.
struct Stop {
  Problem problem;
};
[[noreturn]] void stop(const char* code, Message what) { throw Stop{{code, "", std::move(what)}}; }
[[noreturn]] void damaged() {
  stop("damaged_xlsx", {"tệp Excel hỏng hoặc không đúng dạng", "the workbook is damaged, or not what it says it is"});
}

using Attributes = std::map<std::string, std::string, std::less<>>;

// What one kind of part makes of its XML. Names are without their namespace.
struct Reader {
  virtual ~Reader() = default;
  virtual void begin(std::string_view name, const Attributes& attributes) = 0;
  virtual void text(std::string_view) {}
  virtual void end(std::string_view) {}
};

// ---- XML --------------------------------------------------------------------------------------------------------------

class Xml {
 public:
  explicit Xml(Reader& reader) : reader_(reader), parser_(XML_ParserCreateNS(nullptr, kNamespaceEnd), XML_ParserFree) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), on_begin, on_end);
    XML_SetCharacterDataHandler(parser_.get(), on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), on_doctype);
  }
  void feed(std::string_view bytes, bool last) {
    const auto status = XML_Parse(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), last);
    if (stopped_) throw *stopped_;
    if (status != XML_STATUS_OK) damaged();
  }

 private:
  static std::string_view local(const char* name) {
    const std::string_view whole(name);
    const auto at = whole.rfind(kNamespaceEnd);
    return at == std::string_view::npos ? whole : whole.substr(at + 1);
  }
  // No exception may pass through a C library.
  template <class Work>
  void guarded(Work work) {
    if (stopped_) return;
    try {
      work();
    } catch (const Stop& s) {
      stopped_ = s;
      XML_StopParser(parser_.get(), XML_FALSE);
    }
  }
  static void on_begin(void* self, const char* name, const char** attributes) {
    Xml& xml = *static_cast<Xml*>(self);
    xml.guarded([&] {
      if (++xml.depth_ > kMaxDepth) damaged();
      Attributes read;
      for (; *attributes; attributes += 2) read.emplace(local(attributes[0]), attributes[1]);
      xml.reader_.begin(local(name), read);
    });
  }
  static void on_end(void* self, const char* name) {
    Xml& xml = *static_cast<Xml*>(self);
    xml.guarded([&] {
      --xml.depth_;
      xml.reader_.end(local(name));
    });
  }
  static void on_text(void* self, const char* text, int size) {
    Xml& xml = *static_cast<Xml*>(self);
    xml.guarded([&] { xml.reader_.text({text, static_cast<std::size_t>(size)}); });
  }
  static void on_doctype(void* self, const char*, const char*, const char*, int) {
    static_cast<Xml*>(self)->guarded([] { damaged(); });  // entities come with it
  }

  Reader& reader_;
  std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser_;
  int depth_ = 0;
  std::optional<Stop> stopped_;
};

// ---- ZIP --------------------------------------------------------------------------------------------------------------

class Zip {
 public:
  explicit Zip(std::string_view bytes) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source) zip_ = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (source && !zip_) zip_source_free(source);
    zip_error_fini(&error);
    if (!zip_) damaged();
    if (zip_get_num_entries(zip_, 0) > static_cast<zip_int64_t>(kMaxZipEntries)) too_long();
  }
  Zip(const Zip&) = delete;
  Zip& operator=(const Zip&) = delete;
  ~Zip() {
    if (zip_) zip_discard(zip_);
  }

  // Reads a part through `reader`; false when there is none of that name. What it unpacks to is counted as it comes: what the
  // directory of the file says of sizes is only said.
  bool read(const std::string& name, Reader& reader) {
    std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(zip_, name.c_str(), 0), zip_fclose);
    if (!file && zip_error_code_zip(zip_get_error(zip_)) == ZIP_ER_NOENT) return false;
    if (!file) damaged();
    Xml xml(reader);
    std::string chunk(kChunk, '\0');
    for (;;) {
      const zip_int64_t got = zip_fread(file.get(), chunk.data(), chunk.size());
      if (got < 0) damaged();
      unpacked_ += static_cast<std::size_t>(got);
      if (unpacked_ > kMaxUnpacked) too_long();
      xml.feed(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)), got == 0);
      if (got == 0) return true;
    }
  }

 private:
  [[noreturn]] static void too_long() {
    stop("too_long", {"tệp Excel quá lớn khi giải nén (tối đa 64 MiB)", "the workbook unpacks to more than 64 MiB"});
  }
  zip_t* zip_ = nullptr;
  std::size_t unpacked_ = 0;
};

// ---- the parts of a workbook --------------------------------------------------------------------------------------------

std::string attribute(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

std::size_t number_of(std::string_view text, std::size_t most) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > most) damaged();
  return number;
}

struct BookReader : Reader {
  struct Listed {
    std::string name, relation;
  };
  std::vector<Listed> sheets;
  bool from_1904 = false;
  void begin(std::string_view name, const Attributes& a) override {
    if (name == "workbookPr") from_1904 = attribute(a, "date1904") == "1" || attribute(a, "date1904") == "true";
    if (name != "sheet") return;
    const std::string state = attribute(a, "state");
    if (state == "hidden" || state == "veryHidden") return;
    if (sheets.size() == kMaxSheets)
      stop("too_long", {"có quá nhiều trang tính (tối đa 20)", "there are too many sheets (at most 20)"});
    sheets.push_back({attribute(a, "name"), attribute(a, "id")});
  }
};

struct RelationsReader : Reader {
  std::map<std::string, std::string> targets;
  void begin(std::string_view name, const Attributes& a) override {
    if (name == "Relationship" && attribute(a, "TargetMode") != "External") targets[attribute(a, "Id")] = attribute(a, "Target");
  }
};

// Texts, each once: rich text is put together, and how a word is pronounced is passed over.
struct TextsReader : Reader {
  std::vector<std::string> texts;
  void begin(std::string_view name, const Attributes&) override {
    if (name == "si") {
      if (texts.size() == kMaxSharedTexts) stop("too_long", {"tệp Excel có quá nhiều chữ", "the workbook holds too many texts"});
      texts.emplace_back();
    }
    if (name == "rPh") ++pronounced_;
    in_text_ = name == "t" && pronounced_ == 0;
  }
  void text(std::string_view part) override {
    if (in_text_ && !texts.empty()) texts.back() += part;
  }
  void end(std::string_view name) override {
    if (name == "rPh") --pronounced_;
    in_text_ = false;
  }

 private:
  bool in_text_ = false;
  int pronounced_ = 0;
};

// Which number format each cell style has.
struct StylesReader : Reader {
  std::map<std::size_t, std::string> codes;
  std::vector<NumberFormat> styles;
  void begin(std::string_view name, const Attributes& a) override {
    if (name == "numFmt") codes[number_of(attribute(a, "numFmtId"), 1'000'000)] = attribute(a, "formatCode");
    if (name == "cellXfs") in_cells_ = true;
    if (name != "xf" || !in_cells_) return;
    const std::string id = attribute(a, "numFmtId");
    const std::size_t number = id.empty() ? 0 : number_of(id, 1'000'000);
    const auto code = codes.find(number);
    styles.push_back(number_format(number, code == codes.end() ? std::string_view() : std::string_view(code->second)));
  }
  void end(std::string_view name) override {
    if (name == "cellXfs") in_cells_ = false;
  }

 private:
  bool in_cells_ = false;
};

// "D14" → column 3; rows are told by their own element.
std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0, letters = 0;
  while (letters < reference.size() && letters < 4 && reference[letters] >= 'A' && reference[letters] <= 'Z')
    column = column * 26 + static_cast<std::size_t>(reference[letters++] - 'A' + 1);
  if (letters == 0 || letters == 4) return std::nullopt;
  return column - 1;
}

class SheetReader : public Reader {
 public:
  SheetReader(XlsxSheet& into, const std::vector<std::string>& texts, const std::vector<NumberFormat>& styles, bool from_1904)
      : into_(into), texts_(texts), styles_(styles), from_1904_(from_1904) {}

  void begin(std::string_view name, const Attributes& a) override {
    if (name == "row") {
      const std::string line = attribute(a, "r");
      line_ = line.empty() ? line_ + 1 : number_of(line, 1'048'576);
      column_ = 0;
      row_.clear();
    } else if (name == "c") {
      const std::string reference = attribute(a, "r");
      if (!reference.empty()) column_ = column_of(reference).value_or(column_);
      type_ = attribute(a, "t");
      const std::string style = attribute(a, "s");
      style_ = style.empty() ? 0 : number_of(style, 1'000'000);
      value_.clear();
      formula_ = false;
    } else if (name == "f") {
      formula_ = true;
    }
    in_value_ = name == "v" || (name == "t" && type_ == "inlineStr");
  }
  void text(std::string_view part) override {
    if (!in_value_) return;
    if (value_.size() + part.size() > kMaxCellBytes * 2) stop("too_long", {"có ô dài hơn 4 KiB", "a cell is longer than 4 KiB"});
    value_ += part;
  }
  void end(std::string_view name) override {
    in_value_ = false;
    if (name == "c") {
      keep(read());
      ++column_;
    }
    if (name != "row" || row_.empty()) return;
    if (into_.rows.size() > kMaxRows)
      stop("too_many_rows", {fmt::format("trang “{}” có nhiều hơn {} dòng", into_.name, kMaxRows),
                             fmt::format("sheet “{}” has more than {} rows", into_.name, kMaxRows)});
    into_.rows.push_back({line_, std::move(row_)});
    row_.clear();
  }

 private:
  XlsxCell read() const {
    XlsxCell cell;
    if (type_ == "e" || (formula_ && value_.empty() && type_ != "str")) {
      cell.text = type_ == "e" ? value_ : "=";
      cell.fault = true;
    } else if (type_ == "s") {
      const std::size_t index = number_of(value_, kMaxSharedTexts);
      if (index >= texts_.size()) damaged();
      cell.text = texts_[index];
    } else if (type_ == "str" || type_ == "inlineStr" || type_ == "d") {
      cell.text = type_ == "d" ? value_.substr(0, 10) : value_;
    } else if (type_ == "b") {
      cell.text = value_;
    } else if (!value_.empty()) {
      const auto shown = shown_number(value_, style_ < styles_.size() ? styles_[style_] : NumberFormat{}, from_1904_);
      if (!shown) damaged();
      cell.text = shown->text;
      cell.number = shown->plain;
    }
    cell.text = std::string(trim_cell(cell.text));
    return cell;
  }
  void keep(XlsxCell cell) {
    if (cell.text.empty()) return;
    if (column_ >= kMaxColumns)
      stop("too_many_columns",
           {fmt::format("ô {}{} nằm ngoài {} cột đầu", column_letters(column_), line_, kMaxColumns),
            fmt::format("cell {}{} is beyond the first {} columns", column_letters(column_), line_, kMaxColumns)});
    row_[column_] = std::move(cell);
  }

  XlsxSheet& into_;
  const std::vector<std::string>& texts_;
  const std::vector<NumberFormat>& styles_;
  bool from_1904_;
  std::size_t line_ = 0, column_ = 0, style_ = 0;
  std::map<std::size_t, XlsxCell> row_;
  std::string type_, value_;
  bool formula_ = false, in_value_ = false;
};

// A target is named from xl/, or from the root when it begins with '/'.
std::string part_name(const std::string& target) { return target.starts_with('/') ? target.substr(1) : "xl/" + target; }

std::vector<XlsxSheet> read_book(std::string_view bytes) {
  Zip zip(bytes);
  BookReader book;
  RelationsReader relations;
  if (!zip.read("xl/workbook.xml", book) || !zip.read("xl/_rels/workbook.xml.rels", relations))
    stop("not_xlsx", {"không phải tệp Excel (.xlsx)", "this is not an Excel workbook (.xlsx)"});
  TextsReader texts;
  StylesReader styles;
  zip.read("xl/sharedStrings.xml", texts);
  zip.read("xl/styles.xml", styles);
  std::vector<XlsxSheet> sheets;
  for (const auto& listed : book.sheets) {
    const auto target = relations.targets.find(listed.relation);
    if (target == relations.targets.end() || target->second.find("worksheets") == std::string::npos) continue;  // a chart
    XlsxSheet sheet;
    sheet.name = listed.name;
    SheetReader reader(sheet, texts.texts, styles.styles, book.from_1904);
    if (!zip.read(part_name(target->second), reader)) damaged();
    sheets.push_back(std::move(sheet));
  }
  return sheets;
}

}  // namespace

bool looks_like_xlsx(std::string_view bytes) { return bytes.starts_with("PK\x03\x04"); }

std::string column_letters(std::size_t column) {
  std::string letters;
  for (++column; column > 0; column = (column - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
  return letters;
}

Result<std::vector<XlsxSheet>> read_xlsx(std::string_view bytes) {
  if (bytes.size() > kMaxFileBytes) return Problem{"too_long", "", {"tệp lớn hơn 8 MiB", "the file is larger than 8 MiB"}};
  // An old .xls, and a workbook with a password, are of the same older kind of file.
  if (bytes.starts_with("\xD0\xCF\x11\xE0"))
    return Problem{"encrypted_xlsx",
                   "",
                   {"tệp .xls cũ hoặc có mật khẩu; hãy lưu lại dạng .xlsx không mật khẩu",
                    "an old .xls file, or one with a password; save it as .xlsx without one"}};
  if (!looks_like_xlsx(bytes))
    return Problem{"not_xlsx", "", {"không phải tệp Excel (.xlsx)", "this is not an Excel workbook (.xlsx)"}};
  try {
    return read_book(bytes);
  } catch (const Stop& s) {
    return s.problem;
  }
}

}  // namespace phien::exchange

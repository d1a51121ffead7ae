// Lists as people have them: what a header means, what an old font meant, and what a spreadsheet shows for a number.
#include <doctest/doctest.h>

#include <set>

#include "server/exchange/columns.hpp"
#include "server/exchange/legacy.hpp"
#include "server/exchange/xlsx.hpp"
#include "server/exchange/xlsx_numbers.hpp"

using namespace phien;
using namespace phien::exchange;

namespace {

std::vector<std::string> fields_of(List list, const std::vector<std::string>& header) {
  std::vector<std::string> fields;
  for (const auto& match : match_columns(list, header)) fields.push_back(match.field);
  return fields;
}
using Strings = std::vector<std::string>;

std::string shown(const char* value, std::size_t id, const char* code = "") {
  const auto number = shown_number(value, number_format(id, code), false);
  return number ? number->text + (number->plain ? " plain" : "") : "none";
}

}  // namespace

TEST_CASE("every name of every column means that column, in either language and as the program calls it") {
  for (const List list : kLists) {
    Strings vi, en, own, expected;
    for (const ColumnName& column : columns_of(list)) {
      vi.push_back(column.title.vi);
      en.push_back(column.title.en);
      own.emplace_back(column.field);
      expected.emplace_back(column.field);
    }
    CHECK(fields_of(list, vi) == expected);
    CHECK(fields_of(list, en) == expected);
    CHECK(fields_of(list, own) == expected);
    CHECK(std::set<std::string>(expected.begin(), expected.end()).size() == expected.size());
  }
}

TEST_CASE("headers as people type them") {
  struct Row {
    const char* header;
    const char* field;
  };
  for (const Row& row : {Row{"GIÁ BÁN", "price_vnd"}, Row{"gia ban le", "price_vnd"}, Row{"Đơn giá (VNĐ)", "price_vnd"},
                         Row{"Mã vạch sản phẩm", "barcode"}, Row{"ma vach", "barcode"}, Row{"ĐVT", "unit"},
                         Row{"Tên sản phẩn", "name"}, Row{"Tồn đầu kì", "opening_stock"}, Row{"Số lượng", "opening_stock"},
                         Row{"Ghi chú của tôi", ""}, Row{"", ""}, Row{"x", ""}})
    CHECK_MESSAGE(fields_of(List::products, {row.header}) == Strings{row.field}, row.header);
}

TEST_CASE("a column is used once, by the header that is surest of it") {
  CHECK(fields_of(List::products, {"Giá bán lẻ tại quầy", "price_vnd"}) == Strings{"", "price_vnd"});
  CHECK(fields_of(List::products, {"Mã sản phẩm", "Mã đơn vị"}) == Strings{"sku", "exhibitor_id"});
}

TEST_CASE("text of old fonts is recognised and read; text that is what it looks like is left alone") {
  struct Row {
    const char* typed;
    Legacy font;
    const char* meant;
  };
  for (const Row& row :
       {Row{"Th¹ch ®en", Legacy::tcvn3, "Thạch đen"}, Row{"H¹t dÎ Trïng Kh¸nh", Legacy::tcvn3, "Hạt dẻ Trùng Khánh"},
        Row{"Cµ phª", Legacy::tcvn3, "Cà phê"}, Row{"§­êng phªn", Legacy::tcvn3, "Đường phên"},
        Row{"Thaïch ñen", Legacy::vni, "Thạch đen"}, Row{"Haït deû Truøng Khaùnh", Legacy::vni, "Hạt dẻ Trùng Khánh"},
        Row{"Ñöôøng pheân", Legacy::vni, "Đường phên"}}) {
    CHECK_MESSAGE(legacy_of(row.typed) == row.font, row.typed);
    CHECK(from_legacy(row.typed, row.font) == row.meant);
  }
  for (const char* whole : {"", "Thach den", "Thạch đen", "Bánh khảo", "toán hoà bé cà", "Café Crème", "Brand® 50 g", "Trà ½ kg",
                            "9 m²", "Rượu 29°", "«Cao Bằng»", "© 2025", "50 ± 2 g", "Miến dong Phia Đén"})
    CHECK_MESSAGE(!legacy_of(whole), whole);
  CHECK(from_latin1("Th\xB9"
                    "ch") == "Th¹ch");
}

TEST_CASE("what a spreadsheet shows for a number") {
  CHECK(shown("25000", 0) == "25000 plain");
  CHECK(shown("8.930000000019E12", 0) == "8930000000019 plain");
  CHECK(shown("0.30000000000000004", 0) == "0.3 plain");
  CHECK(shown("1.125", 0) == "1.125 plain");
  CHECK(shown("-5", 0) == "-5 plain");
  CHECK(shown("12345678905", 164, "0000000000000") == "0012345678905");
  CHECK(shown("25000", 164, "#,##0\\ \"đ\"") == "25000 plain");
  CHECK(shown("25000", 164, "#,##0\\ [$₫-42A]") == "25000 plain");
  CHECK(shown("0.08", 9) == "8%");
  CHECK(shown("46053", 14) == "2026-01-31");
  CHECK(shown("46053.75", 164, "dd/mm/yyyy hh:mm") == "2026-01-31");
  CHECK(shown("1", 14) == "1900-01-01");
  CHECK(shown("61", 14) == "1900-03-01");
  CHECK(shown("2958465", 14) == "9999-12-31");
  CHECK(shown("2958466", 14) == "2958466 plain");
  for (const char* odd : {"", "x", "1x", "nan", "inf", "1e999"}) CHECK_MESSAGE(shown(odd, 0) == "none", odd);
}

TEST_CASE("columns of a spreadsheet by their letters") {
  CHECK(column_letters(0) == "A");
  CHECK(column_letters(25) == "Z");
  CHECK(column_letters(26) == "AA");
  CHECK(column_letters(701) == "ZZ");
  CHECK(column_letters(702) == "AAA");
}

TEST_CASE("bytes that are no workbook are refused, whatever they are") {
  for (const std::string& bytes :
       {std::string(), std::string("PK\x03\x04"), std::string("PK\x03\x04") + std::string(4'096, '\0'),
        std::string("\xD0\xCF\x11\xE0"), std::string(kMaxFileBytes + 1, 'x'), std::string("name,price\n")})
    CHECK_FALSE(read_xlsx(bytes).ok());
}

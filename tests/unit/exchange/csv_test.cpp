// The form of lists: limits, CSV itself, and what is only warned of.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "server/exchange/csv.hpp"
#include "tests/unit/exchange/lists.hpp"

using namespace phien;
using namespace phien::exchange;

TEST_CASE("I10: files, rows, columns and problems have limits, and what happens at them is said") {
  Files files = lists::good();
  files.products.assign(kMaxFileBytes + 1, 'x');
  CHECK(lists::listed(read_catalogue(files).problems) == "products.csv too_long; ");

  files.products = "sku,exhibitor_id,name,unit,price_vnd,vat_code\n";
  for (std::size_t i = 0; i < kMaxRows; ++i) files.products += "P" + std::to_string(i) + ",EX01,Trà,hộp,1000,8\n";
  CHECK(read_catalogue(files).ok());
  CHECK(read_catalogue(files).catalogue.products.size() == kMaxRows);
  CHECK(lists::listed(read_catalogue({files.fair, files.exhibitors, files.products + "Q,EX01,Trà,hộp,1000,8\n", {}}).problems) ==
        "products.csv:20002 too_many_rows; ");

  std::string bad = "sku,exhibitor_id,name,unit,price_vnd,vat_code\n";
  for (std::size_t i = 0; i < kMaxProblems + 234; ++i) bad += "P" + std::to_string(i) + ",EX01,Trà,hộp,x,8\n";
  files.products = bad;
  const auto problems = read_catalogue(files).problems;
  REQUIRE(problems.size() == kMaxProblems + 1);
  CHECK(problems.back().code == "too_many_problems");
  CHECK(problems.back().what.vi == "… và 234 chỗ nữa");

  std::string wide = "sku";
  for (std::size_t i = 1; i < kMaxColumns; ++i) wide += ",c" + std::to_string(i);
  Findings fits, beyond;
  CHECK(read_csv("x.csv", wide + "\n", fits).header.size() == kMaxColumns);
  CHECK(fits.empty());
  CHECK(read_csv("x.csv", wide + ",more\n", beyond).header.empty());
  REQUIRE(beyond.list().size() == 1);
  CHECK(beyond.list()[0].code == "too_many_columns");

  Findings longest;
  CHECK(read_csv("x.csv", "a\n" + std::string(kMaxCellBytes, 'x') + "\n", longest).rows.at(0).cells[0].size() == kMaxCellBytes);
  CHECK(longest.empty());
  files = lists::good();
  files.fair.assign(70'000, ' ');
  CHECK(read_catalogue(files).problems.front().code == "too_long");
}

TEST_CASE("files that are no lists at all") {
  for (const std::string& text : {std::string(), std::string("\n\n"), std::string("\xEF\xBB\xBF"), std::string(",,,\n,,\n")}) {
    Findings findings;
    CHECK(read_csv("x.csv", text, findings).header.empty());
    REQUIRE(findings.list().size() == 1);
    CHECK(findings.list()[0].code == "empty_file");
    CHECK(findings.list()[0].where == "x.csv");
  }
  for (const std::string& text :
       {std::string("\xFF\xFEs\0k\0u\0", 8), std::string("\xFE\xFF\0s\0k\0u", 8)}) {  // “Unicode text” of a spreadsheet
    Findings findings;
    CHECK(read_csv("x.csv", text, findings).header.empty());
    REQUIRE(findings.list().size() == 1);
    CHECK(findings.list()[0].code == "bad_utf8");
  }
  Files none;
  CHECK(lists::listed(read_catalogue(none).problems) ==
        "fair.json:1:1 bad_json; exhibitors.csv empty_file; products.csv empty_file; ");
  Files no_exhibitor = lists::good();
  no_exhibitor.exhibitors.resize(no_exhibitor.exhibitors.find('\n') + 1);
  CHECK(read_catalogue(no_exhibitor).problems.front().code == "empty_file");
}

TEST_CASE("unknown columns and fields, and what ends before the fair does, are warned of and hinder nothing") {
  Files files = lists::good();
  files.fair.insert(1, "\"slogan\":\"x\",");
  files.products.replace(files.products.find(",is_sample"), 10, ",mau");
  files.products.replace(files.products.find("2025-07-29"), 10, "2025-05-16");
  files.products.replace(files.products.find(",4,2026-12-31"), 13, ",4,2025-05-18");
  files.products.replace(files.products.find("Thực phẩm"), std::string("Thực phẩm").size(), "Đồ chơi");
  files.products.replace(files.products.find(",20000,24,"), 10, ",30000,,");
  const auto imported = read_catalogue(files);
  CHECK_MESSAGE(imported.ok(), lists::listed(imported.problems));
  CHECK(
      lists::listed(imported.warnings) ==
      "fair.json:slogan unknown_field; products.csv:1:mau unknown_column; products.csv:2:wholesale_min_qty no_wholesale_minimum; "
      "products.csv:2:wholesale_price_vnd wholesale_above_price; products.csv:2:ocop_group unknown_group; "
      "products.csv:2:exp_date expires_early; products.csv:2:ocop_valid_to ocop_ends_early; ");
}

TEST_CASE("CSV as RFC 4180 has it") {
  Findings findings;
  const auto csv = read_csv("x.csv",
                            "\xEF\xBB\xBF"
                            "a;b,c;d\r\n\"x;\"\"y\"\"\";\"two\r\nlines\";\r\n;; z \r\n",
                            findings);
  CHECK(findings.empty());
  CHECK(csv.header == std::vector<std::string>{"a", "b,c", "d"});
  REQUIRE(csv.rows.size() == 2);
  CHECK(csv.rows[0].cells == std::vector<std::string>{"x;\"y\"", "two\r\nlines", ""});
  CHECK(csv.rows[0].line == 2);
  CHECK(csv.rows[1].cells == std::vector<std::string>{"", "", "z"});
  CHECK(csv.rows[1].line == 4);  // lines are those of the file
}

TEST_CASE("what is written is read back, and no cell runs as a formula") {
  CsvWriter writer;
  writer.row({"cột", "a,b", "nói \"vâng\"", "hai\ndòng"});
  writer.row({"=1+1", "+84 90", "-5", "@SUM(A1)"});
  writer.row({"-1+2", "+5", "-1,25", "=cmd|' /C calc'!A0"});
  const std::string text = writer.take();
  CHECK(text.starts_with("\xEF\xBB\xBF"));
  Findings findings;
  const auto back = read_csv("x.csv", text, findings);
  CHECK(findings.empty());
  CHECK(back.header == std::vector<std::string>{"cột", "a,b", "nói \"vâng\"", "hai\ndòng"});
  REQUIRE(back.rows.size() == 2);
  CHECK(back.rows[0].cells == std::vector<std::string>{"'=1+1", "'+84 90", "-5", "'@SUM(A1)"});
  CHECK(back.rows[1].cells == std::vector<std::string>{"'-1+2", "+5", "-1,25", "'=cmd|' /C calc'!A0"});
  CsvWriter plain(CsvWriter::Bom::no, ';');
  plain.row({"a;b", "1"});
  CHECK(plain.take() == "\"a;b\";1\r\n");
}

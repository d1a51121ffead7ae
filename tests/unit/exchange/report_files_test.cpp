#include "server/exchange/report_files.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "server/exchange/csv.hpp"
#include "shared/bytes.hpp"

using namespace phien;
using namespace phien::exchange;
using report::Column;

namespace {

report::Report sample() {
  report::Report r;
  r.fair_name = "Phiên thử & <nghiệm>";
  r.edition = 2;
  r.tables.push_back({"stock",
                      {"Nhập, xuất: tồn/kho [rất dài nên phải cắt bớt tên đi]", "Stock"},
                      {{"name", {"Tên", "Name"}, Column::Type::text},
                       {"closing", {"Tồn", "Closing"}, Column::Type::quantity},
                       {"net", {"Doanh thu", "Net"}, Column::Type::dong},
                       {"n", {"Số", "Count"}, Column::Type::count}},
                      {{"=1+1", -1'250, 1'234'567'890'123, 3}, {"Trà \"Kolia\", hộp", 2'000, -5, 0}, {"", 5, 0, 0}}});
  r.tables.push_back({"empty", {"Trống", "Empty"}, {{"x", {"X", "X"}, Column::Type::text}}, {}});
  return r;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("phien-report-" + random_hex(8));
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("CSV of a table: BOM, plain numbers, quantities as decimals, text that runs nothing") {
  const std::string csv = to_csv(sample().tables[0], Lang::vi);
  CHECK(csv ==
        "\xEF\xBB\xBF"
        "Tên,Tồn,Doanh thu,Số\r\n'=1+1,-1.25,1234567890123,3\r\n\"Trà \"\"Kolia\"\", hộp\",2,-5,0\r\n,0.005,0,0\r\n");
  CHECK(to_csv(sample().tables[1], Lang::en) == "\xEF\xBB\xBFX\r\n");
}

TEST_CASE("the same report gives the same bytes in every form") {
  CHECK(to_json_text(sample()) == to_json_text(sample()));
  const std::string xlsx = to_xlsx(sample(), Lang::vi);
  CHECK(xlsx.starts_with("PK"));
  CHECK(to_xlsx(sample(), Lang::vi) == xlsx);
  CHECK(to_xlsx(sample(), Lang::en) != xlsx);
}

TEST_CASE("a file is written whole, beside nothing left over, and written again over itself") {
  const Folder folder;
  std::filesystem::create_directories(folder.path);
  write_file(folder.path / "bao-cao.xlsx", "old and longer");
  write_file(folder.path / "bao-cao.xlsx", "new");
  CHECK(read(folder.path / "bao-cao.xlsx") == "new");
  const auto files = std::distance(std::filesystem::directory_iterator(folder.path), {});
  CHECK(files == 1);
}

TEST_CASE("a file that cannot be put in place leaves what was there, and nothing half written") {
  const Folder folder;
  std::filesystem::create_directories(folder.path / "taken");
  std::ofstream(folder.path / "taken/inside") << "x";
  CHECK_THROWS_AS(write_file(folder.path / "taken", "new"), std::system_error);  // a folder that is not empty stands there
  CHECK_THROWS_AS(write_file(folder.path / "missing/file", "new"), std::system_error);
  CHECK(read(folder.path / "taken/inside") == "x");
  const auto files = std::distance(std::filesystem::directory_iterator(folder.path), {});
  CHECK(files == 1);
}

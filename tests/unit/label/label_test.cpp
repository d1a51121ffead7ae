#include "shared/label/label.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

using namespace phien;
using label::Element;

namespace {

catalogue::Catalogue fair() {
  catalogue::Catalogue all;
  all.fair.name = "Tuần hàng Cao Bằng (Mẫu)";
  all.fair.is_sample = true;
  auto& exhibitor = all.exhibitors["EX01"];
  exhibitor.id = "EX01";
  exhibitor.name = "HTX Hoa Thạch (Mẫu)";
  exhibitor.short_name = "Hoa Thạch";
  exhibitor.booth = "A01";
  exhibitor.bank_bin = "970405";
  exhibitor.bank_account = "000000000001";
  const auto add = [&](const char* id, const char* name, Dong price) -> catalogue::Product& {
    auto& product = all.products[id];
    product.id = id;
    product.exhibitor = "EX01";
    product.name = name;
    product.unit = "hộp";
    product.price = price;
    return product;
  };
  auto& full = add("CB1", "Thạch đen ăn liền hộp 500 g", 25'000);
  full.net_content = "500 g";
  full.origin = "Thạch An";
  full.barcode = "8930000000019";
  full.ocop_star = 4;
  full.ocop_valid_to = "2025-05-17";
  full.wholesale_price = 20'000;
  full.wholesale_from = 24'000;
  full.trace_uri = "https://txng.example/01/08930000000019";
  full.is_sample = true;
  add("CB2", "Rau rừng", 8'000);
  return all;
}

std::string content(const std::string& file) {
  std::ifstream in(std::filesystem::path(PHIEN_TEST_FOLDER) / "golden" / file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void same(const std::string& file, const std::string& text) {
  const auto folder = std::filesystem::temp_directory_path() / "phien-labels";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / file, std::ios::binary) << text;
  const bool equal = text == content(file);
  CHECK_MESSAGE(equal, "look at " << (folder / file).string());
}

std::vector<const catalogue::Product*> goods(const catalogue::Catalogue& all) {
  return {&all.products.at("CB1"), &all.products.at("CB2")};
}

bool overlap(const label::Area& a, const label::Area& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

}  // namespace

TEST_CASE("golden: labels of both sizes and a card, element by element") {
  const auto all = fair();
  same("small.txt", label::to_text(label::price_labels(all, goods(all), label::Size::small, 1, "2025-05-15")));
  same("shelf.txt", label::to_text(label::price_labels(all, goods(all), label::Size::shelf, 1, "2025-05-18")));
  same("card.txt",
       label::to_text(label::booth_cards(
           all, {{&all.exhibitors.at("EX01"), "A01", "ABCD2345", "https://192.168.1.2:8443/#enrol=ABCD2345", 1'747'300'000'000}},
           "2025-05-15")));
}

TEST_CASE("nothing leaves the sheet, and no code lies under anything") {
  const auto all = fair();
  for (const auto size : {label::Size::small, label::Size::shelf}) {
    const auto sheets = label::price_labels(all, goods(all), size, 30, "2025-05-15");
    CHECK(sheets.pages.size() == (size == label::Size::small ? 3 : 6));
    for (const auto& page : sheets.pages)
      for (std::size_t i = 0; i < page.size(); ++i) {
        const auto& a = page[i].area;
        CHECK((a.x >= 0 && a.y >= 0 && a.x + a.width <= label::kA4Width && a.y + a.height <= label::kA4Height));
        if (page[i].type != Element::Type::bars && page[i].type != Element::Type::qr) continue;
        for (std::size_t j = 0; j < page.size(); ++j)
          if (i != j && page[j].type != Element::Type::line)
            CHECK_MESSAGE(!overlap(a, page[j].area), page[i].text << " and " << page[j].text);
      }
  }
}

TEST_CASE("no account of a bank is on anything that is printed before the fair") {
  const auto all = fair();
  const label::Card card{&all.exhibitors.at("EX01"), "A01", "ABCD2345", "https://x/#enrol=ABCD2345", 0};
  for (const auto& text : {label::to_text(label::price_labels(all, goods(all), label::Size::shelf, 1, "2025-05-15")),
                           label::to_text(label::booth_cards(all, {card}, "2025-05-15"))})
    for (const char* secret : {"970405", "000000000001"}) CHECK(text.find(secret) == std::string::npos);
}

TEST_CASE("bars are those of the standard") {
  // The example of ISO/IEC 15420's tables, worked by hand: 5901234123457.
  CHECK(label::bars("5901234123457") ==
        "10100010110100111011001100100110111101001110101010110011011011001000010101110010011101000100101");
  CHECK(label::bars("96385074") == "1010001011010111101111010110111010101001110111001010001001011100101");
  CHECK(label::bars("036000291452") == label::bars("0036000291452"));  // UPC-A
  for (const char* none : {"", "8930000000018", "12345", "893000000001x"}) CHECK(label::bars(none).empty());
}

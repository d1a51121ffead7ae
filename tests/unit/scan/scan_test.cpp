#include "shared/scan/scan.hpp"

#include <random>

#include <doctest/doctest.h>

#include "shared/bytes.hpp"

using namespace phien;
using scan::Barcode;
using scan::Link;
using scan::ReceiptCode;
using scan::ScaleLabel;
using scan::Unknown;

namespace {

ReceiptCode receipt(int lines) {
  ReceiptCode code;
  code.fair = "cao-bang-2025-mau";
  code.exhibitor = "EX01";
  code.booth = "A01";
  code.sale = {"T01", 412, sha256("a sale")};
  code.receipt = 128;
  for (int i = 0; i < lines; ++i) {
    journal::Line line;
    line.product = "CB000" + std::to_string(i + 1);
    line.qty = 1'250 * (i + 1);
    line.total = 25'000 + i;
    line.vat = i % 2 == 0 ? "8" : "none";
    line.vat_amount = i % 2 == 0 ? 1'852 : 0;
    line.ocop = i % 6;
    line.cnnt = i % 4;
    line.gift = i == 3;
    code.total += line.total;
    code.lines.push_back(line);
  }
  return code;
}

template <class T>
T as(std::string_view text) {
  const auto scanned = scan::read(text);
  CAPTURE(text);
  REQUIRE(std::holds_alternative<T>(scanned));
  return std::get<T>(scanned);
}
Unknown::Why why(std::string_view text) { return as<Unknown>(text).why; }

}  // namespace

TEST_CASE("a receipt's code says the sale, and comes back as it was") {
  for (const int n : {1, 3, 8}) {
    const auto code = receipt(n);
    const std::string text = scan::encode(code);
    const auto back = as<ReceiptCode>(text);
    CHECK(back.fair == code.fair);
    CHECK(back.exhibitor == code.exhibitor);
    CHECK(back.booth == code.booth);
    CHECK(back.sale == code.sale);
    CHECK(back.receipt == 128);
    CHECK(back.total == code.total);
    REQUIRE(back.lines.size() == code.lines.size());
    for (std::size_t i = 0; i < back.lines.size(); ++i) {
      CHECK(back.lines[i].product == code.lines[i].product);
      CHECK(back.lines[i].qty == code.lines[i].qty);
      CHECK(back.lines[i].total == code.lines[i].total);
      CHECK(back.lines[i].vat == code.lines[i].vat);
      CHECK(back.lines[i].vat_amount == code.lines[i].vat_amount);
      CHECK(back.lines[i].ocop == code.lines[i].ocop);
      CHECK(back.lines[i].cnnt == code.lines[i].cnnt);
      CHECK(back.lines[i].gift == code.lines[i].gift);
    }
    CHECK(scan::encode(back) == text);
  }
}

TEST_CASE("the text of version 1 does not change: receipts on paper must be read for as long as goods come back") {
  CHECK(scan::encode(receipt(2)) ==
        "PHIEN1/A167326E/CAO-BANG-2025-MAU/EX01/A01/T01/128/412/50001/"
        "AYAMQM27R43OT6PF7J7IMPZ5TZAN2BOKDDAMLH4PAQSAR7PGREHQ/CB0001:1250:25000:8:1852:00*CB0002:2500:25001::0:11");
}

TEST_CASE("over eight lines, or lines that are too long, a receipt's code says number and total only") {
  CHECK(as<ReceiptCode>(scan::encode(receipt(9))).lines.empty());
  CHECK(as<ReceiptCode>(scan::encode(receipt(9))).total == receipt(9).total);
  auto wordy = receipt(8);
  for (auto& line : wordy.lines) line.name = std::string(60, '*'), line.unit = std::string(20, '/');
  const std::string text = scan::encode(wordy);
  CHECK(text.size() <= scan::kMaxCodeBytes);
  CHECK(as<ReceiptCode>(text).lines.empty());
}

TEST_CASE("goods that no catalogue names carry their name, whatever is in it") {
  auto code = receipt(1);
  code.lines[0].product = "_open";
  for (const std::string name : {"Nấm/mộc nhĩ: *tay* 100%", "a b", "%2F", "Ỷ Đẵm"}) {
    code.lines[0].name = name;
    code.lines[0].unit = "túi 1/2";
    const auto back = as<ReceiptCode>(scan::encode(code));
    CHECK(back.lines.at(0).name == name);
    CHECK(back.lines.at(0).unit == "túi 1/2");
  }
}

TEST_CASE("a damaged receipt is called one; no single wrong character passes") {
  const std::string text = scan::encode(receipt(4));
  for (std::size_t i = 7; i < text.size(); ++i) {
    auto broken = text;
    broken[i] = broken[i] == '0' ? '1' : '0';
    CHECK(why(broken) == Unknown::Why::receipt_damaged);
    CHECK_FALSE(scan::receipt_code(text.substr(0, i)));
  }
  CHECK(why("PHIEN2/anything/at/all") == Unknown::Why::receipt_damaged);
  auto more = receipt(2);
  more.total += 1;  // the lines do not add up to it
  CHECK_FALSE(scan::receipt_code(scan::encode(more)));
}

TEST_CASE("barcodes: the check digit decides; scanners' trimmings do not") {
  CHECK(as<Barcode>("8930000000019").ean13 == "8930000000019");
  CHECK(as<Barcode>("]E08930000000019\r\n").ean13 == "8930000000019");
  CHECK(as<Barcode>("\t8930000000019 ").code == "8930000000019");
  CHECK(as<Barcode>("036000291452").ean13 == "0036000291452");
  CHECK(as<Barcode>("036000291452").code == "036000291452");
  CHECK(as<Barcode>("96385074").ean13 == "96385074");
  CHECK(as<Barcode>("08930000000019").ean13 == "8930000000019");  // as GTIN-14
  CHECK(why("8930000000018") == Unknown::Why::wrong_check_digit);
  CHECK(why("96385075") == Unknown::Why::wrong_check_digit);
  CHECK(why("036000291453") == Unknown::Why::wrong_check_digit);
  for (const char* text : {"", "   ", "123", "CB0001", "893000000001x", "12345678901234567890", "]E0", "]"})
    CHECK(why(text) == Unknown::Why::other);
}

TEST_CASE("a scale's label says which goods and how much") {
  const auto label = as<ScaleLabel>("2100014012506");
  CHECK(label.plu == "14");
  CHECK(label.qty == 1'250);
  CHECK(label.code == "2100014012506");
  CHECK(as<ScaleLabel>("2900000000001").plu == "0");
  CHECK(why("2100014012507") == Unknown::Why::wrong_check_digit);
}

TEST_CASE("links: a page of origin by its address, GS1 Digital Link by goods and lot") {
  const auto trace = as<Link>("https://txng.example/01/08930000000019/10/L250430?17=250729");
  CHECK(trace.gtin == "8930000000019");
  CHECK(trace.lot == "L250430");
  CHECK(as<Link>("HTTPS://id.example/some/folder/gtin/8930000000019/lot/A%2F1").lot == "A/1");
  CHECK(as<Link>("https://x.example/01/08930000000018").gtin.empty());
  CHECK(as<Link>("https://x.example/about").gtin.empty());
  CHECK(as<Link>("http://x").url == "http://x");
  CHECK(why("https://") == Unknown::Why::other);
  CHECK(why("ftp://x.example/01/08930000000019") == Unknown::Why::other);
}

TEST_CASE("payment codes are not goods") {
  const std::string text =
      "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN62340107NPS6869"
      "0819thanh toan don hang63042E2E";
  CHECK(as<VietQr>(text).amount == 180'000);
  auto broken = text;
  broken[60] = 'x';
  CHECK(why(broken) == Unknown::Why::payment_damaged);
}

TEST_CASE("any bytes get an answer, and none takes long") {
  std::mt19937 random(7);
  const std::string alphabet = "0123456789ABCDEFabcdef/:*%.+-]?#\n\t \xE1\xBA\xA1\xFF";
  const std::string alphabet_nul = alphabet + std::string(1, '\0');
  const std::vector<std::string> seeds{
      "", scan::encode(receipt(8)), "https://txng.example/01/08930000000019/10/L250430?17=250729",
      "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F", "8930000000019"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seeds[random() % seeds.size()];
    for (auto n = random() % 8; n > 0; --n) {
      const char c = alphabet_nul[random() % alphabet_nul.size()];
      if (text.empty() || random() % 3 == 0)
        text.insert(text.begin() + static_cast<std::ptrdiff_t>(random() % (text.size() + 1)), c);
      else
        text[random() % text.size()] = c;
    }
    const auto scanned = scan::read(text);
    if (const auto* code = std::get_if<ReceiptCode>(&scanned)) CHECK(code->lines.size() <= scan::kMaxCodedLines);
    if (const auto* link = std::get_if<Link>(&scanned)) CHECK((is_utf8(link->url) && is_utf8(link->lot)));
  }
  CHECK(why(std::string(scan::kMaxTextBytes + 1, '8')) == Unknown::Why::too_long);
  CHECK(why(std::string(scan::kMaxTextBytes, '/')) == Unknown::Why::other);
}

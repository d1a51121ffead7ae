#include "shared/receipt/receipt.hpp"

#include <sstream>

#include <doctest/doctest.h>

#include "tests/unit/receipt/slips.hpp"

using namespace phien;
using namespace phien::slips;
using journal::Method;
using journal::PriceKind;

namespace {

std::string print(const journal::Entry& e, int width = 42, Lang lang = Lang::vi, bool copy = false) {
  return receipt::to_text(receipt::of(e, printed(), catalogue_of_three(), lang, copy), width);
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("golden: cash with change, a discount, a gift, wholesale, rounding; the direct method shows no VAT") {
  auto sale = deal<journal::Sale>("EX01", "A01", 12, "TRUC_TIEP", 512'500, -500);
  sale.lines = {line("Thạch đen ăn liền hộp 500 g", "hộp", 2'000, 25'000, 2'500),
                line("Bột thạch đen hòa tan gói 50 g", "gói", 24'000, 18'000)};
  sale.lines[1].price = 14'500;
  sale.lines[1].list = 18'000;
  sale.lines[1].price_kind = PriceKind::wholesale;
  sale.lines[1].total = 348'000;
  sale.lines.push_back(line("Gạo nếp hương Bảo Lạc bán cân", "kg", 2'250, 52'000));
  sale.lines.push_back(line("Trà thạch đen đóng chai 350 ml", "chai", 1'000, 15'000, 15'000));
  sale.lines[3].gift = true;
  sale.payments = {paid(Method::cash, 512'000, "EX01")};
  sale.payments[0].given = 520'000;
  matches_golden("cash", print(entry_of(sale)));
}

TEST_CASE("golden: the credit method shows price without VAT, VAT and total per rate; a long name; a transfer names its payee") {
  auto sale = deal<journal::Sale>("EX09", "A09", 3, "KHAU_TRU", 1'448'000);
  sale.lines = {line("Khay trúc ghép hình chữ nhật cỡ lớn có tay cầm, phủ dầu thực vật an toàn thực phẩm", "chiếc", 2'000,
                     165'000, 0, "5", 15'714),
                line("Chiếu trúc hun 1,6 m x 2 m", "chiếc", 1'000, 850'000, 50'000, "5", 38'095),
                line("Chậu tre trúc sào cảnh mini", "chậu", 1'000, 220'000, 0, "KCT"),
                line("Hộp gỗ", "hộp", 1'000, 98'000, 0, "8", 7'259)};
  sale.payments = {paid(Method::transfer, 1'448'000, "EX09")};
  sale.payments[0].pay_ref = "PH4K7Q2M9Z";
  matches_golden("credit_method", print(entry_of(sale)));
  matches_golden("credit_method_english_32", print(entry_of(sale), 32, Lang::en));
}

TEST_CASE("golden: an exchange at a shared till: goods brought back pay for others, one account collects") {
  auto refund = deal<journal::Refund>("EX08", "A08", 4, "MIEN_DUOI_NGUONG", 95'000);
  journal::BackLine back;
  back.product = "CB0041";
  back.name = "Búa đinh rèn tay Phúc Sen";
  back.unit = "cái";
  back.qty = 1'000;
  back.total = 95'000;
  back.vat = "none";
  back.of = 0;
  refund.lines = {back};
  Hash of;
  of.bytes[0] = 0xfe;
  refund.sale = journal::Ref{"T2", 41, of};
  refund.reason = "Khách đổi loại khác";
  refund.payments = {paid(Method::exchange, 95'000, "thu-chung")};
  auto brought = entry_of(refund, "thu.1");
  brought.unit = journal::UnitPart{1, 2};

  auto sale = deal<journal::Sale>("EX08", "A08", 5, "MIEN_DUOI_NGUONG", 120'000);
  sale.lines = {line("Cuốc bàn Phúc Sen lưỡi rèn tay", "cái", 1'000, 120'000)};
  sale.payments = {paid(Method::exchange, 95'000, "thu-chung"), paid(Method::cash, 25'000, "thu-chung")};
  auto taken = entry_of(sale, "thu.1");
  taken.unit = journal::UnitPart{2, 2};
  matches_golden("exchange", print(brought) + print(taken));
}

TEST_CASE("golden: a copy of a late sale of an exhibitor the catalogue does not know, on narrow paper") {
  auto sale = deal<journal::Sale>("EX77", "B07", 1'234'567, "TRUC_TIEP", 1'000'000'000);
  sale.how = journal::How::late;
  sale.lines = {line("茶葉 Trà shan tuyết", "hộp", 1'000, 1'000'000'000)};
  sale.payments = {paid(Method::card, 1'000'000'000, "EX77")};
  sale.payments[0].label = "máy quẹt số 2";
  matches_golden("copy_late_32", print(entry_of(sale), 32, Lang::vi, true));
}

TEST_CASE("golden: an order with a deposit, its end, and a voided sale") {
  auto order = deal<journal::Order>("EX01", "A01", 20, "TRUC_TIEP", 550'000);
  order.lines = {line("Lá thạch khô bó 500 g", "bó", 10'000, 55'000)};
  order.payments = {paid(Method::cash, 200'000, "EX01")};
  order.due = "2025-05-19";

  journal::OrderClosed closed;
  closed.exhibitor = "EX01";
  closed.booth = "A01";
  closed.receipt = 21;
  closed.order.terminal = "T1";
  closed.order.seq = 7;
  closed.kept = 50'000;
  closed.payments = {paid(Method::cash, 150'000, "EX01")};

  auto sale = deal<journal::Sale>("EX01", "A01", 22, "TRUC_TIEP", 25'000);
  sale.lines = {line("Thạch đen", "hộp", 1'000, 25'000)};
  sale.payments = {paid(Method::cash, 25'000, "EX01")};
  journal::VoidEntry taken_back;
  taken_back.entry = {"T1", 3, Hash{}};
  taken_back.body = sale;
  matches_golden("order_and_void", print(entry_of(order)) + print(entry_of(closed)) +
                                       print(entry_of(std::make_shared<const journal::VoidEntry>(taken_back))));
}

TEST_CASE("every slip says it is no tax invoice, in both languages, and a copy says it is one") {
  auto sale = deal<journal::Sale>("EX01", "A01", 1, "TRUC_TIEP", 25'000);
  sale.lines = {line("Thạch đen", "hộp", 1'000, 25'000)};
  sale.payments = {paid(Method::cash, 25'000, "EX01")};
  const auto e = entry_of(sale);
  CHECK(has(print(e), "Đây không phải hóa đơn"));
  CHECK(has(print(e, 42, Lang::en), "This is not a tax invoice"));
  CHECK_FALSE(has(print(e), "BẢN SAO"));
  CHECK(has(print(e, 42, Lang::vi, true), "BẢN SAO"));
  CHECK(has(print(e, 42, Lang::en, true), "COPY"));
  CHECK(has(print(e), "A01-T1-1 "));
  CHECK(has(print(e), "1a2b3c4d"));
  CHECK(receipt::number("A01", "T1", 12) == "A01-T1-12");
}

TEST_CASE("an entry that is no deal has no receipt") {
  journal::Note note;
  note.text = "ghi chú";
  CHECK(receipt::of(entry_of(note), printed(), catalogue_of_three(), Lang::vi).elements.empty());
}

TEST_CASE("no line of text is wider than the paper, whatever the names are") {
  using Element = receipt::Element;
  receipt::Document document;
  const std::string long_word(100, 'x'),
      combining =
          "Tha\xCC\xA3"
          "ch đen",
      wide = "茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶";
  for (const auto& text : {long_word, combining, wide,
                           std::string("a\x1B[31mb\nc\xC2\x9B"
                                       "d"),
                           std::string(), std::string("   "), std::string("  thụt đầu dòng dài hơn một dòng giấy in nhiệt")}) {
    for (const auto type : {Element::Type::heading, Element::Type::text, Element::Type::columns, Element::Type::total,
                            Element::Type::small, Element::Type::qr}) {
      document.elements.push_back({type, text, "1.234.567"});
      document.elements.push_back({type, "x", text});
    }
  }
  for (const int width : {8, 32, 42, 48}) {
    std::istringstream lines(receipt::to_text(document, width));
    for (std::string each; std::getline(lines, each);) {
      std::size_t columns = 0;
      for (std::size_t i = 0; i < each.size(); ++i) {
        const auto c = static_cast<unsigned char>(each[i]);
        CHECK(c >= 0x20);  // nothing that steers a printer
        if ((c & 0xC0) == 0x80) continue;
        if (c == 0xCC) continue;                    // the combining mark
        columns += c == 0xE8 || c == 0xE6 ? 2 : 1;  // 茶 is E8 8C B6
      }
      CAPTURE(each);
      CHECK(columns <= static_cast<std::size_t>(width));
    }
  }
  CHECK(receipt::to_text({{{Element::Type::columns, "Thạch đen", "25.000"}}}, 20) == "Thạch đen     25.000\n");
  CHECK(receipt::to_text({{{Element::Type::columns,
                            "Tha\xCC\xA3"
                            "ch đen",
                            "25.000"}}},
                         20) ==
        "Tha\xCC\xA3"
        "ch đen     25.000\n");
}

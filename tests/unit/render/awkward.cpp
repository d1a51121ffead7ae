#include "tests/unit/render/awkward.hpp"

#include <fmt/format.h>

#include "shared/render/render.hpp"
#include "tests/unit/receipt/slips.hpp"

namespace phien::slips {

namespace {

catalogue::Catalogue sample_fair() {
  auto c = catalogue_of_three();
  c.fair.id = "cao-bang-2025-mau";
  for (auto& [id, exhibitor] : c.exhibitors) exhibitor.is_sample = true;
  c.products["P"].id = "P";
  return c;
}

Awkward awkward(const char* name, int width, const journal::Entry& entry, Lang lang = Lang::vi, bool copy = false) {
  auto how = printed();
  how.codes = true;
  Awkward made{name, width, receipt::of(entry, how, sample_fair(), lang, copy), {}};
  for (const auto& element : made.document.elements)
    if (element.type == receipt::Element::Type::qr) made.codes.push_back(element.left);
  return made;
}

// Every mark of Vietnamese, a discount, a wholesale price, goods by weight, a gift, cash rounded down, on narrow paper.
journal::Entry cash() {
  auto sale = deal<journal::Sale>("EX01", "A01", 12, "TRUC_TIEP", 512'500, -500);
  sale.lines = {line("Thạch đen ăn liền hộp 500 g", "hộp", 2'000, 25'000, 2'500),
                line("Trà Giảo Cổ Lam túi lọc", "gói", 24'000, 14'500),
                line("Gạo nếp hương Bảo Lạc bán cân", "kg", 2'250, 52'000),
                line("Kẹo lạc vừng Ướp Mật Ỷ Đẵm", "chai", 1'000, 15'000, 15'000)};
  sale.lines[1].list = 18'000;
  sale.lines[1].price_kind = PriceKind::wholesale;
  sale.lines[3].gift = true;
  sale.payments = {paid(Method::cash, 512'000, "EX01")};
  sale.payments[0].given = 520'000;
  return entry_of(sale);
}

// Two VAT rates and goods without, a name of three lines, a transfer whose code the paper must carry.
journal::Entry credit_method() {
  auto sale = deal<journal::Sale>("EX09", "A09", 3, "KHAU_TRU", 1'448'000);
  sale.lines = {line("Khay trúc ghép hình chữ nhật cỡ lớn có tay cầm, phủ dầu thực vật an toàn thực phẩm", "chiếc", 2'000,
                     165'000, 0, "5", 15'714),
                line("Chiếu trúc hun 1,6 m x 2 m", "chiếc", 1'000, 850'000, 50'000, "5", 38'095),
                line("Chậu tre trúc sào cảnh mini", "chậu", 1'000, 220'000, 0, "KCT"),
                line("Hộp gỗ", "hộp", 1'000, 98'000, 0, "8", 7'259)};
  sale.payments = {paid(Method::transfer, 1'448'000, "EX09")};
  sale.payments[0].pay_ref = "PH4K7Q2M9Z";
  return entry_of(sale);
}

// A copy, rung up late, by a seller the catalogue does not know, of goods it does not know, for as much as fits.
journal::Entry unknown_seller() {
  auto sale = deal<journal::Sale>("EX77", "B07", 1'234'567, "TRUC_TIEP", 999'999'999'000);
  sale.how = journal::How::late;
  sale.lines = {line("Nấm/mộc nhĩ 100% rừng: hái *tay* <ngon> & sạch", "túi", 1'000, 999'999'999'000)};
  sale.lines[0].product = "_open";
  sale.payments = {paid(Method::card, 999'999'999'000, "EX77")};
  sale.payments[0].label = "máy quẹt số 2 của ban tổ chức";
  return entry_of(sale);
}

// More lines than a code carries; three ways to pay, one of them into the account of a shared till.
journal::Entry many_lines() {
  auto sale = deal<journal::Sale>("EX08", "A08", 77, "MIEN_DUOI_NGUONG", 1'215'000);
  for (int i = 1; i <= 9; ++i)
    sale.lines.push_back(line(fmt::format("Dao chặt Phúc Sen số {} (lưỡi thép nhíp)", i).c_str(), "con", 1'000, 135'000));
  sale.payments = {paid(Method::transfer, 500'000, "EX01"), paid(Method::other, 215'000, "thu-chung"),
                   paid(Method::cash, 500'000, "thu-chung")};
  sale.payments[0].pay_ref = "PHABCDEFG9";
  sale.payments[1].label = "phiếu quà tặng";
  return entry_of(sale, "thu.1");
}

// For a guest who reads English: an order paid in part.
journal::Entry order() {
  auto made = deal<journal::Order>("EX01", "A01", 20, "TRUC_TIEP", 550'000);
  made.lines = {line("Lá thạch khô bó 500 g", "bó", 10'000, 55'000)};
  made.payments = {paid(Method::transfer, 200'000, "EX01")};
  made.payments[0].pay_ref = "PH00000001";
  made.due = "2025-05-19";
  return entry_of(made);
}

}  // namespace

std::vector<Awkward> awkward_sales() {
  std::vector<Awkward> all;
  all.push_back(awkward("cash_58", render::kWidth58, cash()));
  all.push_back(awkward("credit_method_80", render::kWidth80, credit_method()));
  all.push_back(awkward("unknown_seller_copy_58", render::kWidth58, unknown_seller(), Lang::vi, true));
  all.push_back(awkward("many_lines_80", render::kWidth80, many_lines()));
  all.push_back(awkward("order_english_58", render::kWidth58, order(), Lang::en));
  return all;
}

}  // namespace phien::slips

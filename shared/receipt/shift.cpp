#include "shared/receipt/shift.hpp"

#include "shared/money.hpp"
#include "shared/receipt/paper.hpp"

namespace phien::receipt {

namespace {

using Type = Element::Type;

void money(Paper& paper, const char* vi, const char* en, Dong amount) {
  paper.add(Type::columns, paper.say(vi, en), format_dong(amount));
}

void head(Paper& paper, const ShiftSlip& slip) {
  paper.add(Type::columns, paper.say("Máy ", "Terminal ") + slip.booth + " · " + slip.terminal, slip.code);
  paper.add(Type::columns, paper.say("Người bán", "Cashier"), slip.cashier);
  paper.add(Type::columns, paper.say("Mở ca", "Opened"), slip.opened);
  paper.add(Type::columns, paper.say("Đóng ca", "Closed"), slip.closed);
  paper.rule();
}

}  // namespace

Document shift_report(const ShiftSlip& slip, Lang lang) {
  Paper paper(lang);
  paper.add(Type::heading, slip.holder);
  paper.rule();
  paper.add(Type::heading, paper.say("BÁO CÁO CA (Z)", "SHIFT REPORT (Z)"));
  head(paper, slip);
  paper.add(Type::columns, paper.say("Số lần bán", "Sales"), std::to_string(slip.sales));
  money(paper, "Tiền lẻ đầu ca", "Float", slip.float_amount);
  money(paper, "Bán tiền mặt", "Cash sales", slip.cash_sales);
  money(paper, "Trả khách tiền mặt", "Cash refunds", -slip.cash_refunds);
  money(paper, "Nộp vào két", "Paid in", slip.cash_in);
  money(paper, "Lấy ra khỏi két", "Paid out", -slip.cash_out);
  paper.rule();
  money(paper, "Máy tính ra", "Expected", slip.expected);
  money(paper, "Đếm được", "Counted", slip.counted);
  paper.add(Type::total, paper.say("CHÊNH LỆCH", "DIFFERENCE"), format_dong(slip.counted - slip.expected));
  if (slip.claimed != 0) money(paper, "Chuyển khoản chưa thấy tiền", "Transfers not seen yet", slip.claimed);
  paper.rule();
  for (const auto& seller : slip.sellers) {
    paper.add(Type::text, seller.name);
    money(paper, "  Tiền mặt", "  Cash", seller.cash);
    money(paper, "  Chuyển khoản", "  Transfers", seller.transfer);
    if (seller.other != 0) money(paper, "  Thẻ, khác", "  Card, other", seller.other);
  }
  paper.rule();
  paper.add(Type::signature, paper.say("Người bán", "Cashier"), paper.say("Người kiểm", "Checked by"));
  return paper.done();
}

Document hand_in_slip(const ShiftSlip& slip, const ShiftSlip::Seller& seller, Lang lang) {
  Paper paper(lang);
  paper.add(Type::heading, seller.name);
  if (!seller.tax_code.empty()) paper.add(Type::text, paper.say("MST: ", "Tax code: ") + seller.tax_code);
  paper.rule();
  paper.add(Type::heading, paper.say("PHIẾU NỘP TIỀN", "CASH HANDED IN"));
  head(paper, slip);
  paper.add(Type::columns, paper.say("Số lần bán", "Sales"), std::to_string(seller.sales));
  money(paper, "Chuyển khoản (qua tài khoản)", "Transfers (to the account)", seller.transfer);
  if (seller.other != 0) money(paper, "Thẻ, khác", "Card, other", seller.other);
  paper.rule();
  paper.add(Type::text, paper.say("Tiền mặt giao cho ", "Cash handed to ") + seller.name);
  paper.add(Type::big, format_dong(seller.cash));
  paper.rule();
  paper.add(Type::signature, paper.say("Người nộp", "Handed in by"), paper.say("Người nhận", "Received by"));
  paper.add(Type::columns, slip.cashier, seller.name);
  return paper.done();
}

}  // namespace phien::receipt

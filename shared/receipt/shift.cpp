#include "shared/receipt/shift.hpp"

#include "shared/money.hpp"

namespace phien::receipt {

namespace {

using Type = Element::Type;

class Paper {
 public:
  explicit Paper(Lang lang) : lang_(lang) {}
  std::string say(const char* vi, const char* en) const { return lang_ == Lang::vi ? vi : en; }
  void add(Type type, std::string left, std::string right = {}) {
    page_.elements.push_back({type, std::move(left), std::move(right), false});
  }
  void rule() { add(Type::rule, {}); }
  void money(const char* vi, const char* en, Dong amount) { add(Type::columns, say(vi, en), format_dong(amount)); }

  void head(const ShiftSlip& slip) {
    add(Type::columns, say("Máy ", "Terminal ") + slip.booth + " · " + slip.terminal, slip.code);
    add(Type::columns, say("Người bán", "Cashier"), slip.cashier);
    add(Type::columns, say("Mở ca", "Opened"), slip.opened);
    add(Type::columns, say("Đóng ca", "Closed"), slip.closed);
    rule();
  }
  Document done() { return std::move(page_); }

 private:
  Lang lang_;
  Document page_;
};

}  // namespace

Document shift_report(const ShiftSlip& slip, Lang lang) {
  Paper paper(lang);
  paper.add(Type::heading, slip.holder);
  paper.rule();
  paper.add(Type::heading, paper.say("BÁO CÁO CA (Z)", "SHIFT REPORT (Z)"));
  paper.head(slip);
  paper.add(Type::columns, paper.say("Số lần bán", "Sales"), std::to_string(slip.sales));
  paper.money("Tiền lẻ đầu ca", "Float", slip.float_amount);
  paper.money("Bán tiền mặt", "Cash sales", slip.cash_sales);
  paper.money("Trả khách tiền mặt", "Cash refunds", -slip.cash_refunds);
  paper.money("Nộp vào két", "Paid in", slip.cash_in);
  paper.money("Lấy ra khỏi két", "Paid out", -slip.cash_out);
  paper.rule();
  paper.money("Máy tính ra", "Expected", slip.expected);
  paper.money("Đếm được", "Counted", slip.counted);
  paper.add(Type::total, paper.say("CHÊNH LỆCH", "DIFFERENCE"), format_dong(slip.counted - slip.expected));
  if (slip.claimed != 0) paper.money("Chuyển khoản chưa thấy tiền", "Transfers not seen yet", slip.claimed);
  paper.rule();
  for (const auto& seller : slip.sellers) {
    paper.add(Type::text, seller.name);
    paper.money("  Tiền mặt", "  Cash", seller.cash);
    paper.money("  Chuyển khoản", "  Transfers", seller.transfer);
    if (seller.other != 0) paper.money("  Thẻ, khác", "  Card, other", seller.other);
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
  paper.head(slip);
  paper.add(Type::columns, paper.say("Số lần bán", "Sales"), std::to_string(seller.sales));
  paper.money("Chuyển khoản (qua tài khoản)", "Transfers (to the account)", seller.transfer);
  if (seller.other != 0) paper.money("Thẻ, khác", "Card, other", seller.other);
  paper.rule();
  paper.add(Type::text, paper.say("Tiền mặt giao cho ", "Cash handed to ") + seller.name);
  paper.add(Type::big, format_dong(seller.cash));
  paper.rule();
  paper.add(Type::signature, paper.say("Người nộp", "Handed in by"), paper.say("Người nhận", "Received by"));
  paper.add(Type::columns, slip.cashier, seller.name);
  return paper.done();
}

}  // namespace phien::receipt

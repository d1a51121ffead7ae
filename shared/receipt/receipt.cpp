#include "shared/receipt/receipt.hpp"

#include <map>

#include <fmt/format.h>

#include "shared/money.hpp"
#include "shared/receipt/paper.hpp"
#include "shared/scan/receipt_code.hpp"
#include "shared/vietqr.hpp"

namespace phien::receipt {

namespace {

using journal::BackLine;
using journal::Deal;
using journal::Line;
using Type = Element::Type;

// Amounts in columns go without their sign; the grand total has it.
std::string amount(Dong dong) {
  std::string text = format_dong(dong);
  constexpr std::string_view kUnit = " đ";
  if (text.ends_with(kUnit)) text.resize(text.size() - kUnit.size());
  return text;
}

// "2025-05-19" → "19/05/2025"
std::string for_people(const std::string& day) { return day.substr(8, 2) + "/" + day.substr(5, 2) + "/" + day.substr(0, 4); }

// The entry's deal, and what kind of slip it makes.
struct Slip {
  const Deal* deal = nullptr;
  const journal::Sale* sale = nullptr;
  const journal::Refund* refund = nullptr;
  const journal::Order* order = nullptr;
  const journal::OrderClosed* closed = nullptr;
  bool voided = false;
};

Slip slip_of(const journal::Body& body) {
  Slip slip;
  if (const auto* taken_back = std::get_if<journal::VoidBody>(&body)) {
    slip = slip_of((*taken_back)->body);
    slip.voided = true;
    return slip;
  }
  slip.sale = std::get_if<journal::Sale>(&body);
  slip.refund = std::get_if<journal::Refund>(&body);
  slip.order = std::get_if<journal::Order>(&body);
  slip.closed = std::get_if<journal::OrderClosed>(&body);
  if (slip.sale) slip.deal = slip.sale;
  if (slip.refund) slip.deal = slip.refund;
  if (slip.order) slip.deal = slip.order;
  if (slip.closed) slip.deal = slip.closed;
  return slip;
}

class Writer : private Paper {
 public:
  Writer(const journal::Entry& entry, const Printed& printed, const catalogue::Catalogue& catalogue, Lang lang)
      : Paper(lang), entry_(entry), printed_(printed), catalogue_(catalogue), slip_(slip_of(entry.body)) {}

  Document write(bool copy) {
    if (!slip_.deal) return {};
    seller();
    heading(copy);
    rule();
    lines();
    vat();
    totals();
    payments();
    if (printed_.codes && !copy) payment_codes();
    rule();
    if (printed_.codes) receipt_code();
    footer();
    return done();
  }

 private:
  void columns(std::string left, Dong right) { add(Type::columns, std::move(left), amount(right)); }

  const catalogue::Exhibitor* exhibitor(const std::string& id) const {
    const auto found = catalogue_.exhibitors.find(id);
    return found == catalogue_.exhibitors.end() ? nullptr : &found->second;
  }

  void seller() {
    const auto* e = exhibitor(slip_.deal->exhibitor);
    add(Type::heading, e ? e->name : slip_.deal->exhibitor);
    if (!e) return;
    const std::string address = e->area.empty() || e->province.empty() ? e->area + e->province : e->area + ", " + e->province;
    if (!address.empty()) add(Type::text, say("Địa chỉ: ", "Address: ") + address);
    if (!e->tax_code.empty()) add(Type::text, say("MST: ", "Tax code: ") + e->tax_code);
  }

  std::string title() const {
    if (slip_.voided) return say("PHIẾU HỦY", "VOIDED");
    if (slip_.sale) return say("PHIẾU BÁN HÀNG", "SALES SLIP");
    if (slip_.refund) return say("PHIẾU NHẬN LẠI HÀNG", "RETURN SLIP");
    if (slip_.order) return say("PHIẾU ĐẶT CỌC", "DEPOSIT SLIP");
    return say("PHIẾU KẾT THÚC ĐẶT HÀNG", "ORDER CLOSED");
  }

  void heading(bool copy) {
    rule();
    add(Type::heading, title());
    if (copy) add(Type::mark, say("BẢN SAO", "COPY"));
    const Deal& deal = *slip_.deal;
    add(Type::columns, say("Số ", "No. ") + number(deal.booth, printed_.terminal, deal.receipt),
        hex(printed_.at.hash).substr(0, 8));
    const auto cashier = catalogue_.cashiers.find(entry_.by);
    add(Type::columns, printed_.when, cashier == catalogue_.cashiers.end() ? entry_.by : cashier->second.name);
    if (entry_.unit && entry_.unit->of > 1) {
      add(Type::text, fmt::format(fmt::runtime(say("Phiếu {}/{} của cùng một lần", "Slip {} of {} of one visit")),
                                  entry_.unit->at, entry_.unit->of));
    }
    if (slip_.sale && slip_.sale->how == journal::How::late) add(Type::text, say("Ghi sau khi bán", "Rung up after the sale"));
    if (slip_.refund && slip_.refund->sale) {
      const auto& of = *slip_.refund->sale;
      add(Type::text, fmt::format(fmt::runtime(say("Của phiếu có mã {} (máy {})", "Of the slip with code {} (terminal {})")),
                                  hex(of.hash).substr(0, 8), of.terminal));
    }
    if (slip_.closed)
      add(Type::text, say("Của phiếu đặt có mã ", "Of the order with code ") + hex(slip_.closed->order.hash).substr(0, 8));
    if (slip_.refund && slip_.refund->reason) add(Type::text, say("Lý do: ", "Reason: ") + *slip_.refund->reason);
    if (slip_.order && slip_.order->due) add(Type::text, say("Ngày giao: ", "Due: ") + for_people(*slip_.order->due));
  }

  void lines() {
    if (slip_.sale)
      for (const auto& line : slip_.sale->lines) sold(line);
    if (slip_.order)
      for (const auto& line : slip_.order->lines) sold(line);
    if (slip_.refund)
      for (const auto& line : slip_.refund->lines) brought_back(line);
    if (!slip_.closed) rule();
  }

  void sold(const Line& line) {
    add(Type::text, line.name);
    std::string how = fmt::format("  {} {} × {}", format_quantity(line.qty), line.unit, amount(line.price));
    if (line.gift) return columns(how + say(" (tặng kèm)", " (gift)"), line.total);
    if (line.price_kind == journal::PriceKind::wholesale) how += say(" (giá sỉ)", " (wholesale)");
    if (line.price_kind == journal::PriceKind::offer) how += say(" (khuyến mại)", " (offer)");
    columns(std::move(how), line.total + line.discount);
    if (line.discount > 0) columns(say("  Giảm giá", "  Discount"), -line.discount);
  }

  void brought_back(const BackLine& line) {
    add(Type::text, line.name);
    columns(fmt::format("  {} {}{}", format_quantity(line.qty), line.unit, line.gift ? say(" (hàng tặng)", " (gift)") : ""),
            line.total);
  }

  // Only the credit method shows VAT; a code that is no rate (KCT) has a total and no tax.
  void vat() {
    if (slip_.deal->vat_method != "KHAU_TRU") return;
    struct Rate {
      Dong total = 0, vat = 0;
    };
    std::map<std::pair<std::size_t, std::string>, Rate> rates;  // 5, 8, 10, KCT: shorter codes first
    const auto gather = [&](const auto& all) {
      for (const auto& line : all) {
        auto& rate = rates[{line.vat.size(), line.vat}];
        rate.total += line.total;
        rate.vat += line.vat_amount;
      }
    };
    if (slip_.sale) gather(slip_.sale->lines);
    if (slip_.order) gather(slip_.order->lines);
    if (slip_.refund) gather(slip_.refund->lines);
    for (const auto& [key, rate] : rates) {
      const std::string& code = key.second;
      if (code.find_first_not_of("0123456789") != std::string::npos) {
        columns(code == "KCT" ? say("Không chịu thuế GTGT", "Exempt from VAT") : say("Không ghi thuế GTGT", "VAT not shown"),
                rate.total);
        continue;
      }
      columns(fmt::format(fmt::runtime(say("Giá chưa thuế ({}%)", "Excluding VAT ({}%)")), code), rate.total - rate.vat);
      columns(fmt::format(fmt::runtime(say("Thuế GTGT {}%", "VAT {}%")), code), rate.vat);
      columns(fmt::format(fmt::runtime(say("Cộng hàng {}%", "Including VAT {}%")), code), rate.total);
    }
    if (!rates.empty()) rule();
  }

  void totals() {
    const Deal& deal = *slip_.deal;
    if (slip_.closed) {
      if (slip_.closed->kept != 0) columns(say("Tiền cọc người bán giữ", "Deposit kept by the seller"), slip_.closed->kept);
    } else {
      add(Type::total, slip_.refund ? say("TIỀN HÀNG TRẢ LẠI", "RETURNED") : say("TỔNG CỘNG", "TOTAL"), format_dong(deal.total));
    }
    if (deal.rounding != 0) {
      columns(say("Làm tròn tiền mặt", "Cash rounding"), deal.rounding);
      if (!slip_.closed)
        add(Type::columns, slip_.refund ? say("Trả khách", "To be paid back") : say("Phải trả", "To be paid"),
            format_dong(deal.total + deal.rounding));
    }
  }

  std::string method(journal::Method m) const {
    switch (m) {
      case journal::Method::cash:
        return say("Tiền mặt", "Cash");
      case journal::Method::transfer:
        return say("Chuyển khoản", "Transfer");
      case journal::Method::card:
        return say("Thẻ", "Card");
      case journal::Method::other:
        return say("Khác", "Other");
      case journal::Method::deposit:
        return say("Trừ tiền cọc", "From the deposit");
      case journal::Method::exchange:
        return say("Hàng đổi", "Goods exchanged");
    }
    return {};
  }

  void payments() {
    for (const auto& payment : slip_.deal->payments) {
      columns(method(payment.method) + (payment.label ? " (" + *payment.label + ")" : ""), payment.amount);
      if (payment.given) {
        columns(say("  Khách đưa", "  Received"), *payment.given);
        columns(say("  Trả lại khách", "  Change"), *payment.given - payment.amount);
      }
      if (payment.pay_ref) add(Type::text, say("  Nội dung: ", "  Reference: ") + *payment.pay_ref);
      // Every transfer, and money that does not stay with the seller, names whom it went to.
      const bool moves = payment.method != journal::Method::exchange && payment.method != journal::Method::deposit;
      if (payment.method == journal::Method::transfer || (moves && payment.holder != slip_.deal->exhibitor)) payee(payment);
    }
    if (slip_.order) {
      Dong deposit = 0;
      for (const auto& payment : slip_.order->payments) deposit += payment.amount;
      columns(say("Đã đặt cọc", "Deposit"), deposit);
      columns(say("Còn phải trả khi nhận hàng", "Due with the goods"), slip_.order->total - deposit);
    }
    if (slip_.deal->payments.empty()) add(Type::text, say("Không thu tiền", "Nothing was paid"));
  }

  void payee(const journal::Payment& payment) {
    const auto* e = exhibitor(payment.holder);
    std::string who = e ? e->short_name.empty() ? e->name : e->short_name : payment.holder;
    // Money given back goes to the buyer's account, which is not ours to print.
    const bool into_account =
        payment.method == journal::Method::transfer && !slip_.refund && !slip_.closed && e && !e->bank_account.empty();
    if (into_account)
      who = fmt::format("{} {} ({})", e->bank_account_name.empty() ? who : e->bank_account_name, e->bank_account, e->bank_bin);
    add(Type::text,
        (slip_.refund || slip_.closed ? say("  Người trả: ", "  Paid by: ") : say("  Người nhận: ", "  Paid to: ")) + who);
  }

  void payment_codes() {
    // Of a basket with several sellers' goods one transfer pays all: no slip alone asks for it.
    if (slip_.voided || slip_.refund || slip_.closed || entry_.unit) return;
    for (const auto& payment : slip_.deal->payments) {
      const auto* payee = exhibitor(payment.holder);
      if (!payment.pay_ref || !payee || printed_.confirmed.contains(*payment.pay_ref)) continue;
      const auto code = vietqr_text({payee->bank_bin, payee->bank_account, payment.amount, "", *payment.pay_ref});
      if (!code) continue;
      const std::string what =
          fmt::format(fmt::runtime(say("Chưa chuyển? Quét để trả {}", "Not yet paid? Scan: {}")), format_dong(payment.amount));
      add(Type::qr, *code, what, payee->is_sample);
    }
  }

  void receipt_code() {
    if (!slip_.sale || slip_.voided || !is_fair_id(catalogue_.fair.id)) return;
    const auto& sale = *slip_.sale;
    scan::ReceiptCode code{catalogue_.fair.id, sale.exhibitor, sale.booth, {printed_.terminal, printed_.at.seq, printed_.at.hash},
                           sale.receipt,       sale.total,     sale.lines};
    for (auto& line : code.lines)
      if (catalogue_.products.contains(line.product)) line.name.clear();
    add(Type::qr, scan::encode(code), say("Giữ phiếu để đổi, trả hàng", "Keep this slip for returns and exchanges"));
  }

  void footer() {
    if (slip_.sale && slip_.sale->vat_method == "KHAU_TRU") {
      add(Type::small, say("Bán cho người tiêu dùng", "Sold to a consumer"));
      add(Type::small, say("Giá đã gồm thuế GTGT", "Prices include VAT"));
    }
    add(Type::small, say("Đây không phải hóa đơn", "This is not a tax invoice"));
    if (slip_.sale && !slip_.voided) add(Type::small, say("Cảm ơn quý khách!", "Thank you!"));
  }

  const journal::Entry& entry_;
  const Printed& printed_;
  const catalogue::Catalogue& catalogue_;
  Slip slip_;
};

}  // namespace

std::string number(std::string_view booth, std::string_view terminal, std::int64_t n) {
  return fmt::format("{}-{}-{}", booth, terminal, n);
}

Document of(const journal::Entry& entry, const Printed& printed, const catalogue::Catalogue& catalogue, Lang lang, bool copy) {
  return Writer(entry, printed, catalogue, lang).write(copy);
}

}  // namespace phien::receipt

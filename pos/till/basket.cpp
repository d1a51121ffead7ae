#include "pos/till/basket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "pos/till/deals.hpp"
#include "pos/till/printing.hpp"

namespace phien::till {

namespace {

Wanted read_line(Work& work, Fields& line) {
  Wanted wanted;
  wanted.where = line.at("");
  wanted.where.pop_back();
  wanted.lot = line.optional_text("lot", 40);
  wanted.agreed = line.optional_money("price");
  wanted.discount = line.optional_money("discount").value_or(0);
  wanted.gift = line.flag("gift");
  wanted.qty = line.quantity("qty");
  if (line.optional_id("product") == "_open") {
    if (line.has("barcode")) refuse("bad_value", line.at("barcode"), {"_open không có mã vạch.", "_open has no barcode."});
    wanted.exhibitor = work.exhibitor(line);
    wanted.name = line.text("name", 400);
    wanted.unit = line.optional_text("unit", 40).value_or("cái");
    wanted.vat = line.one_of("vat", {"0", "5", "8", "10", "KCT", "none"}, "none");
    if (!wanted.agreed)
      refuse("missing_field", line.at("price"), {"Hàng ngoài danh mục cần giá.", "Goods outside the catalogue need a price."});
  } else {
    wanted.product = &work.product_of(line);
    wanted.exhibitor = wanted.product->exhibitor;
    work.check_decimals(*wanted.product, wanted.qty, line.at("qty"));
  }
  if (wanted.gift && (wanted.discount > 0 || wanted.agreed) && wanted.product)
    refuse("bad_value", line.at("gift"),
           {"Hàng tặng không có giá riêng hay giảm giá.", "A gift has no price or discount of its own."});
  line.done();
  return wanted;
}

}  // namespace

Basket read_basket(Work& work, Fields& request, const char* name, const std::string& by) {
  Basket basket;
  bool bargained = false;
  for (auto& line : request.list(name, 1, kMaxLines)) {
    basket.wanted.push_back(read_line(work, line));
    const auto& wanted = basket.wanted.back();
    bargained = bargained || wanted.discount > 0 || wanted.gift || (wanted.agreed && wanted.product);
  }
  basket.discount = request.optional_money("discount").value_or(0);
  basket.agreed = request.optional_money("agreed");
  basket.less_odd = request.optional_money("less_odd", 1).value_or(0);
  if ((basket.discount > 0 ? 1 : 0) + (basket.agreed ? 1 : 0) + (basket.less_odd > 0 ? 1 : 0) > 1)
    refuse("bad_value", request.at("discount"),
           {"Chỉ nêu một trong: discount, agreed, less_odd.", "Name one of discount, agreed and less_odd."});
  if (bargained || basket.discount > 0 || basket.agreed || basket.less_odd > 0)
    work.require_right(by, &catalogue::Cashier::may_discount,
                       {"Người bán này không được giảm giá.", "This cashier may not give discounts."});
  return basket;
}

std::vector<journal::Sale> price_sales(Work& work, const Basket& basket, std::optional<Milliseconds> happened) {
  std::vector<StandingOffer> offers;
  for (const auto& [key, offer] : work.state.offers) offers.push_back(offer);
  const auto price = [&](Dong discount) {
    return price_basket(basket.wanted, discount, work.catalogue, offers, happened.value_or(work.time()));
  };
  Dong discount = basket.discount;
  if (basket.agreed || basket.less_odd > 0) {
    const Dong without = total_of(price(0));
    if (basket.agreed && *basket.agreed > without)
      refuse("agreed_above_total", "agreed",
             {fmt::format("Giá thỏa thuận cao hơn tiền hàng {}.", format_dong(without)),
              fmt::format("The price agreed on is above the {} of the goods.", format_dong(without))});
    discount = basket.agreed ? without - *basket.agreed : without % basket.less_odd;
  }
  const auto lines = price(discount);
  std::vector<journal::Sale> sales;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& exhibitor = basket.wanted[i].exhibitor;
    auto sale = std::find_if(sales.begin(), sales.end(), [&](const auto& s) { return s.exhibitor == exhibitor; });
    if (sale == sales.end()) {
      journal::Sale made;
      made.exhibitor = exhibitor;
      made.booth = work.booth_of(exhibitor);
      made.place = kBooth;
      made.vat_method = work.exhibitor_item(exhibitor, basket.wanted[i].where).vat_method;
      sale = sales.insert(sales.end(), std::move(made));
    }
    sale->lines.push_back(lines[i]);
  }
  for (auto& sale : sales) sale.total = total_of(sale.lines);
  return sales;
}

void finish(Work& work, journal::Deal& deal, const Settled::Part& part) {
  deal.receipt = work.next_receipt(deal.booth);
  deal.payments = part.payments;
  deal.rounding = part.rounding;
  deal.shift = work.shift_of(work.me.holder_of(deal.exhibitor));
}

Dong cash_round(const Work& work) { return std::max<Dong>(1, work.catalogue.fair.cash_round); }

json receipts_json(Work& work, const std::vector<Written>& written) {
  json answer = entries_json(written);
  answer["receipts"] = json::array();
  std::vector<journal::Payment> payments;
  std::map<std::string, std::size_t> by_ref;
  for (const auto& item : written) {
    const auto* deal = deal_of(item.entry.body);
    if (!deal) continue;
    answer["receipts"].push_back({{"exhibitor", deal->exhibitor},
                                  {"hash", hex(item.ref.hash)},
                                  {"kind", std::string(journal::kind_of(item.entry.body))},
                                  {"number", receipt_number(*deal, item.ref)},
                                  {"rounding", deal->rounding},
                                  {"text", printed_text(item.entry, item.ref, work.time(), work.catalogue, work.lang, false)},
                                  {"total", deal->total}});
    for (const auto& payment : deal->payments) {
      // One attempt may pay several sales of the unit: shown once, with what is awaited in all.
      if (payment.pay_ref) {
        const auto [known, fresh] = by_ref.try_emplace(*payment.pay_ref, payments.size());
        if (!fresh) {
          payments[known->second].amount += payment.amount;
          continue;
        }
      }
      payments.push_back(payment);
    }
  }
  answer["payments"] = json::array();
  for (const auto& payment : payments) answer["payments"].push_back(payment_json(payment, work.catalogue));
  print_deals(work, written);
  return answer;
}

}  // namespace phien::till

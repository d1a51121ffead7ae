// POST /declared-sales: a day's takings that were not rung up, with how they are known.
#include <fmt/format.h>

#include "pos/till/deals.hpp"
#include "pos/till/settle.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

journal::BackLine declared_line(Work& work, Fields& item, const std::string& exhibitor, const std::string& vat_method,
                                const std::string& day) {
  const auto& product = work.product_of(item);
  if (product.exhibitor != exhibitor)
    refuse("mixed_exhibitors", item.at("product"),
           {"Mỗi bản kê chỉ của một đơn vị.", "A declaration is of one exhibitor's goods."});
  journal::BackLine line;
  line.qty = item.quantity("qty");
  work.check_decimals(product, line.qty, item.at("qty"));
  const auto price = item.optional_money("price");
  const auto total = item.optional_money("total");
  item.done();
  if (price && total)
    refuse("bad_value", item.at("total"), {"Chỉ nêu một trong hai: price hoặc total.", "Name one of price and total."});
  const auto worth = total ? total : line_total(line.qty, price.value_or(product.price));
  if (!worth || *worth > kMaxAmount) refuse("overflow", item.at("qty"), {"Số tiền quá lớn.", "The amount is too large."});
  const auto vat = catalogue::vat_for(vat_method, product.vat, *worth);
  line.product = product.id;
  line.name = product.name;
  line.unit = product.unit;
  line.total = *worth;
  line.vat = vat.code;
  line.vat_amount = vat.amount;
  line.ocop = catalogue::ocop_on(product, day);
  line.cnnt = catalogue::cnnt_on(product, day);
  return line;
}

// Declared money is exact: nothing is rounded and no reference is awaited.
std::vector<journal::Payment> declared_payments(Work& work, Fields& request, Dong total, const std::string& exhibitor) {
  auto tenders = read_tenders(request, true);
  if (tenders.empty() && total > 0) tenders.push_back({journal::Method::cash, {}, {}, {}, {}, "payments"});
  Dong named = 0;
  for (const auto& tender : tenders) {
    const auto sum = add(named, tender.amount.value_or(0));
    if (!sum) refuse("overflow", tender.where, {"Số tiền quá lớn.", "The amount is too large."});
    named = *sum;
  }
  std::vector<journal::Payment> payments;
  bool rest = false;
  for (const auto& tender : tenders) {
    if (!tender.amount && std::exchange(rest, true))
      refuse("two_rests", tender.where, {"Chỉ một khoản được để trống số tiền.", "Only one payment may leave its amount open."});
    const Dong amount = tender.amount.value_or(total - named);
    const std::string holder = tender.holder.value_or(work.me.holder_of(exhibitor));
    if (holder != exhibitor && holder != work.me.holder)
      refuse("unknown_holder", tender.where + ".holder",
             {fmt::format("Tiền không thể do {} giữ.", holder), fmt::format("{} cannot hold that money.", holder)});
    if (amount > 0) payments.push_back({tender.method, amount, holder, {}, {}, tender.label, {}});
  }
  Dong sum = 0;
  for (const auto& payment : payments) sum += payment.amount;
  if (sum != total)
    refuse("payments_do_not_add_up", request.at("payments"),
           {fmt::format("Tổng là {}, các khoản cộng lại {}.", format_dong(total), format_dong(sum)),
            fmt::format("The total is {}, the payments make {}.", format_dong(total), format_dong(sum))});
  return payments;
}

}  // namespace

json declare(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  journal::DeclaredSales declared;
  declared.exhibitor = work.exhibitor(request);
  declared.place = request.optional_id("place").value_or(kBooth);
  declared.day = request.optional_day("day").value_or(work.day());
  if (declared.day > work.day()) refuse("out_of_range", request.at("day"), {"Ngày ở tương lai.", "That day is in the future."});
  declared.method = request.text("method", 80);
  declared.sales = request.optional_integer("sales", 0, 1'000'000).value_or(0);
  declared.note = request.optional_text("note", 2000);
  const auto& vat_method = work.exhibitor_item(declared.exhibitor, request.at("exhibitor")).vat_method;
  Dong sum = 0;
  for (auto& item : request.list("lines", 0, kMaxLines)) {
    declared.lines.push_back(declared_line(work, item, declared.exhibitor, vat_method, declared.day));
    const auto more = add(sum, declared.lines.back().total);
    if (!more) refuse("overflow", request.at("lines"), {"Số tiền quá lớn.", "The amount is too large."});
    sum = *more;
  }
  declared.total = declared.lines.empty() ? request.money("total", 1) : request.optional_money("total").value_or(sum);
  if (!declared.lines.empty() && declared.total != sum)
    refuse("bad_value", request.at("total"),
           {fmt::format("Các dòng cộng lại là {}.", format_dong(sum)), fmt::format("The lines make {}.", format_dong(sum))});
  declared.payments = declared_payments(work, request, declared.total, declared.exhibitor);
  request.done();
  const Dong total = declared.total;
  json answer = work.write_one(by, std::move(declared), happened);
  answer["total"] = total;
  return answer;
}

}  // namespace phien::till

#include "pos/till/give_back.hpp"

#include <fmt/format.h>

#include "pos/till/scanned.hpp"

namespace phien::till {

namespace {

// The sale a scanned receipt tells of: as this till's journals have it, or, where they do not, as the code says it (I6: what is
// given back is the truth, whether or not the sale has been heard of).
Known scanned_sale(Work& work, const std::string& text, const std::string& where) {
  const auto code = scan::receipt_code(text);
  if (!code)
    refuse("damaged_receipt", where, {"Mã trên phiếu bị hỏng: gõ số phiếu.", "The receipt's code is damaged: type its number."});
  if (code->fair != work.me.fair)
    refuse("other_fair", where, {"Phiếu này của phiên chợ khác.", "That receipt is of another fair."});
  if (!work.me.sells_for(code->exhibitor))
    refuse("not_yours", where,
           {fmt::format("Phiếu này của gian {}.", code->booth), fmt::format("That receipt is of booth {}.", code->booth)});
  if (auto held = held_sale(work.tx, code->sale)) return std::move(*held);
  if (code->lines.empty())
    refuse("unknown_receipt", where,
           {"Phiếu nhiều dòng: mã chỉ có số và tổng tiền. Trả ở máy đã bán, hoặc chọn từng món.",
            "A long receipt: its code has number and total only. Give it back at the till that sold it, or choose the goods."});
  return sale_of_code(*code, work.catalogue);
}

Known sale_of(Work& work, Fields& request) {
  const std::string name = request.text("receipt", scan::kMaxCodeBytes), where = request.at("receipt");
  auto found = scan::looks_like_receipt_code(name) ? scanned_sale(work, name, where) : find_deal(work.tx, work.me, name, where);
  const auto* sale = std::get_if<journal::Sale>(&found.entry.body);
  if (!sale)
    refuse("not_a_sale", request.at("receipt"), {"Chứng từ này không phải là bán hàng.", "That receipt is not of a sale."});
  work.require_own(sale->exhibitor, request.at("receipt"));
  if (is_voided(work.tx, found.ref))
    refuse("already_voided", request.at("receipt"), {"Lần bán này đã bị hủy.", "That sale was voided."});
  return found;
}

// `qty` of line `index`, valued so that refunding all of it in parts gives back exactly what it cost.
journal::BackLine back_line(const journal::Line& line, int index, const GivenBack& before, Quantity qty, bool resaleable) {
  journal::BackLine back;
  back.product = line.product;
  back.name = line.name;
  back.unit = line.unit;
  back.qty = qty;
  back.total = refund_share(line.total, line.qty, before.qty, before.amount, qty);
  back.vat = line.vat;
  back.vat_amount = refund_share(line.vat_amount, line.qty, before.qty, before.vat, qty);
  back.ocop = line.ocop;
  back.cnnt = line.cnnt;
  back.lot = line.lot;
  back.of = index;
  back.gift = line.gift;
  back.resaleable = resaleable;
  return back;
}

void lines_of_sale(Work& work, Fields& request, const char* name, bool damaged, const Known& known, journal::Refund& refund) {
  const auto& sale = std::get<journal::Sale>(known.entry.body);
  auto before = given_back(work.tx, known.ref);
  const bool all = !request.has(name);
  if (all) {
    for (std::size_t i = 0; i < sale.lines.size(); ++i) {
      const int index = static_cast<int>(i);
      const Quantity left = sale.lines[i].qty - before[index].qty;
      if (left > 0) refund.lines.push_back(back_line(sale.lines[i], index, before[index], left, !damaged));
    }
    if (refund.lines.empty())
      refuse("already_refunded", request.at("receipt"),
             {"Lần bán này đã được trả lại hết.", "All of that sale was given back already."});
    return;
  }
  for (auto& item : request.list(name, 1, kMaxLines)) {
    const auto index = static_cast<int>(item.integer("of", 0, static_cast<std::int64_t>(sale.lines.size()) - 1));
    const auto& line = sale.lines[static_cast<std::size_t>(index)];
    const Quantity left = line.qty - before[index].qty;
    const Quantity qty = item.optional_quantity("qty").value_or(left);
    const bool resaleable = item.flag("resaleable", !damaged);
    item.done();
    if (qty > left || left <= 0)
      refuse("more_than_sold", item.at("qty"),
             {fmt::format("Chỉ còn {} {} chưa trả lại.", format_quantity(left), line.unit),
              fmt::format("Only {} {} were not given back yet.", format_quantity(left), line.unit)});
    if (const auto* product = work.product(line.product)) work.check_decimals(*product, qty, item.at("qty"));
    refund.lines.push_back(back_line(line, index, before[index], qty, resaleable));
    before[index].qty += qty;
    before[index].amount += refund.lines.back().total;
    before[index].vat += refund.lines.back().vat_amount;
  }
}

// A sale of another till that is not known here: the goods are named, at what was paid for them.
void lines_by_product(Work& work, Fields& request, const char* name, bool damaged, journal::Refund& refund) {
  const std::string day = work.day();
  for (auto& item : request.list(name, 1, kMaxLines)) {
    const auto& product = work.product_of(item);
    journal::BackLine back;
    back.qty = item.quantity("qty");
    work.check_decimals(product, back.qty, item.at("qty"));
    const auto total = line_total(back.qty, item.optional_money("price").value_or(product.price));
    back.resaleable = item.flag("resaleable", !damaged);
    item.done();
    if (!total || *total > kMaxAmount) refuse("overflow", item.at("price"), {"Số tiền quá lớn.", "The amount is too large."});
    if (!refund.exhibitor.empty() && refund.exhibitor != product.exhibitor)
      refuse("mixed_exhibitors", item.at("product"),
             {"Mỗi lần trả hàng chỉ của một đơn vị.", "A refund is of one exhibitor's goods."});
    refund.exhibitor = product.exhibitor;
    refund.vat_method = work.exhibitor_item(product.exhibitor, item.at("product")).vat_method;
    const auto vat = catalogue::vat_for(refund.vat_method, product.vat, *total);
    back.product = product.id;
    back.name = product.name;
    back.unit = product.unit;
    back.total = *total;
    back.vat = vat.code;
    back.vat_amount = vat.amount;
    back.ocop = catalogue::ocop_on(product, day);
    back.cnnt = catalogue::cnnt_on(product, day);
    refund.lines.push_back(std::move(back));
  }
}

std::optional<journal::Ref> foreign_sale(Fields& request) {
  auto named = request.object("sale");
  if (!named) return std::nullopt;
  const auto hash = hash_from_hex(named->text("hash", 64));
  if (!hash) refuse("bad_value", named->at("hash"), {"Mã phải gồm 64 chữ số thập lục phân.", "A hash has 64 hex digits."});
  journal::Ref ref{named->id("terminal"), named->integer("seq", 1, INT64_C(1) << 52), *hash};
  named->done();
  return ref;
}

}  // namespace

journal::Refund read_refund(Work& work, Fields& request, const char* name) {
  journal::Refund refund;
  const bool damaged = request.flag("damaged");
  refund.reason = request.optional_text("reason", 400);
  refund.place = request.optional_id("place").value_or(kBooth);
  if (request.has("receipt")) {
    if (request.has("sale"))
      refuse("bad_value", request.at("sale"), {"Chỉ nêu một trong hai: receipt hoặc sale.", "Name one of receipt and sale."});
    const Known known = sale_of(work, request);
    const auto& sale = std::get<journal::Sale>(known.entry.body);
    refund.sale = known.ref;
    refund.exhibitor = sale.exhibitor;
    refund.vat_method = sale.vat_method;
    lines_of_sale(work, request, name, damaged, known, refund);
  } else {
    refund.sale = foreign_sale(request);
    lines_by_product(work, request, name, damaged, refund);
  }
  refund.booth = work.booth_of(refund.exhibitor);
  for (const auto& line : refund.lines) {
    const auto sum = add(refund.total, line.total);
    if (!sum) refuse("overflow", request.at(name), {"Số tiền quá lớn.", "The amount is too large."});
    refund.total = *sum;
  }
  return refund;
}

}  // namespace phien::till

// POST /stock-in, /stock-out, /transfers, /counts: goods that move other than by sale.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "pos/till/deals.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

struct Goods {
  std::string exhibitor;
  std::vector<journal::GoodsLine> lines;
};

enum class Reading { movement, count };

Goods read_goods(Work& work, Fields& request, Reading reading) {
  Goods goods;
  if (auto named = request.optional_id("exhibitor")) work.require_own(goods.exhibitor = *named, request.at("exhibitor"));
  std::set<std::string> counted;
  for (auto& item : request.list("lines", 1, kMaxLines)) {
    const auto& product = work.product_of(item);
    if (goods.exhibitor.empty()) goods.exhibitor = product.exhibitor;
    if (product.exhibitor != goods.exhibitor)
      refuse("mixed_exhibitors", item.at("product"),
             {"Mỗi phiếu chỉ của một đơn vị.", "One document is of one exhibitor's goods."});
    journal::GoodsLine line{product.id, product.name, product.unit, item.quantity("qty", reading == Reading::count), {}, {}};
    work.check_decimals(product, line.qty, item.at("qty"));
    if (reading == Reading::count) {
      if (!counted.insert(product.id).second)
        refuse("counted_twice", item.at("product"),
               {"Sản phẩm này xuất hiện hai lần trong phiếu kiểm.", "This product is in the count twice."});
    } else {
      line.lot = item.optional_text("lot", 40);
      line.expiry = item.optional_day("expiry");
    }
    item.done();
    goods.lines.push_back(std::move(line));
  }
  return goods;
}

std::string place_of(Fields& request, const char* name = "place") { return request.optional_id(name).value_or(kBooth); }

json read_document(Fields& request) {
  json document;
  auto given = request.object("document");
  if (!given) return document;
  for (const char* name : {"number", "order", "sender", "receiver", "from", "to", "vehicle"})
    if (auto text = given->optional_text(name, 200)) document[name] = *text;
  given->done();
  return document;
}

}  // namespace

json stock_in(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  auto goods = read_goods(work, request, Reading::movement);
  journal::StockIn body{goods.exhibitor, place_of(request), std::move(goods.lines), read_document(request),
                        request.optional_text("note", 2000)};
  request.done();
  return work.write_one(by, std::move(body), happened);
}

json stock_out(Work& work, Fields& request) {
  static const std::vector<std::string> reasons{"sample", "gift", "damage", "loss", "return_to_exhibitor", "withdrawn"};
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  auto goods = read_goods(work, request, Reading::movement);
  journal::StockOut body;
  body.exhibitor = goods.exhibitor;
  body.place = place_of(request);
  body.lines = std::move(goods.lines);
  const std::string reason = request.one_of("reason", reasons);
  body.reason = static_cast<journal::OutReason>(std::find(reasons.begin(), reasons.end(), reason) - reasons.begin());
  if (auto lead = request.optional_text("lead", 100))
    body.lead = find_entry(work.tx, work.me, *lead, request.at("lead")).ref.hash;
  body.note = request.optional_text("note", 2000);
  request.done();
  return work.write_one(by, std::move(body), happened);
}

json transfer(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  auto goods = read_goods(work, request, Reading::movement);
  journal::Transfer body{goods.exhibitor, place_of(request, "from"), request.id("to"), std::move(goods.lines),
                         request.optional_text("note", 2000)};
  request.done();
  if (body.from == body.to)
    refuse("same_place", request.at("to"), {"Nơi đi và nơi đến phải khác nhau.", "The two places must differ."});
  return work.write_one(by, std::move(body), happened);
}

json count(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  auto goods = read_goods(work, request, Reading::count);
  journal::StockCount body{goods.exhibitor, place_of(request), std::move(goods.lines), request.optional_text("note", 2000)};
  request.done();
  return work.write_one(by, std::move(body), happened);
}

}  // namespace phien::till

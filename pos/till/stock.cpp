// POST /stock-in, /stock-out, /transfers, /counts: goods that move other than by sale. POST /quote/count: what a count would
// find.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "pos/till/basket.hpp"
#include "pos/till/deals.hpp"
#include "pos/till/shelf.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

struct GoodsList {
  std::string exhibitor;
  std::vector<journal::GoodsLine> lines;
  std::set<std::string> sold;  // of a count: what is missing of these was sold
};

enum class Reading { movement, count };

GoodsList read_goods(Work& work, Fields& request, Reading reading) {
  GoodsList goods;
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
      if (item.flag("sold")) goods.sold.insert(product.id);
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

// A count, and what becomes of what is missing.
struct Counting {
  journal::StockCount body;
  std::vector<Counted> lines;
  std::vector<journal::Sale> sales;  // late: what was sold and not rung up
  Settled settled;
  Dong total = 0;
};

Counting read_count(Work& work, Fields& request, std::optional<Milliseconds> happened) {
  Counting counting;
  auto goods = read_goods(work, request, Reading::count);
  const std::string place = place_of(request);
  const auto rows = shelf(work.tx, work.me, work.stock.get());
  Basket missing;
  for (const auto& line : goods.lines) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const sync::FeedRow& one) {
      return one.exhibitor == goods.exhibitor && one.product == line.product && one.place == place;
    });
    Counted counted{work.product(line.product), row == rows.end() ? 0 : row->on_hand, line.qty,
                    goods.sold.contains(line.product)};
    if (counted.sold && counted.missing() > 0) {
      Wanted wanted;
      wanted.product = counted.product;
      wanted.exhibitor = goods.exhibitor;
      wanted.qty = counted.missing();
      wanted.where = "lines";
      missing.wanted.push_back(std::move(wanted));
    }
    counting.lines.push_back(counted);
  }
  auto tenders = read_tenders(request);
  if (!missing.wanted.empty()) {
    counting.sales = price_sales(work, missing, happened);
    for (auto& sale : counting.sales) sale.place = place;
    counting.total = counting.sales.front().total;
    counting.settled =
        settle({{work.me.holder_of(goods.exhibitor), counting.total, {}}}, std::move(tenders), cash_round(work), new_pay_ref);
  } else if (!tenders.empty()) {
    refuse("bad_value", request.at("payments"), {"Không có hàng bán bù.", "Nothing of it was sold."});
  }
  counting.body = {goods.exhibitor, place, std::move(goods.lines), request.optional_text("note", 2000)};
  return counting;
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
  Counting counting = read_count(work, request, happened);
  request.done();
  if (counting.sales.empty()) {
    json answer = work.write_one(by, std::move(counting.body), happened);
    answer["rows"] = counted_json(counting.lines);
    return answer;
  }
  // In one unit, the sale before the count: what was sold was gone when the goods were counted.
  std::vector<journal::Entry> entries;
  for (std::size_t i = 0; i < counting.sales.size(); ++i) {
    auto& sale = counting.sales[i];
    sale.how = journal::How::late;
    finish(work, sale, counting.settled.parts[i]);
    entries.push_back(work.entry(by, std::move(sale), happened));
  }
  entries.push_back(work.entry(by, std::move(counting.body), happened));
  json answer = receipts_json(work, work.write(std::move(entries)));
  answer["rows"] = counted_json(counting.lines);
  answer["total"] = counting.total;
  answer["due"] = counting.settled.due;
  return answer;
}

json quote_count(Work& work, Fields& request) {
  work.cashier(request);
  const auto happened = work.happened(request);
  const Counting counting = read_count(work, request, happened);
  request.done();
  return {{"due", counting.settled.due}, {"rows", counted_json(counting.lines)}, {"total", counting.total}};
}

}  // namespace phien::till

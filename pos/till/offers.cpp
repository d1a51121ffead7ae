// POST /offers, /barcodes, /proposals: what an exhibitor sets, learns or proposes at the till itself.
#include <fmt/format.h>

#include <set>

#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

constexpr Milliseconds kDayMs = 86'400'000;

// The value of an offer: đồng for price and combo; hundredths of a percent (an integer) or text ("12.5%") for percent; goods for
// n_get_m.
std::int64_t read_value(Fields& request, const std::string& type) {
  if (type == "price" || type == "combo") return request.money("value");
  if (type == "n_get_m") return request.quantity("value");
  const auto text = request.text_or_nothing("value", 20);
  if (!text) return request.integer("value", 1, 10'000);
  const auto percent = text->ends_with('%') ? parse_quantity(std::string_view(*text).substr(0, text->size() - 1)) : std::nullopt;
  if (!percent || *percent <= 0 || *percent > 100 * kOne || *percent % 10 != 0)
    refuse("bad_value", request.at("value"),
           {"Phần trăm viết như \"12.5%\", từ 0,01 đến 100.", "Write a percentage as \"12.5%\", from 0.01 to 100."});
  return *percent / 10;
}

Quantity smallest(const catalogue::Product& product) {
  Quantity step = kOne;
  for (int i = 0; i < product.quantity_decimals; ++i) step /= 10;
  return step;
}

void read_items(Work& work, Fields& request, journal::Offer& offer) {
  const bool counts = offer.type == "combo" || offer.type == "n_get_m";
  std::set<std::string> named;
  for (auto& item : request.list("items", 1, 50)) {
    const auto& product = work.product_of(item);
    if (offer.exhibitor.empty()) offer.exhibitor = product.exhibitor;
    if (product.exhibitor != offer.exhibitor)
      refuse("mixed_exhibitors", item.at("product"),
             {"Khuyến mãi chỉ gồm hàng của một đơn vị.", "An offer is of one exhibitor's goods."});
    if (!named.insert(product.id).second)
      refuse("bad_value", item.at("product"), {"Sản phẩm này xuất hiện hai lần.", "This product is named twice."});
    const Quantity qty = item.optional_quantity("qty").value_or(counts ? kOne : smallest(product));
    work.check_decimals(product, qty, item.at("qty"));
    item.done();
    offer.items.emplace_back(product.id, qty);
  }
}

journal::Offer ended_offer(Work& work, Fields& request) {
  const std::string id = request.id("offer");
  const auto exhibitor = request.optional_id("exhibitor");
  for (const auto& [key, standing] : work.state.offers)
    if (key.second == id && (!exhibitor || key.first == *exhibitor)) {
      journal::Offer offer = standing.offer;
      offer.active = false;
      return offer;
    }
  refuse("unknown_offer", request.at("offer"),
         {fmt::format("Không có khuyến mãi {}.", id), fmt::format("There is no offer {}.", id)});
}

bool barcode_is_known(const Work& work, const std::string& barcode) {
  if (work.catalogue.by_barcode(barcode) || work.state.barcodes.contains(barcode)) return true;
  for (const auto& [id, proposed] : work.state.proposals)
    if (proposed.product.barcode == barcode) return true;
  return false;
}

void require_free_barcode(const Work& work, const std::string& barcode, const std::string& where) {
  if (barcode_is_known(work, barcode))
    refuse("barcode_taken", where, {"Mã vạch này đã thuộc một sản phẩm.", "That barcode belongs to a product already."});
  if (work.state.barcodes.size() + work.state.proposals.size() >= kMaxLearned)
    refuse("too_many", where,
           {"Máy đã ghi nhớ quá nhiều mã và sản phẩm.", "This till remembers too many barcodes and products already."});
}

}  // namespace

json offer(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  work.require_right(by, &catalogue::Cashier::may_discount,
                     {"Người bán này không được đặt khuyến mãi.", "This cashier may not set offers."});
  if (!request.flag("active", true)) {
    auto ended = ended_offer(work, request);
    request.done();
    return work.write_one(by, std::move(ended));
  }
  journal::Offer offer;
  if (auto named = request.optional_id("exhibitor")) work.require_own(offer.exhibitor = *named, request.at("exhibitor"));
  offer.offer = request.optional_id("offer").value_or("O" + random_hex(4));
  offer.name = request.text("name", 200);
  offer.type = request.one_of("type", {"price", "percent", "combo", "n_get_m"});
  read_items(work, request, offer);
  offer.value = read_value(request, offer.type);
  offer.from = request.optional_time("from").value_or(work.time());
  offer.until = request.optional_time("until").value_or(std::max(work.time(), offer.from) + 30 * kDayMs);
  request.done();
  if (offer.until <= offer.from)
    refuse("out_of_range", request.at("until"), {"Thời điểm kết thúc phải sau khi bắt đầu.", "It must end after it begins."});
  if (work.state.offers.size() >= kMaxOffers && !work.state.offers.contains({offer.exhibitor, offer.offer}))
    refuse("too_many", request.at("offer"), {"Quá nhiều khuyến mãi đang chạy.", "Too many offers are running."});
  const std::string id = offer.offer;
  json answer = work.write_one(by, std::move(offer));
  answer["offer"] = id;
  return answer;
}

json learn_barcode(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const std::string id = request.id("product"), barcode = request.text("barcode", 40);
  request.done();
  const auto* product = work.product(id);
  if (!product)
    refuse("unknown_product", request.at("product"),
           {fmt::format("Không có sản phẩm {}.", id), fmt::format("There is no product {}.", id)});
  work.require_own(product->exhibitor, request.at("product"));
  require_free_barcode(work, barcode, request.at("barcode"));
  return work.write_one(by, journal::BarcodeLearned{product->exhibitor, id, barcode});
}

json propose_product(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  journal::ProductProposed proposed;
  proposed.exhibitor = work.exhibitor(request);
  proposed.product = request.id("product");
  proposed.name = request.text("name", 400);
  proposed.unit = request.text("unit", 40);
  proposed.sold_by = request.one_of("sold_by", {"piece", "weight", "length"}, "piece");
  proposed.vat = request.one_of("vat", {"0", "5", "8", "10", "KCT", "none"}, "none");
  proposed.price = request.money("price");
  proposed.barcode = request.optional_text("barcode", 40);
  request.done();
  if (proposed.product.starts_with('_') || work.product(proposed.product))
    refuse("product_exists", request.at("product"),
           {fmt::format("Mã {} đã dùng.", proposed.product), fmt::format("Id {} is taken.", proposed.product)});
  require_free_barcode(work, proposed.barcode.value_or(""), request.at("barcode"));
  return work.write_one(by, std::move(proposed));
}

}  // namespace phien::till

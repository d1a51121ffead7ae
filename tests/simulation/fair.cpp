#include "tests/simulation/fair.hpp"

#include "tests/simulation/hop.hpp"

namespace phien::simulation {

std::vector<catalogue::Exhibitor> exhibitors_of_fair() {
  std::vector<catalogue::Exhibitor> all;
  for (const auto& [id, booth, method] :
       {std::tuple{"EX1", "A01", "TRUC_TIEP"}, {"EX2", "B02", "KHAU_TRU"}, {"EX3", "C03", "TRUC_TIEP"}}) {
    catalogue::Exhibitor one;
    one.id = id;
    one.name = std::string("Hợp tác xã ") + id + " (Mẫu)";
    one.booth = booth;
    one.vat_method = method;
    one.is_sample = true;
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<catalogue::Product> goods_of_fair() {
  std::vector<catalogue::Product> all;
  for (const auto& seller : exhibitors_of_fair()) {
    for (int i = 1; i <= 3; ++i) {
      catalogue::Product one;
      one.id = "P" + seller.id.substr(2) + std::to_string(i);
      one.exhibitor = seller.id;
      one.name = "Miến dong " + one.id + " (Mẫu)";
      one.unit = i == 3 ? "kg" : "hộp";
      one.sold_by = i == 3 ? catalogue::SoldBy::weight : catalogue::SoldBy::piece;
      one.quantity_decimals = i == 3 ? 3 : 0;
      one.price = i * 17'300 + 7'700;
      one.vat = i == 2 ? "8" : "5";
      if (i == 1) one.wholesale_price = 19'900, one.wholesale_from = 10 * kOne;
      one.ocop_star = i;
      one.is_sample = true;
      all.push_back(std::move(one));
    }
  }
  return all;
}

journal::Body catalogue_item(const catalogue::Product& product) {
  return journal::CatalogueItem{journal::CatalogueItem::Type::product, catalogue::to_json(product), false};
}

std::vector<journal::Body> opening_of_fair() {
  catalogue::Fair fair;
  fair.id = kFair;
  fair.name = "Tuần hàng (Mẫu)";
  fair.first_day = "2025-05-15";
  fair.last_day = "2025-05-19";
  fair.is_sample = true;
  std::vector<journal::Body> all{journal::CatalogueItem{journal::CatalogueItem::Type::fair, catalogue::to_json(fair), false}};
  for (const auto& one : exhibitors_of_fair())
    all.push_back(journal::CatalogueItem{journal::CatalogueItem::Type::exhibitor, catalogue::to_json(one), false});
  for (const auto& one : goods_of_fair()) all.push_back(catalogue_item(one));
  for (const auto& seller : exhibitors_of_fair()) {
    journal::Opening opening{seller.id, "booth", {}};
    for (const auto& one : goods_of_fair())
      if (one.exhibitor == seller.id) opening.lines.push_back({one.id, one.name, one.unit, 40 * kOne, {}, {}});
    all.push_back(std::move(opening));
  }
  return all;
}

}  // namespace phien::simulation

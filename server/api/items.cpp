#include "server/api/items.hpp"

#include <algorithm>
#include <array>

#include "server/exchange/changes.hpp"
#include "server/refusal.hpp"
#include "shared/catalogue/catalogue.hpp"
#include "shared/ledger/keys.hpp"

namespace phien::server::api {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<std::string_view, ItemType>, 4> kTypes{{{"fair", ItemType::fair},
                                                                       {"exhibitor", ItemType::exhibitor},
                                                                       {"product", ItemType::product},
                                                                       {"cashier", ItemType::cashier}}};
constexpr std::array<std::string_view, 6> kVatCodes{"0", "5", "8", "10", "KCT", "none"};

[[noreturn]] void refuse(const char* code, const char* field, Message what) {
  throw Refusal(422, {code, field, std::move(what)});
}

template <class T>
void must_read(const json& item) {
  const auto problems = catalogue::problems_in<T>(item);
  if (!problems.empty()) throw Refusal(422, problems.front());
  const auto known = catalogue::field_names<T>();
  for (const auto& [name, value] : item.items())
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Refusal(422, {"unknown_field", name, {"Không có trường này.", "There is no such field."}});
}

const std::map<std::string, json>& items_of(const ledger::CatalogueItems& items, ItemType type) {
  return type == ItemType::exhibitor ? items.exhibitors : type == ItemType::product ? items.products : items.cashiers;
}

// Another item of the type with the same value in a field.
bool another_has(const std::map<std::string, json>& items, const json& item, const char* field, const char* within = nullptr) {
  const std::string value = item.value(field, "");
  if (value.empty()) return false;
  return std::any_of(items.begin(), items.end(), [&](const auto& one) {
    const bool same_place = !within || one.second.value(within, "") == item.value(within, "");
    return one.first != item.at("id").template get<std::string>() && same_place && one.second.value(field, "") == value;
  });
}

void must_have_exhibitor(const ledger::CatalogueItems& items, const json& item) {
  if (!items.exhibitors.contains(item.at("exhibitor").get<std::string>()))
    refuse("unknown_exhibitor", "exhibitor", {"Không có đơn vị này.", "There is no such exhibitor."});
}

void must_fit_exhibitor(const ledger::CatalogueItems& items, const json& item) {
  must_read<catalogue::Exhibitor>(item);
  if (item.at("id").get_ref<const std::string&>().size() > exchange::kMaxExhibitorId)
    refuse("too_long", "id", {"Mã đơn vị dài quá 28 ký tự.", "An exhibitor's id is longer than 28 characters."});
  const std::string tax_code = item.value("tax_code", "");
  if (!tax_code.empty() && !catalogue::valid_tax_code(tax_code))
    refuse("bad_check_digit", "tax_code", {"Mã số thuế sai chữ số kiểm tra.", "The tax code's check digit is wrong."});
  if (another_has(items.exhibitors, item, "booth"))
    refuse("duplicate", "booth", {"Gian này đã có đơn vị khác.", "Another exhibitor has this booth."});
}

void must_fit_product(const ledger::CatalogueItems& items, const json& item) {
  must_read<catalogue::Product>(item);
  must_have_exhibitor(items, item);
  const std::string barcode = item.value("barcode", ""), vat = item.at("vat").get<std::string>();
  if (!barcode.empty() && !catalogue::valid_barcode(barcode))
    refuse("bad_check_digit", "barcode", {"Mã vạch sai chữ số kiểm tra.", "The barcode's check digit is wrong."});
  if (another_has(items.products, item, "barcode", "exhibitor"))
    refuse("duplicate", "barcode",
           {"Sản phẩm khác của đơn vị đã có mã vạch này.", "Another product of this exhibitor has this barcode."});
  if (std::find(kVatCodes.begin(), kVatCodes.end(), vat) == kVatCodes.end())
    refuse("bad_value", "vat", {"Thuế suất là 0, 5, 8, 10, KCT hoặc none.", "A VAT code is 0, 5, 8, 10, KCT or none."});
}

}  // namespace

ItemType item_type(const std::string& name) {
  for (const auto& [known, type] : kTypes)
    if (name == known) return type;
  throw Refusal(404, {"unknown_type", "type", {"Không có loại mục này.", "There is no such type of item."}});
}

std::optional<json> item_now(const ledger::CatalogueItems& items, ItemType type, const std::string& id) {
  if (type == ItemType::fair)
    return items.fair.is_object() && items.fair.value("id", "") == id ? std::optional(items.fair) : std::nullopt;
  const auto& all = items_of(items, type);
  const auto found = all.find(id);
  return found == all.end() ? std::nullopt : std::optional(found->second);
}

void must_fit(const ledger::CatalogueItems& items, ItemType type, const json& item) {
  switch (type) {
    case ItemType::fair:
      must_read<catalogue::Fair>(item);
      if (item.at("last_day") < item.at("first_day"))
        refuse("bad_value", "last_day", {"Ngày cuối trước ngày đầu.", "The last day is before the first."});
      return;
    case ItemType::exhibitor:
      return must_fit_exhibitor(items, item);
    case ItemType::product:
      return must_fit_product(items, item);
    case ItemType::cashier:
      must_read<catalogue::Cashier>(item);
      return must_have_exhibitor(items, item);
  }
}

std::vector<ItemVersion> item_versions(const ledger::Reader& books, ItemType type, const std::string& id) {
  const auto name = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& known) { return known.second == type; })->first;
  std::vector<ItemVersion> versions;
  for (const auto& [key, value] : ledger::keys::facts(books, ledger::keys::prefix("catalogue", name, id))) {
    json fact = json::parse(value);
    const auto order = ledger::keys::ServerOrder::parse(std::string_view(key).substr(key.rfind('|') + 1));
    versions.push_back({std::move(fact.at("item")), fact.at("removed").get<bool>(), order.entry()});
  }
  return versions;  // keys end in the order of server entries
}

}  // namespace phien::server::api

// GET /scan: what a code read by a scanner means here.
#include <charconv>

#include "pos/till/deals.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

const catalogue::Product* by_code(const View& view, std::string_view code) {
  const auto own = [&](const catalogue::Product* product) {
    return product && view.me.sells_for(product->exhibitor) ? product : nullptr;
  };
  if (const auto* product = own(view.catalogue->by_barcode(code))) return product;
  if (const auto learned = view.state.barcodes.find(std::string(code)); learned != view.state.barcodes.end())
    if (const auto known = view.catalogue->products.find(learned->second.product); known != view.catalogue->products.end())
      return own(&known->second);
  return nullptr;
}

bool digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

// GTIN-14 of a GS1 Digital Link (…/01/08930000000019/…) as the shorter code that is printed on goods.
std::optional<std::string> code_of_link(std::string_view link) {
  const auto at = link.find("/01/");
  if (!link.starts_with("http") || at == std::string_view::npos) return std::nullopt;
  const auto gtin = link.substr(at + 4, 14);
  if (gtin.size() != 14 || !digits(gtin) || gtin.front() != '0') return std::nullopt;
  return std::string(gtin.substr(1));
}

// A scale's label: 2 and one digit, five digits of the goods, five of the weight in grams, the check digit.
struct Weighed {
  std::string_view plu;
  Quantity qty = 0;
};
std::optional<Weighed> weighed(std::string_view code) {
  if (code.size() != 13 || code.front() != '2' || !digits(code) || !catalogue::valid_barcode(code)) return std::nullopt;
  Weighed label{code.substr(2, 5), 0};
  std::from_chars(code.data() + 7, code.data() + 12, label.qty);
  return label.qty > 0 ? std::optional(label) : std::nullopt;
}

}  // namespace

json scan_view(const View& view, const std::string& code) {
  const auto goods = [](const catalogue::Product& product) { return json{{"kind", "product"}, {"product", product.id}}; };
  if (const auto* product = by_code(view, code)) return goods(*product);
  if (const auto label = weighed(code))
    for (const auto& [id, product] : view.catalogue->products)
      if (product.scale_plu == label->plu && view.me.sells_for(product.exhibitor)) {
        json found = goods(product);
        found["qty"] = label->qty;
        return found;
      }
  if (const auto inside = code_of_link(code))
    if (const auto* product = by_code(view, *inside)) return goods(*product);
  for (const auto& [id, product] : view.catalogue->products)
    if (!product.trace_uri.empty() && product.trace_uri == code && view.me.sells_for(product.exhibitor)) return goods(product);
  if (code.starts_with("000201") && code.find("A000000727") != std::string::npos) return {{"kind", "payment"}};
  // A receipt is known by its number as printed. Codes of digits alone are goods: no journal is read for them.
  if (code.find('-') == std::string::npos || code.size() > 100) return {{"kind", "unknown"}};
  try {
    const Known known = find_deal(view.books, view.me, code, "code");
    return {{"kind", "receipt"}, {"receipt", receipt_number(*deal_of(known.entry.body), known.ref)}};
  } catch (const Refusal&) {
    return {{"kind", "unknown"}};
  }
}

}  // namespace phien::till

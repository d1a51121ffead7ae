// GET /scan: what a code read by a scanner means at this till.
#include "shared/scan/scan.hpp"

#include "pos/till/deals.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

const catalogue::Product* own(const View& view, const catalogue::Product* product) {
  return product && view.me.sells_for(product->exhibitor) ? product : nullptr;
}

const catalogue::Product* by_barcode(const View& view, const std::string& code) {
  if (const auto* product = own(view, view.catalogue->by_barcode(code))) return product;
  const auto learned = view.state.barcodes.find(code);
  if (learned == view.state.barcodes.end()) return nullptr;
  const auto known = view.catalogue->products.find(learned->second.product);
  return known == view.catalogue->products.end() ? nullptr : own(view, &known->second);
}

template <class Holds>
const catalogue::Product* first_own(const View& view, Holds holds) {
  for (const auto& [id, product] : view.catalogue->products)
    if (holds(product) && own(view, &product)) return &product;
  return nullptr;
}

json nothing_known() { return {{"kind", "unknown"}}; }
json goods(const catalogue::Product* product) {
  return product ? json{{"kind", "product"}, {"product", product->id}} : nothing_known();
}

json receipt(const View& view, const std::string& name) {
  try {
    const Known known = find_deal(view.books, view.me, name, "code");
    return {{"kind", "receipt"}, {"receipt", receipt_number(*deal_of(known.entry.body), known.ref)}};
  } catch (const Refusal&) {
    return nothing_known();
  }
}

// What each kind of code means here.
struct Meaning {
  const View& view;
  const std::string& code;

  json operator()(const scan::Barcode& barcode) const { return goods(by_barcode(view, barcode.ean13)); }
  json operator()(const scan::ScaleLabel& label) const {
    json found = goods(first_own(view, [&](const auto& product) { return product.scale_plu == label.plu; }));
    if (found.contains("product") && label.qty > 0) found["qty"] = label.qty;
    return found;
  }
  json operator()(const scan::Link& link) const {
    if (const auto* product = link.gtin.empty() ? nullptr : by_barcode(view, link.gtin)) return goods(product);
    return goods(first_own(view, [&](const auto& product) { return product.trace_uri == link.url; }));
  }
  json operator()(const VietQr&) const { return {{"kind", "payment"}}; }
  json operator()(const scan::ReceiptCode& paper) const {
    if (!view.me.sells_for(paper.exhibitor)) return {{"booth", paper.booth}, {"kind", "other_seller"}};
    json found = receipt(view, hex(paper.sale.hash));
    return found.contains("receipt") ? found : json{{"kind", "receipt_elsewhere"}};
  }
  json operator()(const scan::Unknown& unknown) const {
    // A receipt's number as printed. Codes of digits alone are goods: no journal is read for them.
    if (unknown.why == scan::Unknown::Why::other && code.size() <= 100 && code.find('-') != std::string::npos)
      return receipt(view, code);
    const bool misread = unknown.why != scan::Unknown::Why::other;
    return {{"kind", misread ? "misread" : "unknown"}};
  }
};

}  // namespace

json scan_view(const View& view, const std::string& code) {
  if (const auto* product = by_barcode(view, code)) return goods(product);
  return std::visit(Meaning{view, code}, scan::read(code));
}

}  // namespace phien::till

// GET /scan: what a code read by a scanner means at this till. And refunds by a receipt that was scanned.
#include "pos/till/scanned.hpp"

#include <algorithm>

#include "pos/till/use_cases.hpp"
#include "shared/receipt/receipt.hpp"

namespace phien::till {

namespace {

constexpr std::size_t kMaxNumber = 100, kMaxLot = 40;

// What the product was found by goes with it.
json product_json(const catalogue::Product& product, Quantity qty, const char* by) {
  return {{"by", by},
          {"exhibitor", product.exhibitor},
          {"kind", "product"},
          {"name", product.name},
          {"price", product.price},
          {"product", product.id},
          {"qty", qty},
          {"restricted", product.restricted},
          {"unit", product.unit}};
}

class Scan {
 public:
  Scan(const View& view, const std::string& code) : view_(view), code_(code) {}

  json operator()(const scan::Unknown& unknown) const {
    using Why = scan::Unknown::Why;
    const auto misread = [](const char* what) { return json{{"kind", "misread"}, {"what", what}}; };
    switch (unknown.why) {
      case Why::receipt_damaged:
        return misread("receipt");
      case Why::payment_damaged:
        return misread("payment");
      case Why::wrong_check_digit:
        return misread("barcode");
      case Why::other:
        // The number of goods without a barcode, as their label carries it.
        if (const auto own = view_.catalogue->products.find(code_);
            own != view_.catalogue->products.end() && view_.me.sells_for(own->second.exhibitor))
          return product_json(own->second, kOne, "id");
        // A receipt's number as printed. Codes of digits alone are goods: no journal is read for them.
        if (code_.size() <= kMaxNumber && code_.find('-') != std::string::npos) return by_number();
        break;
      case Why::too_long:
        break;
    }
    return {{"kind", "unknown"}};
  }

  json operator()(const scan::Barcode& barcode) const {
    if (const auto* product = by_barcode(barcode.ean13)) return product_json(*product, kOne, "barcode");
    return {{"code", barcode.code}, {"kind", "unknown"}};
  }

  json operator()(const scan::ScaleLabel& label) const {
    for (const auto& [id, product] : view_.catalogue->products) {
      if (!view_.me.sells_for(product.exhibitor) || product.scale_plu.empty()) continue;
      const auto first = std::min(product.scale_plu.find_first_not_of('0'), product.scale_plu.size() - 1);
      if (std::string_view(product.scale_plu).substr(first) == label.plu && label.qty > 0)
        return product_json(product, label.qty, "scale");
    }
    return {{"code", label.code}, {"kind", "unknown"}, {"plu", label.plu}, {"qty", label.qty}};
  }

  json operator()(const scan::Link& link) const {
    const catalogue::Product* found = nullptr;
    for (const auto& [id, product] : view_.catalogue->products)
      if (!found && view_.me.sells_for(product.exhibitor) && product.trace_uri == link.url) found = &product;
    if (!found && !link.gtin.empty()) found = by_barcode(link.gtin);
    if (!found) {
      json shown{{"kind", "unknown"}, {"url", link.url}};
      if (!link.gtin.empty()) shown["code"] = link.gtin;
      return shown;
    }
    json shown = product_json(*found, kOne, "trace");
    shown["url"] = link.url;
    if (!link.lot.empty()) shown["lot"] = truncate_utf8(link.lot, kMaxLot);
    return shown;
  }

  json operator()(const VietQr& payment) const {
    json shown{
        {"account", payment.account}, {"amount", payment.amount}, {"bank", payment.bin}, {"kind", "payment"}, {"ours", false},
        {"purpose", payment.purpose}};
    for (const auto& [id, exhibitor] : view_.catalogue->exhibitors)
      if (view_.me.sells_for(id) && exhibitor.bank_bin == payment.bin && exhibitor.bank_account == payment.account)
        shown["ours"] = true;
    return shown;
  }

  json operator()(const scan::ReceiptCode& code) const {
    if (code.fair != view_.me.fair) return {{"fair", code.fair}, {"kind", "other_fair"}};
    const auto& exhibitors = view_.catalogue->exhibitors;
    const auto seller = exhibitors.find(code.exhibitor);
    json shown{{"exhibitor", code.exhibitor},
               {"hash", hex(code.sale.hash)},
               {"name", seller == exhibitors.end() ? code.exhibitor : seller->second.name},
               {"receipt", receipt::number(code.booth, code.sale.terminal, code.receipt)},
               {"total", code.total}};
    if (!view_.me.sells_for(code.exhibitor)) {
      // Where the seller stands now, which need not be where the receipt was printed.
      shown["booth"] = seller == exhibitors.end() || seller->second.booth.empty() ? code.booth : seller->second.booth;
      shown["kind"] = "other_seller";
      return shown;
    }
    auto held = held_sale(view_.books, code.sale);
    if (held && !may_see(view_.me, held->entry.body)) held.reset();  // a code somebody made up
    const Known known = held ? *held : sale_of_code(code, *view_.catalogue);
    shown["kind"] = held ? "receipt" : "receipt_elsewhere";
    shown["voided"] = is_voided(view_.books, known.ref);
    shown["lines"] = lines_left(view_.books, known.ref, std::get<journal::Sale>(known.entry.body));
    return shown;
  }

  // Printed on goods as it is: learned, of the catalogue, or proposed with it.
  const catalogue::Product* by_barcode(const std::string& ean) const {
    // A UPC-A is written with and without its zero.
    const std::string upc = ean.size() == 13 && ean.front() == '0' ? ean.substr(1) : ean;
    for (const auto& one : {ean, upc}) {
      if (const auto* found = view_.catalogue->by_barcode(one); found && view_.me.sells_for(found->exhibitor)) return found;
      const auto learned = view_.state.barcodes.find(one);
      if (learned == view_.state.barcodes.end()) continue;
      const auto product = view_.catalogue->products.find(learned->second.product);
      if (product != view_.catalogue->products.end() && view_.me.sells_for(product->second.exhibitor)) return &product->second;
    }
    return nullptr;
  }

 private:
  json by_number() const {
    try {
      const Known known = find_deal(view_.books, view_.me, code_, "code");
      const auto& deal = *deal_of(known.entry.body);
      return {{"exhibitor", deal.exhibitor},
              {"hash", hex(known.ref.hash)},
              {"kind", "receipt"},
              {"receipt", receipt_number(deal, known.ref)},
              {"total", deal.total}};
    } catch (const Refusal&) {
      return {{"kind", "unknown"}};
    }
  }

  const View& view_;
  const std::string& code_;
};

}  // namespace

json scan_view(const View& view, const std::string& code) {
  const Scan meaning(view, code);
  if (const auto* product = meaning.by_barcode(code)) return product_json(*product, kOne, "barcode");
  return std::visit(meaning, scan::read(code));
}

std::optional<Known> held_sale(const ledger::Reader& journals, const journal::Ref& ref) {
  const auto stored = journal::find(journals, ref);
  if (!stored || stored->bytes.empty()) return std::nullopt;
  auto entry = journal::decode(stored->bytes);
  if (!entry || !std::holds_alternative<journal::Sale>(entry->body)) return std::nullopt;
  return Known{std::move(*entry), ref, stored->time};
}

Known sale_of_code(const scan::ReceiptCode& code, const catalogue::Catalogue& catalogue) {
  journal::Sale sale;
  sale.exhibitor = code.exhibitor;
  sale.booth = code.booth;
  sale.receipt = code.receipt;
  sale.total = code.total;
  if (const auto seller = catalogue.exhibitors.find(code.exhibitor); seller != catalogue.exhibitors.end())
    sale.vat_method = seller->second.vat_method;
  sale.lines = code.lines;
  for (auto& line : sale.lines) {
    if (const auto product = catalogue.products.find(line.product); product != catalogue.products.end()) {
      line.name = product->second.name;
      line.unit = product->second.unit;
    } else if (line.name.empty()) {
      line.name = line.product;
    }
    if (line.unit.empty()) line.unit = "đơn vị";
  }
  Known known;
  known.ref = code.sale;
  known.entry.body = std::move(sale);
  return known;
}

json lines_left(const ledger::Reader& journals, const journal::Ref& ref, const journal::Sale& sale) {
  const auto back = given_back(journals, ref);
  json lines = json::array();
  for (std::size_t i = 0; i < sale.lines.size(); ++i) {
    const auto& line = sale.lines[i];
    const auto found = back.find(static_cast<int>(i));
    lines.push_back({{"given_back", found == back.end() ? 0 : found->second.qty},
                     {"name", line.name},
                     {"of", i},
                     {"product", line.product},
                     {"qty", line.qty},
                     {"total", line.total},
                     {"unit", line.unit}});
  }
  return lines;
}

}  // namespace phien::till

#include "pos/till/packing_slip.hpp"

#include "pos/till/shelf.hpp"

namespace phien::till {

Known find_pack(const ledger::Reader& journals, const Identity& me, const std::string& pack, const std::string& where) {
  Known known = find_entry(journals, me, pack, where);
  const auto* out = std::get_if<journal::StockOut>(&known.entry.body);
  const bool begins = !known.entry.unit || known.entry.unit->at == 1;
  if (!out || out->reason != journal::OutReason::return_to_exhibitor || !begins || known.ref.terminal != me.terminal)
    refuse("not_a_pack", where, {"Đó không phải lần giao trả hàng của máy này.", "That is no packing list of this till."});
  return known;
}

receipt::Document packing_document(const View& view, const std::string& pack, Lang lang) {
  const Known first = find_pack(view.books, view.me, pack, "pack");
  const auto& exhibitor = std::get<journal::StockOut>(first.entry.body).exhibitor;
  receipt::PackingSlip slip;
  slip.exhibitor = exhibitor;
  if (const auto item = view.catalogue->exhibitors.find(exhibitor); item != view.catalogue->exhibitors.end()) {
    slip.exhibitor = item->second.name;
    slip.tax_code = item->second.tax_code;
  }
  slip.booth = view.me.booth;
  slip.terminal = view.me.terminal;
  const auto cashier = view.catalogue->cashiers.find(first.entry.by);
  slip.cashier = cashier == view.catalogue->cashiers.end() ? first.entry.by : cashier->second.name;
  slip.when = local_minute(first.time);
  slip.code = hex(first.ref.hash).substr(0, 8);
  const journal::Seq parts = first.entry.unit ? first.entry.unit->of : 1;
  view.books.scan(view.branch.no, first.ref.seq, first.ref.seq + parts - 1, [&](const journal::StoredEntry& stored) {
    const auto entry = journal::decode(stored.bytes);
    const auto* out = entry ? std::get_if<journal::StockOut>(&entry->body) : nullptr;
    if (!out) return true;
    for (const auto& line : out->lines) {
      const auto product = view.catalogue->products.find(line.product);
      const Dong value = product == view.catalogue->products.end() ? 0 : worth(product->second, line.qty);
      slip.rows.push_back({line.name, line.unit, line.qty, value});
    }
    return true;
  });
  return receipt::packing_slip(slip, lang);
}

}  // namespace phien::till

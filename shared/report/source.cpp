#include <algorithm>
#include <array>

#include "shared/report/tables.hpp"

namespace phien::report {

namespace {

// Sums of deals per how. What an edition holds beyond the first closing came late, however it was rung up.
std::map<std::string, Figures> sum_by_how(const std::vector<ledger::DealCell>& deals, const ledger::Reader* on_time) {
  std::map<std::string, Figures> sums{{"till", {}}, {"late", {}}, {"declared", {}}};
  if (!on_time) {
    for (const auto& cell : deals) sums[cell.how].add(cell);
    return sums;
  }
  for (const auto& cell : ledger::deal_cells(*on_time)) sums[cell.how].add(cell);
  Figures& late = sums["late"];
  for (const auto& cell : deals) late.add(cell);
  for (const auto& cell : ledger::deal_cells(*on_time)) {
    late.sales -= cell.sales;
    late.refunds -= cell.refunds;
    late.sold -= cell.sales_total;
    late.refunded -= cell.refunds_total;
    late.rounding -= cell.rounding;
  }
  return sums;
}

}  // namespace

void Figures::add(const ledger::DealCell& cell) {
  sales += cell.sales;
  refunds += cell.refunds;
  sold += cell.sales_total;
  refunded += cell.refunds_total;
  rounding += cell.rounding;
  if (cell.sales_total != 0 || cell.sales != 0) exhibitors.insert(cell.exhibitor);
}

Source::Source(const ledger::Reader& reader, const catalogue::Catalogue& names, const ledger::Reader* on_time)
    : books(reader),
      catalogue(names),
      cells(ledger::sales_cells(reader)),
      deals(ledger::deal_cells(reader)),
      takings(ledger::takings_cells(reader)),
      stock(ledger::stock(reader)),
      by_how(sum_by_how(deals, on_time)) {
  for (const auto& [id, exhibitor] : catalogue.exhibitors) exhibitors.insert(id);
  for (const auto& cell : deals) exhibitors.insert(cell.exhibitor);
  for (const auto& cell : takings) exhibitors.insert(cell.exhibitor);
  for (const auto& row : stock) {
    exhibitors.insert(row.exhibitor);
    if (!row.name.empty()) said_[row.product] = {row.name, row.unit};
  }
  for (const auto& id : exhibitors) transfers[id] = ledger::transfer_totals(books, id);
  for (const auto& cell : deals) {
    if (cell.sales != 0 || cell.sales_total != 0) hows_[cell.exhibitor].insert(cell.how);
  }
}

std::string Source::exhibitor_name(const std::string& id) const {
  const auto found = catalogue.exhibitors.find(id);
  return found == catalogue.exhibitors.end() ? std::string() : found->second.name;
}

Source::Named Source::product_name(const std::string& id) const {
  if (id.empty()) return {"(khai báo, không kê hàng)", ""};
  if (id == "_open") return {"(hàng giá mở)", ""};
  if (const auto found = catalogue.products.find(id); found != catalogue.products.end())
    return {found->second.name, found->second.unit};
  const auto said = said_.find(id);
  return said == said_.end() ? Named{} : said->second;
}

std::string Source::coverage(const std::string& exhibitor) const {
  const auto found = hows_.find(exhibitor);
  if (found == hows_.end()) return "silent";
  return found->second.contains("till") || found->second.contains("late") ? "till" : "declared";
}

Column text(std::string key, std::string vi, std::string en) {
  return {std::move(key), {std::move(vi), std::move(en)}, Column::Type::text};
}
Column dong(std::string key, std::string vi, std::string en) {
  return {std::move(key), {std::move(vi), std::move(en)}, Column::Type::dong};
}
Column quantity(std::string key, std::string vi, std::string en) {
  return {std::move(key), {std::move(vi), std::move(en)}, Column::Type::quantity};
}
Column count(std::string key, std::string vi, std::string en) {
  return {std::move(key), {std::move(vi), std::move(en)}, Column::Type::count};
}

}  // namespace phien::report

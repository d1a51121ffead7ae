// The ledger's own figures, in the form in which the oracle tells its.
#include <set>

#include "shared/ledger/views.hpp"
#include "tests/simulation/figures.hpp"

namespace phien::simulation {

namespace {

std::string joined(std::initializer_list<std::string> parts) {
  std::string all;
  for (const auto& part : parts) all += (all.empty() ? "" : "|") + part;
  return all;
}

void sales(const ledger::Reader& books, Table& table) {
  for (const auto& cell : ledger::sales_cells(books)) {
    const std::string key = joined({"cell", cell.exhibitor, cell.product, cell.hour, cell.how, cell.vat,
                                    std::to_string(cell.ocop), std::to_string(cell.cnnt)});
    for (const auto& [side, sum] : {std::pair{"sold", cell.sold}, {"refunded", cell.refunded}}) {
      table[key + "|" + side + "|lines"] = sum.count;
      table[key + "|" + side + "|qty"] = sum.quantity;
      table[key + "|" + side + "|amount"] = sum.amount;
    }
    table[key + "|vat"] = cell.vat_amount;
  }
  for (const auto& cell : ledger::takings_cells(books)) {
    const std::string key = joined({"taking", cell.exhibitor, cell.holder, cell.hour, cell.how, cell.method});
    table[key + "|paid"] = cell.paid;
    table[key + "|returned"] = cell.returned;
  }
  for (const auto& cell : ledger::deal_cells(books)) {
    const std::string key = joined({"deal", cell.exhibitor, cell.hour, cell.how}) + "|";
    table[key + "sales"] = cell.sales;
    table[key + "refunds"] = cell.refunds;
    table[key + "sales_total"] = cell.sales_total;
    table[key + "refunds_total"] = cell.refunds_total;
    table[key + "rounding"] = cell.rounding;
  }
}

void stock(const ledger::Reader& books, Table& table) {
  for (const auto& row : ledger::stock(books)) {
    const std::string key = joined({"stock", row.exhibitor, row.product, row.place}) + "|";
    table[key + "opening"] = row.opening;
    table[key + "in"] = row.in;
    table[key + "sold"] = row.sold;
    table[key + "returned"] = row.returned;
    table[key + "moved_in"] = row.moved_in;
    table[key + "moved_out"] = row.moved_out;
    for (const auto& [reason, qty] : row.out) table[key + reason] = qty;
    table[key + "difference"] = row.count_difference;
    table[key + "on_hand"] = row.on_hand;
    if (row.counted_at) table[key + "counted_at"] = *row.counted_at;
  }
}

}  // namespace

Table figures_in(const ledger::Reader& books) {
  Table table;
  sales(books, table);
  stock(books, table);
  std::set<std::string> sellers;
  for (const auto& row : ledger::stock(books)) sellers.insert(row.exhibitor);
  for (const auto& cell : ledger::takings_cells(books)) sellers.insert(cell.exhibitor);
  for (const std::string& seller : sellers) {
    const auto deposits = ledger::deposits(books, seller);
    table["deposit|" + seller + "|taken"] = deposits.taken;
    table["deposit|" + seller + "|used"] = deposits.used;
    table["deposit|" + seller + "|returned"] = deposits.returned;
    table["deposit|" + seller + "|kept"] = deposits.kept;
    const auto transfers = ledger::transfer_totals(books, seller);
    table["transfers|" + seller + "|claimed"] = transfers.claimed;
    table["transfers|" + seller + "|confirmed"] = transfers.confirmed;
    table["transfers|" + seller + "|differs"] = transfers.differs;
  }
  for (const auto& shift : ledger::shifts(books)) {
    const std::string key = "shift|" + hex(shift.open.hash) + "|";
    table[key + "expected"] = shift.expected;
    table[key + "sales"] = shift.sales;
    if (shift.counted) table[key + "counted"] = *shift.counted;
  }
  for (const auto& lead : ledger::leads(books)) {
    ++table["lead|" + lead.exhibitor + "|count"];
    table["lead|" + lead.exhibitor + "|value"] += lead.value;
  }
  table["visitors"] = ledger::visitors(books);
  for (const auto& row : ledger::exceptions(books))
    if (row.code == "below_zero" || row.code == "receipt_twice" || row.code == "quarantined") ++table["!odd|" + row.code];
  for (const auto& branch : books.branches()) {
    books.scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const journal::StoredEntry& stored) {
      const std::string hash = hex(stored.at.hash);
      table["!standing|" + hash] = static_cast<int>(stored.standing);
      if (stored.standing == journal::Standing::quarantined) return true;
      table["!time|" + hash] = stored.time;
      table["!quality|" + hash] = static_cast<int>(stored.quality);
      return true;
    });
  }
  std::erase_if(table, [](const auto& line) { return line.second == 0; });
  return table;
}

}  // namespace phien::simulation

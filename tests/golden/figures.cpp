#include <fmt/format.h>

#include <set>

#include "tests/golden/script.hpp"

namespace phien::test {
namespace {

using namespace journal;

// " name amount" unless it is zero.
template <class Format>
void part(std::string& line, std::string_view name, std::int64_t amount, const Format& format) {
  if (amount != 0) line += fmt::format(" {} {}", name, format(amount));
}
std::string plain(std::int64_t n) { return fmt::format("{}", n); }
std::string goods_text(Quantity qty) { return qty < 0 ? "-" + format_quantity(-qty) : format_quantity(qty); }
std::string hour_text(const std::string& hour) { return hour.empty() ? "hour-not-known" : hour; }

std::string_view state_text(ledger::PaymentState state) {
  switch (state) {
    case ledger::PaymentState::claimed:
      return "claimed";
    case ledger::PaymentState::confirmed:
      return "confirmed";
    case ledger::PaymentState::differs:
      return "differs";
    case ledger::PaymentState::unmatched:
      return "unmatched";
  }
  std::abort();
}

}  // namespace

std::string figures(const Copy& copy, const Script& script) {
  const auto books = copy.books();
  std::string all;
  const auto put = [&](const std::string& line) { all += line + "\n"; };
  std::set<std::string> exhibitors;

  for (const auto& row : ledger::stock(*books)) {
    std::string line = fmt::format("stock {} {} {}", row.exhibitor, row.product, row.place);
    part(line, "opening", row.opening, goods_text);
    part(line, "in", row.in, goods_text);
    part(line, "sold", row.sold, goods_text);
    part(line, "returned", row.returned, goods_text);
    part(line, "moved-in", row.moved_in, goods_text);
    part(line, "moved-out", row.moved_out, goods_text);
    for (const auto& [reason, qty] : row.out) part(line, reason, qty, goods_text);
    part(line, "difference", row.count_difference, goods_text);
    put(line + " = " + goods_text(row.on_hand));
    exhibitors.insert(row.exhibitor);
  }
  for (const auto& cell : ledger::sales_cells(*books)) {
    std::string line = fmt::format("cell {} {} {} {}", cell.exhibitor, cell.product.empty() ? "goods-not-said" : cell.product,
                                   hour_text(cell.hour), cell.how);
    if (!cell.sold.zero()) line += fmt::format(" sold {} for {}", goods_text(cell.sold.quantity), cell.sold.amount);
    if (!cell.refunded.zero()) line += fmt::format(" back {} for {}", goods_text(cell.refunded.quantity), cell.refunded.amount);
    part(line, "vat", cell.vat_amount, plain);
    put(line);
  }
  for (const auto& cell : ledger::deal_cells(*books)) {
    std::string line = fmt::format("deals {} {} {}", cell.exhibitor, hour_text(cell.hour), cell.how);
    if (cell.sales != 0 || cell.sales_total != 0) line += fmt::format(" sales {} for {}", cell.sales, cell.sales_total);
    if (cell.refunds != 0 || cell.refunds_total != 0) line += fmt::format(" refunds {} for {}", cell.refunds, cell.refunds_total);
    part(line, "rounding", cell.rounding, plain);
    put(line);
  }
  for (const auto& cell : ledger::takings_cells(*books)) {
    std::string line =
        fmt::format("taken {} {} {} {} held-by {}", cell.exhibitor, hour_text(cell.hour), cell.how, cell.method, cell.holder);
    part(line, "paid", cell.paid, plain);
    part(line, "returned", cell.returned, plain);
    put(line);
    exhibitors.insert(cell.exhibitor);
  }
  for (const auto& row : ledger::transfers(*books)) {
    put(fmt::format("transfer {} {} {} claimed {} confirmed {}", row.pay_ref, row.exhibitor.empty() ? "-" : row.exhibitor,
                    state_text(row.state), row.claimed, row.confirmed));
  }
  for (const auto& exhibitor : exhibitors) {
    const auto totals = ledger::transfer_totals(*books, exhibitor);
    std::string line;
    part(line, "claimed", totals.claimed, plain);
    part(line, "confirmed", totals.confirmed, plain);
    part(line, "differs", totals.differs, plain);
    if (!line.empty()) put(fmt::format("transfers {}{}", exhibitor, line));
    const auto deposits = ledger::deposits(*books, exhibitor);
    line.clear();
    part(line, "taken", deposits.taken, plain);
    part(line, "used", deposits.used, plain);
    part(line, "returned", deposits.returned, plain);
    part(line, "kept", deposits.kept, plain);
    if (!line.empty()) put(fmt::format("deposits {}{} held {}", exhibitor, line, deposits.held()));
  }
  for (const auto& shift : ledger::shifts(*books)) {
    std::string line = fmt::format("shift {} sales {} expected {}", script.name_of(shift.open), shift.sales, shift.expected);
    if (shift.counted) line += fmt::format(" counted {}", *shift.counted);
    put(line);
  }
  for (const auto& lead : ledger::leads(*books))
    put(fmt::format("lead {} {} {} {}", lead.exhibitor, lead.type, lead.goods, lead.value));
  if (const auto count = ledger::visitors(*books); count != 0) put(fmt::format("visitors {}", count));
  for (const auto& [name, ref] : script.named()) {
    const auto stored = copy.find(ref);
    const std::string_view qualities[] = {"", " estimated", " unknown"}, standings[] = {"", " quarantined", " held", " missing"};
    put(fmt::format("entry {} {}{}{}", name, stored->quality == TimeQuality::unknown ? "-" : local_minute(stored->time),
                    qualities[static_cast<std::size_t>(stored->quality)], standings[static_cast<std::size_t>(stored->standing)]));
  }
  for (const auto& row : ledger::exceptions(*books)) {
    std::string line = fmt::format("exception {}", row.code);
    for (const auto& text : {row.exhibitor, row.terminal, row.subject}) line += " " + (text.empty() ? "-" : text);
    if (row.entry) line += " " + script.name_of(*row.entry);
    if (row.settled) line += " settled";
    put(line);
  }
  return all;
}

}  // namespace phien::test

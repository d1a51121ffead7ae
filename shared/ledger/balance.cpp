// Whether the books balance: within themselves, whatever they were made of.
#include <fmt/format.h>

#include "shared/ledger/coarse.hpp"
#include "shared/ledger/keys.hpp"
#include "shared/ledger/views.hpp"

namespace phien::ledger {
namespace {

// What must be equal per exhibitor, gathered from the cells that are kept apart.
struct Balance {
  Dong paid_net = 0;  // Σ paid − Σ returned
  Dong deals = 0, rounding = 0, deposits = 0;
  Dong unexplained_payments = 0, unexplained_lines = 0;
  Dong cells = 0;  // Σ lines sold − refunded
  Dong transfers_paid = 0, transfers_claimed = 0;
  Dong deposit_paid = 0, deposit_used = 0;
  std::map<std::string, Quantity> goods;  // per product: by cells − by stock
};

// Keys of coarser sums that are not what their finer sums make.
std::vector<std::string> wrong_coarser(const Reader& books) {
  std::map<std::string, Sum, std::less<>> difference;
  std::vector<CoarseSum> coarser;
  for (const std::string_view finest : {"cell", "deal", "taking"}) {
    books.sums(keys::prefix(finest), [&](std::string_view key, const Sum& sum) {
      coarser.clear();
      add_coarser(key, sum, coarser);
      for (const CoarseSum& one : coarser) difference[one.key] += one.sum;
      return true;
    });
  }
  for (const std::string_view kept : {"goods", "goods_day", "deal_day", "deal_hour", "taking_day"}) {
    books.sums(keys::prefix(kept), [&](std::string_view key, const Sum& sum) {
      difference[std::string(key)] += -sum;
      return true;
    });
  }
  std::vector<std::string> wrong;
  for (const auto& [key, sum] : difference) {
    if (!sum.zero()) wrong.push_back(key);
  }
  return wrong;
}

}  // namespace

std::vector<std::string> imbalances(const Reader& books) {
  std::map<std::string, Balance> balances;
  for (const TakingsCell& cell : takings_cells(books)) {
    Balance& at = balances[cell.exhibitor];
    const Dong net = cell.paid - cell.returned;
    at.paid_net += net;
    if (cell.method == "transfer") at.transfers_paid += net;
    if (cell.method == "deposit") at.deposit_paid += net;
  }
  for (const DealCell& cell : deal_cells(books)) {
    balances[cell.exhibitor].deals += cell.sales_total - cell.refunds_total;
    balances[cell.exhibitor].rounding += cell.rounding;
  }
  for (const SalesCell& cell : sales_cells(books)) {
    balances[cell.exhibitor].cells += cell.sold.amount - cell.refunded.amount;
    if (!cell.product.empty() && cell.product != "_open") {
      balances[cell.exhibitor].goods[cell.product] += cell.sold.quantity - cell.refunded.quantity;
    }
  }
  for (const StockRow& row : stock(books)) balances[row.exhibitor].goods[row.product] -= row.sold - row.returned;
  for (auto& [exhibitor, at] : balances) {
    const Deposits held = deposits(books, exhibitor);
    at.deposits = held.taken - held.returned;
    at.deposit_used = held.used;
    at.unexplained_payments = books.sum(keys::key("unexplained", exhibitor, "payments")).amount;
    at.unexplained_lines = books.sum(keys::key("unexplained", exhibitor, "lines")).amount;
    at.transfers_claimed = transfer_totals(books, exhibitor).claimed;
  }

  std::vector<std::string> found;
  const auto check = [&](const std::string& what, std::int64_t left, std::int64_t right) {
    if (left != right) found.push_back(fmt::format("{}: {} ≠ {}", what, left, right));
  };
  for (const auto& [exhibitor, at] : balances) {
    check(exhibitor + ": takings = sales + rounding − refunds + deposits + unexplained", at.paid_net,
          at.deals + at.rounding + at.deposits + at.unexplained_payments);
    check(exhibitor + ": lines + unexplained = sales − refunds", at.cells + at.unexplained_lines, at.deals);
    check(exhibitor + ": transfers claimed = taken by transfer", at.transfers_claimed, at.transfers_paid);
    check(exhibitor + ": deposits used = paid by deposit", at.deposit_used, at.deposit_paid);
    for (const auto& [product, difference] : at.goods)
      check(exhibitor + ": " + product + ": sold = out of stock as sold", difference, 0);
  }
  for (const std::string& key : wrong_coarser(books)) found.push_back(key + ": not the sum of its finer sums");
  return found;
}

}  // namespace phien::ledger

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "shared/ledger/keys.hpp"
#include "shared/ledger/transfers.hpp"
#include "shared/ledger/views.hpp"

namespace phien::ledger {
namespace {

std::string below(std::string_view first, std::optional<std::string_view> exhibitor) {
  return exhibitor ? keys::prefix(first, *exhibitor) : keys::prefix(first);
}

// Visits sums whose keys differ in their last segment only as one: `open` makes the cell, `part` fills it.
template <class Cell, class Open, class Part>
std::vector<Cell> cells(const Reader& books, const std::string& prefix, const Open& open, const Part& part) {
  std::vector<Cell> found;
  std::string current;
  books.sums(prefix, [&](std::string_view key, const Sum& sum) {
    const std::size_t last = key.rfind('|');
    if (found.empty() || current != key.substr(0, last)) {
      current = key.substr(0, last);
      found.push_back(open(keys::split(current)));
    }
    part(found.back(), key.substr(last + 1), sum);
    return true;
  });
  return found;
}

int digit(std::string_view text) { return text.at(0) - '0'; }

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

}  // namespace

std::vector<SalesCell> sales_cells(const Reader& books, std::optional<std::string_view> exhibitor) {
  return cells<SalesCell>(
      books, below("cell", exhibitor),
      [](const std::vector<std::string_view>& parts) {
        SalesCell cell;
        cell.exhibitor = parts.at(1), cell.hour = parts.at(2), cell.product = parts.at(3), cell.how = parts.at(4),
        cell.vat = parts.at(5);
        cell.ocop = digit(parts.at(6)), cell.cnnt = digit(parts.at(7));
        return cell;
      },
      [](SalesCell& cell, std::string_view part, const Sum& sum) {
        if (part == "sold") cell.sold = sum;
        if (part == "refunded") cell.refunded = sum;
        if (part == "vat") cell.vat_amount = sum.amount;
      });
}

std::vector<TakingsCell> takings_cells(const Reader& books, std::optional<std::string_view> exhibitor) {
  return cells<TakingsCell>(
      books, below("taking", exhibitor),
      [](const std::vector<std::string_view>& parts) {
        TakingsCell cell;
        cell.exhibitor = parts.at(1), cell.holder = parts.at(2), cell.hour = parts.at(3), cell.how = parts.at(4),
        cell.method = parts.at(5);
        return cell;
      },
      [](TakingsCell& cell, std::string_view part, const Sum& sum) {
        (part == "paid" ? cell.paid : cell.returned) = sum.amount;
      });
}

std::vector<DealCell> deal_cells(const Reader& books, std::optional<std::string_view> exhibitor) {
  return cells<DealCell>(
      books, below("deal", exhibitor),
      [](const std::vector<std::string_view>& parts) {
        DealCell cell;
        cell.exhibitor = parts.at(1), cell.hour = parts.at(2), cell.how = parts.at(3);
        return cell;
      },
      [](DealCell& cell, std::string_view part, const Sum& sum) {
        if (part == "sale") cell.sales = sum.count, cell.sales_total = sum.amount;
        if (part == "refund") cell.refunds = sum.count, cell.refunds_total = sum.amount;
        if (part == "rounding") cell.rounding = sum.amount;
      });
}

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
  return found;
}

namespace {

// References below `kind`, in order; the first `most` of them.
void add_refs(const Reader& books, std::string_view kind, std::size_t most, std::set<std::string>& refs) {
  std::string last;
  std::size_t found = 0;
  books.facts(keys::prefix(kind), [&](std::string_view key, std::string_view) {
    const std::string_view ref = keys::split(key).at(1);
    if (ref == last) return true;  // of one payment there are several, side by side
    if (found++ == most) return false;
    last = ref;
    refs.insert(last);
    return true;
  });
}

void add_rows(const std::string& pay_ref, const PaymentGroup& group, std::optional<std::string_view> exhibitor,
              std::vector<TransferRow>& rows) {
  TransferRow row;
  row.pay_ref = pay_ref;
  row.state = group.state();
  if (row.state == PaymentState::unmatched) {
    row.confirmed = group.seen.front().amount;
    row.time = group.seen.front().order.time;
    if (!exhibitor) rows.push_back(row);
    return;
  }
  for (const auto& [owner, claimed] : group.by_exhibitor()) {
    if (exhibitor && owner != *exhibitor) continue;
    if (row.state == PaymentState::claimed && claimed == 0) continue;  // taken back before anything was seen of it
    const auto first =
        std::find_if(group.claims.begin(), group.claims.end(), [&](const auto& claim) { return claim.exhibitor == owner; });
    row.exhibitor = owner;
    row.claimed = claimed;
    // What was seen of a payment for several sellers is shared out only if it is what was awaited.
    if (row.state == PaymentState::confirmed) row.confirmed = claimed;
    if (row.state == PaymentState::differs) row.confirmed = group.seen.front().amount;
    row.sale = first->order.entry;
    row.time = first->order.time;
    rows.push_back(row);
  }
}

}  // namespace

std::vector<TransferRow> transfers(const Reader& books, std::optional<std::string_view> exhibitor,
                                   std::optional<PaymentState> state) {
  constexpr auto kNoLimit = std::numeric_limits<std::size_t>::max();
  std::set<std::string> pay_refs;
  if (state == PaymentState::differs || state == PaymentState::unmatched) {  // the ledger keeps a list of those
    books.sums(keys::prefix(state == PaymentState::differs ? "differs" : "unmatched"), [&](std::string_view key, const Sum&) {
      pay_refs.emplace(keys::split(key).at(1));
      return true;
    });
  } else {
    for (const std::string_view kind : {"claim", "confirmed"}) add_refs(books, kind, kNoLimit, pay_refs);
  }
  std::vector<TransferRow> rows;
  for (const std::string& pay_ref : pay_refs) {
    const PaymentGroup group = payment_group(books, pay_ref);
    if (!state || group.state() == *state) add_rows(pay_ref, group, exhibitor, rows);
  }
  return rows;
}

std::vector<TransferRow> first_transfers(const Reader& books, std::size_t most, std::optional<PaymentState> state) {
  if (state == PaymentState::differs || state == PaymentState::unmatched) return transfers(books, std::nullopt, state);
  std::vector<TransferRow> rows;
  // One in another state makes no row, nor one taken back before anything was seen of it, so the first `most` references may not
  // be enough.
  for (std::size_t looked_at = most;; looked_at *= 2) {
    std::set<std::string> pay_refs;
    for (const std::string_view kind : {"claim", "confirmed"}) add_refs(books, kind, looked_at, pay_refs);
    const bool all = pay_refs.size() < looked_at;
    rows.clear();
    std::size_t taken = 0;
    for (const std::string& pay_ref : pay_refs) {
      if (taken++ == looked_at || rows.size() >= most) break;  // beyond it one of the two kinds was not read
      const PaymentGroup group = payment_group(books, pay_ref);
      if (!state || group.state() == *state) add_rows(pay_ref, group, std::nullopt, rows);
    }
    if (all || rows.size() >= most) return rows;
  }
}

TransferTotals transfer_totals(const Reader& books, std::string_view exhibitor) {
  const auto part = [&](std::string_view name) { return books.sum(keys::key("transfers", exhibitor, name)).amount; };
  return {part("claimed"), part("confirmed"), part("differs")};
}

Deposits deposits(const Reader& books, std::string_view exhibitor) {
  const auto part = [&](std::string_view name) { return books.sum(keys::key("deposit", exhibitor, name)).amount; };
  return {part("taken"), part("used"), part("returned"), part("kept")};
}

Dong deposits_held(const Reader& books, std::string_view exhibitor) { return deposits(books, exhibitor).held(); }

}  // namespace phien::ledger

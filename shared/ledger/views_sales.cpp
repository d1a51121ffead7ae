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

void fill_sales(SalesCell& cell, std::string_view part, const Sum& sum) {
  if (part == "sold") cell.sold = sum;
  if (part == "refunded") cell.refunded = sum;
  if (part == "vat") cell.vat_amount = sum.amount;
}

void fill_taking(TakingsCell& cell, std::string_view part, const Sum& sum) {
  (part == "paid" ? cell.paid : cell.returned) = sum.amount;
}

DealCell open_deal(const std::vector<std::string_view>& parts) {
  DealCell cell;
  cell.exhibitor = parts.at(1), cell.hour = parts.at(2), cell.how = parts.at(3);
  return cell;
}

void fill_deal(DealCell& cell, std::string_view part, const Sum& sum) {
  if (part == "sale") cell.sales = sum.count, cell.sales_total = sum.amount;
  if (part == "refund") cell.refunds = sum.count, cell.refunds_total = sum.amount;
  if (part == "rounding") cell.rounding = sum.amount;
}

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
      fill_sales);
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
      fill_taking);
}

std::vector<DealCell> deal_cells(const Reader& books, std::optional<std::string_view> exhibitor) {
  return cells<DealCell>(books, below("deal", exhibitor), open_deal, fill_deal);
}

std::vector<SalesCell> goods_sold(const Reader& books, std::optional<std::string_view> exhibitor) {
  return cells<SalesCell>(
      books, below("goods", exhibitor),
      [](const std::vector<std::string_view>& parts) {
        SalesCell cell;
        cell.exhibitor = parts.at(1), cell.product = parts.at(2);
        cell.ocop = digit(parts.at(3)), cell.cnnt = digit(parts.at(4));
        return cell;
      },
      fill_sales);
}

std::vector<SalesCell> goods_of_day(const Reader& books, std::string_view day, std::optional<std::string_view> exhibitor) {
  std::vector<SalesCell> found;
  books.sums(exhibitor ? keys::prefix("goods_day", day, *exhibitor) : keys::prefix("goods_day", day),
             [&](std::string_view key, const Sum& sum) {
               const auto parts = keys::split(key);
               SalesCell cell;
               cell.hour = day, cell.exhibitor = parts.at(2), cell.product = parts.at(3);
               cell.sold = sum;
               found.push_back(std::move(cell));
               return true;
             });
  return found;
}

std::vector<DealCell> daily_deals(const Reader& books, std::optional<std::string_view> exhibitor) {
  return cells<DealCell>(books, below("deal_day", exhibitor), open_deal, fill_deal);
}

std::vector<DealCell> hourly_deals(const Reader& books, std::optional<std::string_view> exhibitor) {
  if (exhibitor) return deal_cells(books, exhibitor);
  return cells<DealCell>(
      books, keys::prefix("deal_hour"),
      [](const std::vector<std::string_view>& parts) {
        DealCell cell;
        cell.hour = parts.at(1), cell.how = parts.at(2);
        return cell;
      },
      fill_deal);
}

std::vector<TakingsCell> takings_by_method(const Reader& books, std::optional<std::string_view> exhibitor) {
  if (exhibitor) return takings_cells(books, exhibitor);
  return cells<TakingsCell>(
      books, keys::prefix("taking_day"),
      [](const std::vector<std::string_view>& parts) {
        TakingsCell cell;
        cell.hour = parts.at(1), cell.method = parts.at(2);
        return cell;
      },
      fill_taking);
}

namespace {

// The first `most` references below `prefix`, in order.
void add_refs(const Reader& books, const std::string& prefix, std::size_t most, std::set<std::string>& refs) {
  std::string last;
  std::size_t found = 0;
  books.facts(prefix, [&](std::string_view key, std::string_view) {
    const std::string_view ref = key.substr(prefix.size(), key.find('|', prefix.size()) - prefix.size());
    if (ref == last) return true;  // of one payment there are several, side by side
    if (found++ == most) return false;
    last = ref;
    refs.insert(last);
    return true;
  });
}

// Where the references of all payments are found, or of those that an exhibitor claims.
std::vector<std::string> where_refs_are(std::optional<std::string_view> exhibitor) {
  if (exhibitor) return {keys::prefix("claim_of", *exhibitor)};
  return {keys::prefix("claim"), keys::prefix("confirmed")};
}

// Payments a person has to look at; the ledger keeps a list of those.
std::set<std::string> listed_refs(const Reader& books, PaymentState state) {
  std::set<std::string> refs;
  books.sums(keys::prefix(state == PaymentState::differs ? "differs" : "unmatched"), [&](std::string_view key, const Sum&) {
    refs.emplace(keys::split(key).at(1));
    return true;
  });
  return refs;
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
  return first_transfers(books, std::numeric_limits<std::size_t>::max(), exhibitor, state);
}

std::vector<TransferRow> first_transfers(const Reader& books, std::size_t most, std::optional<std::string_view> exhibitor,
                                         std::optional<PaymentState> state) {
  std::vector<TransferRow> rows;
  const auto look_at = [&](const std::string& pay_ref) {
    const PaymentGroup group = payment_group(books, pay_ref);
    if (!state || group.state() == *state) add_rows(pay_ref, group, exhibitor, rows);
  };
  if (state == PaymentState::differs || state == PaymentState::unmatched) {
    for (const std::string& pay_ref : listed_refs(books, *state)) look_at(pay_ref);
    return rows;
  }
  // One in another state makes no row, nor one taken back before anything was seen of it, so the first `most` references may not
  // be enough.
  for (std::size_t looked_at = most;; looked_at *= 2) {
    std::set<std::string> pay_refs;
    for (const std::string& prefix : where_refs_are(exhibitor)) add_refs(books, prefix, looked_at, pay_refs);
    const bool all = pay_refs.size() < looked_at;
    rows.clear();
    std::size_t taken = 0;
    for (const std::string& pay_ref : pay_refs) {
      if (taken++ == looked_at || rows.size() >= most) break;  // beyond it a list was not read
      look_at(pay_ref);
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

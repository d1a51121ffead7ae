#include "shared/ledger/exceptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "shared/ledger/keys.hpp"
#include "shared/ledger/transfers.hpp"

namespace phien::ledger {

using namespace journal;
using nlohmann::json;

Ref ref_of(const json& value) {
  return {value.at("terminal").get<std::string>(), value.at("seq").get<Seq>(),
          hash_from_hex(value.at("hash").get<std::string>()).value()};
}

void list_oddities(const Reader& books, Exceptions& rows) {
  for (const auto& [key, value] : keys::facts(books, keys::prefix("odd"))) {
    const auto parts = keys::split(key);
    const json fact = json::parse(value);
    ExceptionRow row;
    row.code = parts.at(1);
    row.exhibitor = fact.value("exhibitor", "");
    row.terminal = parts.at(2);
    row.subject = fact.value("where", "");
    row.entry = Ref{row.terminal, keys::from_sortable(parts.at(3)), hash_from_hex(parts.at(4)).value()};
    if (row.code == "missing_bytes") {
      row.what = {"mất nội dung của mục này, chỉ còn mã băm", "the bytes of this entry are lost, only their digest is known"};
    } else if (row.code == "count_undated") {
      row.what = {"phiếu kiểm kê chưa rõ giờ, chưa được tính vào tồn",
                  "a count whose time is not known; it does not set the stock yet"};
    } else if (row.code == "quarantined") {
      row.what = {"không đọc được mục này: " + fact.value("vi", ""), "this entry cannot be interpreted: " + fact.value("en", "")};
    } else {
      row.what = {fact.value("vi", ""), fact.value("en", "")};
    }
    rows.push_back(std::move(row));
  }
}

void list_stock(const Reader& books, Exceptions& rows) {
  const CatalogueItems catalogue = catalogue_items(books);
  std::set<std::pair<std::string, std::string>> unknown;
  for (const StockRow& stock : stock(books)) {
    if (stock.on_hand < 0) {
      const std::string qty = format_quantity(-stock.on_hand);
      rows.push_back({"below_zero",
                      stock.exhibitor,
                      "",
                      stock.product,
                      {},
                      {fmt::format("{}: tồn tại {} âm {} {}", stock.name, stock.place, qty, stock.unit),
                       fmt::format("{}: stock at {} is {} {} below zero", stock.name, stock.place, qty, stock.unit)}});
    }
    if (catalogue.products.contains(stock.product) || !unknown.emplace(stock.exhibitor, stock.product).second) continue;
    if (keys::any_fact(books, keys::prefix("proposed", stock.exhibitor, stock.product))) continue;
    rows.push_back(
        {"unknown_product",
         stock.exhibitor,
         "",
         stock.product,
         {},
         {fmt::format("{}: mã không có trong danh mục", stock.name), fmt::format("{}: not in the catalogue", stock.name)}});
  }
}

void list_shifts(const Reader& books, Exceptions& rows) {
  for (const ShiftRow& shift : shifts(books)) {
    std::vector<Ref> closes;
    for (const auto& [key, value] : keys::facts(books, keys::prefix("shift_close", hex(shift.open.hash)))) {
      const Ref close = keys::Order::parse(keys::split(key).at(2)).entry;
      if (!voided(books, close.hash)) closes.push_back(close);
    }
    if (closes.size() > 1) {
      rows.push_back(
          {"shift_closed_twice",
           shift.holder,
           shift.terminal,
           shift.cashier,
           closes.back(),
           {fmt::format("ca được đóng {} lần", closes.size()), fmt::format("the shift was closed {} times", closes.size())}});
    }
    if (shift.counted && *shift.counted != shift.expected) {
      const Dong difference = *shift.counted - shift.expected;
      rows.push_back(
          {"shift_difference",
           shift.holder,
           shift.terminal,
           shift.cashier,
           closes.front(),
           {fmt::format("tiền trong két {} {}", difference > 0 ? "thừa" : "thiếu", format_dong(std::abs(difference))),
            fmt::format("the drawer is {} {}", format_dong(std::abs(difference)), difference > 0 ? "over" : "short")}});
    }
  }
}

void list_transfers(const Reader& books, Exceptions& rows) {
  for (const std::string_view state : {"differs", "unmatched"}) {
    std::vector<std::string> pay_refs;
    books.sums(keys::prefix(state), [&](std::string_view key, const Sum&) {
      pay_refs.emplace_back(keys::split(key).at(1));
      return true;
    });
    for (const std::string& pay_ref : pay_refs) {
      const PaymentGroup group = payment_group(books, pay_ref);
      ExceptionRow row;
      row.code = fmt::format("transfer_{}", state);
      row.subject = pay_ref;
      Dong claimed = 0;
      for (const auto& claim : group.claims) claimed += claim.amount;
      const keys::Order& first = group.claims.empty() ? group.seen.front().order : group.claims.front().order;
      if (!group.claims.empty()) row.exhibitor = group.claims.front().exhibitor;
      row.terminal = first.entry.terminal;
      row.entry = first.entry;
      const std::string seen = format_dong(group.seen.front().amount);
      row.what = group.claims.empty() ? Message{fmt::format("đã thấy {} trong tài khoản nhưng chưa thấy lần bán", seen),
                                                fmt::format("{} seen in the account, but no sale for it is here", seen)}
                                      : Message{fmt::format("người bán ghi {}, tài khoản thấy {}", format_dong(claimed), seen),
                                                fmt::format("claimed {}, seen in the account {}", format_dong(claimed), seen)};
      rows.push_back(std::move(row));
    }
  }
}

Exceptions exceptions(const Reader& books, std::optional<std::string_view> exhibitor) {
  Exceptions rows;
  list_oddities(books, rows);
  list_journals(books, rows);
  list_stock(books, rows);
  list_reversals(books, rows);
  list_shifts(books, rows);
  list_transfers(books, rows);
  list_receipts(books, rows);
  if (exhibitor) std::erase_if(rows, [&](const ExceptionRow& row) { return row.exhibitor != *exhibitor; });
  for (ExceptionRow& row : rows) {
    row.settled = row.settled || (row.entry && keys::any_fact(books, keys::prefix("settled", hex(row.entry->hash))));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const ExceptionRow& a, const ExceptionRow& b) {
    return std::tie(a.code, a.exhibitor, a.terminal, a.subject, a.entry) <
           std::tie(b.code, b.exhibitor, b.terminal, b.subject, b.entry);
  });
  return rows;
}

}  // namespace phien::ledger

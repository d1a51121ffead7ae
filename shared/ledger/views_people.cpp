// Shifts, leads, visitors, and what exhibitors said at their tills.
#include <algorithm>
#include <tuple>

#include "shared/ledger/transfers.hpp"
#include "shared/ledger/views.hpp"

namespace phien::ledger {
namespace {

using nlohmann::json;

struct Told {
  std::string id;     // the segment between exhibitor and order, if there is one
  std::string owner;  // first segment after the name
  keys::Order order;
  json value;
};
// Facts below a prefix that nobody took back, in the order in which they count.
std::vector<Told> told(const Reader& books, const std::string& prefix) {
  std::vector<Told> found;
  for (const auto& [key, value] : keys::facts(books, prefix)) {
    const auto parts = keys::split(key);
    Told one{std::string(parts.size() > 3 ? parts.at(2) : std::string_view()), std::string(parts.at(1)),
             keys::Order::parse(parts.back()), json::parse(value)};
    if (!voided(books, one.order.entry.hash)) found.push_back(std::move(one));
  }
  std::sort(found.begin(), found.end(), [](const Told& a, const Told& b) { return a.order.text() < b.order.text(); });
  return found;
}

std::string text(const json& value, const char* key) { return value.at(key).get<std::string>(); }

// The latest of each id, by id.
std::map<std::string, Told> latest(std::vector<Told> all) {
  std::map<std::string, Told> last;
  for (Told& one : all) last.insert_or_assign(one.id, std::move(one));
  return last;
}

}  // namespace

std::vector<ShiftRow> shifts(const Reader& books, std::optional<std::string_view> terminal) {
  std::vector<ShiftRow> rows;
  for (const Told& open : told(books, terminal ? keys::prefix("shift_open", *terminal) : keys::prefix("shift_open"))) {
    ShiftRow row;
    row.open = open.order.entry;
    row.terminal = open.order.entry.terminal;
    row.opened = open.order.time;
    row.cashier = text(open.value, "cashier");
    row.holder = text(open.value, "holder");
    row.float_amount = open.value.at("float").get<Dong>();
    const std::string shift = hex(row.open.hash);
    const auto part = [&](std::string_view name) { return books.sum(keys::key("shift", shift, name)); };
    const Sum sales = part("sale");
    row.sales = sales.count;
    row.cash_sales = sales.amount;
    row.cash_refunds = part("refund").amount;
    row.cash_in = part("in").amount;
    row.cash_out = part("out").amount;
    row.expected = row.float_amount + row.cash_sales - row.cash_refunds + row.cash_in - row.cash_out;
    if (const auto closes = told(books, keys::prefix("shift_close", shift)); !closes.empty()) {
      row.closed = closes.front().order.time;
      row.counted = closes.front().value.at("counted").get<Dong>();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::int64_t visitors(const Reader& books) {
  std::int64_t count = 0;
  books.sums(keys::prefix("visitors"), [&](std::string_view, const Sum& sum) {
    count += sum.count;
    return true;
  });
  return count;
}

std::vector<LeadRow> leads(const Reader& books, std::optional<std::string_view> exhibitor) {
  std::vector<LeadRow> rows;
  for (const Told& lead : told(books, exhibitor ? keys::prefix("lead", *exhibitor) : keys::prefix("lead"))) {
    rows.push_back({lead.owner, text(lead.value, "type"), text(lead.value, "goods"), lead.value.at("value").get<Dong>(),
                    lead.order.entry, lead.order.time});
  }
  return rows;
}

namespace {

journal::Offer offer_of(const Told& one) {
  journal::Offer offer;
  offer.exhibitor = one.owner;
  offer.offer = one.id;
  offer.name = text(one.value, "name");
  offer.type = text(one.value, "type");
  for (const json& item : one.value.at("items"))
    offer.items.emplace_back(item.at(0).get<std::string>(), item.at(1).get<Quantity>());
  offer.value = one.value.at("value").get<std::int64_t>();
  offer.from = one.value.at("from").get<Milliseconds>();
  offer.until = one.value.at("until").get<Milliseconds>();
  offer.active = one.value.at("active").get<bool>();
  return offer;
}

journal::ProductProposed product_of(const Told& one) {
  journal::ProductProposed product;
  product.exhibitor = one.owner;
  product.product = one.id;
  product.name = text(one.value, "name");
  product.unit = text(one.value, "unit");
  product.sold_by = text(one.value, "sold_by");
  product.price = one.value.at("price").get<Dong>();
  product.vat = text(one.value, "vat");
  if (one.value.contains("barcode")) product.barcode = text(one.value, "barcode");
  return product;
}

journal::BarcodeLearned barcode_of(const Told& one) {
  return {one.owner, text(one.value, "product"), text(one.value, "barcode")};
}

std::optional<std::string> answer_to(const Reader& books, const journal::Ref& entry) {
  std::optional<std::string> last;  // keys end in the order of server entries
  books.facts(keys::prefix("settled", hex(entry.hash)), [&](std::string_view, std::string_view value) {
    last = text(json::parse(value), "text");
    return true;
  });
  return last;
}

std::string prefix_of(std::string_view type, std::optional<std::string_view> exhibitor) {
  return exhibitor ? keys::prefix(type, *exhibitor) : keys::prefix(type);
}

}  // namespace

std::vector<journal::Offer> offers(const Reader& books, std::string_view exhibitor) {
  std::vector<journal::Offer> found;
  for (const auto& [id, one] : latest(told(books, keys::prefix("offer", exhibitor)))) found.push_back(offer_of(one));
  return found;
}

std::vector<journal::ProductProposed> proposed_products(const Reader& books, std::string_view exhibitor) {
  std::vector<journal::ProductProposed> found;
  for (const auto& [id, one] : latest(told(books, keys::prefix("proposed", exhibitor)))) found.push_back(product_of(one));
  return found;
}

std::vector<journal::BarcodeLearned> learned_barcodes(const Reader& books, std::string_view exhibitor) {
  std::map<std::string, journal::BarcodeLearned> last;
  for (const Told& one : told(books, keys::prefix("barcode", exhibitor)))
    last.insert_or_assign(text(one.value, "barcode"), barcode_of(one));
  std::vector<journal::BarcodeLearned> found;
  for (auto& [code, one] : last) found.push_back(std::move(one));
  return found;
}

std::vector<Proposal> proposals(const Reader& books, std::optional<std::string_view> exhibitor) {
  std::map<std::string, Proposal> last;  // by kind, exhibitor and what it is about
  const auto note = [&](const Told& one, std::string_view about, auto what) {
    Proposal proposal{std::move(what), one.owner, one.order.entry, one.order.time, answer_to(books, one.order.entry)};
    const std::string which = std::to_string(proposal.what.index()) + "|" + one.owner + "|" + std::string(about);
    last.insert_or_assign(which, std::move(proposal));
  };
  for (const Told& one : told(books, prefix_of("proposed", exhibitor))) note(one, one.id, product_of(one));
  for (const Told& one : told(books, prefix_of("barcode", exhibitor))) note(one, text(one.value, "barcode"), barcode_of(one));
  for (const Told& one : told(books, prefix_of("offer", exhibitor))) note(one, one.id, offer_of(one));
  std::vector<Proposal> found;
  for (auto& [which, one] : last) found.push_back(std::move(one));
  std::sort(found.begin(), found.end(),
            [](const Proposal& a, const Proposal& b) { return std::tie(a.time, a.entry) < std::tie(b.time, b.entry); });
  return found;
}

}  // namespace phien::ledger

#include "pos/till/pricing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "pos/till/refuse.hpp"

namespace phien::till {

namespace {

[[noreturn]] void too_much(const std::string& where) {
  refuse("overflow", where, {"Số tiền quá lớn.", "The amount is too large."});
}

Dong gross_of(Quantity qty, Dong price, const std::string& where) {
  const auto total = line_total(qty, price);
  if (!total || *total > kMaxAmount) too_much(where);
  return *total;
}

// A line while its price is being found.
struct Pricing {
  const Wanted* wanted = nullptr;
  journal::Line line;
  Dong gross = 0;        // at line.price
  Dong plain_gross = 0;  // at the list price
  bool takes_offers = false;
  bool taken = false;  // by a combo
};

using Lines = std::vector<Pricing>;
using Which = std::vector<std::size_t>;

bool holds(const journal::Offer& offer, Milliseconds time) { return offer.active && offer.from <= time && time < offer.until; }

Which lines_of(const Lines& lines, const std::string& product) {
  Which which;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].takes_offers && !lines[i].taken && lines[i].wanted->product->id == product) which.push_back(i);
  return which;
}

Quantity quantity_of(const Lines& lines, const Which& which) {
  return std::accumulate(which.begin(), which.end(), Quantity{0},
                         [&](Quantity sum, std::size_t i) { return sum + lines[i].wanted->qty; });
}

// What the lines of one product would cost: `price` per unit and a discount on the whole of them.
struct Choice {
  Dong price = 0, discount = 0, pays = 0;
  journal::PriceKind kind = journal::PriceKind::list;
  std::optional<Hash> offer;
};

Dong gross_at(const Lines& lines, const Which& which, Dong price) {
  Dong sum = 0;
  for (std::size_t i : which) {
    const auto more = add(sum, gross_of(lines[i].wanted->qty, price, lines[i].wanted->where));
    if (!more) too_much(lines[i].wanted->where);
    sum = *more;
  }
  return sum;
}

Choice plain_choice(const Lines& lines, const Which& which) {
  const auto price = catalogue::price_for(*lines[which.front()].wanted->product, quantity_of(lines, which));
  Choice choice;
  choice.price = price.price;
  choice.kind = price.wholesale ? journal::PriceKind::wholesale : journal::PriceKind::list;
  choice.pays = gross_at(lines, which, choice.price);
  return choice;
}

// part · value / whole, rounded half up, without overflow.
Dong share(Dong part, std::int64_t value, std::int64_t whole) {
  __extension__ using Wide = __int128;
  return static_cast<Dong>((static_cast<Wide>(part) * value * 2 + whole) / (static_cast<Wide>(whole) * 2));
}

// What an offer for single products makes of them; nothing if it does not apply.
std::optional<Choice> offered(const Lines& lines, const Which& which, const StandingOffer& standing) {
  const auto& offer = standing.offer;
  const auto& product = *lines[which.front()].wanted->product;
  const auto item = std::find_if(offer.items.begin(), offer.items.end(), [&](const auto& i) { return i.first == product.id; });
  const Quantity qty = quantity_of(lines, which);
  if (item == offer.items.end() || qty < item->second) return std::nullopt;
  Choice choice;
  choice.kind = journal::PriceKind::offer;
  choice.offer = standing.hash;
  choice.price = product.price;
  if (offer.type == "price") {
    choice.price = offer.value;
  } else if (offer.type == "percent") {
    choice.discount = share(gross_at(lines, which, product.price), offer.value, 10'000);
  } else if (offer.type == "n_get_m") {
    if (item != offer.items.begin() || offer.value <= 0) return std::nullopt;
    const Quantity free = qty / (item->second + offer.value) * offer.value;
    if (free == 0) return std::nullopt;
    choice.discount = gross_of(free, product.price, lines[which.front()].wanted->where);
  } else {
    return std::nullopt;
  }
  const Dong gross = gross_at(lines, which, choice.price);
  choice.discount = std::min(choice.discount, gross);
  choice.pays = gross - choice.discount;
  return choice;
}

Choice best_choice(const Lines& lines, const Which& which, const std::vector<StandingOffer>& offers) {
  Choice best = plain_choice(lines, which);
  for (const auto& standing : offers)
    if (auto choice = offered(lines, which, standing); choice && choice->pays < best.pays) best = *choice;
  return best;
}

void put(Lines& lines, const Which& which, const Choice& choice) {
  std::vector<Dong> gross;
  for (std::size_t i : which) {
    auto& p = lines[i];
    p.line.price = choice.price;
    p.line.price_kind = choice.kind;
    p.line.offer = choice.offer;
    p.gross = gross_of(p.wanted->qty, choice.price, p.wanted->where);
    gross.push_back(p.gross);
  }
  const auto discounts = spread_discount(gross, choice.discount);
  for (std::size_t n = 0; n < which.size(); ++n) lines[which[n]].line.discount = discounts[n];
}

// Gives a combo if the basket holds it and it is worth it.
void try_combo(Lines& lines, const StandingOffer& combo, const std::vector<StandingOffer>& offers) {
  std::int64_t times = INT64_MAX;
  Which all;
  Dong of_one = 0, without = 0, list = 0;
  for (const auto& [product, qty] : combo.offer.items) {
    const Which which = lines_of(lines, product);
    if (which.empty()) return;
    times = std::min(times, quantity_of(lines, which) / qty);
    const Dong price = lines[which.front()].wanted->product->price;
    of_one += gross_of(qty, price, lines[which.front()].wanted->where);
    without += best_choice(lines, which, offers).pays;
    list += gross_at(lines, which, price);
    all.insert(all.end(), which.begin(), which.end());
  }
  if (times == 0 || combo.offer.value >= of_one) return;
  // The goods in the combo at its price, what is over at the list price.
  const Dong saved = std::min(list, share(of_one - combo.offer.value, times, 1));
  if (list - saved >= without) return;
  std::sort(all.begin(), all.end());
  std::vector<Dong> gross;
  for (std::size_t i : all) gross.push_back(lines[i].plain_gross);
  const auto discounts = spread_discount(gross, saved);
  for (std::size_t n = 0; n < all.size(); ++n) {
    auto& p = lines[all[n]];
    p.taken = true;
    p.line.price = p.wanted->product->price;
    p.line.price_kind = journal::PriceKind::offer;
    p.line.offer = combo.hash;
    p.line.discount = discounts[n];
    p.gross = p.plain_gross;
  }
}

Pricing begin_line(const Wanted& wanted, const std::string& day) {
  Pricing p;
  p.wanted = &wanted;
  auto& line = p.line;
  line.qty = wanted.qty;
  line.lot = wanted.lot;
  line.gift = wanted.gift;
  if (!wanted.product) {
    line.product = "_open";
    line.name = wanted.name;
    line.unit = wanted.unit;
    line.vat = wanted.vat;
    line.price = *wanted.agreed;
    line.price_kind = journal::PriceKind::open;
  } else {
    line.product = wanted.product->id;
    line.name = wanted.product->name;
    line.unit = wanted.product->unit;
    line.vat = wanted.product->vat;
    line.ocop = catalogue::ocop_on(*wanted.product, day);
    line.cnnt = catalogue::cnnt_on(*wanted.product, day);
    if (!line.lot && !wanted.product->lot.empty()) line.lot = wanted.product->lot;
    line.price = wanted.agreed.value_or(wanted.product->price);
    line.price_kind = line.price == wanted.product->price ? journal::PriceKind::list : journal::PriceKind::agreed;
    p.plain_gross = gross_of(wanted.qty, wanted.product->price, wanted.where);
    p.takes_offers = !wanted.agreed && !wanted.gift;
  }
  p.gross = gross_of(wanted.qty, line.price, wanted.where);
  if (wanted.gift) line.discount = p.gross;
  return p;
}

}  // namespace

std::vector<journal::Line> price_basket(const std::vector<Wanted>& basket, Dong basket_discount,
                                        const catalogue::Catalogue& catalogue, const std::vector<StandingOffer>& offers,
                                        Milliseconds time) {
  const std::string day = local_day(time);
  Lines lines;
  for (const auto& wanted : basket) lines.push_back(begin_line(wanted, day));

  std::vector<StandingOffer> standing;
  for (const auto& offer : offers)
    if (holds(offer.offer, time)) standing.push_back(offer);
  for (const auto& offer : standing)
    if (offer.offer.type == "combo") try_combo(lines, offer, standing);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].takes_offers || lines[i].taken) continue;
    const Which which = lines_of(lines, lines[i].wanted->product->id);
    put(lines, which, best_choice(lines, which, standing));
    for (std::size_t n : which) lines[n].taken = true;
  }

  std::vector<Dong> totals;
  Dong sum = 0;
  for (auto& p : lines) {
    const Dong left = p.gross - p.line.discount;
    if (p.wanted->discount > left)
      refuse("discount_too_large", p.wanted->where + ".discount",
             {"Giảm giá lớn hơn tiền hàng.", "The discount is above the price of the goods."});
    p.line.discount += p.wanted->discount;
    totals.push_back(left - p.wanted->discount);
    const auto more = add(sum, totals.back());
    if (!more) too_much(p.wanted->where);
    sum = *more;
  }
  if (basket_discount > sum)
    refuse("discount_too_large", "discount", {"Giảm giá lớn hơn tiền hàng.", "The discount is above the price of the goods."});
  const auto shares = spread_discount(totals, basket_discount);

  std::vector<journal::Line> priced;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto& p = lines[i];
    auto& line = p.line;
    line.discount += shares[i];
    line.total = totals[i] - shares[i];
    if (p.wanted->product && line.price != p.wanted->product->price) line.list = p.wanted->product->price;
    const auto seller = catalogue.exhibitors.find(p.wanted->exhibitor);
    const auto vat =
        catalogue::vat_for(seller == catalogue.exhibitors.end() ? "" : seller->second.vat_method, line.vat, line.total);
    line.vat = vat.code;
    line.vat_amount = vat.amount;
    priced.push_back(line);
  }
  return priced;
}

Dong total_of(const std::vector<journal::Line>& lines) {
  Dong sum = 0;
  for (const auto& line : lines) {
    const auto more = add(sum, line.total);
    if (!more) too_much("lines");
    sum = *more;
  }
  return sum;
}

}  // namespace phien::till

#include <doctest/doctest.h>

#include "pos/till/pricing.hpp"
#include "pos/till/settle.hpp"
#include "tests/unit/till/booth.hpp"

using namespace phien;
using namespace phien::test;

namespace {

catalogue::Product goods(const char* id, Dong price, int decimals = 0) {
  catalogue::Product p;
  p.id = id;
  p.exhibitor = "EXA";
  p.name = id;
  p.unit = "hộp";
  p.price = price;
  p.quantity_decimals = decimals;
  p.vat = "8";
  return p;
}

struct Shelf {
  catalogue::Catalogue catalogue;
  std::vector<till::StandingOffer> offers;

  Shelf() {
    catalogue.exhibitors["EXA"].vat_method = "KHAU_TRU";
    auto a = goods("A", 25'000);
    a.wholesale_price = 20'000;
    a.wholesale_from = 24 * kOne;
    catalogue.products.emplace("A", a);
    catalogue.products.emplace("B", goods("B", 10'000));
    catalogue.products.emplace("W", goods("W", 52'000, 3));
  }
  till::Wanted want(const char* id, Quantity qty) const {
    till::Wanted wanted;
    wanted.product = &catalogue.products.at(id);
    wanted.exhibitor = "EXA";
    wanted.qty = qty;
    wanted.where = "lines[0]";
    return wanted;
  }
  void offer(const char* id, const char* type, std::vector<std::pair<std::string, Quantity>> items, std::int64_t value,
             Milliseconds from = 0, Milliseconds until = INT64_MAX) {
    journal::Offer o{"EXA", id, id, type, std::move(items), value, from, until, true};
    offers.push_back({static_cast<journal::Seq>(offers.size() + 1), sha256(id), std::move(o)});
  }
  std::vector<journal::Line> price(const std::vector<till::Wanted>& basket, Dong discount = 0) const {
    return till::price_basket(basket, discount, catalogue, offers, kOpening);
  }
  Dong pays(const std::vector<till::Wanted>& basket, Dong discount = 0) const { return till::total_of(price(basket, discount)); }
};

}  // namespace

TEST_CASE("pricing: list, wholesale over several lines, weight rounded once, agreed, gift") {
  Shelf shelf;
  CHECK(shelf.pays({shelf.want("A", 2 * kOne)}) == 50'000);
  CHECK(shelf.pays({shelf.want("A", 23 * kOne)}) == 575'000);
  CHECK(shelf.pays({shelf.want("A", 24 * kOne)}) == 480'000);
  CHECK(shelf.pays({shelf.want("A", 12 * kOne), shelf.want("A", 12 * kOne)}) == 480'000);
  CHECK(shelf.price({shelf.want("A", 24 * kOne)})[0].price_kind == journal::PriceKind::wholesale);
  CHECK(shelf.price({shelf.want("A", 24 * kOne)})[0].list == 25'000);
  CHECK(shelf.pays({shelf.want("W", 1'250)}) == 65'000);
  CHECK(shelf.pays({shelf.want("W", 333)}) == 17'316);

  auto agreed = shelf.want("A", 24 * kOne);
  agreed.agreed = 24'000;
  CHECK(shelf.price({agreed})[0].price_kind == journal::PriceKind::agreed);
  CHECK(shelf.pays({agreed}) == 576'000);
  agreed.agreed = 25'000;
  CHECK(shelf.price({agreed})[0].price_kind == journal::PriceKind::list);

  auto gift = shelf.want("B", kOne);
  gift.gift = true;
  const auto line = shelf.price({gift})[0];
  CHECK(line.gift);
  CHECK(line.total == 0);
  CHECK(line.discount == 10'000);
  CHECK(line.price == 10'000);
}

TEST_CASE("pricing: each offer type, its times, and the best for the buyer") {
  struct Case {
    const char* name;
    const char* type;
    std::vector<std::pair<std::string, Quantity>> items;
    std::int64_t value;
    std::vector<std::pair<const char*, Quantity>> basket;
    Dong pays;
  };
  const Case cases[] = {
      {"price", "price", {{"A", kOne}}, 22'000, {{"A", 2 * kOne}}, 44'000},
      {"price above list is not taken", "price", {{"A", kOne}}, 30'000, {{"A", 2 * kOne}}, 50'000},
      {"price from a quantity: below", "price", {{"A", 3 * kOne}}, 22'000, {{"A", 2 * kOne}}, 50'000},
      {"price from a quantity: at", "price", {{"A", 3 * kOne}}, 22'000, {{"A", 3 * kOne}}, 66'000},
      {"wholesale beats the offer", "price", {{"A", kOne}}, 22'000, {{"A", 24 * kOne}}, 480'000},
      {"percent", "percent", {{"A", kOne}}, 1'000, {{"A", kOne}}, 22'500},
      {"percent of a weight", "percent", {{"W", 1}}, 1'250, {{"W", 333}}, 15'151},
      {"all of it", "percent", {{"B", kOne}}, 10'000, {{"B", 3 * kOne}}, 0},
      {"2 get 1: too few", "n_get_m", {{"B", 2 * kOne}}, kOne, {{"B", 2 * kOne}}, 20'000},
      {"2 get 1: three", "n_get_m", {{"B", 2 * kOne}}, kOne, {{"B", 3 * kOne}}, 20'000},
      {"2 get 1: seven", "n_get_m", {{"B", 2 * kOne}}, kOne, {{"B", 7 * kOne}}, 50'000},
      {"combo", "combo", {{"A", kOne}, {"B", kOne}}, 30'000, {{"A", kOne}, {"B", kOne}}, 30'000},
      {"combo twice and one over", "combo", {{"A", kOne}, {"B", kOne}}, 30'000, {{"A", 2 * kOne}, {"B", 3 * kOne}}, 70'000},
      {"combo not whole", "combo", {{"A", kOne}, {"B", 2 * kOne}}, 30'000, {{"A", kOne}, {"B", kOne}}, 35'000},
      {"combo that saves nothing", "combo", {{"A", kOne}, {"B", kOne}}, 35'000, {{"A", kOne}, {"B", kOne}}, 35'000},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Shelf shelf;
    shelf.offer("o", c.type, c.items, c.value);
    std::vector<till::Wanted> basket;
    for (const auto& [id, qty] : c.basket) basket.push_back(shelf.want(id, qty));
    CHECK(shelf.pays(basket) == c.pays);
    for (const auto& line : shelf.price(basket)) CHECK(line.total == *line_total(line.qty, line.price) - line.discount);
    shelf.offers[0].offer.from = kOpening + 1;
    const Dong without = shelf.pays(basket);
    shelf.offers[0].offer = journal::Offer{"EXA", "o", "o", c.type, c.items, c.value, 0, kOpening, true};  // ended just now
    CHECK(shelf.pays(basket) == without);
    shelf.offers.clear();
    CHECK(shelf.pays(basket) == without);
  }
  Shelf two;
  two.offer("a", "percent", {{"A", kOne}}, 500);
  two.offer("b", "price", {{"A", kOne}}, 22'000);
  CHECK(two.pays({two.want("A", kOne)}) == 22'000);
  two.offer("c", "combo", {{"A", kOne}, {"B", kOne}}, 31'900);
  CHECK(two.pays({two.want("A", kOne), two.want("B", kOne)}) == 31'900);
  CHECK(two.price({two.want("A", kOne), two.want("B", kOne)})[1].offer == sha256("c"));
}

TEST_CASE("pricing: discounts are spread over lines before VAT, and never exceed the goods") {
  Shelf shelf;
  const auto lines = shelf.price({shelf.want("A", kOne), shelf.want("B", kOne), shelf.want("B", kOne)}, 1'000);
  CHECK(lines[0].discount == 556);
  CHECK(lines[1].discount == 222);
  CHECK(lines[2].discount == 222);
  CHECK(lines[0].vat_amount == vat_in(24'444, 8));
  CHECK(till::total_of(lines) == 44'000);
  auto own = shelf.want("A", kOne);
  own.discount = 25'000;
  CHECK(shelf.pays({own}) == 0);
  own.discount = 25'001;
  CHECK_THROWS_AS(shelf.pays({own}), till::Refusal);
  CHECK_THROWS_AS(shelf.pays({shelf.want("A", kOne)}, 25'001), till::Refusal);
  auto huge = shelf.want("A", kMaxAmount);
  CHECK_THROWS_AS(shelf.pays({huge}), till::Refusal);
}

namespace {

till::Settled settle(const std::vector<till::Due>& dues, const std::vector<till::Tender>& tenders) {
  int n = 0;
  return till::settle(dues, tenders, 1'000, [&n] { return "PH0000000" + std::to_string(n++); });
}

till::Tender tender(journal::Method method, std::optional<Dong> amount = {}, std::optional<Dong> given = {}) {
  return {method, amount, given, {}, {}, "payments[0]"};
}

}  // namespace

TEST_CASE("settling: cash is rounded once per holder and the parts add up, for every split") {
  using journal::Method;
  const std::vector<std::vector<till::Due>> units{{{"A", 45'500, {}}},
                                                  {{"Q", 33'300, {}}, {"Q", 10'100, {}}, {"Q", 7'700, {}}},
                                                  {{"A", 33'300, {}}, {"B", 10'100, {}}, {"A", 7'700, {}}},
                                                  {{"A", 400, {}}},
                                                  {{"A", 0, {}}, {"A", 999, {}}}};
  for (const auto& dues : units) {
    Dong total = 0;
    for (const auto& due : dues) total += due.total;
    for (Dong transfer : {Dong{0}, Dong{1}, total / 3, total / 2, total}) {
      std::vector<till::Tender> tenders;
      if (transfer > 0) tenders.push_back(tender(Method::transfer, transfer));
      tenders.push_back(tender(Method::cash, {}, 1'000'000));
      const auto settled = settle(dues, tenders);
      std::map<std::string, Dong> cash;
      Dong given = 0, rounding = 0;
      for (std::size_t i = 0; i < dues.size(); ++i) {
        Dong paid = 0;
        for (const auto& payment : settled.parts[i].payments) {
          paid += payment.amount;
          CHECK(payment.amount > 0);
          CHECK(payment.holder == dues[i].holder);
          if (payment.method == Method::cash) cash[payment.holder] += payment.amount, given += payment.given.value_or(0);
          CHECK((payment.method == Method::transfer) == payment.pay_ref.has_value());
        }
        CHECK(paid == dues[i].total + settled.parts[i].rounding);
        rounding += settled.parts[i].rounding;
      }
      Dong in_cash = 0;
      for (const auto& [who, amount] : cash) {
        CHECK(amount % 1'000 == 0);
        in_cash += amount;
      }
      CHECK(rounding == settled.rounding);
      CHECK(in_cash == settled.due);
      CHECK(settled.change == 1'000'000 - in_cash);
      if (in_cash > 0) CHECK(given == 1'000'000);
    }
  }
}

TEST_CASE("settling: what does not add up is refused with its place") {
  using journal::Method;
  const std::vector<till::Due> dues{{"A", 45'500, {}}};
  const auto code = [&](std::vector<till::Tender> tenders) -> std::string {
    try {
      settle(dues, tenders);
      return "";
    } catch (const till::Refusal& refusal) {
      return refusal.problem.code;
    }
  };
  CHECK(code({}) == "");
  CHECK(code({tender(Method::transfer)}) == "");
  CHECK(code({tender(Method::cash, 45'000)}) == "");
  CHECK(code({tender(Method::cash, 45'500)}) == "");
  CHECK(code({tender(Method::cash, 20'000), tender(Method::transfer)}) == "");
  CHECK(code({tender(Method::cash, 44'000)}) == "payments_do_not_add_up");
  CHECK(code({tender(Method::cash, {}, 44'999)}) == "not_enough_given");
  CHECK(code({tender(Method::transfer, 45'499)}) == "payments_do_not_add_up");
  CHECK(code({tender(Method::transfer, 45'501)}) == "too_much_paid");
  CHECK(code({tender(Method::cash, 20'500), tender(Method::transfer)}) == "cash_not_round");
  CHECK(code({tender(Method::cash, 46'000), tender(Method::transfer)}) == "payments_do_not_add_up");
  CHECK(code({tender(Method::cash), tender(Method::transfer)}) == "two_rests");
  CHECK(code({tender(Method::cash), tender(Method::cash, 1'000)}) == "two_cash");
}

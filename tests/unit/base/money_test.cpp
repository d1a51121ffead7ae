#include "shared/money.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <numeric>
#include <random>

using namespace phien;

namespace {
std::int64_t sum(const std::vector<Dong>& values) { return std::accumulate(values.begin(), values.end(), std::int64_t{0}); }
}  // namespace

TEST_CASE("add: nothing beyond what an amount may be, also where int64 overflows") {
  CHECK(add(2, 3) == 5);
  CHECK(add(kMaxAmount, 0) == kMaxAmount);
  CHECK(add(-kMaxAmount, 0) == -kMaxAmount);
  CHECK_FALSE(add(kMaxAmount, 1));
  CHECK_FALSE(add(-kMaxAmount, -1));
  CHECK_FALSE(add(std::numeric_limits<std::int64_t>::max(), 1));
  CHECK_FALSE(add(std::numeric_limits<std::int64_t>::min(), -1));
}

TEST_CASE("line_total: rounded once, half up; overflow is nothing") {
  CHECK(line_total(1000, 25'000) == 25'000);
  CHECK(line_total(1250, 33'333) == 41'666);  // 41 666.25
  CHECK(line_total(500, 1) == 1);             // 0.5
  CHECK(line_total(499, 1) == 0);
  CHECK(line_total(1, 499) == 0);
  CHECK(line_total(1, 500) == 1);
  CHECK(line_total(0, 500) == 0);
  CHECK(line_total(kOne, kMaxAmount) == kMaxAmount);
  CHECK_FALSE(line_total(kOne + 1, kMaxAmount));
  CHECK_FALSE(line_total(kMaxAmount, kMaxAmount));
  CHECK_FALSE(line_total(-1, 5));
  CHECK_FALSE(line_total(5, -1));
}

TEST_CASE("spread_discount: by largest remainder, ties in line order") {
  CHECK(spread_discount(std::vector<Dong>{100, 100, 100}, 100) == std::vector<Dong>{34, 33, 33});
  CHECK(spread_discount(std::vector<Dong>{100, 100, 100}, 200) == std::vector<Dong>{67, 67, 66});
  CHECK(spread_discount(std::vector<Dong>{1, 2, 3}, 3) == std::vector<Dong>{1, 1, 1});  // 0.5, 1, 1.5: the tie goes to the first
  CHECK(spread_discount(std::vector<Dong>{0, 50}, 50) == std::vector<Dong>{0, 50});
  CHECK(spread_discount(std::vector<Dong>{0, 0}, 0) == std::vector<Dong>{0, 0});
  CHECK(spread_discount(std::vector<Dong>{}, 0).empty());
  CHECK(spread_discount(std::vector<Dong>{kMaxAmount, kMaxAmount}, kMaxAmount) ==
        std::vector<Dong>{kMaxAmount / 2, kMaxAmount / 2});
}

TEST_CASE("spread_discount: parts add up and none exceeds its line, for random baskets") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 5'000; ++round) {
    const Dong most = round % 3 == 0 ? 5 : round % 3 == 1 ? 500'000 : kMaxAmount / 200;
    std::vector<Dong> totals(1 + random() % 200);
    for (Dong& total : totals) total = std::uniform_int_distribution<Dong>(0, most)(random);
    const Dong discount = std::uniform_int_distribution<Dong>(0, sum(totals))(random);
    const auto shares = spread_discount(totals, discount);
    REQUIRE(sum(shares) == discount);
    for (std::size_t i = 0; i < totals.size(); ++i) {
      REQUIRE(shares[i] >= 0);
      REQUIRE(shares[i] <= totals[i]);
    }
  }
}

TEST_CASE("refund_share: a line given back in any parts gives back exactly its total") {
  CHECK(refund_share(100, 3000, 0, 0, 1000) == 33);
  CHECK(refund_share(100, 3000, 1000, 33, 1000) == 34);
  CHECK(refund_share(100, 3000, 2000, 67, 1000) == 33);
  CHECK(refund_share(100, 1000, 0, 0, 5000) == 100);  // more than was sold never pays more than was paid
  CHECK(refund_share(100, 1000, 500, 80, 100) == 0);  // more was given back before than the share: nothing is owed
  std::mt19937_64 random(11);
  for (int round = 0; round < 5'000; ++round) {
    const Dong total = std::uniform_int_distribution<Dong>(0, round % 2 == 0 ? 1'000 : kMaxAmount)(random);
    const Quantity sold = std::uniform_int_distribution<Quantity>(1, round % 5 == 0 ? kMaxAmount : 10'000)(random);
    Quantity before = 0;
    Dong paid = 0;
    for (int part = 0; before < sold; ++part) {
      const Quantity n = part == 20 ? sold - before : std::uniform_int_distribution<Quantity>(1, sold - before)(random);
      const Dong share = refund_share(total, sold, before, paid, n);
      REQUIRE(share >= 0);
      before += n;
      paid += share;
      REQUIRE(paid <= total);
    }
    REQUIRE(paid == total);
  }
}

TEST_CASE("vat_in: the VAT inside a gross amount") {
  CHECK(vat_in(108'000, 8) == 8'000);
  CHECK(vat_in(110'000, 10) == 10'000);
  CHECK(vat_in(105'000, 5) == 5'000);
  CHECK(vat_in(25'000, 0) == 0);
  CHECK(vat_in(0, 8) == 0);
  CHECK(vat_in(1, 10) == 0);
  CHECK(vat_in(kMaxAmount, 8) == 74'074'074'074);
}

TEST_CASE("cash_rounding: down to a multiple of the step, never up") {
  CHECK(cash_rounding(25'499, 1000) == -499);
  CHECK(cash_rounding(25'999, 1000) == -999);
  CHECK(cash_rounding(25'000, 1000) == 0);
  CHECK(cash_rounding(0, 1000) == 0);
  CHECK(cash_rounding(7, 1) == 0);
  CHECK(cash_rounding(-1, 1000) == -999);
  for (Dong total = -2'500; total < 2'500; ++total) {
    const Dong rounding = cash_rounding(total, 500);
    REQUIRE(rounding <= 0);
    REQUIRE(rounding > -500);
    REQUIRE((total + rounding) % 500 == 0);
  }
}

TEST_CASE("amounts as people read them") {
  CHECK(format_dong(0) == "0 đ");
  CHECK(format_dong(999) == "999 đ");
  CHECK(format_dong(1'000) == "1.000 đ");
  CHECK(format_dong(1'234'567) == "1.234.567 đ");
  CHECK(format_dong(-25'000) == "-25.000 đ");
  CHECK(format_dong(std::numeric_limits<std::int64_t>::min()) == "-9.223.372.036.854.775.808 đ");
  CHECK(format_quantity(1250) == "1,25");
  CHECK(format_quantity(2000) == "2");
  CHECK(format_quantity(5) == "0,005");
  CHECK(format_quantity(-500) == "-0,5");
  CHECK(format_quantity(0) == "0");
  CHECK(format_quantity(1'234'000) == "1.234");
  CHECK(format_quantity(1'234'500) == "1.234,5");
}

TEST_CASE("parse_quantity: what a person may type, and nothing that could mean something else") {
  struct Row {
    const char* text;
    std::optional<Quantity> is;
  };
  const Row rows[] = {{"2", 2000},
                      {"1.25", 1250},
                      {"1,25", 1250},
                      {"0,005", 5},
                      {"1.5", 1500},
                      {" 3 ", 3000},
                      {"007", 7000},
                      {"0", 0},
                      {"1000000000", kMaxAmount},
                      {"1000000000,001", {}},
                      {"1000000001", {}},
                      {"99999999999999999999", {}},
                      {"", {}},
                      {" ", {}},
                      {".", {}},
                      {"1.", {}},
                      {".5", {}},
                      {"1.2345", {}},
                      {"1.2.3", {}},
                      {"1,2,3", {}},
                      {"-1", {}},
                      {"+1", {}},
                      {"1e3", {}},
                      {"nan", {}},
                      {"NaN", {}},
                      {"inf", {}},
                      {"0x10", {}},
                      {"1 5", {}},
                      {"½", {}},
                      {"１", {}},
                      {"1,25kg", {}},
                      {"−1", {}}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_quantity(row.text) == row.is);
  }
  for (Quantity q = 0; q < 20'000; q += 7) REQUIRE(parse_quantity(format_quantity(q)) == q);
}

TEST_CASE("parse_dong: prices as they are written, nothing when they could be read two ways") {
  struct Row {
    const char* text;
    std::optional<Dong> is;
  };
  const Row rows[] = {{"25000", 25'000},
                      {"25.000", 25'000},
                      {"25,000", 25'000},
                      {"25000đ", 25'000},
                      {"25.000 VND", 25'000},
                      {"25.000 đ", 25'000},
                      {"1.234.567", 1'234'567},
                      {"1,234,567 VNĐ", 1'234'567},
                      {"25000₫", 25'000},
                      {"0", 0},
                      {"0đ", 0},
                      {"1000000000000", kMaxAmount},
                      {"1.000.000.000.000", kMaxAmount},
                      {"1000000000001", {}},
                      {"25.5", {}},
                      {"25.00", {}},
                      {"25,00", {}},
                      {"25.0000", {}},
                      {"2500.000", {}},
                      {"1.234,567", {}},
                      {"1,234.567", {}},
                      {"0.025", {}},
                      {".000", {}},
                      {"25.", {}},
                      {"25..000", {}},
                      {"-25000", {}},
                      {"+25000", {}},
                      {"25k", {}},
                      {"25e3", {}},
                      {"NaN", {}},
                      {"", {}},
                      {"đ", {}},
                      {"VND", {}},
                      {"25 000", {}},
                      {"25.00a", {}},
                      {"25000đđ", {}},
                      {"25000 USD", {}},
                      {"９", {}},
                      {"99999999999999999999999", {}}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_dong(row.text) == row.is);
  }
  for (const Dong d : {Dong{0}, Dong{1}, Dong{999}, Dong{1'000}, Dong{12'345'678}, kMaxAmount})
    CHECK(parse_dong(format_dong(d)) == d);
}

// Money and quantity. Whole đồng and thousandths of a unit, int64, at most 10^12 each, so that every
// JSON reader keeps them exactly and a sum of millions cannot overflow. Floating point has no place here. Every function that
// could overflow says so.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace phien {

using Dong = std::int64_t;      // whole đồng
using Quantity = std::int64_t;  // thousandths of the product's unit: 1.25 kg is 1250

inline constexpr std::int64_t kMaxAmount =
    1'000'000'000'000;  // of one value in an entry, đồng or thousandths: sums stay far from overflow
inline constexpr Quantity kOne = 1000;

constexpr bool in_range(std::int64_t n) { return n >= -kMaxAmount && n <= kMaxAmount; }

// a + b, nothing when outside ±kMaxAmount.
std::optional<std::int64_t> add(std::int64_t a, std::int64_t b);

// qty · price / 1000 rounded half up (away from zero on .5 for the non-negative values it takes). qty, price ≥ 0. Nothing on
// overflow.
std::optional<Dong> line_total(Quantity qty, Dong price);

// Splits `discount` over lines in proportion to their totals by largest remainder, ties to the earlier line.
// Σ result = discount and 0 ≤ result[i] ≤ totals[i]. Needs 0 ≤ discount ≤ Σ totals.
std::vector<Dong> spread_discount(std::span<const Dong> totals, Dong discount);

// What refunding `n` of `sold` gives back of a line that cost `total`, when `n_before` were refunded before for `before` đồng:
// round half up(total · (n_before + n) / sold) − before, so that refunding all of it in parts gives back exactly `total`.
Dong refund_share(Dong total, Quantity sold, Quantity n_before, Dong before, Quantity n);

// VAT contained in a gross amount at `percent`: gross − round half up(gross·100/(100+percent)).
Dong vat_in(Dong gross, int percent);

// What is added to `total` so that it becomes a multiple of `step` (step ≥ 1): ≤ 0, rounds down (the fair's rule).
Dong cash_rounding(Dong total, Dong step);

// "1.234.567 đ" and "1,25": for people.
std::string format_dong(Dong amount);
std::string format_quantity(Quantity quantity);  // decimal comma, no trailing zeros: 1250 → "1,25", 2000 → "2"

// "2", "1.25", "1,25" → thousandths. Nothing for more than 3 decimals, a sign, an exponent, NaN, or out of range.
std::optional<Quantity> parse_quantity(std::string_view text);
// "25000", "25.000", "25,000", "25000đ", "25.000 VND" → 25000. Nothing when ambiguous ("25.5", "25.00") or out of range.
std::optional<Dong> parse_dong(std::string_view text);

}  // namespace phien

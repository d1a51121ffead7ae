#include "shared/money.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "shared/text.hpp"

namespace phien {
namespace {

__extension__ using Wide = __int128;  // products of two amounts need 80 bits

// ⌊n/d + 1/2⌋ for n ≥ 0, d > 0.
Wide half_up(Wide n, Wide d) { return (2 * n + d) / (2 * d); }

void require(bool held) {
  if (!held) std::abort();  // a bug of the caller, in release too
}

std::uint64_t magnitude(std::int64_t n) { return n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n); }

// "1234567" → "1.234.567".
std::string grouped(std::uint64_t n) {
  const std::string digits = std::to_string(n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += '.';
    text += digits[i];
  }
  return text;
}

std::string_view trimmed(std::string_view s) {
  const auto from = s.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return s.substr(from, s.find_last_not_of(" \t") - from + 1);
}

// Value of a run of digits; nothing when empty, not all digits, or above kMaxAmount.
std::optional<std::int64_t> whole(std::string_view digits) {
  if (!is_digits(digits)) return {};
  std::int64_t n = 0;
  for (const char c : digits) {
    n = n * 10 + (c - '0');
    if (n > kMaxAmount) return {};
  }
  return n;
}

}  // namespace

std::optional<std::int64_t> add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum) || !in_range(sum)) return {};
  return sum;
}

std::optional<Dong> line_total(Quantity qty, Dong price) {
  if (qty < 0 || price < 0) return {};
  const Wide total = half_up(Wide{qty} * price, kOne);
  if (total > kMaxAmount) return {};
  return static_cast<Dong>(total);
}

std::vector<Dong> spread_discount(std::span<const Dong> totals, Dong discount) {
  Wide sum = 0;
  for (const Dong total : totals) {
    require(total >= 0);
    sum += total;
  }
  require(discount >= 0 && discount <= sum);
  std::vector<Dong> shares(totals.size(), 0);
  if (discount == 0) return shares;
  std::vector<Wide> remainders(totals.size(), 0);
  Dong left = discount;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    const Wide exact = Wide{totals[i]} * discount;
    shares[i] = static_cast<Dong>(exact / sum);
    remainders[i] = exact % sum;
    left -= shares[i];
  }
  // `left` is below the number of lines with a remainder, so no share grows by more than 1 and none exceeds its line.
  std::vector<std::size_t> order(totals.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++shares[order[i]];
  return shares;
}

Dong refund_share(Dong total, Quantity sold, Quantity n_before, Dong before, Quantity n) {
  require(total >= 0 && sold > 0 && n_before >= 0 && n >= 0);
  const Wide back = std::min(Wide{n_before} + n, Wide{sold});
  return std::max<Dong>(0, static_cast<Dong>(half_up(Wide{total} * back, sold)) - before);
}

Dong vat_in(Dong gross, int percent) {
  require(gross >= 0 && percent >= 0);
  return gross - static_cast<Dong>(half_up(Wide{gross} * 100, 100 + Wide{percent}));
}

Dong cash_rounding(Dong total, Dong step) {
  require(step >= 1);
  const Dong above = total % step;
  return above >= 0 ? -above : -(above + step);
}

std::string format_dong(Dong amount) { return (amount < 0 ? "-" : "") + grouped(magnitude(amount)) + " đ"; }

std::string format_quantity(Quantity quantity) {
  const std::uint64_t n = magnitude(quantity);
  std::string text = (quantity < 0 ? "-" : "") + grouped(n / 1000);
  if (n % 1000 != 0) {
    std::string decimals = std::to_string(1000 + n % 1000).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += "," + decimals;
  }
  return text;
}

std::optional<Quantity> parse_quantity(std::string_view text) {
  text = trimmed(text);
  const auto point = text.find_first_of(".,");
  const auto units = whole(text.substr(0, point));
  if (!units || *units > kMaxAmount / kOne) return {};
  Quantity thousandths = 0;
  if (point != std::string_view::npos) {
    const std::string_view decimals = text.substr(point + 1);
    const auto value = whole(decimals);
    if (!value || decimals.size() > 3) return {};
    thousandths = *value;
    for (std::size_t i = decimals.size(); i < 3; ++i) thousandths *= 10;
  }
  return add(*units * kOne, thousandths);
}

std::optional<Dong> parse_dong(std::string_view text) {
  text = trimmed(text);
  for (const std::string_view currency : {"VNĐ", "VND", "vnđ", "vnd", "₫", "đ", "Đ"}) {
    if (text.ends_with(currency)) {
      text = trimmed(text.substr(0, text.size() - currency.size()));
      break;
    }
  }
  const auto first = text.find_first_of(".,");
  if (first == std::string_view::npos) return whole(text);
  // Thousands: one kind of separator, groups of exactly three, no leading zero. Anything else could be read two ways.
  const char separator = text[first];
  if (first < 1 || first > 3 || text[0] == '0') return {};
  std::string digits(text.substr(0, first));
  for (std::size_t at = first; at < text.size(); at += 4) {
    if (text[at] != separator || text.size() - at < 4) return {};
    digits += text.substr(at + 1, 3);
  }
  return whole(digits);
}

}  // namespace phien

// Whether the sums of an entry agree with each other. It is posted all the same (I6); what does not agree is listed.
#include <fmt/format.h>

#include <string>

#include "shared/journal/entry.hpp"

namespace phien::journal {
namespace {

using Found = std::optional<Problem>;

Found differs(std::string where, Dong written, Dong computed) {
  if (written == computed) return {};
  return Problem{"sums_differ",
                 std::move(where),
                 {fmt::format("Số ghi là {} nhưng tính ra {}.", format_dong(written), format_dong(computed)),
                  fmt::format("It says {} but adds up to {}.", format_dong(written), format_dong(computed))}};
}

Found vat_above(const std::string& line, Dong vat, Dong total) {
  if (vat <= total) return {};
  return Problem{"sums_differ",
                 line + ".vat_amount",
                 {fmt::format("Thuế {} lớn hơn tiền hàng {}.", format_dong(vat), format_dong(total)),
                  fmt::format("The VAT of {} is more than the {} it is part of.", format_dong(vat), format_dong(total))}};
}

std::string line_path(std::size_t i) { return fmt::format("body.lines[{}]", i); }

Found check_line(const std::string& where, const Line& line) {
  const auto goods = line_total(line.qty, line.price);
  if (!goods) {
    return Problem{"sums_differ",
                   where + ".total",
                   {"Số lượng nhân giá vượt quá giới hạn.", "Quantity times price is beyond what an amount may be."}};
  }
  if (auto found = differs(where + ".total", line.total, *goods - line.discount)) return found;
  if (line.gift) return differs(where + ".total", line.total, 0);
  return vat_above(where, line.vat_amount, line.total);
}
Found check_line(const std::string& where, const BackLine& line) {
  if (line.gift) return differs(where + ".total", line.total, 0);
  return vat_above(where, line.vat_amount, line.total);
}

template <class Lines>
Found check_lines(const Lines& lines, Dong total) {
  Dong sum = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (auto found = check_line(line_path(i), lines[i])) return found;
    sum += lines[i].total;
  }
  return differs("body.total", total, sum);
}

Found check_payments(const std::vector<Payment>& payments, Dong expected) {
  Dong sum = 0;
  for (const Payment& payment : payments) sum += payment.amount;
  return differs("body.payments", sum, expected);
}

template <class Goods>
Found check_deal(const Goods& deal) {
  if (auto found = check_lines(deal.lines, deal.total)) return found;
  return check_payments(deal.payments, deal.total + deal.rounding);
}

template <class Other>
Found check(const Other&) {
  return {};
}  // kinds without sums
Found check(const Sale& sale) { return check_deal(sale); }
Found check(const Refund& refund) { return check_deal(refund); }
Found check(const Order& order) { return check_lines(order.lines, order.total); }
Found check(const DeclaredSales& declared) {
  if (!declared.lines.empty()) {
    if (auto found = check_lines(declared.lines, declared.total)) return found;
  }
  return check_payments(declared.payments, declared.total);
}
Found check(const ShiftClose& close) {
  if (close.notes.empty()) return {};  // counted without saying in which notes
  Dong sum = 0;
  for (const auto& [value, count] : close.notes) {
    const auto pile = line_total(count * kOne, value);
    const auto with_it = pile ? add(sum, *pile) : std::nullopt;
    if (!with_it) {
      return Problem{"sums_differ",
                     "body.notes",
                     {"Số tiền đếm được vượt quá giới hạn.", "What was counted is beyond what an amount may be."}};
    }
    sum = *with_it;
  }
  return differs("body.counted", close.counted, sum);
}
Found check(const VoidBody& voided) {
  auto found = std::visit(
      [](const auto& body) -> Found {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, VoidBody>) {
          return {};
        } else {
          return check(body);
        }
      },
      voided->body);
  if (found) found->where.insert(0, "body.");
  return found;
}
}  // namespace

std::optional<Problem> inconsistency(const Entry& entry) {
  return std::visit([](const auto& body) { return check(body); }, entry.body);
}

}  // namespace phien::journal

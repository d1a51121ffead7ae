// Whether the sums of an entry agree with each other. It is posted all the same (I6); what does not agree is listed.
#include <fmt/format.h>

#include <string>

#include "shared/journal/entry.hpp"

namespace phien::journal {
namespace {

using Found = std::optional<Problem>;

// A figure of the body, or of one of its lines. Its name is made when it is wrong: nearly all are right.
struct Figure {
  std::string_view name;
  std::optional<std::size_t> line;
  std::string path() const { return line ? fmt::format("body.lines[{}].{}", *line, name) : fmt::format("body.{}", name); }
};

Found differs(const Figure& figure, Dong written, Dong computed) {
  if (written == computed) return {};
  return Problem{"sums_differ",
                 figure.path(),
                 {fmt::format("Số ghi là {} nhưng tính ra {}.", format_dong(written), format_dong(computed)),
                  fmt::format("It says {} but adds up to {}.", format_dong(written), format_dong(computed))}};
}

Found vat_above(std::size_t line, Dong vat, Dong total) {
  if (vat <= total) return {};
  return Problem{"sums_differ",
                 Figure{"vat_amount", line}.path(),
                 {fmt::format("Thuế {} lớn hơn tiền hàng {}.", format_dong(vat), format_dong(total)),
                  fmt::format("The VAT of {} is more than the {} it is part of.", format_dong(vat), format_dong(total))}};
}

Found check_line(std::size_t i, const Line& line) {
  const auto goods = line_total(line.qty, line.price);
  if (!goods) {
    return Problem{"sums_differ",
                   Figure{"total", i}.path(),
                   {"Số lượng nhân giá vượt quá giới hạn.", "Quantity times price is beyond what an amount may be."}};
  }
  if (auto found = differs({"total", i}, line.total, *goods - line.discount)) return found;
  if (line.gift) return differs({"total", i}, line.total, 0);
  return vat_above(i, line.vat_amount, line.total);
}
Found check_line(std::size_t i, const BackLine& line) {
  if (line.gift) return differs({"total", i}, line.total, 0);
  return vat_above(i, line.vat_amount, line.total);
}

template <class Lines>
Found check_lines(const Lines& lines, Dong total) {
  Dong sum = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (auto found = check_line(i, lines[i])) return found;
    sum += lines[i].total;
  }
  return differs({"total", {}}, total, sum);
}

Found check_payments(const std::vector<Payment>& payments, Dong expected) {
  Dong sum = 0;
  for (const Payment& payment : payments) sum += payment.amount;
  return differs({"payments", {}}, sum, expected);
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
  return differs({"counted", {}}, close.counted, sum);
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

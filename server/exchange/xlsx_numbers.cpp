#include "server/exchange/xlsx_numbers.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace phien::exchange {
namespace {

constexpr double kExact = 1e15;         // beyond it a spreadsheet keeps no digit
constexpr double kLastDay = 2'958'465;  // 9999-12-31

// The format's first section without what it only shows: "…", \x, [red].
std::string bare(std::string_view code) {
  std::string out;
  bool quoted = false, bracketed = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      continue;
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[' || c == ']') {
      bracketed = c == '[';
    } else if (c == ';') {
      break;
    } else if (!bracketed) {
      out += c;
    }
  }
  return out;
}

std::string day_text(double serial, bool from_1904) {
  // Day 60 of the 1900 calendar is a 29 February that never was: all days after it are one too many.
  const long whole = static_cast<long>(serial);
  const auto first = from_1904 ? std::chrono::sys_days{std::chrono::year{1904} / 1 / 1}
                               : std::chrono::sys_days{std::chrono::year{1899} / 12 / (whole < 60 ? 31 : 30)};
  const std::chrono::year_month_day day{first + std::chrono::days{whole}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string number_text(double number) {
  if (number == std::floor(number) && std::abs(number) < kExact) return fmt::format("{:.0f}", number);
  return fmt::format("{:.15g}", number);  // what the spreadsheet itself shows of 0.1 + 0.2
}

}  // namespace

NumberFormat number_format(std::size_t id, std::string_view code) {
  NumberFormat format;
  if (code.empty()) {
    format.day = (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
    format.percent = id == 9 || id == 10;
    return format;
  }
  const std::string shown = bare(code);
  format.percent = shown.find('%') != std::string::npos;
  format.day = shown.find_first_of("dDyY") != std::string::npos;
  if (shown.size() > 1 && shown.find_first_not_of('0') == std::string::npos) format.zeros = shown.size();
  return format;
}

std::optional<ShownNumber> shown_number(std::string_view value, const NumberFormat& format, bool from_1904) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || !std::isfinite(number)) return std::nullopt;
  if (format.day && number >= 1 && number <= kLastDay) return ShownNumber{day_text(number, from_1904), false};
  if (format.percent) return ShownNumber{number_text(std::round(number * 1e8) / 1e6) + "%", false};
  std::string text = number_text(number);
  const bool whole = text.find_first_not_of("0123456789") == std::string::npos;
  if (format.zeros > 0 && whole) {
    if (text.size() < format.zeros) text.insert(0, format.zeros - text.size(), '0');
    return ShownNumber{std::move(text), false};
  }
  return ShownNumber{std::move(text), true};
}

}  // namespace phien::exchange

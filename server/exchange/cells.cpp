#include "server/exchange/cells.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "shared/text.hpp"

namespace phien::exchange {

namespace {

std::vector<std::string_view> split(std::string_view s, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = s.find(separator);
    parts.push_back(s.substr(0, end));
    if (end == std::string_view::npos) return parts;
    s.remove_prefix(end + 1);
  }
}

// C0, DEL and C1. Line ends too: names are printed on receipts and labels.
bool has_control(std::string_view s) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x20 || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < s.size() && static_cast<unsigned char>(s[i + 1]) < 0xA0) return true;
  }
  return false;
}

// "5/5/2025" as YYYY-MM-DD: day, month, year, as it is written in Việt Nam; "" if it is no such day.
std::string day_as_written_here(std::string_view text) {
  int day = 0, month = 0, year = 0, end = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%2d%*1[/.-]%2d%*1[/.-]%4d%n", &day, &month, &year, &end) != 3 ||
      end != static_cast<int>(copy.size()))
    return {};
  std::string written = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  return is_day(written) ? written : std::string();
}

// Why a text that should be a number is none.
struct NotANumber {
  const char* code;
  Message what;
};
NotANumber why_no_number(std::string_view s) {
  if (s.starts_with('-')) return {"out_of_range", {"không được âm", "must not be negative"}};
  if (is_digits(s)) return {"out_of_range", {"quá lớn", "too large"}};
  const bool digits_and_marks =
      std::all_of(s.begin(), s.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == ','; });
  if (digits_and_marks) {
    return {"ambiguous_number",
            {"không rõ dấu . hoặc , ngăn phần nào; hãy viết số liền, ví dụ 25000",
             "unclear what . or , separates; write plain digits, such as 25000"}};
  }
  return {"bad_number", {"không phải là số", "not a number"}};
}

}  // namespace

std::string clean_text(std::string_view text, const std::string& where, Remarks& remarks) {
  const auto nfc = to_nfc(text);
  if (!nfc) {
    remarks.problems.add("bad_utf8", where, "không phải UTF-8", "not UTF-8");
    return {};
  }
  if (has_control(*nfc)) {
    remarks.problems.add("control_character", where, "có ký tự điều khiển (xuống dòng, tab…)",
                         "holds a control character (line end, tab …)");
    return {};
  }
  if (*nfc != text) {
    remarks.warnings.add("not_nfc", where, "chữ ở dạng tổ hợp rời (NFD), đã đổi sang dạng dựng sẵn (NFC)",
                         "text was decomposed (NFD) and has been composed (NFC)");
  }
  return *nfc;
}

Table::Table(std::string file, Sheet sheet, std::initializer_list<ColumnSpec> columns, Remarks& remarks)
    : file_(std::move(file)), sheet_(std::move(sheet)) {
  if (sheet_.header.empty()) return;
  usable_ = true;
  std::vector<bool> known(sheet_.header.size());
  for (const auto& spec : columns) {
    const auto names = split(spec.names, '|');
    bool found = false;
    for (const auto name : names) {
      const auto at = std::find(sheet_.header.begin(), sheet_.header.end(), name);
      if (at == sheet_.header.end()) continue;
      const auto index = static_cast<std::size_t>(at - sheet_.header.begin());
      known[index] = true;
      if (!found) columns_.emplace(names.front(), index);
      found = true;
    }
    if (found || !spec.required) continue;
    usable_ = false;
    remarks.problems.add("missing_column", place(file_, sheet_.header_line, names.front()), "thiếu cột này",
                         "this column is missing");
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i] || std::find(sheet_.header.begin(), sheet_.header.begin() + static_cast<std::ptrdiff_t>(i), sheet_.header[i]) !=
                        sheet_.header.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    remarks.warnings.add("unknown_column",
                         place(file_, sheet_.header_line, sheet_.header[i].empty() ? std::to_string(i + 1) : sheet_.header[i]),
                         "không biết cột này, bỏ qua", "this column is not known and was passed over");
  }
}

Row::Row(const Table& table, std::size_t index, Remarks& remarks)
    : table_(table), row_(table.sheet_.rows[index]), remarks_(remarks) {}

std::string_view Row::raw(std::string_view column) const {
  const auto found = table_.columns_.find(column);
  return found == table_.columns_.end() ? std::string_view() : std::string_view(row_.cells[found->second]);
}

std::string Row::where(std::string_view column) const {
  const auto found = table_.columns_.find(column);  // as the file calls it
  return place(table_.file_, row_.line, found == table_.columns_.end() ? column : table_.sheet_.header[found->second]);
}

void Row::problem(std::string code, std::string_view column, std::string vi, std::string en) {
  const std::string at = where(column);
  if (!remarks_.problems.at(at)) remarks_.problems.add(std::move(code), at, std::move(vi), std::move(en));
}

void Row::warning(std::string code, std::string_view column, std::string vi, std::string en) {
  remarks_.warnings.add(std::move(code), where(column), std::move(vi), std::move(en));
}

std::string Row::text(std::string_view column) {
  const auto cell = raw(column);
  return cell.empty() ? std::string() : clean_text(cell, where(column), remarks_);
}

std::string Row::required_text(std::string_view column) {
  std::string value = text(column);
  if (value.empty()) problem("missing_value", column, "không được để trống", "must not be empty");
  return value;
}

std::string Row::id(std::string_view column) {
  std::string value = required_text(column);
  if (value.empty() || (is_id(value) && value.front() != '_')) return value;
  problem("bad_id", column, "mã gồm 1–32 chữ không dấu, số, hoặc . _ - (không ở đầu)",
          "an id has 1–32 ASCII letters, digits, or . _ - (not in front)");
  return {};
}

std::optional<Dong> Row::money(std::string_view column) {
  const std::string value = text(column);
  if (value.empty()) return std::nullopt;
  // A number of the file has a decimal point: "25.125" is no way to write twenty-five thousand there.
  const auto amount = is_number(column) && value.find('.') != std::string::npos ? std::nullopt : parse_dong(value);
  if (!amount) {
    const auto why = why_no_number(value);
    problem(why.code, column, why.what.vi, why.what.en);
    suggest_numbers(column, value);
  }
  return amount;
}

std::optional<Quantity> Row::quantity(std::string_view column, int decimals) {
  const std::string value = text(column);
  if (value.empty()) return std::nullopt;
  const auto amount = parse_quantity(value);
  if (!amount) {
    const auto why = why_no_number(value);
    problem(why.code, column, why.what.vi, why.what.en);
    return std::nullopt;
  }
  const auto mark = value.find_first_of(".,");
  const bool three_digits = mark != std::string::npos && value.size() - mark == 4 && !is_number(column);
  // "1.250": one thousand two hundred and fifty to some, one and a quarter to others. Only a scale writes three decimals.
  if (three_digits && (decimals < 3 || *amount % kOne == 0)) {
    problem("ambiguous_number", column, "không rõ dấu . hoặc , ngăn phần nào; hãy viết số liền, ví dụ 1250",
            "unclear what . or , separates; write plain digits, such as 1250");
    suggest_numbers(column, value);
    return std::nullopt;
  }
  if (three_digits) {
    warning("decimal_read", column, "hiểu là số thập phân: " + format_quantity(*amount),
            "read as a decimal: " + format_quantity(*amount));
  }
  Quantity step = kOne;
  for (int i = 0; i < decimals; ++i) step /= 10;
  if (*amount % step == 0) return amount;
  problem("too_many_decimals", column, fmt::format("nhiều chữ số thập phân hơn sản phẩm này cho phép ({})", decimals),
          fmt::format("more decimals than this product allows ({})", decimals));
  return std::nullopt;
}

std::optional<std::int64_t> Row::integer(std::string_view column, std::int64_t least, std::int64_t most) {
  const std::string value = text(column);
  if (value.empty()) return std::nullopt;
  const auto refuse = [&](const char* code) -> std::optional<std::int64_t> {
    problem(code, column, fmt::format("phải là số nguyên từ {} đến {}", least, most),
            fmt::format("must be an integer from {} to {}", least, most));
    return std::nullopt;
  };
  if (!is_digits(value)) return refuse("bad_number");
  if (value.size() > 15) return refuse("out_of_range");
  const std::int64_t number = std::stoll(value);
  return number < least || number > most ? refuse("out_of_range") : number;
}

std::string Row::day(std::string_view column) {
  std::string value = text(column);
  if (value.empty() || is_day(value)) return value;
  suggest(column, day_as_written_here(value));
  problem("bad_date", column, "ngày phải có thật và viết là NĂM-THÁNG-NGÀY, ví dụ 2025-05-15",
          "a day must exist and is written YYYY-MM-DD, such as 2025-05-15");
  return {};
}

bool Row::is_number(std::string_view column) const {
  const auto found = table_.columns_.find(column);
  return found != table_.columns_.end() && row_.numbers.contains(found->second);
}

void Row::suggest(std::string_view column, std::string value) {
  if (!value.empty()) remarks_.problems.suggest(where(column), std::move(value));
}

// "25.50": either all digits are meant, or what is before the mark.
void Row::suggest_numbers(std::string_view column, const std::string& value) {
  const auto mark = value.find_first_of(".,");
  if (mark == std::string::npos) return;
  std::string digits = value;
  std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
  if (is_digits(digits)) suggest(column, digits);
  if (is_digits(std::string_view(value).substr(0, mark))) suggest(column, value.substr(0, mark));
}

bool Row::flag(std::string_view column, bool missing) {
  const std::string value = text(column);
  if (value.empty()) return missing;
  if (value != "0" && value != "1") problem("bad_value", column, "phải là 0 hoặc 1", "must be 0 or 1");
  return value == "1";
}

std::string Row::choice(std::string_view column, std::initializer_list<std::string_view> allowed) {
  std::string value = text(column);
  if (value.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  const std::string listed = fmt::format("{}", fmt::join(allowed, ", "));
  problem("bad_value", column, "phải là một trong: " + listed, "must be one of: " + listed);
  return {};
}

std::vector<std::string> Row::list(std::string_view column) {
  const std::string value = text(column);
  std::vector<std::string> parts;
  if (value.empty()) return parts;
  for (const auto part : split(value, '|')) {
    if (part.empty()) {
      problem("bad_value", column, "có mục trống giữa hai dấu |", "there is an empty element between two |");
      return {};
    }
    parts.emplace_back(part);
  }
  return parts;
}

}  // namespace phien::exchange

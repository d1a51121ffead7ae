// What a spreadsheet shows for the number it holds, as far as lists need it: days, codes with zeros in front, percents.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace phien::exchange {

struct NumberFormat {
  bool day = false, percent = false;
  std::size_t zeros = 0;  // "0000000000000": shown with as many digits
};
// Of a format's number and, for one of the workbook's own, its code.
NumberFormat number_format(std::size_t id, std::string_view code);

struct ShownNumber {
  std::string text;
  bool plain = false;  // a bare number: zeros in front of what was typed are lost
};
// Nothing: not a number.
std::optional<ShownNumber> shown_number(std::string_view value, const NumberFormat& format, bool from_1904);

}  // namespace phien::exchange

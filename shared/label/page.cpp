#include "shared/label/page.hpp"

#include <array>

#include <fmt/format.h>

#include "shared/catalogue/catalogue.hpp"

namespace phien::label {
namespace {

const char* name_of(Element::Type type) {
  constexpr std::array kNames{"text", "mark", "line", "bars", "qr"};
  return kNames[static_cast<std::size_t>(type)];
}

// Odd parity ("L") of the ten digits; even parity is "R" backwards, and "R" its complement.
constexpr std::array<const char*, 10> kLeft{"0001101", "0011001", "0010011", "0111101", "0100011",
                                            "0110001", "0101111", "0111011", "0110111", "0001011"};
// Which of the left six digits of an EAN-13 are even: how it says its first digit.
constexpr std::array<const char*, 10> kEven{"000000", "001011", "001101", "001110", "010011",
                                            "011001", "011100", "010101", "010110", "011010"};
constexpr const char* kGuard = "101";
constexpr const char* kMiddle = "01010";

std::string left(char digit) { return kLeft[static_cast<std::size_t>(digit - '0')]; }
std::string right(char digit) {
  std::string modules = left(digit);
  for (char& module : modules) module = module == '1' ? '0' : '1';
  return modules;
}
std::string even(char digit) {
  const std::string modules = right(digit);
  return {modules.rbegin(), modules.rend()};
}

}  // namespace

std::string to_text(const Document& document) {
  std::string text = fmt::format("{} · {}\n", document.title, document.day);
  for (std::size_t n = 0; n < document.pages.size(); ++n) {
    text += fmt::format("page {}\n", n + 1);
    for (const Element& one : document.pages[n]) {
      constexpr std::array kAligned{"", " centre", " right"};
      text += fmt::format("  {} {},{} {}x{}", name_of(one.type), one.area.x, one.area.y, one.area.width, one.area.height);
      if (one.size > 0) text += fmt::format(" {}", one.size);
      text += fmt::format("{}{}{}", one.bold ? " bold" : "", one.accent ? " accent" : "",
                          kAligned[static_cast<std::size_t>(one.align)]);
      text += one.text.empty() ? "\n" : fmt::format(" | {}\n", one.text);
    }
  }
  return text;
}

std::string bars(const std::string& code) {
  if (!catalogue::valid_barcode(code)) return {};
  const std::string digits = code.size() == 12 ? "0" + code : code;
  std::string modules = kGuard;
  const bool short_one = digits.size() == 8;
  const std::size_t first = short_one ? 0 : 1, half = short_one ? 4 : 6;
  const char* parity = short_one ? "0000" : kEven[static_cast<std::size_t>(digits[0] - '0')];
  for (std::size_t i = 0; i < half; ++i) modules += parity[i] == '1' ? even(digits[first + i]) : left(digits[first + i]);
  modules += kMiddle;
  for (std::size_t i = 0; i < half; ++i) modules += right(digits[first + half + i]);
  return modules + kGuard;
}

}  // namespace phien::label

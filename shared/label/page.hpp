// Pages to be printed, without a device: what stands where.
#pragma once
#include <string>
#include <vector>

namespace phien::label {

using Tenths = int;  // of a millimetre
inline constexpr Tenths kA4Width = 2100, kA4Height = 2970;

struct Area {
  Tenths x = 0, y = 0, width = 0, height = 0;
};
enum class Align { left, centre, right };

struct Element {
  // text: broken to lines within the area, made smaller where it does not fit. mark: the same in white on black. bars: of an
  // EAN-13 or EAN-8, with its digits beneath. qr: as large as the area holds, with its quiet zone.
  enum class Type { text, mark, line, bars, qr } type{};
  Area area;
  std::string text;
  Tenths size = 0;  // of letters
  bool bold = false;
  bool accent = false;  // in the house's indigo
  Align align = Align::left;
};

struct Document {
  std::string title, day;  // "2025-05-15": the day it was made for
  std::vector<std::vector<Element>> pages;
};

// One element a line: for tests, and for eyes.
std::string to_text(const Document& document);

// The bars of an EAN-13, EAN-8 or UPC-A (which is an EAN-13 that begins with 0), '1' black, without quiet zones: 95 modules
// or 67. Empty when the check digit does not hold.
std::string bars(const std::string& code);
inline constexpr int kQuietBefore = 11, kQuietAfter = 7;  // modules of white a scanner needs beside them

}  // namespace phien::label

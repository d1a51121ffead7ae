// Draws a receipt's document as black and white dots: what the printer burns, what the screen previews and what is shared as an
// image are the same drawing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/receipt/receipt.hpp"

namespace phien::render {

// Rows of dots from the top, packed eight to a byte, the leftmost in the highest bit; 1 is black. What stands past `width` in a
// row's last byte is white.
struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> bits;

  std::size_t stride() const { return static_cast<std::size_t>(width + 7) / 8; }
  bool black(int x, int y) const {
    return (bits[static_cast<std::size_t>(y) * stride() + static_cast<std::size_t>(x) / 8] >> (7 - x % 8) & 1) != 0;
  }
  bool operator==(const Image&) const = default;
};

// Printable dots at 8 dots/mm, and the named paper they fit.
inline constexpr int kWidth58 = 384, kWidth80 = 576;
// A document that would be longer (eight metres of paper) ends there (I10).
inline constexpr int kMaxHeight = 64'000;

// `width`: one of the above. The font is Inter (package fonts-inter), whatever else the machine has; where it is missing the
// system's own sans serif stands in and the dots differ. Any thread; one drawing at a time. Throws std::runtime_error.
Image draw(const receipt::Document& document, int width);

// A QR code alone, `module` dots a module, with its quiet zone; an empty image when `payload` is too long for one.
Image qr(const std::string& payload, int module);

// PNG, one bit a dot.
std::string png(const Image& image);

// Whether the pinned font is installed: then every machine draws the same dots.
bool has_pinned_font();

}  // namespace phien::render

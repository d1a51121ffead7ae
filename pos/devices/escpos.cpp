#include "pos/devices/escpos.hpp"

#include <algorithm>

namespace phien::devices {

namespace {

constexpr char kEsc = 0x1B, kGs = 0x1D, kDle = 0x10, kEot = 0x04;
constexpr std::uint8_t kPulse2ms = 25, kRest2ms = 250;  // 50 ms on, 500 ms off: what drawers' solenoids want
constexpr char kFeedLines = 4;                          // from the head to the knife

void number(std::string& out, int n) {
  out += static_cast<char>(n & 0xFF);
  out += static_cast<char>(n >> 8 & 0xFF);
}

}  // namespace

std::string kick_drawer() { return {kEsc, 'p', 0, static_cast<char>(kPulse2ms), static_cast<char>(kRest2ms)}; }

std::string print_job(const render::Image& image, bool kick, bool cut) {
  std::string out{kEsc, '@'};
  out.reserve(image.bits.size() + image.bits.size() / 512 + 64);
  if (kick) out += kick_drawer();
  const std::size_t stride = image.stride();
  for (int top = 0; top < image.height; top += kBandRows) {
    const int rows = std::min(kBandRows, image.height - top);
    out += {kGs, 'v', '0', 0};
    number(out, static_cast<int>(stride));
    number(out, rows);
    const auto from = image.bits.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(top) * stride);
    out.append(from, from + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(rows) * stride));
  }
  if (image.height > 0) out += {kEsc, 'd', kFeedLines};
  if (image.height > 0 && cut) out += {kGs, 'V', 'B', 0};
  return out;
}

std::string ask_state() { return {kDle, kEot, 2, kDle, kEot, 4}; }
std::string ask_when_done() { return {kGs, 'r', 1}; }

std::optional<PrinterState> state_in(std::uint8_t answer, int question) {
  if ((answer & 0x93) != 0x12) return std::nullopt;
  if (question == 2) {
    if ((answer & 0x20) != 0) return PrinterState::no_paper;
    if ((answer & 0x04) != 0) return PrinterState::cover_open;
    if ((answer & 0x40) != 0) return PrinterState::error;
    return PrinterState::ready;
  }
  return (answer & 0x60) != 0 ? PrinterState::no_paper : PrinterState::ready;
}

bool out_of_paper(std::uint8_t answer) { return (answer & 0x0C) != 0; }

}  // namespace phien::devices

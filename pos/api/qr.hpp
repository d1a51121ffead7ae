// A QR code as a picture for the screen.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace phien::api {

inline constexpr std::size_t kMaxQrBytes = 1'000;

// SVG, one unit a module, with the quiet zone that readers need. Nothing when `text` does not fit.
std::optional<std::string> qr_svg(std::string_view text);

}  // namespace phien::api

#include "pos/api/qr.hpp"

#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

namespace phien::api {

std::optional<std::string> qr_svg(std::string_view text) {
  constexpr int kQuiet = 4;
  const std::string terminated(text);
  if (text.empty() || text.size() > kMaxQrBytes || terminated.find('\0') != std::string::npos) return std::nullopt;
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(QRcode_encodeString8bit(terminated.c_str(), 0, QR_ECLEVEL_M),
                                                             &QRcode_free);
  if (!code) return std::nullopt;
  std::string path;
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x) {
      int run = 0;
      while (x + run < code->width && (code->data[y * code->width + x + run] & 1) != 0) ++run;
      if (run > 0) path += fmt::format("M{} {}h{}v1h-{}z", x + kQuiet, y + kQuiet, run, run);
      x += run;
    }
  const int size = code->width + 2 * kQuiet;
  return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges">)"
                     R"(<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path d="{1}"/></svg>)",
                     size, path);
}

}  // namespace phien::api

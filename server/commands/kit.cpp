// The recovery kit on paper: a QR code that holds the whole file, for a safe. It is the organizer's private key, so it is drawn
// on demand alone and goes nowhere by itself.
#include <qrencode.h>

#include <cstdio>
#include <memory>

#include "server/commands/context.hpp"
#include "server/files.hpp"
#include "server/keys.hpp"

namespace phien::server {
namespace {

using Code = std::unique_ptr<QRcode, decltype(&QRcode_free)>;
constexpr int kQuiet = 4;  // white modules around a code, without which readers miss it

struct Picture {
  explicit Picture(const std::string& text) : code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free) {
    if (!code) throw Failure{Exit::refused, {"too_long", "", {"Không vẽ được mã QR.", "The QR code cannot be drawn."}}};
  }
  int width() const { return code->width + 2 * kQuiet; }
  bool dark(int x, int y) const {
    x -= kQuiet;
    y -= kQuiet;
    return x >= 0 && y >= 0 && x < code->width && y < code->width && (code->data[y * code->width + x] & 1) != 0;
  }
  Code code;
};

// Two rows of modules in one line of text, black on white whatever the colours of the terminal.
std::string as_text(const Picture& picture) {
  std::string text;
  for (int y = 0; y < picture.width(); y += 2) {
    text += "\x1b[30;47m";
    for (int x = 0; x < picture.width(); ++x) {
      const bool upper = picture.dark(x, y), lower = picture.dark(x, y + 1);
      text += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    text += "\x1b[0m\n";
  }
  return text;
}

std::string as_svg(const Picture& picture) {
  const std::string width = std::to_string(picture.width());
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120mm\" height=\"120mm\" viewBox=\"0 0 " + width + " " +
                    width + "\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path d=\"";
  for (int y = 0; y < picture.width(); ++y)
    for (int x = 0; x < picture.width(); ++x)
      if (picture.dark(x, y)) svg += "M" + std::to_string(x) + " " + std::to_string(y) + "h1v1h-1z";
  return svg + "\"/></svg>\n";
}

int print_kit(const Context& context, const std::string& path, const std::string& svg) {
  const auto kit = read_kit(path);
  if (!kit) throw Failure{Exit::bad_input, kit.problem()};
  const std::string text = kit_text(*kit, -1);
  const Picture picture(text);
  if (svg.empty()) {
    std::printf("%s%s\n", as_text(picture).c_str(), text.c_str());
  } else if (const auto written = write_private(svg, as_svg(picture)); !written) {
    throw Failure{Exit::refused, written.problem()};
  }
  std::fprintf(
      stderr, "%s\n",
      Message{"CẢNH BÁO: ai có mã này là ban tổ chức. In xong thì xóa ảnh, cất giấy vào két; đừng chụp, đừng gửi qua mạng. Quét "
              "ra, lưu thành tệp là có lại bộ khôi phục.",
              "WARNING: whoever has this code is the organizer. Delete the picture once printed, put the paper in a safe; no "
              "photographs, no mail. Scanned and saved as a file, it is the kit again."}
          .in(context.lang)
          .c_str());
  return 0;
}

}  // namespace

void add_kit_command(CLI::App& app, Context& context) {
  auto* kit = app.add_subcommand("kit", "Bộ khôi phục / the recovery kit");
  kit->require_subcommand(1);
  auto* print = kit->add_subcommand("print", "Mã QR để in, cất két / as a QR code, for a safe");
  auto path = std::make_shared<std::string>(), svg = std::make_shared<std::string>();
  print->add_option("file", *path, "Bộ khôi phục / recovery kit")->required();
  print->add_option("--svg", *svg, "Ra tệp ảnh SVG / to an SVG picture");
  print->callback([&context, path, svg] { context.run = [&context, path, svg] { return print_kit(context, *path, *svg); }; });
}

}  // namespace phien::server

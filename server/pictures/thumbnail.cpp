#include "server/pictures/thumbnail.hpp"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace phien::server::pictures {
namespace {

struct Picture {
  int width = 0, height = 0;
  std::vector<unsigned char> rgb;
  std::size_t at(int x, int y) const {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3;
  }
};

struct Releases {
  void operator()(void* turbo) const { tjDestroy(turbo); }
};
using Turbo = std::unique_ptr<void, Releases>;

Problem damaged() {
  return {"damaged",
          "",
          {"Tệp ảnh hỏng hoặc thuộc loại không đọc được.", "The picture is damaged, or of a kind that cannot be read."}};
}

std::optional<Problem> not_this_large(std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1) return damaged();
  if (width <= kMaxSide && height <= kMaxSide && width * height <= kMaxPixels) return std::nullopt;
  return Problem{"too_large",
                 "",
                 {"Ảnh quá lớn: tối đa 6.000 điểm mỗi cạnh và 16 triệu điểm.",
                  "The picture is too large: at most 6,000 dots a side and 16 million in all."}};
}

Picture blank(int width, int height) {
  Picture picture{width, height, {}};
  picture.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  return picture;
}

// The least of TurboJPEG's own scalings that still has as many dots as are kept.
tjscalingfactor scaling(int width, int height) {
  int count = 0;
  const tjscalingfactor* known = tjGetScalingFactors(&count);
  tjscalingfactor best{1, 1};
  for (int i = 0; i < count; ++i) {
    const tjscalingfactor one = known[i];
    const bool smaller = one.num * best.denom < best.num * one.denom;
    if (smaller && std::max(TJSCALED(width, one), TJSCALED(height, one)) >= kSide) best = one;
  }
  return best;
}

Result<Picture> from_jpeg(std::string_view bytes) {
  const Turbo turbo(tjInitDecompress());
  if (!turbo) throw std::runtime_error("TurboJPEG: no memory");
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, sampling = 0, colours = 0;
  if (tjDecompressHeader3(turbo.get(), data, bytes.size(), &width, &height, &sampling, &colours) != 0) return damaged();
  if (auto problem = not_this_large(width, height)) return *problem;
  const tjscalingfactor scale = scaling(width, height);
  Picture picture = blank(TJSCALED(width, scale), TJSCALED(height, scale));
  // LIMITSCANS: a small file may ask for thousands of passes over a large picture.
  constexpr int kStrict = TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING;
  if (tjDecompress2(turbo.get(), data, bytes.size(), picture.rgb.data(), picture.width, 0, picture.height, TJPF_RGB, kStrict) !=
      0)
    return damaged();
  return picture;
}

Result<Picture> from_png(std::string_view bytes) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&header, bytes.data(), bytes.size()) == 0) return damaged();
  if (auto problem = not_this_large(header.width, header.height)) {
    png_image_free(&header);
    return *problem;
  }
  header.format = PNG_FORMAT_RGB;
  Picture picture = blank(static_cast<int>(header.width), static_cast<int>(header.height));
  const png_color white{255, 255, 255};  // behind what is transparent
  if (png_image_finish_read(&header, &white, picture.rgb.data(), 0, nullptr) == 0) return damaged();
  return picture;
}

// Each dot the mean of those it stands for.
Picture scaled(const Picture& from, int side) {
  const int longest = std::max(from.width, from.height);
  if (longest <= side) return from;
  const auto shrunk = [&](int length) { return std::max(1, length * side / longest); };
  Picture to = blank(shrunk(from.width), shrunk(from.height));
  for (int y = 0; y < to.height; ++y)
    for (int x = 0; x < to.width; ++x) {
      const int left = x * from.width / to.width, right = std::max(left + 1, (x + 1) * from.width / to.width);
      const int top = y * from.height / to.height, bottom = std::max(top + 1, (y + 1) * from.height / to.height);
      std::array<unsigned, 3> sum{};
      for (int v = top; v < bottom; ++v)
        for (int u = left; u < right; ++u)
          for (std::size_t c = 0; c < 3; ++c) sum[c] += from.rgb[from.at(u, v) + c];
      const auto count = static_cast<unsigned>((right - left) * (bottom - top));
      for (std::size_t c = 0; c < 3; ++c) to.rgb[to.at(x, y) + c] = static_cast<unsigned char>((sum[c] + count / 2) / count);
    }
  return to;
}

std::string to_jpeg(const Picture& picture, int quality) {
  const Turbo turbo(tjInitCompress());
  if (!turbo) throw std::runtime_error("TurboJPEG: no memory");
  unsigned char* made = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(turbo.get(), picture.rgb.data(), picture.width, 0, picture.height, TJPF_RGB, &made, &size,
                                 TJSAMP_420, quality, 0);
  std::string jpeg(reinterpret_cast<const char*>(made), failed == 0 ? size : 0);
  tjFree(made);
  if (failed != 0) throw std::runtime_error("TurboJPEG: cannot encode");
  return jpeg;
}

}  // namespace

Result<std::string> thumbnail(std::string_view bytes) {
  const bool jpeg = bytes.starts_with("\xFF\xD8\xFF"), png = bytes.starts_with("\x89PNG\r\n\x1A\n");
  if (!jpeg && !png) return Problem{"not_a_picture", "", {"Cần ảnh JPEG hoặc PNG.", "A JPEG or PNG picture is needed."}};
  const Result<Picture> picture = jpeg ? from_jpeg(bytes) : from_png(bytes);
  if (!picture) return picture.problem();
  // Noise is what compresses worst: coarser, then smaller. The last is below the limit whatever it shows.
  constexpr std::array<std::pair<int, int>, 4> kTries{{{kSide, 82}, {kSide, 60}, {200, 60}, {96, 40}}};
  std::string made;
  for (const auto& [side, quality] : kTries) {
    made = to_jpeg(scaled(*picture, side), quality);
    if (made.size() <= kMaxKept) break;
  }
  return made;
}

}  // namespace phien::server::pictures

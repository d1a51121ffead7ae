#include "tests/unit/render/eyes.hpp"

#include <dlfcn.h>
#include <png.h>

#include <algorithm>
#include <cstring>

#include <doctest/doctest.h>

namespace phien::eyes {

namespace {

// ZBar's development package brings half a desktop; its library alone is small, and its calls are these.
struct ZBar {
  void* library = ::dlopen("libzbar.so.0", RTLD_NOW);
  template <class F>
  F call(const char* name) const {
    REQUIRE_MESSAGE(library, "libzbar0 is not installed");
    void* found = ::dlsym(library, name);
    REQUIRE(found);
    F function = nullptr;
    std::memcpy(&function, &found, sizeof function);
    return function;
  }
};

constexpr int kQrCode = 64, kBinary = 4, kEnable = 0;

}  // namespace

std::vector<std::string> codes(const render::Image& image) {
  const ZBar z;
  std::vector<unsigned char> grey(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height), 0xFF);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      if (image.black(x, y))
        grey[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)] = 0;

  void* scanner = z.call<void* (*)()>("zbar_image_scanner_create")();
  const auto configure = z.call<int (*)(void*, int, int, int)>("zbar_image_scanner_set_config");
  configure(scanner, 0, kEnable, 0);
  configure(scanner, kQrCode, kEnable, 1);
  configure(scanner, kQrCode, kBinary, 1);
  void* picture = z.call<void* (*)()>("zbar_image_create")();
  z.call<void (*)(void*, unsigned long)>("zbar_image_set_format")(picture, 0x30303859);  // "Y800"
  z.call<void (*)(void*, unsigned, unsigned)>("zbar_image_set_size")(picture, static_cast<unsigned>(image.width),
                                                                     static_cast<unsigned>(image.height));
  z.call<void (*)(void*, const void*, unsigned long, void*)>("zbar_image_set_data")(picture, grey.data(), grey.size(), nullptr);
  z.call<int (*)(void*, void*)>("zbar_scan_image")(scanner, picture);

  std::vector<std::pair<int, std::string>> found;
  const auto next = z.call<const void* (*)(const void*)>("zbar_symbol_next");
  for (const void* symbol = z.call<const void* (*)(const void*)>("zbar_image_first_symbol")(picture); symbol;
       symbol = next(symbol)) {
    const char* data = z.call<const char* (*)(const void*)>("zbar_symbol_get_data")(symbol);
    const unsigned length = z.call<unsigned (*)(const void*)>("zbar_symbol_get_data_length")(symbol);
    const int y = z.call<int (*)(const void*, unsigned)>("zbar_symbol_get_loc_y")(symbol, 0);
    found.emplace_back(y, std::string(data, length));
  }
  z.call<void (*)(void*)>("zbar_image_destroy")(picture);
  z.call<void (*)(void*)>("zbar_image_scanner_destroy")(scanner);
  std::sort(found.begin(), found.end());
  std::vector<std::string> texts;
  for (auto& [y, text] : found) texts.push_back(std::move(text));
  return texts;
}

render::Image from_png(const std::string& bytes) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&header, bytes.data(), bytes.size()) != 0);
  header.format = PNG_FORMAT_GRAY;
  std::vector<unsigned char> grey(PNG_IMAGE_SIZE(header));
  REQUIRE(png_image_finish_read(&header, nullptr, grey.data(), 0, nullptr) != 0);
  render::Image image;
  image.width = static_cast<int>(header.width);
  image.height = static_cast<int>(header.height);
  image.bits.resize(image.stride() * static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      if (grey[static_cast<std::size_t>(y) * header.width + static_cast<std::size_t>(x)] < 0x80)
        image.bits[static_cast<std::size_t>(y) * image.stride() + static_cast<std::size_t>(x) / 8] |=
            static_cast<unsigned char>(0x80 >> x % 8);
  return image;
}

}  // namespace phien::eyes

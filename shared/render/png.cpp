#include <png.h>

#include <memory>
#include <stdexcept>

#include "shared/render/render.hpp"

namespace phien::render {

namespace {

void append(png_structp writer, png_bytep bytes, std::size_t size) {
  static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<const char*>(bytes), size);
}
void nothing(png_structp) {}
[[noreturn]] void failed(png_structp, png_const_charp why) { throw std::runtime_error(std::string("PNG: ") + why); }

struct Writer {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, failed, nullptr);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  ~Writer() { png_destroy_write_struct(&png, &info); }
};

}  // namespace

std::string png(const Image& image) {
  Writer writer;
  if (!writer.info) throw std::runtime_error("PNG: no memory");
  std::string out;
  png_set_write_fn(writer.png, &out, append, nothing);
  png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), 1,
               PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer.png, writer.info);
  png_set_invert_mono(writer.png);  // a PNG's 1 is white, ours black
  for (int y = 0; y < image.height; ++y)
    png_write_row(writer.png, image.bits.data() + static_cast<std::size_t>(y) * image.stride());
  png_write_end(writer.png, writer.info);
  return out;
}

}  // namespace phien::render

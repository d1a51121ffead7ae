// Text and QR codes as layouts that know their size before they are drawn. Internal to this folder: Pango and Cairo stay here.
#pragma once
#include <memory>
#include <mutex>
#include <string>

#include <pango/pangocairo.h>
#include <qrencode.h>

namespace phien::render {

template <auto release>
struct Releases {
  template <class T>
  void operator()(T* item) const {
    release(item);
  }
};
using LayoutPtr = std::unique_ptr<PangoLayout, Releases<g_object_unref>>;
using ContextPtr = std::unique_ptr<PangoContext, Releases<g_object_unref>>;
using MapPtr = std::unique_ptr<PangoFontMap, Releases<g_object_unref>>;
using QrPtr = std::unique_ptr<QRcode, Releases<QRcode_free>>;
using SurfacePtr = std::unique_ptr<cairo_surface_t, Releases<cairo_surface_destroy>>;
using CairoPtr = std::unique_ptr<cairo_t, Releases<cairo_destroy>>;

inline constexpr int kQuietZone = 4;  // modules around a QR code, by its standard

struct Style {
  int size = 24;  // dots from one baseline's em
  PangoWeight weight = PANGO_WEIGHT_MEDIUM;
  PangoAlignment alignment = PANGO_ALIGN_LEFT;
};

// Fonts. dots: black and white ones, no grey, whole dots. shapes: at whatever sharpness the printer has; sizes in any unit.
enum class For { dots, shapes };
class Type {
 public:
  explicit Type(For what = For::dots);
  // `text` broken to lines of at most `width` dots.
  LayoutPtr layout(const std::string& text, const Style& style, int width) const;

 private:
  MapPtr map_;
  ContextPtr context_;
};
int height_of(PangoLayout* layout);
int width_of(PangoLayout* layout);

// Pango's font maps are one thread's at a time: held while drawing.
std::mutex& drawing();

// Null when `payload` does not fit into any code. `covered`: part of it will be drawn over, so it carries the most correction.
QrPtr encode_qr(const std::string& payload, bool covered);

}  // namespace phien::render

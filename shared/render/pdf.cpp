#include "shared/render/pdf.hpp"

#include <cairo-pdf.h>

#include <algorithm>
#include <stdexcept>

#include "shared/render/canvas.hpp"

namespace phien::render {
namespace {

using label::Tenths;

constexpr double kPoints = 72.0 / 254.0;  // a tenth of a millimetre
constexpr Tenths kDigits = 26;            // letters under bars
// Text that does not fit is made smaller by a tenth at a time, to half; what then does not fit is cut with "…".
constexpr int kSmallest = 50, kSmaller = 10;  // per cent

cairo_status_t append(void* out, const unsigned char* bytes, unsigned size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

class Painter {
 public:
  Painter(cairo_t* cairo, const Type& type) : cairo_(cairo), type_(type) {}

  void draw(const label::Element& element) {
    ink(element.accent);
    switch (element.type) {
      case label::Element::Type::text:
        return text(element);
      case label::Element::Type::mark:
        box(element.area.x, element.area.y, element.area.width, element.area.height);
        cairo_set_source_rgb(cairo_, 1, 1, 1);
        return text(element);
      case label::Element::Type::line:
        cairo_set_source_rgb(cairo_, 0.8, 0.8, 0.8);
        return box(element.area.x, element.area.y, element.area.width, element.area.height);
      case label::Element::Type::bars:
        return bars(element);
      case label::Element::Type::qr:
        return qr(element);
    }
  }

 private:
  void ink(bool accent) {
    if (accent)
      cairo_set_source_rgb(cairo_, 0x25 / 255.0, 0x35 / 255.0, 0x6f / 255.0);
    else
      cairo_set_source_rgb(cairo_, 0, 0, 0);
  }
  void box(double x, double y, double width, double height) {
    cairo_rectangle(cairo_, x, y, width, height);
    cairo_fill(cairo_);
  }

  static PangoAlignment aligned(label::Align align) {
    if (align == label::Align::centre) return PANGO_ALIGN_CENTER;
    return align == label::Align::right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
  }

  LayoutPtr fitted(const label::Element& element) const {
    LayoutPtr layout;
    for (int percent = 100; percent >= kSmallest; percent -= kSmaller) {
      const Style style{std::max(1, element.size * percent / 100), element.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL,
                        aligned(element.align)};
      layout = type_.layout(element.text, style, element.area.width);
      // A word that is broken is as bad as a line too many.
      if (height_of(layout.get()) <= element.area.height && whole_words(layout.get())) return layout;
    }
    pango_layout_set_height(layout.get(), element.area.height * PANGO_SCALE);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    return layout;
  }

  static bool whole_words(PangoLayout* layout) {
    const std::string_view text = pango_layout_get_text(layout);
    for (int i = 1; i < pango_layout_get_line_count(layout); ++i) {
      const auto start = static_cast<std::size_t>(pango_layout_get_line_readonly(layout, i)->start_index);
      if (start > 0 && text[start - 1] != ' ' && text[start - 1] != '\n') return false;
    }
    return true;
  }

  void text(const label::Element& element) {
    const LayoutPtr layout = fitted(element);
    const bool middle = element.type == label::Element::Type::mark;
    const int spare = middle ? std::max(0, (element.area.height - height_of(layout.get())) / 2) : 0;
    cairo_move_to(cairo_, element.area.x, element.area.y + spare);
    pango_cairo_show_layout(cairo_, layout.get());
  }

  void bars(const label::Element& element) {
    const std::string modules = label::bars(element.text);
    if (modules.empty()) return;
    const auto count = static_cast<double>(modules.size());
    const double module = element.area.width / (count + label::kQuietBefore + label::kQuietAfter);
    const double left = element.area.x + module * label::kQuietBefore;
    const Tenths height = element.area.height - kDigits * 5 / 4;
    for (std::size_t i = 0; i < modules.size(); ++i)
      if (modules[i] == '1') cairo_rectangle(cairo_, left + static_cast<double>(i) * module, element.area.y, module, height);
    cairo_fill(cairo_);
    text({label::Element::Type::text,
          {static_cast<Tenths>(left), element.area.y + height, static_cast<Tenths>(count * module), kDigits * 5 / 4},
          element.text,
          kDigits,
          false,
          false,
          label::Align::centre});
  }

  void qr(const label::Element& element) {
    const QrPtr code = encode_qr(element.text, false);
    if (!code) return;
    const double module = static_cast<double>(std::min(element.area.width, element.area.height)) / (code->width + 2 * kQuietZone);
    for (int i = 0; i < code->width * code->width; ++i)
      if ((code->data[i] & 1) != 0)
        cairo_rectangle(cairo_, element.area.x + (i % code->width + kQuietZone) * module,
                        element.area.y + (i / code->width + kQuietZone) * module, module, module);
    cairo_fill(cairo_);
  }

  cairo_t* cairo_;
  const Type& type_;
};

}  // namespace

std::string pdf(const label::Document& document) {
  const std::scoped_lock hold(drawing());
  const Type type(For::shapes);
  std::string out;
  const SurfacePtr surface(
      cairo_pdf_surface_create_for_stream(append, &out, label::kA4Width * kPoints, label::kA4Height * kPoints));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, document.title.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, (document.day + "T00:00:00").c_str());
  const CairoPtr cairo(cairo_create(surface.get()));
  cairo_scale(cairo.get(), kPoints, kPoints);
  Painter sheet(cairo.get(), type);
  for (const auto& page : document.pages) {
    for (const label::Element& element : page) sheet.draw(element);
    cairo_show_page(cairo.get());
  }
  cairo_surface_finish(surface.get());
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) throw std::runtime_error("the PDF could not be drawn");
  return out;
}

}  // namespace phien::render

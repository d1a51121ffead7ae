#include "shared/render/render.hpp"

#include <algorithm>
#include <stdexcept>

#include "shared/render/canvas.hpp"
#include "shared/text.hpp"

namespace phien::render {

namespace {

using receipt::Element;

constexpr int kBand = 512;          // rows drawn at a time: memory does not grow with the receipt
constexpr int kLargestModule = 6;   // dots; more makes the paper longer and no phone quicker
constexpr int kSmallestModule = 3;  // dots (0.375 mm); cheap heads blur smaller ones

// Sizes in dots, by paper.
struct Measures {
  int margin, body, heading, total, big, small, gap;
};
Measures measures_for(int width) {
  if (width >= kWidth80) return {10, 25, 31, 38, 72, 22, 8};
  return {4, 22, 26, 31, 54, 19, 6};
}

// One thing on the paper, in the order of drawing. Without text or code: a filled box.
struct Piece {
  int x = 0, y = 0, width = 0, height = 0;
  bool black = true;
  LayoutPtr text;
  QrPtr code;
  int module = 0;
};

class Sheet {
 public:
  Sheet(const Type& type, int width) : type_(type), m_(measures_for(width)), width_(width), y_(m_.gap) {}

  void add(const Element& element) {
    switch (element.type) {
      case Element::Type::heading:
        return centred(element.left, {m_.heading, PANGO_WEIGHT_BOLD, PANGO_ALIGN_CENTER});
      case Element::Type::text:
        return text(element.left);
      case Element::Type::columns:
        return columns(element, {m_.body, PANGO_WEIGHT_MEDIUM});
      case Element::Type::rule:
        y_ += m_.gap;
        box(m_.margin, y_, inner(), 2);
        y_ += 2 + m_.gap;
        return;
      case Element::Type::total:
        return columns(element, {m_.total, PANGO_WEIGHT_BOLD});
      case Element::Type::big:
        return centred(element.left, {m_.big, PANGO_WEIGHT_BOLD, PANGO_ALIGN_CENTER});
      case Element::Type::mark:
        return mark(element.left);
      case Element::Type::qr:
        return code(element);
      case Element::Type::signature:
        return signature(element);
      case Element::Type::small:
        return centred(element.left, {m_.small, PANGO_WEIGHT_MEDIUM, PANGO_ALIGN_CENTER});
    }
  }

  Image drawn() {
    Image image;
    image.width = width_;
    image.height = std::min(y_ + m_.gap, kMaxHeight);
    image.bits.resize(image.stride() * static_cast<std::size_t>(image.height));
    const SurfacePtr surface(cairo_image_surface_create(CAIRO_FORMAT_A8, width_, kBand));
    for (int top = 0; top < image.height; top += kBand) band(image, surface.get(), top);
    return image;
  }

 private:
  int inner() const { return width_ - 2 * m_.margin; }

  void box(int x, int y, int width, int height, bool black = true) {
    pieces_.push_back({x, y, width, height, black, nullptr, nullptr, 0});
  }
  void put(LayoutPtr layout, int x, int y, bool black = true) {
    const int height = height_of(layout.get());
    pieces_.push_back({x, y, width_, height, black, std::move(layout), nullptr, 0});
  }

  static std::string readable(const std::string& text) { return is_utf8(text) ? text : to_ascii(text); }

  void centred(const std::string& text, const Style& style) {
    auto layout = type_.layout(readable(text), style, inner());
    const int height = height_of(layout.get());
    put(std::move(layout), m_.margin, y_);
    y_ += height;
  }

  // Blanks in front are an indent that later lines keep.
  int indent_of(std::string& text) const {
    const auto first = std::min(text.find_first_not_of(' '), text.size());
    text.erase(0, first);
    return std::min(static_cast<int>(first) * m_.body / 2, inner() / 3);
  }

  void text(std::string what) {
    what = readable(what);
    const int indent = indent_of(what);
    if (indent == 0) y_ += m_.gap / 2;  // what is indented belongs to what is above it
    auto layout = type_.layout(what, {m_.body, PANGO_WEIGHT_MEDIUM}, inner() - indent);
    const int height = height_of(layout.get());
    put(std::move(layout), m_.margin + indent, y_);
    y_ += height;
  }

  // Right stands at the end of left's last line, or below where beside it left would take one line more.
  void columns(const Element& element, Style style) {
    std::string left = readable(element.left);
    const std::string right = readable(element.right);
    const int indent = indent_of(left), room = inner() - indent, gap = style.size / 2;
    Style at_the_end = style;
    at_the_end.alignment = PANGO_ALIGN_RIGHT;
    auto value = type_.layout(right, at_the_end, inner());
    const int value_width = right.empty() ? 0 : width_of(value.get()) + gap;
    auto name = type_.layout(left, style, room);
    bool beside = false;
    if (room - value_width >= inner() / 3) {
      auto narrow = type_.layout(left, style, room - value_width);
      beside = pango_layout_get_line_count(narrow.get()) <= pango_layout_get_line_count(name.get());
      if (beside) name = std::move(narrow);
    }
    const int name_height = height_of(name.get()), value_height = height_of(value.get());
    put(std::move(name), m_.margin + indent, y_);
    const int value_y = beside ? y_ + name_height - value_height : y_ + name_height;
    put(std::move(value), m_.margin, value_y);
    y_ = value_y + value_height;
  }

  // White on black across the paper: nobody takes a copy for the first.
  void mark(const std::string& what) {
    auto layout = type_.layout(readable(what), {m_.heading, PANGO_WEIGHT_BOLD, PANGO_ALIGN_CENTER}, inner());
    const int height = height_of(layout.get());
    y_ += m_.gap;
    box(m_.margin, y_, inner(), height + m_.gap);
    put(std::move(layout), m_.margin, y_ + m_.gap / 2, false);
    y_ += height + 2 * m_.gap;
  }

  void code(const Element& element) {
    QrPtr made = encode_qr(element.left, element.sample);
    const int modules = made ? made->width + 2 * kQuietZone : 0;
    const int module = made ? std::min(kLargestModule, width_ / modules) : 0;
    if (module < kSmallestModule) return;  // no camera would read it
    const int size = made->width * module, x = (width_ - size) / 2, y = y_ + kQuietZone * module;
    pieces_.push_back({x, y, size, size, true, nullptr, std::move(made), module});
    if (element.sample) across(x, y, size);
    y_ = y + size + kQuietZone * module;
    if (!element.right.empty()) centred(element.right, {m_.small, PANGO_WEIGHT_MEDIUM, PANGO_ALIGN_CENTER});
  }

  // So that nobody pays into an account that does not exist; the code's correction makes up for what it hides.
  void across(int x, int y, int size) {
    auto layout = type_.layout("MẪU", {size / 8, PANGO_WEIGHT_HEAVY, PANGO_ALIGN_CENTER}, width_);
    const int width = width_of(layout.get()) + size / 20, height = size / 7, text_height = height_of(layout.get());
    const int left = x + (size - width) / 2, top = y + (size - height) / 2;
    box(left, top, width, height, false);
    put(std::move(layout), 0, top + (height - text_height) / 2);
  }

  void signature(const Element& element) {
    const int half = inner() / 2;
    const Style style{m_.small, PANGO_WEIGHT_MEDIUM, PANGO_ALIGN_CENTER};
    auto left = type_.layout(readable(element.left), style, half), right = type_.layout(readable(element.right), style, half);
    const int height = std::max(height_of(left.get()), height_of(right.get())), room = 4 * m_.body;
    y_ += m_.gap;
    put(std::move(left), m_.margin, y_);
    put(std::move(right), m_.margin + half, y_);
    y_ += height + room;
    box(m_.margin + m_.body, y_, half - 2 * m_.body, 1);
    box(m_.margin + half + m_.body, y_, half - 2 * m_.body, 1);
    y_ += m_.gap;
  }

  void band(Image& image, cairo_surface_t* surface, int top) const {
    const CairoPtr cairo(cairo_create(surface));
    cairo_set_antialias(cairo.get(), CAIRO_ANTIALIAS_NONE);
    cairo_set_operator(cairo.get(), CAIRO_OPERATOR_CLEAR);
    cairo_paint(cairo.get());
    cairo_translate(cairo.get(), 0, -top);
    cairo_set_source_rgba(cairo.get(), 0, 0, 0, 1);
    for (const auto& piece : pieces_)
      if (piece.y < top + kBand && piece.y + piece.height > top) draw_piece(cairo.get(), piece);
    if (cairo_status(cairo.get()) != CAIRO_STATUS_SUCCESS)
      throw std::runtime_error(std::string("drawing failed: ") + cairo_status_to_string(cairo_status(cairo.get())));
    cairo_surface_flush(surface);
    const auto* dots = cairo_image_surface_get_data(surface);
    const auto row = static_cast<std::size_t>(cairo_image_surface_get_stride(surface));
    for (int y = top; y < std::min(top + kBand, image.height); ++y)
      for (int x = 0; x < width_; ++x)
        if (dots[static_cast<std::size_t>(y - top) * row + static_cast<std::size_t>(x)] >= 0x80)
          image.bits[static_cast<std::size_t>(y) * image.stride() + static_cast<std::size_t>(x) / 8] |=
              static_cast<std::uint8_t>(0x80 >> x % 8);
  }

  static void draw_piece(cairo_t* cairo, const Piece& piece) {
    cairo_set_operator(cairo, piece.black ? CAIRO_OPERATOR_OVER : CAIRO_OPERATOR_DEST_OUT);
    if (piece.text) {
      cairo_move_to(cairo, piece.x, piece.y);
      pango_cairo_show_layout(cairo, piece.text.get());
    } else if (piece.code) {
      const int side = piece.code->width;
      for (int i = 0; i < side * side; ++i)
        if ((piece.code->data[i] & 1) != 0)
          cairo_rectangle(cairo, piece.x + i % side * piece.module, piece.y + i / side * piece.module, piece.module,
                          piece.module);
      cairo_fill(cairo);
    } else {
      cairo_rectangle(cairo, piece.x, piece.y, piece.width, piece.height);
      cairo_fill(cairo);
    }
  }

  const Type& type_;
  const Measures m_;
  const int width_;
  int y_;
  std::vector<Piece> pieces_;
};

}  // namespace

Image draw(const receipt::Document& document, int width) {
  const std::scoped_lock hold(drawing());
  const Type type;
  Sheet sheet(type, width);
  for (const auto& element : document.elements) sheet.add(element);
  return sheet.drawn();
}

Image qr(const std::string& payload, int module) {
  const QrPtr code = encode_qr(payload, false);
  Image image;
  if (!code) return image;
  image.width = image.height = (code->width + 2 * kQuietZone) * module;
  image.bits.resize(image.stride() * static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      const int column = x / module - kQuietZone, row = y / module - kQuietZone;
      const bool inside = column >= 0 && row >= 0 && column < code->width && row < code->width;
      if (inside && (code->data[row * code->width + column] & 1) != 0)
        image.bits[static_cast<std::size_t>(y) * image.stride() + static_cast<std::size_t>(x) / 8] |=
            static_cast<std::uint8_t>(0x80 >> x % 8);
    }
  return image;
}

}  // namespace phien::render

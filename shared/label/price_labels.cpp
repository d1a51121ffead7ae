#include <fmt/format.h>

#include <algorithm>

#include "shared/label/label.hpp"

namespace phien::label {
namespace {

using catalogue::Product;
using Type = Element::Type;

struct Measures {
  int columns, rows;
  Tenths left, top, width, height;  // of the first label on the sheet
  Tenths margin, name, small, price;
  Tenths code;  // height of what is scanned
  Tenths bars;  // its width with the white beside it: 0.33 mm a module and more
};
Measures measures_of(Size size) {
  if (size == Size::small) return {3, 8, 0, 1, 700, 371, 28, 36, 20, 66, 118, 373};
  return {2, 5, 60, 60, 990, 570, 45, 54, 28, 104, 185, 452};
}

std::string joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts)
    if (!part.empty()) text += (text.empty() ? "" : " · ") + part;
  return text;
}

std::string stars(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += "★";
  return fmt::format("{} OCOP {} sao · {}-star", text, n, n);
}

// "500 g" is not torn apart at the end of a line.
std::string together(std::string name) {
  const auto blank = name.rfind(' ');
  if (blank != std::string::npos && name.size() - blank <= 3) name.replace(blank, 1, "\u00A0");
  return name;
}

// Where plain paper is cut.
std::vector<Element> cuts(const Measures& m) {
  std::vector<Element> lines;
  const Tenths width = m.columns * m.width, height = m.rows * m.height;
  for (int i = 1; i < m.columns; ++i) lines.push_back({Type::line, {m.left + i * m.width, m.top, 1, height}, {}});
  for (int i = 1; i < m.rows; ++i) lines.push_back({Type::line, {m.left, m.top + i * m.height, width, 1}, {}});
  return lines;
}

class Label {
 public:
  Label(const catalogue::Catalogue& all, const Product& product, const Measures& m, Area where, const std::string& day,
        std::vector<Element>& page)
      : all_(all), product_(product), m_(m), area_(where), day_(day), page_(page) {}

  void lay() {
    const Tenths mark = product_.is_sample ? m_.small * 6 : 0;  // wide enough for "MẪU"
    if (mark > 0)
      add({Type::mark, {right() - mark, area_.y + m_.margin, mark, line(m_.small)}, "MẪU", m_.small, true, false, Align::centre});
    Tenths y = area_.y + m_.margin * 3 / 4;
    const Tenths beside = mark > 0 ? mark + m_.small : 0;
    add({Type::text, {left(), y, inner() - beside, 2 * line(m_.name)}, together(product_.name), m_.name, true});
    y += 2 * line(m_.name);
    const Tenths half = inner() / 2;
    text(y, joined({product_.net_content, product_.origin, seller()}), half);
    add({Type::text,
         {right() - half, y, half, line(m_.small)},
         "Giá / " + product_.unit + " · Price",
         m_.small,
         false,
         false,
         Align::right});
    y += line(m_.small) + m_.small / 4;
    add({Type::text,
         {right() - half, y, half, line(m_.price)},
         format_dong(product_.price),
         m_.price,
         true,
         false,
         Align::right});
    y += m_.small / 4;
    if (const int star = catalogue::ocop_on(product_, day_); star > 0)
      add({Type::text, {left(), y, half, line(m_.small)}, stars(star), m_.small, true, true});
    if (product_.wholesale_price && product_.wholesale_from > 0)
      text(y + line(m_.small),
           fmt::format("Giá sỉ · Wholesale {} ≥ {}", format_dong(*product_.wholesale_price),
                       format_quantity(product_.wholesale_from)),
           half);
    codes();
  }

 private:
  static Tenths line(Tenths size) { return size * 5 / 4; }
  Tenths left() const { return area_.x + m_.margin; }
  Tenths right() const { return area_.x + area_.width - m_.margin; }
  Tenths inner() const { return area_.width - 2 * m_.margin; }
  Tenths bottom() const { return area_.y + area_.height - m_.margin; }
  void add(Element element) { page_.push_back(std::move(element)); }
  void text(Tenths y, const std::string& what, Tenths width) {
    if (!what.empty()) add({Type::text, {left(), y, width, line(m_.small)}, what, m_.small});
  }

  std::string seller() const {
    const auto found = all_.exhibitors.find(product_.exhibitor);
    if (found == all_.exhibitors.end()) return {};
    return found->second.short_name.empty() ? found->second.name : found->second.short_name;
  }

  // What a till scans stands on the left, where goods come from on the right. Goods without a barcode are known to the till by
  // their trace address, and where there is none by their own number.
  void codes() {
    const bool has_bars = !bars(product_.barcode).empty();
    if (has_bars) {
      const bool short_one = product_.barcode.size() == 8;
      const Tenths width = short_one ? m_.bars * 85 / 113 : m_.bars;  // 67 modules and the white beside them, instead of 95
      add({Type::bars, {left() - m_.margin / 2, bottom() - m_.code, width, m_.code}, product_.barcode});
    } else if (product_.trace_uri.empty()) {
      add({Type::qr, {left(), bottom() - m_.code, m_.code, m_.code}, product_.id});
      add({Type::text,
           {left() + m_.code + m_.small / 2, bottom() - line(m_.small), m_.code * 2, line(m_.small)},
           product_.id,
           m_.small});
    }
    if (product_.trace_uri.empty()) return;
    const Tenths x = right() - m_.code;
    add({Type::qr, {x, bottom() - m_.code, m_.code, m_.code}, product_.trace_uri});
    const Tenths caption = m_.small * 9 / 2;
    add({Type::text,
         {x - caption - m_.small / 4, bottom() - 2 * line(m_.small), caption, 2 * line(m_.small)},
         "Truy xuất\nTrace",
         m_.small,
         false,
         false,
         Align::right});
  }

  const catalogue::Catalogue& all_;
  const Product& product_;
  const Measures& m_;
  const Area area_;
  const std::string& day_;
  std::vector<Element>& page_;
};

}  // namespace

Document price_labels(const catalogue::Catalogue& all, const std::vector<const Product*>& products, Size size, int copies,
                      const std::string& day) {
  const Measures m = measures_of(size);
  Document document{"Nhãn giá · Price labels", day, {}};
  int n = 0;
  for (const Product* product : products)
    for (int copy = 0; copy < copies; ++copy, ++n) {
      const int on_page = n % (m.columns * m.rows);
      if (on_page == 0) document.pages.push_back(cuts(m));
      const Area where{m.left + on_page % m.columns * m.width, m.top + on_page / m.columns * m.height, m.width, m.height};
      Label(all, *product, m, where, day, document.pages.back()).lay();
    }
  return document;
}

}  // namespace phien::label

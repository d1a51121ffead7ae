#include <array>

#include "shared/label/label.hpp"

namespace phien::label {
namespace {

using Type = Element::Type;
constexpr int kColumns = 2, kRows = 2;
constexpr Tenths kWidth = kA4Width / kColumns, kHeight = kA4Height / kRows, kMargin = 80;
constexpr Tenths kInner = kWidth - 2 * kMargin;

struct Part {
  Type type;
  Tenths y, height, size;
  bool bold, accent;
};

void lay(const catalogue::Fair& fair, const Card& card, Tenths x, Tenths y, std::vector<Element>& page) {
  const auto put = [&](Part part, const std::string& text) {
    page.push_back(
        {part.type, {x + kMargin, y + part.y, kInner, part.height}, text, part.size, part.bold, part.accent, Align::centre});
  };
  put({Type::text, 70, 70, 28, false, false}, fair.name);
  put({Type::text, 150, 40, 30, false, false}, "GIAN · BOOTH");
  put({Type::text, 180, 220, 190, true, true}, card.booth);
  put({Type::text, 400, 110, 44, true, false}, card.exhibitor->name);
  const Tenths side = 520;
  page.push_back({Type::qr, {x + (kWidth - side) / 2, y + 510, side, side}, card.link, 0, false, false, Align::centre});
  put({Type::text, 1040, 90, 72, true, false}, card.code.substr(0, 4) + " " + card.code.substr(4));
  put({Type::text, 1145, 85, 30, false, false}, "Trên máy bán: mở Phiên, quét mã này hoặc gõ liên kết và mã.");
  put({Type::text, 1230, 60, 24, false, false}, "At the till: open Phiên, scan this, or type the link and the code.");
  put({Type::text, 1300, 75, 26, true, false},
      "Dùng một lần, đến " + local_minute(card.until) + "\nGood once, until " + local_minute(card.until));
  if (card.exhibitor->is_sample || fair.is_sample)
    page.push_back({Type::mark, {x + kWidth - kMargin - 150, y + 180, 150, 45}, "MẪU", 32, true, false, Align::centre});
}

}  // namespace

Document booth_cards(const catalogue::Catalogue& all, const std::vector<Card>& cards, const std::string& day) {
  Document document{"Thẻ gian hàng · Booth cards", day, {}};
  int n = 0;
  for (const Card& card : cards) {
    const int on_page = n++ % (kColumns * kRows);
    if (on_page == 0) {  // where to cut
      document.pages.push_back({{Type::line, {kWidth, 0, 2, kA4Height}, {}}, {Type::line, {0, kHeight, kA4Width, 2}, {}}});
    }
    lay(all.fair, card, on_page % kColumns * kWidth, on_page / kColumns * kHeight, document.pages.back());
  }
  return document;
}

}  // namespace phien::label

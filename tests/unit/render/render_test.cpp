#include "shared/render/render.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "shared/scan/receipt_code.hpp"
#include "tests/unit/render/awkward.hpp"
#include "tests/unit/render/eyes.hpp"

using namespace phien;
using Type = receipt::Element::Type;

namespace {

std::filesystem::path golden(const std::string& file) { return std::filesystem::path(PHIEN_TEST_FOLDER) / "golden" / file; }

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What was drawn or written instead, to be looked at, and to become the golden one.
std::string kept(const std::string& file, const std::string& bytes) {
  const auto folder = std::filesystem::temp_directory_path() / "phien-receipts";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / file, std::ios::binary) << bytes;
  return (folder / file).string();
}

}  // namespace

TEST_CASE("golden: five awkward sales, dot for dot; and their documents, whatever fonts there are") {
  for (const auto& sale : slips::awkward_sales()) {
    CAPTURE(sale.name);
    const std::string text = receipt::to_text(sale.document, sale.width == render::kWidth80 ? 42 : 32);
    const bool same_text = text == content(golden(sale.name + ".txt"));
    CHECK_MESSAGE(same_text, "look at " << kept(sale.name + ".txt", text));
    if (!render::has_pinned_font()) continue;
    const auto image = render::draw(sale.document, sale.width);
    const std::string png = content(golden(sale.name + ".png"));
    const bool same_dots = !png.empty() && eyes::from_png(png) == image;
    CHECK_MESSAGE(same_dots, "look at " << kept(sale.name + ".png", render::png(image)));
  }
}

TEST_CASE("the codes on a receipt are read by a camera, on both papers, also across the mark of a sample account") {
  int payments = 0, receipts = 0;
  for (const auto& sale : slips::awkward_sales())
    for (const int width : {render::kWidth58, render::kWidth80}) {
      CAPTURE(sale.name);
      CAPTURE(width);
      CHECK(eyes::codes(render::draw(sale.document, width)) == sale.codes);
      for (const auto& code : sale.codes) (scan::looks_like_receipt_code(code) ? receipts : payments) += 1;
    }
  CHECK(payments == 6);
  CHECK(receipts == 8);
}

TEST_CASE("a PNG holds the dots that are printed") {
  for (const auto& sale : slips::awkward_sales()) {
    const auto image = render::draw(sale.document, sale.width);
    CHECK(image.width == sale.width);
    CHECK(eyes::from_png(render::png(image)) == image);
  }
  const auto code = render::qr("PHIEN1/TEST", 5);
  CHECK(eyes::from_png(render::png(code)) == code);
  CHECK(eyes::codes(code) == std::vector<std::string>{"PHIEN1/TEST"});
  CHECK(render::qr(std::string(8'000, 'x'), 5).bits.empty());
}

TEST_CASE("every element leaves dots, stays on the paper, and ends somewhere") {
  const std::string long_word(3'000, 'W'), bytes = "\xFF\xFE not text";
  for (const auto type : {Type::heading, Type::text, Type::columns, Type::rule, Type::total, Type::big, Type::mark, Type::qr,
                          Type::signature, Type::small})
    for (const int width : {render::kWidth58, render::kWidth80}) {
      CAPTURE(static_cast<int>(type));
      const auto image = render::draw({{{type, "Thạch đen", "25.000", false}}}, width);
      CHECK(std::any_of(image.bits.begin(), image.bits.end(), [](auto byte) { return byte != 0; }));
      for (const auto& text : {std::string(), bytes, "x\n" + bytes, std::string(60, ' ') + "x"})
        CHECK(render::draw({{{type, text, text, true}}}, width).height < 1'000);
      CHECK(render::draw({{{type, long_word, long_word, false}}}, width).height <= render::kMaxHeight);
    }
  CHECK(render::draw({}, render::kWidth58).height > 0);
  receipt::Document endless;
  for (int i = 0; i < 400; ++i) endless.elements.push_back({Type::text, std::string(4'000, 'm'), "", false});
  CHECK(render::draw(endless, render::kWidth58).height == render::kMaxHeight);
}

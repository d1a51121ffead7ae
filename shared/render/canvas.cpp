#include "shared/render/canvas.hpp"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>

#include <stdexcept>

#include "shared/render/render.hpp"
#include "shared/text.hpp"

namespace phien::render {

namespace {

constexpr const char* kFont = "Inter";
constexpr int kMaxTextBytes = 4'000;  // of one element: no name is longer

// The machine's fonts without its configuration: substitution and hinting rules of a desktop must not change a receipt.
constexpr const char* kFontRules = R"(<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>/usr/share/fonts</dir><cachedir>/var/cache/fontconfig</cachedir><cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>)";

FcConfig* fonts() {
  static FcConfig* const config = [] {
    FcConfig* made = FcConfigCreate();
    if (!made || !FcConfigParseAndLoadFromMemory(made, reinterpret_cast<const FcChar8*>(kFontRules), FcTrue) ||
        !FcConfigBuildFonts(made))
      throw std::runtime_error("the fonts of this machine cannot be read");
    return made;
  }();
  return config;
}

}  // namespace

bool has_pinned_font() {
  FcPattern* wanted = FcPatternCreate();
  FcPatternAddString(wanted, FC_FAMILY, reinterpret_cast<const FcChar8*>(kFont));
  FcObjectSet* nothing = FcObjectSetBuild(FC_FAMILY, nullptr);
  FcFontSet* found = FcFontList(fonts(), wanted, nothing);
  const bool has = found && found->nfont > 0;
  if (found) FcFontSetDestroy(found);
  FcObjectSetDestroy(nothing);
  FcPatternDestroy(wanted);
  return has;
}

Type::Type(For what) : map_(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT)) {
  if (!map_) throw std::runtime_error("Pango was built without FreeType");
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map_.get()), fonts());
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map_.get()), 72);
  context_.reset(pango_font_map_create_context(map_.get()));
  cairo_font_options_t* options = cairo_font_options_create();
  const bool dots = what == For::dots;
  if (dots) cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_NONE);
  cairo_font_options_set_hint_style(options, dots ? CAIRO_HINT_STYLE_FULL : CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, dots ? CAIRO_HINT_METRICS_ON : CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context_.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context_.get(), dots ? TRUE : FALSE);
}

LayoutPtr Type::layout(const std::string& text, const Style& style, int width) const {
  LayoutPtr layout(pango_layout_new(context_.get()));
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family_static(font, kFont);
  pango_font_description_set_weight(font, style.weight);
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  PangoAttrList* attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1, calt=0"));
  pango_layout_set_attributes(layout.get(), attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_single_paragraph_mode(layout.get(), FALSE);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_width(layout.get(), width * PANGO_SCALE);
  pango_layout_set_alignment(layout.get(), style.alignment);
  const std::string_view kept = truncate_utf8(text, kMaxTextBytes);
  pango_layout_set_text(layout.get(), kept.data(), static_cast<int>(kept.size()));
  return layout;
}

int height_of(PangoLayout* layout) {
  int height = 0;
  pango_layout_get_pixel_size(layout, nullptr, &height);
  return height;
}

int width_of(PangoLayout* layout) {
  int width = 0;
  pango_layout_get_pixel_size(layout, &width, nullptr);
  return width;
}

std::mutex& drawing() {
  static std::mutex one;
  return one;
}

QrPtr encode_qr(const std::string& payload, bool covered) {
  if (payload.empty() || payload.find('\0') != std::string::npos) return nullptr;
  return QrPtr(QRcode_encodeString(payload.c_str(), 0, covered ? QR_ECLEVEL_H : QR_ECLEVEL_M, QR_MODE_8, 1));
}

}  // namespace phien::render

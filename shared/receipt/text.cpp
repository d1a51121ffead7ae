// The document as monospaced text, counted in display columns: "ạ" is one column however it is encoded, "茶" two.
#include <algorithm>
#include <vector>

#include <utf8proc.h>

#include "shared/receipt/receipt.hpp"

namespace phien::receipt {

namespace {

constexpr int kLeastWidth = 8;

struct Glyph {
  std::string_view bytes;
  int width = 0;
};

// Control characters become blanks: a name must not steer the printer or the terminal.
std::vector<Glyph> glyphs(std::string_view text) {
  std::vector<Glyph> all;
  while (!text.empty()) {
    utf8proc_int32_t code = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto read = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code);
    const std::size_t size = read > 0 ? static_cast<std::size_t>(read) : 1;
    const bool control = read <= 0 || code < 0x20 || (code >= 0x7F && code < 0xA0);
    all.push_back(control ? Glyph{" ", 1} : Glyph{text.substr(0, size), utf8proc_charwidth(code)});
    text.remove_prefix(size);
  }
  return all;
}

std::string printable(std::string_view text) {
  std::string out;
  for (const auto& glyph : glyphs(text)) out += glyph.bytes;
  return out;
}

int width_of(std::string_view text) {
  int width = 0;
  for (const auto& glyph : glyphs(text)) width += glyph.width;
  return width;
}

// Lines of at most `width` columns, broken at blanks; a word longer than that is cut. Blanks in front are kept on every line.
std::vector<std::string> wrap(std::string_view text, int width) {
  const auto first = text.find_first_not_of(' ');
  const int indent = first == std::string_view::npos ? 0 : std::min(static_cast<int>(first), width / 2);
  if (first != std::string_view::npos) text.remove_prefix(first);
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  std::vector<std::string> lines;
  std::string line = margin, word;
  int line_width = indent, word_width = 0;
  const auto next_line = [&] {
    lines.push_back(line);
    line = margin;
    line_width = indent;
  };
  const auto end_word = [&] {
    if (word_width == 0) return;
    if (line_width > indent && line_width + 1 + word_width > width) next_line();
    if (line_width > indent) line += ' ', ++line_width;
    line += word;
    line_width += word_width;
    word.clear();
    word_width = 0;
  };
  for (const auto& glyph : glyphs(text)) {
    if (glyph.bytes == " ") {
      end_word();
      continue;
    }
    if (word_width + glyph.width > width - indent) end_word();
    word += glyph.bytes;
    word_width += glyph.width;
  }
  end_word();
  if (line_width > indent || lines.empty()) next_line();
  return lines;
}

std::string blanks(int n) { return std::string(static_cast<std::size_t>(std::max(n, 0)), ' '); }

void centred(std::string_view text, int width, std::string& out) {
  for (const auto& line : wrap(text, width)) out += blanks((width - width_of(line)) / 2) + line + "\n";
}

// Left wraps in the room that right leaves it; right stands at the end of the last line, or alone below where there is no room.
void columns(std::string_view left, const std::string& right, int width, std::string& out) {
  const int right_width = width_of(right);
  const bool beside = width - right_width - 1 >= width / 3;
  const auto lines = wrap(left, beside ? width - right_width - 1 : width);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) out += lines[i] + "\n";
  if (beside) {
    out += lines.back() + blanks(width - width_of(lines.back()) - right_width) + right + "\n";
    return;
  }
  out += lines.back() + "\n";
  for (const auto& line : wrap(right, width)) out += blanks(width - width_of(line)) + line + "\n";
}

}  // namespace

std::string to_text(const Document& document, int width) {
  width = std::max(width, kLeastWidth);
  std::string out;
  for (const auto& element : document.elements) {
    switch (element.type) {
      case Element::Type::heading:
      case Element::Type::big:
      case Element::Type::mark:
      case Element::Type::small:
        centred(element.left, width, out);
        break;
      case Element::Type::text:
      case Element::Type::qr:  // paper has the picture, text its content
        for (const auto& line : wrap(element.left, width)) out += line + "\n";
        break;
      case Element::Type::columns:
      case Element::Type::total:
        columns(element.left, printable(element.right), width, out);
        break;
      case Element::Type::signature:
        columns(element.left, printable(element.right), width, out);
        out += "\n\n\n";
        break;
      case Element::Type::rule:
        out += std::string(static_cast<std::size_t>(width), '-') + "\n";
        break;
    }
  }
  return out;
}

}  // namespace phien::receipt

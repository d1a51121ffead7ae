#include "server/exchange/legacy.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "shared/text.hpp"

namespace phien::exchange {
namespace {

// Code of the font → letter. Capitals with a tone had a font of their own and are typed as small letters.
constexpr std::array<std::pair<char16_t, std::string_view>, 74> kTcvn3{
    {{0xA1, "Ă"}, {0xA2, "Â"}, {0xA3, "Ê"}, {0xA4, "Ô"}, {0xA5, "Ơ"}, {0xA6, "Ư"}, {0xA7, "Đ"}, {0xA8, "ă"}, {0xA9, "â"},
     {0xAA, "ê"}, {0xAB, "ô"}, {0xAC, "ơ"}, {0xAD, "ư"}, {0xAE, "đ"}, {0xB5, "à"}, {0xB6, "ả"}, {0xB7, "ã"}, {0xB8, "á"},
     {0xB9, "ạ"}, {0xBB, "ằ"}, {0xBC, "ẳ"}, {0xBD, "ẵ"}, {0xBE, "ắ"}, {0xC6, "ặ"}, {0xC7, "ầ"}, {0xC8, "ẩ"}, {0xC9, "ẫ"},
     {0xCA, "ấ"}, {0xCB, "ậ"}, {0xCC, "è"}, {0xCE, "ẻ"}, {0xCF, "ẽ"}, {0xD0, "é"}, {0xD1, "ẹ"}, {0xD2, "ề"}, {0xD3, "ể"},
     {0xD4, "ễ"}, {0xD5, "ế"}, {0xD6, "ệ"}, {0xD7, "ì"}, {0xD8, "ỉ"}, {0xDC, "ĩ"}, {0xDD, "í"}, {0xDE, "ị"}, {0xDF, "ò"},
     {0xE1, "ỏ"}, {0xE2, "õ"}, {0xE3, "ó"}, {0xE4, "ọ"}, {0xE5, "ồ"}, {0xE6, "ổ"}, {0xE7, "ỗ"}, {0xE8, "ố"}, {0xE9, "ộ"},
     {0xEA, "ờ"}, {0xEB, "ở"}, {0xEC, "ỡ"}, {0xED, "ớ"}, {0xEE, "ợ"}, {0xEF, "ù"}, {0xF1, "ủ"}, {0xF2, "ũ"}, {0xF3, "ú"},
     {0xF4, "ụ"}, {0xF5, "ừ"}, {0xF6, "ử"}, {0xF7, "ữ"}, {0xF8, "ứ"}, {0xF9, "ự"}, {0xFA, "ỳ"}, {0xFB, "ỷ"}, {0xFC, "ỹ"},
     {0xFD, "ý"}, {0xFE, "ỵ"}}};

// Letter and mark as typed → letter; longer ones first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 195> kVni{
    {{"AÀ", "Ầ"}, {"AÁ", "Ấ"}, {"AÂ", "Â"}, {"AÃ", "Ẫ"}, {"AÄ", "Ậ"}, {"AÅ", "Ẩ"}, {"AÈ", "Ằ"}, {"AÉ", "Ắ"}, {"AÊ", "Ă"},
     {"AË", "Ặ"}, {"AÏ", "Ạ"}, {"AÕ", "Ã"}, {"AØ", "À"}, {"AÙ", "Á"}, {"AÚ", "Ẳ"}, {"AÛ", "Ả"}, {"AÜ", "Ẵ"}, {"Aà", "Ầ"},
     {"Aá", "Ấ"}, {"Aâ", "Â"}, {"Aã", "Ẫ"}, {"Aä", "Ậ"}, {"Aå", "Ẩ"}, {"Aè", "Ằ"}, {"Aé", "Ắ"}, {"Aê", "Ă"}, {"Aë", "Ặ"},
     {"Aï", "Ạ"}, {"Aõ", "Ã"}, {"Aø", "À"}, {"Aù", "Á"}, {"Aú", "Ẳ"}, {"Aû", "Ả"}, {"Aü", "Ẵ"}, {"EÀ", "Ề"}, {"EÁ", "Ế"},
     {"EÂ", "Ê"}, {"EÃ", "Ễ"}, {"EÄ", "Ệ"}, {"EÅ", "Ể"}, {"EÏ", "Ẹ"}, {"EÕ", "Ẽ"}, {"EØ", "È"}, {"EÙ", "É"}, {"EÛ", "Ẻ"},
     {"Eà", "Ề"}, {"Eá", "Ế"}, {"Eâ", "Ê"}, {"Eã", "Ễ"}, {"Eä", "Ệ"}, {"Eå", "Ể"}, {"Eï", "Ẹ"}, {"Eõ", "Ẽ"}, {"Eø", "È"},
     {"Eù", "É"}, {"Eû", "Ẻ"}, {"OÀ", "Ồ"}, {"OÁ", "Ố"}, {"OÂ", "Ô"}, {"OÃ", "Ỗ"}, {"OÄ", "Ộ"}, {"OÅ", "Ổ"}, {"OÏ", "Ọ"},
     {"OÕ", "Õ"}, {"OØ", "Ò"}, {"OÙ", "Ó"}, {"OÛ", "Ỏ"}, {"Oà", "Ồ"}, {"Oá", "Ố"}, {"Oâ", "Ô"}, {"Oã", "Ỗ"}, {"Oä", "Ộ"},
     {"Oå", "Ổ"}, {"Oï", "Ọ"}, {"Oõ", "Õ"}, {"Oø", "Ò"}, {"Où", "Ó"}, {"Oû", "Ỏ"}, {"UÏ", "Ụ"}, {"UÕ", "Ũ"}, {"UØ", "Ù"},
     {"UÙ", "Ú"}, {"UÛ", "Ủ"}, {"Uï", "Ụ"}, {"Uõ", "Ũ"}, {"Uø", "Ù"}, {"Uù", "Ú"}, {"Uû", "Ủ"}, {"YÏ", "Ỵ"}, {"YÕ", "Ỹ"},
     {"YØ", "Ỳ"}, {"YÙ", "Ý"}, {"YÛ", "Ỷ"}, {"Yï", "Ỵ"}, {"Yõ", "Ỹ"}, {"Yø", "Ỳ"}, {"Yù", "Ý"}, {"Yû", "Ỷ"}, {"aà", "ầ"},
     {"aá", "ấ"}, {"aâ", "â"}, {"aã", "ẫ"}, {"aä", "ậ"}, {"aå", "ẩ"}, {"aè", "ằ"}, {"aé", "ắ"}, {"aê", "ă"}, {"aë", "ặ"},
     {"aï", "ạ"}, {"aõ", "ã"}, {"aø", "à"}, {"aù", "á"}, {"aú", "ẳ"}, {"aû", "ả"}, {"aü", "ẵ"}, {"eà", "ề"}, {"eá", "ế"},
     {"eâ", "ê"}, {"eã", "ễ"}, {"eä", "ệ"}, {"eå", "ể"}, {"eï", "ẹ"}, {"eõ", "ẽ"}, {"eø", "è"}, {"eù", "é"}, {"eû", "ẻ"},
     {"oà", "ồ"}, {"oá", "ố"}, {"oâ", "ô"}, {"oã", "ỗ"}, {"oä", "ộ"}, {"oå", "ổ"}, {"oï", "ọ"}, {"oõ", "õ"}, {"oø", "ò"},
     {"où", "ó"}, {"oû", "ỏ"}, {"uï", "ụ"}, {"uõ", "ũ"}, {"uø", "ù"}, {"uù", "ú"}, {"uû", "ủ"}, {"yï", "ỵ"}, {"yõ", "ỹ"},
     {"yø", "ỳ"}, {"yù", "ý"}, {"yû", "ỷ"}, {"ÔÏ", "Ợ"}, {"ÔÕ", "Ỡ"}, {"ÔØ", "Ờ"}, {"ÔÙ", "Ớ"}, {"ÔÛ", "Ở"}, {"Ôï", "Ợ"},
     {"Ôõ", "Ỡ"}, {"Ôø", "Ờ"}, {"Ôù", "Ớ"}, {"Ôû", "Ở"}, {"ÖÏ", "Ự"}, {"ÖÕ", "Ữ"}, {"ÖØ", "Ừ"}, {"ÖÙ", "Ứ"}, {"ÖÛ", "Ử"},
     {"Öï", "Ự"}, {"Öõ", "Ữ"}, {"Öø", "Ừ"}, {"Öù", "Ứ"}, {"Öû", "Ử"}, {"ôï", "ợ"}, {"ôõ", "ỡ"}, {"ôø", "ờ"}, {"ôù", "ớ"},
     {"ôû", "ở"}, {"öï", "ự"}, {"öõ", "ữ"}, {"öø", "ừ"}, {"öù", "ứ"}, {"öû", "ử"}, {"Æ", "Ỉ"},  {"Ì", "Ì"},  {"Í", "Í"},
     {"Î", "Ỵ"},  {"Ñ", "Đ"},  {"Ò", "Ị"},  {"Ó", "Ĩ"},  {"Ô", "Ơ"},  {"Ö", "Ư"},  {"æ", "ỉ"},  {"ì", "ì"},  {"í", "í"},
     {"î", "ỵ"},  {"ñ", "đ"},  {"ò", "ị"},  {"ó", "ĩ"},  {"ô", "ơ"},  {"ö", "ư"}}};

// What no Vietnamese text in Unicode holds, and no common sign is: where it stands, the text is of the other kind.
constexpr std::u16string_view kOnlyVni = u"ñöïøûåäüëæîÑÖÏØÛÅÄÜËÆÎ";
constexpr std::u16string_view kAfterWords = u"®©»¼½¾";  // signs that stand behind a word in any text

// Code points below U+10000; anything else as U+FFFF.
std::u16string letters_of(std::string_view text) {
  std::u16string letters;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (i + size > text.size()) break;
    char32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size; ++k) code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    letters += code < 0x10000 ? static_cast<char16_t>(code) : u'\xFFFF';
    i += size;
  }
  return letters;
}

bool is_ascii_letter(char16_t c) { return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z'); }

std::string_view tcvn3_letter(char16_t c) {
  const auto found =
      std::lower_bound(kTcvn3.begin(), kTcvn3.end(), c, [](const auto& row, char16_t code) { return row.first < code; });
  return found != kTcvn3.end() && found->first == c ? found->second : std::string_view();
}

// Every letter beyond ASCII is one of the font, and one stands within a word as no sign does: "Th¹ch", not "Brand®".
bool looks_like_tcvn3(std::u16string_view letters) {
  bool within_a_word = false;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] < 0x80) continue;
    if (tcvn3_letter(letters[i]).empty()) return false;
    if (letters[i] >= 0xC0) continue;  // accented letters are Vietnamese ones too ("cà", "bé"): only a sign in their place tells
    const bool before = i > 0 && is_ascii_letter(letters[i - 1]),
               after = i + 1 < letters.size() && is_ascii_letter(letters[i + 1]);
    const bool begins = after && (letters[i] == u'®' || letters[i] == u'§');  // đ, Đ
    const bool ends = before && kAfterWords.find(letters[i]) == std::u16string_view::npos;
    within_a_word = within_a_word || (before && after) || begins || ends;
  }
  return within_a_word;
}

bool looks_like_vni(std::u16string_view letters) {
  bool told = false;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] >= 0x100) return false;  // a Vietnamese letter of Unicode
    if (kOnlyVni.find(letters[i]) == std::u16string_view::npos) continue;
    const bool before = i > 0 && is_ascii_letter(letters[i - 1]),
               after = i + 1 < letters.size() && is_ascii_letter(letters[i + 1]);
    told = told || before || after;
  }
  return told;
}

}  // namespace

std::optional<Legacy> legacy_of(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return std::nullopt;
  const std::u16string letters = letters_of(text);
  if (looks_like_tcvn3(letters)) return Legacy::tcvn3;
  if (looks_like_vni(letters)) return Legacy::vni;
  return std::nullopt;
}

std::string from_legacy(std::string_view text, Legacy legacy) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::string_view letter = text.substr(i, size);
    if (legacy == Legacy::tcvn3) {
      const std::u16string code = letters_of(letter);
      const auto meant = code.empty() ? std::string_view() : tcvn3_letter(code.front());
      out += meant.empty() ? letter : meant;
    } else {
      const auto found =
          std::find_if(kVni.begin(), kVni.end(), [&](const auto& row) { return text.substr(i).starts_with(row.first); });
      out += found == kVni.end() ? letter : found->second;
      if (found != kVni.end()) size = found->first.size();
    }
    i += size;
  }
  return out;
}

std::string from_latin1(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return out;
}

}  // namespace phien::exchange

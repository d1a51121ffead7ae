// Text typed with the fonts of before Unicode (TCVN3 "ABC", VNI): letters of Western Europe that are meant as Vietnamese ones.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace phien::exchange {

enum class Legacy { tcvn3, vni };
// Which of the two a text seems to be; nothing for text that is what it looks like. ("Thạch đen" is "Th¹ch ®en" in TCVN3,
// "Thaïch ñen" in VNI.)
std::optional<Legacy> legacy_of(std::string_view text);
// As it was meant, NFC. What the old font has no letter for stays as it is.
std::string from_legacy(std::string_view text, Legacy legacy);
// Bytes of a file that is not UTF-8, each as the letter of Western Europe it stands for.
std::string from_latin1(std::string_view bytes);

}  // namespace phien::exchange

// Payment references in what people and banks write beside a transfer.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace phien::server {

inline constexpr std::size_t kMaxPayText = 1'000;  // bytes that are looked at

struct FoundRefs {
  std::vector<std::string> words;  // PH and eight, as a word of its own
  std::vector<std::string>
      other;  // inside a longer word, or broken up: good only if somebody awaits it ("phi giao dich" has one)
};
// Each once, in order. Case, marks, and blanks or punctuation inside do not matter.
FoundRefs refs_in(std::string_view text);

}  // namespace phien::server

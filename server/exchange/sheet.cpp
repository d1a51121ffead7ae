#include "server/exchange/sheet.hpp"

#include <fmt/format.h>

namespace phien::exchange {

void Findings::add(std::string code, std::string where, std::string vi, std::string en) {
  if (listed_.size() == kMaxProblems) {
    ++more_;
    return;
  }
  places_.insert(where);
  listed_.push_back({std::move(code), std::move(where), {std::move(vi), std::move(en)}});
}

std::vector<Problem> Findings::list() const {
  std::vector<Problem> all = listed_;
  if (more_ > 0)
    all.push_back({"too_many_problems", "", {fmt::format("… và {} chỗ nữa", more_), fmt::format("… and {} more", more_)}});
  return all;
}

std::string place(const std::string& file, std::size_t line, std::string_view column) {
  return fmt::format("{}:{}:{}", file, line, column);
}

std::string_view trim_cell(std::string_view text) {
  constexpr std::string_view kNoBreak = "\xC2\xA0";
  for (;;) {
    if (text.starts_with(' '))
      text.remove_prefix(1);
    else if (text.ends_with(' '))
      text.remove_suffix(1);
    else if (text.starts_with(kNoBreak))
      text.remove_prefix(2);
    else if (text.ends_with(kNoBreak))
      text.remove_suffix(2);
    else
      return text;
  }
}

}  // namespace phien::exchange

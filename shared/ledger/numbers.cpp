#include "shared/ledger/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "shared/ledger/views.hpp"

namespace phien::ledger {

namespace {
constexpr std::int64_t kNumbersPerIncarnation = 1'000;
constexpr std::size_t kLongestNumber = 10;  // "T" and nine digits
}  // namespace

std::string next_terminal(const Reader& books, std::int64_t incarnation) {
  std::int64_t highest = (incarnation - 1) * kNumbersPerIncarnation;
  const auto look = [&highest](const std::string& id) {
    std::int64_t number = 0;
    if (id.starts_with('T')) std::from_chars(id.data() + 1, id.data() + std::min(id.size(), kLongestNumber), number);
    highest = std::max(highest, number);
  };
  for (const auto& enrolled : enrolments(books)) look(enrolled.terminal);
  for (const auto& branch : books.branches()) look(branch.journal.terminal);
  return fmt::format("T{:02}", highest + 1);
}

}  // namespace phien::ledger

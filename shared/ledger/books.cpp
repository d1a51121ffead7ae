#include "shared/ledger/books.hpp"

#include <fmt/format.h>

namespace phien::ledger {

std::string dump(const BooksReader& books) {
  std::string out;
  books.sums("", [&](std::string_view key, const Sum& sum) {
    if (!sum.zero()) fmt::format_to(std::back_inserter(out), "{}\t{}\t{}\t{}\n", key, sum.count, sum.quantity, sum.amount);
    return true;
  });
  books.facts("", [&](std::string_view key, std::string_view value) {
    fmt::format_to(std::back_inserter(out), "{}\t{}\n", key, value);
    return true;
  });
  return out;
}

}  // namespace phien::ledger

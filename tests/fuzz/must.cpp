#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {

void must(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "this must be, and is not: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace phien::fuzz

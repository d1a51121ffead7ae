// Runs the tests; with --write-vectors it writes tests/data/journal_vectors.json anew instead.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "tests/unit/journal/samples.hpp"

namespace {
std::string vectors_text() { return phien::journal::samples::vectors().dump(1) + "\n"; }
}  // namespace

TEST_CASE("the published vectors are what this program makes: entry bytes are for ever") {
  std::ifstream file(PHIEN_VECTORS);
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE(!text.str().empty());
  CHECK(text.str() == vectors_text());
}

int main(int argc, char** argv) {
  phien::init_crypto();
  if (argc == 2 && std::string_view(argv[1]) == "--write-vectors") {
    std::ofstream(PHIEN_VECTORS) << vectors_text();
    return 0;
  }
  return doctest::Context(argc, argv).run();
}

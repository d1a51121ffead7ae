// What the fuzzers have kept goes through every target again, in this build too.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "shared/bytes.hpp"
#include "tests/fuzz/targets.hpp"

using namespace phien;

namespace {

void replay(const char* name, void (*target)(std::string_view)) {
  init_crypto();
  int replayed = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(PHIEN_CORPUS) / name)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(in), {}};
    INFO(file.path().string());
    target(input);  // aborts where something is not as it must be
    ++replayed;
  }
  CHECK(replayed > 0);
}

}  // namespace

TEST_CASE("corpus of the entry decoder") { replay("entry", fuzz::entry); }
TEST_CASE("corpus of batches") { replay("sync", fuzz::sync); }
TEST_CASE("corpus of the organizer's lists") { replay("lists", fuzz::lists); }
TEST_CASE("corpus of codes") { replay("codes", fuzz::codes); }
TEST_CASE("corpus of HTTP connections") { replay("http", fuzz::http); }

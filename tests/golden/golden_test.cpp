// Entries in, figures out: every *.test file of this folder, and for each of them that the order of arrival does not matter.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/golden/script.hpp"

using namespace phien;
using namespace phien::test;

namespace {

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> found;
  for (const auto& file : std::filesystem::directory_iterator(PHIEN_GOLDEN_DIR)) {
    if (file.path().extension() == ".test") found.push_back(file.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

struct Scenario {
  Script script;
  std::string expected;
};
Scenario read(const std::filesystem::path& path) {
  Scenario scenario;
  std::ifstream file(path);
  bool in_figures = false;
  for (std::string line; std::getline(file, line);) {
    if (in_figures) {
      scenario.expected += line + "\n";
    } else if (line == "figures") {
      in_figures = true;
    } else {
      scenario.script.line(line);
    }
  }
  if (!in_figures) throw std::runtime_error("no figures in " + path.string());
  return scenario;
}

}  // namespace

TEST_CASE("I5, I3: entries in, figures out, in whatever order they come") {
  const auto all = files();
  REQUIRE(all.size() >= 12);
  for (const auto& path : all) {
    CAPTURE(path.filename().string());
    const Scenario scenario = read(path);
    const auto& writers = scenario.script.writers();
    Copy servers_first;
    for (const auto& [id, writer] : writers) {
      if (id.starts_with("server")) servers_first.take(writer);
    }
    for (const auto& [id, writer] : writers) servers_first.take(writer);
    CHECK(figures(servers_first, scenario.script) == scenario.expected);
    CHECK(ledger::imbalances(*servers_first.books()).empty());

    Copy servers_last;
    for (auto writer = writers.begin(); writer != writers.end(); ++writer) {
      if (!writer->first.starts_with("server")) servers_last.take(writer->second);
    }
    for (const auto& [id, writer] : writers) servers_last.take(writer);
    CHECK(servers_last.dump() == servers_first.dump());

    Copy as_written;  // one by one
    for (const auto& [id, index] : scenario.script.written()) {
      as_written.take(writers.at(id), 0, index + 1);
    }
    CHECK(as_written.dump() == servers_first.dump());
    as_written.rebuild();
    CHECK(as_written.dump() == servers_first.dump());
  }
}

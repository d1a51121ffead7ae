// phien-bench NAME CONFIG: runs one measurement against what bench.py made ready and prints what it measured as JSON.
//   ingest                sales a second, the server's beside the yardstick's, in paired rounds
//   commit               seconds of a sale in a till beside an append with fdatasync, one after the other
//   converge             seconds from a sale that is done at one till until another shows it

#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "shared/bytes.hpp"
#include "tests/bench/measurements.hpp"

int main(int argc, char** argv) {
  using namespace phien;
  using namespace phien::bench;
  static const std::map<std::string, nlohmann::json (*)(const nlohmann::json&)> kMeasurements{
      {"ingest", measure_ingest}, {"commit", measure_commit}, {"converge", measure_converge}};
  const auto found = argc == 3 ? kMeasurements.find(argv[1]) : kMeasurements.end();
  if (found == kMeasurements.end()) {
    std::fputs("phien-bench ingest|commit|converge CONFIG.json\n", stderr);
    return 2;
  }
  try {
    init_crypto();
    std::ifstream file(argv[2]);
    std::printf("%s\n", found->second(nlohmann::json::parse(file)).dump().c_str());
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "phien-bench %s: %s\n", argv[1], e.what());
    return 1;
  }
}

#include <filesystem>

#include "tests/bench/journals.hpp"
#include "tests/bench/measurements.hpp"
#include "tests/bench/wire.hpp"

namespace phien::bench {

using nlohmann::json;

json measure_ingest(const json& config) {
  const Setup setup = read_setup(config);
  const int terminals = static_cast<int>(setup.terminals.size());
  const int rounds = config.at("rounds"), sales_each = config.at("sales_each");
  const std::string directory = config.at("directory");
  const auto all = plausible_sales(terminals, rounds * sales_each, 20250515);
  const std::size_t in_a_round = all.size() / static_cast<std::size_t>(rounds);

  std::vector<Writer> writers = writers_of(setup);
  std::vector<std::vector<std::string>> openings;
  for (Writer& writer : writers) openings.push_back({writer.opening()});
  std::vector<std::vector<std::vector<std::string>>> requests;
  for (int round = 0; round < rounds; ++round)
    requests.push_back(requests_of(writers, std::span(all).subspan(static_cast<std::size_t>(round) * in_a_round, in_a_round),
                                   config.at("batch")));
  drive(setup.port, openings);

  json ours = json::array(), reference = json::array();
  for (int round = 0; round < rounds; ++round) {
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(round) * in_a_round);
    const std::vector<PlainSale> sales(from, from + static_cast<std::ptrdiff_t>(in_a_round));
    const std::string path = directory + "/yardstick-" + std::to_string(round) + ".db";
    const auto measure_reference = [&] {
      reference.push_back(yardstick(path, sales));
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
    };
    const auto measure_ours = [&] {
      ours.push_back(static_cast<double>(in_a_round) / drive(setup.port, requests[static_cast<std::size_t>(round)]));
    };
    // Whoever comes second meets what the first left to be written back, so they take turns.
    if (round % 2 == 0)
      measure_reference(), measure_ours();
    else
      measure_ours(), measure_reference();
  }
  std::size_t bytes = 0;
  for (const Writer& writer : writers) bytes += writer.entry_bytes();
  return {{"ours", ours}, {"reference", reference}, {"entry_bytes", bytes / all.size()}};
}

}  // namespace phien::bench

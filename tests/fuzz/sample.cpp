#include "tests/fuzz/sample.hpp"

#include <fstream>
#include <sstream>

#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {
namespace {

constexpr int kOpeningEntries = 10;

// The first entries of a batch that is sealed at each of them, with the last seal alone: verifying is what takes time.
std::string beginning(const std::string& batch, int entries) {
  std::istringstream lines(batch);
  std::string line, text;
  for (int taken = 0; std::getline(lines, line);) {
    if (line.starts_with("s ")) {
      if (taken == entries) return text + line + "\n";
      continue;
    }
    if (line.starts_with("e ")) ++taken;
    text += line + "\n";
  }
  return {};
}

}  // namespace

const Sample& sample() {
  static const Sample read = [] {
    std::ifstream file(PHIEN_VECTORS);
    const nlohmann::json vectors = nlohmann::json::parse(file);
    const auto text = [&](std::size_t n) { return vectors.at("journals").at(n).at("text").get<std::string>(); };
    const auto key = [&](const char* name) {
      return SecretKey::from_seed_hex(vectors.at("keys").at(name).at("seed").get<std::string>()).value();
    };
    const SecretKey stranger = SecretKey::from_seed_hex(std::string(64, '4')).value();
    return Sample{beginning(text(0), kOpeningEntries), text(1), key("root"), key("server"), key("terminal"), stranger};
  }();
  return read;
}

}  // namespace phien::fuzz

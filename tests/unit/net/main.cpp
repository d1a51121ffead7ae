#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include "shared/bytes.hpp"

int main(int argc, char** argv) {
  phien::init_crypto();
  spdlog::set_level(spdlog::level::critical);  // failures are made on purpose here
  return doctest::Context(argc, argv).run();
}

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "shared/bytes.hpp"

int main(int argc, char** argv) {
  phien::init_crypto();
  return doctest::Context(argc, argv).run();
}

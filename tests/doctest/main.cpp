// For every program without a main of its own.
#include <doctest/doctest.h>

#include "shared/bytes.hpp"

int main(int argc, char** argv) {
  phien::init_crypto();
  return doctest::Context(argc, argv).run();
}

#include "server/setup/sample.hpp"

// .incbin embeds a file as it is, at no cost to the compiler. PHIEN_SAMPLE comes from CMakeLists.txt.
#define PHIEN_EMBED(name, file)          \
  asm(".section .rodata\n"               \
      "phien_sample_" name               \
      "_begin:\n"                        \
      ".incbin \"" PHIEN_SAMPLE "/" file \
      "\"\n"                             \
      "phien_sample_" name               \
      "_end:\n"                          \
      ".previous\n")

PHIEN_EMBED("fair", "fair.json");
PHIEN_EMBED("exhibitors", "exhibitors.csv");
PHIEN_EMBED("products", "products.csv");

extern "C" {
extern const char phien_sample_fair_begin[], phien_sample_fair_end[];
extern const char phien_sample_exhibitors_begin[], phien_sample_exhibitors_end[];
extern const char phien_sample_products_begin[], phien_sample_products_end[];
}

namespace phien::server {

exchange::Files sample_files() {
  return {std::string(phien_sample_fair_begin, phien_sample_fair_end),
          std::string(phien_sample_exhibitors_begin, phien_sample_exhibitors_end),
          std::string(phien_sample_products_begin, phien_sample_products_end),
          {}};
}

}  // namespace phien::server

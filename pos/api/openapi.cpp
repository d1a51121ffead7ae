#include "pos/api/openapi.hpp"

#include <cstddef>

// .incbin embeds the file as it is, at no cost to the compiler. PHIEN_OPENAPI_FILE comes from CMakeLists.txt.
asm(".section .rodata\n"
    "phien_pos_openapi_begin:\n"
    ".incbin \"" PHIEN_OPENAPI_FILE
    "\"\n"
    "phien_pos_openapi_end:\n"
    ".previous\n");

extern "C" {
extern const char phien_pos_openapi_begin[];
extern const char phien_pos_openapi_end[];
}

namespace phien::api {

std::string_view openapi_json() {
  return {phien_pos_openapi_begin, static_cast<std::size_t>(phien_pos_openapi_end - phien_pos_openapi_begin)};
}

}  // namespace phien::api

#include "server/api/openapi.hpp"

// .incbin embeds the file as it is, at no cost to the compiler. PHIEN_OPENAPI_FILE comes from CMakeLists.txt.
asm(".section .rodata\n"
    "phien_server_openapi_begin:\n"
    ".incbin \"" PHIEN_OPENAPI_FILE
    "\"\n"
    "phien_server_openapi_end:\n"
    ".previous\n");

extern "C" {
extern const char phien_server_openapi_begin[];
extern const char phien_server_openapi_end[];
}

namespace phien::server::api {

std::string_view openapi_json() {
  return {phien_server_openapi_begin, static_cast<std::size_t>(phien_server_openapi_end - phien_server_openapi_begin)};
}

}  // namespace phien::server::api

// The description of this API, as it lies in the repository (openapi.json).
#pragma once
#include <string_view>

namespace phien::api {
std::string_view openapi_json();
}

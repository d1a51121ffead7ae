// SHA-256 with the processor's own instructions, where it has them. libsodium's is portable C; hashing was two fifths of what a
// server does to decode a batch, and these are four times as fast. Checked against libsodium in tests/unit/base.
#pragma once
#include <string_view>

#include "shared/bytes.hpp"

namespace phien {

bool has_sha256_instructions();
// Only where there are such instructions.
Hash sha256_by_instructions(std::string_view bytes);

}  // namespace phien

// A small picture out of whatever somebody uploads.
#pragma once
#include <string>
#include <string_view>

#include "shared/result.hpp"

namespace phien::server::pictures {

inline constexpr std::size_t kMaxUpload = 4 * 1024 * 1024;
inline constexpr int kMaxSide = 6'000, kMaxPixels = 16'000'000;  // of what is uploaded
inline constexpr int kSide = 320;                                // of what is kept, at most
inline constexpr std::size_t kMaxKept = 16 * 1024;

// JPEG of at most kSide × kSide and kMaxKept bytes, of a JPEG or PNG. Codes: not_a_picture, too_large, damaged.
Result<std::string> thumbnail(std::string_view bytes);

}  // namespace phien::server::pictures

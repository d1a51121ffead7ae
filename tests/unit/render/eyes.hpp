// What a camera and an image viewer see: codes read by ZBar, dots of a PNG by libpng.
#pragma once
#include <string>
#include <vector>

#include "shared/render/render.hpp"

namespace phien::eyes {

// Texts of the QR codes on it, from the top. Fails the test where libzbar (package libzbar0) is missing.
std::vector<std::string> codes(const render::Image& image);
render::Image from_png(const std::string& bytes);

}  // namespace phien::eyes

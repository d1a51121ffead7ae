// Draws pages to be printed as a PDF.
#pragma once
#include <string>

#include "shared/label/page.hpp"

namespace phien::render {

// The same bytes for the same document, whenever it is drawn. Any thread; one drawing at a time. Throws std::runtime_error.
std::string pdf(const label::Document& document);

}  // namespace phien::render

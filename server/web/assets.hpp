// The organizer's pages, as built from this folder.
#pragma once
#include <span>

#include "shared/web/assets.hpp"

namespace phien::web {

std::span<const Asset> organizer_pages();

}  // namespace phien::web

// The till's pages, as built from this folder.
#pragma once
#include <span>

#include "shared/web/assets.hpp"

namespace phien::web {

std::span<const Asset> till_assets();

}  // namespace phien::web

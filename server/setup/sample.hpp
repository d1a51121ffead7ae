// The sample fair (deploy/sample/cao-bang-2025), in the program: a first run has no other file.
#pragma once
#include "server/exchange/import.hpp"

namespace phien::server {

exchange::Files sample_files();

}  // namespace phien::server

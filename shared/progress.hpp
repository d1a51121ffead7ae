// How far long work has come, for a person who waits.
#pragma once
#include <cstdint>
#include <functional>

namespace phien {

// Called now and then, often; units are the work's own (entries, pages). May be empty.
using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

}  // namespace phien

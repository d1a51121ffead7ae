// Opening this device's till over its store: shared by commands and by `run`.
#pragma once
#include <memory>

#include "pos/home/home.hpp"
#include "pos/till/till.hpp"

namespace phien::commands {

// Throws Failure(not_enrolled) where there are none, Failure(keys_damaged) where they cannot be read.
home::Keys enrolled_keys(const home::Home& home);
std::unique_ptr<till::Till> open_till(db::JournalStore& store, const Clock& clock, const home::Home& home,
                                      const home::Keys& keys);

}  // namespace phien::commands

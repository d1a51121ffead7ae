// Small files of the data directory: readable by their owner alone, replaced whole or not at all.
#pragma once
#include <string>
#include <string_view>

#include "shared/result.hpp"

namespace phien::server {

// The file's bytes. Codes: not_found, cannot_read.
Result<std::string> read_file(const std::string& path);
// Writes beside `path` (mode 0600), syncs, and renames over it. Code: cannot_write.
Result<bool> write_private(const std::string& path, std::string_view text);
// Overwrites a file and removes it: for secrets. (What a disk keeps of it in spare cells is beyond us.) Code: cannot_write.
Result<bool> destroy_file(const std::string& path);
// Makes the directory `path` (mode 0700) with its parents. Code: cannot_write.
Result<bool> make_private_directory(const std::string& path);

}  // namespace phien::server

// The report as files. All forms carry the numbers of report::to_json; none computes one.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "shared/report/report.hpp"

namespace phien::exchange {

// UTF-8 with BOM, so that spreadsheets show the diacritics. Money as plain integers, quantities with a decimal point.
std::string to_csv(const report::Table& table, Lang lang);
// A sheet per table, titles in `lang`. The same report gives the same bytes. Throws std::runtime_error when the library fails.
std::string to_xlsx(const report::Report& report, Lang lang);
std::string to_json_text(const report::Report& report);  // ends with a line feed

// A new file appears whole or not at all: written beside, synced, renamed. Throws std::system_error.
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace phien::exchange

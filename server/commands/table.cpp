#include "server/commands/table.hpp"

#include <algorithm>

#include "shared/clock.hpp"
#include "shared/money.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

// Columns a text takes: NFC letters of our languages are one each, so continuation bytes alone are left out.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_number(Column::Type type) {
  return type == Column::Type::dong || type == Column::Type::quantity || type == Column::Type::count;
}

std::string cell(const json& row, const Column& column, Lang lang) {
  const auto found = row.find(column.key);
  if (found == row.end() || found->is_null()) return "";
  const json& value = *found;
  if (value.is_object() && value.contains("vi")) return value.value(lang == Lang::vi ? "vi" : "en", "");
  if (value.is_array()) {
    std::string all;
    for (const json& one : value) all += (all.empty() ? "" : " ") + (one.is_string() ? one.get<std::string>() : one.dump());
    return all;
  }
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? (lang == Lang::vi ? "có" : "yes") : "";
  if (!value.is_number_integer()) return value.dump();
  const auto number = value.get<std::int64_t>();
  switch (column.type) {
    case Column::Type::dong:
      return format_dong(number);
    case Column::Type::quantity:
      return format_quantity(number);
    case Column::Type::time:
      return local_minute(number);
    default:
      return std::to_string(number);
  }
}

void print_line(const std::vector<std::string>& cells, const std::vector<Column>& columns, const std::vector<std::size_t>& widths,
                std::FILE* out) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string pad(widths[i] - width(cells[i]), ' ');
    line += (i ? "  " : "") + (is_number(columns[i].type) ? pad + cells[i] : cells[i] + pad);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  std::fprintf(out, "%s\n", line.c_str());
}

}  // namespace

void print_table(const json& rows, const std::vector<Column>& columns, Lang lang, std::FILE* out) {
  if (rows.empty()) {
    std::fputs(lang == Lang::vi ? "(không có)\n" : "(none)\n", out);
    return;
  }
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns) lines[0].push_back(column.title.in(lang));
  for (const json& row : rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Column& column : columns) line.push_back(cell(row, column, lang));
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  for (const auto& line : lines) print_line(line, columns, widths, out);
}

}  // namespace phien::server

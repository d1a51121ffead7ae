#include "server/exchange/import.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "server/exchange/csv.hpp"
#include "server/exchange/import_tables.hpp"

namespace phien::exchange {

namespace {

using nlohmann::json;

constexpr const char* kFair = "fair.json";
constexpr std::size_t kMaxFairBytes = 64 * 1024;
constexpr int kMaxFairDepth = 4;

struct BadJson {
  const char* code;
  Message what;
};

// nlohmann takes any depth, and of a name given twice the last: here both are refused while it parses.
json parse_strictly(std::string_view text) {
  std::vector<std::set<std::string>> names;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kMaxFairDepth) throw BadJson{"too_deep", {"lồng quá sâu", "nested too deeply"}};
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key && !names.back().insert(value.get<std::string>()).second) {
      const auto name = value.get<std::string>();
      throw BadJson{"duplicate_key", {fmt::format("“{}” có hai lần", name), fmt::format("“{}” is there twice", name)}};
    }
    return true;
  };
  return json::parse(text, watch);
}

// "fair.json:3:14" for the byte at which parsing stopped.
std::string place_of_byte(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const auto column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return fmt::format("{}:{}:{}", kFair, line, column);
}

void clean_texts(json& value, const std::string& where, Remarks& remarks) {
  if (value.is_string()) {
    value = clean_text(value.get_ref<const std::string&>(), where, remarks);
  } else if (value.is_array()) {
    for (auto& one : value) clean_texts(one, where, remarks);
  } else if (value.is_object()) {
    for (auto& [name, one] : value.items()) clean_texts(one, where + "." + name, remarks);
  }
}

std::string of_field(const std::string& field) { return field.empty() ? kFair : fmt::format("{}:{}", kFair, field); }

void check_fair(const catalogue::Fair& fair, Remarks& remarks) {
  const auto refuse = [&](const char* field, std::string vi, std::string en) {
    remarks.problems.add("bad_value", of_field(field), std::move(vi), std::move(en));
  };
  if (fair.last_day < fair.first_day) refuse("last_day", "ngày cuối trước ngày đầu", "the last day is before the first");
  if (!fair.currency.empty() && fair.currency != "VND") refuse("currency", "chỉ nhận VND", "only VND is known");
  // Days and hours of all figures are those of Việt Nam.
  if (!fair.time_zone.empty() && fair.time_zone != "Asia/Ho_Chi_Minh")
    refuse("time_zone", "chỉ nhận Asia/Ho_Chi_Minh", "only Asia/Ho_Chi_Minh is known");
  if (!fair.opening_ceremony.empty() && (fair.opening_ceremony < fair.first_day || fair.opening_ceremony > fair.last_day)) {
    remarks.warnings.add("ceremony_outside", of_field("opening_ceremony"), "ngày khai mạc nằm ngoài những ngày bán hàng",
                         "the opening ceremony is not on a day of sale");
  }
}

void read_fair(std::string_view text, Imported& into, Remarks& remarks) {
  if (text.size() > kMaxFairBytes)
    return remarks.problems.add("too_long", kFair, "tệp lớn hơn 64 KiB", "the file is larger than 64 KiB");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  json item;
  try {
    item = parse_strictly(text);
  } catch (const json::parse_error& error) {
    return remarks.problems.add("bad_json", place_of_byte(text, error.byte), "không phải JSON hợp lệ", "not valid JSON");
  } catch (const BadJson& bad) {
    return remarks.problems.add(bad.code, kFair, bad.what.vi, bad.what.en);
  }
  if (item.is_object()) {
    for (auto& [name, value] : item.items()) clean_texts(value, of_field(name), remarks);
  }
  const auto problems = catalogue::problems_in<catalogue::Fair>(item);
  for (const auto& p : problems) {
    if (!remarks.problems.at(of_field(p.where))) remarks.problems.add(p.code, of_field(p.where), p.what.vi, p.what.en);
  }
  if (!problems.empty()) return;
  const auto known = catalogue::field_names<catalogue::Fair>();
  for (const auto& [name, value] : item.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    remarks.warnings.add("unknown_field", of_field(name), "không biết trường này, bỏ qua",
                         "this field is not known and was passed over");
  }
  into.catalogue.fair = catalogue::fair_from_json(item).value();
  check_fair(into.catalogue.fair, remarks);
}

}  // namespace

Result<Files> read_files(const std::filesystem::path& folder) {
  const auto read = [&](const char* name) -> Result<std::string> {
    std::ifstream in(folder / name, std::ios::binary);
    if (!in) {
      return Problem{std::filesystem::exists(folder / name) ? "unreadable_file" : "missing_file",
                     name,
                     {"không mở được tệp này", "this file cannot be opened"}};
    }
    std::string text(kMaxFileBytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) return Problem{"unreadable_file", name, {"không đọc được tệp này", "this file cannot be read"}};
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMaxFileBytes) return Problem{"too_long", name, {"tệp lớn hơn 8 MiB", "the file is larger than 8 MiB"}};
    return text;
  };
  Files files;
  for (const auto& [name, into] :
       {std::pair{"fair.json", &files.fair}, {"exhibitors.csv", &files.exhibitors}, {"products.csv", &files.products}}) {
    auto text = read(name);
    if (!text) return text.problem();
    *into = std::move(text).value();
  }
  if (std::filesystem::exists(folder / "cashiers.csv")) {
    auto text = read("cashiers.csv");
    if (!text) return text.problem();
    files.cashiers = std::move(text).value();
  }
  return files;
}

Imported read_catalogue(const Files& files) {
  Imported imported;
  Remarks remarks;
  read_fair(files.fair, imported, remarks);
  const bool all_exhibitors_known =
      read_exhibitors(read_csv("exhibitors.csv", files.exhibitors, remarks.problems), imported, remarks);
  read_products(read_csv("products.csv", files.products, remarks.problems), all_exhibitors_known, imported, remarks);
  if (files.cashiers)
    read_cashiers(read_csv("cashiers.csv", *files.cashiers, remarks.problems), all_exhibitors_known, imported, remarks);
  imported.problems = remarks.problems.list();
  imported.warnings = remarks.warnings.list();
  if (!imported.ok()) {  // all or nothing
    imported.catalogue = {};
    imported.pins.clear();
  }
  return imported;
}

}  // namespace phien::exchange

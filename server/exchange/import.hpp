// Reading the organizer's lists: fair.json, exhibitors.csv, products.csv and, if there, cashiers.csv. All or nothing.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shared/catalogue/catalogue.hpp"
#include "shared/result.hpp"

namespace phien::exchange {

struct Files {
  std::string fair, exhibitors, products;
  std::optional<std::string> cashiers;
};
// fair.json, exhibitors.csv, products.csv and perhaps cashiers.csv of a folder. Codes: missing_file, unreadable_file, too_long.
Result<Files> read_files(const std::filesystem::path& folder);

struct Imported {
  catalogue::Catalogue catalogue;  // empty when there are problems; opening stock is in the products, its place is `booth`
  std::map<std::string, std::string> pins;  // by cashier, as typed in the file: made into verifiers by diff()
  std::vector<Problem> problems;            // every bad cell, where = "products.csv:14:price_vnd"
  std::vector<Problem> warnings;            // the same form; they hinder nothing
  bool ok() const { return problems.empty(); }
};
Imported read_catalogue(const Files& files);

}  // namespace phien::exchange

// Rows of JSON as a table for people: aligned by what is seen, not by bytes.
#pragma once
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/text.hpp"

namespace phien::server {

struct Column {
  enum class Type { text, dong, quantity, count, time, flag };
  const char* key;
  Message title;
  Type type = Type::text;
};
void print_table(const nlohmann::json& rows, const std::vector<Column>& columns, Lang lang, std::FILE* out);

}  // namespace phien::server

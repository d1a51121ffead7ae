// What the columns of the three lists are called: by the program, in Vietnamese, in English, and by people who typed something
// like it.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/text.hpp"

namespace phien::exchange {

enum class List { exhibitors, products, cashiers };
inline constexpr List kLists[] = {List::exhibitors, List::products, List::cashiers};
std::string_view name_of(List list);  // "products"
Message title_of(List list);          // "Sản phẩm", also the name of its sheet

struct ColumnName {
  std::string_view field;  // as in products.csv
  Message title;
  std::string_view others;  // separated by '|', as search keys
  Message hint;             // what goes in there, for the template
};
std::span<const ColumnName> columns_of(List list);

struct ColumnMatch {
  enum class How { none, exact, other, similar, given };  // other: a title or another name of it
  std::size_t column = 0;                                 // 0 and up
  std::string header;                                     // as in the file
  std::string field;                                      // "" when it is not used
  How how = How::none;
};
// The best reading of a header line: each field once, the surest first.
std::vector<ColumnMatch> match_columns(List list, const std::vector<std::string>& header);

}  // namespace phien::exchange

// Lists as people have them: workbooks and CSV files with whatever sheets and headers, read for a person to look at, to correct
// and then to import. Nothing is remembered between two readings: corrections come along each time.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "server/exchange/columns.hpp"
#include "server/exchange/import.hpp"
#include "server/exchange/legacy.hpp"
#include "server/exchange/sheet.hpp"

namespace phien::exchange {

inline constexpr std::size_t kMaxFiles = 10;
inline constexpr std::size_t kMaxCorrections = 20'000;

struct ListFile {
  std::string name, bytes;
};
struct ListRequest {
  std::vector<ListFile> files;
  std::map<std::string, std::optional<List>> sheets;            // "file/sheet" → which list it is; nothing: none
  std::map<std::pair<List, std::size_t>, std::string> columns;  // what a person says a column is; "": not used
  std::map<std::tuple<List, std::size_t, std::size_t>, std::string> corrections;  // (list, line, column) → text
  enum class OldFonts { ask, convert, keep } old_fonts = OldFonts::ask;
};

struct FoundList {
  std::optional<List> list;  // nothing: not recognised, or not used
  std::string file, sheet;   // sheet: "" of a CSV file
  std::size_t header_line = 0, rows = 0;
  std::vector<ColumnMatch> columns;
};
// A problem or warning at its cell.
struct CellRemark {
  Problem problem;
  std::optional<List> list;
  std::size_t line = 0;               // 0: of a whole sheet or file
  std::optional<std::size_t> column;  // 0 and up
  std::string cell, value;            // "D14"; what stands there now
  std::vector<std::string> suggestions;
};
struct ReadLists {
  std::vector<FoundList> found;
  std::vector<CellRemark> problems, warnings;
  std::set<List> lists;  // that were in the files
  Imported imported;     // with what is there already of the lists that were not
};

// `now`: what the server has. The fair is not part of it.
ReadLists read_lists(const ListRequest& request, const catalogue::Catalogue& now);

}  // namespace phien::exchange

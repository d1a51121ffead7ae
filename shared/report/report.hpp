// The report after the fair, as data: a function of one Reader that holds exactly a cut (see ledger::replay), so the same cut
// gives the same bytes. Writers (JSON here; CSV, XLSX in server/exchange) only lay it out.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/catalogue/catalogue.hpp"
#include "shared/ledger/views.hpp"

namespace phien::report {

// A table with typed cells: what every form of the report is made from.
struct Column {
  std::string key;
  Message title;
  enum class Type { text, dong, quantity, count } type{};
};
struct Table {
  std::string key;  // "by_exhibitor"
  Message title;
  std::vector<Column> columns;
  std::vector<std::vector<nlohmann::json>> rows;  // string or integer per column
};
struct Report {
  std::string fair_name;
  std::int64_t edition = 0;       // 0: interim, the fair is not closed
  std::vector<journal::Ref> cut;  // heads it rests on
  std::vector<Table> tables;
  const Table* table(std::string_view key) const;
};

// Tables, in this order: totals · by_exhibitor · by_product · by_day · by_hour · by_payment (claimed, confirmed) · by_ocop ·
// by_cnnt (cumulative: nation ⊂ region ⊂ province) · by_how (till, late, declared) · stock (exhibitor, product, place: opening,
// in, sold, returned, moved, out by reason, count difference, closing) · exceptions · cut. Money is whole đồng, quantities are
// thousandths; a day or hour not known is "". `on_time`: the books of the first closing's cut, where there was one: what this
// edition holds beyond it counts as `late`.
Report build(const ledger::Reader& books, const catalogue::Catalogue& catalogue, std::int64_t edition,
             std::vector<journal::Ref> cut, const ledger::Reader* on_time = nullptr);

// {"fair","edition","cut":[{terminal,seq,hash}],"tables":[{"key","title":{vi,en},"columns":[{"key","title","type"}],"rows":[[…]]}]}
nlohmann::json to_json(const Report& report);

}  // namespace phien::report

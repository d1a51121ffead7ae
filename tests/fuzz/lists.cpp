// The organizer's lists, as spreadsheets of all kinds leave them. The input: fair.json, exhibitors.csv, products.csv and perhaps
// cashiers.csv, with a form feed between them.
#include <array>

#include "server/exchange/changes.hpp"
#include "server/exchange/csv.hpp"
#include "server/exchange/import.hpp"
#include "server/exchange/lists.hpp"
#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {
namespace {

using namespace exchange;

constexpr char kBetween = '\f';

std::string next_file(std::string_view& input) {
  const std::size_t end = std::min(input.find(kBetween), input.size());
  std::string file(input.substr(0, end));
  input.remove_prefix(std::min(end + 1, input.size()));
  return file;
}

// A list that was read without fault says the same when it is written and read again.
void read_again(const std::string& text) {
  Findings findings;
  const Sheet csv = read_csv("a.csv", text, findings);
  must(findings.empty() || !findings.list().empty(), "what is wrong is listed");
  must(csv.whole || !findings.empty(), "rows that were left out are told of");
  for (const SheetRow& row : csv.rows) must(row.cells.size() == csv.header.size(), "a row has the header's cells");
  if (!findings.empty()) return;
  CsvWriter writer(CsvWriter::Bom::no);
  writer.row(csv.header);
  for (const SheetRow& row : csv.rows) writer.row(row.cells);
  const std::string written = writer.take();
  Findings none;
  const Sheet again = read_csv("b.csv", written, none);
  must(again.rows.size() == csv.rows.size(), "as many rows are read as were written");
  for (std::size_t i = 0; i < again.rows.size(); ++i)
    for (std::size_t j = 0; j < again.header.size(); ++j) {
      const std::string &was = csv.rows[i].cells[j], &is = again.rows[i].cells[j];
      must(is == was || is == "'" + was, "a cell is written as it was read, or as text where it looks like a formula");
    }
}

// Any file may be sent as a list: it is read, or what is wrong is said; what is without fault can be compared and written.
void as_people_have_them(std::string_view input) {
  ListRequest request;
  request.files = {{"a.csv", std::string(input)}, {"b.xlsx", std::string(input)}};
  for (const auto fonts : {ListRequest::OldFonts::ask, ListRequest::OldFonts::convert}) {
    request.old_fonts = fonts;
    const ReadLists read = read_lists(request, {});
    must(read.imported.ok() == read.problems.empty(), "a list without problems is a good one");
    for (const CellRemark& remark : read.problems) must(!remark.problem.code.empty(), "a problem has a code");
  }
}

}  // namespace

void lists(std::string_view input) {
  std::string_view rest = input;
  Files files;
  files.fair = next_file(rest);
  files.exhibitors = next_file(rest);
  files.products = next_file(rest);
  if (!rest.empty()) files.cashiers = std::string(rest);
  for (const std::string* file : {&files.exhibitors, &files.products}) read_again(*file);
  as_people_have_them(input);
  const Imported imported = read_catalogue(files);
  if (!imported.ok()) return;
  const auto changes = diff({}, {}, imported);
  must(changes.ok(), "a good list can be compared with nothing");
  for (const auto& body : to_entries(*changes)) {
    journal::Entry entry;
    entry.nonce.assign(32, '0');
    entry.time.boot.assign(32, '0');
    entry.by = "organizer";
    entry.body = body;
    const auto bytes = journal::encode(entry);
    must(bytes.ok(),
         "what a good list says can be written: " + (bytes.ok() ? "" : bytes.problem().code + " " + bytes.problem().where));
  }
}

}  // namespace phien::fuzz

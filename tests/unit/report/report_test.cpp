#include "shared/report/report.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "tests/unit/ledger/fair.hpp"

using namespace phien;
using namespace phien::test;
using nlohmann::json;

namespace {

catalogue::Catalogue names() {
  catalogue::Catalogue c;
  c.fair.name = "Phiên thử";
  for (const char* id : {"ex1", "ex2", "ex3"}) {
    auto& e = c.exhibitors[id];
    e.id = id;
    e.name = std::string("Đơn vị ") + id;
    e.booth = "B1";
    e.kind = "HTX";
  }
  auto& p = c.products["tra"];
  p.id = "tra";
  p.exhibitor = "ex1";
  p.name = "Trà đen";
  p.unit = "hộp";
  return c;
}

journal::Line recognised(journal::Line line, int ocop, int cnnt) {
  line.ocop = ocop;
  line.cnnt = cnnt;
  return line;
}

// One fair: a till sells for ex1 in the open, ex2 declares its day, ex3 stays silent.
struct Story {
  Organizer organizer;
  Writer server = organizer.server(1, 2), till = organizer.terminal("T1", 3);
  journal::Ref first_sale;
  std::vector<journal::Ref> first_cut;

  Story() {
    server.write(enrol(till, {"ex1", "ex2"}));
    journal::Opening opening{"ex1", "booth", {goods("tra", 100'000), goods("gao", 50'500)}};
    server.write(opening);
    till.read_clock();
    first_sale = till.write(sale(1, {recognised(line("tra", 3'000, 25'000), 4, 3), recognised(line("gao", 1'250, 52'000), 3, 1)},
                                 {pay(journal::Method::cash, 140'000)}));

    till.now += kHour;
    auto with_vat = sale(2, {recognised(line("tra", 2'000, 54'000), 4, 3)}, {transfer("PH00000001", 108'000)});
    with_vat.vat_method = "KHAU_TRU";
    with_vat.lines[0].vat = "8";
    with_vat.lines[0].vat_amount = 8'000;
    till.write(with_vat);
    till.write(journal::PaymentConfirmed{"ex1", "PH00000001", 108'000, false, true, {}});
    till.write(sale(3, {recognised(line("dao", 1'000, 180'000), 0, 2)}, {transfer("PH00000002", 180'000)}));

    journal::Refund refund;
    refund.exhibitor = "ex1";
    refund.booth = "B1";
    refund.place = "booth";
    refund.vat_method = "TRUC_TIEP";
    refund.receipt = 4;
    refund.sale = first_sale;
    journal::BackLine back;
    back.product = "tra";
    back.name = "Trà";
    back.unit = "hộp";
    back.qty = 1'000;
    back.total = 25'000;
    back.vat = "none";
    back.ocop = 4;
    back.cnnt = 3;
    back.of = 0;
    refund.lines = {back};
    refund.total = 25'000;
    refund.payments = {pay(journal::Method::cash, 25'000)};
    till.write(refund);

    till.now += kDay;
    auto late = sale(5, {line("gao", 2'000, 50'000)}, {pay(journal::Method::cash, 100'000)});
    late.how = journal::How::late;
    till.write(late);
    journal::StockOut samples{"ex1", "booth", journal::OutReason::sample, {goods("tra", 500)}, {}, {}};
    till.write(samples);
    till.write(journal::Visitors{{}, 250});
    till.write(journal::Lead{"ex1", "contract", "trà", {}, {}, 75'000'000, true});

    journal::DeclaredSales declared;
    declared.exhibitor = "ex2";
    declared.place = "booth";
    declared.day = "2025-05-15";
    declared.method = "sổ tay";
    declared.sales = 7;
    declared.total = 900'000;
    declared.payments = {pay(journal::Method::cash, 900'000, "ex2")};
    till.write(declared);
    first_cut = {{"_server.1", server.head().seq, server.head().hash}, {"T1", till.head().seq, till.head().hash}};
  }
};

std::vector<std::vector<json>> rows(const report::Report& r, const char* key) {
  const auto* table = r.table(key);
  REQUIRE(table);
  return table->rows;
}

// The value of a column in the row whose first cells are as given.
json cell(const report::Report& r, const char* key, std::vector<json> first, const char* column) {
  const auto* table = r.table(key);
  REQUIRE(table);
  const auto at = std::find_if(table->columns.begin(), table->columns.end(), [&](const auto& c) { return c.key == column; });
  REQUIRE(at != table->columns.end());
  for (const auto& row : table->rows) {
    if (std::equal(first.begin(), first.end(), row.begin())) return row[static_cast<std::size_t>(at - table->columns.begin())];
  }
  return nullptr;
}

std::int64_t column_sum(const report::Report& r, const char* key, const char* column) {
  const auto* table = r.table(key);
  REQUIRE(table);
  const auto at = std::find_if(table->columns.begin(), table->columns.end(), [&](const auto& c) { return c.key == column; });
  REQUIRE(at != table->columns.end());
  std::int64_t sum = 0;
  for (const auto& row : table->rows) sum += row[static_cast<std::size_t>(at - table->columns.begin())].get<std::int64_t>();
  return sum;
}

report::Report report_of(const Story& story, std::int64_t edition = 1) {
  Copy copy;
  copy.take(story.server);
  copy.take(story.till);
  return report::build(*copy.books(), names(), edition, story.first_cut);
}

json total(const report::Report& r, const char* figure) { return cell(r, "totals", {figure}, "value"); }

}  // namespace

TEST_CASE("the tables of a report, in their order, each cell of its column's type, titles in both languages") {
  const auto r = report_of(Story());
  std::vector<std::string> keys;
  for (const auto& table : r.tables) keys.push_back(table.key);
  CHECK(keys == std::vector<std::string>{"totals", "by_exhibitor", "by_product", "by_day", "by_hour", "by_payment", "by_ocop",
                                         "by_cnnt", "by_how", "stock", "exceptions", "cut"});
  for (const auto& table : r.tables) {
    CAPTURE(table.key);
    CHECK_FALSE(table.title.vi.empty());
    std::set<std::string> columns;
    for (const auto& column : table.columns) {
      CHECK_FALSE(column.title.vi.empty());
      CHECK_FALSE(column.title.en.empty());
      columns.insert(column.key);
    }
    CHECK(columns.size() == table.columns.size());
    for (const auto& row : table.rows) {
      REQUIRE(row.size() == table.columns.size());
      for (std::size_t i = 0; i < row.size(); ++i) {
        const bool text = table.columns[i].type == report::Column::Type::text;
        CHECK(row[i].is_string() == text);
        CHECK(row[i].is_number_integer() != text);
      }
    }
  }
  CHECK(r.table("nothing") == nullptr);
}

TEST_CASE("what was sold is in every table, to the đồng") {
  const auto r = report_of(Story());
  const Dong sold = 140'000 + 108'000 + 180'000 + 100'000 + 900'000;
  CHECK(total(r, "sold") == sold);
  CHECK(total(r, "refunded") == 25'000);
  CHECK(total(r, "net") == sold - 25'000);
  CHECK(total(r, "unexplained") == 0);
  for (const char* table : {"by_exhibitor", "by_day", "by_hour", "by_how"}) {
    CAPTURE(table);
    CHECK(column_sum(r, table, "sold") == sold);
    CHECK(column_sum(r, table, "refunded") == 25'000);
    CHECK(column_sum(r, table, "sales") == 4 + 7);
    CHECK(column_sum(r, table, "refunds") == 1);
  }
  for (const char* table : {"by_product", "by_ocop"}) {
    CHECK(column_sum(r, table, "sold") == sold);
    CHECK(column_sum(r, table, "net") == sold - 25'000);
  }
  CHECK(column_sum(r, "by_payment", "net") == sold - 25'000);
}

TEST_CASE("coverage: by till, declared, silent") {
  const auto r = report_of(Story());
  CHECK(total(r, "exhibitors") == 3);
  CHECK(total(r, "exhibitors_by_till") == 1);
  CHECK(total(r, "exhibitors_declared") == 1);
  CHECK(total(r, "exhibitors_silent") == 1);
  CHECK(cell(r, "by_exhibitor", {"ex1"}, "coverage") == "till");
  CHECK(cell(r, "by_exhibitor", {"ex2"}, "coverage") == "declared");
  CHECK(cell(r, "by_exhibitor", {"ex3"}, "coverage") == "silent");
  CHECK(cell(r, "by_exhibitor", {"ex2"}, "name") == "Đơn vị ex2");
  CHECK(total(r, "visitors") == 250);
  CHECK(total(r, "contract") == 1);
  CHECK(total(r, "contract_value") == 75'000'000);
  CHECK(total(r, "enquiry") == 0);
}

TEST_CASE("by how, day and hour: late is what was rung up late; declared counts on its day without an hour") {
  const auto r = report_of(Story());
  CHECK(cell(r, "by_how", {"till"}, "sold") == 428'000);
  CHECK(cell(r, "by_how", {"late"}, "sold") == 100'000);
  CHECK(cell(r, "by_how", {"declared"}, "sold") == 900'000);
  CHECK(cell(r, "by_how", {"declared"}, "sales") == 7);
  CHECK(cell(r, "by_how", {"till"}, "refunded") == 25'000);
  CHECK(cell(r, "by_day", {"2025-05-15"}, "sold") == 428'000 + 900'000);
  CHECK(cell(r, "by_day", {"2025-05-16"}, "sold") == 100'000);
  CHECK(cell(r, "by_hour", {"2025-05-15T09"}, "sold") == 140'000);
  CHECK(cell(r, "by_hour", {"2025-05-15T10"}, "sold") == 288'000);
  CHECK(cell(r, "by_hour", {"2025-05-15"}, "sold") == 900'000);
}

TEST_CASE("stars as they were on each line; levels count upwards: nation in region in province") {
  const auto r = report_of(Story());
  CHECK(cell(r, "by_ocop", {4}, "sold") == 75'000 + 108'000);
  CHECK(cell(r, "by_ocop", {4}, "refunded") == 25'000);
  CHECK(cell(r, "by_ocop", {4}, "products") == 1);
  CHECK(cell(r, "by_ocop", {3}, "sold") == 65'000);
  CHECK(cell(r, "by_ocop", {5}, "sold") == 0);
  CHECK(cell(r, "by_ocop", {0}, "sold") == 180'000 + 100'000 + 900'000);
  CHECK(cell(r, "by_ocop", {0}, "lines") == 2);
  CHECK(cell(r, "by_cnnt", {"nation"}, "sold") == 183'000);
  CHECK(cell(r, "by_cnnt", {"region"}, "sold") == 183'000 + 180'000);
  CHECK(cell(r, "by_cnnt", {"province"}, "sold") == 183'000 + 180'000 + 65'000);
  CHECK(cell(r, "by_cnnt", {"province"}, "products") == 3);
  CHECK(cell(r, "by_cnnt", {"none"}, "sold") == 100'000 + 900'000);
}

TEST_CASE("transfers: claimed by the seller, confirmed when seen, the rest awaited") {
  const auto r = report_of(Story());
  CHECK(cell(r, "by_payment", {"cash"}, "paid") == 140'000 + 100'000 + 900'000);
  CHECK(cell(r, "by_payment", {"cash"}, "returned") == 25'000);
  CHECK(cell(r, "by_payment", {"transfer"}, "claimed") == 288'000);
  CHECK(cell(r, "by_payment", {"transfer"}, "confirmed") == 108'000);
  CHECK(cell(r, "by_payment", {"transfer"}, "awaiting") == 180'000);
  CHECK(cell(r, "by_payment", {"cash"}, "awaiting") == 0);
  CHECK(total(r, "vat") == 8'000);
  CHECK(cell(r, "by_exhibitor", {"ex1"}, "transfer") == 288'000);
  CHECK(cell(r, "by_exhibitor", {"ex1"}, "confirmed") == 108'000);
}

TEST_CASE("stock: opening + in − sold + returned − out = closing, in thousandths") {
  const auto r = report_of(Story());
  const auto stock = [&](const char* product, const char* column) { return cell(r, "stock", {"ex1", product}, column); };
  CHECK(stock("tra", "opening") == 100'000);
  CHECK(stock("tra", "sold") == 5'000);
  CHECK(stock("tra", "returned") == 1'000);
  CHECK(stock("tra", "sample") == 500);
  CHECK(stock("tra", "closing") == 95'500);
  CHECK(stock("gao", "closing") == 50'500 - 1'250 - 2'000);
  CHECK(stock("tra", "name") == "Trà đen");   // the catalogue's name where it has one
  CHECK(stock("gao", "name") == "Hàng gao");  // else what the entries said
  CHECK(stock("dao", "closing") == -1'000);   // sold though never brought: listed, not refused
  CHECK_FALSE(rows(r, "exceptions").empty());
  CHECK(cell(r, "exceptions", {"below_zero"}, "subject") == "dao");
  const auto* table = r.table("stock");
  for (const auto& row : table->rows) {
    const auto n = [&](std::size_t i) { return row[i].get<Quantity>(); };
    Quantity out = 0;
    for (std::size_t i = 11; i <= 16; ++i) out += n(i);
    CHECK(n(5) + n(6) - n(7) + n(8) + n(9) - n(10) - out + n(17) == n(18));
  }
}

TEST_CASE("I5: the same cut gives the same bytes, in whatever order its entries came") {
  const Story story;
  const std::string once = report::to_json(report_of(story)).dump();
  Copy other;
  for (std::size_t i = 0; i < story.till.items().size(); ++i) {
    other.take(story.till, i, i + 1);
    if (i < story.server.items().size()) other.take(story.server, i, i + 1);
  }
  auto cut = story.first_cut;
  std::reverse(cut.begin(), cut.end());
  CHECK(report::to_json(report::build(*other.books(), names(), 1, cut)).dump() == once);
  CHECK(rows(report_of(story), "cut") ==
        std::vector<std::vector<json>>{{"T1", story.first_cut[1].seq, hex(story.first_cut[1].hash)},
                                       {"_server.1", story.first_cut[0].seq, hex(story.first_cut[0].hash)}});
}

TEST_CASE("what comes after the first closing counts as late in the next edition, and changes nothing else") {
  Story story;
  Copy first;
  first.take(story.server);
  first.take(story.till);
  const auto on_time = first.books();
  story.till.write(
      sale(6, {line("tra", 1'000, 25'000)}, {pay(journal::Method::cash, 25'000)}));  // rung up in time, heard of later
  Copy second;
  second.take(story.server);
  second.take(story.till);
  const auto r = report::build(*second.books(), names(), 2, story.first_cut, on_time.get());
  CHECK(cell(r, "by_how", {"till"}, "sold") == 428'000);
  CHECK(cell(r, "by_how", {"late"}, "sold") == 125'000);
  CHECK(cell(r, "by_how", {"late"}, "sales") == 2);
  CHECK(cell(r, "by_how", {"declared"}, "sold") == 900'000);
  CHECK(total(r, "net_late") == 125'000);
  CHECK(column_sum(r, "by_how", "net") == total(r, "net").get<Dong>());
}

TEST_CASE("a fair where nothing happened has a report too") {
  Copy empty;
  const auto r = report::build(*empty.books(), {}, 0, {});
  CHECK(r.tables.size() == 12);
  CHECK(total(r, "sold") == 0);
  CHECK(rows(r, "by_how").size() == 3);
  CHECK(rows(r, "stock").empty());
  CHECK(report::to_json(r).dump().size() > 100);
}

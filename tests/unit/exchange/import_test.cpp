#include "server/exchange/import.hpp"

#include <doctest/doctest.h>

#include "server/exchange/changes.hpp"
#include "shared/bytes.hpp"
#include "shared/journal/entry.hpp"
#include "tests/unit/exchange/lists.hpp"

using namespace phien;
using namespace phien::exchange;
using nlohmann::json;

namespace {

// What the ledger would hold after `changes` were written.
struct Held {
  ledger::CatalogueItems items;
  Openings openings;
};
void post_into(const std::vector<journal::Body>& entries, Held& held) {
  for (const auto& body : entries) {
    if (const auto* opening = std::get_if<journal::Opening>(&body)) {
      CHECK(opening->place == "booth");
      for (const auto& line : opening->lines) held.openings[{opening->exhibitor, line.product}] += line.qty;
      continue;
    }
    const auto& entry = std::get<journal::CatalogueItem>(body);
    const auto id = entry.item.at("id").get<std::string>();
    using Type = journal::CatalogueItem::Type;
    if (entry.type == Type::fair) held.items.fair = entry.item;
    if (entry.type == Type::exhibitor) held.items.exhibitors[id] = entry.item;
    if (entry.type == Type::product) held.items.products[id] = entry.item;
    if (entry.type == Type::cashier) held.items.cashiers[id] = entry.item;
  }
}

Imported read(const Files& files) {
  Imported imported = read_catalogue(files);
  for (const auto& p : imported.problems) MESSAGE(p.where << " " << p.code << " " << p.what.en);
  REQUIRE(imported.ok());
  return imported;
}

Changes diff_ok(const Held& held, const Imported& imported) {
  auto changes = diff(held.items, held.openings, imported);
  REQUIRE(changes.ok());
  return std::move(changes).value();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the sample fair is read whole, column by column") {
  auto files = read_files(lists::sample_folder());
  REQUIRE(files.ok());
  const Imported sample = read(files.value());
  const auto& c = sample.catalogue;
  CHECK(c.fair.id == "cao-bang-2025-mau");
  CHECK(c.fair.organizers.size() == 2);
  CHECK(c.fair.cash_round == 1000);
  REQUIRE(c.exhibitors.size() == 16);
  REQUIRE(c.products.size() == 78);

  const auto& e = c.exhibitors.at("EX05");
  CHECK(e.kind == "CONG_TY");
  CHECK(e.booth == "A05");
  CHECK(e.tax_code == "4899900042");
  CHECK(e.vat_method == "KHAU_TRU");
  CHECK(e.invoice_symbol == "1C26MEE");
  CHECK(e.bank_account == "000000000005");
  CHECK(e.ethnic_minority_area);
  CHECK(e.export_markets == std::vector<std::string>{"Nhật Bản", "Hàn Quốc"});
  CHECK(e.is_sample);

  const auto& p = c.products.at("CB0014");
  CHECK(p.exhibitor == "EX03");
  CHECK(p.sold_by == catalogue::SoldBy::weight);
  CHECK(p.quantity_decimals == 3);
  CHECK(p.wholesale_price == 41'500);
  CHECK(p.wholesale_from == 20'000);
  CHECK(p.scale_plu == "10014");
  CHECK(p.opening_stock == 200'000);
  CHECK(p.reorder_level == 20'000);
  CHECK(p.test_case == "BAN_CAN");
  const auto& q = c.products.at("CB0001");
  CHECK(q.vat == "8");
  CHECK(q.vat_valid_to == "2026-12-31");  // said in the note
  CHECK(q.cnnt_level == 3);
  CHECK(q.certificates == std::vector<std::string>{"ATTP", "HACCP"});
  CHECK(q.channels.size() == 3);
  CHECK(q.trace_uri.starts_with("https://txng.example/01/"));
  CHECK(c.products.at("CB0034").restricted == "DAO_SAC_NHON");
  CHECK(c.products.at("CB0042").name == "Chiếu trúc hun 1,6 m x 2 m");

  // Opening stock at retail, as the facts of the sample give it.
  Dong retail = 0;
  int four = 0, three = 0;
  for (const auto& [id, product] : c.products) {
    retail += product.price * product.opening_stock / kOne;
    four += product.ocop_star == 4;
    three += product.ocop_star == 3;
  }
  CHECK(retail == 819'940'000);
  CHECK(four == 13);
  CHECK(three == 44);
}

TEST_CASE("entries of an import carry everything; the same files again change nothing") {
  auto files = read_files(lists::sample_folder());
  REQUIRE(files.ok());
  const Imported sample = read(files.value());
  Held held;
  const Changes first = diff_ok(held, sample);
  CHECK(first.any());
  CHECK(first.count(ItemChange::What::added) == 1 + 16 + 16 + 78);  // fair, exhibitors, a cashier for each, products
  const auto entries = to_entries(first);
  CHECK(entries.size() == 1 + 16 + 16 + 78 + 16);  // and an opening for each exhibitor
  for (const auto& body : entries) {
    journal::Entry entry;
    entry.nonce = std::string(32, '0');
    entry.time = {std::string(32, '0'), 1, 1};
    entry.by = "_system";
    entry.body = body;
    const auto bytes = journal::encode(entry);
    REQUIRE(bytes.ok());
    CHECK(journal::decode(bytes.value()).ok());
  }
  post_into(entries, held);
  CHECK(held.items.products.size() == 78);
  CHECK(held.items.cashiers.at("EX01.1").at("name") == "Người bán 1");
  CHECK(held.openings.at({"EX03", "CB0014"}) == 200'000);
  for (const auto& [id, product] : sample.catalogue.products)
    CHECK(catalogue::product_from_json(held.items.products.at(id)).value() == product);
  for (const auto& [id, e] : sample.catalogue.exhibitors)
    CHECK(catalogue::exhibitor_from_json(held.items.exhibitors.at(id)).value() == e);
  CHECK(catalogue::fair_from_json(held.items.fair).value() == sample.catalogue.fair);

  const Changes again = diff_ok(held, sample);
  CHECK_FALSE(again.any());
  CHECK(to_entries(again).empty());
}

TEST_CASE("an edited file changes only what was edited, and says from what to what") {
  Held held;
  post_into(to_entries(diff_ok(held, read(lists::good()))), held);

  Files edited = lists::good();
  edited.products = replaced(edited.products, ",25000,", ",27.000,");
  edited.products = replaced(edited.products, ",320,", ",300,");
  edited.products = replaced(edited.products, "P2,EX02", "P3,EX02");
  const Changes changes = diff_ok(held, read(edited));
  std::vector<std::string> said;
  for (const auto& item : changes.items) {
    for (const auto& f : item.fields) said.push_back(item.id + " " + f.field + " " + f.was.dump() + " → " + f.is.dump());
    if (item.what == ItemChange::What::added) said.push_back(item.id + " added");
    if (item.what == ItemChange::What::kept) said.push_back(item.id + " kept");
  }
  CHECK(said == std::vector<std::string>{"P1 opening_stock 320000 → 300000", "P1 price 25000 → 27000", "P3 added", "P2 kept"});
  const auto entries = to_entries(changes);
  REQUIRE(entries.size() == 4);  // P1, P3, an opening for each exhibitor
  const auto& less = std::get<journal::Opening>(entries[2]);
  CHECK(less.exhibitor == "EX01");
  CHECK(less.lines.at(0).qty == -20'000);
  post_into(entries, held);
  CHECK(held.items.products.size() == 3);
  CHECK(held.openings.at({"EX02", "P2"}) == 200'500);  // kept, with its stock
  CHECK(to_entries(diff_ok(held, read(edited))).empty());
  CHECK(describe(changes, Lang::vi).find("price: 25000 → 27000") != std::string::npos);
  CHECK(describe(changes, Lang::vi).find("P1 Thạch đen: 320 → 300 hộp") != std::string::npos);
  CHECK(describe(changes, Lang::en).find("P2 Gạo nếp (not in the file, kept)") != std::string::npos);
}

TEST_CASE("a product that changes hands takes its opening stock along") {
  Held held;
  post_into(to_entries(diff_ok(held, read(lists::good()))), held);
  Files edited = lists::good();
  edited.products = replaced(edited.products, "P1,EX01", "P1,EX02");
  post_into(to_entries(diff_ok(held, read(edited))), held);
  CHECK(held.openings.at({"EX01", "P1"}) == 0);
  CHECK(held.openings.at({"EX02", "P1"}) == 320'000);
  CHECK(to_entries(diff_ok(held, read(edited))).empty());
}

TEST_CASE("many opening lines are split so that each entry stays below its size") {
  Files files = lists::good();
  const std::string longest(400, '"');  // every quote costs two bytes in an entry
  std::string cell = "\"";
  for (std::size_t i = 0; i < longest.size(); ++i) cell += "\"\"";
  cell += "\"";
  files.products = "sku,exhibitor_id,name,unit,price_vnd,vat_code,opening_stock\n";
  for (int i = 0; i < 250; ++i)
    files.products += "SKU-WITH-A-LONG-NAME-" + std::to_string(1000 + i) + ",EX01," + cell + ",hộp,1000,8,5\n";
  Held held;
  std::size_t lines = 0;
  for (const auto& body : to_entries(diff_ok(held, read(files)))) {
    const auto* opening = std::get_if<journal::Opening>(&body);
    if (!opening) continue;
    lines += opening->lines.size();
    journal::Entry entry;
    entry.nonce = std::string(32, '0');
    entry.time = {std::string(32, '0'), 1, 1};
    entry.by = "_system";
    entry.body = body;
    CHECK(journal::encode(entry).ok());
  }
  CHECK(lines == 250);
}

TEST_CASE("cashiers of a list: PINs become verifiers, a list without them takes none away") {
  Files files = lists::good();
  files.cashiers = "cashier_id;exhibitor_id;name;pin;may_discount;is_manager\nhoa.1;EX01;Chị Hoa;2468;0;1\n";
  Held held;
  const auto entries = to_entries(diff_ok(held, read(files)));
  post_into(entries, held);
  REQUIRE(held.items.cashiers.size() == 2);  // and a default one for EX02
  const auto hoa = catalogue::cashier_from_json(held.items.cashiers.at("hoa.1")).value();
  CHECK(catalogue::pin_matches(hoa.pin, "2468"));
  CHECK(hoa.is_manager);
  CHECK_FALSE(hoa.may_discount);
  CHECK(held.items.cashiers.contains("EX02.1"));

  CHECK(to_entries(diff_ok(held, read(files))).empty());          // the same PIN: the same verifier
  CHECK(to_entries(diff_ok(held, read(lists::good()))).empty());  // no list of cashiers says nothing about them
  files.cashiers = replaced(*files.cashiers, ";2468;", ";;");
  CHECK(to_entries(diff_ok(held, read(files))).empty());
  files.cashiers = replaced(*files.cashiers, ";;0", ";1357;0");
  const auto changes = diff_ok(held, read(files));
  CHECK(to_entries(changes).size() == 1);
  CHECK(describe(changes, Lang::en).find("argon2") == std::string::npos);
  post_into(to_entries(changes), held);
  CHECK(catalogue::pin_matches(held.items.cashiers.at("hoa.1").at("pin"), "1357"));
}

TEST_CASE("the lists of another fair are refused") {
  Held held;
  post_into(to_entries(diff_ok(held, read(lists::good()))), held);
  Files other = lists::good();
  other.fair = replaced(other.fair, "thu-nghiem", "phien-khac");
  const auto refused = diff(held.items, held.openings, read(other));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.problem().code == "other_fair");
}

TEST_CASE("the same lists in every dress: BOM, semicolons, CRLF, quotes, blanks, NFD, empty rows") {
  const Imported plain = read(lists::good());
  const auto same = [&](const Files& files) {
    const Imported dressed = read(files);
    CHECK(dressed.catalogue.products == plain.catalogue.products);
    CHECK(dressed.catalogue.exhibitors == plain.catalogue.exhibitors);
    return dressed;
  };
  Files f = lists::good();
  const auto each = [&](auto change) {
    f = lists::good();
    change(f.exhibitors);
    change(f.products);
    return same(f);
  };
  const auto all = [](std::string& s, char from, const std::string& to) {
    std::string out;
    for (const char c : s) c == from ? void(out += to) : void(out += c);
    s = out;
  };
  each([](std::string& s) { s.insert(0, "\xEF\xBB\xBF"); });
  each([&](std::string& s) { all(s, ',', ";"); });
  each([&](std::string& s) { all(s, '\n', "\r\n"); });
  each([](std::string& s) { s.pop_back(); });
  each([](std::string& s) { s += "\n\r\n"; });
  each([&](std::string& s) { all(s, ',', " ,\xC2\xA0"); });
  each([&](std::string& s) {
    all(s, ',', "\",\"");
    all(s, '\n', "\"\n\"");
    s.insert(0, "\"");
    s.pop_back();
  });
  f = lists::good();
  f.products += std::string(24, ',') + "\n";
  CHECK(same(f).warnings.empty());

  f = lists::good();
  f.products = replaced(f.products, "Thạch",
                        "Tha\xCC\xA3"
                        "ch");  // a + combining dot below
  const auto nfd = same(f);
  REQUIRE(nfd.warnings.size() == 1);
  CHECK(nfd.warnings[0].code == "not_nfc");
  CHECK(nfd.warnings[0].where == "products.csv:2:name");

  f.fair.insert(0, "\xEF\xBB\xBF");
  CHECK(read(f).catalogue.fair == plain.catalogue.fair);
}

TEST_CASE("figures as people write them") {
  for (const char* price : {"25000", "25.000", "\"25,000\"", "25000đ", "25.000 đ", "25.000 VND"}) {
    Files f = lists::good();
    f.products = replaced(f.products, ",25000,", "," + std::string(price) + ",");
    CAPTURE(price);
    CHECK(read(f).catalogue.products.at("P1").price == 25'000);
  }
  Files f = lists::good();
  f.products = replaced(f.products, ",200.5,", ",\"200,5\",");
  CHECK(read(f).catalogue.products.at("P2").opening_stock == 200'500);
  f.products = replaced(f.products, ",\"200,5\",", ",1.125,");  // three decimals of a weighed product: a decimal, and said so
  const auto said = read(f);
  CHECK(said.catalogue.products.at("P2").opening_stock == 1'125);
  REQUIRE(said.warnings.size() == 1);
  CHECK(said.warnings[0].code == "decimal_read");
}

TEST_CASE("files that are not there or too large are named") {
  const auto folder = std::filesystem::temp_directory_path() / ("phien-import-" + random_hex(8));
  std::filesystem::create_directories(folder);
  auto missing = read_files(folder);
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.problem().code == "missing_file");
  CHECK(missing.problem().where == "fair.json");
  std::filesystem::remove_all(folder);
}

#include "tests/unit/till/booth.hpp"

#include <doctest/doctest.h>

#include "shared/journal/certificate.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/views.hpp"

namespace phien::test {

namespace {

constexpr const char* kFair = "thu-nghiem";

catalogue::Exhibitor exhibitor(const char* id, const char* booth, const char* vat_method) {
  catalogue::Exhibitor e;
  e.id = id;
  e.name = std::string("Đơn vị ") + id;
  e.booth = booth;
  e.vat_method = vat_method;
  e.bank_bin = "970405";
  e.bank_account = "000000000001";
  return e;
}

catalogue::Product product(const char* id, const char* seller, Dong price, int decimals = 0) {
  catalogue::Product p;
  p.id = id;
  p.exhibitor = seller;
  p.name = std::string("Hàng ") + id;
  p.unit = decimals > 0 ? "kg" : "hộp";
  p.sold_by = decimals > 0 ? catalogue::SoldBy::weight : catalogue::SoldBy::piece;
  p.quantity_decimals = decimals;
  p.price = price;
  p.vat = "8";
  return p;
}

journal::CatalogueItem item(journal::CatalogueItem::Type type, json value) { return {type, std::move(value), false}; }

}  // namespace

Booth::Booth(std::vector<std::string> sellers, std::string account) : exhibitors(std::move(sellers)), holder(std::move(account)) {
  hear_server();
  restart();
}

void Booth::hear_server() {
  journal::Incarnation first;
  first.number = 1;
  first.root = root.public_key();
  first.tls = sha256("tls");
  first.certificate = root.sign(journal::incarnation_message(kFair, 1, server.public_key(), first.tls, {}));
  first.program = "test";

  catalogue::Fair fair;
  fair.id = kFair;
  fair.name = "Phiên thử";
  fair.first_day = "2025-05-15";
  fair.last_day = "2025-05-19";
  auto a1 = product("A1", "EXA", 25'000), aw = product("AW", "EXA", 52'000, 3);
  a1.wholesale_price = 20'000;
  a1.wholesale_from = 24 * kOne;
  a1.barcode = "8930000000019";
  a1.ocop_star = 4;
  a1.ocop_valid_to = "2025-05-16";
  std::vector<journal::Body> bodies{first, item(journal::CatalogueItem::Type::fair, to_json(fair))};
  for (const auto& e :
       {exhibitor("EXA", "A01", "TRUC_TIEP"), exhibitor("EXB", "B02", "TRUC_TIEP"), exhibitor("EXC", "C03", "KHAU_TRU")})
    bodies.push_back(item(journal::CatalogueItem::Type::exhibitor, to_json(e)));
  for (const auto& p : {a1, product("A2", "EXA", 20'000), aw, product("B1", "EXB", 33'300), product("B2", "EXB", 10'100),
                        product("C1", "EXC", 7'700)})
    bodies.push_back(item(journal::CatalogueItem::Type::product, to_json(p)));
  bodies.push_back(journal::Opening{"EXA", "booth", {{"A1", "Hàng A1", "hộp", 100 * kOne, {}, {}}}});
  bodies.push_back(
      journal::TerminalEnrolled{"T01", key.public_key(), exhibitors, "A01", holder.empty() ? exhibitors.front() : holder});
  hear(std::move(bodies));
}

void Booth::hear(std::vector<journal::Body> bodies) {
  const journal::JournalId id{kFair, root.public_key(), "_server.1", server.public_key()};
  store->run([&](db::Transaction& tx) {
    const auto known = tx.branches_of(id);
    auto branch = *tx.branch(known.empty() ? tx.add_branch(id, 0, {0, journal::genesis(id)}) : known.front().no);
    for (auto& body : bodies) {
      journal::Entry entry;
      entry.nonce = random_hex(16);
      entry.time = clock.now();
      entry.by = "_system";
      entry.body = std::move(body);
      const auto written = ledger::write(tx, branch, server, {entry});
      REQUIRE_MESSAGE(written.ok(), (written ? "" : written.problem().where + " " + written.problem().code));
    }
    tx.set_meta(till::kCursorKey, till::text_of({1, branch.head}));
  });
}

void Booth::meet_server() {
  store->run(till->own_job([](till::Work& work) {
    work.write({work.entry("_system", journal::ClockReading{work.now.wall, 0, work.now.up, work.now.wall, 1, false})});
  }));
}

void Booth::restart() {
  till::Identity me{kFair, root.public_key(), "T01", key, exhibitors, "A01", holder};
  till = std::make_unique<till::Till>(*store, clock, me, till::Beginning{"test", "máy thử", {}, ""}, [this] { return obstacle; });
}

till::Answer Booth::perform(const std::string& path, const json& request, const std::string& wanted) {
  const auto* use_case = till::writing_use_case(path);
  REQUIRE(use_case);
  clock.pass(1'000);
  return till->perform({path, use_case->run, request, wanted.empty() ? "key-" + std::to_string(10'000 + keys_++) : wanted,
                        Lang::vi, use_case->once});
}

json Booth::must(const std::string& path, const json& request, const std::string& wanted) {
  const auto answer = perform(path, request, wanted);
  REQUIRE_MESSAGE(!answer.problem,
                  (answer.problem ? answer.problem->code + " " + answer.problem->where + " " + answer.problem->what.en : ""));
  return answer.value;
}

Problem Booth::problem(const std::string& path, const json& request) {
  return perform(path, request).problem.value_or(Problem{});
}
std::string Booth::refused(const std::string& path, const json& request) { return problem(path, request).code; }

std::vector<journal::Entry> Booth::entries() const {
  std::vector<journal::Entry> all;
  const auto books = store->snapshot();
  const auto branch = *books->branch(till->branch());
  books->scan(branch.no, 1, branch.head.seq, [&](const journal::StoredEntry& stored) {
    auto entry = journal::decode(stored.bytes);
    REQUIRE(entry.ok());
    CHECK(stored.standing == journal::Standing::posted);
    CHECK_FALSE(journal::inconsistency(*entry));
    all.push_back(std::move(*entry));
    return true;
  });
  return all;
}

std::vector<journal::Entry> Booth::last_unit() const {
  auto all = entries();
  const auto size = all.back().unit ? all.back().unit->of : 1;
  return {all.end() - size, all.end()};
}

Quantity Booth::on_hand(const std::string& exhibitor, const std::string& product, const std::string& place) const {
  return ledger::on_hand(*store->snapshot(), exhibitor, product, place);
}

json line(const char* product, const char* qty) { return {{"product", product}, {"qty", qty}}; }

json lines(std::initializer_list<json> list) {
  json all = json::array();
  for (const auto& one : list) all.push_back(one);
  return all;
}

}  // namespace phien::test

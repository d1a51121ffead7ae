// The bounds of FORMAT.md, written down a second time: what each field takes at its edges and what it refuses beyond them.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "shared/journal/entry.hpp"
#include "tests/unit/journal/samples.hpp"

using namespace phien;
using namespace phien::journal;
using nlohmann::json;

namespace {

constexpr std::int64_t kSafe = 9'007'199'254'740'991, kTrillion = 1'000'000'000'000;

json full(const std::string& kind) {
  for (const Entry& entry : samples::full_entries()) {
    if (kind_of(entry.body) == kind) return json::parse(encode(entry).value());
  }
  FAIL("no such kind: ", kind);
  return {};
}

// The code, "" when it is taken.
std::string code(json entry, const std::string& pointer, const json& value) {
  entry[json::json_pointer(pointer)] = value;
  const auto decoded = decode(entry.dump());
  return decoded.ok() ? "" : decoded.problem().code;
}

}  // namespace

TEST_CASE("integers: the least and the greatest are taken, one beyond is not") {
  struct Row {
    const char* kind;
    const char* pointer;
    std::int64_t least, greatest;
  };
  const Row rows[] = {{"note", "/time/up", 0, kSafe},
                      {"note", "/time/wall", -kSafe, kSafe},
                      {"note", "/happened", -kSafe, kSafe},
                      {"note", "/seen/seq", 1, kSafe},
                      {"note", "/seen/incarnation", 1, kSafe},
                      {"note", "/unit/at", 1, 2},
                      {"note", "/unit/of", 2, 32},
                      {"note", "/body/about/seq", 1, kSafe},
                      {"sale", "/body/receipt", 1, kSafe},
                      {"sale", "/body/total", 0, kTrillion},
                      {"sale", "/body/rounding", -1'000'000, 1'000'000},
                      {"sale", "/body/lines/0/qty", 1, kTrillion},
                      {"sale", "/body/lines/0/price", 0, kTrillion},
                      {"sale", "/body/lines/0/list", 0, kTrillion},
                      {"sale", "/body/lines/0/discount", 0, kTrillion},
                      {"sale", "/body/lines/0/total", 0, kTrillion},
                      {"sale", "/body/lines/0/vat_amount", 0, kTrillion},
                      {"sale", "/body/lines/0/ocop", 0, 5},
                      {"sale", "/body/lines/0/cnnt", 0, 3},
                      {"sale", "/body/payments/0/amount", 1, kTrillion},
                      {"sale", "/body/payments/0/given", 0, kTrillion},
                      {"sale", "/body/payments/2/order/seq", 1, kSafe},
                      {"refund", "/body/receipt", 1, kSafe},
                      {"refund", "/body/total", 0, kTrillion},
                      {"refund", "/body/rounding", -1'000'000, 1'000'000},
                      {"refund", "/body/lines/0/qty", 1, kTrillion},
                      {"refund", "/body/lines/0/total", 0, kTrillion},
                      {"refund", "/body/lines/0/vat_amount", 0, kTrillion},
                      {"refund", "/body/lines/0/ocop", 0, 5},
                      {"refund", "/body/lines/0/cnnt", 0, 3},
                      {"refund", "/body/lines/0/of", 0, 199},
                      {"payment_confirmed", "/body/amount", 1, kTrillion},
                      {"order", "/body/receipt", 1, kSafe},
                      {"order", "/body/total", 0, kTrillion},
                      {"order_closed", "/body/receipt", 1, kSafe},
                      {"order_closed", "/body/kept", 0, kTrillion},
                      {"order_closed", "/body/rounding", -1'000'000, 1'000'000},
                      {"stock_in", "/body/lines/0/qty", 1, kTrillion},
                      {"stock_out", "/body/lines/0/qty", 1, kTrillion},
                      {"transfer", "/body/lines/0/qty", 1, kTrillion},
                      {"stock_count", "/body/lines/0/qty", 0, kTrillion},
                      {"opening", "/body/lines/0/qty", -kTrillion, kTrillion},
                      {"offer", "/body/items/0/qty", 1, kTrillion},
                      {"offer", "/body/value", 1, 10'000},
                      {"offer", "/body/from", -kSafe, kSafe},
                      {"offer", "/body/until", -kSafe, kSafe},
                      {"product_proposed", "/body/price", 0, kTrillion},
                      {"declared_sales", "/body/sales", 0, 1'000'000},
                      {"declared_sales", "/body/total", 0, kTrillion},
                      {"declared_sales", "/body/lines/0/qty", 1, kTrillion},
                      {"declared_sales", "/body/lines/0/total", 0, kTrillion},
                      {"declared_sales", "/body/lines/0/vat_amount", 0, kTrillion},
                      {"declared_sales", "/body/lines/0/ocop", 0, 5},
                      {"declared_sales", "/body/lines/0/cnnt", 0, 3},
                      {"declared_sales", "/body/payments/0/amount", 1, kTrillion},
                      {"shift_open", "/body/float", 0, kTrillion},
                      {"shift_close", "/body/counted", 0, kTrillion},
                      {"shift_close", "/body/expected", -kTrillion, kTrillion},
                      {"shift_close", "/body/claimed", -kTrillion, kTrillion},
                      {"shift_close", "/body/notes/0/value", 1, kTrillion},
                      {"shift_close", "/body/notes/0/count", 0, 1'000'000},
                      {"cash_in", "/body/amount", 1, kTrillion},
                      {"cash_out", "/body/amount", 1, kTrillion},
                      {"lead", "/body/value", 0, kTrillion},
                      {"visitors", "/body/count", 1, 100'000},
                      {"clock", "/body/server", -kSafe, kSafe},
                      {"clock", "/body/round_trip", 0, kSafe},
                      {"clock", "/body/up", 0, kSafe},
                      {"clock", "/body/wall", -kSafe, kSafe},
                      {"clock", "/body/incarnation", 1, kSafe},
                      {"incarnation", "/body/number", 1, kSafe},
                      {"incarnation", "/body/parent/seq", 1, kSafe},
                      {"incarnation", "/body/parent/incarnation", 1, kSafe},
                      {"terminal_revoked", "/body/head/seq", 0, kSafe},
                      {"archived", "/body/head/seq", 0, kSafe},
                      {"heads", "/body/heads/0/seq", 1, kSafe},
                      {"token", "/body/until", -kSafe, kSafe},
                      {"fair_closed", "/body/edition", 1, kSafe},
                      {"fair_closed", "/body/part", 1, 3},
                      {"fair_closed", "/body/parts", 2, 32}};
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    CAPTURE(row.pointer);
    const json entry = full(row.kind);
    CHECK(code(entry, row.pointer, row.least) == "");
    CHECK(code(entry, row.pointer, row.greatest) == "");
    CHECK(code(entry, row.pointer, row.least - 1) == (row.least == -kSafe ? "bad_number" : "out_of_range"));
    CHECK(code(entry, row.pointer, row.greatest + 1) == (row.greatest == kSafe ? "bad_number" : "out_of_range"));
    CHECK(code(entry, row.pointer, std::numeric_limits<std::int64_t>::max()) == "bad_number");
    CHECK(code(entry, row.pointer, std::numeric_limits<std::int64_t>::min()) == "bad_number");
    CHECK(code(entry, row.pointer, 1.5) == "bad_number");
    CHECK(code(entry, row.pointer, std::to_string(row.least)) == "wrong_type");
  }
}

TEST_CASE("texts: as long as they may be and no longer, no control character but the line feed") {
  struct Row {
    const char* kind;
    const char* pointer;
    std::size_t most;
  };
  const Row rows[] = {{"sale", "/body/lines/0/name", 400},
                      {"sale", "/body/lines/0/unit", 40},
                      {"sale", "/body/lines/0/lot", 40},
                      {"sale", "/body/vat_method", 40},
                      {"sale", "/body/note", 2000},
                      {"sale", "/body/payments/0/label", 80},
                      {"refund", "/body/lines/0/name", 400},
                      {"refund", "/body/lines/0/unit", 40},
                      {"refund", "/body/lines/0/lot", 40},
                      {"refund", "/body/reason", 400},
                      {"refund", "/body/vat_method", 40},
                      {"journal_open", "/body/program", 80},
                      {"journal_open", "/body/device", 80},
                      {"journal_open", "/body/reason", 400},
                      {"void", "/body/reason", 400},
                      {"void", "/body/body/note", 2000},
                      {"payment_confirmed", "/body/bank_ref", 80},
                      {"order", "/body/note", 2000},
                      {"order_closed", "/body/note", 2000},
                      {"stock_in", "/body/note", 2000},
                      {"stock_in", "/body/lines/0/name", 400},
                      {"stock_in", "/body/lines/0/unit", 40},
                      {"stock_in", "/body/lines/0/lot", 40},
                      {"stock_in", "/body/document/number", 200},
                      {"stock_in", "/body/document/vehicle", 200},
                      {"stock_out", "/body/note", 2000},
                      {"transfer", "/body/note", 2000},
                      {"stock_count", "/body/note", 2000},
                      {"stock_count", "/body/lines/0/name", 400},
                      {"opening", "/body/lines/0/name", 400},
                      {"offer", "/body/name", 200},
                      {"product_proposed", "/body/name", 400},
                      {"product_proposed", "/body/unit", 40},
                      {"product_proposed", "/body/barcode", 40},
                      {"barcode_learned", "/body/barcode", 40},
                      {"declared_sales", "/body/method", 80},
                      {"declared_sales", "/body/note", 2000},
                      {"declared_sales", "/body/lines/0/name", 400},
                      {"cash_in", "/body/reason", 400},
                      {"cash_out", "/body/reason", 400},
                      {"lead", "/body/goods", 400},
                      {"lead", "/body/quantity", 200},
                      {"note", "/body/text", 2000},
                      {"journal_close", "/body/reason", 400},
                      {"incarnation", "/body/program", 80},
                      {"terminal_revoked", "/body/reason", 400},
                      {"ruling", "/body/text", 2000}};
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    CAPTURE(row.pointer);
    const json entry = full(row.kind);
    CHECK(code(entry, row.pointer, "") == "");
    CHECK(code(entry, row.pointer, std::string(row.most, 'x')) == "");
    CHECK(code(entry, row.pointer, std::string(row.most + 1, 'x')) == "out_of_range");
    CHECK(code(entry, row.pointer, std::string(row.most - 1, 'x') + "đ") == "out_of_range");  // bytes count, not letters
    CHECK(code(entry, row.pointer, "Tha\u0323ch") == "");                                     // a reader takes NFD as it is
    CHECK(code(entry, row.pointer, "a\nb\x7F") == "");
    for (const char* bad : {"a\tb", "\r", "\x01", "a\x1F", "\x1B[31m"}) CHECK(code(entry, row.pointer, bad) == "bad_value");
    CHECK(code(entry, row.pointer, std::string("a\0b", 3)) == "bad_value");
  }
}

TEST_CASE("ids, references, days and hex: only their alphabets") {
  using Strings = std::vector<std::string>;
  const std::string h64(64, '0'), h128(128, 'f');
  const Strings good_ids = {"a", "_system", "SP-01.a_b", std::string(32, 'x')},
                bad_ids = {"", "-a", ".a", "a b", "đ", std::string(33, 'x'), "a\n"};
  const Strings good_booths = {"B01", "a.b_c"}, bad_booths = {"", "_B", "B-01", "B 1", std::string(33, 'B')};
  const Strings good_hashes = {h64, std::string(64, 'e')},
                bad_hashes = {"",  std::string(63, '0'), std::string(65, '0'), std::string(64, 'A'), std::string(63, '0') + "g",
                              h128};
  const Strings good_signatures = {h128}, bad_signatures = {"", h64, std::string(128, 'F')};
  const Strings good_sealed = {std::string(80, '0'), std::string(1'024, 'f')},
                bad_sealed = {"", std::string(78, '0'), std::string(81, '0'), std::string(1'026, '0'), std::string(80, 'F')};
  const Strings good_nonces = {std::string(32, '0')},
                bad_nonces = {"", std::string(31, '0'), std::string(33, '0'), std::string(32, 'A')};
  const Strings good_days = {"2025-05-15", "2024-02-29"},
                bad_days = {"", "0000-00-00", "2025-02-29", "2025-13-01", "2025-5-1", "15/05/2025", "2025-05-15T00"};
  const Strings good_refs = {"PH00000000", "PHZZZZ9999"}, bad_refs = {"", "PH0000000", "ph00000000", "XX00000000", "PH00000000 "};
  const Strings good_vat = {"0", "10", "KCT", "none", "KHAC:5.26%"}, bad_vat = {"", "8 %", std::string(17, '8'), "8,5", "thuế"};
  struct Row {
    const char* kind;
    const char* pointer;
    const Strings& good;
    const Strings& bad;
  };
  const std::vector<Row> rows = {{"note", "/by", good_ids, bad_ids},
                                 {"note", "/nonce", good_nonces, bad_nonces},
                                 {"note", "/time/boot", good_nonces, bad_nonces},
                                 {"note", "/personal", good_hashes, bad_hashes},
                                 {"note", "/seen/hash", good_hashes, bad_hashes},
                                 {"note", "/body/exhibitor", good_ids, bad_ids},
                                 {"note", "/body/about/hash", good_hashes, bad_hashes},
                                 {"note", "/body/about/terminal", good_ids, bad_ids},
                                 {"sale", "/body/exhibitor", good_ids, bad_ids},
                                 {"sale", "/body/booth", good_booths, bad_booths},
                                 {"sale", "/body/place", good_ids, bad_ids},
                                 {"sale", "/body/shift", good_hashes, bad_hashes},
                                 {"sale", "/body/lines/0/product", good_ids, bad_ids},
                                 {"sale", "/body/lines/0/vat", good_vat, bad_vat},
                                 {"sale", "/body/lines/0/offer", good_hashes, bad_hashes},
                                 {"sale", "/body/payments/0/holder", good_ids, bad_ids},
                                 {"sale", "/body/payments/1/pay_ref", good_refs, bad_refs},
                                 {"refund", "/body/booth", good_booths, bad_booths},
                                 {"refund", "/body/lines/0/vat", good_vat, bad_vat},
                                 {"refund", "/body/sale/hash", good_hashes, bad_hashes},
                                 {"void", "/body/entry/hash", good_hashes, bad_hashes},
                                 {"void", "/body/shift", good_hashes, bad_hashes},
                                 {"payment_confirmed", "/body/holder", good_ids, bad_ids},
                                 {"payment_confirmed", "/body/pay_ref", good_refs, bad_refs},
                                 {"order", "/body/due", good_days, bad_days},
                                 {"order_closed", "/body/order/terminal", good_ids, bad_ids},
                                 {"invoice_request", "/body/sale/hash", good_hashes, bad_hashes},
                                 {"stock_in", "/body/lines/0/expiry", good_days, bad_days},
                                 {"stock_in", "/body/place", good_ids, bad_ids},
                                 {"stock_out", "/body/lead", good_hashes, bad_hashes},
                                 {"transfer", "/body/from", good_ids, bad_ids},
                                 {"transfer", "/body/to", good_ids, bad_ids},
                                 {"offer", "/body/offer", good_ids, bad_ids},
                                 {"offer", "/body/items/0/product", good_ids, bad_ids},
                                 {"product_proposed", "/body/product", good_ids, bad_ids},
                                 {"product_proposed", "/body/vat", good_vat, bad_vat},
                                 {"declared_sales", "/body/day", good_days, bad_days},
                                 {"declared_sales", "/body/payments/0/holder", good_ids, bad_ids},
                                 {"shift_open", "/body/holder", good_ids, bad_ids},
                                 {"shift_close", "/body/shift", good_hashes, bad_hashes},
                                 {"cash_in", "/body/holder", good_ids, bad_ids},
                                 {"lead", "/body/follow_up", good_days, bad_days},
                                 {"incarnation", "/body/root", good_hashes, bad_hashes},
                                 {"incarnation", "/body/tls", good_hashes, bad_hashes},
                                 {"incarnation", "/body/certificate", good_signatures, bad_signatures},
                                 {"incarnation", "/body/parent/hash", good_hashes, bad_hashes},
                                 {"terminal_enrolled", "/body/terminal", good_booths, bad_booths},
                                 {"terminal_enrolled", "/body/booth", good_booths, bad_booths},
                                 {"terminal_enrolled", "/body/key", good_hashes, bad_hashes},
                                 {"terminal_enrolled", "/body/exhibitors/1", good_ids, bad_ids},
                                 {"terminal_enrolled", "/body/holder", good_ids, bad_ids},
                                 {"terminal_revoked", "/body/terminal", good_ids, bad_ids},
                                 {"archived", "/body/signature", good_signatures, bad_signatures},
                                 {"account", "/body/account", good_ids, bad_ids},
                                 {"account", "/body/exhibitors/1", good_ids, bad_ids},
                                 {"password", "/body/secret", good_sealed, bad_sealed},
                                 {"token", "/body/token", good_ids, bad_ids},
                                 {"token", "/body/secret", good_sealed, bad_sealed},
                                 {"exhibitor", "/body/item/id", good_ids, bad_ids}};
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    CAPTURE(row.pointer);
    const json entry = full(row.kind);
    for (const std::string& good : row.good) CHECK_MESSAGE(code(entry, row.pointer, good) == "", good);
    for (const std::string& bad : row.bad) CHECK_MESSAGE(code(entry, row.pointer, bad) == "bad_value", bad);
  }
}

TEST_CASE("words: those of the list and no others") {
  struct Row {
    const char* kind;
    const char* pointer;
    std::vector<std::string> words;
  };
  const std::vector<Row> rows = {
      {"sale", "/body/how", {"till", "late"}},
      {"sale", "/body/lines/0/price_kind", {"list", "wholesale", "offer", "agreed", "open"}},
      {"sale", "/body/payments/1/method", {"cash", "transfer", "card", "other", "exchange"}},
      {"payment_confirmed", "/body/direction", {"in", "out"}},
      {"payment_confirmed", "/body/source", {"cashier", "bank"}},
      {"order_closed", "/body/outcome", {"delivered", "cancelled"}},
      {"account", "/body/role", {"exhibitor"}},
      {"token", "/body/role", {"exhibitor"}},
      {"stock_out", "/body/reason", {"sample", "gift", "damage", "loss", "return_to_exhibitor", "withdrawn"}},
      {"offer", "/body/type", {"price", "percent", "combo", "n_get_m"}},
      {"product_proposed", "/body/sold_by", {"piece", "weight", "length"}},
      {"declared_sales", "/body/payments/0/method", {"cash", "transfer", "card", "other"}},
      {"lead", "/body/type", {"enquiry", "memorandum", "contract"}},
      {"ruling", "/body/decision", {"post", "keep_out", "settled"}}};
  for (const Row& row : rows) {
    CAPTURE(row.pointer);
    const json entry = full(row.kind);
    for (const std::string& word : row.words) CHECK_MESSAGE(code(entry, row.pointer, word) == "", word);
    for (std::string bad : {std::string("declared"), row.words[0] + " ", row.words[0].substr(1)})
      CHECK(code(entry, row.pointer, bad) == "bad_value");
    CHECK(code(entry, row.pointer, "") == "bad_value");
  }
  CHECK(code(full("declared_sales"), "/body/payments/0/method", "deposit") == "bad_value");
  CHECK(code(full("declared_sales"), "/body/payments/0/method", "exchange") == "bad_value");
  CHECK(code(full("sale"), "/body/payments/0/method", "transfer") == "missing_field");
  CHECK(code(full("sale"), "/body/payments/0/method", "deposit") == "missing_field");
  CHECK(code(full("sale"), "/body/lines/1/gift", false) == "bad_value");
  CHECK(code(full("clock"), "/body/reset", false) == "bad_value");
  CHECK(code(full("product"), "/body/removed", false) == "bad_value");
}

TEST_CASE("lists: as many as they may hold and no more") {
  struct Row {
    const char* kind;
    const char* pointer;
    std::size_t least, most;
  };
  const Row rows[] = {{"sale", "/body/payments", 0, 10},         {"refund", "/body/lines", 1, 200},
                      {"refund", "/body/payments", 0, 10},       {"order", "/body/payments", 0, 10},
                      {"order_closed", "/body/payments", 0, 10}, {"stock_in", "/body/lines", 1, 200},
                      {"stock_out", "/body/lines", 1, 200},      {"transfer", "/body/lines", 1, 200},
                      {"opening", "/body/lines", 1, 200},        {"offer", "/body/items", 1, 50},
                      {"declared_sales", "/body/lines", 0, 200}, {"declared_sales", "/body/payments", 0, 10},
                      {"shift_close", "/body/notes", 0, 20},     {"terminal_enrolled", "/body/exhibitors", 1, 64},
                      {"heads", "/body/heads", 1, 400},          {"fair_closed", "/body/cut", 0, 400}};
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    CAPTURE(row.pointer);
    const json entry = full(row.kind), element = entry[json::json_pointer(std::string(row.pointer) + "/0")];
    const auto of = [&](std::size_t n) { return json(std::vector<json>(n, element)); };
    CHECK(code(entry, row.pointer, of(row.least)) == "");
    CHECK(code(entry, row.pointer, of(row.most)) == "");
    CHECK(code(entry, row.pointer, of(row.most + 1)) == "out_of_range");
    if (row.least > 0) CHECK(code(entry, row.pointer, of(0)) == "out_of_range");
  }
  json slim = full("sale");
  const json line = slim["body"]["lines"][1];
  CHECK(code(slim, "/body/lines", std::vector<json>(200, line)) == "");
  CHECK(code(slim, "/body/lines", std::vector<json>(201, line)) == "out_of_range");
  CHECK(code(slim, "/body/lines", json::array()) == "out_of_range");
}

TEST_CASE("what fields must be to each other") {
  CHECK(code(full("transfer"), "/body/to", "booth") == "bad_value");
  CHECK(code(full("stock_count"), "/body/lines/1/product", "SP01") == "bad_value");
  CHECK(code(full("note"), "/unit/at", 3) == "out_of_range");
  CHECK(code(full("fair_closed"), "/body/part", 4) == "out_of_range");
  CHECK(code(full("offer"), "/body/value", 0) == "out_of_range");
  json price = full("offer");
  price["body"]["type"] = "price";
  CHECK(code(price, "/body/value", 0) == "");
  CHECK(code(price, "/body/value", kTrillion) == "");
}

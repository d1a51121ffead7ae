#include "shared/journal/entry.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/journal/samples.hpp"

using namespace phien;
using namespace phien::journal;
using nlohmann::json;

namespace {

// What decode says of `value` as an entry: "ok", or "<code> <field>".
std::string said_of(const json& value) {
  const std::string bytes = value.dump();
  const auto entry = decode(bytes);
  if (entry.ok()) {
    const auto again = encode(*entry);
    REQUIRE_MESSAGE(again.ok(), bytes);
    REQUIRE(*again == bytes);
    return "ok";
  }
  return entry.problem().code + " " + entry.problem().where;
}

const json& full_json(const std::string& kind) {
  static const auto entries = [] {
    std::map<std::string, json> all;
    for (const Entry& entry : samples::full_entries()) all[std::string(kind_of(entry.body))] = json::parse(encode(entry).value());
    return all;
  }();
  return entries.at(kind);
}

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const Entry& entry : samples::full_entries()) names.emplace_back(kind_of(entry.body));
  return names;
}

// "/body/lines/0/qty" → "body.lines[0].qty"
std::string field_path(const std::string& pointer) {
  std::string path;
  for (std::size_t from = 1; from <= pointer.size();) {
    const auto end = std::min(pointer.find('/', from), pointer.size());
    const std::string step = pointer.substr(from, end - from);
    if (step.find_first_not_of("0123456789") == std::string::npos) {
      path += "[" + step + "]";
    } else {
      path += (path.empty() ? "" : ".") + step;
    }
    from = end + 1;
  }
  return path;
}

json with(const std::string& kind, const std::string& pointer, const json& value) {
  json entry = full_json(kind);
  entry[json::json_pointer(pointer)] = value;
  return entry;
}

// Every place in `value`, from the root down.
void each_pointer(const json& value, const std::string& at, const std::function<void(const std::string&, const json&)>& visit) {
  visit(at, value);
  for (const auto& [key, child] : value.items()) {
    if (value.is_structured()) each_pointer(child, at + "/" + key, visit);
  }
}

const std::set<std::string> kOptional = {"happened", "personal", "seen", "unit"};
const std::map<std::string, std::set<std::string>> kOptionalInBody = {
    {"journal_open", {"device", "continues", "reason"}},
    {"sale", {"shift", "note", "list", "lot", "offer", "gift", "given", "label"}},
    {"refund", {"sale", "shift", "reason", "lot", "of", "gift", "given", "label"}},
    {"void", {"shift", "reason", "note", "list", "lot", "offer", "gift", "given", "label"}},
    {"payment_confirmed", {"bank_ref"}},
    {"order", {"shift", "due", "note", "list", "lot", "offer", "given", "label"}},
    {"order_closed", {"shift", "note", "given", "label"}},
    {"stock_in", {"document", "note", "lot", "expiry", "number", "order", "sender", "receiver", "from", "to", "vehicle"}},
    {"stock_out", {"note", "lead", "lot", "expiry"}},
    {"transfer", {"note", "lot", "expiry"}},
    {"stock_count", {"note"}},
    {"product_proposed", {"barcode"}},
    {"declared_sales", {"note"}},
    {"cash_in", {"shift"}},
    {"cash_out", {"shift"}},
    {"lead", {"quantity", "follow_up"}},
    {"visitors", {"exhibitor"}},
    {"clock", {"reset"}},
    {"note", {"exhibitor", "about"}},
    {"incarnation", {"parent"}},
    {"fair", {"removed", "name", "days", "open"}},
    {"exhibitor", {"removed", "name"}},
    {"product", {"removed", "price"}},
    {"cashier", {"removed"}},
    {"account", {"removed"}},
    {"password", {"secret"}},
    {"token", {"secret"}},
};

// A field whose absence makes another rule speak: `pay_ref` of a transfer and `order` of a deposit are required by the method.
bool is_optional(const std::string& kind, const std::string& pointer) {
  const auto slash = pointer.rfind('/');
  const std::string name = pointer.substr(slash + 1);
  if (slash == 0) return kOptional.count(name) > 0;
  const auto of_kind = kOptionalInBody.find(kind);
  if (pointer == "/body/of" || of_kind == kOptionalInBody.end()) return false;
  return of_kind->second.count(name) > 0 && pointer.find("/time/") != 0 && pointer.find("/unit/") != 0 &&
         pointer != "/body/order/seq";
}

bool in_item(const std::string& pointer) { return pointer.starts_with("/body/item/") && pointer != "/body/item/id"; }

}  // namespace

TEST_CASE("every kind of the format is read and written back to the same bytes") {
  CHECK(kinds().size() == 41);
  CHECK(std::set<std::string>([] {
          const auto all = kinds();
          return std::set<std::string>(all.begin(), all.end());
        }())
            .size() == 41);
  for (const Entry& entry : samples::full_entries()) {
    const auto bytes = encode(entry);
    REQUIRE(bytes.ok());
    const auto again = decode(*bytes);
    REQUIRE(again.ok());
    CHECK(kind_of(again->body) == kind_of(entry.body));
    CHECK(encode(*again).value() == *bytes);
    Document reference;  // both parsers lead to the same entry
    REQUIRE(reference.parse_reference(*bytes).ok());
    CHECK(encode(decode(reference).value()).value() == *bytes);
  }
}

TEST_CASE("every required field is required, every optional one may go") {
  int required = 0, optional = 0;
  for (const std::string& kind : kinds()) {
    each_pointer(full_json(kind), "", [&](const std::string& pointer, const json&) {
      const auto slash = pointer.rfind('/');
      if (pointer.empty() || json::json_pointer(pointer).back().find_first_not_of("0123456789") == std::string::npos) return;
      json entry = full_json(kind);
      entry[json::json_pointer(pointer.substr(0, slash))].erase(pointer.substr(slash + 1));
      CAPTURE(kind);
      CAPTURE(pointer);
      if (is_optional(kind, pointer)) {
        ++optional;
        CHECK(said_of(entry) == "ok");
      } else {
        ++required;
        CHECK(said_of(entry) == "missing_field " + field_path(pointer));
      }
    });
  }
  CHECK(required > 450);
  CHECK(optional > 150);
}

TEST_CASE("every field refuses another type, at its own path") {
  int rows = 0;
  for (const std::string& kind : kinds()) {
    each_pointer(full_json(kind), "", [&](const std::string& pointer, const json& value) {
      if (pointer.empty() || in_item(pointer)) return;
      for (const json& other : {json(7), json("7"), json(true), json::array(), json::object()}) {
        if (other.type() == value.type() || (other.is_number() && value.is_number())) continue;
        CAPTURE(kind);
        CAPTURE(pointer);
        CHECK(said_of(with(kind, pointer, other)) == "wrong_type " + field_path(pointer));
        ++rows;
      }
    });
  }
  CHECK(rows > 2'500);
}

TEST_CASE("every object refuses a field it does not know, wherever it sorts") {
  int rows = 0;
  for (const std::string& kind : kinds()) {
    each_pointer(full_json(kind), "", [&](const std::string& pointer, const json& value) {
      if (!value.is_object() || in_item(pointer) || pointer == "/body/item") return;
      for (const char* name : {"0a", "gift_", "mm", "zz"}) {
        json entry = full_json(kind);
        entry[json::json_pointer(pointer)][name] = 1;
        CAPTURE(kind);
        CAPTURE(pointer);
        CHECK(said_of(entry) == "unknown_field " + field_path(pointer + "/" + name));
        ++rows;
      }
    });
  }
  CHECK(rows > 500);
}

TEST_CASE("version and kind are asked first") {
  CHECK(said_of(json::array()) == "wrong_type ");
  CHECK(said_of(json::object()) == "missing_field v");
  CHECK(said_of({{"v", 2}}) == "unknown_version v");
  CHECK(said_of({{"v", 0}, {"kind", "sale"}}) == "unknown_version v");
  CHECK(said_of({{"v", "1"}}) == "wrong_type v");
  CHECK(said_of({{"v", 1}}) == "missing_field kind");
  CHECK(said_of(with("sale", "/kind", "sell")) == "unknown_kind kind");
  CHECK(said_of(with("sale", "/kind", "")) == "unknown_kind kind");
  CHECK(said_of(with("sale", "/v", 2)) == "unknown_version v");
}

TEST_CASE("a void takes back what moves a figure and nothing else") {
  const std::set<std::string> voidable = {
      "sale",        "refund",    "payment_confirmed", "order",       "order_closed",   "invoice_request",
      "stock_in",    "stock_out", "transfer",          "stock_count", "declared_sales", "shift_open",
      "shift_close", "cash_in",   "cash_out",          "lead",        "visitors",       "opening"};
  for (const std::string& kind : kinds()) {
    json entry = with("void", "/body/was", kind);
    entry["body"]["body"] = full_json(kind)["body"];
    CAPTURE(kind);
    CHECK(said_of(entry) == (voidable.count(kind) > 0 ? "ok" : "bad_value body.was"));
    CHECK(is_voidable(decode(full_json(kind).dump())->body) == (voidable.count(kind) > 0));
  }
  CHECK(said_of(with("void", "/body/was", "refund")) == "unknown_field body.body.how");
  CHECK(said_of(with("void", "/body/was", "sell")) == "unknown_kind body.was");
  CHECK(said_of(with("void", "/body/body/lines/0/qty", 0)) == "out_of_range body.body.lines[0].qty");
}

TEST_CASE("who may write which kind") {
  const std::set<std::string> both = {"payment_confirmed", "declared_sales", "stock_in", "stock_out", "transfer", "stock_count",
                                      "visitors",          "lead",           "clock",    "void",      "note"};
  const std::set<std::string> server = {
      "incarnation", "fair",   "exhibitor", "product",     "cashier",  "opening", "terminal_enrolled", "terminal_revoked",
      "heads",       "ruling", "erase",     "fair_closed", "archived", "account", "password",          "token"};
  for (const std::string& kind : kinds()) {
    CAPTURE(kind);
    const Entry entry = decode(full_json(kind).dump()).value();
    CHECK(may_write("T1", entry.body) == (server.count(kind) == 0));
    CHECK(may_write("_server.3", entry.body) == (server.count(kind) + both.count(kind) > 0));
  }
}

TEST_CASE("encode refuses what decode would refuse") {
  const Entry good = samples::full_entries()[1];
  const auto refusal = [&](const auto& change) {
    Entry entry = good;
    change(entry, std::get<Sale>(entry.body));
    const auto bytes = encode(entry);
    return bytes.ok() ? "ok" : bytes.problem().code + " " + bytes.problem().where;
  };
  CHECK(refusal([](Entry&, Sale&) {}) == "ok");
  CHECK(refusal([](Entry& e, Sale&) { e.nonce = "12"; }) == "bad_value nonce");
  CHECK(refusal([](Entry& e, Sale&) { e.by = ""; }) == "bad_value by");
  CHECK(refusal([](Entry& e, Sale&) { e.time.up = -1; }) == "out_of_range time.up");
  CHECK(refusal([](Entry& e, Sale&) { e.time.wall = std::numeric_limits<std::int64_t>::max(); }) == "out_of_range time.wall");
  CHECK(refusal([](Entry& e, Sale&) { e.unit = UnitPart{3, 2}; }) == "out_of_range unit.at");
  CHECK(refusal([](Entry&, Sale& s) { s.booth = "B-1"; }) == "bad_value body.booth");
  CHECK(refusal([](Entry&, Sale& s) { s.lines.clear(); }) == "out_of_range body.lines");
  CHECK(refusal([](Entry&, Sale& s) { s.lines[1].qty = 0; }) == "out_of_range body.lines[1].qty");
  CHECK(refusal([](Entry&, Sale& s) { s.lines[0].total = kMaxAmount + 1; }) == "out_of_range body.lines[0].total");
  CHECK(refusal([](Entry&, Sale& s) { s.lines[0].price_kind = static_cast<PriceKind>(9); }) ==
        "bad_value body.lines[0].price_kind");
  CHECK(refusal([](Entry&, Sale& s) { s.note = "\xC3"; }) == "bad_value body.note");
  CHECK(refusal([](Entry&, Sale& s) { s.note = "a\tb"; }) == "bad_value body.note");
  CHECK(refusal([](Entry&, Sale& s) { s.note = std::string(2001, 'n'); }) == "out_of_range body.note");
  CHECK(refusal([](Entry&, Sale& s) { s.payments[1].pay_ref.reset(); }) == "missing_field body.payments[1].pay_ref");
  CHECK(refusal([](Entry&, Sale& s) { s.payments[2].order.reset(); }) == "missing_field body.payments[2].order");
  CHECK(refusal([](Entry&, Sale& s) {
          Line line = s.lines[0];
          line.name.assign(300, 'n');
          s.lines.assign(200, line);
        }) == "out_of_range ");  // as a whole above 64 KiB
  CHECK(refusal([](Entry& e, Sale&) { e.body = VoidBody(); }) == "missing_field body.body");

  const auto of_item = [&](json item) {
    Entry entry = good;
    CatalogueItem body;
    body.type = CatalogueItem::Type::product;
    body.item = std::move(item);
    entry.body = body;
    const auto bytes = encode(entry);
    return bytes.ok() ? "ok" : bytes.problem().code + " " + bytes.problem().where;
  };
  CHECK(of_item({{"id", "SP01"}}) == "ok");
  CHECK(of_item(json::array()) == "wrong_type body.item");
  CHECK(of_item(json::object()) == "missing_field body.item.id");
  CHECK(of_item({{"id", 1}}) == "wrong_type body.item.id");
  CHECK(of_item({{"id", "a b"}}) == "bad_value body.item.id");
  CHECK(of_item({{"id", "SP01"}, {"price", 1.5}}) == "bad_value body.item");
  CHECK(of_item({{"id", "SP01"}, {"note", nullptr}}) == "bad_value body.item");
  CHECK(of_item({{"id", "SP01"}, {"Note", "x"}}) == "bad_value body.item");
  json deep = 1;
  for (int level = 0; level < 5; ++level) deep = json::array({deep});
  CHECK(of_item({{"id", "SP01"}, {"deep", deep}}) == "ok");  // entry, body, item and five lists: 8
  CHECK(of_item({{"id", "SP01"}, {"deep", json::array({deep})}}) == "bad_value body.item");

  const auto of_document = [&](json document) {
    Entry entry = good;
    StockIn body;
    body.exhibitor = "HTX01";
    body.place = "booth";
    body.lines.push_back({"SP01", "Thạch đen", "hộp", 1000, {}, {}});
    body.document = std::move(document);
    entry.body = body;
    const auto bytes = encode(entry);
    return bytes.ok() ? "ok" : bytes.problem().code + " " + bytes.problem().where;
  };
  CHECK(of_document(nullptr) == "ok");
  CHECK(of_document(json::object()) == "ok");
  CHECK(of_document("x") == "wrong_type body.document");
  CHECK(of_document({{"number", 5}}) == "wrong_type body.document.number");
  CHECK(of_document({{"colour", "red"}}) == "unknown_field body.document.colour");
  CHECK(of_document({{"number", std::string(201, 'x')}}) == "out_of_range body.document.number");
}

TEST_CASE("sums that do not agree are named, never refused") {
  struct Row {
    const char* kind;
    const char* pointer;
    json value;
    const char* where;
  };
  const std::vector<Row> rows = {{"sale", "/body/total", 47'001, "body.total"},
                                 {"sale", "/body/lines/0/total", 46'999, "body.lines[0].total"},
                                 {"sale", "/body/lines/0/discount", 0, "body.lines[0].total"},
                                 {"sale", "/body/lines/0/qty", 1'999, "body.lines[0].total"},
                                 {"sale", "/body/lines/0/price", kMaxAmount, "body.lines[0].total"},
                                 {"sale", "/body/lines/0/vat_amount", 47'001, "body.lines[0].vat_amount"},
                                 {"sale", "/body/lines/1/discount", 29'999, "body.lines[1].total"},
                                 {"sale", "/body/rounding", 0, "body.payments"},
                                 {"sale", "/body/payments/0/amount", 1, "body.payments"},
                                 {"sale", "/body/lines/0/gift", true, "body.lines[0].total"},
                                 {"order", "/body/total", 1, "body.total"},
                                 {"order", "/body/lines/0/total", 1, "body.lines[0].total"},
                                 {"declared_sales", "/body/total", 1, "body.total"},
                                 {"declared_sales", "/body/lines", json::array(), ""},
                                 {"declared_sales", "/body/payments/0/amount", 1, "body.payments"},
                                 {"declared_sales", "/body/lines/0/vat_amount", 1'410'001, "body.lines[0].vat_amount"},
                                 {"shift_close", "/body/notes", json::array(), ""},
                                 {"shift_close", "/body/counted", 1, "body.counted"},
                                 {"shift_close", "/body/notes/0/count", 1'000'000, "body.counted"},
                                 {"shift_close", "/body/notes/0/value", kMaxAmount, "body.notes"},
                                 {"void", "/body/body/total", 1, "body.body.total"},
                                 {"void", "/body/body/rounding", 0, "body.body.payments"},
                                 {"refund", "/body/lines/0/total", 23'500, "body.lines[0].total"}};
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    CAPTURE(row.pointer);
    const json changed = with(row.kind, row.pointer, row.value);
    REQUIRE(said_of(changed) == "ok");
    const auto found = inconsistency(decode(changed.dump()).value());
    CHECK((found ? found->where : "") == row.where);
    if (found) CHECK(found->code == "sums_differ");
  }
  for (const char* kind : {"sale", "order", "declared_sales", "shift_close", "void", "stock_count", "clock"}) {
    CAPTURE(kind);
    CHECK_FALSE(inconsistency(decode(full_json(kind).dump()).value()));
  }
  json refund = full_json("refund");
  refund["body"]["lines"][0].erase("gift");
  refund["body"]["lines"][0]["total"] = 46'000;
  CHECK_FALSE(inconsistency(decode(refund.dump()).value()));
  refund["body"]["payments"].erase(0);
  CHECK(inconsistency(decode(refund.dump()).value())->where == "body.payments");
}

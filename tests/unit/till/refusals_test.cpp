#include <doctest/doctest.h>

#include "tests/unit/till/booth.hpp"

using namespace phien;
using namespace phien::test;

TEST_CASE("what a till refuses, with code and place") {
  Booth booth({"EXA"});
  struct Case {
    const char* path;
    json request;
    const char* code;
    const char* where;
  };
  const auto one = [](json fields) {
    json base{{"product", "A1"}, {"qty", "1"}};
    base.update(fields);
    return json{{"lines", json::array({base})}};
  };
  const Case cases[] = {
      {"sales", json::object(), "missing_field", "lines"},
      {"sales", {{"lines", json::array()}}, "out_of_range", "lines"},
      {"sales", {{"lines", "A1"}}, "wrong_type", "lines"},
      {"sales", {{"lines", json::array({1})}}, "wrong_type", "lines[0]"},
      {"sales", one({{"qty", "0"}}), "out_of_range", "lines[0].qty"},
      {"sales", one({{"qty", 0}}), "out_of_range", "lines[0].qty"},
      {"sales", one({{"qty", "-1"}}), "bad_value", "lines[0].qty"},
      {"sales", one({{"qty", -1}}), "out_of_range", "lines[0].qty"},
      {"sales", one({{"qty", 1.5}}), "wrong_type", "lines[0].qty"},
      {"sales", one({{"qty", "NaN"}}), "bad_value", "lines[0].qty"},
      {"sales", one({{"qty", "1e3"}}), "bad_value", "lines[0].qty"},
      {"sales", one({{"qty", "1.5"}}), "too_many_decimals", "lines[0].qty"},
      {"sales", one({{"product", "AW"}, {"qty", "1.2345"}}), "bad_value", "lines[0].qty"},
      {"sales", one({{"qty", 18446744073709551615ULL}}), "out_of_range", "lines[0].qty"},
      {"sales", one({{"qty", 1'000'000'000}}), "overflow", "lines[0]"},
      {"sales", one({{"product", "ZZ"}}), "unknown_product", "lines[0].product"},
      {"sales", one({{"product", "B1"}}), "not_yours", "lines[0].product"},
      {"sales", one({{"product", "a b"}}), "bad_value", "lines[0].product"},
      {"sales", one({{"barcode", "8930000000019"}}), "bad_value", "lines[0].product"},
      {"sales", one({{"price", -1}}), "out_of_range", "lines[0].price"},
      {"sales", one({{"price", "25.5"}}), "bad_value", "lines[0].price"},
      {"sales", one({{"discount", 25'001}}), "discount_too_large", "lines[0].discount"},
      {"sales", one({{"gift", "yes"}}), "wrong_type", "lines[0].gift"},
      {"sales", one({{"gift", true}, {"discount", 1}}), "bad_value", "lines[0].gift"},
      {"sales", one({{"colour", "red"}}), "unknown_field", "lines[0].colour"},
      {"sales", one({{"product", "_open"}}), "missing_field", "lines[0].name"},
      {"sales", one({{"product", "_open"}, {"name", "Hàng lẻ"}}), "missing_field", "lines[0].price"},
      {"sales", {{"lines", lines({line("A1", "1")})}, {"happened", kOpening * 2}}, "out_of_range", "happened"},
      {"sales", {{"lines", lines({line("A1", "1")})}, {"happened", "hôm qua"}}, "bad_value", "happened"},
      {"sales", {{"lines", lines({line("A1", "1")})}, {"cashier", "_system"}}, "unknown_cashier", "cashier"},
      {"sales", {{"lines", lines({line("A1", "1")})}, {"note", std::string(2'001, 'x')}}, "out_of_range", "note"},
      {"sales", {{"lines", lines({line("A1", "1")})}, {"note", "a\tb"}}, "bad_value", "note"},
      {"sales",
       {{"lines", lines({line("A1", "1")})}, {"payments", json::array({{{"method", "barter"}}})}},
       "bad_value",
       "payments[0].method"},
      {"sales",
       {{"lines", lines({line("A1", "1")})}, {"payments", json::array({{{"method", "transfer"}, {"given", 5}}})}},
       "bad_value",
       "payments[0].given"},
      {"refunds", {{"receipt", 5}}, "wrong_type", "receipt"},
      {"refunds", {{"receipt", "A01-T01-5"}}, "unknown_receipt", "receipt"},
      {"visitors", {{"count", 0}}, "out_of_range", "count"},
      {"visitors", {{"count", 100'001}}, "out_of_range", "count"},
      {"stock-in", {{"place", "kho hàng"}, {"lines", lines({line("A1", "1")})}}, "bad_value", "place"},
      {"stock-in",
       {{"lines", json::array({{{"product", "A1"}, {"qty", "1"}, {"expiry", "0000-00-00"}}})}},
       "bad_value",
       "lines[0].expiry"},
      {"offers",
       {{"name", "x"}, {"type", "percent"}, {"items", json::array({{{"product", "A1"}}})}, {"value", 10'001}},
       "out_of_range",
       "value"},
      {"offers",
       {{"name", "x"}, {"type", "percent"}, {"items", json::array({{{"product", "A1"}}})}, {"value", "101%"}},
       "bad_value",
       "value"},
      {"leads", {{"goods", "x"}, {"follow_up", "2025-02-30"}}, "bad_value", "follow_up"},
      {"cash-in", {{"amount", 0}, {"reason", "x"}}, "out_of_range", "amount"},
      {"cash-in", {{"amount", 1}, {"reason", " "}}, "bad_value", "reason"},
  };
  const auto before = booth.entries().size();
  for (const auto& c : cases) {
    const auto problem = booth.problem(c.path, c.request);
    CHECK_MESSAGE(problem.code == c.code, c.path << " " << c.request.dump() << " " << problem.code << " " << problem.where);
    CHECK_MESSAGE(problem.where == c.where, c.path << " " << c.request.dump() << " " << problem.where);
    CHECK_FALSE(problem.what.vi.empty());
    CHECK_FALSE(problem.what.en.empty());
  }
  CHECK(booth.entries().size() == before);
  // An open price, and NFD text, are fine: text is kept composed.
  CHECK(booth.must("sales", one({{"product", "_open"}, {"name", "Tra\xCC\x80"}, {"price", 5'000}}))["total"] == 5'000);
  CHECK(std::get<journal::Sale>(booth.entries().back().body).lines[0].name == "Trà");
}

TEST_CASE("requests: depth, duplicate keys, size and encoding are looked at before anything else") {
  CHECK(till::parse_request("{\"a\":1}").ok());
  CHECK(till::parse_request("[1]").problem().code == "wrong_type");
  CHECK(till::parse_request("").problem().code == "bad_json");
  CHECK(till::parse_request("{\"a\":1,\"a\":2}").problem().code == "duplicate_key");
  CHECK(till::parse_request("{\"l\":[{\"a\":1,\"a\":2}]}").problem().code == "duplicate_key");
  CHECK(till::parse_request("{\"l\":[{\"a\":1},{\"a\":2}]}").ok());
  CHECK(till::parse_request("{\"a\":\"\xff\"}").problem().code == "bad_json");
  CHECK(till::parse_request("{\"a\":" + std::string(50'000, '[')).problem().code == "too_deep");
  CHECK(till::parse_request("{\"a\":" + std::string(50'000, '[') + std::string(50'000, ']') + "}").problem().code == "too_deep");
  CHECK(till::parse_request("{\"a\":\"" + std::string(till::kMaxRequestBytes, 'x') + "\"}").problem().code == "too_long");
}

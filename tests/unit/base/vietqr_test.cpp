#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "shared/vietqr.hpp"

TEST_CASE("VietQR: the CRC is CCITT-FALSE") { CHECK(phien::crc16_ccitt("123456789") == 0x29B1); }

TEST_CASE("VietQR: published codes come out byte for byte") {
  std::ifstream in(PHIEN_TEST_DATA "/vietqr_vectors.json");
  REQUIRE(in);
  const auto vectors = nlohmann::json::parse(in);
  REQUIRE(vectors.at("valid").size() == 3);
  for (const auto& vector : vectors.at("valid")) {
    phien::VietQr payment;
    payment.bin = vector.at("bin");
    payment.account = vector.at("acc");
    payment.amount = vector.value("amount", 0);
    payment.bill = vector.value("bill", "");
    payment.purpose = vector.value("purpose", "");
    CHECK(phien::vietqr_text(payment) == vector.at("s").get<std::string>());
  }
}

TEST_CASE("VietQR: what a code cannot carry is refused, what it says is ASCII") {
  const phien::VietQr good{"970403", "0011012345678", 1000, "A01-T01-1", "Tiền hàng Thạch đen"};
  const auto text = phien::vietqr_text(good);
  REQUIRE(text);
  CHECK(text->find("Tien hang Thach den") != std::string::npos);
  for (auto spoil : {+[](phien::VietQr& p) { p.bin = "97040"; }, +[](phien::VietQr& p) { p.bin = "97040x"; },
                     +[](phien::VietQr& p) { p.account = ""; }, +[](phien::VietQr& p) { p.account = "12345678901234567890"; },
                     +[](phien::VietQr& p) { p.account = "12 34"; }, +[](phien::VietQr& p) { p.amount = -1; },
                     +[](phien::VietQr& p) { p.bill = "a b"; }}) {
    auto bad = good;
    spoil(bad);
    CHECK_FALSE(phien::vietqr_text(bad));
  }
}

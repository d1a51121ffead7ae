#include <doctest/doctest.h>

#include <cctype>
#include <cstdio>
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

TEST_CASE("VietQR: what is published is read; a code with a right checksum and a wrong structure is not, nor the reverse") {
  std::ifstream in(PHIEN_TEST_DATA "/vietqr_vectors.json");
  const auto vectors = nlohmann::json::parse(in);
  for (const auto& vector : vectors.at("valid")) {
    const std::string text = vector.at("s");
    const auto payment = phien::read_vietqr(text);
    REQUIRE(payment);
    CHECK(payment->bin == vector.at("bin").get<std::string>());
    CHECK(payment->account == vector.at("acc").get<std::string>());
    CHECK(payment->amount == vector.value("amount", 0));
    CHECK(payment->bill == vector.value("bill", ""));
    CHECK(payment->purpose == vector.value("purpose", ""));
    CHECK(phien::vietqr_text(*payment) == text);
    for (std::size_t i = 0; i < text.size(); ++i) CHECK_FALSE(phien::read_vietqr(text.substr(0, i)));
    for (std::size_t i = 0; i < text.size() - 4; ++i) {
      auto broken = text;
      broken[i] = broken[i] == '1' ? '2' : '1';
      CHECK_FALSE(phien::read_vietqr(broken));
    }
  }
  for (const auto& vector : vectors.at("invalid")) CHECK_FALSE(phien::read_vietqr(vector.at("s").get<std::string>()));

  const auto with_crc = [](std::string text) {
    char crc[5];
    text += "6304";
    std::snprintf(crc, sizeof crc, "%04X", phien::crc16_ccitt(text));
    return text + crc;
  };
  const std::string head = "000201010211", account = "38570010A00000072701270006970403011300110123456780208QRIBFTTA",
                    tail = "53037045802VN";
  CHECK(phien::read_vietqr(with_crc(head + account + tail)));
  auto lower = with_crc(head + account + tail);
  for (auto i = lower.size() - 4; i < lower.size(); ++i) lower[i] = static_cast<char>(std::tolower(lower[i]));
  CHECK(phien::read_vietqr(lower));  // banks' apps write either
  for (const std::string& wrong :
       {head + tail, head + account, head + account + "53038405802VN", head + account + account + tail,
        head + account + tail + "5403abc", head + account + tail + "54010", head + account + tail + "5499123",
        "000202010211" + account + tail, head + "38570010A00000072801270006970403011300110123456780208QRIBFTTA" + tail})
    CHECK_FALSE(phien::read_vietqr(with_crc(wrong)));
}

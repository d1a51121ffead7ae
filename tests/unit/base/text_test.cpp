#include "shared/text.hpp"
#include "shared/pay_refs.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace phien;

TEST_CASE("ids and their alphabets") {
  for (const char* good : {"a", "_system", "_server.12", "SP-01", "a.b-c_d", "0", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"})
    CHECK_MESSAGE(is_id(good), good);
  for (const char* bad : {"", "-a", ".a", "a b", "a/b", "đ", "a\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456", "a:b"})
    CHECK_FALSE_MESSAGE(is_id(bad), bad);
  CHECK_FALSE(is_id(std::string_view("a\0b", 3)));
  for (const char* good : {"cao-bang-2025", "0", "a"}) CHECK_MESSAGE(is_fair_id(good), good);
  CHECK(is_fair_id(std::string(64, 'a')));
  CHECK_FALSE(is_fair_id(std::string(65, 'a')));
  for (const char* bad : {"", "-a", "Cao", "a_b", "a.b", "cao bằng"}) CHECK_FALSE_MESSAGE(is_fair_id(bad), bad);
  for (const char* good : {"PH00000000", "PHABCD1234", "PHZZZZZZZZ"}) CHECK_MESSAGE(is_pay_ref(good), good);
  for (const char* bad : {"", "PH", "PH0000000", "PH000000000", "ph00000000", "PHabcd1234", "PX00000000", "PH0000-000"})
    CHECK_FALSE_MESSAGE(is_pay_ref(bad), bad);
}

TEST_CASE("is_day: only dates that exist") {
  for (const char* good : {"2025-05-15", "2024-02-29", "2000-02-29", "1900-01-01", "9999-12-31"})
    CHECK_MESSAGE(is_day(good), good);
  for (const char* bad :
       {"",           "0000-00-00", "2025-02-29", "1900-02-29", "2025-04-31",  "2025-13-01", "2025-00-10",  "2025-01-00",
        "1899-12-31", "2025-1-01",  "2025/01/01", "2025-01-1",  "2025-01-011", "20250101",   " 2025-01-01", "2025-01-01 ",
        "+025-01-01", "-025-01-01", "2025-+1-01", "2025-01--1", "２025-01-01", "abcd-ef-gh"}) {
    CHECK_FALSE_MESSAGE(is_day(bad), bad);
  }
}

TEST_CASE("is_utf8: what RFC 3629 allows and nothing else") {
  for (const char* good : {"", "abc", "đ", "Thạch đen", "\xF0\x9F\x8D\x8A", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80"})
    CHECK_MESSAGE(is_utf8(good), good);
  CHECK(is_utf8(std::string_view("a\0b", 3)));
  for (const char* bad :
       {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC4", "\xE1\xBA", "\xC4\x91\x91"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("to_nfc: the same word in one form however it was typed") {
  CHECK(to_nfc("Thạch đen") == "Thạch đen");
  CHECK(to_nfc("Tha\u0323ch") == "Thạch");
  CHECK(to_nfc("e\u0302\u0301") == "ế");
  CHECK(to_nfc("e\u0301\u0302") != "ế");  // another order of marks of one class is another text
  CHECK(to_nfc("o\u031B\u0323") == "ợ");
  CHECK(to_nfc("o\u0323\u031B") == "ợ");
  CHECK(to_nfc("plain") == "plain");
  CHECK(to_nfc("") == "");
  CHECK_FALSE(to_nfc("\xC3"));
  CHECK_FALSE(to_nfc("\xED\xA0\x80"));
}

TEST_CASE("search_key: found without marks, in any case and form") {
  CHECK(search_key("Thạch đen  Ăn liền") == "thach den an lien");
  CHECK(search_key("THẠCH ĐEN") == "thach den");
  CHECK(search_key("Tha\u0323ch đen") == "thach den");
  CHECK(search_key("  Rượu\tngô \n Bản\u00A0Giốc ") == "ruou ngo ban gioc");
  CHECK(search_key("Phở Ướt Ỷ Ỵ") == "pho uot y y");
  CHECK(search_key("Hạt dẻ Trùng Khánh 500g") == "hat de trung khanh 500g");
  CHECK(search_key("") == "");
  CHECK(search_key("   ") == "");
  CHECK(search_key("miến\u200Bdong") == "miendong");
  CHECK_FALSE(search_key("\xFF"));
}

TEST_CASE("to_ascii: slips and VietQR keep case and never lose a letter silently") {
  CHECK(to_ascii("Thạch đen") == "Thach den");
  CHECK(to_ascii("HỢP TÁC XÃ ĐÔNG Á") == "HOP TAC XA DONG A");
  CHECK(to_ascii("25.000 ₫ – “tươi”…") == "25.000 d - \"tuoi\"...");
  CHECK(to_ascii("茶") == "?");
  CHECK(to_ascii("a\xC3z") == "a?z");
  CHECK(to_ascii("½ kg") == "1/2 kg");
  CHECK(to_ascii("") == "");
}

TEST_CASE("truncate_utf8: never cuts a letter in two") {
  CHECK(truncate_utf8("đen", 10) == "đen");
  CHECK(truncate_utf8("đen", 4) == "đen");
  CHECK(truncate_utf8("đen", 3) == "đe");
  CHECK(truncate_utf8("đen", 1) == "");
  CHECK(truncate_utf8("aạ", 3) == "a");
  CHECK(truncate_utf8("", 0) == "");
  const std::string text = "Thạch đen ăn liền \xF0\x9F\x8D\x8A";
  for (std::size_t n = 0; n <= text.size(); ++n) {
    CHECK(truncate_utf8(text, n).size() <= n);
    CHECK(is_utf8(truncate_utf8(text, n)));
  }
}

TEST_CASE("payment references follow one another from where they begin, and wrap around") {
  PayRefs refs(35);
  CHECK(refs.next() == "PH0000000Z");
  CHECK(refs.next() == "PH00000010");
  PayRefs last(2'821'109'907'429);  // 36⁸ − 27; all that follow have no digit, and would pass for words
  CHECK(last.next() == "PHZZZZZZZ9");
  CHECK(last.next() == "PH00000000");
  PayRefs one, other;
  CHECK(is_pay_ref(one.next()));
  CHECK(one.next() != other.next());
}

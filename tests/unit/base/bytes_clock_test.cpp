#include <doctest/doctest.h>
#include <sodium.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>

#include "shared/bytes.hpp"
#include "shared/clock.hpp"
#include "shared/sha256_instructions.hpp"

using namespace phien;

TEST_CASE("sha256 and hex are the published ones") {
  init_crypto();
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(std::string_view("\x00\xff\x10", 3)) == "00ff10");
  CHECK(from_hex("00ff10") == std::string("\x00\xff\x10", 3));
  CHECK(from_hex("") == "");
  for (const char* bad : {"0", "0g", "0F", "0x", " 0", "00f"}) CHECK_FALSE_MESSAGE(from_hex(bad), bad);
}

TEST_CASE("sha256 by the processor's instructions is libsodium's, at every length around its blocks") {
  const std::string text = random_bytes(70'000);
  const auto agree = [&](std::size_t from, std::size_t size) {
    Hash expected;
    crypto_hash_sha256(expected.bytes.data(), reinterpret_cast<const unsigned char*>(text.data()) + from, size);
    return sha256(std::string_view(text).substr(from, size)) == expected;
  };
  for (std::size_t size = 0; size <= 300; ++size) {
    CHECK_MESSAGE(agree(0, size), size);
    CHECK_MESSAGE(agree(size % 16 + 1, size), size);
  }
  CHECK(agree(0, text.size()));
  WARN_MESSAGE(has_sha256_instructions(), "this processor has no such instructions: libsodium was compared with itself");
}

TEST_CASE("hash, key and signature: lower-case hex of the exact length only") {
  const std::string hash(64, 'a'), signature(128, 'b');
  CHECK(hex(hash_from_hex(hash).value()) == hash);
  CHECK(hex(key_from_hex(hash).value()) == hash);
  CHECK(hex(signature_from_hex(signature).value()) == signature);
  for (const std::string& bad :
       {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'), std::string(63, 'a') + "g", signature}) {
    CHECK_FALSE(hash_from_hex(bad));
    CHECK_FALSE(key_from_hex(bad));
  }
  CHECK_FALSE(signature_from_hex(hash));
}

TEST_CASE("Ed25519 is that of RFC 8032") {
  const auto key = SecretKey::from_seed_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value();
  CHECK(hex(key.public_key()) == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(hex(key.sign("")) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465514143"
        "8e7a100b");
  CHECK(key.seed_hex() == "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  CHECK(verify(key.public_key(), "", key.sign("")));
  CHECK_FALSE(verify(key.public_key(), "x", key.sign("")));
  Signature changed = key.sign("message");
  changed.bytes[40] ^= 1U;
  CHECK_FALSE(verify(key.public_key(), "message", changed));
  CHECK_FALSE(verify(SecretKey::generate().public_key(), "message", key.sign("message")));
  CHECK_FALSE(SecretKey::from_seed_hex("9d61"));
  CHECK_FALSE(SecretKey::from_seed_hex(std::string(64, 'Z')));
}

TEST_CASE("a secret key is wiped where it lay") {
  alignas(SecretKey) unsigned char place[sizeof(SecretKey)] = {};
  auto* key = new (place) SecretKey(SecretKey::generate());
  bool any = false;
  for (const unsigned char byte : place) any = any || byte != 0;
  CHECK(any);
  key->~SecretKey();
  volatile const unsigned char* left = place;
  for (std::size_t i = 0; i < sizeof place; ++i) REQUIRE(left[i] == 0);
}

TEST_CASE("random values differ, comparisons see length and content") {
  CHECK(random_bytes(16).size() == 16);
  CHECK(random_hex(16).size() == 32);
  CHECK(random_hex(16) != random_hex(16));
  CHECK(SecretKey::generate().public_key() != SecretKey::generate().public_key());
  CHECK(equal_constant_time("abc", "abc"));
  CHECK(equal_constant_time("", ""));
  CHECK_FALSE(equal_constant_time("abc", "abd"));
  CHECK_FALSE(equal_constant_time("abc", "ab"));
}

TEST_CASE("days and hours are those of the fair, UTC+7") {
  const Milliseconds opening = 1'747'274'851'123;  // 2025-05-15T02:07:31.123Z
  CHECK(local_day(opening) == "2025-05-15");
  CHECK(local_hour(opening) == "2025-05-15T09");
  CHECK(local_minute(opening) == "15/05/2025 09:07");
  CHECK(iso_utc(opening) == "2025-05-15T02:07:31.123Z");
  CHECK(local_day(1'747'328'399'999) == "2025-05-15");  // 23:59:59.999 there
  CHECK(local_day(1'747'328'400'000) == "2025-05-16");
  CHECK(iso_utc(0) == "1970-01-01T00:00:00.000Z");
  CHECK(iso_utc(-1) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("I9: a device's clock may say anything; days still have ten characters") {
  for (const Milliseconds wall : {std::numeric_limits<Milliseconds>::min(), std::numeric_limits<Milliseconds>::max(),
                                  Milliseconds{-9'007'199'254'740'991}, Milliseconds{9'007'199'254'740'991}}) {
    CHECK(local_day(wall).size() == 10);
    CHECK(local_hour(wall).size() == 13);
    CHECK(iso_utc(wall).size() == 24);
  }
  CHECK(local_day(std::numeric_limits<Milliseconds>::max()) == "9999-12-31");
  CHECK(local_day(std::numeric_limits<Milliseconds>::min()) == "0001-01-01");
}

TEST_CASE("clocks: the system's moves on in one boot, a file's is read at every call") {
  const auto system = system_clock();
  const Reading first = system->now(), second = system->now();
  CHECK(first.boot.size() == 32);
  CHECK(first.boot == second.boot);
  CHECK(second.up >= first.up);
  CHECK(first.wall > 1'600'000'000'000);

  const auto path = std::filesystem::temp_directory_path() / ("phien-clock-" + random_hex(8));
  const std::string boot(32, 'b');
  const auto write = [&](const std::string& text) { std::ofstream(path, std::ios::trunc) << text; };
  CHECK_THROWS_AS(file_clock(path.string()), std::runtime_error);
  write(boot + " 5000 1747274851123\n");
  const auto clock = file_clock(path.string());
  CHECK(clock->now().up == 5000);
  CHECK(clock->now().wall == 1'747'274'851'123);
  write(boot + " 6000 -7\n");
  CHECK(clock->now().up == 6000);
  CHECK(clock->now().wall == -7);
  for (const std::string& bad :
       {std::string(), std::string("x 1 2"), boot + " -1 2", boot + " 1", boot + " a b", std::string(32, 'B') + " 1 2"}) {
    write(bad);
    CHECK_THROWS_AS(clock->now(), std::runtime_error);
  }
  std::filesystem::remove(path);
  CHECK_THROWS_AS(clock->now(), std::runtime_error);
}

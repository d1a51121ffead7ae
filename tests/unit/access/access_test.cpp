// Who gets in: what a stolen server can read, which passwords are good enough, and the bounds of logins.
#include <doctest/doctest.h>

#include "db/memory/memory_store.hpp"
#include "server/access/invitations.hpp"
#include "server/access/logins.hpp"
#include "server/access/passwords.hpp"
#include "server/access/seals.hpp"
#include "server/access/tries.hpp"

using namespace phien;
using namespace phien::server;

namespace {

const struct Crypto {
  Crypto() { init_crypto(); }
} crypto;

SecretKey recovery() { return SecretKey::from_seed_hex(std::string(64, '7')).value(); }
SealingSeed seed(std::int64_t incarnation) { return SealingSeed::of("thu", recovery(), incarnation); }
const SealedPlace kPlace{"thu", "password", "mai"};

}  // namespace

TEST_CASE("an incarnation opens what it and those before it sealed, and nothing of those after it") {
  const std::string first = seed(1).seal(kPlace, "một"), second = seed(2).seal(kPlace, "hai"),
                    fourth = seed(4).seal(kPlace, "bốn");
  CHECK(seed(1).open(kPlace, 1, first) == "một");
  CHECK(seed(4).open(kPlace, 1, first) == "một");
  CHECK(seed(4).open(kPlace, 2, second) == "hai");
  CHECK(seed(4).open(kPlace, 4, fourth) == "bốn");
  CHECK_FALSE(seed(2).open(kPlace, 4, fourth));
  // Nor by calling it its own: the seed of a later one cannot be reached from an earlier one.
  CHECK_FALSE(seed(2).open(kPlace, 2, fourth));
  CHECK_FALSE(seed(2).open(kPlace, 1, fourth));
}

TEST_CASE("a secret opens in its own place alone, and not when a byte is changed") {
  const std::string sealed = seed(3).seal(kPlace, "bí mật");
  CHECK(sealed != seed(3).seal(kPlace, "bí mật"));
  CHECK_FALSE(seed(3).open({"thu", "password", "lan"}, 3, sealed));
  CHECK_FALSE(seed(3).open({"thu", "token", "mai"}, 3, sealed));
  CHECK_FALSE(seed(3).open({"khac", "password", "mai"}, 3, sealed));
  for (std::size_t i = 0; i < sealed.size(); i += 7) {
    std::string changed = sealed;
    changed[i] = changed[i] == '0' ? '1' : '0';
    CHECK_FALSE(seed(3).open(kPlace, 3, changed));
  }
  for (const char* odd : {"", "0", "zz", "00"}) CHECK_FALSE(seed(3).open(kPlace, 3, odd));
  CHECK_FALSE(seed(3).open(kPlace, 0, sealed));
  CHECK_FALSE(seed(3).open(kPlace, -1, sealed));
}

TEST_CASE("the kit gives the same seed again, another kit another, and the number has an end") {
  CHECK(seed(5).hex() == SealingSeed::of("thu", recovery(), 5).hex());
  CHECK(seed(5).hex() != SealingSeed::of("khac", recovery(), 5).hex());
  CHECK(SealingSeed::from_hex(5, seed(5).hex())->open(kPlace, 5, seed(5).seal(kPlace, "x")) == "x");
  CHECK_THROWS(seed(0));
  CHECK_NOTHROW(seed(SealingSeed::kMost));
  CHECK_THROWS(seed(SealingSeed::kMost + 1));
  CHECK_FALSE(SealingSeed::from_hex(5, "12"));
}

TEST_CASE("what FORMAT.md §10 says, computed by hand") {
  Hash by_hand = sha256("phien/sealing/1\nthu\n" + std::string(64, '7') + "\n");
  for (int n = 10'000; n > 9'998; --n) {
    CHECK(seed(n).hex() == hex(by_hand));
    by_hand = sha256("phien/sealing/1/before\n" + std::string(reinterpret_cast<const char*>(by_hand.bytes.data()), 32));
  }
}

TEST_CASE("passwords that are guessed first are refused") {
  for (const char* bad : {"", "ngắn quá", "aaaaaaaaaaaaaaaa", "abababababab", "matkhau123456", "MatKhau123456", "Mật Khẩu 123456",
                          "password123456", "mai.mai.mai.mai", "caobangcaobang", "123456123456"})
    CHECK_MESSAGE(weakness(bad, "mai"), bad);
  CHECK(weakness(std::string(257, 'x'), "mai"));
  for (const char* good : {"mùa thạch đen năm nay", "correct horse battery", "thạch đen ở Thạch An"})
    CHECK_MESSAGE(!weakness(good, "mai"), good);
}

TEST_CASE("a verifier fits its password and no other; nobody's fits none") {
  const std::string verifier = password_verifier("mùa thạch đen năm nay");
  CHECK(verifier.starts_with("$argon2id$"));
  CHECK(password_matches(verifier, "mùa thạch đen năm nay"));
  CHECK_FALSE(password_matches(verifier, "mùa thạch đen năm nay "));
  CHECK_FALSE(password_matches("", ""));
  CHECK_FALSE(password_matches(std::string(4'096, 'x'), "x"));
  CHECK_FALSE(password_matches(nobodys_verifier(), ""));
}

TEST_CASE("tries are counted before they are looked at, forgotten after their time, and bounded in all") {
  Tries tries(3, 1'000);
  for (int i = 0; i < 3; ++i) CHECK(tries.begin("mai", 100));
  CHECK_FALSE(tries.begin("mai", 1'099));
  CHECK(tries.begin("lan", 1'099));
  CHECK(tries.begin("mai", 1'100));
  tries.take_back("mai");
  for (int i = 0; i < 3; ++i) CHECK(tries.begin("mai", 1'200));
  CHECK_FALSE(tries.begin("mai", 1'200));
  tries.take_back("nobody");
  for (std::size_t i = 0; i < 2 * kMaxWatched; ++i) CHECK(tries.begin("n" + std::to_string(i), 1'300));
}

TEST_CASE("logins are bounded per account and in all; the one idle for longest goes") {
  Logins logins;
  std::vector<std::string> secrets;
  for (std::size_t i = 0; i <= kMaxLoginsPerAccount; ++i) {
    if (i == kMaxLoginsPerAccount) CHECK(logins.find(secrets[0], static_cast<Milliseconds>(i)));  // used just now
    secrets.push_back(logins.open("mai", "10.0.0.1", "", static_cast<Milliseconds>(i)).value());
  }
  CHECK(logins.all(100).size() == kMaxLoginsPerAccount);
  CHECK(logins.find(secrets[0], 100));
  CHECK_FALSE(logins.find(secrets[1], 100));
  for (std::size_t i = logins.all(100).size(); i < kMaxLogins; ++i) CHECK(logins.open("n" + std::to_string(i), "", "", 100));
  CHECK_FALSE(logins.open("one more", "", "", 100));
  CHECK(logins.open("later", "", "", 101 + kLoginIdle));
}

TEST_CASE("an invitation is good once, for its time, and one at a time for each account") {
  const auto store = db::open_memory();
  std::string first, second;
  store->run([&](db::Transaction& tx) { first = invite(tx, "mai", 1'000).value(); });
  CHECK(find_invitation(*store->snapshot(), first, 2'000)->account == "mai");
  CHECK_FALSE(find_invitation(*store->snapshot(), first, 1'000 + kInvitationLife));
  store->run([&](db::Transaction& tx) { second = invite(tx, "mai", 2'000).value(); });
  store->run([&](db::Transaction& tx) {
    CHECK_FALSE(use_invitation(tx, first, 3'000));
    CHECK(use_invitation(tx, second, 3'000) == "mai");
    CHECK_FALSE(use_invitation(tx, second, 3'000));
  });
  store->run([&](db::Transaction& tx) {
    for (std::size_t i = 0; i < kMaxInvitations; ++i) CHECK(invite(tx, "a" + std::to_string(i), 4'000));
    CHECK_FALSE(invite(tx, "one more", 4'000));
    CHECK(invite(tx, "later", 4'000 + kInvitationLife));
  });
}

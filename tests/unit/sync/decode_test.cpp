#include <doctest/doctest.h>

#include "shared/sync/limits.hpp"
#include "tests/unit/sync/fair.hpp"

using namespace phien;
using namespace phien::test;
using journal::BatchItem;
using journal::Head;

namespace {

std::string code_of(const Result<sync::DecodedBatch>& decoded) { return decoded.ok() ? "ok" : decoded.problem().code; }

// A journal written by hand: any bytes, chained, sealed wherever it is said.
struct Hand {
  SecretKey key = SecretKey::generate();
  journal::JournalId id{kFair, SecretKey::generate().public_key(), "T1", key.public_key()};
  std::vector<std::string> bytes;
  std::string text(std::size_t seal_every = 0, bool missing = false) const {
    std::vector<BatchItem> items;
    Head head{0, journal::genesis(id)};
    for (const std::string& b : bytes) {
      const Hash digest = sha256(b);
      head = {head.seq + 1, journal::next_hash(head.hash, digest)};
      items.push_back({missing ? std::string_view{} : std::string_view(b), digest, head.hash, {}, {}});
      if (seal_every != 0 && items.size() % seal_every == 0) items.back().seal = journal::seal(key, id, head);
    }
    items.back().seal = journal::seal(key, id, head);
    return journal::write_batch(id, {0, journal::genesis(id)}, items);
  }
};

std::string note_bytes(int i) { return journal::encode(entry_of(note_of("ghi chú " + std::to_string(i)))).value(); }

}  // namespace

TEST_CASE("I8: a batch with a wrong seal, inside or at its end, is refused whole") {
  Hand hand;
  for (int i = 0; i < 6; ++i) hand.bytes.push_back(note_bytes(i));
  const std::string good = hand.text(3);
  CHECK(code_of(sync::decode_batch(good, kFair)) == "ok");
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    std::string bad = good;
    std::size_t at = bad.find("\ns ");
    for (std::size_t i = 0; i < which; ++i) at = bad.find("\ns ", at + 1);
    bad[at + 3] = bad[at + 3] == '0' ? '1' : '0';
    CHECK(code_of(sync::decode_batch(bad, kFair)) == "bad_seal");
  }
  std::string changed = good;
  const std::size_t at = changed.find("ghi chú 1");
  changed[at] = 'G';
  CHECK(code_of(sync::decode_batch(changed, kFair)) == "bad_seal");
}

TEST_CASE("a batch of another fair, or with text behind it, is refused") {
  Hand hand;
  hand.bytes = {note_bytes(1)};
  const std::string good = hand.text();
  CHECK(code_of(sync::decode_batch(good, "quang-ninh-2025")) == "wrong_fair");
  CHECK(code_of(sync::decode_batch(good)) == "ok");
  CHECK(code_of(sync::decode_batch(good + good, kFair)) == "bad_batch");
  CHECK(code_of(sync::decode_batch("", kFair)) == "bad_batch");
  CHECK(code_of(sync::decode_batch(good.substr(0, good.find("\ns ") + 1), kFair)) == "unsealed");
}

TEST_CASE("I6: what cannot be interpreted is decoded as its problem and blocks nothing") {
  Hand hand;
  hand.bytes = {note_bytes(1), "{\"v\":2}", "not json", note_bytes(2)};
  const auto decoded = sync::decode_batch(hand.text(), kFair);
  REQUIRE(decoded.ok());
  REQUIRE(decoded->entries.size() == 4);
  CHECK(decoded->entries[0].ok());
  CHECK(decoded->entries[1].problem().code == "unknown_version");
  CHECK(!decoded->entries[2].ok());
  CHECK(decoded->entries[3].ok());
  const auto missing = sync::decode_batch(hand.text(0, true), kFair);
  REQUIRE(missing.ok());
  CHECK(missing->entries[0].problem().code == "missing_bytes");
}

TEST_CASE("a decoded batch may be moved: its views stay with its text") {
  Hand hand;
  hand.bytes = {note_bytes(1), note_bytes(2)};
  auto decoded = sync::decode_batch(hand.text(), kFair);
  REQUIRE(decoded.ok());
  const sync::DecodedBatch moved = std::move(decoded).value();
  CHECK(std::string(moved.batch.items[1].bytes) == hand.bytes[1]);
  CHECK(moved.batch.items[1].bytes.data() > moved.text.data());
  CHECK(moved.batch.items[1].bytes.data() < moved.text.data() + moved.text.size());
}

TEST_CASE("personal data that is not what the entry names is left out and counted; the entry stays") {
  const journal::PersonalData personal{sha256("salt"), R"({"name":"Nông Thị Hoa","phone":"0900000000"})"};
  Hand hand;
  journal::Entry named = entry_of(note_of("một"));
  named.personal = journal::personal_hash(personal);
  hand.bytes = {journal::encode(named).value(), note_bytes(2)};
  const std::string of_later_kind = R"({"kind":"unheard_of","personal":")" + hex(*named.personal) + R"(","v":9})";
  hand.bytes.push_back(of_later_kind);
  const auto with = [&](std::size_t at, const std::string& data) {
    std::string text = hand.text();
    const std::size_t end = text.find(hand.bytes[at]) + hand.bytes[at].size() + 1;
    return text.insert(end, "p " + hex(personal.salt) + " " + data + "\n");
  };
  const auto right = sync::decode_batch(with(0, personal.data), kFair);
  REQUIRE(right.ok());
  CHECK(right->batch.items[0].personal == personal);
  CHECK(right->personal_refused == 0);
  const auto later_kind = sync::decode_batch(with(2, personal.data), kFair);
  REQUIRE(later_kind.ok());
  CHECK(later_kind->batch.items[2].personal == personal);
  for (const auto& [at, data] : {std::pair<std::size_t, std::string>{0, R"({"name":"Another"})"}, {1, personal.data}}) {
    const auto wrong = sync::decode_batch(with(at, data), kFair);
    REQUIRE(wrong.ok());
    CHECK(!wrong->batch.items[at].personal);
    CHECK(wrong->personal_refused == 1);
    CHECK(wrong->entries[at].ok());
  }
}

TEST_CASE("I10: a batch at its limit of entries is taken, one above is too long") {
  Hand hand;
  for (std::size_t i = 0; i < sync::kMaxBatchEntries; ++i) hand.bytes.push_back("{\"n\":" + std::to_string(i) + "}");
  CHECK(code_of(sync::decode_batch(hand.text(), kFair)) == "ok");
  hand.bytes.emplace_back("{}");
  CHECK(code_of(sync::decode_batch(hand.text(), kFair)) == "too_long");
}

TEST_CASE("I10: a batch at its limit of bytes is taken, one byte above is too long") {
  Hand hand;
  for (int i = 0; i < 64; ++i) hand.bytes.emplace_back(65'000, 'x');
  const std::size_t room = sync::kMaxBatchBytes - hand.text().size();
  REQUIRE(room > 10);
  REQUIRE(room < 65'000);
  hand.bytes.emplace_back(room - 3, 'y');  // "e ", the bytes, a line feed
  REQUIRE(hand.text().size() == sync::kMaxBatchBytes);
  CHECK(code_of(sync::decode_batch(hand.text(), kFair)) == "ok");
  hand.bytes.back() += 'y';
  CHECK(code_of(sync::decode_batch(hand.text(), kFair)) == "too_long");
}

TEST_CASE("I10: an exported journal of any length is taken in pieces that end at seals") {
  Hand hand;
  for (int i = 0; i < 2'500; ++i) hand.bytes.push_back("{\"n\":" + std::to_string(i) + "}");
  std::vector<std::size_t> lengths;
  Head expected{0, journal::genesis(hand.id)};
  const auto each = [&](sync::DecodedBatch piece) -> Result<bool> {
    CHECK(piece.batch.prev == expected);
    lengths.push_back(piece.batch.items.size());
    expected = {expected.seq + static_cast<journal::Seq>(piece.batch.items.size()), piece.batch.items.back().hash};
    return true;
  };
  const auto pieces = sync::decode_export(hand.text(7), kFair, each);
  REQUIRE(pieces.ok());
  CHECK(*pieces == 3);
  CHECK(lengths == std::vector<std::size_t>{994, 994, 512});

  Hand unsealed = hand;
  const auto refused = sync::decode_export(unsealed.text(), kFair, [](sync::DecodedBatch) -> Result<bool> { return true; });
  REQUIRE(!refused.ok());
  CHECK(refused.problem().code == "too_long");

  int seen = 0;
  const auto stopped =
      sync::decode_export(hand.text(7) + hand.text(7), kFair, [&](sync::DecodedBatch) -> Result<bool> { return ++seen < 4; });
  REQUIRE(stopped.ok());
  CHECK(*stopped == 4);
  const auto failed = sync::decode_export(hand.text(7), kFair, [&](sync::DecodedBatch) -> Result<bool> {
    return Problem{"stop", "", {}};
  });
  REQUIRE(!failed.ok());
  CHECK(failed.problem().code == "stop");
}

#include <doctest/doctest.h>

#include <algorithm>

#include "shared/ledger/views.hpp"
#include "shared/sync/verify.hpp"
#include "tests/unit/sync/fair.hpp"
#include "tests/unit/sync/loose.hpp"

using namespace phien;
using namespace phien::test;
using journal::Branch;
using journal::BranchNo;
using journal::Head;
using journal::Ref;
using journal::Seq;
using journal::StoredEntry;

namespace {

bool found(const sync::Verification& v, const std::string& code, const std::string& terminal, Seq seq) {
  return std::any_of(v.findings.begin(), v.findings.end(), [&](const sync::Finding& f) {
    return f.code == code && f.place.terminal == terminal && f.place.seq == seq && !f.what.vi.empty() && !f.what.en.empty();
  });
}
std::string codes(const sync::Verification& v) {
  std::string out;
  for (const sync::Finding& f : v.findings) out += f.code + "@" + f.place.terminal + ":" + std::to_string(f.place.seq) + " ";
  return out;
}
const sync::JournalVerdict& verdict(const sync::Verification& v, const std::string& terminal) {
  return *std::find_if(v.journals.begin(), v.journals.end(), [&](const auto& j) { return j.journal.terminal == terminal; });
}

// A day at a fair: T1 and T2 sell, the server notes heads twice, T2 has seen the server's journal.
struct Day {
  Day() : one(fair.till("T1")), two(fair.till("T2")) {
    one.write(stock_in_of("CB0001", 100'000));
    for (int i = 0; i < 6; ++i) one.write(sale_of("CB0001", 1'000 + i));
    fair.server.accept(sync::export_chain(*one.look(), one.branch));  // 8 entries, each with its seal
    fair.server.note_heads();
    one.write(sale_of("CB0001", 9'000));
    one.write(sale_of("CB0001", 9'500));
    fair.server.accept(one.batch(8, 10));
    journal::Entry saw = entry_of(note_of("đã thấy"));
    saw.seen = journal::ServerPosition{1, fair.server.own().head};
    two.write({saw});
    fair.server.accept(two.batch(0, 2));
  }
  Loose loose() const { return Loose(*fair.server.look()); }
  BranchNo number(const Machine& m) const { return fair.server.look()->branches_of(m.journal)[0].no; }
  Fair fair;
  Machine one, two;
};

}  // namespace

TEST_CASE("I8: an honest store has no findings, and says how far each journal is vouched for and by whom") {
  const Day day;
  std::int64_t last = 0, total = 0;
  const auto v = sync::verify(*day.fair.server.look(), [&](std::int64_t done, std::int64_t all) { last = done, total = all; });
  CHECK_MESSAGE(v.findings.empty(), codes(v));
  CHECK(v.journals.size() == 3);
  CHECK(last == total);
  CHECK(total == 10 + 2 + day.fair.server.own().head.seq);
  const Seq heads = day.fair.server.own().head.seq;
  CHECK(verdict(v, "T1").vouched_to == 8);
  CHECK(verdict(v, "T1").witness == "_server.1:" + std::to_string(heads));
  CHECK(verdict(v, "T1").head == day.one.own().head);
  CHECK(verdict(v, "T2").vouched_to == 0);
  CHECK(verdict(v, "_server.1").vouched_to == heads);
  CHECK(verdict(v, "_server.1").witness == "T2:2");
}

TEST_CASE("I8: one edited byte is found, whether or not the tracks are covered") {
  const Day day;
  const BranchNo no = day.number(day.one);
  for (Seq seq = 1; seq <= 10; ++seq) {
    Loose plain = day.loose();
    std::string& bytes = plain.entries[{no, seq}].bytes;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    auto v = sync::verify(plain);
    CHECK_MESSAGE((v.findings.size() == 1 && found(v, "bytes_changed", "T1", seq)), codes(v));

    Loose digested = plain;
    digested.entries[{no, seq}].digest = sha256(digested.entries[{no, seq}].bytes);
    v = sync::verify(digested);
    CHECK_MESSAGE(found(v, "chain_broken", "T1", seq), codes(v));

    Loose covered = plain;
    covered.rechain(no, seq);
    v = sync::verify(covered);
    CHECK_MESSAGE(found(v, "seal_wrong", "T1", 10), codes(v));
    CHECK_MESSAGE(found(v, "seal_missing", "T1", 10), codes(v));
    if (seq <= 8) CHECK_MESSAGE(found(v, "head_missing", "T1", 8), codes(v));
  }
}

TEST_CASE("I8: a dropped entry is found, its row gone or what follows moved up") {
  const Day day;
  const BranchNo no = day.number(day.one);
  for (Seq seq = 1; seq <= 10; ++seq) {
    Loose gone = day.loose();
    gone.entries.erase({no, seq});
    auto v = sync::verify(gone);
    CHECK_MESSAGE(found(v, "entry_lost", "T1", seq), codes(v));

    Loose emptied = day.loose();
    emptied.entries[{no, seq}].bytes.clear();
    v = sync::verify(emptied);
    CHECK_MESSAGE((v.findings.size() == 1 && found(v, "entry_lost", "T1", seq)), codes(v));

    if (seq == 10) continue;
    Loose closed = day.loose();
    for (Seq s = seq; s < 10; ++s) {
      closed.entries[{no, s}] = closed.entries[{no, s + 1}];
      closed.entries[{no, s}].at.seq = s;
    }
    closed.entries.erase({no, 10});
    closed.rows[no].head.seq = 9;
    v = sync::verify(closed);
    CHECK_MESSAGE(found(v, "chain_broken", "T1", seq), codes(v));
    closed.rechain(no, seq);
    v = sync::verify(closed);
    CHECK_MESSAGE(found(v, "seal_missing", "T1", 9), codes(v));
  }
}

TEST_CASE("I8: two entries swapped, and one put in, are found") {
  const Day day;
  const BranchNo no = day.number(day.one);
  Loose swapped = day.loose();
  std::swap(swapped.entries[{no, 4}].bytes, swapped.entries[{no, 5}].bytes);
  std::swap(swapped.entries[{no, 4}].digest, swapped.entries[{no, 5}].digest);
  auto v = sync::verify(swapped);
  CHECK_MESSAGE((found(v, "chain_broken", "T1", 4) && found(v, "chain_broken", "T1", 5)), codes(v));
  swapped.rechain(no, 4);
  v = sync::verify(swapped);
  CHECK_MESSAGE((found(v, "seal_wrong", "T1", 4) && found(v, "head_missing", "T1", 8)), codes(v));

  Loose longer = day.loose();
  StoredEntry extra = longer.entries[{no, 10}];
  extra.bytes = journal::encode(entry_of(sale_of("CB0001", 1'000))).value();
  extra.at.seq = 11;
  longer.entries[{no, 11}] = extra;
  longer.rows[no].head.seq = 11;
  longer.rechain(no, 11);
  v = sync::verify(longer);
  CHECK_MESSAGE((v.findings.size() == 1 && found(v, "seal_missing", "T1", 11)), codes(v));
}

TEST_CASE("I8: a cut tail is found up to what a witness saw; beyond that nothing is claimed") {
  const Day day;
  const BranchNo no = day.number(day.one);
  for (Seq last = 1; last <= 9; ++last) {
    Loose cut = day.loose();
    cut.cut(no, last);
    const auto v = sync::verify(cut);
    if (last < 8) CHECK_MESSAGE((v.findings.size() == 1 && found(v, "head_missing", "T1", 8)), codes(v));
    if (last == 8) {
      CHECK_MESSAGE(v.findings.empty(), codes(v));
      CHECK(verdict(v, "T1").vouched_to == 8);
      CHECK(verdict(v, "T1").head.seq == 8);
    }
    if (last == 9) CHECK_MESSAGE(found(v, "seal_missing", "T1", 9), codes(v));  // the middle of a batch: no seal came for it
  }
  Loose all = day.loose();
  all.cut(no, 0);
  CHECK(found(sync::verify(all), "head_missing", "T1", 8));
  Loose gone = day.loose();
  gone.cut(no, 0);
  gone.rows.erase(no);
  CHECK(found(sync::verify(gone), "head_missing", "T1", 8));
  Loose seal_left = day.loose();
  std::erase_if(seal_left.entries, [&](const auto& e) { return e.first.first == no && e.first.second > 8; });
  seal_left.rows[no].head = seal_left.entries.at({no, 8}).at;
  CHECK(found(sync::verify(seal_left), "entry_lost", "T1", 9));
}

TEST_CASE("I8: the server's own journal cut below what a terminal saw is found") {
  const Day day;
  const BranchNo no = day.number(day.fair.server);
  Loose cut = day.loose();
  const Seq head = cut.rows[no].head.seq;
  cut.cut(no, head - 1);
  const auto v = sync::verify(cut);
  CHECK_MESSAGE((v.findings.size() == 1 && found(v, "server_head_missing", "_server.1", head)), codes(v));
  CHECK(v.findings[0].what.en.find("T2:2") != std::string::npos);
}

TEST_CASE(
    "I8: an exchanged key is found: kept seals no longer hold, and all written anew under it is not what was enrolled and seen") {
  const Day day;
  const BranchNo no = day.number(day.one);
  const SecretKey other = SecretKey::generate();
  Loose renamed = day.loose();
  renamed.rows[no].journal.key = other.public_key();
  auto v = sync::verify(renamed);
  CHECK_MESSAGE((found(v, "chain_broken", "T1", 0) && found(v, "seal_wrong", "T1", 10) && found(v, "key_not_enrolled", "T1", 0)),
                codes(v));

  Loose anew = renamed;
  anew.rows[no].base.hash = journal::genesis(anew.rows[no].journal);
  anew.rechain(no, 1);
  for (auto& [place, seal] : anew.kept_seals) {
    if (place.first == no) seal = journal::seal(other, anew.rows[no].journal, anew.entries.at(place).at);
  }
  v = sync::verify(anew);
  CHECK_MESSAGE((v.findings.size() == 2 && found(v, "key_not_enrolled", "T1", 0) && found(v, "head_missing", "T1", 8)), codes(v));

  // The same to the server's journal: its certificate is of another key.
  const BranchNo server = day.number(day.fair.server);
  Loose usurped = day.loose();
  usurped.rows[server].journal.key = other.public_key();
  usurped.rows[server].base.hash = journal::genesis(usurped.rows[server].journal);
  usurped.rechain(server, 1);
  for (auto& [place, seal] : usurped.kept_seals) {
    if (place.first == server) seal = journal::seal(other, usurped.rows[server].journal, usurped.entries.at(place).at);
  }
  CHECK(found(sync::verify(usurped), "certificate_wrong", "_server.1", 1));
}

TEST_CASE("I8: an older seal, or one of another journal, in place of the head's is found") {
  const Day day;
  const BranchNo no = day.number(day.one);
  Loose replayed = day.loose();
  replayed.kept_seals[{no, 10}] = replayed.kept_seals.at({no, 8});
  auto v = sync::verify(replayed);
  CHECK_MESSAGE((found(v, "seal_wrong", "T1", 10) && found(v, "seal_missing", "T1", 10)), codes(v));
  Loose foreign = day.loose();
  foreign.kept_seals[{no, 10}] = foreign.kept_seals.at({day.number(day.two), 2});
  CHECK(found(sync::verify(foreign), "seal_wrong", "T1", 10));
  Loose none = day.loose();
  none.kept_seals.erase({no, 10});
  v = sync::verify(none);
  CHECK_MESSAGE((v.findings.size() == 1 && found(v, "seal_missing", "T1", 10)), codes(v));
  Loose head = day.loose();
  head.rows[no].head.hash = sha256("another");
  CHECK(found(sync::verify(head), "chain_broken", "T1", 10));
}

TEST_CASE("I8: entries moved to another terminal's journal are found") {
  const Day day;
  Loose moved = day.loose();
  moved.rows[day.number(day.one)].journal.terminal = "T2";
  const auto v = sync::verify(moved);
  CHECK_MESSAGE((found(v, "chain_broken", "T2", 0) && found(v, "head_missing", "T1", 8)), codes(v));
}

TEST_CASE("I8: a stranger's word makes nobody look cut, and a wreck is reported within bounds") {
  Day day;
  Machine stranger("T9", day.fair.root.public_key());
  journal::Entry lie = entry_of(note_of("bịa"));
  lie.seen = journal::ServerPosition{1, {900, sha256("?")}};
  stranger.write({lie});
  day.fair.server.accept(stranger.batch(0, 1), true);
  const auto v = sync::verify(*day.fair.server.look());
  CHECK_MESSAGE((v.findings.size() == 1 && found(v, "key_not_enrolled", "T9", 0)), codes(v));

  Machine wreck("T1", day.fair.root.public_key());
  for (std::size_t i = 0; i < sync::kMaxFindings + 50; ++i) wreck.write(note_of("x"));
  Loose wrecked(*wreck.look());
  for (auto& [place, e] : wrecked.entries) e.bytes += "x";
  CHECK(sync::verify(wrecked).findings.size() == sync::kMaxFindings);
  Loose far = Loose(*wreck.look());
  StoredEntry astray = far.entries.at({1, 5});
  astray.at.seq = 4'000'000'000'000;
  far.entries[{1, astray.at.seq}] = astray;
  far.rows[1].head.seq = astray.at.seq;
  CHECK(found(sync::verify(far), "entry_lost", "T1", static_cast<Seq>(sync::kMaxFindings) + 51));
}

TEST_CASE("I8: whoever has a revoked till makes nobody look cut with it; what it saw before is testimony still") {
  Fair fair;
  Machine till = fair.till("T1");
  const journal::ServerPosition place{1, fair.server.own().head};
  journal::Entry before = entry_of(note_of("trước"));
  before.seen = place;
  const journal::Head cut = till.write({before});
  fair.server.accept(till.batch(0, cut.seq));
  fair.server.write(journal::TerminalRevoked{"T1", cut, "mất máy"});
  journal::Entry lie = entry_of(note_of("bịa"));
  lie.seen = journal::ServerPosition{1, {900, sha256("?")}};
  till.write({lie});
  lie.seen = journal::ServerPosition{7, {3, sha256("?")}};
  till.write({lie});
  fair.server.accept(till.batch(cut.seq, cut.seq + 2));
  const auto v = sync::verify(*fair.server.look());
  CHECK_MESSAGE(v.findings.empty(), codes(v));
  const auto positions = ledger::witnessed_server_positions(*fair.server.look());
  CHECK(positions == std::vector{place});
  CHECK(verdict(v, "_server.1").vouched_to == place.head.seq);
}

TEST_CASE("I8: both branches of a fork are examined, and who saw a later entry vouches for what the branches share") {
  Fair fair;
  Machine till = fair.till("T1");
  till.write(note_of("chung"));
  Machine copy = till.clone();
  till.write(note_of("một"));
  copy.write(note_of("hai"));
  fair.server.accept(till.batch(0, 3));
  fair.server.note_heads();
  fair.server.accept(copy.batch(0, 3));
  auto v = sync::verify(*fair.server.look());
  CHECK_MESSAGE(v.findings.empty(), codes(v));
  REQUIRE(v.journals.size() == 3);
  CHECK(v.journals[1].vouched_to == 3);
  CHECK(v.journals[2].vouched_to == 2);
  Loose bent(*fair.server.look());
  bent.rows[3].base.hash = sha256("elsewhere");
  CHECK(found(sync::verify(bent), "chain_broken", "T1", 2));
}

TEST_CASE("I8: an exported file is checked by itself") {
  const Day day;
  const auto snapshot = day.fair.server.look();
  const std::string one = sync::export_chain(*snapshot, day.number(day.one));
  const std::string two = sync::export_chain(*snapshot, day.number(day.two));
  const std::string server = sync::export_chain(*snapshot, day.number(day.fair.server));
  const auto check = [](const std::string& text) {
    const auto v = sync::verify_export(text, kFair);
    REQUIRE(v.ok());
    return *v;
  };
  auto v = check(one);
  CHECK_MESSAGE(v.findings.empty(), codes(v));
  CHECK(verdict(v, "T1").vouched_to == 0);  // nobody in the file saw it
  v = check(one + server + two);
  CHECK_MESSAGE(v.findings.empty(), codes(v));
  CHECK(verdict(v, "T1").vouched_to == 8);
  v = check(server + two);
  CHECK_MESSAGE((v.findings.size() == 1 && found(v, "head_missing", "T1", 8)), codes(v));

  // In several batches, one after the other, it is the same journal.
  v = check(day.one.batch(0, 4) + day.one.batch(4, 10) + server + two);
  CHECK_MESSAGE(v.findings.empty(), codes(v));
  CHECK(v.journals.size() == 3);
  v = check(day.one.batch(4, 10));
  CHECK_MESSAGE(found(v, "chain_broken", "T1", 4), codes(v));

  std::string edited = one;
  edited.replace(edited.find("\"qty\":1002"), 10, "\"qty\":9002");
  v = check(edited);
  CHECK_MESSAGE((found(v, "seal_wrong", "T1", 10) && found(v, "seal_missing", "T1", 10)), codes(v));
  std::string dropped = one;
  const std::size_t line = dropped.find("\ne ", dropped.find("\ne ") + 1) + 1;
  dropped.erase(line, dropped.find("\ne ", line) + 1 - line);
  CHECK(found(check(dropped), "seal_wrong", "T1", 2));
  std::string other_key = one;
  other_key.replace(other_key.find("\nkey ") + 5, 64, hex(SecretKey::generate().public_key()));
  CHECK(!sync::verify_export(other_key, kFair).ok());  // its `prev 0` is of another journal
  CHECK(sync::verify_export("not a journal").problem().code == "bad_batch");
  CHECK(sync::verify_export(one, "another-fair").problem().code == "wrong_fair");
}

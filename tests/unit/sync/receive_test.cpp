#include <doctest/doctest.h>

#include "shared/sync/limits.hpp"
#include "tests/unit/sync/fair.hpp"

using namespace phien;
using namespace phien::test;
using journal::Head;
using journal::Seq;

namespace {

std::int64_t branch_count(const Machine& m, const journal::JournalId& journal) {
  return static_cast<std::int64_t>(m.look()->branches_of(journal).size());
}

// A till with goods in and `sales` sales, not yet known to the server.
Machine busy_till(Fair& fair, const std::string& terminal, int sales) {
  Machine till = fair.till(terminal);
  till.write(stock_in_of("CB0001", 100'000));
  for (int i = 0; i < sales; ++i) till.write(sale_of("CB0001", 1'000));
  return till;
}

}  // namespace

TEST_CASE("I2: a batch sent five times is posted once") {
  Fair fair;
  const Machine till = busy_till(fair, "T1", 8);
  const std::string batch = till.batch(0, 10);
  const sync::Accepted first = fair.server.accept(batch);
  CHECK(first.appended == 10);
  CHECK(first.known == 0);
  CHECK(first.head == till.own().head);
  CHECK(!first.forked);
  const std::string dump = fair.server.dump();
  for (int i = 0; i < 4; ++i) {
    const sync::Accepted again = fair.server.accept(batch);
    CHECK(again.appended == 0);
    CHECK(again.known == 10);
    CHECK(again.head == till.own().head);
    CHECK(again.branches == 1);
  }
  CHECK(fair.server.dump() == dump);
}

TEST_CASE("I2: overlapping, half and out-of-order batches post each entry once") {
  Fair fair;
  const Machine till = busy_till(fair, "T1", 18);
  const sync::UnknownPrev nothing = fair.server.unknown(till.batch(5, 10));
  CHECK(nothing.branches.empty());
  CHECK(fair.server.accept(till.batch(0, 5)).appended == 5);
  const sync::UnknownPrev some = fair.server.unknown(till.batch(12, 20));
  REQUIRE(some.branches.size() == 1);
  CHECK(some.branches[0].base == Head{0, journal::genesis(till.journal)});
  CHECK(some.branches[0].head.seq == 5);
  const sync::Accepted overlapping = fair.server.accept(till.batch(3, 12));
  CHECK(overlapping.known == 2);
  CHECK(overlapping.appended == 7);
  CHECK(fair.server.accept(till.batch(2, 6)).appended == 0);
  CHECK(fair.server.accept(till.batch(2, 6)).head.seq == 12);  // the head of the branch, not the end of the batch
  CHECK(fair.server.accept(till.batch(0, 20)).appended == 8);
  const std::string pieces = fair.server.dump();

  Machine whole(fair.server.journal.terminal, fair.root.public_key());
  CHECK(whole.accept(fair.server.batch(0, fair.server.own().head.seq)).appended == fair.server.own().head.seq);
  CHECK(whole.accept(till.batch(0, 20)).appended == 20);
  CHECK(whole.dump() == pieces);
}

TEST_CASE("a fork is kept as two branches, whichever side comes first and however often") {
  Fair fair;
  Machine till = busy_till(fair, "T1", 3);
  Machine copy = till.clone();
  for (int i = 0; i < 4; ++i) till.write(sale_of("CB0001", 1'000));
  for (int i = 0; i < 3; ++i) copy.write(sale_of("CB0001", 2'000));
  fair.server.accept(till.batch(0, 9));
  const sync::Accepted fork = fair.server.accept(copy.batch(0, 8));  // starts long before the fork
  CHECK(fork.forked);
  CHECK(fork.branches == 2);
  CHECK(fork.known == 5);
  CHECK(fork.appended == 3);
  CHECK(fork.head == copy.own().head);
  const std::string dump = fair.server.dump();
  const sync::Accepted again = fair.server.accept(copy.batch(3, 8));
  CHECK(!again.forked);
  CHECK(again.branches == 2);
  CHECK(again.known == 5);
  const sync::Accepted original = fair.server.accept(till.batch(2, 9));
  CHECK(original.known == 7);
  CHECK(original.branches == 2);
  CHECK(fair.server.dump() == dump);
  till.write(sale_of("CB0001", 1'000));
  copy.write(sale_of("CB0001", 1'000));
  CHECK(fair.server.accept(till.batch(9, 10)).head == till.own().head);
  CHECK(fair.server.accept(copy.batch(4, 9)).appended == 1);
  CHECK(branch_count(fair.server, till.journal) == 2);

  Machine reversed(fair.server.journal.terminal, fair.root.public_key());
  reversed.accept(fair.server.batch(0, fair.server.own().head.seq));
  reversed.accept(copy.batch(0, 9));
  CHECK(reversed.accept(till.batch(0, 10)).forked);
  CHECK(reversed.dump() == fair.server.dump());
}

TEST_CASE("a fork of a fork, and one at the very first entry, find their places") {
  Fair fair;
  Machine till = busy_till(fair, "T1", 2);
  Machine second = till.clone();
  second.write(sale_of("CB0001", 1'000));
  Machine third = second.clone();
  till.write(sale_of("CB0001", 1'000));
  second.write(sale_of("CB0001", 2'000));
  third.write(sale_of("CB0001", 3'000));
  Machine fresh("T1", fair.root.public_key());  // a device whose disk was lost after enrolment, with the key kept
  fresh.key = till.key;
  fresh.journal = till.journal;
  fresh.store = db::open_memory();
  fresh.store->run([&](db::Transaction& tx) {
    fresh.branch = tx.add_branch(till.journal, 0, {0, journal::genesis(till.journal)});
  });
  fresh.write(note_of("bắt đầu lại"));

  fair.server.accept(till.batch(0, 5));
  CHECK(fair.server.accept(second.batch(4, 6)).forked);
  CHECK(fair.server.accept(third.batch(0, 6)).forked);
  const sync::Accepted first = fair.server.accept(fresh.batch(0, 1));
  CHECK(first.forked);
  CHECK(first.branches == 4);
  CHECK(first.head == fresh.own().head);
  for (const Machine* m : {&till, &second, &third, &fresh}) {
    const sync::Accepted again = fair.server.accept(m->batch(0, m->own().head.seq));
    CHECK(again.appended == 0);
    CHECK(again.head == m->own().head);
  }
}

TEST_CASE("I10: as many branches as the limit are kept, one more is refused and changes nothing") {
  Fair fair;
  Machine till = fair.till("T1");
  till.write(stock_in_of("CB0001", 1'000));
  fair.server.accept(till.batch(0, 2));
  std::vector<std::string> others;
  for (std::size_t i = 0; i < sync::kMaxBranchesPerJournal; ++i) {
    Machine copy = till.clone();
    copy.write(sale_of("CB0001", 1'000));
    others.push_back(copy.batch(2, 3));
  }
  till.write(sale_of("CB0001", 1'000));
  fair.server.accept(till.batch(2, 3));
  for (std::size_t i = 0; i + 1 < sync::kMaxBranchesPerJournal; ++i) CHECK(fair.server.accept(others[i]).forked);
  CHECK(branch_count(fair.server, till.journal) == static_cast<std::int64_t>(sync::kMaxBranchesPerJournal));
  const std::string dump = fair.server.dump();
  CHECK(fair.server.refusal(others.back()) == "too_many_branches");
  CHECK(fair.server.dump() == dump);
  till.write(sale_of("CB0001", 1'000));
  CHECK(fair.server.accept(till.batch(3, 4)).appended == 1);
  Machine unsent = till.clone();
  unsent.write(sale_of("CB0001", 1'000));
  unsent.write(sale_of("CB0001", 1'000));
  CHECK(fair.server.unknown(unsent.batch(5, 6)).branches.size() == sync::kMaxBranchesPerJournal);
}

TEST_CASE("a terminal that is not enrolled, or with another key, is refused unless a file of a lost server is taken in") {
  Fair fair;
  Machine stranger("T9", fair.root.public_key());
  stranger.write(sale_of("CB0001", 1'000));
  CHECK(fair.server.refusal(stranger.batch(0, 1)) == "not_enrolled");
  const Machine till = busy_till(fair, "T1", 1);
  Machine thief("T1", fair.root.public_key());
  thief.write(sale_of("CB0001", 1'000));
  CHECK(fair.server.refusal(thief.batch(0, 1)) == "wrong_key");
  CHECK(fair.server.accept(stranger.batch(0, 1), true).appended == 1);
  CHECK(fair.server.refusal(stranger.batch(0, 1)) == "not_enrolled");  // still, until it is
  fair.server.enrol(stranger);
  CHECK(fair.server.accept(stranger.batch(0, 1)).known == 1);
}

TEST_CASE("nothing of another organizer's fair of the same name comes in beside ours") {
  Fair fair, other;
  const Machine till = busy_till(other, "T1", 1);
  CHECK(fair.server.refusal(till.batch(0, 1), true) == "wrong_root");
  CHECK(fair.server.refusal(other.server.batch(0, 1)) == "wrong_root");
}

TEST_CASE("a server journal comes in by its certificate alone, also when a batch starts in its middle") {
  Fair fair;
  for (int i = 0; i < 4; ++i) fair.server.write(note_of("ghi chú"));
  Machine hub("hub", fair.root.public_key());
  CHECK(hub.unknown(fair.server.batch(2, 4)).branches.empty());
  CHECK(hub.accept(fair.server.batch(0, 3)).appended == 3);
  CHECK(hub.accept(fair.server.batch(2, 5)).appended == 2);

  Machine forged("_server.1", fair.root.public_key());  // says it is a server; nobody certified its key
  forged.write(note_of("không có chứng nhận"));
  CHECK(hub.refusal(forged.batch(0, 1)) == "bad_certificate");
  Server liar(SecretKey::generate(), 2);  // certified, by another root than it names
  liar.journal.root = fair.root.public_key();
  Machine dressed("_server.2", fair.root.public_key());
  journal::Entry first = journal::decode(chain_of(*liar.look(), liar.branch)[0].bytes).value();
  std::get<journal::Incarnation>(first.body).root = fair.root.public_key();
  dressed.write({first});
  CHECK(hub.refusal(dressed.batch(0, 1)) == "bad_certificate");
  CHECK(hub.refusal(dressed.batch(0, 1), true) == "bad_certificate");
}

TEST_CASE("I6: lost bytes travel as their digest, the rest posts; the ledger is whole once they are found") {
  Fair fair;
  const Machine till = busy_till(fair, "T1", 6);
  const auto chain = chain_of(*till.look(), till.branch);
  const std::string full = till.batch(0, 8);
  std::string holes = full;
  for (const std::size_t i : {std::size_t{1}, std::size_t{4}}) {
    const std::string line = "e " + chain[i].bytes + "\n";
    holes.replace(holes.find(line), line.size(), "m " + hex(chain[i].digest) + "\n");
  }
  CHECK(fair.server.accept(holes).appended == 8);
  const std::string without = fair.server.dump();
  CHECK(fair.server.accept(holes).known == 8);
  CHECK(fair.server.dump() == without);
  const sync::Accepted filled = fair.server.accept(full);
  CHECK(filled.appended == 0);
  CHECK(filled.known == 8);
  const std::string with = fair.server.dump();
  CHECK(with != without);
  CHECK(fair.server.accept(holes).known == 8);  // known bytes are not forgotten
  CHECK(fair.server.dump() == with);

  Machine whole(fair.server.journal.terminal, fair.root.public_key());
  whole.accept(fair.server.batch(0, fair.server.own().head.seq));
  whole.accept(full);
  CHECK(whole.dump() == with);
}

TEST_CASE("personal data that comes late is stored if it fits, and never again once erased") {
  Fair fair;
  Machine till = fair.till("T1");
  const journal::PersonalData personal{sha256("salt"), R"({"name":"Nông Thị Hoa"})"};
  journal::Lead lead;
  lead.exhibitor = kExhibitor;
  lead.type = "enquiry";
  lead.goods = "miến dong";
  lead.consent = true;
  journal::Entry entry = entry_of(lead);
  entry.personal = journal::personal_hash(personal);
  const Head at = till.write({entry}, {personal});
  const std::string with = till.batch(0, 2);
  const std::string line = "p " + hex(personal.salt) + " " + personal.data + "\n";
  std::string without = with;
  without.erase(without.find(line), line.size());
  const auto stored = [&] {
    const auto snapshot = fair.server.look();
    return snapshot->personal(snapshot->branches_of(till.journal)[0].no, 2);
  };
  fair.server.accept(without);
  CHECK(!stored());
  std::string wrong = with;
  wrong.replace(wrong.find("Hoa"), 3, "Hai");
  CHECK(fair.server.accept(wrong).personal_refused == 1);
  CHECK(!stored());
  fair.server.accept(with);
  CHECK(stored() == personal);
  fair.server.accept(without);
  CHECK(stored() == personal);
  fair.server.write(journal::Erase{{"T1", at.seq, at.hash}});
  CHECK(!stored());
  CHECK(fair.server.accept(with).known == 2);
  CHECK(!stored());

  // Erased before it ever came.
  Machine late(fair.server.journal.terminal, fair.root.public_key());
  late.accept(fair.server.batch(0, fair.server.own().head.seq));
  late.accept(with);
  CHECK(!late.look()->personal(late.look()->branches_of(till.journal)[0].no, 2));
}

TEST_CASE("every seal that came is kept, also one for entries known before") {
  Fair fair;
  const Machine till = busy_till(fair, "T1", 4);
  fair.server.accept(till.batch(0, 6));
  const auto seals = [&] {
    const auto snapshot = fair.server.look();
    return snapshot->seals(snapshot->branches_of(till.journal)[0].no, 1, 100).size();
  };
  CHECK(seals() == 1);
  fair.server.accept(till.batch(0, 3));
  CHECK(seals() == 2);
  fair.server.accept(sync::export_chain(*till.look(), till.branch));
  CHECK(seals() == 6);
}

TEST_CASE("an outcome on the wire comes back as it was, and nothing else is understood") {
  const Head a{3, sha256("a")}, b{9, sha256("b")};
  const std::vector<sync::Outcome> outcomes{sync::Accepted{a, 5, 2, true, 3, 1}, sync::UnknownPrev{{{a, b}, {b, b}}},
                                            sync::UnknownPrev{},
                                            Problem{"wrong_key", "T1", {"Máy đã đăng ký với khóa khác.", "Another key."}}};
  for (const sync::Outcome& outcome : outcomes) {
    const std::string text = sync::to_json(outcome);
    const auto back = sync::outcome_from_json(text);
    REQUIRE(back.ok());
    CHECK(back->index() == outcome.index());
    CHECK(sync::to_json(*back) == text);
    for (std::size_t cut = 0; cut < text.size(); cut += 7) CHECK(!sync::outcome_from_json(text.substr(0, cut)).ok());
  }
  for (const char* bad : {"", "[]", "null", "1", "{}", R"({"status":"accepted"})", R"({"status":"unknown_prev","branches":{}})",
                          R"({"status":"unknown_prev","branches":[1]})",
                          R"({"status":"refused","code":"x","where":"","message":"no"})", R"({"status":7})"}) {
    CHECK(!sync::outcome_from_json(bad).ok());
  }
  sync::UnknownPrev many;
  many.branches.resize(sync::kMaxHeadsInReply);
  CHECK(sync::outcome_from_json(sync::to_json(many)).ok());
  many.branches.resize(sync::kMaxHeadsInReply + 1);
  CHECK(!sync::outcome_from_json(sync::to_json(many)).ok());
}

#include <doctest/doctest.h>

#include "shared/sync/limits.hpp"
#include "tests/unit/sync/fair.hpp"

using namespace phien;
using namespace phien::test;
using journal::Head;
using journal::Seq;

namespace {

double half() { return 0.5; }

// Drives until nothing is left to send; returns how many batches went out. Bounded: a loop that does not end is a failure.
int drive(sync::Sender& sender, const Machine& from, Machine& to, Milliseconds now = 0, int most = 100) {
  int sent = 0;
  while (sent < most) {
    const auto batch = sender.next(*from.look(), now);
    if (!batch) return sent;
    ++sent;
    sender.on_outcome(*from.look(), to.receive(*batch), now);
  }
  FAIL("the sender does not come to an end");
  return sent;
}

std::vector<std::size_t> batch_lengths(const std::string& text) {
  std::vector<std::size_t> lengths;
  std::string_view rest = text;
  while (!rest.empty()) lengths.push_back(journal::read_batch(rest, 100'000, 100'000'000).value().items.size());
  return lengths;
}

}  // namespace

TEST_CASE("what is kept between runs comes back; anything else is a fresh start") {
  const sync::SendState state{{7, sha256("x")}, 1'747'300'000'000};
  const auto back = sync::SendState::from_json(state.to_json());
  REQUIRE(back);
  CHECK(back->acknowledged == state.acknowledged);
  CHECK(back->acknowledged_at == state.acknowledged_at);
  for (const char* bad : {"", "{}", "[]", R"({"acknowledged":1,"acknowledged_at":1})",
                          R"({"acknowledged":{"hash":"00","seq":1},"acknowledged_at":1})"}) {
    CHECK(!sync::SendState::from_json(bad));
  }
}

TEST_CASE("a terminal catches up in batches of the preferred size, and says how far the hop came") {
  Fair fair;
  Machine till = fair.till("T1");
  for (int i = 0; i < 450; ++i) till.write(note_of("ghi chú"));
  sync::Sender sender(till.branch, {}, half);
  const auto first = sender.next(*till.look(), 0);
  REQUIRE(first);
  CHECK(batch_lengths(*first) == std::vector<std::size_t>{sync::kPreferredBatchEntries});
  CHECK(!sender.next(*till.look(), 0));  // one at a time
  sender.on_outcome(*till.look(), fair.server.receive(*first), 5);
  CHECK(sender.state().acknowledged.seq == 200);
  CHECK(sender.state().acknowledged_at == 5);
  CHECK(drive(sender, till, fair.server) == 2);
  CHECK(sender.state().acknowledged == till.own().head);
  CHECK(!sender.must_reopen());
  CHECK(!sender.problem());
  till.write(sale_of("CB0001", 1'000));
  CHECK(drive(sender, till, fair.server) == 1);
}

TEST_CASE("a unit is never split, even where it crosses the preferred size") {
  Fair fair;
  Machine till = fair.till("T1");
  for (int i = 0; i < 190; ++i) till.write(note_of("ghi chú"));
  std::vector<journal::Entry> unit;
  for (std::size_t i = 0; i < sync::kMaxUnitEntries; ++i) unit.push_back(entry_of(note_of("cùng một đơn vị")));
  till.write(unit);
  sync::Sender sender(till.branch, {}, half);
  const auto first = sender.next(*till.look(), 0);
  REQUIRE(first);
  CHECK(batch_lengths(*first) == std::vector<std::size_t>{191});
  sender.on_outcome(*till.look(), fair.server.receive(*first), 0);
  const auto second = sender.next(*till.look(), 0);
  REQUIRE(second);
  CHECK(batch_lengths(*second) == std::vector<std::size_t>{sync::kMaxUnitEntries});
}

TEST_CASE("big entries make shorter batches, within the preferred bytes") {
  Fair fair;
  Machine till = fair.till("T1");
  for (int i = 0; i < 700; ++i) {
    std::vector<journal::Entry> entries{entry_of(note_of(std::string(2'000, 'x')))};
    till.write(entries);
  }
  sync::Sender sender(till.branch, {}, half);
  int batches = 0;
  while (const auto batch = sender.next(*till.look(), 0)) {
    REQUIRE(++batches < 20);
    CHECK(batch->size() <= sync::kPreferredBatchBytes);
    sender.on_outcome(*till.look(), fair.server.receive(*batch), 0);
  }
  CHECK(sender.state().acknowledged == till.own().head);
}

TEST_CASE("I10: a sealed run that has grown beyond the limit travels with less: personal data first, then bytes as digests") {
  Fair fair;
  Machine relay("relay", fair.root.public_key());
  relay.accept(fair.server.batch(0, 1));
  // A journal of a terminal: 80 entries of 60 KB under one seal, first received as digests, then found again.
  const SecretKey key = SecretKey::generate();
  const journal::JournalId id{kFair, fair.root.public_key(), "T1", key.public_key()};
  std::vector<std::string> bytes;
  std::vector<journal::BatchItem> items;
  Head head{0, journal::genesis(id)};
  for (int i = 0; i < 80; ++i) {
    bytes.push_back(std::string(60'000, 'x') + std::to_string(i));
    const Hash digest = sha256(bytes.back());
    head = {head.seq + 1, journal::next_hash(head.hash, digest)};
    items.push_back({{}, digest, head.hash, {}, {}});
  }
  items.back().seal = journal::seal(key, id, head);
  relay.accept(journal::write_batch(id, {0, journal::genesis(id)}, items), true);
  for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{0, 40}, {40, 80}}) {
    std::vector<journal::BatchItem> some = items;
    for (std::size_t i = from; i < to; ++i) some[i].bytes = bytes[i];
    CHECK(relay.accept(journal::write_batch(id, {0, journal::genesis(id)}, some), true).known == 80);
  }
  const auto snapshot = relay.look();
  sync::Sender sender(snapshot->branches_of(id)[0].no, {}, half);
  const auto batch = sender.next(*snapshot, 0);
  REQUIRE(batch);
  CHECK(batch->size() <= sync::kMaxBatchBytes);
  CHECK(batch->size() > sync::kMaxBatchBytes - 61'000);
  CHECK(fair.server.accept(*batch, true).appended == 80);
}

TEST_CASE(
    "I10: backing off grows from a quarter of a second to half a minute, jittered, and a refusal is shown until it is over") {
  Fair fair;
  Machine till = fair.till("T1");
  for (const double jitter : {0.0, 0.5, 1.0}) {
    sync::Sender sender(till.branch, {}, [&] { return jitter; });
    Milliseconds now = 0, longest = 0;
    for (int i = 0; i < 40; ++i) {
      REQUIRE(sender.next(*till.look(), now));
      sender.on_failure(now);
      const Milliseconds wait = sender.retry_at() - now;
      CHECK(wait >= 250);
      CHECK(wait <= 30'000);
      CHECK(wait >= std::min<Milliseconds>(longest, 15'000));
      longest = std::max(longest, wait);
      CHECK(!sender.next(*till.look(), sender.retry_at() - 1));
      now = sender.retry_at();
    }
    CHECK(longest >= 15'000);
    sender.hurry();
    CHECK(sender.next(*till.look(), now).has_value());
  }
  Machine stranger("T9", fair.root.public_key());
  stranger.write(note_of("chưa đăng ký"));
  sync::Sender sender(stranger.branch, {}, half);
  Milliseconds now = 0;
  for (int i = 0; i < 3; ++i) {
    const auto batch = sender.next(*stranger.look(), now);
    REQUIRE(batch);
    sender.on_outcome(*stranger.look(), fair.server.receive(*batch), now);
    REQUIRE(sender.problem());
    CHECK(sender.problem()->code == "not_enrolled");
    CHECK(sender.retry_at() > now);
    now = sender.retry_at();
  }
  fair.server.enrol(stranger);
  CHECK(drive(sender, stranger, fair.server, now) == 1);
  CHECK(!sender.problem());
}

TEST_CASE("I9: a clock that is set back does not silence the sender") {
  Fair fair;
  const Machine till = fair.till("T1");
  sync::Sender sender(till.branch, {}, half);
  REQUIRE(sender.next(*till.look(), 1'000'000'000));
  sender.on_failure(1'000'000'000);
  CHECK(!sender.next(*till.look(), 1'000'000'000));
  CHECK(sender.next(*till.look(), 5'000).has_value());
}

TEST_CASE("I7: a hop restored to an earlier state is given what it lost, older than its acknowledgement") {
  Fair fair;
  Machine till = fair.till("T1");
  for (int i = 0; i < 60; ++i) till.write(note_of("ghi chú"));
  sync::Sender sender(till.branch, {}, half);
  CHECK(drive(sender, till, fair.server) == 1);
  Machine restored(fair.server.journal.terminal, fair.root.public_key());  // from a backup of the first day
  restored.accept(fair.server.batch(0, fair.server.own().head.seq));
  restored.accept(till.batch(0, 20));
  till.write(note_of("sau đó"));
  CHECK(drive(sender, till, restored) == 2);  // unknown, then from 20
  CHECK(sender.state().acknowledged == till.own().head);
  CHECK(!sender.must_reopen());
  CHECK(restored.look()->branches_of(till.journal)[0].head == till.own().head);

  // Nothing new was written: the first batch of a run, and the one after hurry(), asks again.
  Machine again(fair.server.journal.terminal, fair.root.public_key());
  again.accept(fair.server.batch(0, fair.server.own().head.seq));
  CHECK(drive(sender, till, again) == 0);
  sender.hurry();
  CHECK(drive(sender, till, again) == 2);
  CHECK(again.look()->branches_of(till.journal)[0].head == till.own().head);
  sync::Sender next_run(till.branch, sender.state(), half);
  CHECK(drive(next_run, till, again) == 1);  // one unit, to learn that all is well
}

TEST_CASE("what is shown again after a hurry and lost, or refused for now, is shown once more") {
  Fair fair;
  Machine till = fair.till("T1");
  for (int i = 0; i < 3; ++i) till.write(note_of("ghi chú"));
  fair.server.accept(till.batch(0, till.own().head.seq));
  sync::Sender sender(till.branch, {till.own().head, 1}, half);
  CHECK(sender.next(*till.look(), 0).has_value());
  sender.on_failure(0);
  CHECK(sender.next(*till.look(), 60'000).has_value());
  sender.on_outcome(*till.look(), Problem{"not_enrolled", "T1", {"", ""}}, 60'000);
  CHECK(sender.next(*till.look(), 120'000).has_value());
}

TEST_CASE("I7: a device restored to an earlier state learns that its journal goes on elsewhere before it writes on") {
  Fair fair;
  Machine till = fair.till("T1");
  for (int i = 0; i < 5; ++i) till.write(note_of("ghi chú"));
  Machine image = till.clone();
  const sync::SendState then{image.own().head, 1};
  till.write(note_of("sau ảnh đĩa"));
  fair.server.accept(till.batch(0, 7));
  sync::Sender sender(image.branch, then, half);
  drive(sender, image, fair.server);
  CHECK(sender.must_reopen());
}

TEST_CASE("both devices of a fork learn of the other, even if the answer that said so was lost") {
  Fair fair;
  Machine till = fair.till("T1");
  till.write(note_of("chung"));
  Machine copy = till.clone();
  till.write(note_of("một"));
  copy.write(note_of("hai"));
  sync::Sender one(till.branch, {}, half), two(copy.branch, {}, half);
  drive(one, till, fair.server);
  CHECK(!one.must_reopen());
  const auto lost = two.next(*copy.look(), 0);
  REQUIRE(lost);
  CHECK(fair.server.accept(*lost).forked);
  two.on_failure(0);
  CHECK(drive(two, copy, fair.server, 60'000) == 1);
  CHECK(two.must_reopen());
  CHECK(two.state().acknowledged == copy.own().head);
  till.write(note_of("ba"));
  CHECK(drive(one, till, fair.server) == 1);
  CHECK(one.must_reopen());
}

TEST_CASE("a hop that goes on not to know what it just named is asked ever more slowly") {
  Fair fair;
  Machine till = fair.till("T1");
  sync::Sender sender(till.branch, {}, half);
  Milliseconds now = 0;
  int asked = 0;
  for (; asked < 10; ++asked) {
    const auto batch = sender.next(*till.look(), now);
    if (!batch)
      now = sender.retry_at();
    else
      sender.on_outcome(*till.look(), sync::UnknownPrev{}, now);
  }
  CHECK(now > 1'000);
  CHECK(drive(sender, till, fair.server, now + 30'000) == 1);
}

TEST_CASE("an answer that comes after its time was up is passed over") {
  Fair fair;
  Machine till = fair.till("T1");
  sync::Sender sender(till.branch, {}, half);
  REQUIRE(sender.next(*till.look(), 0));
  sender.on_failure(0);
  sender.on_outcome(*till.look(), sync::Accepted{till.own().head, 1, 0, false, 1, 0}, 10);
  CHECK(sender.state().acknowledged.seq == 0);
}

TEST_CASE("an exported chain has every seal and all personal data, through the branches it runs") {
  Fair fair;
  Machine till = fair.till("T1");
  const journal::PersonalData personal{sha256("salt"), R"({"name":"Nông Thị Hoa"})"};
  journal::Entry named = entry_of(note_of("một"));
  named.personal = journal::personal_hash(personal);
  till.write({named}, {personal});
  till.write({entry_of(note_of("a")), entry_of(note_of("b"))});
  Machine copy = till.clone();
  till.write(note_of("một"));
  copy.write(note_of("hai"));
  fair.server.accept(till.batch(0, 5));
  fair.server.accept(sync::export_chain(*copy.look(), copy.branch));
  const auto snapshot = fair.server.look();
  const auto branches = snapshot->branches_of(till.journal);
  REQUIRE(branches.size() == 2);
  const std::string out = sync::export_chain(*snapshot, branches[1].no);
  CHECK(out == sync::export_chain(*copy.look(), copy.branch));  // as its writer has it
  const auto batch = sync::decode_batch(out, kFair);
  REQUIRE(batch.ok());
  REQUIRE(batch->batch.items.size() == 5);
  CHECK(batch->batch.items[1].personal == personal);
  CHECK(batch->batch.items[0].seal.has_value());
  CHECK(batch->batch.items[1].seal.has_value());
  CHECK(!batch->batch.items[2].seal.has_value());  // inside a unit
  CHECK(batch->batch.items[3].seal.has_value());
  CHECK(sync::export_chain(*snapshot, 999).empty());
}

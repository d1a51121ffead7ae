#include <doctest/doctest.h>

#include "shared/sync/limits.hpp"
#include "tests/unit/sync/fair.hpp"

using namespace phien;
using namespace phien::test;
using journal::Head;
using journal::Ref;
using journal::ServerPosition;

namespace {

ServerPosition take(Machine& till, const sync::Feed& feed) {
  const auto read = sync::feed_from_json(sync::to_json(feed));
  REQUIRE(read.ok());
  std::optional<Result<ServerPosition>> taken;
  till.store->run([&](db::Transaction& tx) { taken = sync::take_feed(tx, *read, kFair, till.journal.root); });
  REQUIRE_MESSAGE(taken->ok(), (taken->ok() ? "" : taken->problem().code));
  return taken->value();
}
std::string refused(Machine& till, const sync::Feed& feed) {
  std::optional<Result<ServerPosition>> taken;
  till.store->run([&](db::Transaction& tx) { taken = sync::take_feed(tx, feed, kFair, till.journal.root); });
  return taken->ok() ? "ok" : taken->problem().code;
}
// Follows the feed to its end; how many answers had something in them.
int follow(Machine& till, const Machine& server, ServerPosition& cursor) {
  for (int answers = 0; answers < 50; ++answers) {
    const sync::Feed feed = sync::make_feed(*server.look(), cursor, 0);
    const ServerPosition next = take(till, feed);
    if (feed.batches.empty() && next == cursor) return answers;
    cursor = next;
  }
  FAIL("the feed does not come to an end");
  return 0;
}
Head server_head(const Machine& m, std::int64_t incarnation) {
  const auto branches = m.look()->branches_of_terminal(journal::server_terminal(incarnation));
  return branches.empty() ? Head{} : branches.back().head;
}
Quantity shown(const Machine& till, const sync::FeedStock& stock, const std::string& product = "CB0001") {
  return sync::shown_on_hand(*till.look(), stock, till.journal, kExhibitor, product, kPlace);
}

}  // namespace

TEST_CASE("the server's journal comes down whole, in answers of at most the limit, and then nothing more") {
  Fair fair;
  for (int i = 0; i < 1'199; ++i) fair.server.write(note_of("ghi chú"));
  Machine till("T1", fair.root.public_key());
  ServerPosition cursor;
  const sync::Feed first = sync::make_feed(*fair.server.look(), cursor, 77);
  CHECK(first.server_time == 77);
  CHECK(first.incarnation == 1);
  CHECK(first.cursor.head.seq == static_cast<journal::Seq>(sync::kMaxFeedEntries));
  CHECK(follow(till, fair.server, cursor) == 3);
  CHECK(cursor == ServerPosition{1, fair.server.own().head});
  CHECK(server_head(till, 1) == fair.server.own().head);
  for (const std::int64_t own : {0, 1}) {
    const sync::Feed waiting = sync::make_feed(*fair.server.look(), cursor, 78, own);
    CHECK(waiting.batches.empty());
    CHECK(waiting.incarnation == 1);
    CHECK(waiting.cursor == cursor);
  }
  fair.server.write(note_of("mới"));
  const sync::Feed news = sync::make_feed(*fair.server.look(), cursor, 79, 1);
  REQUIRE(news.batches.size() == 1);
  CHECK(take(till, news) == ServerPosition{1, fair.server.own().head});
}

TEST_CASE("I10: an answer stays within the preferred bytes") {
  Fair fair;
  for (int i = 0; i < 40; ++i) {
    std::vector<journal::Entry> unit;
    for (std::size_t n = 0; n < sync::kMaxUnitEntries; ++n) unit.push_back(entry_of(note_of(std::string(2'000, 'x'))));
    fair.server.write(unit);
  }
  ServerPosition cursor;
  for (int i = 0; i < 20 && cursor.head != fair.server.own().head; ++i) {
    const sync::Feed feed = sync::make_feed(*fair.server.look(), cursor, 0);
    std::size_t bytes = 0;
    for (const std::string& b : feed.batches) bytes += b.size();
    CHECK(bytes <= sync::kPreferredFeedBytes);
    REQUIRE(!(feed.cursor == cursor));
    cursor = feed.cursor;
  }
  CHECK(cursor.head == fair.server.own().head);
}

TEST_CASE("an unknown cursor starts again from 1, and what is known is skipped") {
  Fair fair;
  for (int i = 0; i < 5; ++i) fair.server.write(note_of("ghi chú"));
  Machine till("T1", fair.root.public_key());
  ServerPosition cursor;
  follow(till, fair.server, cursor);
  const std::string dump = till.dump();
  for (const ServerPosition& lost :
       {ServerPosition{1, {3, sha256("?")}}, ServerPosition{1, {99, sha256("?")}}, ServerPosition{7, {1, sha256("?")}}}) {
    const sync::Feed feed = sync::make_feed(*fair.server.look(), lost, 0);
    CHECK(feed.batches.size() == 1);
    CHECK(take(till, feed) == cursor);
  }
  CHECK(till.dump() == dump);
}

TEST_CASE("a batch that does not follow from what is here sends the cursor back to the start") {
  Fair fair;
  for (int i = 0; i < 5; ++i) fair.server.write(note_of("ghi chú"));
  Machine till("T1", fair.root.public_key());
  const auto chain = chain_of(*fair.server.look(), fair.server.branch);
  CHECK(take(till, sync::make_feed(*fair.server.look(), {1, chain[2].at}, 0)) == ServerPosition{});
}

TEST_CASE("I7: a new incarnation is followed, the one it replaced is refused from then on") {
  Fair fair;
  for (int i = 0; i < 3; ++i) fair.server.write(note_of("ghi chú"));
  Machine till("T1", fair.root.public_key());
  ServerPosition cursor;
  follow(till, fair.server, cursor);

  Server second(fair.root, 2, cursor);
  second.accept(fair.server.batch(0, fair.server.own().head.seq));
  second.write(note_of("máy chủ mới"));
  CHECK(follow(till, second, cursor) == 1);
  CHECK(cursor == ServerPosition{2, second.own().head});
  fair.server.write(note_of("máy chủ cũ vẫn ghi"));
  const std::string dump = till.dump();
  CHECK(refused(till, sync::make_feed(*fair.server.look(), cursor, 0)) == "lower_incarnation");
  CHECK(refused(till, sync::make_feed(*fair.server.look(), {1, {}}, 0, 1)) == "lower_incarnation");
  CHECK(till.dump() == dump);
}

TEST_CASE("I7: entries of the old server that are found later come down to every terminal, before the new one's") {
  Fair fair;
  for (int i = 0; i < 3; ++i) fair.server.write(note_of("ghi chú"));
  const ServerPosition backup{1, fair.server.own().head};
  Machine knows("T1", fair.root.public_key()), behind("T2", fair.root.public_key());
  ServerPosition at_knows, at_behind;
  follow(behind, fair.server, at_behind);
  fair.server.enrol(knows);
  follow(knows, fair.server, at_knows);

  Server second(fair.root, 2, backup);  // from the backup: without the last entry
  second.accept(fair.server.batch(0, backup.head.seq));
  follow(behind, second, at_behind);
  CHECK(at_behind.incarnation == 2);
  second.accept(sync::export_chain(*knows.look(), knows.look()->branches_of_terminal("_server.1")[0].no));
  second.note_heads();
  CHECK(follow(behind, second, at_behind) >= 2);
  CHECK(server_head(behind, 1) == fair.server.own().head);
  CHECK(at_behind == ServerPosition{2, second.own().head});
  follow(knows, second, at_knows);
  CHECK(knows.dump() == behind.dump());
}

TEST_CASE("a server of another root, or one that bends its journal, is refused and nothing stays") {
  Fair fair, other;
  Machine till("T1", fair.root.public_key());
  const std::string empty = till.dump();
  CHECK(refused(till, sync::make_feed(*other.server.look(), {}, 0)) == "bad_certificate");
  sync::Feed bent = sync::make_feed(*fair.server.look(), {}, 0);
  bent.batches[0].replace(bent.batches[0].find("phien-server"), 5, "PHIEN");
  CHECK(refused(till, bent) == "bad_seal");
  sync::Feed terminal = sync::make_feed(*fair.server.look(), {}, 0);
  const Machine someone = fair.till("T5");
  terminal.batches = {someone.batch(0, 1)};
  CHECK(refused(till, terminal) == "bad_certificate");
  sync::Feed ahead = sync::make_feed(*fair.server.look(), {}, 0);
  ahead.incarnation = 0;
  CHECK(refused(till, ahead) == "bad_certificate");
  CHECK(till.dump() == empty);
}

TEST_CASE("a feed on the wire comes back as it was, and nothing else is understood") {
  Fair fair;
  sync::Feed feed = sync::make_feed(*fair.server.look(), {}, 5);
  feed.stock = sync::FeedStock{3, {{"T1", 4, sha256("x")}}, {{"EX01", "CB0001", "booth", -2'500}}};
  const std::string text = sync::to_json(feed);
  const auto back = sync::feed_from_json(text);
  REQUIRE(back.ok());
  CHECK(sync::to_json(*back) == text);
  CHECK(back->batches == feed.batches);
  CHECK(back->cursor == feed.cursor);
  CHECK(back->stock->rows == feed.stock->rows);
  CHECK(back->stock->heads == feed.stock->heads);
  for (std::size_t cut = 0; cut < text.size(); cut += 97) CHECK(!sync::feed_from_json(text.substr(0, cut)).ok());
  for (const char* bad :
       {"", "[]", "{}", R"({"batches":[1],"cursor":{"hash":"","incarnation":1,"seq":1},"incarnation":1,"server_time":0})"}) {
    CHECK(!sync::feed_from_json(bad).ok());
  }
  std::string bad_row = text;
  bad_row.replace(bad_row.find("-2500"), 5, "2.5e3");
  CHECK(!sync::feed_from_json(bad_row).ok());
}

TEST_CASE("stock names the heads of the exhibitor's own terminals alone") {
  Fair fair;
  Machine ours = fair.till("T1");
  Machine theirs("T2", fair.root.public_key());
  fair.server.enrol(theirs, {"EX02"});
  ours.write(stock_in_of("CB0001", 10'000));
  theirs.write(note_of("khác"));
  fair.server.accept(ours.batch(0, 2));
  fair.server.accept(theirs.batch(0, 1));
  const sync::FeedStock stock = sync::make_stock(*fair.server.look(), {kExhibitor}, 9);
  CHECK(stock.version == 9);
  CHECK(stock.heads == std::vector<Ref>{{"T1", 2, ours.own().head.hash}});
  CHECK(stock.rows == std::vector<sync::FeedRow>{{kExhibitor, "CB0001", kPlace, 10'000}});
  CHECK(sync::make_stock(*fair.server.look(), {"EX02"}, 9).rows.empty());
}

TEST_CASE("a till never subtracts its own sale twice, whichever of its entries a message includes") {
  Fair fair;
  Machine till = fair.till("T1"), other = fair.till("T2");
  ServerPosition cursor;
  follow(till, fair.server, cursor);
  other.write(stock_in_of("CB0001", 100'000));
  fair.server.accept(other.batch(0, 2));
  till.write(sale_of("CB0001", 3'000));
  till.write(sale_of("CB0001", 5'000));
  const sync::FeedStock before = sync::make_stock(*fair.server.look(), {kExhibitor}, 1);
  CHECK(shown(till, before) == 92'000);
  fair.server.accept(till.batch(0, 2));
  const sync::FeedStock half_way = sync::make_stock(*fair.server.look(), {kExhibitor}, 2);
  CHECK(shown(till, half_way) == 92'000);
  CHECK(shown(till, before) == 92'000);  // an older message, still true for this till
  fair.server.accept(till.batch(0, 3));
  const sync::FeedStock all = sync::make_stock(*fair.server.look(), {kExhibitor}, 3);
  CHECK(shown(till, all) == 92'000);
  other.write(sale_of("CB0001", 10'000));
  fair.server.accept(other.batch(0, 3));
  CHECK(shown(till, sync::make_stock(*fair.server.look(), {kExhibitor}, 4)) == 82'000);
  till.write(stock_in_of("CB0002", 4'000));
  CHECK(shown(till, all, "CB0002") == 4'000);
  CHECK(shown(till, all, "CB0003") == 0);
  CHECK(sync::shown_stock(*till.look(), all, till.journal).size() == 2);
}

TEST_CASE("a count of this till replaces the figure until the server has it; a count that was taken back does not") {
  Fair fair;
  Machine till = fair.till("T1");
  journal::ClockReading clock;  // counts need a known time
  const journal::Entry at = entry_of(note_of(""));
  clock.server = at.time.wall;
  clock.up = at.time.up;
  clock.wall = at.time.wall;
  clock.incarnation = 1;
  ServerPosition cursor;
  follow(till, fair.server, cursor);
  till.write(clock);
  till.write(stock_in_of("CB0001", 50'000));
  fair.server.accept(till.batch(0, 3));
  const sync::FeedStock stock = sync::make_stock(*fair.server.look(), {kExhibitor}, 1);
  till.write(sale_of("CB0001", 1'000));
  const Head counted = till.write(count_of("CB0001", 40'000));
  till.write(sale_of("CB0001", 2'000));
  CHECK(shown(till, stock) == 38'000);
  const std::string with_count = till.batch(0, 6);
  auto reversal = std::make_shared<journal::VoidEntry>();
  reversal->entry = {"T1", counted.seq, counted.hash};
  reversal->body = count_of("CB0001", 40'000);
  till.write(journal::VoidBody(reversal));
  CHECK(shown(till, stock) == 47'000);
  fair.server.accept(till.batch(0, 7));
  CHECK(shown(till, sync::make_stock(*fair.server.look(), {kExhibitor}, 2)) == 47'000);
}

TEST_CASE("I7: after a new journal was opened, sales of the old one that the server lacks still count") {
  Fair fair;
  Machine till = fair.till("T1");
  till.write(stock_in_of("CB0001", 20'000));
  fair.server.accept(till.batch(0, 2));
  till.write(sale_of("CB0001", 1'000));
  const Head last = till.own().head;
  Machine next("T2", fair.root.public_key());
  fair.server.enrol(next);
  next.store = std::move(till.store);  // the same device
  next.store->run([&](db::Transaction& tx) {
    next.branch = tx.add_branch(next.journal, 0, {0, journal::genesis(next.journal)});
  });
  journal::JournalOpen open;
  open.program = "phien-pos 0.1.0";
  open.continues = Ref{"T1", last.seq, last.hash};
  next.write(open);
  next.write(sale_of("CB0001", 2'000));
  const sync::FeedStock stock = sync::make_stock(*fair.server.look(), {kExhibitor}, 1);
  CHECK(shown(next, stock) == 17'000);
}

TEST_CASE("I7: a till restored to an earlier state does not subtract what the server knows better") {
  Fair fair;
  Machine till = fair.till("T1");
  till.write(stock_in_of("CB0001", 20'000));
  till.write(sale_of("CB0001", 1'000));
  Machine image = till.clone();
  till.write(sale_of("CB0001", 2'000));
  fair.server.accept(till.batch(0, 4));
  CHECK(shown(image, sync::make_stock(*fair.server.look(), {kExhibitor}, 1)) == 17'000);
}

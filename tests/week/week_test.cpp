// I5 and I2 on a real week: the journals of the rehearsed fair, posted again in ten random orders, batchings and with
// repetitions.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "db/memory/memory_store.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/views.hpp"
#include "shared/sync/receive.hpp"

namespace {

using namespace phien;

constexpr int kOrders = 10;
constexpr int kMostTries = 200;

// The file that the rehearsal left (PHIEN_WEEK), cut into batches of at most `most` entries; each journal's in its own list, in
// order.
std::map<std::string, std::vector<std::string>> batches_by_journal(const std::string& text, std::mt19937_64& random) {
  std::map<std::string, std::vector<std::string>> lists;
  const auto each = [&](sync::DecodedBatch piece) -> Result<bool> {
    // Cut at seals, here and there, so that every order also has another batching.
    std::vector<journal::BatchItem> items;
    journal::Head prev = piece.batch.prev, at = prev;
    for (const auto& item : piece.batch.items) {
      items.push_back(item);
      at = {at.seq + 1, item.hash};
      if (item.seal && (random() % 8 == 0 || &item == &piece.batch.items.back())) {
        lists[piece.batch.journal.terminal].push_back(journal::write_batch(piece.batch.journal, prev, items));
        items.clear();
        prev = at;
      }
    }
    return true;
  };
  const auto read = sync::decode_export(text, "", each);
  REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.problem().what.en));
  return lists;
}

bool take(db::JournalStore& store, const std::string& batch) {
  const auto decoded = sync::decode_batch(batch);
  REQUIRE(decoded.ok());
  bool accepted = false;
  store.run([&](db::Transaction& tx) { accepted = std::holds_alternative<sync::Accepted>(sync::receive(tx, *decoded, true)); });
  return accepted;
}

std::string dump_of(const db::JournalStore& store) { return ledger::dump(*store.snapshot()); }

}  // namespace

TEST_CASE("I5: a week's journals in ten random orders, batchings and with repetitions give equal bytes, and so does a rebuild") {
  const char* path = std::getenv("PHIEN_WEEK");
  REQUIRE_MESSAGE(path, "PHIEN_WEEK names the journals the rehearsal exported");
  std::ifstream file(path, std::ios::binary);
  std::stringstream read;
  read << file.rdbuf();
  const std::string text = read.str();
  REQUIRE(text.size() > 1'000'000);

  std::string first;
  for (int order = 0; order < kOrders; ++order) {
    std::mt19937_64 random(static_cast<std::uint64_t>(order) + 1);
    const auto store = db::open_memory();
    std::vector<std::string> waiting;
    for (auto& [terminal, list] : batches_by_journal(text, random)) waiting.insert(waiting.end(), list.begin(), list.end());
    const std::size_t batches = waiting.size();
    // Whatever comes before what it continues is refused and comes again, as a terminal would send it; some come twice.
    for (int tries = 0; !waiting.empty(); ++tries) {
      REQUIRE(tries < kMostTries);
      if (tries == 0 || random() % 2 == 0) {
        // Journals interleaved at random, mostly in their own order, with neighbours swapped here and there.
        for (std::size_t i = 1; i < waiting.size(); ++i)
          if (random() % 3 == 0) std::swap(waiting[i], waiting[random() % i]);
      } else {
        std::reverse(waiting.begin(), waiting.end());
      }
      std::vector<std::string> again;
      for (const auto& batch : waiting) {
        if (!take(*store, batch)) {
          again.push_back(batch);
        } else if (random() % 10 == 0) {
          CHECK(take(*store, batch));
        }
      }
      waiting = std::move(again);
    }
    CHECK(batches > 20);
    CHECK(ledger::imbalances(*store->snapshot()).empty());
    const std::string dump = dump_of(*store);
    CHECK(dump.size() > 100'000);
    if (first.empty()) first = dump;
    CHECK(dump == first);
    if (order == 0) {
      store->run([](db::Transaction& tx) { ledger::rebuild(tx); });
      CHECK(dump_of(*store) == first);
      // What the server itself said its ledger was.
      std::ifstream theirs(std::string(path) + ".ledger", std::ios::binary);
      std::stringstream said;
      said << theirs.rdbuf();
      CHECK(said.str() == first);
    }
  }
}

// Batches as a server takes them. Whatever they say, the books balance with themselves: they are the same when made anew, and
// the same when the batches come in another order (I2, I5, I6).
#include <algorithm>
#include <vector>

#include "db/memory/memory_store.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/views.hpp"
#include "shared/sync/limits.hpp"
#include "shared/sync/receive.hpp"
#include "shared/sync/verify.hpp"
#include "tests/fuzz/sample.hpp"
#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {
namespace {

constexpr std::size_t kMaxBatches = 8;
constexpr std::string_view kBegin = "phien-batch 1\n";

// The text cut where a batch begins; what stands before the first one belongs to it.
std::vector<std::string> batches_in(std::string_view input) {
  std::vector<std::string> batches;
  while (!input.empty() && batches.size() < kMaxBatches) {
    const std::size_t next = input.find(kBegin, 1);
    batches.emplace_back(input.substr(0, next));
    input.remove_prefix(std::min(next, input.size()));
  }
  return batches;
}

// A batch as it came in; its seals are verified once.
using Taken = Result<sync::DecodedBatch>;

sync::Outcome take(db::JournalStore& store, const Taken& batch) {
  if (!batch) return batch.problem();
  sync::Outcome outcome;
  store.run([&](db::Transaction& tx) { outcome = sync::receive(tx, *batch); });
  return outcome;
}

// A server's store with the journal that enrols the sample's till.
std::unique_ptr<db::JournalStore> open_fair() {
  static const Taken opening = sync::decode_batch(sample().opening);
  auto store = db::open_memory();
  const sync::Outcome outcome = take(*store, opening);
  must(std::holds_alternative<sync::Accepted>(outcome), "the sample's own journal is taken");
  return store;
}

std::string books_of(db::JournalStore& store) { return ledger::dump(*store.snapshot()); }

// Gives `batches` again and again until nothing more is taken: what waits for another comes in then.
void take_all(db::JournalStore& store, const std::vector<Taken>& batches) {
  bool grown = true;
  for (std::size_t round = 0; grown && round <= batches.size(); ++round) {
    grown = false;
    for (const Taken& batch : batches) {
      const sync::Outcome outcome = take(store, batch);
      const auto* accepted = std::get_if<sync::Accepted>(&outcome);
      grown |= accepted != nullptr && accepted->appended > 0;
    }
  }
}

bool takes_same(const sync::Outcome& first, const sync::Outcome& again) {
  const auto* a = std::get_if<sync::Accepted>(&first);
  const auto* b = std::get_if<sync::Accepted>(&again);
  if (a == nullptr || b == nullptr) return first.index() == again.index();
  return b->appended == 0 && b->known == a->appended + a->known && b->head == a->head;
}

}  // namespace

void sync(std::string_view input) {
  std::vector<Taken> batches;
  for (std::string& text : batches_in(input)) batches.push_back(sync::decode_batch(std::move(text)));
  const auto store = open_fair();
  for (const Taken& batch : batches) {
    const sync::Outcome outcome = take(*store, batch);
    const std::string books = books_of(*store);
    must(sync::outcome_from_json(sync::to_json(outcome)).ok(), "an outcome can be told over the wire");
    must(takes_same(outcome, take(*store, batch)), "a batch that comes twice is known");
    must(books_of(*store) == books, "a batch that comes twice is posted once");
  }
  take_all(*store, batches);
  const std::string books = books_of(*store);
  store->run([](db::Transaction& tx) { ledger::rebuild(tx); });
  must(books_of(*store) == books, "books made anew are the same");

  const auto other = open_fair();
  std::reverse(batches.begin(), batches.end());
  take_all(*other, batches);
  must(books_of(*other) == books, "the order of arrival does not matter");
  const auto snapshot = store->snapshot();
  must(!sync::verify(*snapshot).journals.empty(), "what is here can be verified");
}

}  // namespace phien::fuzz

// Batches taken apart, changed, and chained and sealed again with the keys of the sample fair: what a till with a bug, or in
// other hands, could send. What names a hash that moved names the new one.
#include <map>
#include <optional>
#include <vector>

#include "shared/journal/batch.hpp"
#include "tests/fuzz/sample.hpp"
#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {
namespace {

using namespace journal;

constexpr std::size_t kMaxDrafts = 6, kMaxItems = 60;

struct Item {
  std::string bytes;  // empty: only `digest` is known
  Hash digest{}, was{};
  std::optional<PersonalData> personal;
  bool sealed = false;
};
struct Draft {
  JournalId journal;
  Head prev;
  std::vector<Item> items;
};

std::vector<Draft> read_drafts(std::string_view text) {
  std::vector<Draft> drafts;
  while (!text.empty() && drafts.size() < kMaxDrafts) {
    const auto batch = read_batch(text, kMaxItems, text.size());
    if (!batch) break;
    Draft draft{batch->journal, batch->prev, {}};
    for (const BatchItem& item : batch->items)
      draft.items.push_back(
          {std::string(item.bytes), item.digest, item.hash, item.personal, item.seal.has_value() && draft.items.size() % 8 == 0});
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

// The sample's key of a journal; another one for a journal the sample does not know.
const SecretKey& key_of(const JournalId& journal) {
  for (const SecretKey* key : {&sample().server_key, &sample().till_key})
    if (key->public_key() == journal.key) return *key;
  return sample().stranger;
}

// Hashes that moved, as they stand in entries.
class Moved {
 public:
  void note(const Hash& from, const Hash& to) {
    if (from != to) moved_[hex(from)] = hex(to);
  }
  std::string follow(std::string bytes) const {
    constexpr std::size_t kHash = 64;
    for (std::size_t at = 0; at + kHash < bytes.size(); ++at) {
      if (bytes[at] != '"' || at + kHash + 1 >= bytes.size() || bytes[at + kHash + 1] != '"') continue;
      const auto found = moved_.find(bytes.substr(at + 1, kHash));
      if (found != moved_.end()) bytes.replace(at + 1, kHash, found->second);
    }
    return bytes;
  }

 private:
  std::map<std::string, std::string> moved_;
};

// Every place a batch of a journal may continue, as the batches before it made them.
using Places = std::map<JournalId, std::vector<Head>>;

std::string seal_again(const std::vector<Draft>& drafts) {
  Places places;
  Moved moved;
  std::string text;
  for (Draft draft : drafts) {
    std::vector<Head>& known = places[draft.journal];
    if (known.empty()) known.push_back({0, genesis(draft.journal)});
    Head head = known.front();
    for (const Head& place : known)
      if (place.seq == draft.prev.seq) head = place;  // the latest of that number
    const Head prev = head;
    const SecretKey& key = key_of(draft.journal);
    std::vector<BatchItem> items;
    for (Item& item : draft.items) {
      item.bytes = moved.follow(std::move(item.bytes));
      if (!item.bytes.empty()) item.digest = sha256(item.bytes);
      head = {head.seq + 1, next_hash(head.hash, item.digest)};
      moved.note(item.was, head.hash);
      known.push_back(head);
      BatchItem& made = items.emplace_back(BatchItem{item.bytes, item.digest, head.hash, item.personal, {}});
      if (item.sealed || items.size() == draft.items.size()) made.seal = seal(key, draft.journal, head);
    }
    if (!items.empty()) text += write_batch(draft.journal, prev, items);
  }
  return text;
}

void change_item(Draft& draft, Dice& dice, MutateBytes bytes) {
  Item& item = draft.items[dice.below(draft.items.size())];
  if (item.bytes.empty()) return;
  if (dice.one_in(20)) {
    item.bytes.clear();
    item.personal.reset();
    return;
  }
  if (item.personal && dice.one_in(4)) {
    item.personal->data = bytes(item.personal->data, 200);
    return;
  }
  std::string changed = mutate_entry(item.bytes, dice, bytes);
  if (!changed.empty() && changed.size() <= 4 * 1024) item.bytes = std::move(changed);
}

void change_batch(std::vector<Draft>& drafts, Dice& dice) {
  Draft& draft = drafts[dice.below(drafts.size())];
  const std::size_t at = dice.below(draft.items.size());
  const auto place = draft.items.begin() + static_cast<std::ptrdiff_t>(at);
  switch (dice.below(7)) {
    case 0:
      draft.items.erase(place);
      break;
    case 1:
      if (draft.items.size() < kMaxItems) draft.items.insert(place, Item(*place));
      break;
    case 2:
      std::swap(*place, draft.items[dice.below(draft.items.size())]);
      break;
    case 3:
      place->sealed = !place->sealed;
      break;
    case 4:  // another branch, or a resent piece
      draft.prev.seq = static_cast<Seq>(dice.below(static_cast<std::size_t>(draft.prev.seq) + draft.items.size() + 1));
      break;
    case 5:  // two batches of one
      if (drafts.size() < kMaxDrafts && at > 0) {
        Draft second{draft.journal, {draft.prev.seq + static_cast<Seq>(at), {}}, {place, draft.items.end()}};
        draft.items.erase(place, draft.items.end());
        drafts.push_back(std::move(second));
      }
      break;
    default:
      if (drafts.size() < kMaxDrafts) {
        drafts.push_back(Draft(draft));
      } else {
        std::swap(draft, drafts[dice.below(drafts.size())]);
      }
  }
}

}  // namespace

std::string mutate_sync(std::string_view input, Dice& dice, MutateBytes bytes) {
  std::vector<Draft> drafts = read_drafts(input);
  for (std::size_t times = dice.below(3) + 1; times > 0; --times) {
    std::erase_if(drafts, [](const Draft& draft) { return draft.items.empty(); });
    if (drafts.empty()) return {};
    if (dice.one_in(3))
      change_batch(drafts, dice);
    else
      change_item(drafts[dice.below(drafts.size())], dice, bytes);
  }
  return seal_again(drafts);
}

}  // namespace phien::fuzz

#include "tests/simulation/quiet.hpp"

#include <algorithm>
#include <map>

#include "db/memory/memory_store.hpp"
#include "shared/journal/batch.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/views.hpp"
#include "shared/sync/receive.hpp"
#include "shared/sync/send.hpp"
#include "shared/sync/verify.hpp"
#include "tests/simulation/world.hpp"

namespace phien::simulation {

namespace {

constexpr int kOrders = 3, kMostRounds = 200;
constexpr double kTampered = 0.25;  // in how many runs: each time every seal is verified again

// Every journal as batches cut at random seals, each branch a list in its order.
std::vector<std::vector<std::string>> batches_of(const journal::JournalsReader& journals, Dice& dice) {
  std::vector<std::vector<std::string>> lists;
  for (const auto& branch : journals.branches()) {
    const std::string text = sync::export_chain(journals, branch.no);
    if (text.empty()) continue;
    auto& list = lists.emplace_back();
    std::string_view rest = text;
    const auto whole = journal::read_batch(rest, text.size(), text.size());
    std::vector<journal::BatchItem> items;
    journal::Head prev = whole->prev, at = prev;
    for (const auto& item : whole->items) {
      items.push_back(item);
      at = {at.seq + 1, item.hash};
      if (!item.seal || (!dice.chance(0.15) && &item != &whole->items.back())) continue;
      list.push_back(journal::write_batch(whole->journal, prev, items));
      items.clear();
      prev = at;
    }
  }
  return lists;
}

// I5: whatever the order of arrival, and however often.
void post_again(const ledger::Reader& books, const std::string& expected, Dice& dice) {
  auto lists = batches_of(books, dice);
  const auto store = db::open_memory();
  int rounds = 0;
  for (bool left = true; left; ++rounds) {
    if (rounds > kMostRounds) throw Violation("I5", "journals posted again in another order never all arrive");
    left = false;
    std::vector<std::pair<std::uint64_t, std::vector<std::string>*>> turn;
    for (auto& list : lists)
      for (std::size_t i = 0; i < list.size(); ++i) turn.emplace_back(dice.next(), &list);
    std::sort(turn.begin(), turn.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [roll, list] : turn) {
      if (list->empty()) continue;
      const auto decoded = sync::decode_batch(list->front(), "");
      if (!decoded) throw Violation("I8", "an exported batch does not hold: " + decoded.problem().code);
      bool accepted = false;
      store->run([&](db::Transaction& tx) {
        accepted = std::holds_alternative<sync::Accepted>(sync::receive(tx, *decoded, true));
        if (accepted && dice.chance(0.1)) sync::receive(tx, *decoded, true);
      });
      if (accepted) list->erase(list->begin());
      left = left || !list->empty();
    }
  }
  if (ledger::dump(*store->snapshot()) != expected) throw Violation("I5", "posted in another order the books are others");
}

void rebuild(const ledger::Reader& books, const std::string& expected) {
  const auto* view = dynamic_cast<const db::Snapshot*>(&books);
  std::unique_ptr<db::JournalStore> store;
  try {
    store = db::open_memory(*view);
  } catch (const db::StoreFailed&) {  // of a file: everything is copied
    store = db::open_memory();
    store->run([&](db::Transaction& tx) { ledger::replay(books, tx, nullptr); });
  }
  store->run([](db::Transaction& tx) { ledger::rebuild(tx); });
  if (ledger::dump(*store->snapshot()) != expected) throw Violation("I5", "made anew the books are others");
}

// What every seller sees is what the server's books say.
void look_at_shelves(const ledger::Reader& books, const std::vector<Shelf>& shelves) {
  std::map<std::string, Quantity> true_rows;
  const auto key = [](const auto& row) { return row.exhibitor + "|" + row.product + "|" + row.place; };
  for (const auto& row : ledger::stock(books)) true_rows[key(row)] = row.on_hand;
  for (const Shelf& shelf : shelves) {
    std::map<std::string, Quantity> seen;
    for (const auto& row : shelf.rows) seen[key(row)] = row.on_hand;
    for (const auto& [id, on_hand] : true_rows) {
      const bool theirs = std::any_of(shelf.exhibitors.begin(), shelf.exhibitors.end(),
                                      [&](const std::string& seller) { return id.starts_with(seller + "|"); });
      if (theirs && seen[id] != on_hand)
        throw Violation("I3",
                        shelf.device + " shows " + id + " " + std::to_string(seen[id]) + " and not " + std::to_string(on_hand));
    }
  }
}

std::string all_journals(const journal::JournalsReader& journals) {
  std::string all;
  for (const auto& branch : journals.branches()) all += sync::export_chain(journals, branch.no);
  return all;
}

std::vector<sync::Finding> findings(const std::string& file) {
  const auto verified = sync::verify_export(file);
  if (!verified) return {{verified.problem().code, {}, {}}};
  return verified->findings;
}

// I8: the journals of a terminal cut at an earlier seal, where a witness has named a later head; a changed byte.
void tamper(const ledger::Reader& books, Dice& dice) {
  const auto witnessed = ledger::witnessed_heads(books);
  if (!witnessed.empty()) {
    const auto victim = dice.one_of(witnessed);
    std::string file;
    bool cut = false;
    for (const auto& branch : books.branches()) {
      std::string text = sync::export_chain(books, branch.no);
      const auto place = branch.journal.terminal == victim.terminal && branch.parent == 0 && branch.head.seq >= victim.seq &&
                                 books.branches_of_terminal(victim.terminal).size() == 1
                             ? books.last_seal(branch.no, victim.seq - 1)
                             : 0;
      if (place > 0) {
        std::string_view rest = text;
        const auto whole = journal::read_batch(rest, text.size(), text.size());
        std::vector<journal::BatchItem> items(whole->items.begin(), whole->items.begin() + place);
        file += journal::write_batch(whole->journal, whole->prev, items);
        cut = true;
      } else {
        file += text;
      }
    }
    if (cut && findings(file).empty())
      throw Violation("I8", "the journal of " + victim.terminal + " was cut before a witnessed head, and nothing shows it");
  }
  std::string file = all_journals(books);
  const auto amount = file.rfind("\"total\":");
  if (amount == std::string::npos) return;
  char& digit = file[amount + 8];
  digit = digit == '9' ? '8' : '9';
  if (findings(file).empty()) throw Violation("I8", "a changed amount does not show");
}

}  // namespace

void look_when_quiet(const ledger::Reader& books, const std::vector<Shelf>& shelves, bool lost, Dice dice) {
  const std::string dump = ledger::dump(books);
  for (int order = 0; order < kOrders; ++order) post_again(books, dump, dice);
  rebuild(books, dump);
  look_at_shelves(books, shelves);
  const auto verification = sync::verify(books);
  for (const auto& finding : verification.findings) {
    const bool excused = lost && (finding.code == "head_missing" || finding.code == "server_head_missing");
    if (!excused)
      throw Violation("I8", "verify finds " + finding.code + " at " + finding.place.terminal + ":" +
                                std::to_string(finding.place.seq) + " where nobody touched anything");
  }
  if (dice.chance(kTampered)) tamper(books, dice);
}

}  // namespace phien::simulation

#include "tests/simulation/partitioned.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <mutex>
#include <vector>

#include "db/memory/memory_store.hpp"
#include "db/sqlite/sqlite_store.hpp"
#include "shared/journal/certificate.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/views.hpp"
#include "shared/sync/limits.hpp"
#include "shared/sync/receive.hpp"
#include "shared/sync/send.hpp"
#include "shared/sync/walk.hpp"
#include "tests/contract/fixture.hpp"
#include "tests/simulation/fair.hpp"
#include "tests/simulation/hop.hpp"

namespace phien::simulation {

namespace {

using Steady = std::chrono::steady_clock;
double seconds_since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

constexpr int kTills = 40, kDays = 3, kInOneCommit = 500;

// What the sales were, by the one who made them.
struct Made {
  std::int64_t sales = 0;
  Dong money = 0;
  std::map<std::string, Quantity> sold;
};

struct Till {
  journal::JournalId journal;
  SecretKey key;
  catalogue::Exhibitor seller;
  std::vector<catalogue::Product> goods;
  std::unique_ptr<db::JournalStore> store = db::open_memory();
  journal::BranchNo branch = 0;
};

class Booth {
 public:
  explicit Booth(int sales_each) : dice_(Dice::of(20250515, "partitioned")) {
    for (int i = 0; i < kTills; ++i) {
      const auto sellers = exhibitors_of_fair();
      const auto& seller = sellers[static_cast<std::size_t>(i) % sellers.size()];
      auto key = SecretKey::generate();
      journal::JournalId id{kFair, root_.public_key(), fmt::format("T{:02}", i + 1), key.public_key()};
      tills_.push_back({id, key, seller, {}, db::open_memory(), 0});
      for (const auto& one : goods_of_fair())
        if (one.exhibitor == seller.id) tills_.back().goods.push_back(one);
      write_days(tills_.back(), sales_each);
    }
  }

  // The server's own journal: the catalogue and who was enrolled.
  void open_server(db::JournalStore& store) const {
    journal::JournalId id{kFair, root_.public_key(), "_server.1", server_.public_key()};
    journal::Incarnation first;
    first.number = 1;
    first.root = root_.public_key();
    first.tls = sha256("tls");
    first.certificate = root_.sign(journal::incarnation_message(kFair, 1, server_.public_key(), first.tls, {}));
    first.program = "phien-server simulated";
    std::vector<journal::Body> bodies{first};
    for (auto& body : opening_of_fair()) bodies.push_back(std::move(body));
    for (const Till& till : tills_)
      bodies.push_back(journal::TerminalEnrolled{
          till.journal.terminal, till.journal.key, {till.seller.id}, till.seller.booth, till.seller.id});
    store.run([&](db::Transaction& tx) {
      auto branch = *tx.branch(tx.add_branch(id, 0, {0, journal::genesis(id)}));
      for (auto& body : bodies)
        append(tx, branch, server_, {random_hex(16), {boot_of(0), 1, kOpening}, "_system", {}, {}, {}, {}, std::move(body)});
    });
  }

  std::vector<Till>& tills() { return tills_; }
  const Made& made() const { return made_; }

 private:
  static std::string boot_of(int day) { return std::string(31, 'a') + std::to_string(day); }
  static void append(db::Transaction& tx, journal::Branch& branch, const SecretKey& key, journal::Entry entry) {
    if (const auto written = ledger::write(tx, branch, key, {std::move(entry)}); !written)
      throw std::logic_error(written.problem().code + " " + written.problem().where);
  }

  // Three days without a server, switched off at night: only the first morning and the last evening have a reading of its clock.
  void write_days(Till& till, int sales) {
    till.store->run([&](db::Transaction& tx) {
      till.branch = tx.add_branch(till.journal, 0, {0, journal::genesis(till.journal)});
      auto branch = *tx.branch(till.branch);
      append(tx, branch, till.key, entry_at(0, 1'000, journal::JournalOpen{"phien-pos simulated", {}, {}, {}}));
      append(tx, branch, till.key,
             entry_at(0, 2'000, journal::ClockReading{kOpening + 2'000, 10, 2'000, wall_at(0, 2'000), 1, false}));
    });
    const Milliseconds step = 10 * kHour * kDays / std::max(1, sales);
    for (int from = 0; from < sales; from += kInOneCommit) {
      till.store->run([&](db::Transaction& tx) {
        auto branch = *tx.branch(till.branch);
        for (int i = from; i < std::min(sales, from + kInOneCommit); ++i) {
          const Milliseconds into = step * i;
          const int day = static_cast<int>(into / (10 * kHour));
          append(tx, branch, till.key, entry_at(day, into % (10 * kHour) + 3'000, sale(till, i + 1)));
        }
      });
    }
    till.store->run([&](db::Transaction& tx) {
      auto branch = *tx.branch(till.branch);
      const Milliseconds up = 10 * kHour + 5'000;
      const Milliseconds now = kOpening + (kDays - 1) * 24 * kHour + up;
      append(tx, branch, till.key, entry_at(kDays - 1, up, journal::ClockReading{now, 10, up, wall_at(kDays - 1, up), 1, false}));
    });
  }
  // This device's clock is an hour fast.
  static Milliseconds wall_at(int day, Milliseconds up) { return kOpening + day * 24 * kHour + up + kHour; }
  static journal::Entry entry_at(int day, Milliseconds up, journal::Body body) {
    return {random_hex(16), {boot_of(day), up, wall_at(day, up)}, "seller", {}, {}, {}, {}, std::move(body)};
  }
  journal::Sale sale(const Till& till, int receipt) {
    journal::Sale sale;
    sale.exhibitor = till.seller.id;
    sale.booth = till.seller.booth;
    sale.place = "booth";
    sale.vat_method = "TRUC_TIEP";
    sale.receipt = receipt;
    for (std::int64_t n = dice_.between(1, 3); n > 0; --n) {
      const auto& some = dice_.one_of(till.goods);
      journal::Line line;
      line.product = some.id;
      line.name = some.name;
      line.unit = some.unit;
      line.qty = dice_.between(1, 4) * kOne;
      line.price = some.price;
      line.total = line_total(line.qty, line.price).value();
      line.vat = "none";
      sale.total += line.total;
      made_.sold[some.id] += line.qty;
      sale.lines.push_back(std::move(line));
    }
    sale.payments = {{journal::Method::cash, sale.total, till.seller.id, {}, {}, {}, {}}};
    ++made_.sales;
    made_.money += sale.total;
    return sale;
  }

  Dice dice_;
  SecretKey root_ = SecretKey::generate(), server_ = SecretKey::generate();
  std::vector<Till> tills_;
  Made made_;
};

// Sources of batches, one batch of each in flight at a time; the writer posts while the next ones are decoded. `next` gives
// nothing when a source has sent all.
void ingest(db::JournalStore& server, std::size_t sources, const std::function<std::optional<std::string>(std::size_t)>& next,
            const std::function<void(std::size_t, const sync::Outcome&)>& answered) {
  struct Answer {
    std::size_t source;
    sync::Outcome outcome;
  };
  std::mutex lock;
  std::condition_variable arrived;
  std::deque<Answer> answers;
  std::size_t in_flight = 0;
  const auto send = [&](std::size_t i) {
    auto text = next(i);
    if (!text) return;
    auto decoded = sync::decode_batch(std::move(*text), kFair);
    if (!decoded) throw Violation("I6", "an honest batch does not decode: " + decoded.problem().code);
    const auto batch = std::make_shared<sync::DecodedBatch>(std::move(*decoded));
    const auto outcome = std::make_shared<sync::Outcome>();
    ++in_flight;
    const bool queued = server.submit([batch, outcome](db::Transaction& tx) { *outcome = sync::receive(tx, *batch); },
                                      [&, i, outcome](const std::exception_ptr& error) {
                                        const std::scoped_lock hold(lock);
                                        answers.push_back({i, error ? sync::Outcome(Problem{"failed", "", {}}) : *outcome});
                                        arrived.notify_one();
                                      });
    if (!queued) throw Violation("I10", "the server's queue is full of 40 tills");
  };
  for (std::size_t i = 0; i < sources; ++i) send(i);
  while (in_flight > 0) {
    std::unique_lock hold(lock);
    arrived.wait(hold, [&] { return !answers.empty(); });
    const Answer answer = std::move(answers.front());
    answers.pop_front();
    hold.unlock();
    --in_flight;
    if (!std::holds_alternative<sync::Accepted>(answer.outcome)) throw Violation("I6", sync::to_json(answer.outcome));
    answered(answer.source, answer.outcome);
    send(answer.source);
  }
}

// Every till sends what it has until the server has acknowledged its last entry.
void catch_up(std::vector<Till>& tills, db::JournalStore& server) {
  std::vector<sync::Sender> senders;
  for (Till& till : tills) senders.emplace_back(till.branch, sync::SendState{}, [] { return 0.5; });
  ingest(
      server, tills.size(), [&](std::size_t i) { return senders[i].next(*tills[i].store->snapshot(), 0); },
      [&](std::size_t i, const sync::Outcome& outcome) { senders[i].on_outcome(*tills[i].store->snapshot(), outcome, 0); });
}

// The same entries as batches that lie ready: what the ingest alone can do.
double ingest_bulk(std::vector<Till>& tills, db::JournalStore& server) {
  std::vector<std::deque<std::string>> ready;
  for (Till& till : tills) {
    auto& list = ready.emplace_back();
    const auto journals = till.store->snapshot();
    const auto branch = *journals->branch(till.branch);
    for (journal::Head at = branch.base; at != branch.head;) {
      auto cut = sync::cut_batch(*journals, branch, at, sync::kPreferredBatchEntries, sync::kPreferredBatchBytes);
      at = cut->end;
      list.push_back(std::move(cut->text));
    }
  }
  const auto start = Steady::now();
  ingest(
      server, ready.size(),
      [&](std::size_t i) {
        if (ready[i].empty()) return std::optional<std::string>();
        std::optional<std::string> text(std::move(ready[i].front()));
        ready[i].pop_front();
        return text;
      },
      [](std::size_t, const sync::Outcome&) {});
  return seconds_since(start);
}

void check(const db::JournalStore& server, Booth& booth) {
  const auto books = server.snapshot();
  const auto differs = [](const std::string& what, std::int64_t is, std::int64_t should) {
    if (is != should) throw Violation("I2", fmt::format("{}: {} and not {}", what, is, should));
  };
  std::int64_t sales = 0;
  Dong money = 0;
  for (const auto& cell : ledger::deal_cells(*books)) sales += cell.sales, money += cell.sales_total;
  differs("sales", sales, booth.made().sales);
  differs("money", money, booth.made().money);
  std::map<std::string, Quantity> sold;
  for (const auto& row : ledger::stock(*books)) sold[row.product] += row.sold;
  for (const auto& [product, qty] : booth.made().sold) differs("sold of " + product, sold[product], qty);
  for (const std::string& line : ledger::imbalances(*books)) throw Violation("I3", line);
  for (Till& till : booth.tills()) {
    const auto here = books->branches_of(till.journal);
    const auto there = till.store->snapshot()->branch(till.branch);
    if (here.size() != 1 || here.front().head != there->head)
      throw Violation("live", till.journal.terminal + " has not arrived whole");
  }
}

std::uintmax_t bytes_of(const std::string& path) {
  std::uintmax_t all = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code none;
    const auto size = std::filesystem::file_size(path + suffix, none);
    if (!none) all += size;
  }
  return all;
}

}  // namespace

int heal_a_partition(int sales_each) {
  seed_the_random_source(20250515);
  try {
    const auto start = Steady::now();
    Booth booth(sales_each);
    std::printf("%d tills, %d sales each in three days without a server, written in %.1f s\n", kTills, sales_each,
                seconds_since(start));
    const tests::Folder folder;
    const std::int64_t entries = booth.made().sales + 3 * kTills;
    double bulk = 0;
    {
      const auto reference = db::open_sqlite(folder.file("reference.db"));
      booth.open_server(*reference);
      bulk = static_cast<double>(entries) / ingest_bulk(booth.tills(), *reference);
    }
    const std::string path = folder.file("server.db");
    const auto server = db::open_sqlite(path);
    booth.open_server(*server);
    const auto healed = Steady::now();
    catch_up(booth.tills(), *server);
    const double seconds = seconds_since(healed);
    check(*server, booth);
    const double rate = static_cast<double>(entries) / seconds;
    std::printf(
        "caught up in %.1f s: %.0f entries a second, %.2f of the %.0f of an ingest of ready batches; %.1f MB on disk, %.0f bytes "
        "an entry\n",
        seconds, rate, rate / bulk, bulk, static_cast<double>(bytes_of(path)) / 1e6,
        static_cast<double>(bytes_of(path)) / static_cast<double>(entries));
    std::printf("every sale is there once: %lld sales, %lld đ\n", static_cast<long long>(booth.made().sales),
                static_cast<long long>(booth.made().money));
    return 0;
  } catch (const std::exception& e) {
    std::printf("NOT healed: %s\n", e.what());
    return 1;
  }
}

}  // namespace phien::simulation

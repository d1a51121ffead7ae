// A fair for tests of the ledger: journals written by hand, and copies of them that take their entries in any order.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/memory/memory_store.hpp"
#include "shared/journal/certificate.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/views.hpp"

namespace phien::test {

inline constexpr Milliseconds kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;
inline constexpr Milliseconds kOpening = 1'747'274'400'000;  // 2025-05-15T09:00 in the fair's zone

SecretKey key_number(int n);  // the same key for the same number

// One written entry, as it travels.
struct Item {
  std::string bytes;
  Hash digest, hash;
  Signature seal;
  std::optional<journal::PersonalData> personal;
};

// A device that writes one journal. Copying the object is what copying its card is: from there on the journal forks.
class Writer {
 public:
  Writer(journal::JournalId id, SecretKey key) : id_(std::move(id)), key_(std::move(key)) { restart("a"); }

  journal::Ref write(journal::Body body, std::optional<Milliseconds> happened = {},
                     std::optional<journal::PersonalData> personal = {});
  journal::Ref write_raw(const std::string& bytes);  // whatever a broken program may write
  // The kernel starts anew: another boot, CLOCK_BOOTTIME from 1000 on.
  void restart(char letter) { restart(std::string(1, letter)); }
  void restart(const std::string& letter);
  // A reading of the server's clock, which is right.
  journal::Ref read_clock(bool reset = false);

  Milliseconds now = kOpening;  // true time; the test moves it
  Milliseconds skew = 0;        // what the device's wall clock adds to it
  const journal::JournalId& id() const { return id_; }
  const std::vector<Item>& items() const { return items_; }
  journal::Ref ref(std::size_t index) const;
  journal::Head head() const;
  journal::Entry entry(const journal::Ref& ref) const;  // as it was written

 private:
  journal::JournalId id_;
  SecretKey key_;
  std::string boot_;
  Milliseconds booted_ = 0;
  std::vector<Item> items_;
  std::int64_t nonce_ = 0;
};

// The organizer: makes servers and enrols terminals.
struct Organizer {
  SecretKey root = key_number(1);
  std::string fair = "phien-thu";
  Writer server(std::int64_t incarnation, int key) const;  // certified
  Writer terminal(const std::string& id, int key) const;   // its first entry is journal_open
};
journal::Body enrol(const Writer& terminal, std::vector<std::string> exhibitors);

// A store that takes what writers wrote, as a server does.
class Copy {
 public:
  // Items [from, to) of a writer; those known are skipped. Without `bytes` they come as digests alone.
  void take(const Writer& writer, std::size_t from, std::size_t to, bool bytes = true);
  void take(const Writer& writer) { take(writer, 0, writer.items().size()); }
  void fill(const Writer& writer, std::size_t index);
  void rebuild();
  std::unique_ptr<db::Snapshot> books() const { return store_->snapshot(); }
  std::string dump() const { return ledger::dump(*books()); }
  // Time, quality and standing of every entry, in an order that is the same everywhere.
  std::string entries() const;
  std::optional<journal::StoredEntry> find(const journal::Ref& ref) const { return journal::find(*books(), ref); }
  db::JournalStore& store() { return *store_; }

 private:
  std::unique_ptr<db::JournalStore> store_ = db::open_memory();
};

// Short bodies.
journal::Line line(const std::string& product, Quantity qty, Dong price);
journal::Payment pay(journal::Method method, Dong amount, const std::string& holder = "ex1");
journal::Payment transfer(const std::string& pay_ref, Dong amount, const std::string& holder = "ex1");
journal::Sale sale(std::int64_t receipt, std::vector<journal::Line> lines, std::vector<journal::Payment> payments);
journal::GoodsLine goods(const std::string& product, Quantity qty);
journal::Body void_of(const journal::Ref& ref, journal::Body body);

}  // namespace phien::test

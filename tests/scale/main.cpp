// phien-scale DIR EXHIBITORS TERMINALS SALES: fills the data directory of a fresh fair, while no server runs, with a catalogue,
// enrolled terminals and their journals, through the production append and posting. Ten days of ten hours, five goods each.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "db/sqlite/sqlite_store.hpp"
#include "server/keys.hpp"
#include "shared/bytes.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/pay_refs.hpp"

namespace {

using namespace phien;
using nlohmann::json;

constexpr Milliseconds kOpens = 1'747'270'800'000;  // 2025-05-15 08:00 in Vietnam
constexpr Milliseconds kHour = 3'600'000, kDay = 24 * kHour;
constexpr int kDays = 10, kHoursADay = 10, kGoods = 5, kInOneCommit = 2'000;
constexpr Quantity kStock = 100'000'000;

struct Scale {
  int exhibitors = 0, terminals = 0;
  std::int64_t sales = 0;
};

struct Till {
  journal::JournalId id;
  SecretKey key = SecretKey::generate();
  std::string exhibitor, booth, boot = random_hex(16);
  journal::Branch branch;
  std::int64_t receipts = 0, made = 0;
};

std::string exhibitor_id(int n) { return fmt::format("EX{:04}", n); }
std::string product_id(int exhibitor, int n) { return fmt::format("SP{:04}{}", exhibitor, n); }
Dong price_of(int n) { return 20'000 + 5'000 * n; }

class Fair {
 public:
  Fair(const std::string& directory, const Scale& scale)
      : scale_(scale),
        keys_(server::read_keys(directory + "/keys.json").value()),
        store_(db::open_sqlite(directory + "/phien.db")) {}

  void fill() {
    store_->run([&](db::Transaction& tx) { own_ = tx.branches_of(keys_.journal_id()).front(); });
    write_catalogue();
    enrol();
    sell();
  }

 private:
  static void append(db::Transaction& tx, journal::Branch& branch, const SecretKey& key, journal::Entry entry) {
    const auto written = ledger::write(tx, branch, key, {std::move(entry)});
    if (!written) throw std::runtime_error(written.problem().code + " " + written.problem().where);
  }
  static journal::Entry entry(const std::string& boot, Milliseconds after, const std::string& by, journal::Body body) {
    return {random_hex(16), {boot, after, kOpens + after}, by, {}, {}, {}, {}, std::move(body)};
  }

  void write_own(const std::vector<journal::Body>& bodies) {
    for (std::size_t from = 0; from < bodies.size(); from += kInOneCommit)
      store_->run([&](db::Transaction& tx) {
        own_ = tx.branch(own_.no).value();
        for (std::size_t i = from; i < std::min(bodies.size(), from + kInOneCommit); ++i)
          append(tx, own_, keys_.journal, entry(std::string(32, 'a'), 1, "_system", bodies[i]));
      });
  }

  void write_catalogue() {
    using Type = journal::CatalogueItem::Type;
    std::vector<journal::Body> bodies;
    bodies.push_back(journal::CatalogueItem{Type::fair,
                                            {{"id", keys_.fair},
                                             {"name", "Hội chợ lớn (Mẫu)"},
                                             {"first_day", "2025-05-15"},
                                             {"last_day", "2025-05-24"},
                                             {"host_province", "Cao Bằng"},
                                             {"is_sample", true}},
                                            false});
    for (int e = 1; e <= scale_.exhibitors; ++e) {
      bodies.push_back(journal::CatalogueItem{Type::exhibitor,
                                              {{"id", exhibitor_id(e)},
                                               {"name", fmt::format("HTX số {} (Mẫu)", e)},
                                               {"booth", fmt::format("A{:04}", e)},
                                               {"province", e % 3 == 0 ? "Cao Bằng" : "Lạng Sơn"},
                                               {"bank_account", fmt::format("{:012}", e)},
                                               {"is_sample", true}},
                                              false});
      journal::Opening opening{exhibitor_id(e), "booth", {}};
      for (int p = 1; p <= kGoods; ++p) {
        const std::string name = fmt::format("Đặc sản {} của gian {} (Mẫu)", p, e);
        bodies.push_back(journal::CatalogueItem{Type::product,
                                                {{"id", product_id(e, p)},
                                                 {"exhibitor", exhibitor_id(e)},
                                                 {"name", name},
                                                 {"unit", "hộp"},
                                                 {"sold_by", "piece"},
                                                 {"price", price_of(p)},
                                                 {"vat", "8"},
                                                 {"is_sample", true}},
                                                false});
        opening.lines.push_back({product_id(e, p), name, "hộp", kStock, {}, {}});
      }
      bodies.push_back(std::move(opening));
    }
    write_own(bodies);
  }

  void enrol() {
    std::vector<journal::Body> bodies;
    for (int t = 1; t <= scale_.terminals; ++t) {
      const int e = (t - 1) % scale_.exhibitors + 1;
      Till till;
      till.exhibitor = exhibitor_id(e);
      till.booth = fmt::format("A{:04}", e);
      till.id = {keys_.fair, keys_.root, fmt::format("T{:04}", t), till.key.public_key()};
      bodies.push_back(journal::TerminalEnrolled{till.id.terminal, till.id.key, {till.exhibitor}, till.booth, till.exhibitor});
      tills_.push_back(std::move(till));
    }
    write_own(bodies);
    for (Till& till : tills_)
      store_->run([&](db::Transaction& tx) {
        till.branch = tx.branch(tx.add_branch(till.id, 0, {0, journal::genesis(till.id)})).value();
        append(tx, till.branch, till.key, entry(till.boot, 1, "_system", journal::JournalOpen{"phien-scale", {}, {}, {}}));
        append(tx, till.branch, till.key,
               entry(till.boot, 2, "_system", journal::ClockReading{kOpens + 2, 0, 2, kOpens + 2, 1, false}));
      });
  }

  // Every till sells evenly through the days; tills take turns, as they would arrive.
  void sell() {
    const std::int64_t each = scale_.sales / scale_.terminals;
    const std::int64_t rounds = std::max<std::int64_t>(1, each / 50);
    for (std::int64_t round = 0; round < rounds; ++round) {
      std::size_t t = 0;
      while (t < tills_.size())
        store_->run([&](db::Transaction& tx) {
          for (int in_commit = 0; t < tills_.size() && in_commit < kInOneCommit; ++t)
            in_commit += sell_some(tx, tills_[t], each * (round + 1) / rounds, each);
        });
      std::fprintf(stderr, "\r%lld of %lld sales", static_cast<long long>(each * (round + 1) / rounds * scale_.terminals),
                   static_cast<long long>(scale_.sales));
    }
    std::fputc('\n', stderr);
  }

  int sell_some(db::Transaction& tx, Till& till, std::int64_t up_to, std::int64_t each) {
    till.branch = tx.branch(till.branch.no).value();
    int written = 0;
    for (; till.made < up_to; ++till.made, ++written) {
      const Milliseconds open = kHoursADay * kHour * kDays / each * till.made;
      const Milliseconds after = open / (kHoursADay * kHour) * kDay + open % (kHoursADay * kHour) + 1'000;
      append(tx, till.branch, till.key, entry(till.boot, after, "_system", sale(till)));
    }
    return written;
  }

  journal::Sale sale(Till& till) {
    journal::Sale sale;
    sale.exhibitor = till.exhibitor;
    sale.booth = till.booth;
    sale.place = "booth";
    sale.vat_method = "TRUC_TIEP";
    sale.receipt = ++till.receipts;
    const int exhibitor = std::atoi(till.exhibitor.c_str() + 2);
    for (int n = 0; n < 2; ++n) {
      const int p = static_cast<int>((till.receipts + n * 2) % kGoods) + 1;
      journal::Line line;
      line.product = product_id(exhibitor, p);
      line.name = fmt::format("Đặc sản {} của gian {} (Mẫu)", p, exhibitor);
      line.unit = "hộp";
      line.qty = 1'000;
      line.price = line.total = price_of(p);
      line.vat = "8";
      sale.total += line.total;
      sale.lines.push_back(std::move(line));
    }
    journal::Payment payment;
    payment.amount = sale.total;
    payment.holder = till.exhibitor;
    if (till.receipts % 3 == 0) {
      payment.method = journal::Method::transfer;
      payment.pay_ref = refs_.next();
    }
    sale.payments.push_back(std::move(payment));
    return sale;
  }

  Scale scale_;
  server::Keys keys_;
  std::unique_ptr<db::JournalStore> store_;
  journal::Branch own_;
  std::vector<Till> tills_;
  PayRefs refs_{7'000'000'000};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "phien-scale DIR EXHIBITORS TERMINALS SALES\n");
    return 2;
  }
  init_crypto();
  Fair(argv[1], {std::atoi(argv[2]), std::atoi(argv[3]), std::atoll(argv[4])}).fill();
  return 0;
}

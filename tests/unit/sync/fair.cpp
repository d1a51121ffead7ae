#include "tests/unit/sync/fair.hpp"

#include <doctest/doctest.h>

#include "shared/journal/certificate.hpp"
#include "shared/sync/walk.hpp"

namespace phien::test {

using namespace journal;

Entry entry_of(Body body) {
  static Milliseconds up = 1'000;
  up += 1'000;
  Entry e;
  e.nonce = random_hex(16);
  e.time = {"00112233445566778899aabbccddeeff", up, 1'747'300'000'000 + up};
  e.by = "C01";
  e.body = std::move(body);
  return e;
}

Sale sale_of(const std::string& product, Quantity qty) {
  static std::int64_t receipt = 0;
  Line line;
  line.product = product;
  line.name = "Thạch đen";
  line.unit = "hộp";
  line.qty = qty;
  line.price = 25'000;
  line.total = line_total(qty, line.price).value();
  line.vat = "8";
  Sale sale;
  sale.exhibitor = kExhibitor;
  sale.booth = "A01";
  sale.place = kPlace;
  sale.vat_method = "direct";
  sale.receipt = ++receipt;
  sale.total = line.total;
  Payment cash;
  cash.method = Method::cash;
  cash.amount = line.total;
  cash.holder = kExhibitor;
  sale.payments = {cash};
  sale.lines = {line};
  return sale;
}

StockIn stock_in_of(const std::string& product, Quantity qty) {
  StockIn in;
  in.exhibitor = kExhibitor;
  in.place = kPlace;
  in.lines = {{product, "Thạch đen", "hộp", qty, {}, {}}};
  return in;
}

StockCount count_of(const std::string& product, Quantity qty) {
  StockCount count;
  count.exhibitor = kExhibitor;
  count.place = kPlace;
  count.lines = {{product, "Thạch đen", "hộp", qty, {}, {}}};
  return count;
}

Note note_of(std::string text) {
  Note note;
  note.text = std::move(text);
  return note;
}

Machine::Machine(std::string terminal, const PublicKey& root)
    : key(SecretKey::generate()), journal{kFair, root, std::move(terminal), key.public_key()}, store(db::open_memory()) {
  store->run([&](db::Transaction& tx) { branch = tx.add_branch(journal, 0, {0, genesis(journal)}); });
}

Head Machine::write(std::vector<Entry> unit, std::vector<std::optional<PersonalData>> personal) {
  Head head;
  store->run([&](db::Transaction& tx) {
    Branch own_branch = *tx.branch(branch);
    const auto written = ledger::write(tx, own_branch, key, unit, personal);
    REQUIRE_MESSAGE(written.ok(), (written.ok() ? "" : written.problem().code + " " + written.problem().where));
    head = written->back().head;
  });
  return head;
}

sync::Outcome Machine::receive(const std::string& text, bool trust_unknown) {
  const auto decoded = sync::decode_batch(text, kFair);
  if (!decoded) return decoded.problem();
  std::optional<sync::Outcome> outcome;
  store->run([&](db::Transaction& tx) { outcome = sync::receive(tx, *decoded, trust_unknown); });
  return *outcome;
}

sync::Accepted Machine::accept(const std::string& text, bool trust_unknown) {
  const sync::Outcome outcome = receive(text, trust_unknown);
  REQUIRE_MESSAGE(std::holds_alternative<sync::Accepted>(outcome), sync::to_json(outcome));
  return std::get<sync::Accepted>(outcome);
}

sync::UnknownPrev Machine::unknown(const std::string& text) {
  const sync::Outcome outcome = receive(text);
  REQUIRE_MESSAGE(std::holds_alternative<sync::UnknownPrev>(outcome), sync::to_json(outcome));
  return std::get<sync::UnknownPrev>(outcome);
}

std::string Machine::refusal(const std::string& text, bool trust_unknown) {
  const sync::Outcome outcome = receive(text, trust_unknown);
  REQUIRE_MESSAGE(std::holds_alternative<Problem>(outcome), sync::to_json(outcome));
  return std::get<Problem>(outcome).code;
}

std::vector<StoredEntry> chain_of(const JournalsReader& journals, BranchNo branch) {
  std::vector<StoredEntry> out;
  const Branch b = *journals.branch(branch);
  for (const sync::Stretch& s : sync::stretches(journals, b, 1, b.head.seq)) {
    journals.scan(s.branch, s.from, s.to, [&](const StoredEntry& e) { return out.push_back(e), true; });
  }
  return out;
}

std::string Machine::batch(Seq from, Seq to, std::optional<BranchNo> of) const {
  const auto snapshot = look();
  const Branch b = *snapshot->branch(of.value_or(branch));
  const std::vector<StoredEntry> chain = chain_of(*snapshot, b.no);
  std::vector<BatchItem> items;
  for (Seq seq = from + 1; seq <= to; ++seq) {
    const StoredEntry& e = chain[static_cast<std::size_t>(seq - 1)];
    items.push_back({e.bytes, e.digest, e.at.hash, snapshot->personal(e.branch, seq), {}});
  }
  items.back().seal = seal(key, b.journal, {to, items.back().hash});
  return write_batch(b.journal, sync::place_on_chain(*snapshot, b, from).value(), items);
}

std::string Machine::dump() const { return ledger::dump(*look()); }
Branch Machine::own() const { return *look()->branch(branch); }

Machine Machine::clone() const {
  Machine copy(journal.terminal, journal.root);
  copy.key = key;
  copy.journal = journal;
  copy.store = db::open_memory();
  const auto taken =
      sync::decode_export(sync::export_chain(*look(), branch), kFair, [&](sync::DecodedBatch piece) -> Result<bool> {
        copy.store->run([&](db::Transaction& tx) {
          CHECK(std::holds_alternative<sync::Accepted>(sync::receive(tx, piece, true)));
          copy.branch = tx.branches_of(journal).back().no;
        });
        return true;
      });
  REQUIRE(taken.ok());
  return copy;
}

Server::Server(const SecretKey& root, std::int64_t incarnation, std::optional<ServerPosition> parent)
    : Machine(server_terminal(incarnation), root.public_key()) {
  Incarnation first;
  first.number = incarnation;
  first.root = root.public_key();
  first.tls = sha256("tls");
  first.parent = parent;
  first.program = "phien-server 0.1.0";
  std::optional<Hash> parent_hash;
  if (parent) parent_hash = parent->head.hash;
  first.certificate = root.sign(incarnation_message(kFair, incarnation, key.public_key(), first.tls, parent_hash));
  write(first);
}

void Server::enrol(const Machine& till, std::vector<std::string> exhibitors) {
  TerminalEnrolled enrolled;
  enrolled.terminal = till.journal.terminal;
  enrolled.key = till.journal.key;
  enrolled.exhibitors = std::move(exhibitors);
  enrolled.booth = "A01";
  enrolled.holder = kExhibitor;
  write(enrolled);
}

void Server::note_heads() {
  Heads heads;
  for (const Ref& ref : ledger::heads(*look())) {
    if (ref.terminal != journal.terminal) heads.heads.push_back(ref);
  }
  write(heads);
}

Machine Fair::till(const std::string& terminal) {
  Machine machine(terminal, root.public_key());
  server.enrol(machine);
  JournalOpen open;
  open.program = "phien-pos 0.1.0";
  machine.write(open);
  return machine;
}

}  // namespace phien::test

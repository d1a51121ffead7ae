#include "tests/unit/ledger/fair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace phien::test {

using namespace journal;

SecretKey key_number(int n) { return SecretKey::from_seed_hex(fmt::format("{:064x}", n)).value(); }

Ref Writer::write(Body body, std::optional<Milliseconds> happened, std::optional<PersonalData> personal) {
  Entry entry;
  entry.nonce = fmt::format("{:032x}", ++nonce_);
  entry.time = {boot_, now - booted_, now + skew};
  entry.by = "_system";
  entry.happened = happened;
  entry.body = std::move(body);
  if (personal) entry.personal = personal_hash(*personal);
  auto bytes = encode(entry);
  if (!bytes) throw std::logic_error(bytes.problem().code + " " + bytes.problem().where);
  const Ref ref = write_raw(*bytes);
  items_.back().personal = std::move(personal);
  return ref;
}

Ref Writer::write_raw(const std::string& bytes) {
  Item item;
  item.bytes = bytes;
  item.digest = sha256(bytes);
  item.hash = next_hash(head().hash, item.digest);
  item.seal = seal(key_, id_, {head().seq + 1, item.hash});
  items_.push_back(std::move(item));
  return ref(items_.size() - 1);
}

void Writer::restart(const std::string& letter) {
  boot_ = hex(sha256(letter)).substr(0, 32);
  booted_ = now - 1000;
}

Ref Writer::read_clock(bool reset) {
  ClockReading reading;
  reading.server = now - 20;
  reading.round_trip = 40;
  reading.up = now - booted_;
  reading.wall = now + skew;
  reading.incarnation = 1;
  reading.reset = reset;
  return write(reading);
}

Ref Writer::ref(std::size_t index) const { return {id_.terminal, static_cast<Seq>(index + 1), items_.at(index).hash}; }
Head Writer::head() const {
  return items_.empty() ? Head{0, genesis(id_)} : Head{static_cast<Seq>(items_.size()), items_.back().hash};
}
Entry Writer::entry(const Ref& ref) const {
  return decode(std::string_view(items_.at(static_cast<std::size_t>(ref.seq - 1)).bytes)).value();
}

Writer Organizer::server(std::int64_t incarnation, int key) const {
  const SecretKey secret = key_number(key);
  Writer writer({fair, root.public_key(), server_terminal(incarnation), secret.public_key()}, secret);
  Incarnation first;
  first.number = incarnation;
  first.root = root.public_key();
  first.tls = sha256("tls");
  first.certificate = root.sign(incarnation_message(fair, incarnation, secret.public_key(), first.tls, {}));
  first.program = "test";
  writer.write(first);
  return writer;
}

Writer Organizer::terminal(const std::string& id, int key) const {
  const SecretKey secret = key_number(key);
  Writer writer({fair, root.public_key(), id, secret.public_key()}, secret);
  writer.write(JournalOpen{"test", {}, {}, {}});
  return writer;
}

Body enrol(const Writer& terminal, std::vector<std::string> exhibitors) {
  TerminalEnrolled enrolled;
  enrolled.terminal = terminal.id().terminal;
  enrolled.key = terminal.id().key;
  enrolled.exhibitors = std::move(exhibitors);
  enrolled.booth = "B1";
  enrolled.holder = enrolled.exhibitors.front();
  return enrolled;
}

void Copy::take(const Writer& writer, std::size_t from, std::size_t to, bool bytes) {
  store_->run([&](db::Transaction& tx) {
    const Head prev = from == 0 ? Head{0, genesis(writer.id())} : Head{static_cast<Seq>(from), writer.items().at(from - 1).hash};
    // Follow what is here from branch to branch, as far as it goes.
    const auto holds = [&](const Branch& branch, const Head& head) {
      if (head == branch.base) return true;
      const auto stored = head.seq > branch.base.seq ? tx.entry(branch.no, head.seq) : std::nullopt;
      return stored && stored->at.hash == head.hash;
    };
    std::optional<Branch> at;
    Head common = prev;
    const auto branches = tx.branches_of(writer.id());
    for (bool further = true; further;) {
      further = false;
      for (const Branch& branch : branches) {
        if (!holds(branch, common)) continue;
        if (!at || at->base == common || branch.head == common) at = branch;
        while (static_cast<std::size_t>(common.seq) < to) {
          const Head next{common.seq + 1, writer.items().at(static_cast<std::size_t>(common.seq)).hash};
          if (!holds(branch, next)) break;
          common = next, at = branch, further = true;
        }
      }
    }
    if (!at && from != 0) throw std::logic_error("prev is not here");
    if (static_cast<std::size_t>(common.seq) >= to) return;
    if (!at) {
      at = tx.branch(tx.add_branch(writer.id(), 0, common));
    } else if (at->head != common) {
      at = tx.branch(tx.add_branch(writer.id(), at->no, common));
    }
    std::vector<Result<Entry>> decoded;
    for (std::size_t i = static_cast<std::size_t>(common.seq); i < to; ++i) {
      decoded.push_back(bytes ? decode(std::string_view(writer.items()[i].bytes))
                              : Result<Entry>(Problem{"missing_bytes", "", {}}));
    }
    std::vector<ledger::Incoming> incoming;
    for (std::size_t i = static_cast<std::size_t>(common.seq); i < to; ++i) {
      const Item& item = writer.items()[i];
      ledger::Incoming one;
      if (bytes) one.bytes = item.bytes, one.entry = &decoded[incoming.size()], one.personal = item.personal;
      one.digest = item.digest;
      one.hash = item.hash;
      one.seal = item.seal;
      incoming.push_back(std::move(one));
    }
    ledger::append(tx, *at, incoming);
    if (tx.branch(at->no)->head != at->head) throw std::logic_error("append must update the branch it was given");
  });
}

void Copy::fill(const Writer& writer, std::size_t index) {
  store_->run([&](db::Transaction& tx) {
    const Item& item = writer.items().at(index);
    const auto stored = journal::find(tx, writer.ref(index));
    if (!stored) throw std::logic_error("nothing to fill");
    const auto decoded = decode(std::string_view(item.bytes));
    ledger::Incoming one;
    one.bytes = item.bytes;
    one.digest = item.digest;
    one.hash = item.hash;
    one.entry = &decoded;
    one.personal = item.personal;
    ledger::fill_missing(tx, stored->branch, stored->at.seq, one);
  });
}

void Copy::rebuild() {
  store_->run([](db::Transaction& tx) { ledger::rebuild(tx); });
}

std::string Copy::entries() const {
  std::vector<std::string> lines;
  const auto reader = books();
  for (const Branch& branch : reader->branches()) {
    reader->scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const StoredEntry& stored) {
      lines.push_back(fmt::format("{} {} {} {} {} {}\n", branch.journal.terminal, stored.at.seq, hex(stored.at.hash), stored.time,
                                  static_cast<int>(stored.quality), static_cast<int>(stored.standing)));
      return true;
    });
  }
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const auto& one : lines) all += one;
  return all;
}

Line line(const std::string& product, Quantity qty, Dong price) {
  Line line;
  line.product = product;
  line.name = "Hàng " + product;
  line.unit = "gói";
  line.qty = qty;
  line.price = price;
  line.total = line_total(qty, price).value();
  line.vat = "8";
  return line;
}

Payment pay(Method method, Dong amount, const std::string& holder) {
  Payment payment;
  payment.method = method;
  payment.amount = amount;
  payment.holder = holder;
  return payment;
}
Payment transfer(const std::string& pay_ref, Dong amount, const std::string& holder) {
  Payment payment = pay(Method::transfer, amount, holder);
  payment.pay_ref = pay_ref;
  return payment;
}

Sale sale(std::int64_t receipt, std::vector<Line> lines, std::vector<Payment> payments) {
  Sale sale;
  sale.exhibitor = "ex1";
  sale.booth = "B1";
  sale.place = "booth";
  sale.vat_method = "TRUC_TIEP";
  sale.receipt = receipt;
  for (const Line& one : lines) sale.total += one.total;
  sale.lines = std::move(lines);
  sale.payments = std::move(payments);
  return sale;
}

GoodsLine goods(const std::string& product, Quantity qty) {
  GoodsLine line;
  line.product = product;
  line.name = "Hàng " + product;
  line.unit = "gói";
  line.qty = qty;
  return line;
}

Body void_of(const Ref& ref, Body body) {
  auto reversal = std::make_shared<VoidEntry>();
  reversal->entry = ref;
  reversal->body = std::move(body);
  return VoidBody(reversal);
}

}  // namespace phien::test

#include "tests/bench/journals.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "shared/journal/batch.hpp"

namespace phien::bench {
namespace {

using nlohmann::json;

constexpr Milliseconds kStart = 1'747'270'000'000;  // of the yardstick's sales: 2025-05-15 07:46 in Vietnam
constexpr Dong kNote = 100'000;                     // what buyers hand over is a multiple of it

template <class T>
T present(std::optional<T> value) {
  if (!value) throw std::runtime_error("setup: a key or hash is not one");
  return *std::move(value);
}

}  // namespace

Setup read_setup(const json& config) {
  Setup setup;
  setup.port = config.at("port");
  const json& seen = config.at("seen");
  setup.seen = {seen.at("incarnation"), {seen.at("seq"), present(hash_from_hex(seen.at("hash").get<std::string>()))}};
  const PublicKey root = present(key_from_hex(config.at("root").get<std::string>()));
  for (const json& one : config.at("terminals")) {
    SecretKey key = present(SecretKey::from_seed_hex(one.at("seed").get<std::string>()));
    journal::JournalId journal{config.at("fair"), root, one.at("terminal"), key.public_key()};
    Terminal terminal{std::move(journal), std::move(key), one.at("token"), one.at("exhibitor"), one.at("booth"), {}};
    for (const json& goods : one.at("goods"))
      terminal.goods.push_back(
          {goods.at("id"), goods.at("name"), goods.at("unit"), goods.at("lot"), goods.at("ocop"), goods.at("cnnt")});
    setup.terminals.push_back(std::move(terminal));
  }
  return setup;
}

Writer::Writer(const Terminal& terminal, const journal::ServerPosition& seen)
    : terminal_(&terminal), seen_(seen), boot_(random_hex(16)), sent_{0, journal::genesis(terminal.journal)}, head_(sent_) {}

void Writer::write(Milliseconds after_start, journal::Body body) {
  journal::Entry entry;
  entry.nonce = random_hex(16);
  entry.time = {boot_, after_start, kStart + after_start};
  entry.by = terminal_->exhibitor + ".1";
  entry.seen = seen_;
  entry.body = std::move(body);
  auto bytes = journal::encode(entry);
  if (!bytes) throw std::runtime_error("no entry: " + bytes.problem().where + " " + bytes.problem().what.en);
  head_ = {head_.seq + 1, journal::next_hash(head_.hash, sha256(*bytes))};
  fresh_.push_back(std::move(bytes).value());
}

std::string Writer::request() {
  std::vector<journal::BatchItem> items(fresh_.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i].bytes = fresh_[i];
  items.back().seal = journal::seal(terminal_->key, terminal_->journal, head_);
  const std::string batch = journal::write_batch(terminal_->journal, sent_, items);
  fresh_.clear();
  sent_ = head_;
  return fmt::format(
      "POST /api/v1/journals/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n"
      "Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
      terminal_->journal.terminal, terminal_->token, batch.size(), batch);
}

std::string Writer::opening() {
  write(0, journal::JournalOpen{"phien-bench", "bench", {}, {}});
  write(0, journal::ClockReading{kStart, 0, 0, kStart, seen_.incarnation, false});
  write(0, journal::ShiftOpen{terminal_->exhibitor, 500'000});
  shift_ = head_.hash;
  return request();
}

journal::Sale Writer::sale(const PlainSale& plain) {
  journal::Sale sale;
  sale.exhibitor = terminal_->exhibitor;
  sale.booth = terminal_->booth;
  sale.place = "booth";
  sale.vat_method = "TRUC_TIEP";
  sale.receipt = ++receipts_;
  sale.total = plain.total;
  sale.shift = shift_;
  for (const PlainLine& line : plain.lines) {
    const Goods& goods = terminal_->goods[static_cast<std::size_t>(line.product) % terminal_->goods.size()];
    journal::Line sold;
    sold.product = goods.id;
    sold.name = goods.name;
    sold.unit = goods.unit;
    sold.lot = goods.lot;
    sold.ocop = goods.ocop;
    sold.cnnt = goods.cnnt;
    sold.qty = line.qty;
    sold.price = line.total * kOne / line.qty;
    sold.total = line.total;
    sold.vat = "none";
    sale.lines.push_back(std::move(sold));
  }
  journal::Payment payment;
  payment.amount = plain.total;
  payment.holder = terminal_->exhibitor;
  if (plain.transfer) {
    payment.method = journal::Method::transfer;
    payment.pay_ref = refs_.next();
  } else {
    payment.given = (plain.total + kNote - 1) / kNote * kNote;
  }
  sale.payments.push_back(std::move(payment));
  return sale;
}

std::string Writer::sales(std::span<const PlainSale> sales) {
  for (const PlainSale& plain : sales) {
    write(plain.time - kStart, sale(plain));
    entry_bytes_ += fresh_.back().size();
  }
  return request();
}

std::vector<Writer> writers_of(const Setup& setup) {
  std::vector<Writer> writers;
  for (const Terminal& terminal : setup.terminals) writers.emplace_back(terminal, setup.seen);
  return writers;
}

std::vector<std::vector<std::string>> requests_of(std::vector<Writer>& writers, std::span<const PlainSale> sales,
                                                  std::size_t batch) {
  std::vector<std::vector<PlainSale>> parts(writers.size());
  for (const PlainSale& sale : sales) parts.at(static_cast<std::size_t>(sale.terminal)).push_back(sale);
  std::vector<std::vector<std::string>> requests(writers.size());
  for (std::size_t i = 0; i < writers.size(); ++i) {
    const std::span<const PlainSale> part(parts[i]);
    for (std::size_t from = 0; from < part.size(); from += batch)
      requests[i].push_back(writers[i].sales(part.subspan(from, std::min(batch, part.size() - from))));
  }
  return requests;
}

}  // namespace phien::bench

// Journals of made-up terminals: the yardstick's sales as the entries a till writes, in sealed batches, ready to be sent.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "shared/journal/entry.hpp"
#include "shared/pay_refs.hpp"
#include "tests/bench/yardstick.hpp"

namespace phien::bench {

struct Goods {
  std::string id, name, unit, lot;
  int ocop = 0, cnnt = 0;
};
struct Terminal {
  journal::JournalId journal;
  SecretKey key;
  std::string token, exhibitor, booth;
  std::vector<Goods> goods;
};
// What bench.py made ready: a serving server and terminals enrolled with it.
struct Setup {
  unsigned short port = 0;
  journal::ServerPosition seen;
  std::vector<Terminal> terminals;
};
Setup read_setup(const nlohmann::json& config);

// Writes one terminal's journal: every request carries a batch that continues the one before. `terminal` must outlive it.
class Writer {
 public:
  Writer(const Terminal& terminal, const journal::ServerPosition& seen);
  // What every journal begins with: that it was opened, a reading of the server's clock, a shift.
  std::string opening();
  std::string sales(std::span<const PlainSale> sales);
  std::size_t entry_bytes() const { return entry_bytes_; }  // of all sales so far

 private:
  void write(Milliseconds after_start, journal::Body body);
  std::string request();  // with what was written since the last one
  journal::Sale sale(const PlainSale& plain);

  const Terminal* terminal_;
  journal::ServerPosition seen_;
  std::string boot_;
  journal::Head sent_, head_;
  std::vector<std::string> fresh_;
  Hash shift_;
  std::int64_t receipts_ = 0;
  PayRefs refs_;
  std::size_t entry_bytes_ = 0;
};

std::vector<Writer> writers_of(const Setup& setup);
// One list a writer: the requests that bring its part of `sales`, `batch` of them in each.
std::vector<std::vector<std::string>> requests_of(std::vector<Writer>& writers, std::span<const PlainSale> sales,
                                                  std::size_t batch);

}  // namespace phien::bench

// What the ledger is kept in: sums and facts under text keys. Sums only ever grow by addition and facts form a set, so what
// they say cannot depend on the order in which entries came (I5). db/ implements it; keys are made in keys.hpp alone.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "shared/journal/journals.hpp"
#include "shared/money.hpp"

namespace phien::ledger {

struct Sum {
  std::int64_t count = 0;
  Quantity quantity = 0;
  Dong amount = 0;
  Sum& operator+=(const Sum& o) {
    count += o.count;
    quantity += o.quantity;
    amount += o.amount;
    return *this;
  }
  Sum operator-() const { return {-count, -quantity, -amount}; }
  bool zero() const { return count == 0 && quantity == 0 && amount == 0; }
  bool operator==(const Sum&) const = default;
};

struct BooksReader {
  virtual ~BooksReader() = default;
  virtual Sum sum(std::string_view key) const = 0;  // zero if absent
  virtual std::optional<std::string> fact(std::string_view key) const = 0;
  // Keys that begin with `prefix`, in byte order, until `visit` returns false. Sums that are zero are not visited.
  virtual void sums(std::string_view prefix, const std::function<bool(std::string_view key, const Sum&)>& visit) const = 0;
  virtual void facts(std::string_view prefix,
                     const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;
};

struct BooksWriter : virtual BooksReader {
  virtual void add(std::string_view key, const Sum& delta) = 0;        // visible to reads in this transaction at once
  virtual void put(std::string_view key, std::string_view value) = 0;  // replaces
  virtual void erase(std::string_view key) = 0;
  virtual void clear_books() = 0;  // all sums and facts: for a rebuild
};

// One view of a store (a snapshot), and one transaction in it.
struct Reader : virtual journal::JournalsReader, virtual BooksReader {};
struct Transaction : virtual Reader, virtual journal::JournalsWriter, virtual BooksWriter {};

// Canonical dump of all sums that are not zero and all facts, one line each, in byte order: what "equal bytes" means in I5.
std::string dump(const BooksReader& books);

}  // namespace phien::ledger

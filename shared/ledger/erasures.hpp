// Personal data that was told to be destroyed, and where in the servers' journals it was told: whoever has come so far has
// obeyed.
#pragma once
#include <map>
#include <string>

#include "shared/ledger/books.hpp"

namespace phien::ledger {

struct Erasure {
  std::int64_t incarnation = 0;
  journal::Head at;  // in that server's journal
};
std::map<std::string, Erasure> erasures(const Reader& books);  // by the hash of the entry, in hex; the first of each

}  // namespace phien::ledger

#include "shared/ledger/erasures.hpp"

#include "shared/ledger/keys.hpp"

namespace phien::ledger {

std::map<std::string, Erasure> erasures(const Reader& books) {
  std::map<std::string, Erasure> found;
  // erased|terminal|hash|server order: of one entry in the order of the servers' journals.
  books.facts(keys::prefix("erased"), [&](std::string_view key, std::string_view) {
    const auto parts = keys::split(key);
    const auto order = keys::ServerOrder::parse(parts.at(3));
    found.emplace(std::string(parts.at(2)), Erasure{order.incarnation, order.at});
    return true;
  });
  return found;
}

}  // namespace phien::ledger

#include "tests/contract/fixture.hpp"

#include <sstream>

namespace phien::tests {

std::string everything(const db::Snapshot& view) {
  std::ostringstream out;
  for (const auto& branch : view.branches()) {
    out << "branch " << branch.no << ' ' << branch.journal.terminal << ' ' << branch.parent << ' ' << branch.base.seq << ' '
        << hex(branch.base.hash) << ' ' << branch.head.seq << ' ' << hex(branch.head.hash) << ' ' << branch.state << '\n';
    view.scan(branch.no, 1, branch.head.seq, [&](const journal::StoredEntry& entry) {
      out << entry.at.seq << ' ' << hex(entry.at.hash) << ' ' << hex(entry.digest) << ' ' << entry.time << ' '
          << static_cast<int>(entry.quality) << ' ' << static_cast<int>(entry.standing) << ' ' << entry.bytes << '\n';
      if (const auto personal = view.personal(branch.no, entry.at.seq)) out << "personal " << personal->data << '\n';
      return true;
    });
    for (const auto& [seq, seal] : view.seals(branch.no, 1, branch.head.seq)) out << "seal " << seq << ' ' << hex(seal) << '\n';
  }
  for (const auto& [key, sum] : sums(view)) {
    out << "sum " << key << ' ' << sum.count << ' ' << sum.quantity << ' ' << sum.amount << '\n';
  }
  for (const auto& [key, value] : facts(view)) out << "fact " << key << ' ' << value << '\n';
  return out.str();
}

}  // namespace phien::tests

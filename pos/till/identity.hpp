// Who this device is at the fair: what enrolment gave it, and its key.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "shared/bytes.hpp"
#include "shared/journal/chain.hpp"

namespace phien::till {

// Who asks this terminal: its own page and command line, or a phone paired with it, which has a basket, a cashier and a look of
// its own and sees one exhibitor alone.
struct Desk {
  std::string id;         // "": the terminal itself
  std::string exhibitor;  // of a phone
};

struct Identity {
  std::string fair;
  PublicKey root;  // the organizer's, pinned
  std::string terminal;
  SecretKey key;                        // of this terminal's journal
  std::vector<std::string> exhibitors;  // whose goods it sells; several at a shared till
  std::string booth;
  std::string holder;  // account that holds the money of a shared till; "": every exhibitor its own
  std::string desk{};  // the paired phone that asks; "": the terminal itself

  // The same terminal as `asking` may see it. A phone never has more than one exhibitor, and none that is not this terminal's.
  Identity at(const Desk& asking) const {
    Identity seen = *this;
    seen.desk = asking.id;
    if (seen.is_phone()) std::erase_if(seen.exhibitors, [&](const auto& one) { return one != asking.exhibitor; });
    return seen;
  }
  bool is_phone() const { return !desk.empty(); }
  journal::JournalId journal() const { return {fair, root, terminal, key.public_key()}; }
  bool sells_for(const std::string& exhibitor) const {
    return std::find(exhibitors.begin(), exhibitors.end(), exhibitor) != exhibitors.end();
  }
  const std::string& holder_of(const std::string& exhibitor) const { return holder.empty() ? exhibitor : holder; }
};

}  // namespace phien::till

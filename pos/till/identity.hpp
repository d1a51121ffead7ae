// Who this device is at the fair: what enrolment gave it, and its key.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "shared/bytes.hpp"
#include "shared/journal/chain.hpp"

namespace phien::till {

struct Identity {
  std::string fair;
  PublicKey root;  // the organizer's, pinned
  std::string terminal;
  SecretKey key;                        // of this terminal's journal
  std::vector<std::string> exhibitors;  // whose goods it sells; several at a shared till
  std::string booth;
  std::string holder;  // account that holds the money of a shared till; "": every exhibitor its own

  journal::JournalId journal() const { return {fair, root, terminal, key.public_key()}; }
  bool sells_for(const std::string& exhibitor) const {
    return std::find(exhibitors.begin(), exhibitors.end(), exhibitor) != exhibitors.end();
  }
  const std::string& holder_of(const std::string& exhibitor) const { return holder.empty() ? exhibitor : holder; }
};

}  // namespace phien::till

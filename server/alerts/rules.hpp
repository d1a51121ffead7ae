// What is wrong now, of all that somebody should be told before he looks: one rule each, from what the live page, the exceptions
// and the machine already know.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "db/store.hpp"
#include "shared/clock.hpp"

namespace phien::server {

struct Alert {
  std::string rule;  // one of kAlertRules
  std::string key;   // which one of its rule: it is the same alert as long as this is the same
  bool grave = false;
  Message what;
  bool operator==(const Alert&) const = default;
};

inline constexpr const char* kAlertRules[] = {
    "store_failed",    "disk",      "certificate", "forked", "quarantined", "shift_difference", "transfer_differs",
    "terminal_silent", "stock_low", "runs_out",    "expiry", "bank_waiting"};
inline constexpr std::size_t kMaxAlerts = 1'000;  // at a time, the grave ones first

// Of the machine, not of the books.
struct MachineState {
  bool store_failed = false, overtaken = false;
  std::uint64_t disk_free = 0, disk_size = 0;  // bytes; size 0: not known
  Milliseconds certificate_ends = 0;           // 0: not known
};
MachineState look_at_machine(const std::string& directory, const std::string& certificate_pem);

// `live`: what the live page shows of all (live/picture.hpp). `last_contact` by terminal, in this run.
std::vector<Alert> alerts_now(const db::Snapshot& snapshot, const nlohmann::json& live,
                              const std::map<std::string, Milliseconds>& last_contact, const MachineState& machine,
                              Milliseconds now);

}  // namespace phien::server

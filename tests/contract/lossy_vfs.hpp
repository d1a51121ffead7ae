// A disk for tests, below SQLite: what was written but not synced is kept aside, and when the power goes, each of those writes
// is kept, dropped or torn at random. It can also refuse writes or syncs, and be full.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace phien::tests {

class LossyDisk {
 public:
  // Registers the VFS `name` on top of the system's own. No file may be open on it any more when it goes.
  explicit LossyDisk(const std::string& name);
  ~LossyDisk();
  LossyDisk(const LossyDisk&) = delete;
  LossyDisk& operator=(const LossyDisk&) = delete;
  const std::string& name() const;

  // Writes, truncations and syncs so far.
  std::int64_t operations() const;
  // From this operation on (counted as above) nothing works until restore_power.
  void cut_power_at(std::int64_t operation);
  void cut_power();
  bool has_power() const;
  // All files must be closed. The same seed keeps, drops and tears the same writes.
  void restore_power(std::uint64_t seed);
  // What `restore_power` has dropped or torn so far.
  std::int64_t lost_writes() const;

  enum class Fault { none, write_fails, sync_fails };
  void set_fault(Fault fault);
  // Room for all files together, in bytes; none: no limit.
  void set_quota(std::optional<std::int64_t> bytes);
  std::int64_t used() const;

  struct State;  // of the implementation

 private:
  std::unique_ptr<State> state_;
};

}  // namespace phien::tests

// The data directory of a terminal (mode 0700; files 0600): keys, token, where the running program listens.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pos/till/identity.hpp"
#include "shared/journal/chain.hpp"
#include "shared/result.hpp"

namespace phien::home {

// keys.json: what enrolment gave. `former`: identities this device wrote under before; what they wrote may still have to be sent.
struct Keys {
  std::string server;  // base URL
  till::Identity current;
  std::optional<journal::Ref> continues;  // the last entry written as `former.back()`
  std::vector<till::Identity> former;
  std::string replaces;  // the terminal whose place this one took; "": none
};
// An enrolment that was asked for and not answered yet: asked again with the same key, it gives the same answer.
struct Pending {
  std::string server, code;
  SecretKey key;
};
struct Running {
  unsigned short port = 0;
  long pid = 0;
};

// Below this nothing is sold: the journal must have room for the rest of the day.
inline constexpr std::uintmax_t kLeastFreeBytes = 32 * 1024 * 1024;

// Replaces `path` as a whole, readable by this user alone: after a power cut there is the old file or the new one. Throws
// std::runtime_error.
void write_private(const std::string& path, const std::string& text);
std::optional<std::string> read_file(const std::string& path);

class Home {
 public:
  // Makes the directory if needed. Throws std::runtime_error when it cannot be used.
  explicit Home(std::string path);

  const std::string& path() const { return path_; }
  std::string store_path() const { return path_ + "/phien.db"; }
  std::optional<Keys> keys() const;  // throws std::runtime_error when the file is damaged
  void save(const Keys& keys) const;
  std::optional<Pending> pending() const;
  void save(const Pending& pending) const;
  void forget_pending() const;
  // Made at first use.
  std::string local_token() const;

  // Digests of the sessions that were opened by a link.
  std::vector<std::string> sessions() const;
  void save_sessions(const std::vector<std::string>& digests) const;

  // pos.json: where the running program listens.
  void announce(const Running& running) const;
  void retract() const;
  std::optional<Running> running() const;

  std::optional<Problem> no_room() const;

 private:
  std::string file(const char* name) const { return path_ + "/" + name; }
  std::string path_;
};

}  // namespace phien::home

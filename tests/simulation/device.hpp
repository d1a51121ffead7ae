// A selling device: the production till over a simulated disk and clock, its sender and its feed, and the people who use it.
// What pos/agent does around HTTP, done here around simulated requests.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pos/till/till.hpp"
#include "tests/simulation/hop.hpp"

namespace phien::simulation {

class Device {
 public:
  // Enrolled by the organizer, off.
  Device(Stage& stage, std::string name, till::Identity identity, std::unique_ptr<Platter> platter);
  // A copy of another one's card as it was when the image was kept.
  struct Image {
    std::shared_ptr<db::Snapshot> disk;
    till::Identity current;
    std::vector<till::Identity> former;
    std::optional<journal::Ref> continues;
  };
  Device(Stage& stage, std::string name, const Image& image);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void boot();
  void crash();
  void die();  // for ever, with all it held
  bool on() const { return alive_ != nullptr; }
  bool dead() const { return dead_; }
  Image image() const;
  void restore(const Image& image);

  // Somebody does something at the till; `salt` says what.
  void act(std::uint64_t salt);
  // An entry of a kind this program does not know, as a newer one would write.
  void write_unknown_kind();
  // Asks for a new number and begins a new journal that continues this one.
  void enrol_anew(const std::string& why);

  const std::string& name() const { return name_; }
  const till::Identity& me() const { return me_; }
  Disk& disk() { return disk_; }
  DeviceClock& clock() { return clock_; }
  // All of its journals are acknowledged up to their ends, and the server's is here up to `position`.
  bool settled(const journal::ServerPosition& position, const std::set<std::string>& revoked) const;
  void hurry();
  std::string unsettled(const journal::ServerPosition& position, const std::set<std::string>& revoked) const;
  // What the seller sees on the shelf.
  std::vector<sync::FeedRow> shelf() const;
  journal::ServerPosition cursor() const;
  // Takes what the server sent to let it in. Whether the enrolment of `terminal` with `key` is here then: before, nothing is
  // written as that terminal (agent::first_feed).
  bool learn(const std::string& terminal, const PublicKey& key, const sync::Feed& feed);
  // The incarnation of a server that this till has refused, because it knows a newer one; 0: none. People read it.
  std::int64_t replaced_server() const { return replaced_server_; }

 private:
  struct Act {
    till::Call call;
    int tries = 0;
  };
  void open_till();
  void open_uplinks();
  void give_back(std::int64_t below);
  void perform(Act act);
  void done(const Act& act, const till::Answer& answer);
  void remember(const till::Answer& answer);
  till::Call what_to_do(Dice dice);
  void record();
  void fetch();
  void fetched(const std::optional<std::string>& answer);
  void meet_as_revoked(std::int64_t server);
  void failed_to_fetch();
  void came_online();
  void greet();
  void note_contact(const nlohmann::json& hello, Milliseconds asked_up, const std::string& boot);
  void look_for_twin();
  void ask_to_enrol();
  void become(const std::string& terminal);

  Stage& stage_;
  const std::string name_;
  Dice dice_;
  Disk disk_;
  DeviceClock clock_;
  till::Identity me_;
  std::vector<till::Identity> former_;
  std::optional<journal::Ref> continues_;
  std::shared_ptr<int> alive_;
  bool dead_ = false, online_ = false, fetching_ = false, enrolling_ = false;
  std::unique_ptr<till::Till> till_;
  std::map<std::string, std::shared_ptr<Uplink>> uplinks_;  // by journal
  std::optional<SecretKey> new_key_;
  std::int64_t stock_version_ = 0, acts_ = 0;
  std::optional<sync::FeedStock> stock_;
  int failures_ = 0;
  Milliseconds greeted_ = 0;
  std::int64_t replaced_server_ = 0;
  std::int64_t revoked_by_ = 0;  // the server, by its incarnation, that was offered what this till still owes

  // What the people at the till remember.
  std::vector<Act> unanswered_;
  std::vector<std::string> sales_, orders_, voidable_, pay_refs_;
};

}  // namespace phien::simulation

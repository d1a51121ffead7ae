// The booth server: a hop with a journal of its own and a feed. What server/house and server/api do around HTTP, done here around
// simulated requests.
#pragma once
#include <list>
#include <nlohmann/json.hpp>

#include "shared/ledger/views.hpp"
#include "shared/sync/feed.hpp"
#include "tests/simulation/hop.hpp"

namespace phien::simulation {

class Server final : public Hop {
 public:
  Server(Stage& stage, std::string upstream, std::unique_ptr<Platter> platter);

  void boot() override;
  void lose_disk() override;
  // A copy of what is on its disk, to come back to.
  void keep_image();
  bool has_image() const { return image_ != nullptr; }
  // The disk holds the kept image. `knowing`: whoever did it brings the recovery kit; otherwise the server has to find out.
  void restore_image(bool knowing);
  bool overtaken() const { return overtaken_; }
  // The kit certifies a new incarnation, which begins its own journal.
  void recover();
  void set_clock(Milliseconds ahead);

  // ---- the organizer ----
  void write(std::vector<journal::Body> bodies);  // one unit of its own journal
  journal::TerminalEnrolled enrol(const PublicKey& key, std::vector<std::string> exhibitors, const std::string& booth,
                                  const std::string& holder);
  void act(Dice dice);
  void revoke(const std::string& terminal, Dice dice);
  void close_fair();

  const journal::ServerPosition& position() const { return position_; }
  sync::Feed feed_after(const journal::ServerPosition& cursor) const;
  std::set<std::string> revoked() const;

 protected:
  void on_request(const Request& request, const Network::Reply& reply) override;
  void took(const sync::DecodedBatch& batch) override;

 private:
  struct Poll {
    std::string terminal;
    journal::ServerPosition cursor;
    std::int64_t stock = 0;
    Milliseconds until = 0;
    Network::Reply reply;
  };
  std::string feed_for(const Poll& poll);
  journal::JournalId journal_id() const;
  journal::BranchNo own_branch(const journal::JournalsReader& journals) const;
  void begin(std::optional<journal::ServerPosition> parent);
  void submit_own(db::JournalStore::Job job, std::function<void()> then = {});
  void append(db::Transaction& tx, std::vector<journal::Body> bodies) const;
  void look_at_own_journal();
  void compare(const journal::ServerPosition& shown);
  void witness();
  void tick();
  void enrol_request(const Request& request, const Network::Reply& reply);
  std::string next_terminal(const ledger::Reader& books) const;
  void hello(const Network::Reply& reply) const;
  void poll(const Request& request, const Network::Reply& reply);
  void answer_polls(bool all);
  void changed();

  DeviceClock clock_;
  SecretKey key_;
  std::int64_t incarnation_ = 0, highest_ = 0;  // highest_: what the kit says was certified last
  journal::ServerPosition position_;
  std::map<std::string, journal::TerminalEnrolled> enrolled_;
  std::map<std::string, journal::TerminalRevoked> revoked_;
  bool overtaken_ = false, answering_ = false;
  std::list<Poll> polls_;
  std::map<std::string, std::int64_t> stock_versions_;
  std::unique_ptr<db::Snapshot> image_;
  struct Keys {
    SecretKey key;
    std::int64_t incarnation;
  };
  std::optional<Keys> image_keys_;
};

}  // namespace phien::simulation

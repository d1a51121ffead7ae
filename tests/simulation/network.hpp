// Requests and answers between machines, and everything a network does to them.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/simulation/dice.hpp"
#include "tests/simulation/world.hpp"

namespace phien::simulation {

struct Request {
  std::string from, kind, text;  // kind: "batch", "feed", "hello", "enrol"
};

struct Weather {
  double drop = 0, duplicate = 0;
  Milliseconds quickest = 2, slowest = 40;
};

class Network {
 public:
  using Answer = std::function<void(std::optional<std::string>)>;
  using Reply = std::function<void(std::string)>;
  using Handler = std::function<void(const Request&, const Reply&)>;

  Network(World& world, Dice dice) : world_(world), dice_(dice) {}

  // Who answers under this name; nobody after detach (a machine that is off).
  void attach(const std::string& name, Handler handler);
  void detach(const std::string& name);
  // `answer` is called once: with what came back, or with nothing when the deadline has passed.
  void ask(const std::string& from, const std::string& to, std::string kind, std::string text, Milliseconds deadline,
           Answer answer);

  Weather weather;
  // Nothing passes between the two, in one direction (half-open) or both.
  void cut(const std::string& from, const std::string& to) { cut_.emplace(from, to); }
  void mend(const std::string& from, const std::string& to) { cut_.erase({from, to}); }
  void mend_all() { cut_.clear(), weather = {}; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  // Delivers, or not, or twice, or late. `lossless`: only the weather's delay.
  void carry(const std::string& from, const std::string& to, const std::function<void()>& arrive);
  void arrived(std::int64_t id, const std::string& to, const Request& request);

  World& world_;
  Dice dice_;
  std::map<std::string, Handler> machines_;
  std::set<std::pair<std::string, std::string>> cut_;
  std::map<std::int64_t, Answer> waiting_;
  std::int64_t asked_ = 0;
};

}  // namespace phien::simulation

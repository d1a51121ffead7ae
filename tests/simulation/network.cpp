#include "tests/simulation/network.hpp"

namespace phien::simulation {

void Network::attach(const std::string& name, Handler handler) { machines_[name] = std::move(handler); }
void Network::detach(const std::string& name) { machines_.erase(name); }

void Network::ask(const std::string& from, const std::string& to, std::string kind, std::string text, Milliseconds deadline,
                  Answer answer) {
  const std::int64_t id = ++asked_;
  waiting_.emplace(id, std::move(answer));
  const Request request{from, std::move(kind), std::move(text)};
  carry(from, to, [this, id, to, request] { arrived(id, to, request); });
  world_.after(deadline, [this, id] {
    const auto waits = waiting_.extract(id);
    if (waits) waits.mapped()(std::nullopt);
  });
}

void Network::arrived(std::int64_t id, const std::string& to, const Request& request) {
  const auto machine = machines_.find(to);
  if (machine == machines_.end()) return;   // nobody there: the asker finds out at its deadline
  const Handler handler = machine->second;  // which may detach itself
  handler(request, [this, id, to, from = request.from](const std::string& said) {
    carry(to, from, [this, id, said] {
      const auto waits = waiting_.extract(id);
      if (waits) waits.mapped()(said);
    });
  });
}

void Network::carry(const std::string& from, const std::string& to, const std::function<void()>& arrive) {
  ++world_.tally.messages;
  if (cut_.contains({from, to})) {
    ++world_.tally.faults["message into a partition"];
    return;
  }
  if (dice_.chance(weather.drop)) {
    ++world_.tally.faults["message dropped"];
    return;
  }
  int copies = 1;
  if (dice_.chance(weather.duplicate)) {
    ++world_.tally.faults["message doubled"];
    copies = 2;
  }
  for (; copies > 0; --copies) {
    const Milliseconds delay = dice_.between(weather.quickest, weather.slowest);
    if (delay > 2 * kSecond) ++world_.tally.faults["message late"];
    world_.after(delay, arrive);
  }
}

}  // namespace phien::simulation

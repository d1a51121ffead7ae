// Looks, tells, and keeps telling until it is heard: each alert once when it begins and once when it ends, over restarts.
#pragma once
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "server/alerts/rules.hpp"
#include "server/alerts/targets.hpp"
#include "server/house.hpp"

namespace phien::server {

enum class Outlet { web, mail };
inline constexpr Outlet kOutlets[] = {Outlet::web, Outlet::mail};
std::string name_of(Outlet outlet);
std::optional<Outlet> outlet_by(std::string_view name);
std::string connection_of(Outlet outlet);

// What is sent at once. One that was tried is not added to: it may have arrived although no answer did.
struct AlertMessage {
  std::string id;
  std::vector<nlohmann::json> events;  // {"key","rule","state","grave","message","at"}
  int tries = 0;
  Milliseconds due = 0;
};
inline constexpr std::size_t kMaxEvents = 50, kMaxMessages = 20;  // of a message; that wait for one outlet, then the oldest goes
inline constexpr int kMaxTries = 60;                              // about ten hours

// Sends one message now. Throws nothing but what deliver() may.
asio::awaitable<std::optional<Problem>> send_now(House& house, Outlet outlet, const AlertMessage& message);
AlertMessage test_message(const House& house);

class Watch {
 public:
  explicit Watch(House& house);  // goes on where the last run stopped
  asio::awaitable<void> look_until(net::Announcement& stopping);
  asio::awaitable<void> send_until(net::Announcement& stopping);
  // {"rows":[{"rule","key","grave","message","since"}],"outlets":{"web":{"set","waiting","lost","sent_at"?,"problem"?},"mail":…}}
  nlohmann::json shown() const;

 private:
  struct Open {
    Alert alert;
    Milliseconds since = 0;
  };
  struct Queue {
    std::deque<AlertMessage> messages;
    std::int64_t lost = 0;  // events
    Milliseconds sent_at = 0;
    std::optional<Problem> problem;
  };
  asio::awaitable<void> look();
  asio::awaitable<std::vector<Alert>> found(Milliseconds now);
  std::vector<Alert> unread() const;
  asio::awaitable<void> send(Outlet outlet);
  asio::awaitable<void> keep();
  void tell(const Alert& alert, const char* state, Milliseconds now);
  std::string kept() const;

  House& house_;
  std::map<std::string, Open> open_;  // by rule and key
  std::map<Outlet, Queue> queues_;
  std::minstd_rand engine_{std::random_device{}()};
};

}  // namespace phien::server

// Loopback sockets that carry requests made beforehand, as cheaply as can be: what is measured is at the other end.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace phien::bench {

// A connected socket that closes itself.
class Socket {
 public:
  explicit Socket(unsigned short port);
  explicit Socket(int fd);
  Socket(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();
  int fd() const { return fd_; }

 private:
  int fd_;
};

// One request after the other on a connection of its own; returns the body. Throws unless it is a 200.
class Client {
 public:
  explicit Client(unsigned short port) : socket_(port) {}
  std::string ask(std::string_view request);

 private:
  Socket socket_;
};

// Sends every list on a connection of its own, one request after the answer to the last, all connections at once.
// `rate`: requests a second over all of them (0: as fast as they are answered); `stop`: ends it early. Returns the seconds it
// took. Throws when an answer is not a 200.
double drive(unsigned short port, const std::vector<std::vector<std::string>>& lists, double rate = 0,
             const std::atomic<bool>* stop = nullptr);

// Seconds that one byte takes to another thread and back.
class Echo {
 public:
  Echo();
  ~Echo();
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;
  double round_trip();

 private:
  struct Pair;
  std::unique_ptr<Pair> pair_;
};

}  // namespace phien::bench

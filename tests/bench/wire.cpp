#include "tests/bench/wire.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace phien::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPatienceMs = 60'000;  // for one answer

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

sockaddr_in loopback(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) { return static_cast<const sockaddr*>(static_cast<const void*>(&address)); }

// Where the body of a whole answer begins; 0 while it is not all here.
std::size_t whole_answer(const std::string& answer) {
  const auto head = answer.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  if (!answer.starts_with("HTTP/1.1 200")) throw std::runtime_error("not a 200: " + answer.substr(0, 600));
  constexpr std::string_view kLength = "content-length:";
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  const auto at =
      std::search(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(head), kLength.begin(), kLength.end(), same);
  std::size_t length = 0;
  const char* digits = answer.data() + (at - answer.begin()) + kLength.size();
  while (*digits == ' ') ++digits;
  std::from_chars(digits, answer.data() + answer.size(), length);
  return answer.size() >= head + 4 + length ? head + 4 : 0;
}

struct Lane {
  Lane(unsigned short port, const std::vector<std::string>& list) : socket(port), requests(&list) {}
  bool done() const { return next == requests->size() && !busy; }

  Socket socket;
  const std::vector<std::string>* requests;
  std::size_t next = 0;  // to be sent after the one under way
  std::size_t sent = 0;  // bytes of the one under way
  bool busy = false, watched_for_room = false;
  std::string answer;
};

class Driver {
 public:
  Driver(unsigned short port, const std::vector<std::vector<std::string>>& lists) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_.fd() < 0) fail("epoll_create1");
    for (const auto& list : lists) lanes_.emplace_back(port, list);
    for (Lane& lane : lanes_) watch(lane, EPOLL_CTL_ADD, false);
  }

  double run(double rate, const std::atomic<bool>* stop) {
    const auto start = Clock::now();
    const auto due = [&](std::size_t lane) {
      const double turn = static_cast<double>(lanes_[lane].next * lanes_.size() + lane);
      return rate > 0 ? start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(turn / rate)) : start;
    };
    for (;;) {
      const bool stopping = stop != nullptr && *stop;
      const auto now = Clock::now();
      bool under_way = false;
      for (std::size_t i = 0; i < lanes_.size(); ++i) {
        Lane& lane = lanes_[i];
        if (!lane.busy && !stopping && lane.next < lane.requests->size() && due(i) <= now) begin(lane);
        under_way = under_way || lane.busy;
      }
      if (!under_way && (stopping || std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.done(); })))
        return std::chrono::duration<double>(Clock::now() - start).count();
      wait(rate > 0 ? 1 : kPatienceMs, rate > 0);
    }
  }

 private:
  void watch(Lane& lane, int how, bool for_room) {
    epoll_event event{};
    event.events = for_room ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = &lane;
    if (::epoll_ctl(epoll_.fd(), how, lane.socket.fd(), &event) != 0) fail("epoll_ctl");
    lane.watched_for_room = for_room;
  }
  void begin(Lane& lane) {
    lane.busy = true;
    lane.sent = 0;
    lane.answer.clear();
    push(lane);
  }
  void push(Lane& lane) {
    const std::string& request = (*lane.requests)[lane.next];
    while (lane.sent < request.size()) {
      const ssize_t n =
          ::send(lane.socket.fd(), request.data() + lane.sent, request.size() - lane.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN) break;
      if (n < 0) fail("send");
      lane.sent += static_cast<std::size_t>(n);
    }
    const bool for_room = lane.sent < request.size();
    if (for_room != lane.watched_for_room) watch(lane, EPOLL_CTL_MOD, for_room);
  }
  void pull(Lane& lane) {
    std::array<char, 4096> buffer;
    const ssize_t n = ::recv(lane.socket.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) fail("recv");
    if (n == 0) throw std::runtime_error("the server closed a connection");
    lane.answer.append(buffer.data(), static_cast<std::size_t>(n));
    if (whole_answer(lane.answer) == 0) return;
    lane.busy = false;
    ++lane.next;
  }
  void wait(int patience, bool may_be_silent) {
    std::array<epoll_event, 128> events;
    const int ready = ::epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), patience);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    if (ready == 0 && !may_be_silent) throw std::runtime_error("the server does not answer");
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      Lane& lane = *static_cast<Lane*>(event.data.ptr);
      if ((event.events & EPOLLOUT) != 0) push(lane);
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) pull(lane);
    }
  }

  Socket epoll_;
  std::vector<Lane> lanes_;
};

}  // namespace

Socket::Socket(unsigned short port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) fail("socket");
  const sockaddr_in address = loopback(port);
  if (::connect(fd_, generic(address), sizeof address) != 0) {
    ::close(fd_);
    fail("connect");
  }
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const timeval patience{kPatienceMs / 1000, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}
Socket::Socket(int fd) : fd_(fd) {}
Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

std::string Client::ask(std::string_view request) {
  while (!request.empty()) {
    const ssize_t n = ::send(socket_.fd(), request.data(), request.size(), MSG_NOSIGNAL);
    if (n < 0) fail("send");
    request.remove_prefix(static_cast<std::size_t>(n));
  }
  std::string answer;
  std::array<char, 16'384> buffer;
  for (;;) {
    const ssize_t n = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
    if (n <= 0) throw std::runtime_error("no answer");
    answer.append(buffer.data(), static_cast<std::size_t>(n));
    if (const std::size_t body = whole_answer(answer); body != 0) return answer.substr(body);
  }
}

double drive(unsigned short port, const std::vector<std::vector<std::string>>& lists, double rate,
             const std::atomic<bool>* stop) {
  return Driver(port, lists).run(rate, stop);
}

// ---- echo ---------------------------------------------------------------------------------------------------------------

struct Echo::Pair {
  Socket near, far;
  std::thread thread;
};

Echo::Echo() {
  const Socket listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (::bind(listener.fd(), generic(address), sizeof address) != 0 || ::listen(listener.fd(), 1) != 0 ||
      ::getsockname(listener.fd(), static_cast<sockaddr*>(static_cast<void*>(&address)), &length) != 0)
    fail("echo");
  Socket near(ntohs(address.sin_port));
  Socket far(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  const int one = 1;
  ::setsockopt(far.fd(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  pair_ = std::make_unique<Pair>(Pair{std::move(near), std::move(far), {}});
  pair_->thread = std::thread([fd = pair_->far.fd()] {
    char byte = 0;
    while (::recv(fd, &byte, 1, 0) == 1)
      if (::send(fd, &byte, 1, MSG_NOSIGNAL) != 1) return;
  });
}

Echo::~Echo() {
  ::shutdown(pair_->near.fd(), SHUT_RDWR);
  pair_->thread.join();
}

double Echo::round_trip() {
  char byte = 1;
  const auto start = Clock::now();
  if (::send(pair_->near.fd(), &byte, 1, MSG_NOSIGNAL) != 1 || ::recv(pair_->near.fd(), &byte, 1, 0) != 1) fail("echo");
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace phien::bench

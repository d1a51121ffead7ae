// A printer on the network, port 9100: raw bytes in, the state out where the printer says it.
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "pos/devices/deadline.hpp"
#include "pos/devices/escpos.hpp"
#include "pos/devices/links.hpp"
#include "shared/net/quiet.hpp"

namespace phien::devices {

namespace {

using asio::ip::tcp;
constexpr int kHeld = 8'192;
constexpr std::chrono::milliseconds kLook{25};

// What a name lookup outlives: it runs in a thread of its own and cannot be cut short.
struct Reach {
  explicit Reach(const asio::any_io_executor& executor) : resolver(executor), socket(executor) {}
  tcp::resolver resolver;
  tcp::socket socket;
};

class TcpLink : public Link {
 public:
  TcpLink(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience)
      : executor_(std::move(executor)), address_(address), patience_(patience), reach_(std::make_shared<Reach>(executor_)) {}

  asio::awaitable<std::optional<Problem>> open() override {
    const std::string port = std::to_string(address_.port);
    const auto cut = [reach = reach_] { close(*reach); };
    {
      const Deadline deadline(executor_, patience_.connect, cut);
      const auto [unknown, found] = co_await reach_->resolver.async_resolve(address_.name, port, net::kQuiet);
      if (unknown) co_return printer_off(address_.name);
      const auto [refused, endpoint] = co_await asio::async_connect(reach_->socket, found, net::kQuiet);
      if (refused) co_return printer_off(address_.name);
    }
    boost::system::error_code ignored;
    reach_->socket.set_option(tcp::no_delay(true), ignored);
    // What the kernel still holds when a printer breaks off looks sent: little, then, so that one knows what was not.
    reach_->socket.set_option(tcp::socket::send_buffer_size(kHeld), ignored);
    co_return co_await ready();
  }

  asio::awaitable<std::optional<Problem>> print(std::string bytes) override {
    const auto end = std::chrono::steady_clock::now() + patience_.longest;
    for (std::size_t sent = 0; sent < bytes.size();) {
      const asio::const_buffer piece(bytes.data() + sent, std::min(kPiece, bytes.size() - sent));
      const Deadline deadline(executor_, patience_.stalled, [reach = reach_] { close(*reach); });
      const auto [error, n] = co_await asio::async_write(reach_->socket, piece, net::kQuiet);
      if (error || std::chrono::steady_clock::now() > end) co_return printer_broke_off(address_.name);
      sent += n;
    }
    if (talks_) co_return co_await said_done();
    co_return co_await drained();
  }

 private:
  static void close(Reach& reach) {
    boost::system::error_code ignored;
    reach.resolver.cancel();
    reach.socket.close(ignored);
  }

  // One byte, or nothing when none came in time; the connection stays.
  asio::awaitable<std::optional<std::uint8_t>> answer(std::chrono::milliseconds time) {
    std::uint8_t byte = 0;
    const asio::mutable_buffer room(&byte, 1);
    const Deadline deadline(executor_, time, [reach = reach_] {
      boost::system::error_code ignored;
      reach->socket.cancel(ignored);
    });
    const auto [error, n] = co_await reach_->socket.async_read_some(room, net::kQuiet);
    if (error || n == 0) co_return std::nullopt;
    co_return byte;
  }

  asio::awaitable<std::optional<Problem>> ready() {
    const std::string question = ask_state();
    const asio::const_buffer asked(question.data(), question.size());
    {
      const Deadline deadline(executor_, patience_.connect, [reach = reach_] { close(*reach); });
      const auto [error, n] = co_await asio::async_write(reach_->socket, asked, net::kQuiet);
      if (error) co_return printer_off(address_.name);
    }
    for (const int which : {2, 4}) {
      const auto said = co_await answer(patience_.answer);
      if (!said) break;
      const auto state = state_in(*said, which);
      if (!state) continue;
      talks_ = true;
      if (auto problem = problem_of(*state, address_.name)) co_return problem;
    }
    co_return std::nullopt;
  }

  // The printer itself says that it has printed what came before the question.
  asio::awaitable<std::optional<Problem>> said_done() {
    const std::string question = ask_when_done();
    const asio::const_buffer asked(question.data(), question.size());
    const auto [error, n] = co_await asio::async_write(reach_->socket, asked, net::kQuiet);
    if (error) co_return printer_unsure(address_.name);
    const auto said = co_await answer(patience_.stalled);
    if (!said || out_of_paper(*said)) co_return printer_unsure(address_.name);
    co_return std::nullopt;
  }

  // A printer that says nothing: it has taken everything when nothing waits to be sent to it.
  asio::awaitable<std::optional<Problem>> drained() {
    const auto end = std::chrono::steady_clock::now() + patience_.stalled;
    int waiting = 0;
    asio::steady_timer pause(executor_);
    for (;;) {
      if (::ioctl(reach_->socket.native_handle(), SIOCOUTQ, &waiting) != 0) co_return printer_unsure(address_.name);
      if (waiting == 0) break;
      if (std::chrono::steady_clock::now() > end) co_return printer_broke_off(address_.name);
      pause.expires_after(kLook);
      const auto [cancelled] = co_await pause.async_wait(net::kQuiet);
      if (cancelled) co_return printer_unsure(address_.name);
    }
    boost::system::error_code failed;
    reach_->socket.shutdown(tcp::socket::shutdown_send, failed);
    // A reset that came meanwhile says that the last of it was thrown away.
    if (failed) co_return printer_unsure(address_.name);
    co_return std::nullopt;
  }

  const asio::any_io_executor executor_;
  const till::PrinterAddress address_;
  const Patience patience_;
  std::shared_ptr<Reach> reach_;
  bool talks_ = false;
};

}  // namespace

std::unique_ptr<Link> tcp_link(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience) {
  return std::make_unique<TcpLink>(std::move(executor), address, patience);
}

}  // namespace phien::devices

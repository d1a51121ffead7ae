#include <doctest/doctest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "pos/devices/escpos.hpp"
#include "pos/devices/link.hpp"
#include "shared/net/run.hpp"

using namespace phien;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

devices::Patience little() {
  devices::Patience patience;
  patience.connect = std::chrono::milliseconds(300);
  patience.answer = std::chrono::milliseconds(50);
  patience.stalled = std::chrono::milliseconds(200);
  patience.longest = std::chrono::milliseconds(2'000);
  return patience;
}

struct Tried {
  std::optional<Problem> opened, printed;
  std::chrono::steady_clock::duration took{};
};

asio::awaitable<void> try_it(asio::any_io_executor executor, till::PrinterAddress address, std::size_t bytes, Tried& tried) {
  const auto began = std::chrono::steady_clock::now();
  const auto link = devices::make_link(executor, address, little());
  tried.opened = co_await link->open();
  if (!tried.opened) {
    std::string job(bytes, 'x');
    tried.printed = co_await link->print(std::move(job));
  }
  tried.took = std::chrono::steady_clock::now() - began;
}

// A peer that accepts, says `greeting` and then neither reads nor closes.
Tried at_a_peer_that_hangs(std::string greeting, std::size_t bytes) {
  Tried tried;
  net::run_to_end([&](asio::any_io_executor executor) -> asio::awaitable<void> {
    tcp::acceptor acceptor(executor);
    const tcp::endpoint here(asio::ip::make_address("127.0.0.1"), 0);
    acceptor.open(here.protocol());
    acceptor.set_option(asio::socket_base::receive_buffer_size(4'096));
    acceptor.bind(here);
    acceptor.listen();
    tcp::socket peer(executor);
    acceptor.async_accept(peer, [&](const boost::system::error_code& error) {
      if (!error && !greeting.empty()) asio::write(peer, asio::buffer(greeting));
    });
    const till::PrinterAddress address{till::PrinterAddress::Kind::tcp, "127.0.0.1", acceptor.local_endpoint().port()};
    co_await try_it(executor, address, bytes, tried);
  });
  return tried;
}

}  // namespace

TEST_CASE("a printer that is connected to and takes nothing: the job ends, surely not printed") {
  const auto tried = at_a_peer_that_hangs("", 4'000'000);
  CHECK_FALSE(tried.opened);
  REQUIRE(tried.printed);
  CHECK(tried.printed->code == "print_broken");
  CHECK(tried.took < std::chrono::seconds(3));
}

TEST_CASE("a printer that says it is ready and never that it is done: nobody is sure") {
  const auto tried = at_a_peer_that_hangs("\x12\x12", 100);
  CHECK_FALSE(tried.opened);
  REQUIRE(tried.printed);
  CHECK(tried.printed->code == devices::kUnsure);
  CHECK(tried.took < std::chrono::seconds(3));
}

TEST_CASE("a printer that says why it cannot print gets nothing") {
  for (const auto& [said, code] : {std::pair{"\x32\x12", "printer_no_paper"},
                                   {"\x16\x12", "printer_open"},
                                   {"\x52\x12", "printer_error"},
                                   {"\x12\x72", "printer_no_paper"}}) {
    const auto tried = at_a_peer_that_hangs(said, 100);
    REQUIRE(tried.opened);
    CHECK(tried.opened->code == code);
    CHECK_FALSE(tried.printed);
  }
}

TEST_CASE("nobody there") {
  Tried tried;
  for (const auto& address : {till::PrinterAddress{till::PrinterAddress::Kind::tcp, "127.0.0.1", 1},
                              till::PrinterAddress{till::PrinterAddress::Kind::tcp, "no-such-printer.invalid", 9'100},
                              till::PrinterAddress{till::PrinterAddress::Kind::device, "/dev/usb/lp99", 0}}) {
    net::run_to_end([&](asio::any_io_executor executor) { return try_it(executor, address, 100, tried); });
    REQUIRE(tried.opened);
    CHECK(tried.opened->code == "printer_off");
  }
}

TEST_CASE("ESC/POS: bands of a picture, the drawer first, then feed and cut; a drawer alone") {
  render::Image image;
  image.width = 16;
  image.height = 300;
  image.bits.assign(600, 0xA5);
  const std::string job = devices::print_job(image, true, true);
  const std::string head = "\x1b@" + devices::kick_drawer();
  CHECK(job.starts_with(head));
  CHECK(job.size() == head.size() + 3 * 8 + 600 + 3 + 4);
  CHECK(job.substr(head.size(), 8) == std::string("\x1dv0\0\x02\0\x80\0", 8));
  CHECK(
      job.ends_with(std::string("\x1b"
                                "d\x04\x1dVB\0",
                                7)));
  CHECK(devices::print_job(image, false, false).find("\x1dV") == std::string::npos);
  CHECK_FALSE(devices::state_in(0xFF, 2));
  CHECK(devices::out_of_paper(0x0C));
}

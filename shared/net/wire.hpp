// A stream of bytes over TCP or TLS, for both ends. What is read comes through one buffer per thread, so that a plain connection
// that waits holds none (10,000 terminals wait on one laptop).
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace phien::net {

namespace asio = boost::asio;
using Error = boost::system::error_code;

class Wire {
 public:
  using Tls = asio::ssl::stream<asio::ip::tcp::socket>;
  // `context` null: plain. Sets TCP_NODELAY.
  explicit Wire(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> context = nullptr);

  bool secure() const { return context_ != nullptr; }
  Tls& tls();  // made when first asked for: it holds some 80 KiB
  asio::ip::tcp::socket& socket() { return tls_ ? tls_->next_layer() : plain_; }

  asio::awaitable<Error> first_byte();  // waits until there is something to read
  asio::awaitable<Error> handshake(asio::ssl::stream_base::handshake_type role);
  // Appends at least one byte to `inbox`, or returns why there are none (eof when the peer has closed).
  asio::awaitable<Error> read_more(std::string& inbox);
  // Both, in this order and whole. `head` may be changed.
  asio::awaitable<Error> write(std::string& head, std::string_view body);
  // For a peer that is owed nothing but a few bytes: what does not go at once is lost. Plain only.
  void write_at_once(std::string_view bytes);
  void end_of_writing();  // TCP's own: the peer reads what was sent, then the end
  void close();           // whatever waits on it ends

 private:
  asio::ip::tcp::socket plain_;  // moved from once there is TLS
  std::shared_ptr<asio::ssl::context> context_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace phien::net

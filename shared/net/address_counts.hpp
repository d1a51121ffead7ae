// How many connections each address holds, so that one client cannot take all there are. What comes from this machine itself is
// not counted: who is here needs no socket to do harm, and a proxy's clients all come from here.
#pragma once
#include <cstddef>
#include <map>

#include <boost/asio/ip/address.hpp>

namespace phien::net {

// An IPv4 address in IPv6 clothes, as itself.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

class AddressCounts {
 public:
  explicit AddressCounts(std::size_t most) : most_(most) {}
  bool has_room(const boost::asio::ip::address& address) const;
  void enter(const boost::asio::ip::address& address);
  void leave(const boost::asio::ip::address& address);

 private:
  std::size_t most_;
  std::map<boost::asio::ip::address, std::size_t> held_;  // only addresses that hold some
};

}  // namespace phien::net

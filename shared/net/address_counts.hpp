// How many connections each address holds, so that one client cannot take all there are. What comes from this machine itself is
// not counted: who is here needs no socket to do harm, and a proxy's clients all come from here.
#pragma once
#include <cstddef>
#include <map>

#include <boost/asio/ip/address.hpp>

namespace phien::net {

// Terminals behind one router have one address: more than a hall has.
inline constexpr std::size_t kMaxConnectionsOfAddress = 1'000;

// An IPv4 address in IPv6 clothes, as itself.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

class AddressCounts {
 public:
  bool has_room(const boost::asio::ip::address& address) const;
  void enter(const boost::asio::ip::address& address);
  void leave(const boost::asio::ip::address& address);

 private:
  std::map<boost::asio::ip::address, std::size_t> held_;  // only addresses that hold some
};

}  // namespace phien::net

// The server is at another address now: a new laptop took the place of one that died.
#pragma once
#include <string>

#include "pos/agent/peer.hpp"
#include "pos/home/home.hpp"
#include "pos/till/till.hpp"

namespace phien::agent {

// Asks who is at `address` (a link or an address) and, if it is a server of this fair under the pinned root and none that was
// replaced, notes it in the keys. Returns its base URL. Codes: bad_link, those of check_hello, and what a connection can meet.
asio::awaitable<Result<std::string>> move_to(asio::any_io_executor executor, const home::Home& home, till::Till& till,
                                             std::string address, const Clock& clock);

}  // namespace phien::agent

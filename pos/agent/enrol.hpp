// Getting in: a link or address and a short code become a terminal.
#pragma once
#include <optional>
#include <string>

#include "pos/agent/peer.hpp"
#include "pos/home/home.hpp"
#include "pos/till/till.hpp"

namespace phien::agent {

struct Link {
  std::string server;  // base URL
  std::string code;    // "" if the link names none
  std::optional<PublicKey> root;
};
// "https://192.168.1.10:8443/#enrol=ABCD2345&root=…", "https://192.168.1.10:8443", "192.168.1.10:8443". Plain HTTP on loopback
// only.
Result<Link> parse_link(std::string text);

// What came of it. `before`: who this device was until now; its journal is named as the one the new one continues.
struct Enrolling {
  Link link;
  std::string device;
  std::optional<home::Keys> before;
  std::optional<journal::Ref> continues;
};
// Asks the server in. Safe to repeat after any failure: the key pair is kept before it is shown.
asio::awaitable<Result<home::Keys>> enrol(asio::any_io_executor executor, const home::Home& home, Enrolling wanted,
                                          const Clock& clock);

struct FirstFeed {
  std::optional<Contact> contact;
  std::optional<sync::FeedStock> stock;
};
// Takes the server's journal up to its head into the store: the catalogue, and the enrolment that makes this terminal's entries
// count. Before it is here nothing may be written as that terminal: were the server lost, no other could take it in (I7).
asio::awaitable<Result<FirstFeed>> first_feed(asio::any_io_executor executor, db::JournalStore& store, home::Keys keys,
                                              const Clock& clock);
// What an opened till begins with: what the feed told besides, and the journal of the terminal it replaces.
asio::awaitable<std::optional<Problem>> begin(asio::any_io_executor executor, till::Till& till, home::Keys keys,
                                              const Clock& clock, FirstFeed told);

}  // namespace phien::agent

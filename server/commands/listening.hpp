// Where a server listens: on this machine over plain HTTP, and for the others over TLS.
#pragma once
#include "server/commands/context.hpp"

namespace phien::server {

struct Listening {
  unsigned short port = 8080, tls_port = 8443;
  std::string tls_address = "0.0.0.0";
};
struct Ports {
  unsigned short plain = 0, tls = 0;
};
void add_listening_options(CLI::App& command, Listening& where);
// Both throw Failure when an address is taken.
unsigned short listen_here(net::HttpServer& server, unsigned short port);  // plain, on this machine alone
Ports listen(net::HttpServer& server, const Listening& where, const net::TlsKey& tls);
void announce(const Paths& paths, const Ports& ports);  // server.json: commands find the running server by it
void raise_descriptor_limit();

}  // namespace phien::server

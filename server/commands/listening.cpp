#include "server/commands/listening.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include "server/files.hpp"

namespace phien::server {
namespace {

unsigned short need_port(Result<unsigned short> bound) {
  if (!bound) throw Failure{Exit::network, bound.problem()};
  return *bound;
}

}  // namespace

void add_listening_options(CLI::App& command, Listening& where) {
  command.add_option("--port", where.port, "Cổng HTTP trên máy này / HTTP port on this machine")->capture_default_str();
  command.add_option("--tls-port", where.tls_port, "Cổng HTTPS cho các máy bán / HTTPS port for the terminals")
      ->capture_default_str();
  command.add_option("--tls-address", where.tls_address, "Địa chỉ HTTPS / HTTPS address")->capture_default_str();
}

unsigned short listen_here(net::HttpServer& server, unsigned short port) { return need_port(server.listen("127.0.0.1", port)); }

Ports listen(net::HttpServer& server, const Listening& where, const net::TlsKey& tls) {
  const unsigned short plain = listen_here(server, where.port);
  return {plain, need_port(server.listen(where.tls_address, where.tls_port, net::tls_server_context(tls)))};
}

void announce(const Paths& paths, const Ports& ports) {
  const nlohmann::json state{{"port", ports.plain}, {"tls_port", ports.tls}, {"pid", ::getpid()}};
  if (auto written = write_private(paths.running(), state.dump() + "\n"); !written) throw Failure{Exit::store, written.problem()};
}

// Every waiting terminal is a descriptor: as many as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace phien::server

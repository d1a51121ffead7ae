// What the client needs of TLS: a context that trusts no authority, and the hash of the peer's key.
#pragma once
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

struct x509_st;

namespace phien::net {

std::string spki_hex(const x509_st* certificate);
std::shared_ptr<boost::asio::ssl::context> tls_client_context();

}  // namespace phien::net

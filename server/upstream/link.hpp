// What both ends of the way to a hub agree on.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/bytes.hpp"

namespace phien::server {

// A fair's name at a hub and in its addresses: two fairs of one id have two roots.
std::string fair_name(std::string_view fair, const PublicKey& root);

// Signed with the journal key of the incarnation. `once`: the challenge, or the code of an enrolment; `tls`: hash of the hub's
// TLS key as the booth server saw it, "-" on plain loopback.
std::string upstream_message(std::string_view fair, const PublicKey& root, std::int64_t incarnation, std::string_view once,
                             std::string_view tls);

}  // namespace phien::server

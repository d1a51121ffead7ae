// The bytes before an answer's body: pure.
#pragma once
#include <optional>
#include <string>

#include "shared/net/http.hpp"

namespace phien::net {

// Throws std::invalid_argument for what a handler must not send: a status that is no final one, a field with a line break, or a
// field that is the server's own affair (framing, content type).
void require_sendable(const Response& response);

// Status line and fields, with the security fields every answer carries unless the handler has set its own.
// No length: the body ends with the connection.
std::string answer_head(const Response& response, std::optional<std::size_t> length, bool keep_alive);

inline bool may_have_body(int status) { return status != 204 && status != 304; }

}  // namespace phien::net

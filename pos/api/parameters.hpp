// What a request to the till asks for beside its path, and how it is refused.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "pos/till/refuse.hpp"
#include "shared/net/http.hpp"

namespace phien::api {

Lang lang_of(const net::Request& request);
std::optional<std::string> parameter(const net::Request& request, const char* name);
// Refuses any other ("lang" may always be there).
void only_parameters(const net::Request& request, const std::set<std::string>& allowed);
std::optional<std::string> id_parameter(const net::Request& request, const char* name);
std::int64_t limit_of(const net::Request& request);

net::Response refused(const Problem& problem);
// An answer that waits for nothing.
net::asio::awaitable<net::Response> answered(net::Response response);

}  // namespace phien::api

// Codes by which terminals come in, kept as meta of the store: a code given by a command is good for the server that starts after
// it. Open ones, and those just used.
#pragma once
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "server/house.hpp"
#include "shared/ledger/views.hpp"

namespace phien::server::api {

inline constexpr Milliseconds kCodeLife = 15 * 60'000;

nlohmann::json read_codes(const db::Transaction& tx, Milliseconds now);  // by code, without those whose time is over
void write_codes(db::Transaction& tx, const nlohmann::json& codes);

struct CodeWanted {
  journal::TerminalEnrolled terminal;  // exhibitors, booth, holder
  std::optional<std::string> replaces;
  Milliseconds until = 0;
  std::string by;
};
// Adds a new code and returns it. Throws Refusal (429) when too many wait.
std::string give_code(nlohmann::json& codes, const CodeWanted& wanted);
// What a terminal scans. The root key travels with the code, out of band: with it the terminal knows that it talks to the right
// server.
std::string enrolment_link(const House& house, const std::string& code);
// Throws Refusal (400) when it is none: a booth is part of receipt numbers.
void must_be_booth(const std::string& booth);

}  // namespace phien::server::api

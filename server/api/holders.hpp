// What an account and a token are given: a role and, for an exhibitor's, whose goods and figures.
#pragma once
#include <string>
#include <vector>

#include "server/api/fields.hpp"
#include "shared/ledger/views.hpp"

namespace phien::server::api {

struct Holder {
  journal::Role role{};
  std::vector<std::string> exhibitors;
};
// "role", and "exhibitors" for that of an exhibitor and no other.
Holder holder_from(Fields& in);
// Throws Refusal (404) for an exhibitor that is not in the catalogue.
void must_exist(const ledger::Reader& books, const std::vector<std::string>& exhibitors);

}  // namespace phien::server::api

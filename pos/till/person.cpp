#include "pos/till/person.hpp"

#include <algorithm>

#include "shared/journal/canonical.hpp"

namespace phien::till {

std::optional<journal::PersonalData> read_person(Fields& request) {
  auto given = request.object("personal");
  if (!given) return std::nullopt;
  nlohmann::json person = nlohmann::json::object();
  for (const char* name : {"name", "company", "phone", "email", "address", "tax_code", "note"})
    if (auto text = given->optional_text(name, 500)) person[name] = *text;
  given->done();
  if (person.empty()) return std::nullopt;
  journal::PersonalData personal;
  const std::string salt = random_bytes(personal.salt.bytes.size());
  std::copy(salt.begin(), salt.end(), personal.salt.bytes.begin());
  personal.data = need(journal::canonical_bytes(person, journal::kMaxPersonalBytes));
  return personal;
}

}  // namespace phien::till

// Personal data of a request ("personal": {…}): it goes beside the entry, never into it.
#pragma once
#include <optional>

#include "pos/till/fields.hpp"
#include "shared/journal/batch.hpp"

namespace phien::till {

// Nothing if there is no "personal" or all of it is empty.
std::optional<journal::PersonalData> read_person(Fields& request);

}  // namespace phien::till

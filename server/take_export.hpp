// Exported journals into the store: a recovery, or a file brought by hand. Terminals not enrolled here are taken too: their
// entries are kept, and held until an enrolment of theirs is here.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "db/store.hpp"
#include "shared/result.hpp"

namespace phien::server {

struct Taken {
  std::int64_t batches = 0, appended = 0, known = 0, forked = 0;
  std::set<std::string> grown;  // terminals whose journals are longer now
};
// Inside a job. On a Problem the caller throws, so that nothing of the file stays.
Result<Taken> take_export(db::Transaction& tx, std::string_view text, std::string_view fair);

}  // namespace phien::server

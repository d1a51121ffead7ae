#include "db/store.hpp"

#include <utility>

namespace phien::db {

void JournalStore::run(Job job) {
  // Shared with `done`: if the wait below is abandoned by an exception, the writer must not touch a dead frame.
  auto outcome = std::make_shared<std::promise<void>>();
  auto finished = outcome->get_future();
  const bool queued = submit(std::move(job), [outcome](std::exception_ptr problem) {
    if (problem) {
      outcome->set_exception(problem);
    } else {
      outcome->set_value();
    }
  });
  if (!queued) throw StoreFailed("the store is overloaded: too many jobs wait");
  finished.get();
}

}  // namespace phien::db

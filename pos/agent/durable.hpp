// Waiting for the store from a coroutine.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "db/store.hpp"

namespace phien::agent {

// Submits `job` and resumes the caller, in its own executor, when it is durable; throws what it threw, or StoreFailed when the
// store's queue is full.
boost::asio::awaitable<void> durable(db::JournalStore& store, db::JournalStore::Job job);

}  // namespace phien::agent

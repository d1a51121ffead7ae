// Read-only connections, lent to snapshots.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "db/sqlite/connection.hpp"
#include "db/store.hpp"

namespace phien::db {

class Readers : public std::enable_shared_from_this<Readers> {
 public:
  Readers(std::string path, std::string vfs, std::size_t kept) : path_(std::move(path)), vfs_(std::move(vfs)), kept_(kept) {}
  std::unique_ptr<Connection> open() const { return std::make_unique<Connection>(path_, vfs_, Connection::Use::read); }
  std::unique_ptr<Connection> borrow();
  void give_back(std::unique_ptr<Connection> connection);
  std::unique_ptr<Snapshot> snapshot();

 private:
  const std::string path_, vfs_;
  const std::size_t kept_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> free_;
};

}  // namespace phien::db

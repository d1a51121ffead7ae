#include "db/sqlite/check.hpp"

#include <exception>

namespace phien::db {
namespace {

using journal::Branch;
using journal::Head;
using journal::StoredEntry;

constexpr const char* kIntegrity = "PRAGMA integrity_check(100)";
constexpr std::int64_t kEntriesPerStep = 1'000;

void check_pages(Connection& connection, std::vector<std::string>& found) {
  Query rows(connection, kIntegrity);
  while (rows.row()) {
    if (rows.bytes(0) != "ok") found.emplace_back(rows.bytes(0));
  }
}

// SQLite knows no checksums: a changed byte inside an entry shows in the chain alone.
void check_chain(const Snapshot& snapshot, const Branch& branch, const std::function<void()>& one_more,
                 std::vector<std::string>& found) {
  Head at = branch.base;
  const std::string name = branch.journal.terminal + ", branch " + std::to_string(branch.no);
  bool holds = true;
  snapshot.scan(branch.no, 1, branch.head.seq, [&](const StoredEntry& entry) {
    holds = entry.at.seq == at.seq + 1 && entry.at.hash == journal::next_hash(at.hash, entry.digest);
    at = entry.at;
    one_more();
    return holds;
  });
  if (!holds) {
    found.push_back(name + ": the chain breaks at entry " + std::to_string(at.seq));
  } else if (at != branch.head) {
    found.push_back(name + ": ends at entry " + std::to_string(at.seq) + " instead of " + std::to_string(branch.head.seq));
  }
}

void check_chains(const Snapshot& snapshot, const Progress& progress, std::vector<std::string>& found) {
  const auto branches = snapshot.branches();
  std::int64_t done = 0, total = 0;
  for (const Branch& branch : branches) total += branch.head.seq - branch.base.seq;
  const auto one_more = [&] {
    if (++done % kEntriesPerStep == 0 && progress) progress(done, total);
  };
  for (const Branch& branch : branches) check_chain(snapshot, branch, one_more, found);
}

}  // namespace

std::vector<std::string> check_file(Connection& connection, const Snapshot& snapshot, const Progress& progress) {
  std::vector<std::string> found;
  try {
    check_pages(connection, found);
    check_chains(snapshot, progress, found);
  } catch (const std::exception& problem) {
    found.emplace_back(problem.what());  // too damaged to be read to the end
  }
  return found;
}

}  // namespace phien::db

// What is the SQLite store's own: its file, its lock, its schema, copies of it, and damage to it.
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/contract/fixture.hpp"

namespace phien::tests {
namespace {

using db::Transaction;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  REQUIRE(file.good());
}

void with_sqlite(const std::string& path, const std::string& sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
  CHECK(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_close(raw) == SQLITE_OK);
}

// A store with some hundred entries, closed.
void make_store(const std::string& path, int entries = 300) {
  const auto store = db::open_sqlite(path);
  const auto no = add_journal(*store);
  store->run([&](Transaction& tx) {
    for (int i = 0; i < entries; ++i) {
      append(tx, no, "entry " + std::to_string(i) + std::string(300, 'e'), i);
      tx.put_seal(no, i + 1, signature(1));
      tx.add("sum " + std::to_string(i), {1, 2, 3});
      tx.put("fact " + std::to_string(i), "value");
    }
  });
}

TEST_CASE("one process owns a store: it is refused to another, and free again afterwards") {
  Folder folder;
  auto store = db::open_sqlite(folder.file());
  CHECK_THROWS_AS(db::open_sqlite(folder.file()), db::StoreBusy);
  store->run([](Transaction& tx) { tx.put("still", "works"); });
  store.reset();
  store = db::open_sqlite(folder.file());
  CHECK(store->snapshot()->fact("still") == "works");
}

TEST_CASE("a store made by a newer program is refused, and not a byte of it changes") {
  Folder folder;
  make_store(folder.file());
  with_sqlite(folder.file(), "PRAGMA user_version = 999");
  const std::string before = read_file(folder.file());
  CHECK_THROWS_AS(db::open_sqlite(folder.file()), db::StoreTooNew);
  CHECK(read_file(folder.file()) == before);
}

TEST_CASE("a database of another program is refused, and not a byte of it changes") {
  Folder folder;
  with_sqlite(folder.file(), "CREATE TABLE somebody (has TEXT)");
  const std::string before = read_file(folder.file());
  CHECK_THROWS_AS(db::open_sqlite(folder.file()), db::StoreFailed);
  CHECK(read_file(folder.file()) == before);
}

TEST_CASE("migrations are applied once: opening again and again changes nothing") {
  Folder folder;
  make_store(folder.file(), 20);
  const std::string before = read_file(folder.file());
  for (int i = 0; i < 3; ++i) {
    const auto store = db::open_sqlite(folder.file());
    CHECK(store->snapshot()->branches().size() == 1);
    CHECK(store->check().empty());
  }
  CHECK(read_file(folder.file()) == before);
}

TEST_CASE("a store that cannot be opened says which file, and why") {
  Folder folder;
  CHECK_THROWS_WITH_AS(db::open_sqlite(folder.file("no/such/folder.db")), doctest::Contains("no/such/folder.db"),
                       db::StoreFailed);
  write_file(folder.file(), std::string(8192, 'x'));
  CHECK_THROWS_WITH_AS(db::open_sqlite(folder.file()), doctest::Contains("store.db"), db::StoreFailed);
}

TEST_CASE("the file is for its owner's eyes alone, its companions too") {
  Sqlite kind;
  kind.store->run([](Transaction& tx) { tx.put("a", "b"); });
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    CAPTURE(suffix);
    struct stat status {};
    REQUIRE(::stat((kind.folder.file() + suffix).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

// What the folder's files hold of `needle`.
bool on_disk(const Folder& folder, const std::string& needle) {
  return read_file(folder.file()).find(needle) != std::string::npos ||
         read_file(folder.file() + "-wal").find(needle) != std::string::npos;
}

TEST_CASE("personal data that was erased leaves no byte in the file nor in its WAL, also what filled whole pages") {
  Sqlite kind;
  const auto no = add_journal(*kind.store);
  const std::string small = "So dien thoai 0912345678", big = "Dia chi: Thanh pho Cao Bang, ";
  std::string data = big;
  while (data.size() < 4'000) data += big;
  kind.store->run([&](Transaction& tx) {
    for (int i = 0; i < 40; ++i) append(tx, no, "lead " + std::to_string(i));
    for (int i = 1; i <= 40; i += 2) {
      tx.put_personal(no, i, {sha256(std::to_string(i)), small});
      tx.put_personal(no, i + 1, {sha256(std::to_string(i)), data});
    }
  });
  CHECK(on_disk(kind.folder, small));
  CHECK(on_disk(kind.folder, big));
  const auto erase_all = [&] {
    kind.store->run([&](Transaction& tx) {
      for (int i = 1; i <= 40; ++i) tx.erase_personal(no, i);
    });
  };
  // The WAL is cut when the writer is idle, and where a reader still uses it, tried again every second.
  const auto wait_until_gone = [&] {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (on_disk(kind.folder, small) && std::chrono::steady_clock::now() < deadline) kind.store->run([](Transaction&) {});
  };
  SUBCASE("while the store is open") {
    erase_all();
    wait_until_gone();
  }
  SUBCASE("after it was closed") {
    erase_all();
    kind.store.reset();
  }
  SUBCASE("a reader that looked on does not keep it for ever") {
    auto view = kind.store->snapshot();
    erase_all();
    CHECK(view->personal(no, 1));
    view.reset();
    wait_until_gone();
  }
  CHECK_FALSE(on_disk(kind.folder, small));
  CHECK_FALSE(on_disk(kind.folder, big));
}

TEST_CASE("I7: a backup made while the store is written is one whole commit, and opens as a store") {
  Sqlite kind;
  const auto no = add_journal(*kind.store);
  const auto write = [&] {
    kind.store->run([&](Transaction& tx) {
      append(tx, no, std::string(5'000, 'b'));
      tx.add("entries", {1, 0, 0});
    });
  };
  kind.store->run([&](Transaction& tx) {
    for (int i = 0; i < 2'000; ++i) append(tx, no, std::string(5'000, 'a')), tx.add("entries", {1, 0, 0});
  });
  int told = 0;
  const std::string copy = kind.folder.file("backup.db");
  write_file(copy + ".tmp", "left by a backup that was interrupted");
  kind.store->backup(copy, [&](std::int64_t done, std::int64_t total) {
    CHECK(done <= total);
    ++told;
    write();
  });
  CHECK(told > 1);
  CHECK(kind.store->snapshot()->sum("entries").count == 2'000 + told);
  CHECK_FALSE(std::filesystem::exists(copy + ".tmp"));
  CHECK_FALSE(std::filesystem::exists(copy + "-wal"));
  const auto restored = db::open_sqlite(copy);
  CHECK(restored->snapshot()->sum("entries").count == 2'000);
  CHECK(restored->snapshot()->branch(no)->head.seq == 2'000);
  CHECK(restored->check().empty());
  CHECK_THROWS_AS(kind.store->backup(kind.folder.file("no/such/folder/x.db"), nullptr), db::StoreFailed);
  kind.store->backup(copy + "2", nullptr);
  CHECK(std::filesystem::exists(copy + "2"));
}

TEST_CASE("a store in memory refuses to be backed up") {
  CHECK_THROWS_AS(db::open_memory()->backup("x", nullptr), db::StoreFailed);
}

TEST_CASE("I8: random damage to a page is found by the check, or opening says so") {
  Folder folder;
  const std::string good = folder.file("good.db");
  make_store(good);
  const std::string bytes = read_file(good);
  constexpr std::size_t kPage = 4096;
  std::mt19937_64 random(7);
  for (std::size_t page = 0; page < bytes.size() / kPage; ++page) {
    CAPTURE(page);
    std::string damaged = bytes;
    for (std::size_t i = 0; i < kPage; ++i) damaged[page * kPage + i] = static_cast<char>(random());
    const std::string path = folder.file("damaged" + std::to_string(page) + ".db");
    write_file(path, damaged);
    bool noticed = false;
    try {
      noticed = !db::open_sqlite(path)->check().empty();
    } catch (const db::StoreFailed& problem) {
      noticed = std::string(problem.what()).find(path) != std::string::npos;
    }
    CHECK(noticed);
  }
}

TEST_CASE("I8: one changed byte inside an entry is found by the check") {
  Folder folder;
  make_store(folder.file());
  std::string bytes = read_file(folder.file());
  const auto at = bytes.find("entry 42e");
  REQUIRE(at != std::string::npos);
  bytes[at + 10] = 'E';
  write_file(folder.file(), bytes);
  const auto found = db::open_sqlite(folder.file())->check();
  REQUIRE(found.size() == 1);
  CHECK(found[0].find("chain breaks at entry 43") != std::string::npos);
}

TEST_CASE("a check tells how many entries it has looked at") {
  Folder folder;
  make_store(folder.file(), 2'500);
  std::vector<std::int64_t> told;
  const auto found = db::open_sqlite(folder.file())->check([&](std::int64_t done, std::int64_t total) {
    CHECK(total == 2'500);
    told.push_back(done);
  });
  CHECK(found.empty());
  CHECK(told == std::vector<std::int64_t>{1'000, 2'000});
}

TEST_CASE("another program's lock on the file fails the jobs it met, and the store goes on afterwards") {
  Sqlite kind;
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(kind.folder.file().c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK_THROWS_AS(kind.store->run([](Transaction& tx) { tx.put("a", "lost"); }), db::StoreBusy);
  REQUIRE(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_close(other) == SQLITE_OK);
  kind.store->run([](Transaction& tx) { tx.put("b", "kept"); });
  CHECK(facts(*kind.store->snapshot()) == Facts{{"b", "kept"}});
}

TEST_CASE("a snapshot may outlive its store") {
  Sqlite kind;
  kind.store->run([](Transaction& tx) { tx.put("a", "b"); });
  const auto view = kind.store->snapshot();
  kind.store.reset();
  CHECK(view->fact("a") == "b");
}

}  // namespace
}  // namespace phien::tests

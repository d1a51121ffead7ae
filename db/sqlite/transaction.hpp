// The writer's transaction. Entries go to their table at once; branches, sums and facts are gathered in memory and written once
// per commit, as absolute values: a hundred sales that touch one sum cost one row.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "db/sqlite/queries.hpp"
#include "db/undo_map.hpp"

namespace phien::db {

class SqliteTransaction final : public TableReads<Transaction> {
 public:
  explicit SqliteTransaction(Connection& db);

  // Called by the writer. A job is one savepoint; several make one transaction of the database.
  void begin();
  void begin_job();
  void keep_job();
  void undo_job();
  void commit();   // writes what was gathered and commits
  void abandon();  // undoes the whole transaction
  // Personal data was erased since the last call: its bytes must also leave the WAL.
  bool take_erased() { return std::exchange(erased_, false); }

  std::vector<journal::Branch> branches() const override;
  std::vector<journal::Branch> branches_of(const journal::JournalId& journal) const override;
  std::vector<journal::Branch> branches_of_terminal(const std::string& terminal) const override;
  std::optional<journal::Branch> branch(journal::BranchNo no) const override;
  journal::BranchNo add_branch(const journal::JournalId& journal, journal::BranchNo parent, const journal::Head& base) override;
  void append(const journal::StoredEntry& entry) override;
  void restate(const journal::StoredEntry& entry) override;
  void set_state(journal::BranchNo branch, const std::string& state) override;
  void put_seal(journal::BranchNo branch, journal::Seq seq, const Signature& seal) override;
  void put_personal(journal::BranchNo branch, journal::Seq seq, const journal::PersonalData& personal) override;
  void erase_personal(journal::BranchNo branch, journal::Seq seq) override;

  ledger::Sum sum(std::string_view key) const override;
  std::optional<std::string> fact(std::string_view key) const override;
  void sums(std::string_view prefix, const std::function<bool(std::string_view, const ledger::Sum&)>& visit) const override;
  void facts(std::string_view prefix, const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  void add(std::string_view key, const ledger::Sum& delta) override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;
  void clear_books() override;
  void set_meta(std::string_view name, std::string_view value) override;
  void erase_meta(std::string_view name) override;

 private:
  // What is known of a table's rows (one process owns the file, so it stays true) and which of them are to be written.
  template <class Key, class Value>
  struct Gathered {
    UndoMap<Key, Value> map;
    std::vector<typename UndoMap<Key, Value>::Iterator> changed;

    void keep();
    void forget_all();
    template <class Write>
    void flush(const Write& write);
  };
  template <class Value>
  const std::optional<Value>& known(Gathered<std::string, Value>& gathered, std::string_view key) const;
  template <class Value, class Visit>
  void visit_prefix(const Gathered<std::string, Value>& gathered, std::string_view prefix, bool in_table,
                    const Visit& visit) const;
  bool table_has_family(std::string_view key) const;
  template <class Wanted>
  std::vector<journal::Branch> select_branches(const Wanted& wanted) const;
  journal::Branch& branch_to_change(journal::BranchNo no);
  void load_branches();
  void flush();

  Gathered<journal::BranchNo, journal::Branch> branches_;
  mutable Gathered<std::string, ledger::Sum> sums_;
  mutable Gathered<std::string, std::string> facts_;
  // Whether the table of facts has rows of a family: of what a key says up to its first '|'. Most that is looked for is of a kind
  // that nobody has written yet. It may be said to have rows that are gone, never the other way round.
  mutable std::map<std::string, bool, std::less<>> fact_families_;
  bool erased_ = false;
  bool cleared_ = false;  // by the job that runs
};

}  // namespace phien::db

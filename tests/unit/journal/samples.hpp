// A small fair written down for ever: fixed keys, every kind of entry. The vectors are made of it, and the tests change it.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shared/journal/batch.hpp"
#include "shared/journal/entry.hpp"

namespace phien::journal::samples {

SecretKey fixed_key(int number);  // seed: 32 times the byte `number`

// A journal as text, and where its entries are.
struct Written {
  JournalId journal;
  std::vector<Head> heads;
  std::string text;
};

// `_server.1` (a fair, its catalogue, an enrolment, stock) and the terminal `T1` it enrols (a day of selling): two batches.
std::vector<Written> fair();

// An entry of each kind with every optional field given, by the order of the format's tables.
std::vector<Entry> full_entries();

// What tests/data/journal_vectors.json holds: keys, journals, and an entry of each kind.
nlohmann::json vectors();

}  // namespace phien::journal::samples

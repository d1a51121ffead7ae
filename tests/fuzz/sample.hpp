// The small fair that is written down in tests/data/journal_vectors.json: its journals as text, and the keys they are sealed
// with.
#pragma once
#include <string>

#include "shared/bytes.hpp"

namespace phien::fuzz {

struct Sample {
  std::string opening;  // `_server.1` up to the opening stock: the catalogue, T1's enrolment
  std::string till;     // T1's day of selling
  SecretKey root_key, server_key, till_key, stranger;
};
const Sample& sample();

}  // namespace phien::fuzz

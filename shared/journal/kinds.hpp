// The kinds of FORMAT.md §7 and §8. Inside this folder only.
#pragma once
#include <string_view>

#include "shared/journal/entry.hpp"

namespace phien::journal {

struct Kind {
  std::string_view name;
  std::size_t index;      // in Body
  bool terminal, server;  // who may write it
  bool voidable;          // it moves a figure, so a `void` may take it back
  Body (*blank)();        // a body of this kind, to be read into
};

const Kind* find_kind(std::string_view name);  // nullptr: none of that name
const Kind& kind(const Body& body);

}  // namespace phien::journal

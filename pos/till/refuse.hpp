// How a use case says no: it throws, so that the store undoes whatever the transaction had begun.
#pragma once
#include <exception>
#include <string>
#include <utility>

#include "shared/result.hpp"

namespace phien::till {

struct Refusal : std::exception {
  explicit Refusal(Problem why) : problem(std::move(why)) {}
  const char* what() const noexcept override { return problem.what.en.c_str(); }
  Problem problem;
};

[[noreturn]] inline void refuse(std::string code, std::string where, Message what) {
  throw Refusal(Problem{std::move(code), std::move(where), std::move(what)});
}

// The value, or the refusal.
template <class T>
T need(Result<T> result) {
  if (!result) throw Refusal{result.problem()};
  return std::move(result).value();
}

}  // namespace phien::till

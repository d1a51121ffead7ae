// Refusals are values; bugs abort.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include "shared/text.hpp"

namespace phien {

// Why something was refused: a stable code for programs (snake_case), the place (a field path such as "lines[2].qty",
// or "products.csv:14:price_vnd"; empty if there is none) and what to do, for people.
struct Problem {
  std::string code;
  std::string where;
  Message what;
  bool operator==(const Problem&) const = default;
};

// A value or a Problem. Taking the wrong one is a bug and aborts, in release too.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Result(Problem problem) : state_(std::in_place_index<1>, std::move(problem)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return require(), std::get<0>(state_); }
  const T& value() const& { return require(), std::get<0>(state_); }
  T&& value() && { return require(), std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Problem& problem() const {
    if (ok()) std::abort();
    return std::get<1>(state_);
  }

 private:
  void require() const {
    if (!ok()) {
      std::fprintf(stderr, "bug: took the value of a refusal: %s %s\n", std::get<1>(state_).code.c_str(),
                   std::get<1>(state_).what.en.c_str());
      std::abort();
    }
  }
  std::variant<T, Problem> state_;
};

}  // namespace phien

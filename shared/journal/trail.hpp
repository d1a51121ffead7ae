// Where a visitor of fields.hpp stands in an entry, and the first fault it met. Inside this folder only.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "shared/journal/rules.hpp"
#include "shared/result.hpp"

namespace phien::journal {

class Trail {
 public:
  void enter(std::string_view key) { steps_[size_++] = {key, 0}; }
  void enter(std::size_t index) { steps_[size_++] = {{}, index}; }
  void leave() { --size_; }

  bool failed() const { return problem_.has_value(); }
  Problem take_problem() { return *std::move(problem_); }
  void fail(Fault fault);                       // at the field it stands in; the first fault stays
  void fail(Fault fault, std::string_view key)  // at a field of the object it stands in
  {
    enter(key);
    fail(fault);
    leave();
  }

  std::string path() const;  // body.lines[2].qty

 private:
  struct Step {
    std::string_view key;
    std::size_t index = 0;
  };
  std::array<Step, 24> steps_;  // twice the depth of nesting is enough
  std::size_t size_ = 0;
  std::optional<Problem> problem_;
};

}  // namespace phien::journal

// How a request is refused inside the server. An exception, because a job of the store undoes its writes only by throwing;
// api/route.cpp, and nothing else, makes an answer of it.
#pragma once
#include <exception>
#include <string>
#include <utility>

#include "shared/result.hpp"

namespace phien::server {

class Refusal : public std::exception {
 public:
  Refusal(int http_status, Problem why) : status_(http_status), problem_(std::move(why)) {}
  int status() const { return status_; }
  const Problem& problem() const { return problem_; }
  const char* what() const noexcept override { return problem_.code.c_str(); }

 private:
  int status_;
  Problem problem_;
};

// The value of a Result, or its Problem as a refusal.
template <class T>
T value_or_refuse(Result<T> result, int http_status = 400) {
  if (!result) throw Refusal(http_status, result.problem());
  return std::move(result).value();
}

}  // namespace phien::server

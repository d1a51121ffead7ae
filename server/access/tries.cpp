#include "server/access/tries.hpp"

namespace phien::server {

bool Tries::begin(const std::string& who, Milliseconds now) {
  if (by_who_.size() >= kMaxWatched && !by_who_.contains(who)) {
    std::erase_if(by_who_, [&](const auto& one) { return one.second.empty() || one.second.back() + within_ <= now; });
    if (by_who_.size() >= kMaxWatched) by_who_.erase(by_who_.begin());
  }
  std::deque<Milliseconds>& tries = by_who_[who];
  while (!tries.empty() && tries.front() + within_ <= now) tries.pop_front();
  if (tries.size() >= most_) return false;
  tries.push_back(now);
  return true;
}

void Tries::take_back(const std::string& who) {
  const auto found = by_who_.find(who);
  if (found != by_who_.end() && !found->second.empty()) found->second.pop_back();
}

}  // namespace phien::server

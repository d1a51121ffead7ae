// The target of a request line, taken apart: pure.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace phien::net {

inline constexpr std::size_t kMaxQueryNames = 64;

// Only the origin form ("/a/b?c=d"). Refused, so that no two readers can take a path differently: a bad or unfinished %xx, an
// encoded slash, backslash or control character, "." and ".." and empty segments, bytes that are not UTF-8, a fragment, a
// repeated name.
bool parse_target(std::string_view target, std::string& path, std::map<std::string, std::string>& query);

// "a=1&b=2" alone, by the same rules: of a target, or behind the '#' of a link.
bool parse_query(std::string_view raw, std::map<std::string, std::string>& query);

}  // namespace phien::net

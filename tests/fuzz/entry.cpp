// The decoder on the ingest path against its reference: the same verdict and the same meaning, or none of them is right.
#include "shared/journal/entry.hpp"

#include <algorithm>

#include "shared/journal/canonical.hpp"
#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {
namespace {

using journal::Document;
using journal::Node;

// The two parsers may name a wrongly written number differently (canonical.hpp).
bool same_code(const std::string& a, const std::string& b) {
  const auto number_or_json = [](const std::string& code) { return code == "bad_number" || code == "bad_json"; };
  return a == b || (number_or_json(a) && number_or_json(b));
}

bool same_node(const Node& a, const Node& b) {
  return a.type == b.type && a.boolean == b.boolean && a.integer == b.integer && a.text == b.text && a.key == b.key &&
         a.children == b.children && a.next == b.next;
}

}  // namespace

void entry(std::string_view input) {
  Document fast, reference;
  const auto verdict = fast.parse(input), expected = reference.parse_reference(input);
  must(verdict.ok() == expected.ok(), "both parsers have one verdict");
  std::string padded(input);
  padded.append(Document::kPadding, '}');
  Document in_place;
  must(in_place.parse(std::string_view(padded).substr(0, input.size()), true).ok() == verdict.ok(),
       "what stands behind the bytes changes nothing");
  if (!verdict) return must(same_code(verdict.problem().code, expected.problem().code), "both parsers name one fault");
  must(std::equal(fast.nodes().begin(), fast.nodes().end(), reference.nodes().begin(), reference.nodes().end(), same_node),
       "both parsers read one document");

  const auto read = journal::decode(fast), again = journal::decode(reference);
  must(read.ok() == again.ok(), "one document, one verdict");
  if (!read) return must(read.problem() == again.problem(), "one document, one problem");
  const auto written = journal::encode(*read), other = journal::encode(*again);
  must(written.ok() && other.ok(), "what was read can be written");
  must(*written == input && *other == input, "an entry is written as it was read");
}

}  // namespace phien::fuzz

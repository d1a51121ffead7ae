// The language of the *.test files: what happens at a fair, one line an entry. See README.md beside this file.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/ledger/fair.hpp"

namespace phien::test {

class Script {
 public:
  // Throws std::runtime_error with the line that could not be understood.
  void line(const std::string& text);

  // Written entries, in the order of the script: who, and which of its entries.
  const std::vector<std::pair<std::string, std::size_t>>& written() const { return written_; }
  const std::map<std::string, Writer>& writers() const { return writers_; }
  // The name the script gave an entry, or its address.
  std::string name_of(const journal::Ref& ref) const;
  std::vector<std::pair<std::string, journal::Ref>> named() const;

 private:
  using Words = std::vector<std::string>;
  struct Named {
    std::string writer;
    journal::Ref ref;
  };
  journal::Body body(const std::string& writer, const std::string& kind, Words words);
  journal::Body server_body(const std::string& kind, const Words& words);
  template <class Deal>
  void deal(const std::string& writer, Deal& out, Words& words);
  bool payment(std::vector<journal::Payment>& out, const std::string& exhibitor, const std::string& key,
               const std::string& value) const;
  const Named& find(const std::string& name) const;
  journal::Entry entry(const std::string& name) const;

  std::map<std::string, Writer> writers_;
  std::map<std::string, Named> names_;
  std::map<std::string, std::int64_t> receipts_;
  std::vector<std::pair<std::string, std::size_t>> written_;
  Organizer organizer_;
  Milliseconds now_ = kOpening;
  int keys_ = 10;
};

// The figures of a copy, one line each: everything that is not zero.
std::string figures(const Copy& copy, const Script& script);

}  // namespace phien::test

// What papers are written with: lines into a document, in one language.
#pragma once
#include <string>
#include <utility>

#include "shared/receipt/receipt.hpp"

namespace phien::receipt {

class Paper {
 public:
  using Type = Element::Type;
  explicit Paper(Lang lang) : lang_(lang) {}

  std::string say(const char* vi, const char* en) const { return lang_ == Lang::vi ? vi : en; }
  void add(Type type, std::string left, std::string right = {}, bool sample = false) {
    document_.elements.push_back({type, std::move(left), std::move(right), sample});
  }
  void rule() { add(Type::rule, {}); }
  Document done() { return std::move(document_); }

 private:
  Lang lang_;
  Document document_;
};

}  // namespace phien::receipt

// Payment references: PH and eight of 0–9A–Z, new for every attempt to pay. There is a digit among them: what people write
// beside a transfer has words that begin with PH too ("phi giao dich").
//
// Each maker of them counts on from a place it draws at random among the 36⁸. Two of them, also of a cloned device or one set
// back to an old image, meet as seldom as with references drawn one by one; but those of one till lie side by side in every
// index, where drawn ones each cost the server a page of its own.
#pragma once
#include <cstdint>
#include <string>

namespace phien {

class PayRefs {
 public:
  PayRefs();
  explicit PayRefs(std::uint64_t first) : next_(first) {}
  std::string next();

 private:
  std::uint64_t next_;
};

}  // namespace phien

// Price labels and booth cards, as pages of A4.
#pragma once
#include <string>
#include <vector>

#include "shared/catalogue/catalogue.hpp"
#include "shared/label/page.hpp"

namespace phien::label {

// small: 24 of 70 × 37 mm, as label sheets are sold. shelf: 10 of 99 × 57 mm.
enum class Size { small, shelf };

// Labels of `products`, each `copies` times. `day` decides which stars stand on them.
Document price_labels(const catalogue::Catalogue& all, const std::vector<const catalogue::Product*>& products, Size size,
                      int copies, const std::string& day);

// What a till is told by a card: for whom it sells, and the code by which it comes in.
struct Card {
  const catalogue::Exhibitor* exhibitor = nullptr;
  std::string booth, code, link;
  Milliseconds until = 0;
};
// Four to a page.
Document booth_cards(const catalogue::Catalogue& all, const std::vector<Card>& cards, const std::string& day);

}  // namespace phien::label

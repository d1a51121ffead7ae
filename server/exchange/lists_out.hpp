// The lists as files to edit and to bring back: what comes out goes in again and changes nothing.
#pragma once
#include <string>

#include "server/exchange/columns.hpp"
#include "shared/catalogue/catalogue.hpp"

namespace phien::exchange {

// A sheet per list, headers in `lang`, every cell a text: a barcode keeps its zeros whatever program opens it. With an empty
// catalogue it is the template. A note on each header says what goes in there.
std::string lists_xlsx(const catalogue::Catalogue& catalogue, Lang lang);
// One list, headers as the program calls them.
std::string list_csv(List list, const catalogue::Catalogue& catalogue);

}  // namespace phien::exchange

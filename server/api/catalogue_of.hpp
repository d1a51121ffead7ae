// The catalogue as the server's journal says.
#pragma once
#include "shared/catalogue/catalogue.hpp"
#include "shared/ledger/views.hpp"

namespace phien::server::api {

// Items this program cannot read are left out: a newer one wrote them, and figures do not rest on the catalogue.
catalogue::Catalogue catalogue_of(const ledger::Reader& books);

}  // namespace phien::server::api

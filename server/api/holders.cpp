#include "server/api/holders.hpp"

#include <array>

#include "server/refusal.hpp"

namespace phien::server::api {
namespace {

constexpr std::array<std::pair<const char*, journal::Role>, 4> kRoles{{{"organizer", journal::Role::organizer},
                                                                       {"exhibitor", journal::Role::exhibitor},
                                                                       {"reporter", journal::Role::reporter},
                                                                       {"auditor", journal::Role::auditor}}};

}  // namespace

Holder holder_from(Fields& in) {
  Holder holder;
  const std::string wanted = in.text("role", 32);
  bool known = false;
  for (const auto& [name, role] : kRoles) {
    if (wanted != name) continue;
    holder.role = role;
    known = true;
  }
  if (!known)
    throw Refusal(400, {"bad_value",
                        "role",
                        {"Vai trò là organizer, exhibitor, reporter hoặc auditor.",
                         "A role is organizer, exhibitor, reporter or auditor."}});
  if (holder.role == journal::Role::exhibitor) holder.exhibitors = in.ids("exhibitors", journal::kMaxExhibitors);
  return holder;
}

void must_exist(const ledger::Reader& books, const std::vector<std::string>& exhibitors) {
  const auto items = ledger::catalogue_items(books);
  for (const std::string& id : exhibitors)
    if (!items.exhibitors.contains(id))
      throw Refusal(404,
                    {"unknown_exhibitor", "exhibitors", {"Không có đơn vị " + id + ".", "There is no exhibitor " + id + "."}});
}

}  // namespace phien::server::api

#include "shared/ledger/coarse.hpp"

#include "shared/ledger/keys.hpp"

namespace phien::ledger {
namespace {

std::string_view day_of(std::string_view hour) { return hour.substr(0, keys::kDayLength); }

}  // namespace

void add_coarser(std::string_view key, const Sum& sum, std::vector<CoarseSum>& out) {
  if (key.starts_with("cell|")) {
    const auto parts = keys::split(key);
    const auto exhibitor = parts.at(1), day = day_of(parts.at(2)), product = parts.at(3), part = parts.at(8);
    out.push_back({keys::key("goods", exhibitor, product, parts.at(6), parts.at(7), part), sum});
    if (part != "vat") out.push_back({keys::key("goods_day", day, exhibitor, product), part == "sold" ? sum : -sum});
  } else if (key.starts_with("deal|")) {
    const auto parts = keys::split(key);
    const auto exhibitor = parts.at(1), hour = parts.at(2), how = parts.at(3), part = parts.at(4);
    out.push_back({keys::key("deal_day", exhibitor, day_of(hour), how, part), sum});
    out.push_back({keys::key("deal_hour", hour, how, part), sum});
  } else if (key.starts_with("taking|")) {
    const auto parts = keys::split(key);
    out.push_back({keys::key("taking_day", day_of(parts.at(3)), parts.at(5), parts.at(6)), sum});
  }
}

}  // namespace phien::ledger

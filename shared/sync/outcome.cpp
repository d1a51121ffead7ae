// Outcomes on the wire.
#include "shared/sync/limits.hpp"
#include "shared/sync/receive.hpp"
#include "shared/sync/wire.hpp"

namespace phien::sync {

using nlohmann::json;

namespace {

json to_value(const Accepted& a) {
  return {{"status", "accepted"},
          {"head", wire::of(a.head)},
          {"appended", a.appended},
          {"known", a.known},
          {"forked", a.forked},
          {"branches", a.branches},
          {"personal_refused", a.personal_refused}};
}
json to_value(const UnknownPrev& u) {
  json branches = json::array();
  for (const UnknownPrev::Here& here : u.branches)
    branches.push_back({{"base", wire::of(here.base)}, {"head", wire::of(here.head)}});
  return {{"status", "unknown_prev"}, {"branches", std::move(branches)}};
}
json to_value(const Problem& p) {
  return {{"status", "refused"}, {"code", p.code}, {"where", p.where}, {"message", {{"vi", p.what.vi}, {"en", p.what.en}}}};
}

std::optional<Outcome> accepted(const json& o) {
  const auto appended = wire::integer(o, "appended"), known = wire::integer(o, "known"), branches = wire::integer(o, "branches"),
             refused = wire::integer(o, "personal_refused");
  const auto forked = wire::boolean(o, "forked");
  const auto head = o.contains("head") ? wire::head(o["head"]) : std::nullopt;
  if (!appended || !known || !branches || !refused || !forked || !head) return std::nullopt;
  return Accepted{*head, *appended, *known, *forked, *branches, *refused};
}

std::optional<Outcome> unknown_prev(const json& o) {
  const auto list = o.find("branches");
  if (list == o.end() || !list->is_array() || list->size() > kMaxHeadsInReply) return std::nullopt;
  UnknownPrev out;
  for (const json& b : *list) {
    if (!b.is_object() || !b.contains("base") || !b.contains("head")) return std::nullopt;
    const auto base = wire::head(b["base"]), head = wire::head(b["head"]);
    if (!base || !head) return std::nullopt;
    out.branches.push_back({*base, *head});
  }
  return out;
}

std::optional<Outcome> refused(const json& o) {
  auto code = wire::text(o, "code"), where = wire::text(o, "where");
  const auto message = o.find("message");
  if (!code || !where || message == o.end()) return std::nullopt;
  auto vi = wire::text(*message, "vi"), en = wire::text(*message, "en");
  if (!vi || !en) return std::nullopt;
  return Problem{std::move(*code), std::move(*where), {std::move(*vi), std::move(*en)}};
}

}  // namespace

std::string to_json(const Outcome& outcome) {
  return std::visit([](const auto& o) { return to_value(o).dump(-1, ' ', false, json::error_handler_t::replace); }, outcome);
}

Result<Outcome> outcome_from_json(std::string_view text) {
  const std::optional<json> o = wire::object(text);
  if (!o) return wire::bad_answer();
  const std::string status = wire::text(*o, "status").value_or("");
  std::optional<Outcome> outcome;
  if (status == "accepted")
    outcome = accepted(*o);
  else if (status == "unknown_prev")
    outcome = unknown_prev(*o);
  else if (status == "refused")
    outcome = refused(*o);
  if (!outcome) return wire::bad_answer();
  return std::move(*outcome);
}

}  // namespace phien::sync

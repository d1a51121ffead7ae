#include "pos/api/status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pos/till/pins.hpp"
#include "pos/till/use_cases.hpp"
#include "shared/ledger/views.hpp"

namespace phien::api {
using nlohmann::json;

namespace {

// Why this till cannot sell although the store is well.
std::optional<Problem> cannot_sell(const till::View& view) {
  if (view.state.closed) return Problem{"journal_closed", "", {"Máy này đã kết thúc phiên.", "This terminal has gone home."}};
  for (const auto& [id, product] : view.catalogue->products)
    if (view.me.sells_for(product.exhibitor)) return std::nullopt;
  return Problem{
      "no_catalogue",
      "",
      {"Chưa có danh mục: máy chưa nhận được dữ liệu từ máy chủ.", "No catalogue yet: nothing has come from the server."}};
}

void look_at_link(const agent::AgentStatus& link, json& problems) {
  if (link.link.must_reopen)
    problems.push_back(problem_json(
        {"must_reopen",
         "",
         {"Máy chủ đã có nhật ký khác mang số máy này (bản sao hoặc khôi phục): hãy ghi danh lại để lấy số mới. Vẫn bán được.",
          "The server holds another journal under this number (a copy, or a restored machine): enrol anew for a new number. "
          "Selling goes on."}}));
  if (link.link.revoked)
    problems.push_back(problem_json(
        {"revoked",
         "",
         {"Hàng bán từ nay được giữ lại nhưng KHÔNG TÍNH cho tới khi ban tổ chức quyết định. " + link.link.revoked->vi,
          "What is sold from now on is kept but NOT COUNTED until the organizer decides. " + link.link.revoked->en}}));
  for (const auto& problem : {link.problem_up, link.problem_down}) {
    const auto same = [&](const json& known) { return problem && known.at("code") == problem->code; };
    if (problem && std::none_of(problems.begin(), problems.end(), same)) problems.push_back(problem_json(*problem));
  }
}

// Where everything this till ever wrote lies as well: it may be turned off, lost or burnt. Equal heads, not equal numbers.
json safe_elsewhere(const till::View& view, const agent::AgentStatus& link) {
  const auto& head = view.branch.head;
  const auto& there = link.link.sent.acknowledged;
  if (there.seq == head.seq && there.hash == head.hash && !link.link.must_reopen) return "server";
  if (view.books.meta(till::kExportedKey) == hex(head.hash)) return "file";
  return nullptr;
}

Message sentence(const json& status) {
  const auto waiting = status.at("waiting").get<std::int64_t>();
  const auto reached = status.at("reached_at").get<Milliseconds>();
  Message text;
  text.vi = fmt::format("Đã lưu ở máy này {} mục. ", status.at("saved").at("seq").get<std::int64_t>());
  text.en = fmt::format("{} entries saved here. ", status.at("saved").at("seq").get<std::int64_t>());
  text.vi += reached == 0 ? "Chưa gửi tới máy chủ lần nào" : "Đã tới máy chủ lúc " + local_minute(reached);
  text.en += reached == 0 ? "Nothing has reached the server yet" : "Reached the server at " + local_minute(reached);
  if (waiting > 0) {
    const std::string since = local_minute(status.at("waiting_since").get<Milliseconds>());
    text.vi += fmt::format("; {} mục đang chờ từ {}.", waiting, since);
    text.en += fmt::format("; {} waiting since {}.", waiting, since);
  } else {
    text.vi += ".";
    text.en += ".";
  }
  if (!status.at("can_sell").get<bool>()) {
    text.vi += " KHÔNG BÁN ĐƯỢC: " + status.at("why_not").at("message").at("vi").get<std::string>();
    text.en += " CANNOT SELL: " + status.at("why_not").at("message").at("en").get<std::string>();
  }
  return text;
}

}  // namespace

json problem_json(const Problem& problem) {
  return {{"code", problem.code}, {"message", {{"en", problem.what.en}, {"vi", problem.what.vi}}}, {"where", problem.where}};
}

json status_json(const till::View& view, const std::string& server, const agent::AgentStatus& link,
                 const std::optional<Problem>& why_not) {
  const auto& head = view.branch.head;
  const journal::Seq reached = std::min(head.seq, link.link.sent.acknowledged.seq);
  json status{{"terminal", view.me.terminal},
              {"fair", view.me.fair},
              {"booth", view.me.booth},
              {"exhibitors", view.me.exhibitors},
              {"holder", view.me.holder},
              {"server", server},
              {"online", link.online},
              {"saved", {{"hash", hex(head.hash)}, {"seq", head.seq}}},
              {"reached", {{"seq", reached}}},
              {"reached_at", link.link.reached_at},
              {"waiting", head.seq - reached},
              {"must_reopen", link.link.must_reopen},
              {"program", "phien-pos " PHIEN_VERSION}};
  if (reached < head.seq)
    if (const auto first = view.books.entry(view.branch.no, reached + 1)) {
      const auto entry = first->bytes.empty() ? std::nullopt : std::optional(journal::decode(first->bytes));
      status["waiting_since"] = entry && entry->ok() ? (*entry)->time.wall : first->time;
    }
  const auto cursor = till::position_from_text(view.books.meta(till::kCursorKey));
  status["catalogue"] = {
      {"incarnation", cursor.incarnation}, {"products", view.catalogue->products.size()}, {"seq", cursor.head.seq}};
  const bool anchored = view.state.anchor && view.state.anchor->boot == view.now.boot;
  status["clock"] = {{"offset_ms", view.time() - view.now.wall},
                     {"quality", anchored            ? "exact"
                                 : view.state.anchor ? "estimated"
                                                     : "unknown"},
                     {"time", view.time()}};

  json problems = json::array();
  look_at_link(link, problems);
  if (const auto revoked = ledger::revocation(view.books, view.me.terminal); revoked && !link.link.revoked)
    problems.push_back(problem_json(
        {"revoked", "", {"Máy này đã bị thu hồi: " + revoked->reason, "This terminal has been revoked: " + revoked->reason}}));
  for (const auto& row : ledger::exceptions(view.books))
    if (row.terminal == view.me.terminal && !view.me.is_phone() && (row.code == "quarantined" || row.code == "held") &&
        problems.size() < 20)
      problems.push_back(problem_json({row.code, row.subject, row.what}));
  status["problems"] = std::move(problems);

  const auto obstacle = why_not ? why_not : cannot_sell(view);
  status["can_sell"] = !obstacle;
  if (obstacle) status["why_not"] = problem_json(*obstacle);
  status["shift_open"] = view.shift_open;
  status["printer"] = till::printer_brief(view);
  status["safe"] = safe_elsewhere(view, link);
  status["unlocked"] = view.books.meta(till::desk_key(view.me, till::kUnlockedKey)).value_or("");
  if (!status.contains("waiting_since")) status["waiting_since"] = nullptr;
  const Message text = sentence(status);
  status["text"] = {{"en", text.en}, {"vi", text.vi}};
  return status;
}

}  // namespace phien::api

#include "shared/sync/examine.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shared/journal/certificate.hpp"
#include "shared/planted.hpp"

namespace phien::sync {

using journal::Head;
using journal::JournalId;
using journal::Ref;
using journal::Seq;

namespace {

// A row that says it is further off than this is not an entry of that journal: nothing is kept for what would lie between.
constexpr Seq kMaxGap = 100'000;

std::string place_name(const Ref& ref) { return fmt::format("{}:{}", ref.terminal, ref.seq); }

}  // namespace

std::size_t Examination::begin(const JournalId& journal, std::size_t parent, const Head& base) {
  Chain chain;
  chain.journal = journal;
  chain.parent = parent;
  chain.base = base;
  const bool follows = parent == kNone ? base == Head{0, journal::genesis(journal)}
                                       : chains_[parent].journal == journal && hash_at(parent, base.seq) == base.hash;
  if (parent != kNone) chain.certified = chains_[parent].certified;
  if (!follows) {
    find("chain_broken", chain, base.seq, base.hash,
         {"Chỗ bắt đầu của nhánh này không thuộc nhật ký: tên máy, khóa hoặc bút toán trước nó đã bị thay.",
          "The start of this branch is not of this journal: its terminal, its key or the entry before it was exchanged."});
  }
  any_server_ = any_server_ || journal::is_server_terminal(journal.terminal);
  chains_.push_back(std::move(chain));
  by_terminal_[journal.terminal].push_back(chains_.size() - 1);
  return chains_.size() - 1;
}

void Examination::entry(std::size_t branch, Seq seq, std::string_view bytes, const Hash& digest, const Hash& hash) {
  Chain& chain = chains_[branch];
  const Head before = chain.head();
  const bool gap = seq != before.seq + 1;
  if (gap) {
    find_lost(chain, before.seq + 1, seq - 1);
    if (seq <= before.seq || seq - before.seq > kMaxGap) return;
    chain.hashes.resize(chain.hashes.size() + static_cast<std::size_t>(seq - before.seq - 1));
  }
  // What follows is held against what is kept, so that one fault is one finding; the seals hold the sum of it to account.
  if (!gap && journal::next_hash(before.hash, digest) != hash) {
    find("chain_broken", chain, seq, hash,
         {"Bút toán này không nối tiếp bút toán trước nó: đã bị sửa, đổi chỗ hoặc chèn vào.",
          "This entry does not follow the one before it: changed, swapped or put in."});
  }
  chain.hashes.push_back(hash);
  const Ref place{chain.journal.terminal, seq, hash};
  if (bytes.empty()) {
    find("entry_lost", chain, seq, hash,
         {"Nội dung bút toán này không còn, chỉ còn mã băm.", "The bytes of this entry are gone; its digest is left."});
    if (seq == 1 && journal::is_server_terminal(chain.journal.terminal)) certify(chain, place, nullptr);
    return;
  }
  if (sha256(bytes) != digest) {
    find("bytes_changed", chain, seq, hash, {"Nội dung bút toán này đã bị sửa.", "The bytes of this entry were changed."});
    return;  // what it says now is not testimony
  }
  listen(branch, place, bytes);
}

void Examination::listen(std::size_t branch, const Ref& by, std::string_view bytes) {
  Chain& chain = chains_[branch];
  std::optional<Result<journal::Entry>> decoded;
  if (document_.parse(bytes)) decoded = journal::decode(document_);
  const journal::Entry* entry = decoded && decoded->ok() ? &decoded->value() : nullptr;
  const bool server = journal::is_server_terminal(by.terminal);
  if (server && by.seq == 1) certify(chain, by, entry);
  if (entry == nullptr || (server && !chain.certified)) return;
  // A terminal's word counts about the server's journal and its own past; a server's about everybody.
  if (entry->seen)
    testify({journal::server_terminal(entry->seen->incarnation), entry->seen->head.seq, entry->seen->head.hash}, by, branch);
  if (const auto* open = std::get_if<journal::JournalOpen>(&entry->body); open != nullptr && open->continues) {
    testify(*open->continues, by, branch);
  }
  if (server) listen_to_server(branch, by, entry->body);
}

void Examination::listen_to_server(std::size_t branch, const Ref& by, const journal::Body& body) {
  if (const auto* enrolled = std::get_if<journal::TerminalEnrolled>(&body)) {
    enrolled_[enrolled->terminal].insert(enrolled->key);
  } else if (const auto* heads = std::get_if<journal::Heads>(&body)) {
    for (const Ref& ref : heads->heads) testify(ref, by, branch);
  } else if (const auto* closed = std::get_if<journal::FairClosed>(&body)) {
    for (const Ref& ref : closed->cut) testify(ref, by, branch);
  } else if (const auto* revoked = std::get_if<journal::TerminalRevoked>(&body)) {
    testify({revoked->terminal, revoked->head.seq, revoked->head.hash}, by, branch);
    if (!journal::is_server_terminal(revoked->terminal)) revoked_[revoked->terminal].push_back(revoked->head);
  } else if (const auto* archived = std::get_if<journal::Archived>(&body)) {
    testify({archived->terminal, archived->head.seq, archived->head.hash}, by, branch);
  } else if (const auto* begun = std::get_if<journal::Incarnation>(&body); begun != nullptr && begun->parent) {
    testify({journal::server_terminal(begun->parent->incarnation), begun->parent->head.seq, begun->parent->head.hash}, by,
            branch);
  }
}

void Examination::certify(Chain& chain, const Ref& place, const journal::Entry* first) {
  const auto* incarnation = first == nullptr ? nullptr : std::get_if<journal::Incarnation>(&first->body);
  chain.certified = incarnation != nullptr && journal::certificate_holds(chain.journal, *incarnation);
  if (chain.certified) return;
  find("certificate_wrong", chain, place.seq, place.hash,
       {"Nhật ký máy chủ này không có chứng nhận hợp lệ của ban tổ chức.",
        "The organizer's key does not vouch for this server journal."});
}

void Examination::testify(const Ref& named, const Ref& by, std::size_t branch) {
  if (named.seq < 1 || named.terminal == by.terminal) return;  // nobody is its own witness
  auto [last, first_time] = last_named_.try_emplace(named.terminal, named);
  if (!first_time && last->second == named) return;
  last->second = named;
  testimonies_.push_back({named, by, branch});
}

void Examination::seal(std::size_t branch, Seq seq, const Signature& seal) {
  Chain& chain = chains_[branch];
  const Head head = chain.head();
  if (seq > head.seq) {
    find_lost(chain, head.seq + 1, seq);  // the seal was left behind
    return;
  }
  const std::optional<Hash> hash = hash_at(branch, seq);
  if (!hash || !journal::seal_holds(chain.journal, {seq, *hash}, seal)) {
    find("seal_wrong", chain, seq, hash.value_or(Hash{}),
         {"Chữ ký tại bút toán này không phải của máy đã ghi nhật ký.",
          "The seal at this entry was not made by the journal's key for this place."});
    return;
  }
  chain.sealed_to = std::max(chain.sealed_to, seq);
}

void Examination::end(std::size_t branch, const Head& head) {
  Chain& chain = chains_[branch];
  const Head here = chain.head();
  if (head.seq > here.seq) find_lost(chain, here.seq + 1, head.seq);
  if (head.seq == here.seq && head.hash != here.hash) {
    find("chain_broken", chain, head.seq, head.hash,
         {"Đầu nhật ký ghi lại không khớp với bút toán cuối.", "The head that was kept is not that of the last entry."});
  }
  if (!chain.hashes.empty() && chain.sealed_to != here.seq) {
    find("seal_missing", chain, here.seq, here.hash,
         {fmt::format("Bút toán cuối không có chữ ký hợp lệ (chữ ký hợp lệ cuối: {}). Nhật ký đã bị cắt hoặc bị ghi thêm.",
                      chain.sealed_to),
          fmt::format("No valid seal on the last entry (last valid one: {}). The journal was cut or written to.",
                      chain.sealed_to)});
  }
}

std::optional<Hash> Examination::hash_at(std::size_t branch, Seq seq) const {
  const Chain* chain = &chains_[branch];
  while (seq <= chain->base.seq && chain->parent != kNone) chain = &chains_[chain->parent];  // parents come first: this ends
  if (seq == chain->base.seq) return chain->base.hash;
  if (seq < chain->base.seq || seq > chain->head().seq) return std::nullopt;
  return chain->hashes[static_cast<std::size_t>(seq - chain->base.seq - 1)];
}

Verification Examination::conclude() {
  for (const Testimony& testimony : testimonies_) {
    // A stranger's word could make any journal look cut; so could that of a till in the hands of one.
    if (enrolled(chains_[testimony.chain]) && !beyond_revocation(testimony.by)) weigh(testimony);
  }
  Verification out;
  for (Chain& chain : chains_) {
    if (chain.vouched_to == 0 && chain.parent != kNone) {  // who vouches for a later entry of the parent vouches for its past
      const Chain& parent = chains_[chain.parent];
      chain.vouched_to = std::min(parent.vouched_to, chain.base.seq);
      chain.witness = parent.witness;
    }
    if (chain.parent == kNone && !enrolled(chain)) {
      find("key_not_enrolled", chain, 0, chain.base.hash,
           {"Máy chủ chưa đăng ký máy này với khóa này.", "No server journal here enrolled this terminal with this key."});
    }
    out.journals.push_back({chain.journal, chain.head(), chain.vouched_to, chain.witness});
  }
  out.findings = std::move(findings_);
  return out;
}

void Examination::weigh(const Testimony& t) {
  const auto chains = by_terminal_.find(t.named.terminal);
  if (chains != by_terminal_.end()) {
    for (const std::size_t branch : chains->second) {
      Chain& chain = chains_[branch];
      if (t.named.seq <= chain.base.seq || hash_at(branch, t.named.seq) != t.named.hash) continue;
      if (t.named.seq > chain.vouched_to) {
        chain.vouched_to = t.named.seq;
        chain.witness = place_name(t.by);
      }
      return;
    }
  }
  if (findings_.size() >= kMaxFindings || !lost_heads_.insert(t.named).second) return;
  const bool server = journal::is_server_terminal(t.named.terminal);
  Seq longest = 0;
  if (chains != by_terminal_.end()) {
    for (const std::size_t branch : chains->second) longest = std::max(longest, chains_[branch].head().seq);
  }
  const std::string lack = fmt::format("{}:{} {}", t.named.terminal, t.named.seq, hex(t.named.hash).substr(0, 8));
  Message what =
      longest < t.named.seq
          ? Message{fmt::format("{} chứng kiến {}, nhưng ở đây chỉ có đến {}: thiếu {} bút toán cuối.", place_name(t.by), lack,
                                longest, t.named.seq - longest),
                    fmt::format("{} saw {}, but what is here ends at {}: the last {} are missing.", place_name(t.by), lack,
                                longest, t.named.seq - longest)}
          : Message{
                fmt::format("{} chứng kiến {}, nhưng ở đây bút toán {} là một bút toán khác: nhật ký đã bị viết lại hoặc tráo.",
                            place_name(t.by), lack, t.named.seq),
                fmt::format("{} saw {}, but entry {} here is another: the journal was rewritten or exchanged.", place_name(t.by),
                            lack, t.named.seq)};
  if (planted(Fault::truncate_quietly)) return;
  findings_.push_back({server ? "server_head_missing" : "head_missing", t.named, std::move(what)});
}

bool Examination::enrolled(const Chain& chain) const {
  // Without any server journal nothing can be said: a terminal's export alone is not under suspicion.
  if (!any_server_ || journal::is_server_terminal(chain.journal.terminal)) return true;
  const auto keys = enrolled_.find(chain.journal.terminal);
  return keys != enrolled_.end() && keys->second.contains(chain.journal.key);
}

// Whether the entry's terminal was revoked and it is not one of those that count all the same: the head that was named, and
// before.
bool Examination::beyond_revocation(const Ref& entry) const {
  const auto revoked = revoked_.find(entry.terminal);
  if (revoked == revoked_.end()) return false;
  const auto before = [&](const Head& cut) {
    const auto& branches = by_terminal_.at(entry.terminal);
    return entry.seq <= cut.seq && std::any_of(branches.begin(), branches.end(), [&](std::size_t branch) {
             return hash_at(branch, cut.seq) == cut.hash && hash_at(branch, entry.seq) == entry.hash;
           });
  };
  return !std::all_of(revoked->second.begin(), revoked->second.end(), before);
}

void Examination::find_lost(const Chain& chain, Seq first, Seq last) {
  find("entry_lost", chain, first, {},
       {fmt::format("Không còn bút toán {} đến {}: nhật ký đã bị cắt hoặc bị xóa.", first, last),
        fmt::format("Entries {} to {} are gone: the journal was cut or they were removed.", first, last)});
}

void Examination::find(std::string code, const Chain& chain, Seq seq, const Hash& hash, Message what) {
  if (findings_.size() < kMaxFindings)
    findings_.push_back({std::move(code), {chain.journal.terminal, seq, hash}, std::move(what)});
}

}  // namespace phien::sync

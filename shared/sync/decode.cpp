#include <limits>

#include "shared/sync/limits.hpp"
#include "shared/sync/receive.hpp"

namespace phien::sync {

using journal::Batch;
using journal::BatchItem;
using journal::Document;
using journal::Head;
using journal::Node;
using journal::Seq;

namespace {

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

Problem missing_bytes() {
  return {"missing_bytes",
          "",
          {"Nội dung của bút toán này đã mất, chỉ còn mã băm.", "The bytes of this entry are lost; its digest is known."}};
}

// Looked for in any object, so that an entry of a kind this program does not know yet keeps its personal data.
std::optional<Hash> personal_named(const Document& document) {
  if (document.nodes().empty() || document.nodes()[0].type != Node::Type::object) return std::nullopt;
  const Node* named = document.find(0, "personal");
  if (named == nullptr || named->type != Node::Type::string) return std::nullopt;
  return hash_from_hex(named->text);
}

Result<bool> verify_seals(const Batch& batch) {
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const BatchItem& item = batch.items[i];
    if (!item.seal) continue;
    const Head head{batch.prev.seq + 1 + static_cast<Seq>(i), item.hash};
    if (!journal::seal_holds(batch.journal, head, *item.seal)) {
      return Problem{"bad_seal",
                     batch.journal.terminal + ":" + std::to_string(head.seq),
                     {"Chữ ký không khớp với nhật ký: dữ liệu đã bị sửa hoặc khóa đã bị tráo.",
                      "The seal does not fit the journal: bytes were changed or the key was exchanged."}};
    }
  }
  return true;
}

Result<DecodedBatch> decode_within(std::string text, std::string_view fair, std::size_t max_items, std::size_t max_bytes) {
  DecodedBatch out;
  out.text =
      std::move(text);  // longer than any short string: moving it later leaves its characters, and the views, where they are
  std::string_view rest = out.text;
  Result<Batch> read = journal::read_batch(rest, max_items, max_bytes);
  if (!read) return read.problem();
  if (!rest.empty()) {
    return Problem{
        "bad_batch", "", {"Sau chữ ký cuối của gói còn dữ liệu thừa.", "There is more text after the end of the batch."}};
  }
  out.batch = std::move(read).value();
  if (!fair.empty() && out.batch.journal.fair != fair) {
    return Problem{
        "wrong_fair", out.batch.journal.fair, {"Nhật ký này thuộc về một phiên khác.", "This journal belongs to another fair."}};
  }
  if (Result<bool> sealed = verify_seals(out.batch); !sealed) return sealed.problem();

  static thread_local Document document;  // its buffers serve batch after batch
  out.entries.reserve(out.batch.items.size());
  for (BatchItem& item : out.batch.items) {
    if (item.bytes.empty()) {
      out.entries.emplace_back(missing_bytes());
      continue;
    }
    // Always padded: a batch ends with a seal, whose line is longer than the padding.
    const Result<bool> parsed = document.parse(item.bytes, true);
    if (parsed)
      out.entries.push_back(journal::decode(document));
    else
      out.entries.emplace_back(parsed.problem());
    if (!item.personal) continue;
    std::optional<Hash> named;
    if (parsed) named = personal_named(document);
    if (!named || !journal::personal_holds(*item.personal, *named)) {
      item.personal.reset();
      ++out.personal_refused;
    }
  }
  return out;
}

// How many items from `begin` make the next piece: the most within the limits of a request that end at a seal.
std::size_t piece_length(const std::vector<BatchItem>& items, std::size_t begin) {
  std::size_t best = 0, bytes = 0;
  for (std::size_t i = begin; i < items.size() && i - begin < kMaxBatchEntries; ++i) {
    bytes += items[i].bytes.size() + (items[i].personal ? items[i].personal->data.size() : 0) + 256;
    if (best > 0 && bytes > kMaxBatchBytes) break;
    if (items[i].seal) best = i - begin + 1;
  }
  return best;
}

}  // namespace

Result<DecodedBatch> decode_batch(std::string text, std::string_view fair) {
  return decode_within(std::move(text), fair, kMaxBatchEntries, kMaxBatchBytes);
}

Result<int> decode_export(std::string_view text, std::string_view fair, const std::function<Result<bool>(DecodedBatch)>& each) {
  int pieces = 0;
  while (!text.empty()) {
    Result<Batch> read = journal::read_batch(text, kUnlimited, kUnlimited);
    if (!read) return read.problem();
    const Batch& whole = read.value();
    Head prev = whole.prev;
    for (std::size_t begin = 0; begin < whole.items.size();) {
      const std::size_t length = piece_length(whole.items, begin);
      if (length == 0) {
        return Problem{"too_long",
                       whole.journal.terminal + ":" + std::to_string(prev.seq + 1),
                       {"Quá nhiều bút toán giữa hai chữ ký.", "Too many entries between two seals."}};
      }
      const auto first = whole.items.begin() + static_cast<std::ptrdiff_t>(begin);
      const std::vector<BatchItem> items(first, first + static_cast<std::ptrdiff_t>(length));
      Result<DecodedBatch> piece =
          decode_within(journal::write_batch(whole.journal, prev, items), fair, kMaxBatchEntries, kUnlimited);
      if (!piece) return piece.problem();
      ++pieces;
      const Result<bool> go_on = each(std::move(piece).value());
      if (!go_on) return go_on.problem();
      if (!go_on.value()) return pieces;
      prev = {prev.seq + static_cast<Seq>(length), items.back().hash};
      begin += length;
    }
  }
  return pieces;
}

}  // namespace phien::sync

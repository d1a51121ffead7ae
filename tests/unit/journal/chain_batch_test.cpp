#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "shared/journal/batch.hpp"
#include "shared/journal/canonical.hpp"
#include "shared/journal/certificate.hpp"
#include "shared/journal/journals.hpp"
#include "tests/unit/journal/samples.hpp"

using namespace phien;
using namespace phien::journal;

namespace {

constexpr std::size_t kItems = 1'000, kBytes = 1 << 20;

Result<Batch> read(std::string_view text, std::size_t items = kItems, std::size_t bytes = kBytes) {
  return read_batch(text, items, bytes);
}

std::string batch_code(std::string_view text, std::size_t items = kItems, std::size_t bytes = kBytes) {
  const auto batch = read(text, items, bytes);
  return batch.ok() ? "" : batch.problem().code;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = text.find('\n', from);
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

}  // namespace

TEST_CASE("I8: the chain is what standard tools compute") {
  const JournalId journal{"f", samples::fixed_key(1).public_key(), "T1", samples::fixed_key(3).public_key()};
  const std::string start = "phien/journal/1\nf\n" + hex(journal.root) + "\nT1\n" + hex(journal.key) + "\n";
  CHECK(genesis(journal) == sha256(start));
  const Hash digest = sha256("{}");
  CHECK(next_hash(genesis(journal), digest) == sha256(from_hex(hex(genesis(journal)) + hex(digest)).value()));
  // Every part of a journal's identity is bound.
  for (auto change : {+[](JournalId& j) { j.fair = "g"; }, +[](JournalId& j) { j.terminal = "T2"; },
                      +[](JournalId& j) { j.root.bytes[0] ^= 1U; }, +[](JournalId& j) { j.key.bytes[0] ^= 1U; }}) {
    JournalId other = journal;
    change(other);
    CHECK(genesis(other) != genesis(journal));
  }
}

TEST_CASE("I8: a seal holds for its fair, terminal, position, hash and key alone") {
  const SecretKey key = samples::fixed_key(3);
  const JournalId journal{"f", samples::fixed_key(1).public_key(), "T1", key.public_key()};
  const Head head{7, sha256("head")};
  CHECK(seal_message(journal, head) == "phien/seal/1\nf\nT1\n7\n" + hex(head.hash) + "\n");
  const Signature good = seal(key, journal, head);
  CHECK(seal_holds(journal, head, good));
  CHECK_FALSE(seal_holds(journal, {8, head.hash}, good));
  CHECK_FALSE(seal_holds(journal, {7, sha256("other")}, good));
  CHECK_FALSE(seal_holds({"g", journal.root, "T1", journal.key}, head, good));
  CHECK_FALSE(seal_holds({"f", journal.root, "T2", journal.key}, head, good));
  CHECK_FALSE(seal_holds({"f", journal.root, "T1", samples::fixed_key(4).public_key()}, head, good));
  CHECK_FALSE(seal_holds(journal, head, Signature{}));
}

TEST_CASE("server terminals are told by their id") {
  CHECK(server_terminal(12) == "_server.12");
  CHECK(server_incarnation("_server.12") == 12);
  for (const char* not_one : {"_server.0", "_server.", "_server.01", "_server.-1", "_server.1x", "server.1", "_server",
                              "_Server.1", "T1", "", "_server.9007199254740992", "_server.99999999999999999999"}) {
    CHECK_FALSE_MESSAGE(is_server_terminal(not_one), not_one);
  }
}

TEST_CASE("certificates and leave to delete hold under the root key alone") {
  const auto written = samples::fair()[0];
  std::string_view text = written.text;
  const auto batch = read_batch(text, kItems, kBytes);
  REQUIRE(batch.ok());
  auto incarnation = std::get<Incarnation>(decode(batch->items[0].bytes)->body);
  CHECK(certificate_holds(written.journal, incarnation));
  JournalId other = written.journal;
  other.terminal = "_server.2";
  CHECK_FALSE(certificate_holds(other, incarnation));
  other = written.journal;
  other.key = samples::fixed_key(9).public_key();
  CHECK_FALSE(certificate_holds(other, incarnation));
  incarnation.tls.bytes[0] ^= 1U;
  CHECK_FALSE(certificate_holds(written.journal, incarnation));
  auto archived = std::get<Archived>(decode(batch->items.back().bytes)->body);
  CHECK(archive_holds("cao-bang-2025", written.journal.root, archived));
  archived.head.seq += 1;
  CHECK_FALSE(archive_holds("cao-bang-2025", written.journal.root, archived));
}

TEST_CASE("a batch is read back as it was written, its chain computed and its seals whole") {
  for (const auto& written : samples::fair()) {
    std::string_view text = written.text;
    const auto batch = read_batch(text, kItems, kBytes);
    REQUIRE(batch.ok());
    CHECK(text.empty());
    CHECK(batch->journal == written.journal);
    CHECK(batch->prev == written.heads[0]);
    REQUIRE(batch->items.size() == written.heads.size() - 1);
    for (std::size_t i = 0; i < batch->items.size(); ++i) {
      const BatchItem& item = batch->items[i];
      CHECK(item.hash == written.heads[i + 1].hash);
      CHECK(item.digest == sha256(item.bytes));
      if (item.seal) CHECK(seal_holds(batch->journal, written.heads[i + 1], *item.seal));
      if (item.personal) CHECK(personal_holds(*item.personal, decode(item.bytes)->personal.value()));
    }
    CHECK(write_batch(batch->journal, batch->prev, batch->items) == written.text);
  }
}

TEST_CASE("a file holds several batches, each read from where the last one ended") {
  const auto fair = samples::fair();
  const std::string both = fair[0].text + fair[1].text;
  std::string_view text = both;
  REQUIRE(read_batch(text, kItems, kBytes).ok());
  CHECK(text == fair[1].text);
  REQUIRE(read_batch(text, kItems, kBytes).ok());
  CHECK(text.empty());
}

TEST_CASE("lost bytes travel as their digest and the chain still holds") {
  const auto written = samples::fair()[1];
  std::string_view text = written.text;
  Batch batch = read_batch(text, kItems, kBytes).value();
  batch.items[3].bytes = {};
  batch.items[3].personal.reset();
  const auto again = read(write_batch(batch.journal, batch.prev, batch.items));
  REQUIRE(again.ok());
  CHECK(again->items[3].bytes.empty());
  CHECK(again->items.back().hash == written.heads.back().hash);
}

TEST_CASE("malformed batches are refused with the line, good ones left alone") {
  const std::string good = samples::fair()[1].text;
  const auto lines = lines_of(good);
  REQUIRE(lines[6].starts_with("e "));
  REQUIRE(lines[7].starts_with("s "));
  const std::string h64(64, 'a'), h128(128, 'a');
  struct Row {
    std::size_t line;
    std::string instead;
  };
  const std::vector<Row> rows = {{1, "phien-batch 2"},
                                 {1, "phien-batch 1 "},
                                 {1, ""},
                                 {1, "\xEF\xBB\xBFphien-batch 1"},
                                 {2, "fair "},
                                 {2, "fair Cao"},
                                 {2, "Fair cao-bang-2025"},
                                 {2, "fair  cao-bang-2025"},
                                 {2, "fair " + std::string(65, 'a')},
                                 {3, "root " + std::string(63, 'a')},
                                 {3, "root " + std::string(64, 'A')},
                                 {3, "key " + h64},
                                 {3, "root"},
                                 {4, "terminal -1"},
                                 {4, "terminal "},
                                 {4, "terminal T 1"},
                                 {4, "terminal " + std::string(33, 'T')},
                                 {5, "key " + h64 + "0"},
                                 {5, "key"},
                                 {6, "prev 0"},
                                 {6, "prev 0 "},
                                 {6, "prev 00 " + h64},
                                 {6, "prev -1 " + h64},
                                 {6, "prev +1 " + h64},
                                 {6, "prev 1  " + h64},
                                 {6, "prev x " + h64},
                                 {6, "prev 0 " + h64},
                                 {6, "prev 9007199254740992 " + h64},
                                 {6, "prev 99999999999999999999 " + h64},
                                 {6, "prev 1 " + h64 + "\r"},
                                 {6, "prev 1.0 " + h64},
                                 {7, ""},
                                 {7, "e"},
                                 {7, "e "},
                                 {7, "e\t{}"},
                                 {7, "E {}"},
                                 {7, " e {}"},
                                 {7, "m " + h64 + " "},
                                 {7, "m " + std::string(64, 'A')},
                                 {7, "m"},
                                 {7, "x y"},
                                 {7, "p " + h64 + " {}"},
                                 {7, "s " + h128},
                                 {7, "# comment"},
                                 {7, "e " + std::string(65'537, 'x')},
                                 {8, "s " + std::string(127, 'a')},
                                 {8, "s " + h64},
                                 {8, "s " + std::string(128, 'A')},
                                 {8, "s " + h128 + " "},
                                 {8, "s"},
                                 {8, "p " + h64},
                                 {8, "p " + h64 + "\t{}"},
                                 {8, "p " + std::string(64, 'Z') + " {}"},
                                 {8, "fair cao-bang-2025"}};
  for (const Row& row : rows) {
    auto changed = lines;
    changed[row.line - 1] = row.instead;
    CAPTURE(row.instead.substr(0, 100));
    std::string text = join(changed);
    std::string_view rest = text;
    const auto batch = read_batch(rest, kItems, kBytes);
    REQUIRE_FALSE(batch.ok());
    CHECK(batch.problem().code == "bad_batch");
    CHECK(batch.problem().where == std::to_string(row.line));
    CHECK(rest.size() == text.size());
  }
  const auto inserted = [&](std::size_t before, const std::string& line) {
    auto changed = lines;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(before), line);
    return read(join(changed));
  };
  CHECK(inserted(8, lines[7]).problem().where == "9");            // a second seal for one place
  CHECK(inserted(8, "p " + h64 + " {}").problem().where == "9");  // personal data behind the seal
  CHECK(inserted(6, "s " + h128).problem().where == "7");         // a seal before the first entry
  auto twice = lines;
  twice.insert(twice.begin() + 7, 2, "p " + h64 + " {}");
  CHECK(read(join(twice)).problem().where == "9");
  auto of_missing = lines;
  of_missing[6] = "m " + h64;
  of_missing.insert(of_missing.begin() + 7, "p " + h64 + " {}");
  CHECK(read(join(of_missing)).problem().where == "8");
  CHECK(batch_code("") == "bad_batch");
  CHECK(batch_code("phien-batch 1") == "bad_batch");
  CHECK(batch_code("\n") == "bad_batch");
}

TEST_CASE("a batch ends with a seal") {
  const auto lines = lines_of(samples::fair()[1].text);
  auto unsealed = lines;
  unsealed.pop_back();
  CHECK(batch_code(join(unsealed)) == "unsealed");
  CHECK(batch_code(join(unsealed) + samples::fair()[0].text) == "unsealed");
  CHECK(batch_code(join({lines.begin(), lines.begin() + 6})) == "unsealed");
  const std::string text = join(lines);
  for (std::size_t cut = 0; cut < text.size(); cut += 97) {  // no cut text is taken, whichever byte it ends at
    std::string_view part = std::string_view(text).substr(0, cut);
    const auto batch = read_batch(part, kItems, kBytes);
    if (batch.ok()) {
      CHECK(text[cut - 1] == '\n');
    } else {
      CHECK(batch.problem().code != "too_long");
    }
  }
}

TEST_CASE("I10: the caller's limits and the length of a line hold") {
  const auto written = samples::fair()[1];
  const std::size_t entries = written.heads.size() - 1;
  CHECK(batch_code(written.text, entries, written.text.size()) == "");
  CHECK(batch_code(written.text, entries - 1, written.text.size()) == "too_long");
  CHECK(batch_code(written.text, entries, written.text.size() - 1) == "too_long");
  CHECK(batch_code(written.text, entries, 0) == "too_long");
  auto lines = lines_of(written.text);
  const std::string h64(64, 'a');
  lines[7] = "p " + h64 + " " + std::string(65'599 - 67, 'x');  // with its line feed: as long as a line may be
  CHECK(batch_code(join(lines)) == "");
  lines[7] += 'x';
  CHECK(batch_code(join(lines)) == "too_long");
  lines = lines_of(written.text);
  lines[6] = "e " + std::string(65'536, 'x');
  CHECK(batch_code(join(lines)) == "");  // to be quarantined, not to be refused
  CHECK(batch_code(std::string(100'000, 'x')) == "too_long");
}

TEST_CASE("personal data is what the entry says, and text alone") {
  const auto holds = [](const std::string& data) {
    const PersonalData personal{sha256("salt"), data};
    return personal_holds(personal, personal_hash(personal));
  };
  CHECK(holds("{}"));
  CHECK(holds(R"({"name":"Nông Thị Hoa","phone":"0912"})"));
  CHECK(holds(R"({"name":")" + std::string(4'085, 'x') + "\"}"));
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("\"x\""), std::string(R"({"age":7})"), std::string(R"({"a":{"b":"c"}})"),
        std::string(R"({"a":["b"]})"), std::string(R"({"a": "b"})"), std::string(R"({"b":"1","a":"2"})"),
        std::string("{\"a\":\"\xFF\"}"), R"({"name":")" + std::string(4'086, 'x') + "\"}"}) {
    CHECK_FALSE_MESSAGE(holds(bad), bad.substr(0, 60));
  }
  const PersonalData personal{sha256("salt"), "{}"};
  CHECK_FALSE(personal_holds({sha256("other"), "{}"}, personal_hash(personal)));
  CHECK_FALSE(personal_holds(personal, sha256("other")));
}

#include "server/keys.hpp"

#include <nlohmann/json.hpp>

#include "server/files.hpp"
#include "shared/journal/certificate.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr const char* kKitFormat = "phien-kit 1";
constexpr const char* kKeysFormat = "phien-keys 1";

// The object in a file of ours, or the Problem `code`.
Result<json> read_object(const std::string& path, const char* code, const char* format) {
  auto text = read_file(path);
  if (!text) return text.problem();
  auto object = json::parse(*text, nullptr, false);
  if (!object.is_object() || object.value("format", "") != format)
    return Problem{code, path, {"Tệp không đúng dạng: " + path, "Not a file of this kind: " + path}};
  return object;
}

Problem damaged(const char* code, const std::string& path) {
  return {code, path, {"Tệp khóa hỏng: " + path, "Key file is damaged: " + path}};
}

}  // namespace

Kit new_kit(const std::string& fair) { return {fair, SecretKey::generate(), SecretKey::generate(), 0}; }

std::string kit_check(const Kit& kit) {
  constexpr std::string_view kAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";  // 32 signs: no I, O, 0, 1
  const Hash hash = sha256("phien/kit-check/1\n" + kit.root.seed_hex() + "\n");
  std::string code;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == 4) code += '-';
    code += kAlphabet[hash.bytes[i] % kAlphabet.size()];
  }
  return code;
}

Result<Kit> read_kit(const std::string& path) {
  const auto object = read_object(path, "bad_kit", kKitFormat);
  if (!object) return object.problem();
  try {
    const auto root = SecretKey::from_seed_hex(object->at("root_seed").get<std::string>());
    const auto recovery = SecretKey::from_seed_hex(object->at("recovery_seed").get<std::string>());
    if (root && recovery)
      return Kit{object->at("fair").get<std::string>(), *root, *recovery, object->at("incarnation").get<std::int64_t>()};
  } catch (const json::exception&) {}
  return damaged("bad_kit", path);
}

std::string kit_text(const Kit& kit, int indent) {
  const json object{{"format", kKitFormat},
                    {"fair", kit.fair},
                    {"incarnation", kit.incarnation},
                    {"check", kit_check(kit)},
                    {"root", hex(kit.root.public_key())},
                    {"root_seed", kit.root.seed_hex()},
                    {"recovery", hex(kit.recovery.public_key())},
                    {"recovery_seed", kit.recovery.seed_hex()}};
  return object.dump(indent);
}

Result<bool> write_kit(const std::string& path, const Kit& kit) { return write_private(path, kit_text(kit, 2) + "\n"); }

journal::JournalId Keys::journal_id() const { return {fair, root, journal::server_terminal(incarnation), journal.public_key()}; }

std::string Keys::tls_spki() const { return net::spki_hex(tls.certificate_pem); }

journal::Incarnation Keys::first_entry() const {
  return {incarnation, root, hash_from_hex(tls_spki()).value(), certificate, parent, "phien-server " PHIEN_VERSION};
}

Keys certify(const Kit& kit, std::int64_t number, const std::optional<journal::ServerPosition>& parent) {
  Keys keys{kit.fair,
            kit.root.public_key(),
            kit.recovery.public_key(),
            number,
            parent,
            SecretKey::generate(),
            net::make_tls_key("phien-server", {"localhost", "127.0.0.1"}),
            {},
            SealingSeed::of(kit.fair, kit.recovery, number)};
  const auto parent_hash = parent ? std::optional(parent->head.hash) : std::nullopt;
  const auto tls = hash_from_hex(keys.tls_spki()).value();
  keys.certificate = kit.root.sign(journal::incarnation_message(kit.fair, number, keys.journal.public_key(), tls, parent_hash));
  return keys;
}

Result<Keys> read_keys(const std::string& path) {
  const auto read = read_object(path, "bad_keys", kKeysFormat);
  if (!read) return read.problem();
  const json& object = *read;
  try {
    const auto text = [&](const char* name) { return object.at(name).get<std::string>(); };
    const auto root = key_from_hex(text("root")), recovery = key_from_hex(text("recovery"));
    const auto journal = SecretKey::from_seed_hex(text("journal_seed"));
    const auto certificate = signature_from_hex(text("certificate"));
    std::optional<journal::ServerPosition> parent;
    if (object.contains("parent")) {
      const json& p = object.at("parent");
      const auto hash = hash_from_hex(p.at("hash").get<std::string>());
      if (!hash) return damaged("bad_keys", path);
      parent = {p.at("incarnation").get<std::int64_t>(), {p.at("seq").get<std::int64_t>(), *hash}};
    }
    const std::int64_t incarnation = object.at("incarnation").get<std::int64_t>();
    const auto sealing = SealingSeed::from_hex(incarnation, text("sealing_seed"));
    if (root && recovery && journal && certificate && sealing)
      return Keys{
          text("fair"), *root,   *recovery, incarnation, parent, *journal, net::TlsKey{text("tls_key"), text("tls_certificate")},
          *certificate, *sealing};
  } catch (const json::exception&) {}
  return damaged("bad_keys", path);
}

Result<bool> write_keys(const std::string& path, const Keys& keys) {
  json object{{"format", kKeysFormat},
              {"fair", keys.fair},
              {"root", hex(keys.root)},
              {"recovery", hex(keys.recovery)},
              {"incarnation", keys.incarnation},
              {"journal_seed", keys.journal.seed_hex()},
              {"sealing_seed", keys.sealing.hex()},
              {"tls_key", keys.tls.key_pem},
              {"tls_certificate", keys.tls.certificate_pem},
              {"certificate", hex(keys.certificate)}};
  if (keys.parent)
    object["parent"] = {
        {"incarnation", keys.parent->incarnation}, {"seq", keys.parent->head.seq}, {"hash", hex(keys.parent->head.hash)}};
  return write_private(path, object.dump(2) + "\n");
}

}  // namespace phien::server

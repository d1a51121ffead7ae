#include "pos/home/phones.hpp"

#include <nlohmann/json.hpp>

namespace phien::home {
using nlohmann::json;

namespace {

std::string list_path(const Home& home) { return home.path() + "/phones.json"; }
std::string key_path(const Home& home) { return home.path() + "/phones-tls.json"; }

// Nothing of a damaged file is used; what it held can be made again in a minute.
template <class Read>
auto read_or_nothing(const std::string& path, Read read) -> decltype(read(json())) {
  const auto text = read_file(path);
  if (!text) return {};
  try {
    return read(json::parse(*text));
  } catch (const json::exception&) {
    return {};
  }
}

}  // namespace

std::vector<Phone> load_phones(const Home& home, const till::Identity& me) {
  return read_or_nothing(list_path(home), [&](const json& kept) {
    std::vector<Phone> phones;
    if (kept.at("fair") != me.fair || kept.at("root") != hex(me.root)) return phones;
    for (const auto& one : kept.at("phones"))
      phones.push_back({one.at("id"), one.at("name"), one.at("exhibitor"), one.at("digest"), one.at("paired"), one.at("seen")});
    return phones;
  });
}

void save_phones(const Home& home, const till::Identity& me, const std::vector<Phone>& phones) {
  json list = json::array();
  for (const auto& one : phones)
    list.push_back({{"digest", one.digest},
                    {"exhibitor", one.exhibitor},
                    {"id", one.id},
                    {"name", one.name},
                    {"paired", one.paired},
                    {"seen", one.seen}});
  write_private(list_path(home), json{{"fair", me.fair}, {"phones", std::move(list)}, {"root", hex(me.root)}}.dump() + "\n");
}

std::optional<PhoneKey> load_phone_key(const Home& home) {
  return read_or_nothing(key_path(home), [](const json& kept) {
    return std::optional(PhoneKey{kept.at("key"), kept.at("certificate"), kept.at("made")});
  });
}

void save_phone_key(const Home& home, const PhoneKey& key) {
  write_private(key_path(home),
                json{{"certificate", key.certificate_pem}, {"key", key.key_pem}, {"made", key.made}}.dump(2) + "\n");
}

}  // namespace phien::home

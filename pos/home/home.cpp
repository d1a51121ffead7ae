#include "pos/home/home.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "shared/bytes.hpp"

namespace phien::home {
using nlohmann::json;

namespace {

[[noreturn]] void fail(const std::string& path) { throw std::runtime_error(path + ": " + std::strerror(errno)); }

void sync_and_close(int fd, const std::string& path) {
  const bool ok = ::fsync(fd) == 0;
  if (::close(fd) != 0 || !ok) fail(path);
}

json to_json(const till::Identity& me) {
  return {{"booth", me.booth},    {"exhibitors", me.exhibitors}, {"fair", me.fair},        {"holder", me.holder},
          {"root", hex(me.root)}, {"seed", me.key.seed_hex()},   {"terminal", me.terminal}};
}

template <class T>
T present(std::optional<T> value) {
  if (!value) throw std::runtime_error("a key or hash in it is not one");
  return std::move(*value);
}

till::Identity identity_from(const json& value) {
  return {value.at("fair"),
          present(key_from_hex(value.at("root").get<std::string>())),
          value.at("terminal"),
          present(SecretKey::from_seed_hex(value.at("seed").get<std::string>())),
          value.at("exhibitors").get<std::vector<std::string>>(),
          value.at("booth"),
          value.at("holder")};
}

template <class Read>
auto parsed(const std::string& path, Read read) -> std::optional<decltype(read(json()))> {
  const auto text = read_file(path);
  if (!text) return std::nullopt;
  try {
    return read(json::parse(*text));
  } catch (const std::exception& e) {
    throw std::runtime_error(path + " is damaged: " + e.what());
  }
}

}  // namespace

// Keys must not be lost with the page cache.
void write_private(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) fail(fresh);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int why = errno;
      ::close(fd);
      errno = why;
      fail(fresh);
    }
    done += static_cast<std::size_t>(n);
  }
  sync_and_close(fd, fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail(path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) fail(folder);
  sync_and_close(dir, folder);
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Home::Home(std::string path) : path_(std::filesystem::absolute(path).lexically_normal().string()) {
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
  if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) fail(path_);
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0) fail(path_);
  if (!S_ISDIR(info.st_mode)) throw std::runtime_error(path_ + ": not a directory");
  // Keys and takings lie here: nobody else on this machine may look.
  if ((info.st_mode & 0077) != 0 && ::chmod(path_.c_str(), 0700) != 0) fail(path_);
}

std::optional<Keys> Home::keys() const {
  return parsed(file("keys.json"), [](const json& value) {
    Keys keys{value.at("server"), identity_from(value.at("current")), {}, {}, {}};
    if (const auto ref = value.find("continues"); ref != value.end())
      keys.continues =
          journal::Ref{ref->at("terminal"), ref->at("seq"), present(hash_from_hex(ref->at("hash").get<std::string>()))};
    for (const auto& one : value.at("former")) keys.former.push_back(identity_from(one));
    keys.replaces = value.value("replaces", "");
    return keys;
  });
}

void Home::save(const Keys& keys) const {
  json value{{"current", to_json(keys.current)}, {"former", json::array()}, {"server", keys.server}};
  for (const auto& one : keys.former) value["former"].push_back(to_json(one));
  if (!keys.replaces.empty()) value["replaces"] = keys.replaces;
  if (keys.continues)
    value["continues"] = {
        {"hash", hex(keys.continues->hash)}, {"seq", keys.continues->seq}, {"terminal", keys.continues->terminal}};
  write_private(file("keys.json"), value.dump(2) + "\n");
}

std::optional<Pending> Home::pending() const {
  return parsed(file("enrolling.json"), [](const json& value) {
    return Pending{value.at("server"), value.at("code"), present(SecretKey::from_seed_hex(value.at("seed").get<std::string>()))};
  });
}

void Home::save(const Pending& pending) const {
  write_private(file("enrolling.json"),
                json{{"code", pending.code}, {"seed", pending.key.seed_hex()}, {"server", pending.server}}.dump(2) + "\n");
}

void Home::forget_pending() const { ::unlink(file("enrolling.json").c_str()); }

std::string Home::local_token() const {
  if (auto text = read_file(file("local.token"))) {
    while (!text->empty() && text->back() == '\n') text->pop_back();
    if (text->size() == 64) return *text;
  }
  const std::string token = random_hex(32);
  write_private(file("local.token"), token + "\n");
  return token;
}

std::vector<std::string> Home::sessions() const {
  const auto text = read_file(file("sessions.json"));
  const json kept = text ? json::parse(*text, nullptr, false) : json();
  std::vector<std::string> digests;
  // A damaged file costs nothing but a link to be opened again.
  if (kept.is_array())
    for (const auto& digest : kept)
      if (digest.is_string()) digests.push_back(digest);
  return digests;
}

void Home::save_sessions(const std::vector<std::string>& digests) const {
  write_private(file("sessions.json"), json(digests).dump() + "\n");
}

void Home::announce(const Running& running) const {
  write_private(file("pos.json"), json{{"pid", running.pid}, {"port", running.port}}.dump() + "\n");
}

void Home::retract() const { ::unlink(file("pos.json").c_str()); }

std::optional<Running> Home::running() const {
  return parsed(file("pos.json"), [](const json& value) { return Running{value.at("port"), value.at("pid")}; });
}

std::optional<Problem> Home::no_room() const {
  std::error_code error;
  const auto space = std::filesystem::space(path_, error);
  if (error || space.available >= kLeastFreeBytes) return std::nullopt;
  const auto megabytes = [](std::uintmax_t bytes) { return std::to_string(bytes / 1'000'000); };
  const std::string left = megabytes(space.available), least = megabytes(kLeastFreeBytes);
  return Problem{"store_full",
                 "",
                 {"Ổ đĩa sắp đầy (còn " + left + " MB, cần " + least + " MB): hãy giải phóng chỗ trống trước khi bán tiếp.",
                  "The disk is nearly full (" + left + " MB left, " + least + " MB needed): make room before selling on."}};
}

}  // namespace phien::home

#include "pos/commands/opening.hpp"

#include <unistd.h>

#include "pos/commands/context.hpp"

namespace phien::commands {

home::Keys enrolled_keys(const home::Home& home) {
  try {
    if (auto keys = home.keys()) return std::move(*keys);
  } catch (const std::exception& e) {
    throw Failure{Exit::store,
                  {"keys_damaged",
                   "keys.json",
                   {"Tệp khóa bị hỏng: hãy ghi danh lại máy này.",
                    std::string("The key file is damaged, enrol this device anew: ") + e.what()}}};
  }
  throw Failure{Exit::refused,
                {"not_enrolled",
                 "",
                 {"Không có máy bán hàng nào ở " + home.path() + " (sai --data?). Máy mới thì chạy: phien-pos enrol 'LIÊN-KẾT'",
                  "There is no till in " + home.path() + " (another --data?). For a new one run: phien-pos enrol 'LINK'"}}};
}

std::unique_ptr<till::Till> open_till(db::JournalStore& store, const Clock& clock, const home::Home& home,
                                      const home::Keys& keys) {
  till::Beginning beginning;
  beginning.program = "phien-pos " PHIEN_VERSION;
  char name[81] = {};
  if (::gethostname(name, sizeof name - 1) == 0) beginning.device = name;
  beginning.continues = keys.continues;
  if (keys.continues) beginning.reason = "enrolled anew";
  return std::make_unique<till::Till>(store, clock, keys.current, beginning, [home] { return home.no_room(); });
}

}  // namespace phien::commands

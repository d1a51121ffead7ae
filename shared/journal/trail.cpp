#include "shared/journal/trail.hpp"

#include <cstdlib>

namespace phien::journal {
namespace {

struct Words {
  std::string_view code;
  Message what;
};

Words words(Fault fault) {
  switch (fault) {
    case Fault::unknown_version:
      return {"unknown_version",
              {"Phiên bản này của nhật ký chưa được hỗ trợ.", "This version of the journal is not known here."}};
    case Fault::unknown_kind:
      return {"unknown_kind", {"Loại ghi chép này chưa được hỗ trợ.", "This kind of entry is not known here."}};
    case Fault::missing_field:
      return {"missing_field", {"Thiếu một trường bắt buộc.", "A required field is missing."}};
    case Fault::unknown_field:
      return {"unknown_field", {"Có trường lạ.", "There is a field that is not known here."}};
    case Fault::wrong_type:
      return {"wrong_type", {"Trường có kiểu không đúng.", "The field has the wrong type."}};
    case Fault::out_of_range:
      return {"out_of_range", {"Giá trị vượt ngoài giới hạn.", "The value is out of its range."}};
    case Fault::bad_value:
      return {"bad_value", {"Giá trị không hợp lệ.", "The value is not one that is allowed here."}};
    case Fault::none:
      break;
  }
  std::abort();
}

}  // namespace

std::string Trail::path() const {
  std::string path;
  for (std::size_t i = 0; i < size_; ++i) {
    if (steps_[i].key.empty()) {
      path.append("[").append(std::to_string(steps_[i].index)).append("]");
    } else {
      path.append(path.empty() ? "" : ".").append(steps_[i].key);
    }
  }
  return path;
}

void Trail::fail(Fault fault) {
  if (failed()) return;
  Words w = words(fault);
  problem_ = Problem{std::string(w.code), path(), std::move(w.what)};
}

}  // namespace phien::journal

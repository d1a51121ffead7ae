#include "server/exchange/workbook_file.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace phien::exchange {

TemporaryWorkbook::TemporaryWorkbook() : path_((std::filesystem::temp_directory_path() / "phien-xlsx-XXXXXX").string()) {
  if (!::mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), path_);
}

TemporaryWorkbook::~TemporaryWorkbook() {
  std::error_code ignored;  // a leftover in the temporary folder harms nobody
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryWorkbook::read_back() const {
  std::ifstream in(file(), std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in || bytes.empty()) throw std::runtime_error("the workbook could not be read back from " + file());
  return bytes;
}

void require(lxw_error error) {
  if (error != LXW_NO_ERROR) throw std::runtime_error(std::string("libxlsxwriter: ") + lxw_strerror(error));
}

}  // namespace phien::exchange

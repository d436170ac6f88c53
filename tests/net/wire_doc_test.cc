#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "fmt/format.h"
#include "net/api_table.h"
#include "wire/api.h"

namespace rill::net {
namespace {

// The rows of the table under "## Requests", without what stands in their last cell.
std::vector<std::string> RowsOfThePage() {
  std::ifstream page(RILL_SOURCE_DIR "/docs/wire.md");
  std::vector<std::string> rows;
  bool is_there = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) is_there = line == "## Requests";
    if (!is_there || !line.starts_with("| ") || line.find_first_of("0123456789") != 2) continue;
    std::size_t end = 0;
    for (int cell = 0; cell < 3; ++cell) end = line.find(" |", end + 1);
    rows.push_back(line.substr(0, end));
  }
  return rows;
}

TEST_CASE("The page about the protocol lists the requests that are answered") {
  std::vector<std::string> expected;
  for (const ServedApi& served : ServedApis()) {
    const wire::Message& request = wire::FindApi(static_cast<std::int16_t>(served.key))->request();
    std::string_view name = request.name;
    name.remove_suffix(std::string_view("Request").size());
    expected.push_back(fmt::format("| {} | {} | {} to {}", static_cast<int>(served.key), name,
                                   request.first_version, request.last_version));
  }
  CHECK(RowsOfThePage() == expected);
}

}  // namespace
}  // namespace rill::net

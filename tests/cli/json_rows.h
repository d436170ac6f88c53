#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "nlohmann/json.hpp"

namespace rill::cli {

using JsonRow = nlohmann::ordered_json;

// The objects that --json printed; every line has to be one, also the last.
inline std::vector<JsonRow> RowsIn(const std::string& out) {
  std::vector<JsonRow> rows;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    rows.push_back(JsonRow::parse(line, nullptr, false));
    REQUIRE(rows.back().is_object());
  }
  CHECK((out.empty() || out.back() == '\n'));
  return rows;
}

// The names of an object's fields in their order, with spaces between.
inline std::string NamesIn(const JsonRow& row) {
  std::string names;
  for (const auto& field : row.items()) {
    if (!names.empty()) names += ' ';
    names += field.key();
  }
  return names;
}

}  // namespace rill::cli

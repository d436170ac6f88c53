#include <fstream>
#include <sstream>
#include <string>

#include "../engine/config_table.h"
#include "catch.h"
#include "fmt/format.h"
#include "net/node_config.h"

namespace rill::net {
namespace {

std::string Page() {
  std::ifstream file(RILL_SOURCE_DIR "/docs/reference/configs.md");
  std::stringstream page;
  page << file.rdbuf();
  return page.str();
}

TEST_CASE("The reference page of configs says what a node has") {
  std::string table;
  for (const auto& spec : NodeConfigSpecs())
    table += engine::ConfigRow(spec, engine::RunningCell(spec));
  INFO("docs/reference/configs.md should have:\n" << table);
  CHECK(Page().find("| --- |\n" + table + "\n") != std::string::npos);
}

TEST_CASE("The reference page of configs says what a node shows of itself") {
  std::string table;
  for (const auto& spec : FixedConfigSpecs()) {
    table += fmt::format("| `{}` | {} | {} | {} |\n", spec.name, engine::ConfigTypeName(spec.type),
                         engine::ConfigCell(spec.default_value), spec.effect);
  }
  INFO("docs/reference/configs.md should have:\n" << table);
  CHECK(Page().find("| --- |\n" + table + "\n") != std::string::npos);
}

}  // namespace
}  // namespace rill::net

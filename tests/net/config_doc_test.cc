#include <fstream>
#include <sstream>
#include <string>

#include "../engine/config_table.h"
#include "catch.h"
#include "net/node_config.h"

namespace rill::net {
namespace {

TEST_CASE("The reference page of configs says what a node has") {
  std::ifstream file(RILL_SOURCE_DIR "/docs/reference/configs.md");
  std::stringstream page;
  page << file.rdbuf();
  std::string table;
  for (const auto& spec : NodeConfigSpecs())
    table += engine::ConfigRow(spec, engine::RunningCell(spec));
  INFO("docs/reference/configs.md should have:\n" << table);
  CHECK(page.str().find("| --- |\n" + table + "\n") != std::string::npos);
}

}  // namespace
}  // namespace rill::net

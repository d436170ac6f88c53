#include "cli/operator_log.h"

#include <sstream>
#include <string>

#include "catch.h"

namespace rill::cli {
namespace {

TEST_CASE("a name that a client made up stays on its line and does not speak to the terminal") {
  std::ostringstream stream;
  const StandardError err(stream);
  OperatorLog log(err);
  log.Write(LogLevel::kInfo, "group a\n2026-11-28 ERROR \x1b[31mfire\x7f, is here, \xc3\xa4, too");
  const std::string shown = stream.str();
  CAPTURE(shown);
  CHECK(
      shown.find("INFO group a\\n2026-11-28 ERROR \\x1b[31mfire\\x7f, is here, \xc3\xa4, too\n") !=
      std::string::npos);
  CHECK(shown.find('\n') == shown.size() - 1);
}

}  // namespace
}  // namespace rill::cli

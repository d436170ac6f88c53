#include "cli/json_lines.h"

namespace rill::cli {

std::string JsonLine(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace rill::cli

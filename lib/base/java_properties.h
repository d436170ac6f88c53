#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace rill::base {

struct Property {
  std::string name;
  std::string value;
  int line = 0;  // on which it begins, from 1
};

// What a properties file says, in its order and with repetitions (of which the last holds, for
// Java), by the rules of java.util.Properties: comments, continued lines, separators, escapes. Text
// is taken for UTF-8, which Java takes for Latin-1. InvalidArgument ("line 3: ...") for an escape
// \u without four hexadecimal digits, and for half a character of two.
absl::StatusOr<std::vector<Property>> ParseJavaProperties(std::string_view text);

}  // namespace rill::base

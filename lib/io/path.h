#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rill::io {

// The names that `path` goes through: "/a//b/./c" as a, b, c; ".." drops the name before it.
std::vector<std::string> SplitPath(std::string_view path);

// One spelling of `path`: "a//b/" and "/a/./b" as "/a/b"; the root as "/".
std::string NormalPath(std::string_view path);

// The folder that `path` is in, "." when it names none.
std::string ParentPath(std::string_view path);

}  // namespace rill::io

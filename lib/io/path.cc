#include "io/path.h"

#include <algorithm>

namespace rill::io {

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      if (!names.empty()) names.pop_back();
    } else {
      names.emplace_back(name);
    }
  }
  return names;
}

std::string NormalPath(std::string_view path) {
  std::string normal;
  for (const std::string& name : SplitPath(path)) normal += "/" + name;
  return normal.empty() ? "/" : normal;
}

std::string ParentPath(std::string_view path) {
  if (path.empty()) return ".";
  const std::size_t last = path.find_last_not_of('/');
  if (last == path.npos) return "/";
  const std::size_t slash = path.rfind('/', last);
  if (slash == path.npos) return ".";
  const std::size_t end = path.find_last_not_of('/', slash);
  return end == path.npos ? "/" : std::string(path.substr(0, end + 1));
}

}  // namespace rill::io

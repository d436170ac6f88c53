#include "cli/java_text.h"

#include <cstddef>

namespace rill::cli {

std::string JavaTrim(std::string_view text) {
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> JavaSplit(std::string_view text, char at) {
  if (text.find(at) == std::string_view::npos) return {std::string(text)};
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

std::vector<std::string> NonEmptyParts(std::string_view text) {
  std::vector<std::string> parts = JavaSplit(text, ',');
  std::erase(parts, "");
  return parts;
}

}  // namespace rill::cli

#include "engine/quota/quota_entity.h"

#include "fmt/format.h"

namespace rill::engine {
namespace {

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

std::string Escaped(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (IsPlain(c)) {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> Unescaped(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsPlain(text[i])) {
      name += text[i];
      continue;
    }
    const auto high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
    const auto low = high ? HexDigit(text[i + 2]) : std::nullopt;
    if (!low) return std::nullopt;
    name += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return name;
}

}  // namespace

std::string QuotaResource(const QuotaEntity& entity) {
  std::string resource;
  for (const auto& [type, name] : entity) {
    resource += fmt::format("{}{}", resource.empty() ? kQuotaResources : "/", type);
    if (name.has_value()) resource += fmt::format("={}", Escaped(*name));
  }
  return resource;
}

std::optional<QuotaEntity> ParseQuotaResource(std::string_view resource) {
  if (!resource.starts_with(kQuotaResources)) return std::nullopt;
  QuotaEntity entity;
  std::string_view left = resource.substr(kQuotaResources.size());
  for (bool is_last = false; !is_last;) {
    const std::string_view part = left.substr(0, left.find('/'));
    is_last = part.size() == left.size();
    if (!is_last) left.remove_prefix(part.size() + 1);
    const auto equals = part.find('=');
    std::optional<std::string> name;
    if (equals != std::string_view::npos) {
      name = Unescaped(part.substr(equals + 1));
      if (!name) return std::nullopt;
    }
    entity.emplace(part.substr(0, equals), std::move(name));
  }
  if (QuotaResource(entity) != resource) return std::nullopt;
  return entity;
}

}  // namespace rill::engine

#include "cli/client_properties.h"

#include <cstdint>

#include "base/java_properties.h"
#include "cli/app_words.h"
#include "fmt/format.h"

namespace rill::cli {

void SetKeyValues(const std::vector<std::string>& words, ClientProperties& properties) {
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    properties[word.substr(0, equals)] = equals == std::string::npos ? "" : word.substr(equals + 1);
  }
}

absl::Status SetFromFile(const CommandContext& context, const CommandLine& line,
                         std::string_view option, ClientProperties& properties) {
  if (!line.Has(option)) return absl::OkStatus();
  const auto name = line.Value(option, "");
  if (!name.ok()) return name.status();
  const auto text = ReadNamedFile(context, *name, kMaxPropertiesFile);
  if (!text.ok()) return text.status();
  const auto read = base::ParseJavaProperties(*text);
  if (!read.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", *name, std::string(read.status().message())));
  }
  for (const base::Property& property : *read) properties[property.name] = property.value;
  return absl::OkStatus();
}

absl::Status CheckNotBoth(const CommandLine& line, const OldOption& option, bool old_first) {
  if (!line.Has(option.old_name) || !line.Has(option.name)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "Options --{} and --{} cannot be specified together.",
      old_first ? option.old_name : option.name, old_first ? option.name : option.old_name));
}

absl::Status SetFromWords(const CommandContext& context, const CommandLine& line,
                          const OldOption& file, const OldOption& property,
                          ClientProperties& properties) {
  for (const std::string_view option : {file.old_name, file.name}) {
    if (auto set = SetFromFile(context, line, option, properties); !set.ok()) return set;
  }
  SetKeyValues(line.Values(property.old_name), properties);
  SetKeyValues(line.Values(property.name), properties);
  return absl::OkStatus();
}

}  // namespace rill::cli

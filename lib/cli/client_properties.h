#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/command_context.h"
#include "cli/command_line.h"

namespace rill::cli {

// Properties of one of Kafka's Java clients, or of what reads and writes lines for it, by name.
using ClientProperties = std::map<std::string, std::string>;

// Sets what words of the form key=value say; without "=", the value is empty.
void SetKeyValues(const std::vector<std::string>& words, ClientProperties& properties);

// Sets what the properties file says that `option` names, if it is given. The statuses of
// ReadNamedFile, InvalidArgument for a malformed file.
absl::Status SetFromFile(const CommandContext& context, const CommandLine& line,
                         std::string_view option, ClientProperties& properties);

// An option of before Kafka 4.2, and what it is called now.
struct OldOption {
  std::string_view old_name;
  std::string_view name;
};

// InvalidArgument where both are given, in the words of Kafka's tools; `old_first` is how these
// name them.
absl::Status CheckNotBoth(const CommandLine& line, const OldOption& option, bool old_first);

// The properties that the words give a client: of the file of `file` or its old name, and, over
// them, of the key=value words of `property` or its old name.
absl::Status SetFromWords(const CommandContext& context, const CommandLine& line,
                          const OldOption& file, const OldOption& property,
                          ClientProperties& properties);

}  // namespace rill::cli

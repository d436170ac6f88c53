#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "cli/command_context.h"
#include "cli/command_line.h"

namespace rill::cli {

// The Kafka whose tools rill's act like.
inline constexpr char kKafkaVersion[] = "4.4.0";

// One of Kafka's command lines that ask a cluster.
struct KafkaTool {
  const char* name;  // "topics": `rill topics`, and the link kafka-topics
  std::span<const OptionSpec> options;
  const char* help;  // its options, as Kafka's tool lists them at --help
};

// What `rill help <tool>` prints.
std::string HelpOf(const KafkaTool& tool);

// Tells what is wrong with the words, then the help; returns the exit code for it.
int RefuseUsage(const CommandContext& context, const KafkaTool& tool, std::string_view message);
// Tells why the tool cannot go on; returns the exit code for it.
int Fail(const CommandContext& context, const KafkaTool& tool, const absl::Status& status);

// The same without the tool's name, as of Kafka's performance tools.
int FailPlainly(const CommandContext& context, const absl::Status& status);

// `refused`, of connecting, and what to do where nobody listens at the place that was named.
absl::Status WithPlaceHint(const absl::Status& refused);

// Reads the words into `line`. Nothing where the tool goes on; else the exit code: no words, words
// that are wrong, --help (1 as of Kafka's tools) and --version are seen to.
std::optional<int> ReadToolWords(const CommandContext& context, const KafkaTool& tool,
                                 std::span<const std::string> words, CommandLine& line);

// InvalidArgument, in the words of Kafka's tools, where one of `names` is missing.
absl::Status CheckRequired(const CommandLine& line, std::initializer_list<std::string_view> names);
// ... where `used` is there and one of `others` is, too; that one option is ignored in `others`.
absl::Status CheckApart(const CommandLine& line, std::string_view used,
                        std::span<const std::string_view> others);

}  // namespace rill::cli

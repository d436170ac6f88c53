#include "cli/kafka_tool.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

constexpr int kWrong = 1;  // of Kafka's tools, whatever it was

}  // namespace

std::string HelpOf(const KafkaTool& tool) {
  return fmt::format(
      "Usage: rill {} --bootstrap-server <host:port> [options]\n"
      "       rill {} --data-dir <folder> [options]\n"
      "       kafka-{} ...\n\n{}",
      tool.name, tool.name, tool.name, tool.help);
}

int RefuseUsage(const CommandContext& context, const KafkaTool& tool, std::string_view message) {
  context.out.flush();
  context.err.Write(fmt::format("{}\n{}", message, tool.help));
  return kWrong;
}

int Fail(const CommandContext& context, const KafkaTool& tool, const absl::Status& status) {
  context.out.flush();
  context.err.Write(fmt::format("rill {}: {}\n", tool.name, std::string(status.message())));
  return kWrong;
}

int FailPlainly(const CommandContext& context, const absl::Status& status) {
  context.out.flush();
  context.err.Write(fmt::format("{}\n", std::string(status.message())));
  return kWrong;
}

absl::Status WithPlaceHint(const absl::Status& refused) {
  const std::string told(refused.message());
  if (!told.ends_with(std::generic_category().message(ECONNREFUSED))) return refused;
  return MakeError(
      refused.code(), GetErrorCode(refused),
      fmt::format("{}; is a broker listening there? --bootstrap-server names it", told));
}

std::optional<int> ReadToolWords(const CommandContext& context, const KafkaTool& tool,
                                 std::span<const std::string> words, CommandLine& line) {
  auto parsed = CommandLine::Parse(tool.options, words);
  if (!parsed.ok()) return Fail(context, tool, parsed.status());
  if (words.empty() || parsed->Has("help")) {
    context.err.Write(tool.help);
    return kWrong;
  }
  if (parsed->Has("version")) {
    context.out << kKafkaVersion << '\n';
    return 0;
  }
  line = *std::move(parsed);
  return std::nullopt;
}

absl::Status CheckRequired(const CommandLine& line, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (line.Has(name)) continue;
    return absl::InvalidArgumentError(fmt::format("Missing required argument \"[{}]\"", name));
  }
  return absl::OkStatus();
}

absl::Status CheckApart(const CommandLine& line, std::string_view used,
                        std::span<const std::string_view> others) {
  if (!line.Has(used)) return absl::OkStatus();
  const auto other = std::find_if(others.begin(), others.end(), [&](std::string_view name) {
    return name != used && line.Has(name);
  });
  if (other == others.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("Option \"[{}]\" can't be used with option \"[{}]\"", used, *other));
}

}  // namespace rill::cli

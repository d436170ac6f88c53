#include "cli/java_log.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/remote/error_text.h"
#include "fmt/format.h"
#include "rill/error.h"

namespace rill::cli {
namespace {

std::string KafkaException(std::string_view message) {
  return fmt::format("org.apache.kafka.common.KafkaException: {}", message);
}

constexpr char kOptionLetters[] = "abcdefghijklmnopqrstuvwxyz_";

// Kafka's name of an option of rill's clients.
std::string PropertyOf(std::string_view option) {
  static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"auto_commit_interval", "auto.commit.interval.ms"},
      {"compression", "compression.type"},
      {"compression_level", "the level of compression.type"},
      {"group", "group.id"},
      {"linger", "linger.ms"},
      {"max_block", "max.block.ms"},
      {"max_poll_interval", "max.poll.interval.ms"},
      {"reset", "auto.offset.reset"}};
  for (const auto& [name, property] : kOthers) {
    if (option == name) return std::string(property);
  }
  std::string dotted(option);
  std::replace(dotted.begin(), dotted.end(), '_', '.');
  return dotted;
}

}  // namespace

std::string JavaLogLine(std::string_view level, std::string_view what,
                        std::string_view java_class) {
  const std::string time =
      absl::FormatTime("%Y-%m-%d %H:%M:%E3S", absl::Now(), absl::LocalTimeZone());
  const std::size_t point = time.rfind('.');
  return fmt::format("[{},{}] {} {} ({})\n", time.substr(0, point), time.substr(point + 1), level,
                     what, java_class);
}

std::string AsJavaException(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  const std::string message(status.message());
  if (code == ErrorCode::kInvalidConfig) {
    return fmt::format("org.apache.kafka.common.config.ConfigException: {}", message);
  }
  if (code == ErrorCode::kNone || code == ErrorCode::kUnknownServerError) {
    return KafkaException(message);
  }
  return remote::JavaError(status);
}

std::string AsSendException(const absl::Status& status) {
  std::string exception = AsJavaException(status);
  // A broker's refusal has the same code, and goes by a config of the topic.
  const bool is_by_producer = GetErrorCode(status) == ErrorCode::kMessageTooLarge &&
                              absl::StrContains(status.message(), "max_request_size");
  if (is_by_producer) exception += " (--command-property max.request.size=N raises it)";
  return exception;
}

absl::Status InPropertyNames(const absl::Status& status) {
  constexpr std::string_view kStructs[] = {"ProducerOptions::", "ConsumerOptions::"};
  std::string told(status.message());
  for (const std::string_view name : kStructs) {
    for (std::size_t at = 0; (at = told.find(name, at)) != std::string::npos;) {
      told.erase(at, name.size());
      const std::string_view rest = std::string_view(told).substr(at);
      const std::string_view option = rest.substr(0, rest.find_first_not_of(kOptionLetters));
      const std::string property = PropertyOf(option);
      told.replace(at, option.size(), property);
      at += property.size();
    }
  }
  return MakeError(status.code(), GetErrorCode(status), told);
}

absl::Status WrongClientConfig(std::string_view name, std::string_view value,
                               std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig,
                   fmt::format("Invalid value {} for configuration {}: {}", value, name, why));
}

}  // namespace rill::cli

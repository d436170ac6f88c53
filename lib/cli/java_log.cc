#include "cli/java_log.h"

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

absl::Status WrongClientConfig(std::string_view name, std::string_view value,
                               std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidConfig,
                   fmt::format("Invalid value {} for configuration {}: {}", value, name, why));
}

}  // namespace rill::cli

#include "cli/command_config.h"

#include <cstdint>
#include <optional>

#include "base/java_properties.h"
#include "base/parse_number.h"
#include "client/remote/bootstrap.h"
#include "fmt/format.h"

namespace rill::cli {
namespace {

absl::Status Wrong(const std::string& name, const base::Property& property,
                   const std::string& what) {
  return absl::InvalidArgumentError(
      fmt::format("{}: line {}: {} {}", name, property.line, property.name, what));
}

// Whether a property is of use only with TLS or SASL.
bool NeedsSecurity(const base::Property& property) {
  if (property.name == "security.protocol") return property.value != "PLAINTEXT";
  return property.name.starts_with("ssl.") || property.name.starts_with("sasl.");
}

// The duration of options that a property sets; null for another property.
absl::Duration* DurationOf(remote::AdminOptions& options, std::string_view property) {
  if (property == "request.timeout.ms") return &options.connection.request_timeout;
  if (property == "socket.connection.setup.timeout.ms") return &options.connection.connect_timeout;
  if (property == "default.api.timeout.ms") return &options.timeout;
  if (property == "retry.backoff.ms") return &options.retry_backoff;
  return nullptr;
}

absl::Status Apply(const std::string& name, const base::Property& property,
                   remote::AdminOptions& options) {
  if (NeedsSecurity(property)) {
    return absl::UnimplementedError(
        fmt::format("{}: line {}: {}={} asks for TLS or SASL, which rill does not speak yet; "
                    "connect to a PLAINTEXT listener, or use Apache Kafka's own tool",
                    name, property.line, property.name, property.value));
  }
  if (property.name == "client.id") options.connection.client_id = property.value;
  if (property.name == "bootstrap.servers") {
    auto bootstrap = remote::ParseBootstrap(property.value);
    if (!bootstrap.ok()) return Wrong(name, property, std::string(bootstrap.status().message()));
    options.bootstrap = *std::move(bootstrap);
  }
  absl::Duration* const duration = DurationOf(options, property.name);
  if (duration == nullptr) return absl::OkStatus();
  const auto milliseconds = base::ParseNumber<std::int32_t>(property.value);
  if (!milliseconds || *milliseconds < 0) {
    return Wrong(name, property,
                 fmt::format("cannot be \"{}\"; valid: 0..2147483647", property.value));
  }
  *duration = absl::Milliseconds(*milliseconds);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<remote::AdminOptions> ReadCommandConfig(std::string_view text,
                                                       const std::string& name,
                                                       remote::AdminOptions options) {
  const auto properties = base::ParseJavaProperties(text);
  if (!properties.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", name, std::string(properties.status().message())));
  }
  for (const base::Property& property : *properties) {
    if (auto applied = Apply(name, property, options); !applied.ok()) return applied;
  }
  return options;
}

}  // namespace rill::cli

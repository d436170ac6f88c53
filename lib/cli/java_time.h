#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

// Times as Kafka's tools take them.
namespace rill::cli {

// "2026-01-31T12:00:00.000", in UTC unless "Z" or a distance to it ("+09:00") stands behind it.
// InvalidArgument for anything else.
absl::StatusOr<absl::Time> ParseJavaDateTime(std::string_view text);

// The durations of ISO 8601 that java.time.Duration reads: "P2DT3H4M5.5S", "PT-30M".
// InvalidArgument for anything else.
absl::StatusOr<absl::Duration> ParseJavaDuration(std::string_view text);

}  // namespace rill::cli

#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

// A line of flights-2001-q1.csv: date,delay,distance,origin,destination.
struct Flight {
  std::int64_t departure_ms = 0;  // milliseconds since the epoch, read as UTC
  std::int32_t delay_minutes = 0;
  std::string_view origin;
};

// `line` must outlive the flight. InvalidArgument says what is wrong with the line.
absl::StatusOr<Flight> ParseFlight(std::string_view line);

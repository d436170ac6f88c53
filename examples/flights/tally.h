#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// What is known of the flights from one airport.
struct AirportTally {
  std::int64_t flights = 0;
  std::int64_t delay_minutes = 0;  // in all; early arrivals count against it
  std::int64_t last_line = 0;      // of the file, from 1

  double mean_delay() const { return static_cast<double>(delay_minutes) / flights; }
};

// Tallies by airport.
class Tally {
 public:
  // Counts a flight. DataLoss when it stood before one of the same airport that was counted
  // already.
  absl::Status Add(std::string_view origin, std::int32_t delay_minutes, std::int64_t line);
  void Merge(const Tally& other);

  const std::map<std::string, AirportTally, std::less<>>& airports() const { return airports_; }
  AirportTally Total() const;

  // "PHX 15186 164252 231080;..." and back. DataLoss for text that is none.
  std::string Format() const;
  static absl::StatusOr<Tally> Parse(const std::string& text);

 private:
  std::map<std::string, AirportTally, std::less<>> airports_;
};

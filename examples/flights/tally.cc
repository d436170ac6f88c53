#include "tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

absl::Status Tally::Add(std::string_view origin, std::int32_t delay_minutes, std::int64_t line) {
  auto found = airports_.find(origin);
  if (found == airports_.end()) found = airports_.emplace(origin, AirportTally()).first;
  AirportTally& airport = found->second;
  if (line <= airport.last_line) {
    return absl::DataLossError(
        fmt::format("{}: line {} came after line {}", origin, line, airport.last_line));
  }
  ++airport.flights;
  airport.delay_minutes += delay_minutes;
  airport.last_line = line;
  return absl::OkStatus();
}

void Tally::Merge(const Tally& other) {
  for (const auto& [name, from] : other.airports_) {
    AirportTally& to = airports_[name];
    to.flights += from.flights;
    to.delay_minutes += from.delay_minutes;
    to.last_line = std::max(to.last_line, from.last_line);
  }
}

AirportTally Tally::Total() const {
  AirportTally total;
  for (const auto& [name, airport] : airports_) {
    total.flights += airport.flights;
    total.delay_minutes += airport.delay_minutes;
    total.last_line = std::max(total.last_line, airport.last_line);
  }
  return total;
}

std::string Tally::Format() const {
  std::string text;
  for (const auto& [name, airport] : airports_) {
    text += fmt::format("{} {} {} {};", name, airport.flights, airport.delay_minutes,
                        airport.last_line);
  }
  return text;
}

absl::StatusOr<Tally> Tally::Parse(const std::string& text) {
  Tally tally;
  std::istringstream entries(text);
  for (std::string entry; std::getline(entries, entry, ';');) {
    std::istringstream fields(entry);
    std::string name;
    AirportTally airport;
    if (!(fields >> name >> airport.flights >> airport.delay_minutes >> airport.last_line)) {
      return absl::DataLossError(fmt::format("not a tally: \"{}\"", entry));
    }
    tally.airports_[name] = airport;
  }
  return tally;
}

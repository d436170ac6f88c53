#include "flight.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

namespace {

constexpr std::size_t kFields = 5;

bool Split(std::string_view line, std::array<std::string_view, kFields>& fields) {
  for (std::size_t i = 0; i + 1 < kFields; ++i) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return false;
    fields[i] = line.substr(0, comma);
    line.remove_prefix(comma + 1);
  }
  fields.back() = line;
  return line.find(',') == std::string_view::npos;
}

bool ParseNumber(std::string_view text, std::int32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// MMDDHHMM of 2001.
bool ParseDeparture(std::string_view text, std::int64_t& ms) {
  std::int32_t number = 0;
  if (text.size() != 8 || !ParseNumber(text, number)) return false;
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): the names of its units
  const year_month_day date{year{2001}, month{static_cast<unsigned>(number / 1000000)},
                            day{static_cast<unsigned>(number / 10000 % 100)}};
  if (!date.ok()) return false;
  const auto time = sys_days(date) + hours(number / 100 % 100) + minutes(number % 100);
  ms = duration_cast<milliseconds>(time.time_since_epoch()).count();
  return true;
}

}  // namespace

absl::StatusOr<Flight> ParseFlight(std::string_view line) {
  std::array<std::string_view, kFields> fields;
  Flight flight;
  if (!Split(line, fields) || !ParseDeparture(fields[0], flight.departure_ms) ||
      !ParseNumber(fields[1], flight.delay_minutes) || fields[3].empty()) {
    return absl::InvalidArgumentError(fmt::format("not a flight: \"{}\"", line));
  }
  flight.origin = fields[3];
  return flight;
}

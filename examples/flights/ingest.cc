#include "ingest.h"

#include <absl/time/clock.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "flight.h"
#include "line_reader.h"

namespace {

// How many lines the file has, for pacing.
constexpr std::int64_t kLines = 231083;
constexpr std::int64_t kLinesBetweenPauses = 500;

// The line that the last record of the partition carries; 0 for an empty partition.
absl::StatusOr<std::int64_t> LastLine(const rill::Partition& partition) {
  const std::int64_t end = partition.high_watermark();
  if (end == partition.log_start_offset()) return 0;
  auto records = partition.Read(end - 1);
  if (!records.ok()) return records.status();
  std::int64_t line = 0;
  for (const rill::Record& record : *records) line = LineOf(record);
  return line;
}

absl::StatusOr<std::vector<std::int64_t>> LastLines(const rill::Topic& topic) {
  std::vector<std::int64_t> lines;
  for (int i = 0; i < topic.partition_count(); ++i) {
    auto partition = topic.partition(i);
    if (!partition.ok()) return partition.status();
    auto line = LastLine(*partition);
    if (!line.ok()) return line.status();
    lines.push_back(*line);
  }
  return lines;
}

}  // namespace

std::int64_t LineOf(const rill::Record& record) {
  const std::string_view text = record.headers().Last(kLineHeader);
  std::int64_t line = -1;
  std::from_chars(text.data(), text.data() + text.size(), line);
  return line;
}

absl::Status Ingest(rill::Engine& engine, const rill::Topic& topic, const IngestOptions& options,
                    std::atomic<std::int64_t>& written) {
  auto reader = LineReader::Open(options.csv);
  if (!reader.ok()) return reader.status();
  auto last_lines = LastLines(topic);
  if (!last_lines.ok()) return last_lines.status();
  auto producer = engine.NewProducer({.linger = absl::Milliseconds(5)});
  if (!producer.ok()) return producer.status();

  std::string_view text;
  auto more = reader->Next(text);  // the names of the columns
  for (std::int64_t line = 1; more.ok() && *more; ++line) {
    more = reader->Next(text);
    if (!more.ok() || !*more) break;
    auto flight = ParseFlight(text);
    if (!flight.ok()) return flight.status();
    // Batches of different partitions reach the log in any order, so each knows its own last line.
    const int partition = rill::PartitionForKey(flight->origin, topic.partition_count());
    if (line > (*last_lines)[partition]) {
      const std::string number = std::to_string(line);
      const rill::Header header{kLineHeader, number};
      producer->Send(topic, {.key = flight->origin,
                             .value = text,
                             .headers = {&header, 1},
                             .timestamp = absl::FromUnixMillis(flight->departure_ms)});
      if (line % kLinesBetweenPauses == 0 && options.stretch_to > absl::ZeroDuration()) {
        absl::SleepFor(options.stretch_to * kLinesBetweenPauses / kLines);
      }
    }
    written.store(line);
  }
  if (!more.ok()) return more.status();
  // A record that failed on the way fails this Flush.
  if (auto status = producer->Flush(); !status.ok()) return status;
  return producer->Close();
}

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "log_under_test.h"
#include "record/control.h"

// Short ways to fill a log that is to be compacted, to compact it, and to say what is left.
namespace rill::log {

using Content = std::vector<std::pair<std::int64_t, std::string>>;  // offset, "key=value"

// A value of nothing is a tombstone.
inline std::int64_t Put(LogUnderTest& log, std::string_view key,
                        std::optional<std::string_view> value) {
  RecordData record{.key = key};
  if (value.has_value()) record.value = *value;
  const auto result = log->AppendRecord(record);
  INFO(result.status().ToString());
  REQUIRE(result.ok());
  return result->base_offset;
}

// Ends the segment that is written, and completes it: what was appended may be compacted.
inline void RollAndSeal(LogUnderTest& log) {
  log.clock.Advance(absl::Milliseconds(log.config.segment_ms + 1));
  log->Maintain(log.clock.Now());
  log->Maintain(log.clock.Now());
}

inline Cleanability Dirt(LogUnderTest& log) {
  const auto dirt = log->CleanableAt(log.clock.Now());
  INFO(dirt.status().ToString());
  REQUIRE(dirt.ok());
  return *dirt;
}

// One cleaning, slice by slice.
inline absl::Status TryClean(LogUnderTest& log, const CleanOptions& options = {}) {
  for (;;) {
    const auto progress = log->Clean(options);
    if (!progress.ok()) return progress.status();
    if (progress->done) return absl::OkStatus();
  }
}
inline void Clean(LogUnderTest& log, const CleanOptions& options = {}) {
  const auto status = TryClean(log, options);
  INFO(status.ToString());
  REQUIRE(status.ok());
}

inline Content ContentOf(LogUnderTest& log) {
  Content content;
  for (const Seen& seen : log.ReadAll(log->log_start_offset())) {
    content.emplace_back(seen.offset, seen.key + "=" + seen.value);
  }
  return content;
}

inline void RequireNoLeftovers(LogUnderTest& log) {
  for (const char* suffix : {".swap", ".cleaned"}) REQUIRE(log.FilesEnding(suffix).empty());
}

inline std::string MarkerOf(LogUnderTest& log, record::ControlType type, std::int64_t producer_id) {
  const auto key = record::EncodeControlKey(type);
  const auto value = record::EncodeEndTxnMarker(3);
  const RecordData data{.key = {key.data(), key.size()},
                        .value = {value.data(), value.size()},
                        .timestamp_ms = log.now_ms()};
  return SealedBatch({&data, 1}, {.producer_id = producer_id,
                                  .producer_epoch = 0,
                                  .is_transactional = true,
                                  .is_control = true});
}

// A log of small segments that is compacted.
class CompactedLog : public LogUnderTest {
 public:
  explicit CompactedLog(io::FileSystem& files) : LogUnderTest(files) {
    config.cleanup_compact = true;
    config.cleanup_delete = false;
    config.segment_bytes = 400;
    config.segment_ms = 60000;
  }
};

}  // namespace rill::log

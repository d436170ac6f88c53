#pragma once

#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "io/file_systems.h"
#include "log/partition_log.h"
#include "rill/error.h"
#include "rill/testing/manual_clock.h"

// A partition's log with everything that it needs around it, and short ways to fill and read it.
namespace rill::log {

struct Seen {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  std::string key;
  std::string value;
  friend bool operator==(const Seen&, const Seen&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << seen.offset << "@" << seen.timestamp_ms << " " << seen.key << "="
             << seen.value.substr(0, 40);
}

inline std::vector<Seen> ToSeen(const Records& records) {
  std::vector<Seen> seen;
  for (const Record& record : records) {
    seen.push_back({record.offset(), record.timestamp_ms(), std::string(record.key()),
                    std::string(record.value())});
  }
  return seen;
}

inline std::string SealedBatch(std::span<const RecordData> records,
                               const BatchOptions& options = {}) {
  BatchBuilder builder(options);
  for (const RecordData& record : records) {
    if (!builder.Append(record).ok()) std::abort();
  }
  return std::string(builder.Seal().value());
}

// `count` records "<prefix>0", "<prefix>1", ... of one time.
inline std::string NumberedBatch(int count, std::int64_t timestamp_ms,
                                 const std::string& prefix = "v",
                                 const BatchOptions& options = {}) {
  std::vector<std::string> values;
  for (int i = 0; i < count; ++i) values.push_back(prefix + std::to_string(i));
  std::vector<RecordData> records;
  for (const std::string& value : values) {
    records.push_back({.key = "k", .value = value, .timestamp_ms = timestamp_ms});
  }
  return SealedBatch(records, options);
}

inline std::uint64_t SeedOfTest() {
  const char* given = std::getenv("RILL_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "RILL_SEED=" << seed << std::endl;
  return seed;
}

class LogUnderTest {
 public:
  explicit LogUnderTest(io::FileSystem& files, std::string directory = "/data/orders-0")
      : files_(&files), directory_(std::move(directory)) {
    // Small segments and dense indexes, so that few records reach every corner.
    config.segment_bytes = 1000;
    config.index_interval_bytes = 100;
    config.retention_ms = -1;
  }

  LogConfig config;
  LogCheckpoint checkpoint;
  testing::ManualClock clock;
  std::shared_ptr<base::Budget> buffers =
      std::make_shared<base::Budget>("Options::max_buffer_bytes", std::uint64_t{64} << 20);

  absl::Status TryOpen() {
    LogEnvironment environment;
    environment.files = files_;
    environment.clock = &clock;
    environment.buffers = buffers;
    environment.sink = [this](LogLevel, std::string_view line) {
      std::lock_guard lock(mutex_);
      lines_ += std::string(line) + "\n";
    };
    auto log = PartitionLog::Open(environment, directory_, {"orders", 0}, config, checkpoint);
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
    return absl::OkStatus();
  }
  void Open() {
    const absl::Status status = TryOpen();
    INFO(status.ToString());
    REQUIRE(status.ok());
  }
  // What the checkpoints of a data folder would say now.
  void Checkpoint(bool clean_shutdown) {
    checkpoint = {clean_shutdown, log_->recovery_point(), log_->log_start_offset(),
                  log_->high_watermark(), log_->first_dirty_offset()};
  }
  void Close() {
    const absl::Status status = log_->Close();
    INFO(status.ToString());
    REQUIRE(status.ok());
    Checkpoint(true);
  }
  // Leaves the files as they stand, as a killed process does.
  void Kill() {
    Checkpoint(false);
    log_->Abandon(absl::CancelledError("killed"));
  }
  void ReopenAfterClose() {
    Close();
    Open();
  }
  void ReopenAfterKill() {
    Kill();
    Open();
  }

  PartitionLog* operator->() { return log_.get(); }
  PartitionLog& operator*() { return *log_; }
  std::shared_ptr<PartitionLog> share() { return log_; }
  io::FileSystem& files() { return *files_; }
  const std::string& directory() const { return directory_; }
  std::int64_t now_ms() { return absl::ToUnixMillis(clock.Now()); }
  std::string lines() {
    std::lock_guard lock(mutex_);
    return lines_;
  }

  std::int64_t AppendValue(std::string_view value, std::int64_t timestamp_ms = kNoTimestamp,
                           std::string_view key = "k") {
    auto result = log_->AppendRecord({.key = key, .value = value, .timestamp_ms = timestamp_ms});
    INFO(result.status().ToString());
    REQUIRE(result.ok());
    REQUIRE(result->base_offset == result->last_offset);
    return result->base_offset;
  }
  AppendResult AppendBatch(const std::string& batch, BatchOrigin origin = BatchOrigin::kValidate) {
    auto result = log_->Append(batch, origin);
    INFO(result.status().ToString());
    REQUIRE(result.ok());
    return *result;
  }
  Records Read(std::int64_t offset, const ReadOptions& options = {}) {
    auto records = log_->Read(offset, options);
    INFO(records.status().ToString());
    REQUIRE(records.ok());
    return *std::move(records);
  }
  std::vector<Seen> ReadAll(std::int64_t from, const ReadOptions& options = {}) {
    std::vector<Seen> all;
    for (std::int64_t at = from; at < log_->high_watermark();) {
      const Records records = Read(at, options);
      for (Seen& seen : ToSeen(records)) all.push_back(std::move(seen));
      REQUIRE(records.ranges().size() == 1);
      REQUIRE(records.ranges()[0].first_offset == at);
      REQUIRE(records.ranges()[0].next_offset > at);
      at = records.ranges()[0].next_offset;
    }
    return all;
  }

  // Names of the files of the log's folder that end with `suffix`.
  std::vector<std::string> FilesEnding(std::string_view suffix) {
    std::vector<std::string> names;
    const auto entries = files_->List(directory_);
    REQUIRE(entries.ok());
    for (const io::DirectoryEntry& entry : *entries) {
      if (entry.name.ends_with(suffix)) names.push_back(entry.name);
    }
    return names;
  }
  std::string Contents(const std::string& name) {
    auto file = files_->Open(directory_ + "/" + name, io::OpenMode::kRead).value();
    std::string bytes(file->Size().value(), '\0');
    REQUIRE(file->ReadAt(0, bytes.data(), bytes.size()).value() == bytes.size());
    return bytes;
  }
  void Put(const std::string& name, std::string_view bytes) {
    REQUIRE(files_->CreateDirectories(directory_).ok());
    auto file = files_->Open(directory_ + "/" + name, io::OpenMode::kCreate).value();
    REQUIRE(file->Truncate(0).ok());
    REQUIRE(file->WriteAt(0, bytes).ok());
  }

 private:
  io::FileSystem* const files_;
  const std::string directory_;
  std::mutex mutex_;
  std::string lines_;
  std::shared_ptr<PartitionLog> log_;
};

// Nobody appends for so long that the log lets go of what only appends need.
inline void GoToRest(LogUnderTest& log) {
  for (int i = 0; i < 2; ++i) {
    log.clock.Advance(absl::Seconds(61));
    log->Maintain(log.clock.Now());
  }
}

inline bool Contains(const absl::Status& status, std::string_view words) {
  return std::string(status.message()).find(words) != std::string::npos;
}

}  // namespace rill::log

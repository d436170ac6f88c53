#include "log/batch_policy.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "record/batch_walker.h"
#include "record/codec.h"
#include "record/layout.h"
#include "record/rebuild.h"
#include "record/record_fields.h"
#include "record/rewrite.h"
#include "rill/error.h"

namespace rill::log {
namespace {

// Exact for any two times.
std::uint64_t Difference(std::int64_t later_ms, std::int64_t earlier_ms) {
  return static_cast<std::uint64_t>(later_ms) - static_cast<std::uint64_t>(earlier_ms);
}

absl::Status BadTimestamp(std::int64_t timestamp_ms, std::int64_t now_ms, const char* limit,
                          std::int64_t max_ms) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidTimestamp,
      fmt::format("timestamp {} is {} ms {} the present, {}; {} allows {} ms", timestamp_ms,
                  timestamp_ms > now_ms ? Difference(timestamp_ms, now_ms)
                                        : Difference(now_ms, timestamp_ms),
                  timestamp_ms > now_ms ? "after" : "before", now_ms, limit, max_ms));
}

absl::Status MissingKey() {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                   "a record without a key cannot go into a compacted topic (cleanup.policy)");
}

absl::Status Invalid(const absl::Status& why) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                   std::string(why.message()));
}

bool IsOldMagic(std::string_view bytes) {
  return bytes.size() > record::kMagicAt &&
         (bytes[record::kMagicAt] == 0 || bytes[record::kMagicAt] == 1);
}

absl::Status CheckKeyAndTime(const RecordView& record, const LogConfig& config,
                             std::int64_t now_ms) {
  if (config.cleanup_compact && IsNull(record.key())) return MissingKey();
  if (config.message_timestamp_type != TimestampType::kCreateTime) return absl::OkStatus();
  return CheckTimestamp(record.timestamp_ms(), config, now_ms);
}

bool LimitsSizes(const LogConfig& config) {
  return config.max_decompressed_message_bytes < kMaxDecompressedMessageBytes;
}

absl::Status TooLarge(std::size_t size, const LogConfig& config) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                   fmt::format("a record has {} bytes uncompressed; "
                               "max.decompressed.message.bytes allows {}",
                               size, config.max_decompressed_message_bytes));
}

}  // namespace

absl::Status CheckYoungest(std::int64_t max_timestamp_ms, const LogConfig& config,
                           std::int64_t now_ms) {
  if (max_timestamp_ms <= now_ms) return absl::OkStatus();
  if (Difference(max_timestamp_ms, now_ms) <=
      static_cast<std::uint64_t>(config.message_timestamp_after_max_ms)) {
    return absl::OkStatus();
  }
  return BadTimestamp(max_timestamp_ms, now_ms, "message.timestamp.after.max.ms",
                      config.message_timestamp_after_max_ms);
}

absl::Status CheckTimestamp(std::int64_t timestamp_ms, const LogConfig& config,
                            std::int64_t now_ms) {
  if (timestamp_ms < now_ms && timestamp_ms != kNoTimestamp &&
      Difference(now_ms, timestamp_ms) >
          static_cast<std::uint64_t>(config.message_timestamp_before_max_ms)) {
    return BadTimestamp(timestamp_ms, now_ms, "message.timestamp.before.max.ms",
                        config.message_timestamp_before_max_ms);
  }
  return CheckYoungest(timestamp_ms, config, now_ms);
}

absl::Status CheckShape(const RecordData& record, const LogConfig& config) {
  if (config.cleanup_compact && IsNull(record.key)) return MissingKey();
  if (record::HasNullName(record.headers)) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                     "a record header has a null name: give it a name, which may be empty");
  }
  return absl::OkStatus();
}

absl::Status UnsoundBatch(std::string_view bytes, const absl::Status& why) {
  if (absl::IsOutOfRange(why) || IsOldMagic(bytes)) return Invalid(why);
  const BatchView batch(bytes.data());
  constexpr std::int32_t kShortest = kBatchHeaderSize - kLogOverhead;
  if (batch.batch_length() < kShortest || batch.magic() != record::kMagic) return why;
  if (auto crc = CheckCrc(batch); !crc.ok()) return crc;
  return Invalid(why);
}

absl::Status UnsoundRecords(BatchView batch, bool has_records, const absl::Status& why) {
  if (GetErrorCode(why) != ErrorCode::kCorruptMessage || !has_records) return why;
  return CheckCrc(batch).ok() ? Invalid(why) : why;
}

std::vector<RefusedRecord> FindRefusedRecords(BatchView batch, const LogConfig& config,
                                              std::int64_t now_ms, std::size_t max_size,
                                              std::size_t most) {
  std::vector<RefusedRecord> refused;
  if (batch.is_control()) return refused;
  record::Codec codec;
  base::Buffer scratch;
  const auto records = record::UncompressedRecords(batch, codec, scratch, max_size);
  if (!records.ok()) return refused;
  record::BatchWalker walker(batch, *records);
  for (std::int32_t index = 0; refused.size() < most && walker.Next(); ++index) {
    auto status = CheckKeyAndTime(walker.record(), config, now_ms);
    if (!status.ok()) refused.push_back({index, std::move(status)});
  }
  return refused;
}

absl::StatusOr<BatchView> WithOwnTimestamps(BatchView batch, std::size_t max_size,
                                            std::string& storage) {
  storage.assign(batch.bytes());
  record::SetCreateTime(storage.data(), storage.size(), batch.max_timestamp_ms());
  const BatchView own(storage.data());
  record::Codec codec;
  base::Buffer scratch;
  auto records = record::UncompressedRecords(own, codec, scratch, max_size);
  if (!records.ok()) return records.status();
  record::BatchWalker walker(own, *records);
  std::int64_t youngest_ms = kNoTimestamp;
  while (walker.Next()) youngest_ms = std::max(youngest_ms, walker.record().timestamp_ms());
  if (!walker.status().ok()) return walker.status();
  record::SetCreateTime(storage.data(), storage.size(), youngest_ms);
  return own;
}

bool InspectsBatches(const LogConfig& config) {
  return config.recompress || config.cleanup_compact ||
         config.message_timestamp_before_max_ms != INT64_MAX || LimitsSizes(config);
}

absl::Status CheckRecords(BatchView batch, const LogConfig& config, std::int64_t now_ms,
                          std::size_t max_size) {
  const bool check_times = config.message_timestamp_before_max_ms != INT64_MAX &&
                           config.message_timestamp_type == TimestampType::kCreateTime;
  const bool check_sizes = LimitsSizes(config) && batch.compression() != Compression::kNone;
  if (batch.is_control() || !(config.cleanup_compact || check_times || check_sizes)) {
    return absl::OkStatus();
  }
  record::Codec codec;
  base::Buffer scratch;
  auto records = record::UncompressedRecords(batch, codec, scratch, max_size);
  if (!records.ok()) return records.status();
  record::BatchWalker walker(batch, *records);
  const std::size_t most = static_cast<std::size_t>(config.max_decompressed_message_bytes);
  for (std::size_t at = 0; walker.Next();) {
    const std::size_t size = walker.position() - at;
    at = walker.position();
    if (check_sizes && size > most) return TooLarge(size, config);
    if (config.cleanup_compact && IsNull(walker.record().key())) return MissingKey();
    if (!check_times) continue;
    auto status = CheckTimestamp(walker.record().timestamp_ms(), config, now_ms);
    if (!status.ok()) return status;
  }
  return walker.status();
}

absl::StatusOr<BatchView> ApplyCompression(BatchView batch, const LogConfig& config,
                                           std::size_t max_size, std::string& storage) {
  if (!config.recompress || batch.compression() == config.compression_type || batch.is_control()) {
    return batch;
  }
  record::Codec codec;
  base::Buffer scratch;
  auto records = record::UncompressedRecords(batch, codec, scratch, max_size);
  if (!records.ok()) return records.status();
  BatchOptions options = record::OptionsOf(batch);
  options.compression = config.compression_type;
  options.compression_level = config.compression_level;
  BatchBuilder builder(options);
  auto sealed = record::RebuildBatch(
      batch, *records, [](const RecordView&) { return true; }, builder);
  if (!sealed.ok()) return sealed.status();
  storage.assign(*sealed);
  return BatchView(storage.data());
}

}  // namespace rill::log

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/log_config.h"
#include "rill/record_batch.h"

// What a topic's configs demand of records that want in.
namespace rill::log {

// message.timestamp.{before,after}.max.ms. InvalidArgument (INVALID_TIMESTAMP).
absl::Status CheckTimestamp(std::int64_t timestamp_ms, const LogConfig& config,
                            std::int64_t now_ms);
// The same for the youngest record of a batch: only the limit to the future.
absl::Status CheckYoungest(std::int64_t max_timestamp_ms, const LogConfig& config,
                           std::int64_t now_ms);

// A record without a key in a compacted topic, a header with a null name: InvalidArgument
// (INVALID_RECORD).
absl::Status CheckShape(const RecordData& record, const LogConfig& config);

// What is wrong with the bytes that a producer sent, of which ParseBatch said `why`, or, with a
// batch of them, ValidateWithYoungest, which got at the records or did not (`has_records`). Where
// they are what the producer wrote it is InvalidArgument (INVALID_RECORD), for sending them again
// would not help; where they were damaged on their way, or inside of what is compressed, it stays
// DataLoss (CORRUPT_MESSAGE). Other errors stay what they are.
absl::Status UnsoundBatch(std::string_view bytes, const absl::Status& why);
absl::Status UnsoundRecords(BatchView batch, bool has_records, const absl::Status& why);

// A record of a batch, by its place there, and why it is not taken.
struct RefusedRecord {
  std::int32_t index = 0;
  absl::Status why;
};

// The records of a batch for which CheckRecords or CheckYoungest refuses it by their keys or
// timestamps, `most` at the most. None where they are compressed and take more than `max_size`
// bytes without; where they are damaged, those before.
std::vector<RefusedRecord> FindRefusedRecords(BatchView batch, const LogConfig& config,
                                              std::int64_t now_ms, std::size_t max_size,
                                              std::size_t most);

// Whether batches have to be looked into (CheckRecords, ApplyCompression) before they are appended.
bool InspectsBatches(const LogConfig& config);

// The batch in `storage`, as one whose records' own timestamps count, the youngest of which it
// tells: a producer may say otherwise of either, and logs are searched and deleted by it.
absl::StatusOr<BatchView> WithOwnTimestamps(BatchView batch, std::size_t max_size,
                                            std::string& storage);

// Every record of a sealed batch against the configs: keys, timestamps too old, and, where the
// batch is compressed, sizes (InvalidArgument, INVALID_RECORD). Records that take more than
// `max_size` bytes uncompressed are ResourceExhausted, here and below.
absl::Status CheckRecords(BatchView batch, const LogConfig& config, std::int64_t now_ms,
                          std::size_t max_size);

// The batch with the codec that compression.type names: `batch` itself when it has that already,
// else one rebuilt in `storage`.
absl::StatusOr<BatchView> ApplyCompression(BatchView batch, const LogConfig& config,
                                           std::size_t max_size, std::string& storage);

}  // namespace rill::log

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rill/export.h"
#include "rill/record.h"

namespace rill {

// How the records of a batch are compressed; the numbers are those of the batch's attributes.
enum class Compression : std::uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };

// Kafka's name of a codec: "none", "gzip", "snappy", "lz4", "zstd".
RILL_EXPORT const char* CompressionName(Compression compression);

inline constexpr std::size_t kBatchHeaderSize = 61;  // up to the first record
inline constexpr std::size_t kLogOverhead = 12;  // base offset and batch length, before the rest
inline constexpr std::int64_t kNoProducerId = -1;
inline constexpr std::int16_t kNoProducerEpoch = -1;
inline constexpr std::int32_t kNoSequence = -1;
inline constexpr std::int64_t kNoTimestamp = -1;

// The header of a RecordBatch of format 2, read in place.
// (https://kafka.apache.org/documentation/#recordbatch; docs/log-format.md draws it.)
//
// A view: it owns nothing, copies freely and is thread-safe. Every accessor reads within the first
// 61 bytes. Get one from ParseBatch, which has checked that the whole batch is there; only
// ValidateBatch says that its contents are sound.
class BatchView {
 public:
  explicit BatchView(const char* data) : data_(data) {}

  std::int64_t base_offset() const { return Load<std::int64_t>(0); }
  // Bytes after this field.
  std::int32_t batch_length() const { return Load<std::int32_t>(8); }
  std::int32_t partition_leader_epoch() const { return Load<std::int32_t>(12); }
  std::int8_t magic() const { return static_cast<std::int8_t>(data_[16]); }
  // CRC-32C of everything from the attributes on.
  std::uint32_t crc() const { return Load<std::uint32_t>(17); }
  std::int16_t attributes() const { return Load<std::int16_t>(21); }
  std::int32_t last_offset_delta() const { return Load<std::int32_t>(23); }
  // What the timestamp deltas of the records count from, always: the first record's timestamp when
  // the batch was built, or, where has_delete_horizon(), the delete horizon (KIP-534) that
  // compaction put in its place, counting the records' deltas anew from there.
  std::int64_t base_timestamp_ms() const { return Load<std::int64_t>(27); }
  std::int64_t max_timestamp_ms() const { return Load<std::int64_t>(35); }
  std::int64_t producer_id() const { return Load<std::int64_t>(43); }
  std::int16_t producer_epoch() const { return Load<std::int16_t>(51); }
  std::int32_t base_sequence() const { return Load<std::int32_t>(53); }
  std::int32_t record_count() const { return Load<std::int32_t>(57); }

  std::int64_t last_offset() const { return base_offset() + last_offset_delta(); }
  std::int64_t next_offset() const { return last_offset() + 1; }
  Compression compression() const { return static_cast<Compression>(attributes() & 7); }
  TimestampType timestamp_type() const {
    return (attributes() & 8) != 0 ? TimestampType::kLogAppendTime : TimestampType::kCreateTime;
  }
  bool is_transactional() const { return (attributes() & 16) != 0; }
  bool is_control() const { return (attributes() & 32) != 0; }
  bool has_delete_horizon() const { return (attributes() & 64) != 0; }
  bool has_producer_id() const { return producer_id() >= 0; }

  const char* data() const { return data_; }
  // Size of the whole batch, header included, in bytes.
  std::size_t size() const { return kLogOverhead + static_cast<std::size_t>(batch_length()); }
  std::string_view bytes() const { return {data_, size()}; }
  // What follows the header: the records, compressed as compression() says.
  std::string_view payload() const { return bytes().substr(kBatchHeaderSize); }

 private:
  template <typename T>
  T Load(std::size_t at) const {
    static_assert(std::endian::native == std::endian::little,
                  "rill runs on little-endian machines");
    T value;
    std::memcpy(&value, data_ + at, sizeof value);
    if constexpr (sizeof(T) == 8)
      return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
    if constexpr (sizeof(T) == 4)
      return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
    if constexpr (sizeof(T) == 2)
      return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  }
  const char* data_;
};

// The batch at the start of `bytes`, which may be followed by anything. Checks that the batch is
// there in full, that its magic is 2 and that its lengths and counts are possible; does not compute
// the CRC. Errors, each naming what was found:
//   OutOfRange (CORRUPT_MESSAGE)                      `bytes` ends before the batch does
//   Unimplemented (UNSUPPORTED_FOR_MESSAGE_FORMAT)    message format 0 or 1
//   DataLoss (CORRUPT_MESSAGE)                        anything else that cannot be a batch
RILL_EXPORT absl::StatusOr<BatchView> ParseBatch(std::string_view bytes);

// Whether the CRC matches: DataLoss (CORRUPT_MESSAGE) when it does not. What Kafka checks when it
// recovers a log. The base offset, length, leader epoch and magic are not under the CRC.
RILL_EXPORT absl::Status CheckCrc(BatchView batch);

// Whether the batch is sound: the CRC matches, the codec is known, the records decompress, there
// are as many as the header says, each parses and fills its place, offset deltas rise and none
// passes the last offset delta (compaction may have removed the last record, so it need not be
// reached), and (create time) no timestamp passes the maximum. Attribute bits without a meaning yet
// are ignored, as Kafka does. DataLoss (CORRUPT_MESSAGE) names the first thing that is wrong.
RILL_EXPORT absl::Status ValidateBatch(BatchView batch);

// A record to be written. Views: they must live until the call that takes the record returns.
struct RecordData {
  std::string_view key = {};
  std::string_view value = {};
  std::span<const Header> headers = {};
  std::int64_t timestamp_ms = kNoTimestamp;
};

// What a batch says about itself beside its records.
struct BatchOptions {
  Compression compression = Compression::kNone;
  // The codec's own level, as Kafka's configs take them: gzip -1 and 1 to 9, lz4 1 to 17, zstd
  // -131072 to 22. 0 takes Kafka's default for the codec.
  int compression_level = 0;
  std::int64_t base_offset = 0;
  std::int32_t partition_leader_epoch = -1;
  TimestampType timestamp_type = TimestampType::kCreateTime;
  // With kLogAppendTime, the time that every record of the batch shows.
  std::int64_t log_append_time_ms = kNoTimestamp;
  // For compaction: until when tombstones and transaction markers of the batch are kept (KIP-534).
  std::int64_t delete_horizon_ms = kNoTimestamp;
  std::int64_t producer_id = kNoProducerId;
  std::int16_t producer_epoch = kNoProducerEpoch;
  std::int32_t base_sequence = kNoSequence;
  bool is_transactional = false;
  bool is_control = false;
};

// Builds one RecordBatch of format 2. Append records, Seal, use the bytes, Clear to begin the next
// in the same memory. Not thread-safe; owns its buffer; allocates only when the buffer has to grow.
class RILL_EXPORT BatchBuilder {
 public:
  explicit BatchBuilder(const BatchOptions& options = {});
  ~BatchBuilder();
  BatchBuilder(BatchBuilder&&) noexcept;
  BatchBuilder& operator=(BatchBuilder&&) noexcept;

  // Adds a record at the next offset. InvalidArgument (INVALID_RECORD) for a header with a null
  // name; ResourceExhausted (RECORD_LIST_TOO_LARGE) when the batch would pass 2^31-1 bytes, in
  // which case the record was not added and the batch is as before.
  absl::Status Append(const RecordData& record);

  // Adds a record whose offset is `offset_delta` past the base offset: for rewriting batches with
  // holes. InvalidArgument when it is not above the previous one.
  absl::Status AppendAt(std::int32_t offset_delta, const RecordData& record);

  // Makes room for a record with a value of `value_size` bytes and returns where to write them;
  // the pointer is valid until the next call of any other method. Errors as for Append.
  absl::StatusOr<char*> AppendInPlace(std::string_view key, std::size_t value_size,
                                      std::span<const Header> headers, std::int64_t timestamp_ms);

  // Says whose batch it is, for Seals from now on until Clear with options.
  void SetProducer(std::int64_t id, std::int16_t epoch, std::int32_t base_sequence);

  // Completes the batch: compresses, fills the header in and computes the CRC. The bytes belong to
  // the builder and are valid until Clear, Append or destruction. Appending may go on behind it,
  // and the next Seal holds all. An empty batch (no record) is FailedPrecondition; InvalidArgument
  // (INVALID_CONFIG) a level that the codec does not have; ResourceExhausted when memory for the
  // compressed batch is refused; Internal when a codec fails.
  absl::StatusOr<std::string_view> Seal();

  // Begins an empty batch, keeping the buffer. With `options`, those hold from now on.
  void Clear();
  void Clear(const BatchOptions& options);

  int record_count() const;
  // Size of the batch so far, before compression, header included.
  std::size_t size() const;
  // Largest timestamp so far, kNoTimestamp when there is none.
  std::int64_t max_timestamp_ms() const;

 private:
  struct Impl;
  Impl* impl_;
};

// Upper bound of what a record adds to a batch, in bytes before compression.
RILL_EXPORT std::size_t MaxRecordSize(const RecordData& record);

}  // namespace rill

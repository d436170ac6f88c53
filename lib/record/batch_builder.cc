#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/varint.h"
#include "record/codec.h"
#include "record/layout.h"
#include "record/record_fields.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill {
namespace {

using record::HasNullName;
using record::RecordShape;
using record::SizeOrNull;

constexpr std::size_t kMaxBatchSize = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kFirstCapacity = 1024;

// Differences of timestamps wrap, as Java's do, and so does adding them back.
std::int64_t Difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

struct BatchBuilder::Impl {
  explicit Impl(const BatchOptions& o) : options(o) { Clear(); }

  void Clear();
  // Writes all of a record but its value, and returns where that goes; nullptr with `error` set
  // when the record cannot be added, and then nothing has changed. Inlined, for passing the shape
  // on copies views that were stored a moment ago, and waiting for those stores doubles an append.
  [[gnu::always_inline]] char* Add(RecordShape shape, std::int64_t timestamp_ms,
                                   absl::Status& error);
  absl::Status Refuse(const RecordShape& shape, std::size_t record_size) const;
  absl::Status AddWhole(std::int64_t offset_delta, const RecordData& record);
  std::int64_t NextDelta() const { return std::int64_t{last_offset_delta} + 1; }
  std::int16_t Attributes() const;
  void WriteHeader(char* batch, std::size_t size) const;
  absl::StatusOr<std::string_view> SealCompressed();

  BatchOptions options;
  base::Buffer buffer;  // room for the header, then the records
  base::Buffer sealed;  // the compressed batch, where there is compression
  record::Codec codec;
  std::int32_t record_count;
  std::int32_t last_offset_delta;
  std::int64_t base_timestamp_ms;
  std::int64_t max_timestamp_ms;
};

void BatchBuilder::Impl::Clear() {
  buffer.Clear();
  record_count = 0;
  last_offset_delta = -1;
  base_timestamp_ms = options.delete_horizon_ms;
  max_timestamp_ms = kNoTimestamp;
}

inline char* BatchBuilder::Impl::Add(RecordShape shape, std::int64_t timestamp_ms,
                                     absl::Status& error) {
  if (record_count == 0 && options.delete_horizon_ms == kNoTimestamp) {
    base_timestamp_ms = timestamp_ms;
  }
  shape.timestamp_delta = Difference(timestamp_ms, base_timestamp_ms);
  const std::size_t body_size = shape.BodySize();
  const std::size_t record_size = RecordShape::WholeSize(body_size);
  const std::size_t begin = std::max(buffer.size(), kBatchHeaderSize);
  const std::size_t end = begin + record_size;
  if (end > kMaxBatchSize || shape.offset_delta > std::numeric_limits<std::int32_t>::max() ||
      HasNullName(shape.headers) ||
      (end > buffer.capacity() && !buffer.Reserve(std::max(end, kFirstCapacity)))) [[unlikely]] {
    error = Refuse(shape, record_size);
    return nullptr;
  }
  char* const value = shape.Write(buffer.data() + begin, body_size);
  buffer.Resize(end);
  ++record_count;
  last_offset_delta = static_cast<std::int32_t>(shape.offset_delta);
  max_timestamp_ms = std::max(max_timestamp_ms, timestamp_ms);
  return value;
}

absl::Status BatchBuilder::Impl::Refuse(const RecordShape& shape, std::size_t record_size) const {
  if (HasNullName(shape.headers)) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                     "a record header has a null name: give it a name, which may be empty");
  }
  return MakeError(
      absl::StatusCode::kResourceExhausted, ErrorCode::kRecordListTooLarge,
      fmt::format(
          "a record of {} bytes at offset delta {} does not fit behind a batch of {} bytes: "
          "a batch ends at {} bytes and needs memory for all of them; seal this one first",
          record_size, shape.offset_delta, buffer.size(), kMaxBatchSize));
}

absl::Status BatchBuilder::Impl::AddWhole(std::int64_t offset_delta, const RecordData& record) {
  absl::Status error;
  char* const value = Add({.offset_delta = offset_delta,
                           .key = record.key,
                           .value_size = SizeOrNull(record.value),
                           .headers = record.headers},
                          record.timestamp_ms, error);
  if (value != nullptr && !record.value.empty()) {
    std::memcpy(value, record.value.data(), record.value.size());
  }
  return error;
}

std::int16_t BatchBuilder::Impl::Attributes() const {
  int attributes = static_cast<int>(options.compression);
  if (options.timestamp_type == TimestampType::kLogAppendTime) {
    attributes |= record::kLogAppendTimeBit;
  }
  if (options.is_transactional) attributes |= record::kTransactionalBit;
  if (options.is_control) attributes |= record::kControlBit;
  if (options.delete_horizon_ms != kNoTimestamp) attributes |= record::kDeleteHorizonBit;
  return static_cast<std::int16_t>(attributes);
}

void BatchBuilder::Impl::WriteHeader(char* batch, std::size_t size) const {
  const std::int64_t shown_max = options.timestamp_type == TimestampType::kLogAppendTime
                                     ? options.log_append_time_ms
                                     : max_timestamp_ms;
  char* p = base::StoreBigEndian(batch, options.base_offset);
  p = base::StoreBigEndian(p, static_cast<std::int32_t>(size - kLogOverhead));
  p = base::StoreBigEndian(p, options.partition_leader_epoch);
  p = base::StoreBigEndian(p, record::kMagic);
  p = base::StoreBigEndian(p, std::uint32_t{0});  // the CRC, below
  p = base::StoreBigEndian(p, Attributes());
  p = base::StoreBigEndian(p, last_offset_delta);
  p = base::StoreBigEndian(p, base_timestamp_ms);
  p = base::StoreBigEndian(p, shown_max);
  p = base::StoreBigEndian(p, options.producer_id);
  p = base::StoreBigEndian(p, options.producer_epoch);
  p = base::StoreBigEndian(p, options.base_sequence);
  base::StoreBigEndian(p, record_count);
  const std::string_view covered(batch + record::kAttributesAt, size - record::kAttributesAt);
  base::StoreBigEndian(batch + record::kCrcAt, base::Crc32c(covered));
}

absl::StatusOr<std::string_view> BatchBuilder::Impl::SealCompressed() {
  sealed.Clear();
  if (!sealed.Reserve(kBatchHeaderSize)) return absl::ResourceExhaustedError("no memory");
  sealed.Resize(kBatchHeaderSize);
  absl::Status status = codec.Compress(options.compression, options.compression_level,
                                       buffer.view().substr(kBatchHeaderSize), sealed);
  if (!status.ok()) return status;
  if (sealed.size() > kMaxBatchSize) {
    return MakeError(absl::StatusCode::kResourceExhausted, ErrorCode::kRecordListTooLarge,
                     fmt::format("the batch takes {} bytes compressed, {} are the most",
                                 sealed.size(), kMaxBatchSize));
  }
  WriteHeader(sealed.data(), sealed.size());
  return sealed.view();
}

BatchBuilder::BatchBuilder(const BatchOptions& options) : impl_(new Impl(options)) {}
BatchBuilder::~BatchBuilder() { delete impl_; }
BatchBuilder::BatchBuilder(BatchBuilder&& other) noexcept
    : impl_(std::exchange(other.impl_, nullptr)) {}
BatchBuilder& BatchBuilder::operator=(BatchBuilder&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

absl::Status BatchBuilder::Append(const RecordData& record) {
  return impl_->AddWhole(impl_->NextDelta(), record);
}

absl::Status BatchBuilder::AppendAt(std::int32_t offset_delta, const RecordData& record) {
  if (offset_delta < impl_->NextDelta()) {
    return MakeError(absl::StatusCode::kInvalidArgument, ErrorCode::kInvalidRecord,
                     fmt::format("offset delta {} is not above the batch's last one, {}",
                                 offset_delta, impl_->last_offset_delta));
  }
  return impl_->AddWhole(offset_delta, record);
}

absl::StatusOr<char*> BatchBuilder::AppendInPlace(std::string_view key, std::size_t value_size,
                                                  std::span<const Header> headers,
                                                  std::int64_t timestamp_ms) {
  // Beyond any batch, but small enough to add to.
  const std::size_t size = std::min(value_size, kMaxBatchSize);
  absl::Status error;
  char* const value = impl_->Add({.offset_delta = impl_->NextDelta(),
                                  .key = key,
                                  .value_size = static_cast<std::int64_t>(size),
                                  .headers = headers},
                                 timestamp_ms, error);
  if (value == nullptr) return error;
  return value;
}

void BatchBuilder::SetProducer(std::int64_t id, std::int16_t epoch, std::int32_t base_sequence) {
  impl_->options.producer_id = id;
  impl_->options.producer_epoch = epoch;
  impl_->options.base_sequence = base_sequence;
}

absl::StatusOr<std::string_view> BatchBuilder::Seal() {
  if (impl_->record_count == 0) {
    return absl::FailedPreconditionError("a record batch without records cannot be sealed");
  }
  if (impl_->options.compression != Compression::kNone) return impl_->SealCompressed();
  impl_->WriteHeader(impl_->buffer.data(), impl_->buffer.size());
  return impl_->buffer.view();
}

void BatchBuilder::Clear() { impl_->Clear(); }

void BatchBuilder::Clear(const BatchOptions& options) {
  impl_->options = options;
  impl_->Clear();
}

int BatchBuilder::record_count() const { return impl_->record_count; }
std::size_t BatchBuilder::size() const { return std::max(impl_->buffer.size(), kBatchHeaderSize); }
std::int64_t BatchBuilder::max_timestamp_ms() const { return impl_->max_timestamp_ms; }

std::size_t MaxRecordSize(const RecordData& record) {
  std::size_t size = 1 + 6 * base::kMaxVarintSize;
  const auto add = [&size](std::size_t more) { size += std::min(more, SIZE_MAX - size); };
  add(record.key.size());
  add(record.value.size());
  for (const Header& header : record.headers) {
    add(2 * base::kMaxVarintSize);
    add(header.name.size());
    add(header.value.size());
  }
  return size;
}

}  // namespace rill

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/varint.h"
#include "record/layout.h"
#include "rill/error.h"
#include "rill/record_batch.h"

namespace rill {
namespace {

using base::VarintSize;
using base::WriteVarint;

constexpr std::size_t kMaxBatchSize = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t kFirstCapacity = 1024;

// A record whose value is yet to be written; a value size of -1 is a null.
struct Shape {
  std::int64_t offset_delta;
  std::string_view key;
  std::int64_t value_size;
  std::span<const Header> headers;
  std::int64_t timestamp_ms;
};

std::int64_t SizeOrNull(std::string_view bytes) {
  return IsNull(bytes) ? -1 : static_cast<std::int64_t>(bytes.size());
}

// Bytes that a field of `size` (-1: null) takes behind its length.
std::size_t FieldSize(std::int64_t size) {
  return VarintSize(size) + static_cast<std::size_t>(std::max<std::int64_t>(size, 0));
}

char* WriteField(char* p, std::string_view bytes) {
  p = WriteVarint(p, SizeOrNull(bytes));
  if (bytes.empty()) return p;  // memcpy takes no null pointer
  std::memcpy(p, bytes.data(), bytes.size());
  return p + bytes.size();
}

std::size_t HeadersSize(std::span<const Header> headers) {
  std::size_t size = VarintSize(static_cast<std::int64_t>(headers.size()));
  for (const Header& header : headers) {
    size += FieldSize(SizeOrNull(header.name)) + FieldSize(SizeOrNull(header.value));
  }
  return size;
}

char* WriteHeaders(char* p, std::span<const Header> headers) {
  p = WriteVarint(p, static_cast<std::int64_t>(headers.size()));
  for (const Header& header : headers) {
    p = WriteField(p, header.name);
    p = WriteField(p, header.value);
  }
  return p;
}

// Differences of timestamps wrap, as Java's do, and so does adding them back.
std::int64_t Difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

bool HasNullName(std::span<const Header> headers) {
  return std::any_of(headers.begin(), headers.end(),
                     [](const Header& header) { return IsNull(header.name); });
}

}  // namespace

struct BatchBuilder::Impl {
  explicit Impl(const BatchOptions& o) : options(o) { Clear(); }

  void Clear();
  // Writes all of a record but its value, and returns where that goes; nullptr with `error` set
  // when the record cannot be added, and then nothing has changed.
  char* Add(const Shape& shape, absl::Status& error);
  absl::Status Refuse(const Shape& shape, std::size_t record_size) const;
  absl::Status AddWhole(std::int64_t offset_delta, const RecordData& record);
  std::int64_t NextDelta() const { return std::int64_t{last_offset_delta} + 1; }
  std::int16_t Attributes() const;
  void WriteHeader(char* batch, std::size_t size) const;

  BatchOptions options;
  base::Buffer buffer;  // room for the header, then the records
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

char* BatchBuilder::Impl::Add(const Shape& shape, absl::Status& error) {
  if (record_count == 0 && options.delete_horizon_ms == kNoTimestamp) {
    base_timestamp_ms = shape.timestamp_ms;
  }
  const std::int64_t timestamp_delta = Difference(shape.timestamp_ms, base_timestamp_ms);
  const std::size_t body = 1 + VarintSize(timestamp_delta) + VarintSize(shape.offset_delta) +
                           FieldSize(SizeOrNull(shape.key)) + FieldSize(shape.value_size) +
                           HeadersSize(shape.headers);
  const std::size_t record_size = VarintSize(static_cast<std::int64_t>(body)) + body;
  const std::size_t begin = std::max(buffer.size(), kBatchHeaderSize);
  const std::size_t end = begin + record_size;
  if (end > kMaxBatchSize || shape.offset_delta > std::numeric_limits<std::int32_t>::max() ||
      HasNullName(shape.headers) ||
      (end > buffer.capacity() && !buffer.Reserve(std::max(end, kFirstCapacity)))) [[unlikely]] {
    error = Refuse(shape, record_size);
    return nullptr;
  }
  char* p = WriteVarint(buffer.data() + begin, static_cast<std::int64_t>(body));
  *p++ = 0;  // attributes: no bit of it is in use
  p = WriteVarint(p, timestamp_delta);
  p = WriteVarint(p, shape.offset_delta);
  p = WriteField(p, shape.key);
  char* const value = WriteVarint(p, shape.value_size);
  WriteHeaders(value + std::max<std::int64_t>(shape.value_size, 0), shape.headers);
  buffer.Resize(end);
  ++record_count;
  last_offset_delta = static_cast<std::int32_t>(shape.offset_delta);
  max_timestamp_ms = std::max(max_timestamp_ms, shape.timestamp_ms);
  return value;
}

absl::Status BatchBuilder::Impl::Refuse(const Shape& shape, std::size_t record_size) const {
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
  char* value = Add(Shape{offset_delta, record.key, SizeOrNull(record.value), record.headers,
                          record.timestamp_ms},
                    error);
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
  char* value = impl_->Add(
      Shape{impl_->NextDelta(), key, static_cast<std::int64_t>(size), headers, timestamp_ms},
      error);
  if (value == nullptr) return error;
  return value;
}

absl::StatusOr<std::string_view> BatchBuilder::Seal() {
  if (impl_->record_count == 0) {
    return absl::FailedPreconditionError("a record batch without records cannot be sealed");
  }
  if (impl_->options.compression != Compression::kNone) {
    return absl::InternalError("compression is not built in");
  }
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
  std::size_t size = 1 + 6 * base::kMaxVarintSize + record.key.size() + record.value.size();
  for (const Header& header : record.headers) {
    size += 2 * base::kMaxVarintSize + header.name.size() + header.value.size();
  }
  return size;
}

}  // namespace rill

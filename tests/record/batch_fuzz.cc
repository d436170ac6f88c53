#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/crc32c.h"
#include "record/batch_walker.h"
#include "record/control.h"
#include "record/layout.h"
#include "rill/record_batch.h"

// Arbitrary bytes as a record batch: parsed, checked, decompressed and walked. Nothing may be read
// outside of them, no claim of theirs may take memory, and what was found sound must walk to its
// end. ValidateBatch, which has a short way for the usual record, must find what a second reading
// finds that has none.

namespace rill::record {
namespace {

constexpr std::size_t kMaxRecords = std::size_t{1} << 20;

void Demand(bool holds) {
  if (!holds) std::abort();
}

// Reads a byte, so that a sanitizer sees where it stands.
void Touch(std::string_view bytes) {
  if (bytes.empty()) return;
  volatile char sink = bytes.front();
  sink = bytes.back();
  static_cast<void>(sink);
}

int Walk(BatchView batch, std::string_view records, bool& sound) {
  int count = 0;
  BatchWalker walker(batch, records);
  for (; walker.Next(); ++count) {
    const RecordView& record = walker.record();
    Touch(record.key());
    Touch(record.value());
    for (const Header& header : record.headers()) {
      Touch(header.name);
      Touch(header.value);
    }
    if (batch.is_control()) {
      static_cast<void>(DecodeControlKey(record.key()).ok());
      static_cast<void>(DecodeEndTxnMarker(record.value()).ok());
    }
  }
  sound = walker.status().ok();
  return count;
}

// Numbers and fields one behind the other, read as Kafka's description has them.
struct Reader {
  std::string_view left;
  bool ok = true;

  std::int64_t Number() {
    std::uint64_t raw = 0;
    for (int shift = 0; shift < 64 && !left.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(left.front());
      left.remove_prefix(1);
      raw |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<int>(raw & 1);
    }
    ok = false;
    return 0;
  }

  std::string_view Bytes(std::int64_t size) {
    ok = ok && size >= 0 && size <= static_cast<std::int64_t>(left.size());
    const std::string_view bytes = left.substr(0, ok ? static_cast<std::size_t>(size) : 0);
    left.remove_prefix(bytes.size());
    return bytes;
  }

  // Whether the field is a null.
  bool PassField() {
    const std::int64_t size = Number();
    if (size != -1) Bytes(size);
    return size == -1;
  }
};

struct Deltas {
  std::int64_t timestamp = 0;
  std::int64_t offset = 0;
};

// None when the bytes are not one whole record.
std::optional<Deltas> ReadRecord(std::string_view bytes) {
  Reader record{bytes};
  record.Bytes(1);  // attributes
  Deltas deltas;
  deltas.timestamp = record.Number();
  deltas.offset = record.Number();
  record.PassField();
  record.PassField();
  const std::int64_t headers = record.Number();
  if (headers < 0) return std::nullopt;
  for (std::int64_t i = 0; i < headers && record.ok; ++i) {
    if (record.PassField()) return std::nullopt;
    record.PassField();
  }
  return record.ok && record.left.empty() ? std::optional(deltas) : std::nullopt;
}

bool IsSound(BatchView batch, std::string_view records) {
  Reader reader{records};
  std::int64_t previous_offset = batch.base_offset() - 1;
  for (std::int32_t i = 0; i < batch.record_count(); ++i) {
    const std::int64_t length = reader.Number();
    const std::string_view bytes = reader.Bytes(length);
    const auto deltas = reader.ok ? ReadRecord(bytes) : std::nullopt;
    if (!deltas.has_value()) return false;
    const auto offset = record_internal::WrappingAdd(batch.base_offset(), deltas->offset);
    const auto timestamp =
        record_internal::WrappingAdd(batch.base_timestamp_ms(), deltas->timestamp);
    if (offset <= previous_offset || offset > batch.last_offset()) return false;
    if (batch.timestamp_type() == TimestampType::kCreateTime &&
        timestamp > batch.max_timestamp_ms()) {
      return false;
    }
    previous_offset = offset;
  }
  return reader.left.empty();
}

void Check(std::string_view bytes) {
  const auto batch = ParseBatch(bytes);
  if (!batch.ok()) return;
  Demand(batch->size() <= bytes.size());
  Demand(batch->next_offset() > batch->base_offset());
  Codec codec;
  base::Buffer scratch;
  const bool valid = ValidateBatch(*batch, codec, scratch, kMaxRecords).ok();
  const auto records = UncompressedRecords(*batch, codec, scratch, kMaxRecords);
  Demand(records.ok() || !valid);
  if (!records.ok()) return;
  Demand(valid == (CheckCrc(*batch).ok() && IsSound(*batch, *records)));
  bool sound = false;
  const int count = Walk(*batch, *records, sound);
  Demand(!valid || (sound && count == batch->record_count()));
}

void SetCrc(char* bytes, BatchView batch) {
  base::StoreBigEndian(bytes + kCrcAt, base::Crc32c(batch.bytes().substr(kAttributesAt)));
}

}  // namespace
}  // namespace rill::record

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace record = rill::record;
  // Of exactly this size; once more with the CRC right, for else nothing passes it; and once more
  // with all of the bytes as one batch, whatever was taken out of it or put in.
  const std::unique_ptr<char[]> bytes(new char[size]);
  if (size > 0) std::memcpy(bytes.get(), data, size);
  const std::string_view view(bytes.get(), size);
  record::Check(view);
  if (const auto batch = rill::ParseBatch(view); batch.ok()) {
    record::SetCrc(bytes.get(), *batch);
    record::Check(view);
  }
  if (size < rill::kBatchHeaderSize || size > std::size_t{1} << 30) return 0;
  rill::base::StoreBigEndian(bytes.get() + record::kBatchLengthAt,
                             static_cast<std::int32_t>(size - rill::kLogOverhead));
  if (const auto batch = rill::ParseBatch(view); batch.ok()) {
    record::SetCrc(bytes.get(), *batch);
    record::Check(view);
  }
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
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
// end.

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
  bool sound = false;
  const int count = Walk(*batch, *records, sound);
  Demand(!valid || (sound && count == batch->record_count()));
}

}  // namespace
}  // namespace rill::record

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Of exactly this size, and once more with the CRC right, for else nothing passes it.
  const std::unique_ptr<char[]> bytes(new char[size]);
  if (size > 0) std::memcpy(bytes.get(), data, size);
  const std::string_view view(bytes.get(), size);
  rill::record::Check(view);
  const auto batch = rill::ParseBatch(view);
  if (!batch.ok()) return 0;
  rill::base::StoreBigEndian(
      bytes.get() + rill::record::kCrcAt,
      rill::base::Crc32c(batch->bytes().substr(rill::record::kAttributesAt)));
  rill::record::Check(view);
  return 0;
}

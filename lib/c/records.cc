#include <iterator>
#include <vector>

#include "c/call.h"
#include "c/convert.h"
#include "c/handles.h"
#include "c/lists.h"

using rill::c::Call;
using rill::c::Cleared;
using rill::c::ShowBytes;

extern "C" {

size_t rill_records_next(rill_records* batch, rill_record* records, size_t capacity) {
  if (batch == nullptr || records == nullptr) return 0;
  std::size_t filled = 0;
  for (; filled < capacity && batch->next != std::default_sentinel; ++filled, ++batch->next) {
    const rill::Record& record = *batch->next;
    const rill::Headers headers = record.headers();
    records[filled] = {.topic = record.topic().c_str(),
                       .key = ShowBytes(record.key()),
                       .value = ShowBytes(record.value()),
                       .headers = ShowBytes(headers.bytes()),
                       .offset = record.offset(),
                       .timestamp_ms = record.timestamp_ms(),
                       .partition = record.partition(),
                       .header_count = headers.size()};
  }
  return filled;
}

void rill_records_rewind(rill_records* batch) {
  if (batch != nullptr) batch->next = batch->records.begin();
}

rill_status rill_records_check(const rill_records* batch, rill_error* error) {
  return Call(error, {{"batch", batch}}, [&] { return batch->records.Check(); });
}

size_t rill_records_stored_bytes(const rill_records* batch) {
  return batch != nullptr ? batch->records.stored_bytes() : 0;
}

rill_status rill_records_positions(const rill_records* batch, rill_partitions** out,
                                   rill_error* error) {
  return Call(error, {{"out", Cleared(out)}, {"batch", batch}}, [&] {
    rill::c::Partitions::Offsets positions;
    for (const rill::Records::Range& range : batch->records.ranges()) {
      positions[range.partition()] = {.offset = range.next_offset};
    }
    *out = new rill::c::Partitions(std::move(positions));
    return absl::OkStatus();
  });
}

void rill_records_free(rill_records* batch) { delete batch; }

size_t rill_record_headers(const rill_record* record, rill_header* headers, size_t capacity) {
  if (record == nullptr || headers == nullptr) return 0;
  const char* const begin = static_cast<const char*>(record->headers.data);
  std::size_t filled = 0;
  for (const rill::Header& header :
       rill::Headers(begin, begin + record->headers.size, record->header_count)) {
    if (filled == capacity) break;
    headers[filled++] = {.name = ShowBytes(header.name), .value = ShowBytes(header.value)};
  }
  return filled;
}

}  // extern "C"

#include "record/rebuild.h"

#include <cstdint>
#include <vector>

#include "record/batch_walker.h"

namespace rill::record {

absl::StatusOr<std::string_view> RebuildBatch(
    BatchView batch, std::string_view records,
    const std::function<bool(const RecordView& record)>& keeps, BatchBuilder& builder) {
  std::vector<Header> headers;
  BatchWalker walker(batch, records);
  while (walker.Next()) {
    const RecordView& record = walker.record();
    if (!keeps(record)) continue;
    headers.clear();
    for (const Header& header : record.headers()) headers.push_back(header);
    auto status = builder.AppendAt(static_cast<std::int32_t>(record.offset() - batch.base_offset()),
                                   {record.key(), record.value(), headers, record.timestamp_ms()});
    if (!status.ok()) return status;
  }
  if (auto status = walker.status(); !status.ok()) return status;
  return builder.Seal();
}

}  // namespace rill::record

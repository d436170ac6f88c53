#include "rill/batch_records.h"

#include "record/batch_walker.h"

namespace rill {

absl::Status ForEachRecord(BatchView batch,
                           const std::function<absl::Status(const RecordView& record)>& visit,
                           std::size_t max_size) {
  record::Codec codec;
  base::Buffer scratch;
  const auto records = record::UncompressedRecords(batch, codec, scratch, max_size);
  if (!records.ok()) return records.status();
  record::BatchWalker walker(batch, *records);
  while (walker.Next()) {
    if (auto visited = visit(walker.record()); !visited.ok()) return visited;
  }
  return walker.status();
}

}  // namespace rill

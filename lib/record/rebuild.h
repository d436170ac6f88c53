#pragma once

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "rill/record_batch.h"

namespace rill::record {

// Seals, with `builder`, a batch that was begun by what `batch` says (OptionsOf), of those of its
// `records`, uncompressed, that `keeps` takes, each under its offset. The bytes are the builder's.
absl::StatusOr<std::string_view> RebuildBatch(
    BatchView batch, std::string_view records,
    const std::function<bool(const RecordView& record)>& keeps, BatchBuilder& builder);

}  // namespace rill::record

#pragma once

#include <cstddef>
#include <functional>

#include "absl/status/status.h"
#include "rill/export.h"
#include "rill/record.h"
#include "rill/record_batch.h"

namespace rill {

// Calls `visit` with each record of a batch, decompressed, in order, until it returns a failure,
// which is returned. What a record shows is valid during the call. Offsets are the batch's own,
// which begin at 0 in one that a producer sends. The CRC is not looked at (ValidateBatch).
//   DataLoss (CORRUPT_MESSAGE)   the records are not sound, or not all there; `visit` has seen
//                                those before
//   ResourceExhausted            they take more than `max_size` bytes, or memory is refused
RILL_EXPORT absl::Status ForEachRecord(
    BatchView batch, const std::function<absl::Status(const RecordView& record)>& visit,
    std::size_t max_size = std::size_t{64} << 20);

}  // namespace rill

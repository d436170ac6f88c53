#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rill/error.h"
#include "rill/record_batch.h"

// How this floor words what is wrong with a batch.
namespace rill::record {

inline absl::Status Corrupt(const std::string& message) {
  return MakeError(absl::StatusCode::kDataLoss, ErrorCode::kCorruptMessage, message);
}

inline absl::Status CorruptBatch(BatchView batch, std::string_view what) {
  return Corrupt(fmt::format("record batch at offset {}: {}", batch.base_offset(), what));
}

// `status` with the batch's place before its message.
inline absl::Status InBatch(BatchView batch, const absl::Status& status) {
  return MakeError(status.code(), GetErrorCode(status),
                   fmt::format("record batch at offset {}: {}", batch.base_offset(),
                               std::string(status.message())));
}

}  // namespace rill::record

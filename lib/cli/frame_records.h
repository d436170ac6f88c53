#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "base/buffer.h"
#include "cli/message_decoder.h"
#include "cli/old_message.h"
#include "cli/segment_file.h"
#include "record/codec.h"
#include "rill/record.h"

namespace rill::cli {

// A record of a frame of any format.
struct FrameRecord {
  RecordContent content;
  std::int64_t timestamp_ms = kNoTimestamp;
  std::int32_t sequence = kNoSequence;  // format 2 only, as are headers
  Headers headers = {};
  const OldMessage* old = nullptr;  // formats 0 and 1: the message that the record is
};

// The size of a key or a value as Kafka's tools tell it: -1 for a null one.
std::int64_t FieldSize(std::string_view field);

// `sequence` and `increment` added as producers count: behind the largest int32 comes 0.
std::int32_t AddToSequence(std::int32_t sequence, std::int32_t increment);

// Walks the records of frames. Owns the memory into which they are decompressed. Not thread-safe.
class FrameRecords {
 public:
  // What the records of one frame may take, uncompressed.
  static constexpr std::size_t kMaxRecordsSize = SegmentFile::kMaxFrameSize;

  // Calls `visit` with each record of a frame that was read whole, until it returns an error. The
  // last record is shown only if the frame ends behind it, as Kafka's reader has it. DataLoss
  // (CORRUPT_MESSAGE) where a record is malformed; ResourceExhausted past kMaxRecordsSize.
  absl::Status ForEach(const Frame& frame,
                       const std::function<absl::Status(const FrameRecord&)>& visit);

 private:
  absl::Status ForEachOld(const Frame& frame,
                          const std::function<absl::Status(const FrameRecord&)>& visit);

  record::Codec codec_;
  base::Buffer scratch_;
};

}  // namespace rill::cli

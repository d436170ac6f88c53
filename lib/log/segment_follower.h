#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "io/file_system.h"
#include "log/segment.h"
#include "log/segment_scan.h"

namespace rill::log {

// What a SegmentWriter is in the process that writes a segment, for one that reads it meanwhile:
// moves the segment's end along its batches, as far as it is told that they reach. Used under its
// log's lock; readers of the segment do not wait for it.
//
// No byte behind the batches that it was told of is looked at: there the writer stores, and may cut
// the file. The file's size is asked for before its bytes are touched, for what it is told may be
// wrong.
class SegmentFollower {
 public:
  // Bytes between index entries, as Kafka has them: the index is for look-ups here, and never
  // becomes a file.
  static constexpr std::int64_t kIndexInterval = 4096;

  // Of a segment whose end is 0. Begins where the last entry of its index files leads, if it has
  // some that can be believed.
  SegmentFollower(io::FileSystem* files, std::shared_ptr<Segment> segment);

  const std::shared_ptr<Segment>& segment() const { return segment_; }
  std::int64_t next_offset() const { return next_offset_; }

  // Moves the segment's end to behind the batch that ends before `offset`. NotFound when the file
  // is gone; DataLoss where the batches do not lead there: then the segment's end is behind the
  // last that could be followed.
  absl::Status Follow(std::int64_t offset);

  // Takes mapping and index away from the segment, which others come for when they need them.
  void Release();

 private:
  absl::StatusOr<SegmentView> Map();
  void BeginBehindIndex(const SegmentView& view);
  absl::Status Walk(const SegmentView& view, std::int64_t offset);
  void Show(const SegmentView& view);

  io::FileSystem* const files_;
  const std::shared_ptr<Segment> segment_;
  std::shared_ptr<const io::Mapping> mapping_;
  bool has_begun_ = false;
  std::uint32_t position_ = 0;
  std::int64_t next_offset_;
  std::shared_ptr<GrowingIndex> index_;
  IndexBuilder builder_;
};

}  // namespace rill::log

#include "log/segment_groups.h"

#include <vector>

#include "catch.h"

namespace rill::log {
namespace {

constexpr std::uint64_t kGigabyte = std::uint64_t{1} << 30;

TEST_CASE("Segments are put together up to the size of one, and of its indexes, and no further") {
  std::vector<SegmentFacts> segments;
  for (std::int64_t i = 0; i < 6; ++i) {
    segments.push_back({.base_offset = 10 * i,
                        .size = 100,
                        .offset_index_size = 8,
                        .time_index_size = 12,
                        .records = 1});
  }
  CHECK(GroupSize(segments, 60, {.segment_bytes = 1000, .index_bytes = 1000}) == 6);
  CHECK(GroupSize(segments, 60, {.segment_bytes = 399, .index_bytes = 1000}) == 3);
  CHECK(GroupSize(segments, 60, {.segment_bytes = 1000, .index_bytes = 24}) == 2);
  CHECK(GroupSize(segments, 60, {.segment_bytes = 1, .index_bytes = 1}) == 1);
}

// A tombstone of seven bytes may have sixteen and more once it is to go at some time.
TEST_CASE("Tombstones that grow in a cleaning do not make a segment whose end cannot be told") {
  const GroupLimits limits{.segment_bytes = kMaxSegmentBytes, .index_bytes = kGigabyte};
  std::vector<SegmentFacts> segments;
  for (std::int64_t i = 0; i < 4; ++i) {
    segments.push_back({.base_offset = 1000 * i, .size = kMaxSegmentBytes / 4 - 100, .records = 1});
  }
  CHECK(GroupSize(segments, 4000, limits) == 4);
  for (SegmentFacts& segment : segments) segment.records = segment.size / 10;
  CHECK(GroupSize(segments, 4000, limits) == 2);
  for (SegmentFacts& segment : segments) segment.size = kMaxSegmentBytes - 1;
  CHECK(GroupSize(segments, 4000, limits) == 1);
}

}  // namespace
}  // namespace rill::log

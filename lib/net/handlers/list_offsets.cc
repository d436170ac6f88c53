// ListOffsets, versions 1 to 11.
//
// The first record at a time or later, and the places that times below 0 stand for: -1 the end, -2
// the start, -3 (version 7) the first record with the largest timestamp, -4 (8) the start of what
// is kept locally, which is the start, -5 (9) and -6 (11), of remote storage, which there is none
// of: -1. A place that the version does not know is answered with UNSUPPORTED_VERSION, as Kafka
// does. A partition that is asked for twice is INVALID_REQUEST, as with Kafka.
//
// Deviations: all records that are acknowledged are committed ones, so isolation changes nothing.
// The leader epoch is the log's, also of an offset that was written in an older one.
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "net/handlers.h"
#include "net/identity.h"
#include "net/place_of.h"

namespace rill::net {
namespace {

using Partition = wire::ListOffsetsResponse::Topic::Partition;

constexpr int kNotByThisVersion = INT32_MAX;
constexpr int kFirstWithLeaderEpoch = 4;
constexpr std::int32_t kNoEpoch = -1;

enum Place : std::int64_t {
  kLatest = -1,
  kEarliest = -2,
  kMaxTimestamp = -3,
  kEarliestLocal = -4,
  kLatestTiered = -5,
  kEarliestPendingUpload = -6,
};

// The first version that knows the place.
int FirstVersionOf(std::int64_t timestamp) {
  if (timestamp >= kEarliest) return 1;
  switch (timestamp) {
    case kMaxTimestamp:
      return 7;
    case kEarliestLocal:
      return 8;
    case kLatestTiered:
      return 9;
    case kEarliestPendingUpload:
      return 11;
    default:
      return kNotByThisVersion;
  }
}

absl::StatusOr<TimestampedOffset> Find(log::PartitionLog& log, std::int64_t timestamp) {
  switch (timestamp) {
    case kLatest:
      return TimestampedOffset{log.high_watermark(), kNoTimestamp};
    case kEarliest:
    case kEarliestLocal:
      return TimestampedOffset{log.log_start_offset(), kNoTimestamp};
    case kMaxTimestamp:
      return log.OffsetOfLargestTimestamp();
    case kLatestTiered:
    case kEarliestPendingUpload:
      return TimestampedOffset();
    default:
      return log.OffsetForTime(absl::FromUnixMillis(timestamp));
  }
}

// The same where nobody has written yet.
TimestampedOffset FindInNothing(std::int64_t timestamp) {
  const bool is_end = timestamp == kLatest || timestamp == kEarliest || timestamp == kEarliestLocal;
  return is_end ? TimestampedOffset{0, kNoTimestamp} : TimestampedOffset();
}

using Named = std::pair<std::string_view, std::int32_t>;

// The partitions that are asked for more than once.
absl::flat_hash_set<Named> TwiceIn(const wire::ListOffsetsRequest& request) {
  absl::flat_hash_set<Named> seen;
  absl::flat_hash_set<Named> twice;
  for (const auto& asked : request.topics) {
    for (const auto& partition : asked.partitions) {
      const Named named(asked.name, partition.partition_index);
      if (!seen.insert(named).second) twice.insert(named);
    }
  }
  return twice;
}

void Tell(const TimestampedOffset& found, std::int32_t leader_epoch, Partition& answered) {
  answered.offset = found.offset;
  answered.timestamp = found.timestamp_ms;
  if (found.offset >= 0) answered.leader_epoch = leader_epoch;
}

void AnswerOne(const Call& call, const absl::StatusOr<std::shared_ptr<engine::TopicState>>& topic,
               const wire::ListOffsetsRequest::Topic::Partition& asked, Partition& answered) {
  answered.partition_index = asked.partition_index;
  if (call.version < FirstVersionOf(asked.timestamp)) {
    answered.error_code = ErrorCode::kUnsupportedVersion;
    return;
  }
  const bool tells_epoch = call.version >= kFirstWithLeaderEpoch;
  if (asked.current_leader_epoch <= kFirstLeaderEpoch && IsUnused(topic, asked.partition_index)) {
    return Tell(FindInNothing(asked.timestamp), tells_epoch ? kFirstLeaderEpoch : kNoEpoch,
                answered);
  }
  const auto log = LogOf(topic, asked.partition_index, asked.current_leader_epoch);
  const auto found = log.ok() ? Find(**log, asked.timestamp) : log.status();
  if (!found.ok()) {
    answered.error_code = CodeOf(found.status());
    return;
  }
  Tell(*found, tells_epoch ? (*log)->leader_epoch() : kNoEpoch, answered);
}

}  // namespace

wire::ListOffsetsResponse HandleListOffsets(const Call& call,
                                            const wire::ListOffsetsRequest& request) {
  const auto twice = TwiceIn(request);
  wire::ListOffsetsResponse response;
  for (const auto& asked : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = asked.name;
    const auto topic = FindTopic(call, asked.name, AclOperation::kDescribe);
    answered.partitions.resize(asked.partitions.size());
    for (std::size_t i = 0; i < asked.partitions.size(); ++i) {
      if (call.node.ending->has_begun()) return response;
      if (twice.contains({asked.name, asked.partitions[i].partition_index})) {
        answered.partitions[i].partition_index = asked.partitions[i].partition_index;
        answered.partitions[i].error_code = ErrorCode::kInvalidRequest;
        continue;
      }
      AnswerOne(call, topic, asked.partitions[i], answered.partitions[i]);
    }
  }
  return response;
}

}  // namespace rill::net

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/group/consumer_group_records.h"

namespace rill::engine {

// The records of the topic __consumer_offsets, byte for byte as Kafka 4.3 writes them, and as every
// Kafka since 0.9 wrote them for reading. A record with a null value (a tombstone) forgets its key.
//
// Names (groups, topics, members, hosts, offset metadata) have at most KafkaWriter::kMaxString
// bytes: TopicOffsetStore refuses longer ones before they get here.

// Where a group's offset in a partition is stored.
struct OffsetCommitKey {
  std::string group = {};
  std::string topic = {};
  std::int32_t partition = 0;

  friend bool operator==(const OffsetCommitKey&, const OffsetCommitKey&) = default;
};

// Where a group's membership is stored.
struct GroupMetadataKey {
  std::string group = {};

  friend bool operator==(const GroupMetadataKey&, const GroupMetadataKey&) = default;
};

// A key of a kind that is not read: what brokers keep of share and streams groups. To be skipped.
struct UnknownKey {
  std::int16_t type = 0;

  friend bool operator==(const UnknownKey&, const UnknownKey&) = default;
};

using OffsetsTopicKey =
    std::variant<OffsetCommitKey, GroupMetadataKey, ConsumerGroupRecordKey, UnknownKey>;

struct OffsetCommitValue {
  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;
  std::string metadata = {};
  std::int64_t commit_timestamp = 0;           // milliseconds since 1970
  std::int64_t expire_timestamp = -1;          // -1: by the group's retention
  std::array<std::uint8_t, 16> topic_id = {};  // all zero: none

  friend bool operator==(const OffsetCommitValue&, const OffsetCommitValue&) = default;
};

struct GroupMetadataMember {
  std::string member_id = {};
  std::optional<std::string> group_instance_id = {};
  std::string client_id = {};
  std::string client_host = {};
  std::int32_t rebalance_timeout_ms = -1;
  std::int32_t session_timeout_ms = 0;
  std::string subscription = {};
  std::string assignment = {};

  friend bool operator==(const GroupMetadataMember&, const GroupMetadataMember&) = default;
};

struct GroupMetadataValue {
  std::string protocol_type = {};
  std::int32_t generation = 0;
  std::optional<std::string> protocol = {};
  std::optional<std::string> leader = {};
  std::int64_t current_state_timestamp = -1;  // milliseconds since 1970; -1: unknown
  std::vector<GroupMetadataMember> members = {};

  friend bool operator==(const GroupMetadataValue&, const GroupMetadataValue&) = default;
};

std::string EncodeKey(const OffsetCommitKey& key);
std::string EncodeKey(const GroupMetadataKey& key);
// Version 4; version 1 when there is an expire timestamp.
std::string EncodeValue(const OffsetCommitValue& value);
// Version 3.
std::string EncodeValue(const GroupMetadataValue& value);

// InvalidArgument (INVALID_RECORD) when the bytes are none; the message says what and where. Values
// are read in versions 0 to 4.
absl::StatusOr<OffsetsTopicKey> DecodeKey(std::string_view bytes);
absl::StatusOr<OffsetCommitValue> DecodeOffsetCommitValue(std::string_view bytes);
absl::StatusOr<GroupMetadataValue> DecodeGroupMetadataValue(std::string_view bytes);
// The partition of __consumer_offsets that keeps the group; `partitions` is at least 1.
std::int32_t PartitionForGroup(std::string_view group_id, std::int32_t partitions);

}  // namespace rill::engine

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "base/kafka_bytes.h"
#include "engine/group/consumer_member_state.h"
#include "engine/group/member.h"
#include "engine/group/server_assignor.h"

namespace rill::engine {

// What is written to the topic __consumer_offsets of a group whose partitions the broker assigns
// (KIP-848), byte for byte as Kafka 4.4 writes it: the group's epoch, its members, what each is to
// have at the assignment epoch, what each has, and what regular expressions stand for. A record
// with a null value (a tombstone) forgets its key.

enum class ConsumerGroupRecordType : std::int16_t {
  kEpoch = 3,
  kMember = 5,
  kTargetEpoch = 6,
  kTarget = 7,
  kCurrent = 8,
  kRegex = 16,
};

struct ConsumerGroupRecordKey {
  ConsumerGroupRecordType type = ConsumerGroupRecordType::kEpoch;
  std::string group = {};
  std::string member = {};  // of kMember, kTarget and kCurrent; the expression of kRegex

  friend bool operator==(const ConsumerGroupRecordKey&, const ConsumerGroupRecordKey&) = default;
};

struct ConsumerGroupEpochValue {
  std::int32_t epoch = 0;

  friend bool operator==(const ConsumerGroupEpochValue&, const ConsumerGroupEpochValue&) = default;
};

// Of a member that speaks the classic protocol.
struct ClassicMemberValue {
  std::int32_t session_timeout_ms = 0;
  std::vector<GroupProtocol> protocols = {};

  friend bool operator==(const ClassicMemberValue&, const ClassicMemberValue&) = default;
};

struct ConsumerGroupMemberValue {
  std::optional<std::string> instance_id = {};
  std::optional<std::string> rack_id = {};
  std::string client_id = {};
  std::string client_host = {};
  std::vector<std::string> topics = {};
  std::optional<std::string> regex = {};
  std::int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> assignor = {};
  std::optional<ClassicMemberValue> classic = {};

  friend bool operator==(const ConsumerGroupMemberValue&,
                         const ConsumerGroupMemberValue&) = default;
};

struct ConsumerGroupTargetEpochValue {
  std::int32_t epoch = 0;

  friend bool operator==(const ConsumerGroupTargetEpochValue&,
                         const ConsumerGroupTargetEpochValue&) = default;
};

struct ConsumerGroupTargetValue {
  IdPartitions partitions = {};

  friend bool operator==(const ConsumerGroupTargetValue&,
                         const ConsumerGroupTargetValue&) = default;
};

// Since which epoch a member has each partition (KIP-1251).
using AssignmentEpochs = absl::btree_map<IdPartition, std::int32_t>;

struct ConsumerGroupCurrentValue {
  std::int32_t epoch = 0;
  std::int32_t previous_epoch = 0;
  ConsumerMemberState state = ConsumerMemberState::kStable;
  IdPartitions assigned = {};
  IdPartitions pending_revocation = {};
  AssignmentEpochs assignment_epochs = {};  // of all these

  friend bool operator==(const ConsumerGroupCurrentValue&,
                         const ConsumerGroupCurrentValue&) = default;
};

struct ConsumerGroupRegexValue {
  std::vector<std::string> topics = {};
  std::int64_t timestamp = 0;  // in milliseconds since 1970, of when it was looked at

  friend bool operator==(const ConsumerGroupRegexValue&, const ConsumerGroupRegexValue&) = default;
};

// Of a key whose type was read.
bool IsOfConsumerGroup(std::int16_t type);
ConsumerGroupRecordKey ReadConsumerGroupKey(std::int16_t type, base::KafkaReader& in);

std::string EncodeKey(const ConsumerGroupRecordKey& key);
// Version 0.
std::string EncodeValue(const ConsumerGroupEpochValue& value);
std::string EncodeValue(const ConsumerGroupMemberValue& value);
std::string EncodeValue(const ConsumerGroupTargetEpochValue& value);
std::string EncodeValue(const ConsumerGroupTargetValue& value);
std::string EncodeValue(const ConsumerGroupCurrentValue& value);
std::string EncodeValue(const ConsumerGroupRegexValue& value);

// InvalidArgument (INVALID_RECORD) when the bytes are none; the message says what and where. Fields
// that later Kafkas add are skipped. Epochs are from -2 (of a member: one that has left to come
// back) or 0; those above half of what fits are read as that, so that a group can go on from each.
// What an earlier Kafka wrote has no epochs of partitions: they are the member's, or 0.
absl::StatusOr<ConsumerGroupEpochValue> DecodeConsumerGroupEpochValue(std::string_view bytes);
absl::StatusOr<ConsumerGroupMemberValue> DecodeConsumerGroupMemberValue(std::string_view bytes);
absl::StatusOr<ConsumerGroupTargetEpochValue> DecodeConsumerGroupTargetEpochValue(
    std::string_view bytes);
absl::StatusOr<ConsumerGroupTargetValue> DecodeConsumerGroupTargetValue(std::string_view bytes);
absl::StatusOr<ConsumerGroupCurrentValue> DecodeConsumerGroupCurrentValue(std::string_view bytes);
absl::StatusOr<ConsumerGroupRegexValue> DecodeConsumerGroupRegexValue(std::string_view bytes);

}  // namespace rill::engine

#include "engine/group/offset_records.h"

#include <algorithm>

#include "base/kafka_bytes.h"
#include "engine/group/java_string.h"
#include "fmt/format.h"

namespace rill::engine {
namespace {

// Key types: 0 is the offset commit of Kafka before 0.9.1, laid out as 1.
constexpr std::int16_t kOldOffsetCommitType = 0;
constexpr std::int16_t kOffsetCommitType = 1;
constexpr std::int16_t kGroupMetadataType = 2;

constexpr std::int16_t kOffsetCommitVersion = 4;
constexpr std::int16_t kOffsetCommitExpiringVersion = 1;
constexpr std::int16_t kGroupMetadataVersion = 3;
constexpr std::int16_t kHighestVersion = 4;
constexpr std::int16_t kFirstFlexibleVersion = 4;

constexpr std::uint32_t kTopicIdTag = 0;

std::int16_t ReadVersion(base::KafkaReader& in) {
  const auto version = in.Int<std::int16_t>();
  if (in.ok() && (version < 0 || version > kHighestVersion)) {
    in.Fail(fmt::format("version {}; 0 to {} are known", version, kHighestVersion));
  }
  return version;
}

void ReadOffsetCommitTags(base::KafkaReader& in, OffsetCommitValue& value) {
  for (std::uint32_t fields = in.UnsignedVarint(); fields > 0 && in.ok(); --fields) {
    const std::uint32_t tag = in.UnsignedVarint();
    const std::string_view field = in.Raw(in.UnsignedVarint());
    if (tag != kTopicIdTag || !in.ok()) continue;
    if (field.size() != value.topic_id.size()) {
      in.Fail(fmt::format("topic id of {} bytes", field.size()));
      return;
    }
    std::copy(field.begin(), field.end(), value.topic_id.begin());
  }
}

GroupMetadataMember ReadMember(base::KafkaReader& in, std::int16_t version) {
  const bool flexible = version >= kFirstFlexibleVersion;
  const auto string = [&] { return flexible ? in.CompactString() : in.String(); };
  const auto bytes = [&] { return flexible ? in.CompactBytes() : in.Bytes(); };
  GroupMetadataMember member;
  member.member_id = string();
  if (version >= 3) {
    member.group_instance_id = flexible ? in.CompactNullableString() : in.NullableString();
  }
  member.client_id = string();
  member.client_host = string();
  if (version >= 1) member.rebalance_timeout_ms = in.Int<std::int32_t>();
  member.session_timeout_ms = in.Int<std::int32_t>();
  member.subscription = bytes();
  member.assignment = bytes();
  if (flexible) in.SkipTaggedFields();
  return member;
}

void WriteMember(base::KafkaWriter& out, const GroupMetadataMember& member) {
  out.String(member.member_id);
  out.NullableString(member.group_instance_id);
  out.String(member.client_id);
  out.String(member.client_host);
  out.Int(member.rebalance_timeout_ms);
  out.Int(member.session_timeout_ms);
  out.Bytes(member.subscription);
  out.Bytes(member.assignment);
}

}  // namespace

std::string EncodeKey(const OffsetCommitKey& key) {
  base::KafkaWriter out;
  out.Int(kOffsetCommitType);
  out.String(key.group);
  out.String(key.topic);
  out.Int(key.partition);
  return out.Take();
}

std::string EncodeKey(const GroupMetadataKey& key) {
  base::KafkaWriter out;
  out.Int(kGroupMetadataType);
  out.String(key.group);
  return out.Take();
}

absl::StatusOr<OffsetsTopicKey> DecodeKey(std::string_view bytes) {
  base::KafkaReader in(bytes, "key of an offsets record");
  OffsetsTopicKey key;
  const auto type = in.Int<std::int16_t>();
  if (!in.ok()) return in.status();
  if (type == kOldOffsetCommitType || type == kOffsetCommitType) {
    OffsetCommitKey commit;
    commit.group = in.String();
    commit.topic = in.String();
    commit.partition = in.Int<std::int32_t>();
    key = std::move(commit);
  } else if (type == kGroupMetadataType) {
    key = GroupMetadataKey{in.String()};
  } else if (IsOfConsumerGroup(type)) {
    key = ReadConsumerGroupKey(type, in);
  } else {
    key = UnknownKey{type};
  }
  if (!in.ok()) return in.status();
  return key;
}

std::string EncodeValue(const OffsetCommitValue& value) {
  base::KafkaWriter out;
  if (value.expire_timestamp != -1) {
    out.Int(kOffsetCommitExpiringVersion);
    out.Int(value.offset);
    out.String(value.metadata);
    out.Int(value.commit_timestamp);
    out.Int(value.expire_timestamp);
    return out.Take();
  }
  out.Int(kOffsetCommitVersion);
  out.Int(value.offset);
  out.Int(value.leader_epoch);
  out.CompactString(value.metadata);
  out.Int(value.commit_timestamp);
  if (value.topic_id == decltype(value.topic_id){}) {
    out.UnsignedVarint(0);
  } else {
    out.UnsignedVarint(1);
    out.UnsignedVarint(kTopicIdTag);
    out.UnsignedVarint(static_cast<std::uint32_t>(value.topic_id.size()));
    out.Raw({reinterpret_cast<const char*>(value.topic_id.data()), value.topic_id.size()});
  }
  return out.Take();
}

absl::StatusOr<OffsetCommitValue> DecodeOffsetCommitValue(std::string_view bytes) {
  base::KafkaReader in(bytes, "offset commit");
  const std::int16_t version = ReadVersion(in);
  const bool flexible = version >= kFirstFlexibleVersion;
  OffsetCommitValue value;
  value.offset = in.Int<std::int64_t>();
  if (version >= 3) value.leader_epoch = in.Int<std::int32_t>();
  value.metadata = flexible ? in.CompactString() : in.String();
  value.commit_timestamp = in.Int<std::int64_t>();
  if (version == kOffsetCommitExpiringVersion) value.expire_timestamp = in.Int<std::int64_t>();
  if (flexible) ReadOffsetCommitTags(in, value);
  if (!in.ok()) return in.status();
  return value;
}

std::string EncodeValue(const GroupMetadataValue& value) {
  base::KafkaWriter out;
  out.Int(kGroupMetadataVersion);
  out.String(value.protocol_type);
  out.Int(value.generation);
  out.NullableString(value.protocol);
  out.NullableString(value.leader);
  out.Int(value.current_state_timestamp);
  out.Int(static_cast<std::int32_t>(value.members.size()));
  for (const GroupMetadataMember& member : value.members) WriteMember(out, member);
  return out.Take();
}

absl::StatusOr<GroupMetadataValue> DecodeGroupMetadataValue(std::string_view bytes) {
  constexpr std::size_t kMinMemberSize = 9;  // of any version
  base::KafkaReader in(bytes, "group metadata");
  const std::int16_t version = ReadVersion(in);
  const bool flexible = version >= kFirstFlexibleVersion;
  GroupMetadataValue value;
  value.protocol_type = flexible ? in.CompactString() : in.String();
  value.generation = in.Int<std::int32_t>();
  value.protocol = flexible ? in.CompactNullableString() : in.NullableString();
  value.leader = flexible ? in.CompactNullableString() : in.NullableString();
  if (version >= 2) value.current_state_timestamp = in.Int<std::int64_t>();
  const std::size_t members =
      flexible ? in.CompactArrayLength(kMinMemberSize) : in.ArrayLength(kMinMemberSize);
  for (std::size_t i = 0; i < members && in.ok(); ++i) {
    value.members.push_back(ReadMember(in, version));
  }
  if (flexible) in.SkipTaggedFields();
  if (!in.ok()) return in.status();
  return value;
}

std::int32_t PartitionForGroup(std::string_view group_id, std::int32_t partitions) {
  const std::int32_t hash = JavaStringHash(group_id);
  return (hash == INT32_MIN ? 0 : hash < 0 ? -hash : hash) % partitions;
}

}  // namespace rill::engine

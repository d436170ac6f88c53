#include "engine/group/consumer_group_records.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <utility>

#include "fmt/format.h"

namespace rill::engine {
namespace {

constexpr std::int16_t kVersion = 0;
constexpr std::int32_t kMaxEpoch = INT32_MAX / 2;
constexpr std::size_t kMinTopicSize = base::Uuid::kSize + 2;
constexpr std::size_t kMinProtocolSize = 3;
constexpr std::uint32_t kClassicMemberTag = 0;
constexpr std::uint32_t kAssignmentEpochsTag = 0;
constexpr std::uint32_t kOneTaggedField = 1;
// Of Kafka's topics, in which an expression was looked at. Kafka looks again where it has newer
// ones.
constexpr std::int64_t kOldestTopics = 0;
// Of a structure that may be null.
constexpr std::int8_t kThere = 1;

bool HasMember(ConsumerGroupRecordType type) {
  return type != ConsumerGroupRecordType::kEpoch && type != ConsumerGroupRecordType::kTargetEpoch;
}

base::KafkaWriter Begin() {
  base::KafkaWriter out;
  out.Int(kVersion);
  return out;
}

std::string End(base::KafkaWriter& out) {
  constexpr std::uint32_t kNoTaggedFields = 0;
  out.UnsignedVarint(kNoTaggedFields);
  return out.Take();
}

void WriteLength(base::KafkaWriter& out, std::size_t length) {
  out.UnsignedVarint(static_cast<std::uint32_t>(length + 1));
}

void WriteNullable(base::KafkaWriter& out, const std::optional<std::string>& text) {
  if (text.has_value()) return out.CompactString(*text);
  out.UnsignedVarint(0);
}

void WriteStrings(base::KafkaWriter& out, const std::vector<std::string>& strings) {
  WriteLength(out, strings.size());
  for (const std::string& text : strings) out.CompactString(text);
}

using AtPartition = IdPartitions::const_iterator;

void WriteNoTaggedFields(base::KafkaWriter& out, AtPartition /*begin*/, AtPartition /*end*/) {
  out.UnsignedVarint(0);
}

// Topic by topic, as the set has them; `write_tagged` ends a topic with its tagged fields.
template <typename WriteTagged>
void WritePartitions(base::KafkaWriter& out, const IdPartitions& partitions,
                     const WriteTagged& write_tagged) {
  std::size_t topics = 0;
  for (auto at = partitions.begin(); at != partitions.end();
       at = partitions.upper_bound({at->topic, INT32_MAX})) {
    ++topics;
  }
  WriteLength(out, topics);
  for (auto at = partitions.begin(); at != partitions.end();) {
    const auto end = partitions.upper_bound({at->topic, INT32_MAX});
    const auto& id = at->topic.bytes();
    out.Raw({reinterpret_cast<const char*>(id.data()), id.size()});
    WriteLength(out, static_cast<std::size_t>(std::distance(at, end)));
    const auto begin = at;
    for (; at != end; ++at) out.Int(at->partition);
    write_tagged(out, begin, end);
  }
}

void WriteAssigned(base::KafkaWriter& out, const IdPartitions& partitions,
                   const AssignmentEpochs& epochs) {
  WritePartitions(out, partitions,
                  [&](base::KafkaWriter& topic, AtPartition begin, AtPartition end) {
                    base::KafkaWriter field;
                    WriteLength(field, static_cast<std::size_t>(std::distance(begin, end)));
                    for (auto at = begin; at != end; ++at) field.Int(epochs.at(*at));
                    const std::string bytes = field.Take();
                    topic.UnsignedVarint(kOneTaggedField);
                    topic.UnsignedVarint(kAssignmentEpochsTag);
                    topic.UnsignedVarint(static_cast<std::uint32_t>(bytes.size()));
                    topic.Raw(bytes);
                  });
}

base::KafkaReader BeginReading(std::string_view bytes, const char* what) {
  base::KafkaReader in(bytes, what);
  const auto version = in.Int<std::int16_t>();
  if (in.ok() && version != kVersion) in.Fail(fmt::format("version {}; 0 is known", version));
  return in;
}

std::int32_t ReadEpoch(base::KafkaReader& in, std::int32_t least = 0) {
  const auto epoch = in.Int<std::int32_t>();
  if (in.ok() && epoch < least) in.Fail(fmt::format("epoch {}", epoch));
  return std::min(epoch, kMaxEpoch);
}

base::Uuid ReadUuid(base::KafkaReader& in) {
  std::array<std::uint8_t, base::Uuid::kSize> bytes = {};
  const std::string_view raw = in.Raw(bytes.size());
  if (raw.size() == bytes.size()) std::copy(raw.begin(), raw.end(), bytes.begin());
  return base::Uuid(bytes);
}

std::vector<std::int32_t> ReadNumbers(base::KafkaReader& in) {
  std::vector<std::int32_t> numbers(in.CompactArrayLength(sizeof(std::int32_t)));
  for (std::int32_t& number : numbers) number = in.Int<std::int32_t>();
  return numbers;
}

// `read_tagged` reads the tagged fields of a topic, whose partitions it is told in their order.
template <typename ReadTagged>
IdPartitions ReadPartitions(base::KafkaReader& in, const ReadTagged& read_tagged) {
  IdPartitions partitions;
  const std::size_t topics = in.CompactArrayLength(kMinTopicSize);
  for (std::size_t i = 0; i < topics && in.ok(); ++i) {
    const base::Uuid topic = ReadUuid(in);
    const std::vector<std::int32_t> indexes = ReadNumbers(in);
    for (const std::int32_t index : indexes) partitions.insert({topic, index});
    read_tagged(topic, indexes);
  }
  return partitions;
}

// Nothing where they were not written, or not for each partition.
std::vector<std::int32_t> ReadAssignmentEpochs(base::KafkaReader& in, std::size_t partitions) {
  std::vector<std::int32_t> epochs;
  for (std::uint32_t fields = in.UnsignedVarint(); fields > 0 && in.ok(); --fields) {
    const std::uint32_t tag = in.UnsignedVarint();
    const std::uint32_t size = in.UnsignedVarint();
    if (tag == kAssignmentEpochsTag && size > 1) {
      epochs = ReadNumbers(in);
    } else {
      in.Raw(size);
    }
  }
  return epochs.size() == partitions ? epochs : std::vector<std::int32_t>();
}

IdPartitions ReadAssigned(base::KafkaReader& in, std::int32_t member_epoch,
                          AssignmentEpochs& epochs) {
  return ReadPartitions(in, [&](const base::Uuid& topic, const std::vector<std::int32_t>& indexes) {
    const std::vector<std::int32_t> read = ReadAssignmentEpochs(in, indexes.size());
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      const std::int32_t epoch = read.empty() ? member_epoch : read[i];
      epochs[{topic, indexes[i]}] = std::clamp(epoch, 0, kMaxEpoch);
    }
  });
}

std::vector<std::string> ReadStrings(base::KafkaReader& in) {
  std::vector<std::string> strings(in.CompactArrayLength(1));
  for (std::string& text : strings) text = in.CompactString();
  return strings;
}

std::string Encoded(const ClassicMemberValue& value) {
  base::KafkaWriter out;
  out.Int(kThere);
  out.Int(value.session_timeout_ms);
  WriteLength(out, value.protocols.size());
  for (const GroupProtocol& protocol : value.protocols) {
    out.CompactString(protocol.name);
    out.CompactString(protocol.metadata);
    out.UnsignedVarint(0);
  }
  return End(out);
}

std::optional<ClassicMemberValue> ReadClassicMember(base::KafkaReader& in) {
  if (in.Int<std::int8_t>() != kThere) return std::nullopt;
  ClassicMemberValue value{.session_timeout_ms = in.Int<std::int32_t>()};
  value.protocols.resize(in.CompactArrayLength(kMinProtocolSize));
  for (GroupProtocol& protocol : value.protocols) {
    protocol.name = in.CompactString();
    protocol.metadata = in.CompactBytes();
    in.SkipTaggedFields();
  }
  in.SkipTaggedFields();
  if (in.ok() && value.protocols.empty()) in.Fail("a classic member without protocols");
  return value;
}

template <typename Value>
absl::StatusOr<Value> End(base::KafkaReader& in, Value value) {
  in.SkipTaggedFields();
  if (!in.ok()) return in.status();
  return value;
}

}  // namespace

bool IsOfConsumerGroup(std::int16_t type) {
  switch (static_cast<ConsumerGroupRecordType>(type)) {
    case ConsumerGroupRecordType::kEpoch:
    case ConsumerGroupRecordType::kMember:
    case ConsumerGroupRecordType::kTargetEpoch:
    case ConsumerGroupRecordType::kTarget:
    case ConsumerGroupRecordType::kCurrent:
    case ConsumerGroupRecordType::kRegex:
      return true;
  }
  return false;
}

ConsumerGroupRecordKey ReadConsumerGroupKey(std::int16_t type, base::KafkaReader& in) {
  ConsumerGroupRecordKey key{.type = static_cast<ConsumerGroupRecordType>(type),
                             .group = in.String()};
  if (HasMember(key.type)) key.member = in.String();
  return key;
}

std::string EncodeKey(const ConsumerGroupRecordKey& key) {
  base::KafkaWriter out;
  out.Int(static_cast<std::int16_t>(key.type));
  out.String(key.group);
  if (HasMember(key.type)) out.String(key.member);
  return out.Take();
}

std::string EncodeValue(const ConsumerGroupEpochValue& value) {
  base::KafkaWriter out = Begin();
  out.Int(value.epoch);
  return End(out);
}

std::string EncodeValue(const ConsumerGroupMemberValue& value) {
  base::KafkaWriter out = Begin();
  WriteNullable(out, value.instance_id);
  WriteNullable(out, value.rack_id);
  out.CompactString(value.client_id);
  out.CompactString(value.client_host);
  WriteStrings(out, value.topics);
  WriteNullable(out, value.regex);
  out.Int(value.rebalance_timeout_ms);
  WriteNullable(out, value.assignor);
  if (!value.classic.has_value()) return End(out);
  out.UnsignedVarint(kOneTaggedField);
  out.UnsignedVarint(kClassicMemberTag);
  const std::string classic = Encoded(*value.classic);
  out.UnsignedVarint(static_cast<std::uint32_t>(classic.size()));
  out.Raw(classic);
  return out.Take();
}

std::string EncodeValue(const ConsumerGroupTargetEpochValue& value) {
  base::KafkaWriter out = Begin();
  out.Int(value.epoch);
  return End(out);
}

std::string EncodeValue(const ConsumerGroupTargetValue& value) {
  base::KafkaWriter out = Begin();
  WritePartitions(out, value.partitions, WriteNoTaggedFields);
  return End(out);
}

std::string EncodeValue(const ConsumerGroupCurrentValue& value) {
  base::KafkaWriter out = Begin();
  out.Int(value.epoch);
  out.Int(value.previous_epoch);
  out.Int(static_cast<std::int8_t>(value.state));
  WriteAssigned(out, value.assigned, value.assignment_epochs);
  WriteAssigned(out, value.pending_revocation, value.assignment_epochs);
  return End(out);
}

std::string EncodeValue(const ConsumerGroupRegexValue& value) {
  base::KafkaWriter out = Begin();
  WriteStrings(out, value.topics);
  out.Int(kOldestTopics);
  out.Int(value.timestamp);
  return End(out);
}

absl::StatusOr<ConsumerGroupEpochValue> DecodeConsumerGroupEpochValue(std::string_view bytes) {
  base::KafkaReader in = BeginReading(bytes, "consumer group metadata");
  return End(in, ConsumerGroupEpochValue{ReadEpoch(in)});
}

absl::StatusOr<ConsumerGroupMemberValue> DecodeConsumerGroupMemberValue(std::string_view bytes) {
  base::KafkaReader in = BeginReading(bytes, "consumer group member");
  ConsumerGroupMemberValue value;
  value.instance_id = in.CompactNullableString();
  value.rack_id = in.CompactNullableString();
  value.client_id = in.CompactString();
  value.client_host = in.CompactString();
  value.topics = ReadStrings(in);
  value.regex = in.CompactNullableString();
  value.rebalance_timeout_ms = in.Int<std::int32_t>();
  value.assignor = in.CompactNullableString();
  for (std::uint32_t fields = in.UnsignedVarint(); fields > 0 && in.ok(); --fields) {
    const std::uint32_t tag = in.UnsignedVarint();
    const std::uint32_t size = in.UnsignedVarint();
    if (tag == kClassicMemberTag) {
      value.classic = ReadClassicMember(in);
    } else {
      in.Raw(size);
    }
  }
  if (!in.ok()) return in.status();
  return value;
}

absl::StatusOr<ConsumerGroupTargetEpochValue> DecodeConsumerGroupTargetEpochValue(
    std::string_view bytes) {
  base::KafkaReader in = BeginReading(bytes, "assignment epoch of a consumer group");
  return End(in, ConsumerGroupTargetEpochValue{ReadEpoch(in)});
}

absl::StatusOr<ConsumerGroupTargetValue> DecodeConsumerGroupTargetValue(std::string_view bytes) {
  base::KafkaReader in = BeginReading(bytes, "target assignment of a consumer group member");
  const auto skip = [&](const base::Uuid&, const std::vector<std::int32_t>&) {
    in.SkipTaggedFields();
  };
  return End(in, ConsumerGroupTargetValue{ReadPartitions(in, skip)});
}

absl::StatusOr<ConsumerGroupCurrentValue> DecodeConsumerGroupCurrentValue(std::string_view bytes) {
  base::KafkaReader in = BeginReading(bytes, "assignment of a consumer group member");
  ConsumerGroupCurrentValue value;
  value.epoch = ReadEpoch(in, kStaticLeavingEpoch);
  value.previous_epoch = ReadEpoch(in, kStaticLeavingEpoch);
  const auto state = in.Int<std::int8_t>();
  const auto last = static_cast<std::int8_t>(ConsumerMemberState::kUnreleasedPartitions);
  if (in.ok() && (state < 0 || state > last)) in.Fail(fmt::format("member state {}", state));
  value.state = static_cast<ConsumerMemberState>(state);
  value.assigned = ReadAssigned(in, value.epoch, value.assignment_epochs);
  value.pending_revocation = ReadAssigned(in, value.epoch, value.assignment_epochs);
  // A member keeps what is said to be both.
  for (const IdPartition& at : value.assigned) value.pending_revocation.erase(at);
  return End(in, std::move(value));
}

absl::StatusOr<ConsumerGroupRegexValue> DecodeConsumerGroupRegexValue(std::string_view bytes) {
  base::KafkaReader in = BeginReading(bytes, "regular expression of a consumer group");
  ConsumerGroupRegexValue value;
  value.topics = ReadStrings(in);
  in.Int<std::int64_t>();  // the version of Kafka's topics
  value.timestamp = in.Int<std::int64_t>();
  return End(in, std::move(value));
}

}  // namespace rill::engine

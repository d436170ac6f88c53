#include "engine/group/protocol.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/kafka_bytes.h"
#include "engine/group/java_map.h"
#include "engine/group/java_string.h"

namespace rill::engine {
namespace {

constexpr std::size_t kMinStringSize = 2;
constexpr std::size_t kMinTopicPartitionsSize = 6;  // an empty name, an empty array
constexpr std::size_t kPartitionSize = 4;

using TopicPartitions = std::pair<std::string, std::vector<std::int32_t>>;

// The partitions by topic, topics in the order of their first appearance.
std::vector<TopicPartitions> ByTopic(const std::vector<TopicPartition>& partitions) {
  std::vector<TopicPartitions> topics;
  absl::flat_hash_map<std::string, std::size_t> index;
  for (const TopicPartition& tp : partitions) {
    const auto [it, inserted] = index.try_emplace(tp.topic, topics.size());
    if (inserted) topics.push_back({tp.topic, {}});
    topics[it->second].second.push_back(tp.partition);
  }
  return topics;
}

void WritePartitions(base::KafkaWriter& out, const std::vector<TopicPartitions>& topics) {
  out.Int(static_cast<std::int32_t>(topics.size()));
  for (const auto& [topic, partitions] : topics) {
    out.String(topic);
    out.Int(static_cast<std::int32_t>(partitions.size()));
    for (const std::int32_t partition : partitions) out.Int(partition);
  }
}

std::vector<TopicPartition> ReadPartitions(base::KafkaReader& in) {
  std::vector<TopicPartition> all;
  for (std::size_t topics = in.ArrayLength(kMinTopicPartitionsSize); topics > 0 && in.ok();
       --topics) {
    const std::string topic = in.String();
    for (std::size_t partitions = in.ArrayLength(kPartitionSize); partitions > 0; --partitions) {
      all.push_back({topic, in.Int<std::int32_t>()});
    }
  }
  return all;
}

// The version to read by.
std::int16_t ReadVersion(base::KafkaReader& in) {
  const auto version = in.Int<std::int16_t>();
  if (version < 0) in.Fail("negative version");
  return std::min(version, kConsumerProtocolVersion);
}

}  // namespace

std::int16_t SubscriptionVersion(std::string_view bytes) {
  base::KafkaReader in(bytes, "subscription");
  return std::max<std::int16_t>(ReadVersion(in), 0);
}

std::string EncodeSubscription(const ConsumerSubscription& subscription, std::int16_t version) {
  base::KafkaWriter out;
  out.Int(version);
  std::vector<std::string> topics = subscription.topics;
  std::sort(topics.begin(), topics.end(), JavaStringLess);
  out.Int(static_cast<std::int32_t>(topics.size()));
  for (const std::string& topic : topics) out.String(topic);
  out.NullableBytes(subscription.user_data);
  if (version >= 1) {
    std::vector<TopicPartition> owned = subscription.owned_partitions;
    std::sort(owned.begin(), owned.end(), [](const TopicPartition& a, const TopicPartition& b) {
      if (a.topic != b.topic) return JavaStringLess(a.topic, b.topic);
      return a.partition < b.partition;
    });
    WritePartitions(out, ByTopic(owned));
  }
  if (version >= 2) out.Int(subscription.generation);
  if (version >= 3) {
    out.NullableString(subscription.rack.empty() ? std::nullopt : std::optional(subscription.rack));
  }
  return out.Take();
}

absl::StatusOr<ConsumerSubscription> DecodeSubscription(std::string_view bytes) {
  base::KafkaReader in(bytes, "consumer subscription");
  const std::int16_t version = ReadVersion(in);
  ConsumerSubscription subscription;
  for (std::size_t topics = in.ArrayLength(kMinStringSize); topics > 0 && in.ok(); --topics) {
    subscription.topics.push_back(in.String());
  }
  subscription.user_data = in.NullableBytes();
  if (version >= 1) subscription.owned_partitions = ReadPartitions(in);
  if (version >= 2) subscription.generation = in.Int<std::int32_t>();
  if (version >= 3) subscription.rack = in.NullableString().value_or("");
  if (!in.ok()) return in.status();
  return subscription;
}

std::string EncodeAssignment(const ConsumerAssignment& assignment, std::int16_t version) {
  base::KafkaWriter out;
  out.Int(version);
  WritePartitions(out, ByTopic(assignment.partitions));
  out.NullableBytes(assignment.user_data);
  return out.Take();
}

absl::StatusOr<ConsumerAssignment> DecodeAssignment(std::string_view bytes) {
  base::KafkaReader in(bytes, "consumer assignment");
  ReadVersion(in);
  ConsumerAssignment assignment;
  assignment.partitions = ReadPartitions(in);
  assignment.user_data = in.NullableBytes();
  if (!in.ok()) return in.status();
  return assignment;
}

std::string EncodeStickyUserData(const StickyUserData& data) {
  // The Java client groups the topics in a hash map and writes them in its order.
  JavaMap<std::string, std::vector<std::int32_t>> by_topic;
  for (const TopicPartition& tp : data.partitions) by_topic[tp.topic].push_back(tp.partition);
  std::vector<TopicPartitions> topics;
  for (const auto& [topic, partitions] : by_topic) topics.emplace_back(topic, partitions);
  base::KafkaWriter out;
  WritePartitions(out, topics);
  out.Int(data.generation.value_or(-1));
  return out.Take();
}

StickyUserData DecodeStickyUserData(std::string_view bytes) {
  base::KafkaReader in(bytes, "sticky user data");
  StickyUserData data;
  data.partitions = ReadPartitions(in);
  if (!in.ok()) return {.generation = -1};
  const auto generation = in.Int<std::int32_t>();
  if (in.ok()) data.generation = generation;
  return data;
}

std::string EncodeCooperativeUserData(std::int32_t generation) {
  base::KafkaWriter out;
  out.Int(generation);
  return out.Take();
}

std::int32_t DecodeCooperativeUserData(std::string_view bytes) {
  base::KafkaReader in(bytes, "cooperative user data");
  const auto generation = in.Int<std::int32_t>();
  return in.ok() ? generation : -1;
}

}  // namespace rill::engine

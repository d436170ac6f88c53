#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "client/remote/admin_client.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"

// Topics of a cluster. Errors that a broker answers are statuses with its code and its words; the
// others are those of AdminClient::Ask.
namespace rill::remote {

struct TopicListing {
  std::string name;
  base::Uuid id;  // zero where the broker is too old to tell
  bool is_internal = false;
};

struct PartitionDescription {
  std::int32_t index = 0;
  std::int32_t leader = -1;  // -1: none
  std::vector<std::int32_t> replicas;
  std::vector<std::int32_t> isr;
  // Eligible leader replicas; nothing where the broker is too old to tell.
  std::optional<std::vector<std::int32_t>> elr;
  std::optional<std::vector<std::int32_t>> last_known_elr;
};

struct TopicDescription {
  std::string name;
  base::Uuid id;
  bool is_internal = false;
  std::vector<PartitionDescription> partitions;  // by ascending index
};

// How many partitions an answer is to describe at most, unless somebody says otherwise.
inline constexpr std::int32_t kPartitionsPerAnswer = 2000;

// All topics, in the order of the answer.
absl::StatusOr<std::vector<TopicListing>> ListTopics(AdminClient& client);

// The topics of these names, in their order; NotFound (UNKNOWN_TOPIC_OR_PARTITION) where one is
// missing. Without duplicates in `names`.
absl::StatusOr<std::vector<TopicDescription>> DescribeTopics(
    AdminClient& client, const std::vector<std::string>& names,
    std::int32_t partitions_per_answer = kPartitionsPerAnswer);
absl::StatusOr<TopicDescription> DescribeTopicById(AdminClient& client, const base::Uuid& id);

absl::Status CreateTopic(AdminClient& client, const wire::CreateTopicsRequest::Topic& topic);
absl::Status CreatePartitions(AdminClient& client,
                              const std::vector<wire::CreatePartitionsRequest::Topic>& topics);
// The first error of what could not be deleted; all else is.
absl::Status DeleteTopics(AdminClient& client, const std::vector<std::string>& names);

}  // namespace rill::remote

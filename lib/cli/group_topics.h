#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/remote/admin_client.h"
#include "rill/records.h"

namespace rill::cli {

// The --topic words of kafka-consumer-groups: "orders", or "orders:0,1" for some partitions.
struct GroupTopics {
  std::vector<std::string> whole;  // topics of which all partitions are meant
  std::vector<TopicPartition> partitions;
};

// InvalidArgument for words that are none.
absl::StatusOr<GroupTopics> ParseGroupTopics(const std::vector<std::string>& words);

// "orders-0", as Java writes a partition.
std::string NameOf(const TopicPartition& partition);

// `failed`, of a request about these topics, and which is the first that is not there, where that
// is why: brokers do not say. Asks them once more.
absl::Status NameMissing(const absl::Status& failed, const std::vector<std::string>& topics,
                         remote::AdminClient& client);

}  // namespace rill::cli

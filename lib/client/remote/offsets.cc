#include "client/remote/offsets.h"

#include <set>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "client/remote/error_text.h"
#include "client/remote/topics.h"
#include "fmt/format.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/list_offsets.h"

namespace rill::remote {
namespace {

using wire::ApiKey;

constexpr std::int32_t kNoReplica = -1;
constexpr std::int32_t kTimeoutMs = 30'000;
// The first versions of ListOffsets that know the places of times below kEarliestTime.
constexpr std::pair<std::int64_t, int> kPlaces[] = {{-3, 7}, {-4, 8}, {-5, 9}, {-6, 11}};

// The leader of each partition; -1 where there is none.
absl::StatusOr<std::map<TopicPartition, std::int32_t>> LeadersOf(
    AdminClient& client, const std::vector<TopicPartition>& partitions) {
  std::set<std::string> names;
  for (const TopicPartition& one : partitions) names.insert(one.topic);
  const auto topics = DescribeTopics(client, {names.begin(), names.end()});
  if (!topics.ok()) return topics.status();
  std::map<TopicPartition, std::int32_t> leaders;
  for (const auto& topic : *topics) {
    for (const auto& partition : topic.partitions) {
      leaders[{topic.name, partition.index}] = partition.leader;
    }
  }
  return leaders;
}

// An answer of a leader: the error code and the offset of a partition.
struct Answered {
  TopicPartition partition;
  ErrorCode code = ErrorCode::kNone;
  std::int64_t offset = -1;
};
using AskLeader = absl::FunctionRef<absl::StatusOr<std::vector<Answered>>(
    std::int32_t leader, const std::vector<TopicPartition>& partitions)>;

// Asks the leaders of all partitions, and again where somebody else leads meanwhile.
class ByLeader {
 public:
  ByLeader(AdminClient& client, const std::vector<TopicPartition>& partitions)
      : client_(client), left_(partitions.begin(), partitions.end()) {}

  absl::StatusOr<PartitionOffsets> Ask(AskLeader ask) {
    auto asked = client_.Retry([&] { return AskOnce(ask); });
    if (!asked.ok()) return asked;
    return std::move(offsets_);
  }

 private:
  absl::StatusOr<ErrorCode> AskOnce(AskLeader ask) {
    const auto leaders = LeadersOf(client_, {left_.begin(), left_.end()});
    if (!leaders.ok()) return leaders.status();
    std::map<std::int32_t, std::vector<TopicPartition>> by_leader;
    for (const TopicPartition& one : std::set<TopicPartition>(left_)) {
      const auto leader = leaders->find(one);
      if (leader == leaders->end()) {
        Take({one, ErrorCode::kUnknownTopicOrPartition});
      } else if (leader->second < 0) {
        Take({one, ErrorCode::kLeaderNotAvailable});
      } else {
        by_leader[leader->second].push_back(one);
      }
    }
    for (const auto& [leader, partitions] : by_leader) {
      const auto answers = ask(leader, partitions);
      if (!answers.ok()) return answers.status();
      for (const Answered& answer : *answers) Take(answer);
      if (auto complete = CheckAnswered(leader, partitions); !complete.ok()) return complete;
    }
    return left_.empty() ? ErrorCode::kNone : ErrorCode::kNotLeaderOrFollower;
  }

  void Take(const Answered& answer) {
    offsets_[answer.partition] = {ToStatus(answer.code), answer.offset};
    if (!IsTransient(answer.code)) left_.erase(answer.partition);
  }

  absl::Status CheckAnswered(std::int32_t leader, const std::vector<TopicPartition>& asked) const {
    for (const TopicPartition& one : asked) {
      if (offsets_.contains(one)) continue;
      return absl::InternalError(
          fmt::format("broker {} left {}-{} out of its answer", leader, one.topic, one.partition));
    }
    return absl::OkStatus();
  }

  AdminClient& client_;
  std::set<TopicPartition> left_;  // not answered for good yet
  PartitionOffsets offsets_;
};

ErrorCode NoError() { return ErrorCode::kNone; }

// Partitions by their topics, as requests name them.
std::map<std::string, std::vector<std::int32_t>> ByTopic(
    const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::vector<std::int32_t>> topics;
  for (const TopicPartition& one : partitions) topics[one.topic].push_back(one.partition);
  return topics;
}

// Refuses a place that the version of ListOffsets does not know, as Kafka's client does.
absl::Status CheckPlace(AdminClient& client, std::int32_t leader, std::int64_t time) {
  const auto connection = client.Find(Target::Broker(leader));
  if (!connection.ok()) return connection.status();
  const auto version = (*connection)->VersionOf(ApiKey::kListOffsets);
  if (!version.ok()) return version.status();
  for (const auto& [place, since] : kPlaces) {
    if (time == place && *version < since) return ToStatus(ErrorCode::kUnsupportedVersion);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Answered>> ListAt(AdminClient& client, std::int32_t leader,
                                             const std::vector<TopicPartition>& partitions,
                                             std::int64_t time) {
  if (auto known = CheckPlace(client, leader, time); !known.ok()) return known;
  wire::ListOffsetsRequest request;
  request.replica_id = kNoReplica;
  request.timeout_ms = kTimeoutMs;
  for (const auto& [topic, indexes] : ByTopic(partitions)) {
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    for (const std::int32_t index : indexes) asked.partitions.push_back({index, -1, time});
  }
  const auto response = client.Ask<wire::ListOffsetsResponse>(
      Target::Broker(leader), ApiKey::kListOffsets,
      [&](int version) {
        if (version < 10) request.timeout_ms = 0;  // it cannot be said
        return request;
      },
      [](const wire::ListOffsetsResponse&) { return NoError(); });
  if (!response.ok()) return response.status();
  std::vector<Answered> answers;
  for (const auto& topic : response->topics) {
    for (const auto& one : topic.partitions) {
      answers.push_back({{topic.name, one.partition_index}, one.error_code, one.offset});
    }
  }
  return answers;
}

absl::StatusOr<std::vector<Answered>> DeleteAt(
    AdminClient& client, std::int32_t leader, const std::vector<TopicPartition>& partitions,
    const std::map<TopicPartition, std::int64_t>& before) {
  wire::DeleteRecordsRequest request;
  request.timeout_ms = kTimeoutMs;
  for (const auto& [topic, indexes] : ByTopic(partitions)) {
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    for (const std::int32_t index : indexes) {
      asked.partitions.push_back({index, before.at({topic, index})});
    }
  }
  const auto response = client.Ask<wire::DeleteRecordsResponse>(
      Target::Broker(leader), ApiKey::kDeleteRecords, [&](int) { return request; },
      [](const wire::DeleteRecordsResponse&) { return NoError(); });
  if (!response.ok()) return response.status();
  std::vector<Answered> answers;
  for (const auto& topic : response->topics) {
    for (const auto& one : topic.partitions) {
      answers.push_back({{topic.name, one.partition_index}, one.error_code, one.low_watermark});
    }
  }
  return answers;
}

}  // namespace

absl::StatusOr<PartitionOffsets> ListOffsets(AdminClient& client,
                                             const std::vector<TopicPartition>& partitions,
                                             std::int64_t time) {
  return ByLeader(client, partitions)
      .Ask([&](std::int32_t leader, const std::vector<TopicPartition>& of_leader) {
        return ListAt(client, leader, of_leader, time);
      });
}

absl::StatusOr<PartitionOffsets> DeleteRecords(
    AdminClient& client, const std::map<TopicPartition, std::int64_t>& before) {
  std::vector<TopicPartition> partitions;
  partitions.reserve(before.size());
  for (const auto& [partition, offset] : before) partitions.push_back(partition);
  return ByLeader(client, partitions)
      .Ask([&](std::int32_t leader, const std::vector<TopicPartition>& of_leader) {
        return DeleteAt(client, leader, of_leader, before);
      });
}

}  // namespace rill::remote

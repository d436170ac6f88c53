#include "client/remote/topics.h"

#include <algorithm>
#include <map>
#include <utility>

#include "client/remote/error_text.h"
#include "fmt/format.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/metadata.h"

namespace rill::remote {
namespace {

using wire::ApiKey;

// How long a broker may take to make or delete what it was told to.
constexpr std::int32_t kTimeoutMs = 30'000;
// From this version on topics to delete have ids.
constexpr int kDeleteById = 6;
// From these versions on Metadata tells all topics by null, makes none unasked, finds them by id.
constexpr int kAllTopicsByNull = 1;
constexpr int kNoCreation = 4;

// The first error of an answer about several topics.
template <typename Topics>
ErrorCode FirstError(const Topics& topics) {
  for (const auto& topic : topics) {
    if (topic.error_code != ErrorCode::kNone) return topic.error_code;
  }
  return ErrorCode::kNone;
}

template <typename Topics>
absl::Status FirstStatus(const Topics& topics) {
  for (const auto& topic : topics) {
    auto status = ToStatus(topic.error_code, topic.error_message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<wire::MetadataResponse> AskMetadata(
    AdminClient& client, std::optional<std::vector<wire::MetadataRequest::Topic>> topics) {
  return client.Ask<wire::MetadataResponse>(
      Target::AnyBroker(), ApiKey::kMetadata,
      [&](int version) {
        wire::MetadataRequest request;
        request.topics = topics;
        if (!topics && version < kAllTopicsByNull) request.topics.emplace();
        request.allow_auto_topic_creation = version < kNoCreation;
        return request;
      },
      // Errors of topics are told by topic.
      [](const wire::MetadataResponse& response) { return response.error_code; });
}

TopicDescription Describe(const wire::MetadataResponse::Topic& topic) {
  TopicDescription described{topic.name.value_or(""), topic.topic_id, topic.is_internal, {}};
  for (const auto& partition : topic.partitions) {
    described.partitions.push_back({.index = partition.partition_index,
                                    .leader = partition.leader_id,
                                    .replicas = partition.replica_nodes,
                                    .isr = partition.isr_nodes,
                                    .elr = std::nullopt,
                                    .last_known_elr = std::nullopt});
  }
  std::sort(described.partitions.begin(), described.partitions.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return described;
}

// Of brokers that do not know DescribeTopicPartitions.
absl::StatusOr<std::vector<TopicDescription>> DescribeByMetadata(
    AdminClient& client, const std::vector<std::string>& names) {
  std::vector<wire::MetadataRequest::Topic> topics;
  topics.reserve(names.size());
  for (const std::string& name : names) topics.push_back({{}, name});
  const auto response = AskMetadata(client, std::move(topics));
  if (!response.ok()) return response.status();
  std::vector<TopicDescription> described;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(response->topics.begin(), response->topics.end(),
                     [&](const auto& topic) { return topic.name.value_or("") == name; });
    const ErrorCode code =
        found == response->topics.end() ? ErrorCode::kUnknownTopicOrPartition : found->error_code;
    if (auto status = ToStatus(code); !status.ok()) return status;
    described.push_back(Describe(*found));
  }
  return described;
}

// Reads the answers to DescribeTopicPartitions, which come a part at a time.
class PartitionPages {
 public:
  PartitionPages(AdminClient& client, const std::vector<std::string>& names, std::int32_t limit)
      : client_(client), names_(names) {
    request_.response_partition_limit = limit;
    for (const std::string& name : names) request_.topics.push_back({name});
    std::sort(request_.topics.begin(), request_.topics.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
  }

  absl::StatusOr<std::vector<TopicDescription>> Read() {
    do {
      const auto page = Ask();
      if (!page.ok()) return page.status();
      if (auto status = FirstStatusOf(*page); !status.ok()) return status;
      for (const auto& topic : page->topics) Take(topic);
      if (page->next_cursor == request_.cursor && request_.cursor) {
        return absl::InvalidArgumentError(
            fmt::format("a broker goes on at partition {} of {} for ever",
                        request_.cursor->partition_index, request_.cursor->topic_name));
      }
      request_.cursor = page->next_cursor;
    } while (request_.cursor);
    std::vector<TopicDescription> described;
    for (const std::string& name : names_) {
      const auto found = found_.find(name);
      if (found == found_.end()) return ToStatus(ErrorCode::kUnknownTopicOrPartition);
      described.push_back(std::move(found->second));
    }
    return described;
  }

 private:
  using Response = wire::DescribeTopicPartitionsResponse;

  absl::StatusOr<Response> Ask() {
    return client_.Ask<Response>(
        Target::AnyBroker(), ApiKey::kDescribeTopicPartitions, [&](int) { return request_; },
        [](const Response& response) { return FirstError(response.topics); });
  }

  static absl::Status FirstStatusOf(const Response& response) {
    return ToStatus(FirstError(response.topics));
  }

  void Take(const Response::Topic& topic) {
    const std::string name = topic.name.value_or("");
    TopicDescription& described = found_[name];
    described.name = name;
    described.id = topic.topic_id;
    described.is_internal = topic.is_internal;
    for (const auto& partition : topic.partitions) {
      described.partitions.push_back({.index = partition.partition_index,
                                      .leader = partition.leader_id,
                                      .replicas = partition.replica_nodes,
                                      .isr = partition.isr_nodes,
                                      .elr = partition.eligible_leader_replicas,
                                      .last_known_elr = partition.last_known_elr});
    }
  }

  AdminClient& client_;
  const std::vector<std::string>& names_;
  wire::DescribeTopicPartitionsRequest request_;
  std::map<std::string, TopicDescription> found_;
};

}  // namespace

absl::StatusOr<std::vector<TopicListing>> ListTopics(AdminClient& client) {
  const auto response = AskMetadata(client, std::nullopt);
  if (!response.ok()) return response.status();
  if (auto status = ToStatus(response->error_code); !status.ok()) return status;
  std::vector<TopicListing> topics;
  for (const auto& topic : response->topics) {
    topics.push_back({topic.name.value_or(""), topic.topic_id, topic.is_internal});
  }
  return topics;
}

absl::StatusOr<std::vector<TopicDescription>> DescribeTopics(AdminClient& client,
                                                             const std::vector<std::string>& names,
                                                             std::int32_t partitions_per_answer) {
  if (names.empty()) return std::vector<TopicDescription>();
  auto described = PartitionPages(client, names, partitions_per_answer).Read();
  if (!absl::IsUnimplemented(described.status())) return described;
  return DescribeByMetadata(client, names);
}

absl::StatusOr<TopicDescription> DescribeTopicById(AdminClient& client, const base::Uuid& id) {
  const auto response =
      AskMetadata(client, std::vector<wire::MetadataRequest::Topic>{{id, std::nullopt}});
  if (!response.ok()) return response.status();
  for (const auto& topic : response->topics) {
    if (topic.topic_id != id) continue;
    if (auto status = ToStatus(topic.error_code); !status.ok()) return status;
    return Describe(topic);
  }
  return ToStatus(ErrorCode::kUnknownTopicId, fmt::format("TopicId {} not found.", id.ToString()));
}

absl::Status CreateTopic(AdminClient& client, const wire::CreateTopicsRequest::Topic& topic) {
  const auto response = client.Ask<wire::CreateTopicsResponse>(
      Target::Controller(), ApiKey::kCreateTopics,
      [&](int) { return wire::CreateTopicsRequest{.topics = {topic}, .timeout_ms = kTimeoutMs}; },
      [](const wire::CreateTopicsResponse& answer) { return FirstError(answer.topics); });
  return response.ok() ? FirstStatus(response->topics) : response.status();
}

absl::Status CreatePartitions(AdminClient& client,
                              const std::vector<wire::CreatePartitionsRequest::Topic>& topics) {
  const auto response = client.Ask<wire::CreatePartitionsResponse>(
      Target::Controller(), ApiKey::kCreatePartitions,
      [&](int) {
        return wire::CreatePartitionsRequest{.topics = topics, .timeout_ms = kTimeoutMs};
      },
      [](const wire::CreatePartitionsResponse& answer) { return FirstError(answer.results); });
  return response.ok() ? FirstStatus(response->results) : response.status();
}

absl::Status DeleteTopics(AdminClient& client, const std::vector<std::string>& names) {
  if (names.empty()) return absl::OkStatus();
  const auto response = client.Ask<wire::DeleteTopicsResponse>(
      Target::Controller(), ApiKey::kDeleteTopics,
      [&](int version) {
        wire::DeleteTopicsRequest request;
        request.timeout_ms = kTimeoutMs;
        if (version < kDeleteById) {
          request.topic_names = names;
        } else {
          for (const std::string& name : names) request.topics.push_back({name, {}});
        }
        return request;
      },
      [](const wire::DeleteTopicsResponse& answer) { return FirstError(answer.responses); });
  return response.ok() ? FirstStatus(response->responses) : response.status();
}

}  // namespace rill::remote

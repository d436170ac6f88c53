#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "net/call.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_client_quotas.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/get_telemetry_subscriptions.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include "wire/messages/produce.h"
#include "wire/messages/push_telemetry.h"
#include "wire/messages/sync_group.h"

// A function a request, in a file of its own (net/handlers/), which opens with the versions that it
// serves, what it does and where that differs from Kafka. They look into the engine and change it,
// and return what to answer; errors of a topic, partition or group stand in the answer, as Kafka
// has them. (Fetch, which waits, is in net/fetch.h.)
namespace rill::net {

wire::ApiVersionsResponse HandleApiVersions(const Call& call,
                                            const wire::ApiVersionsRequest& request);
wire::MetadataResponse HandleMetadata(const Call& call, const wire::MetadataRequest& request);
// Whether that would make topics.
bool MakesTopics(const Call& call, const wire::MetadataRequest& request);
// Whether it names partitions whose logs are not open: to open them makes their folders, or
// recovers them.
bool OpensLogs(const Call& call, const wire::ProduceRequest& request);
struct UnopenedLog {
  std::shared_ptr<engine::TopicState> topic;
  std::int32_t partition = 0;
};
// Those of them that who asks may write to.
std::vector<UnopenedLog> UnopenedLogsOf(const Call& call, const wire::ProduceRequest& request);
// Nothing where no answer is wanted; a status where the connection is to be closed.
absl::StatusOr<std::optional<wire::ProduceResponse>> HandleProduce(
    const Call& call, const wire::ProduceRequest& request);
wire::ListOffsetsResponse HandleListOffsets(const Call& call,
                                            const wire::ListOffsetsRequest& request);
wire::CreateTopicsResponse HandleCreateTopics(const Call& call,
                                              const wire::CreateTopicsRequest& request);
wire::DeleteTopicsResponse HandleDeleteTopics(const Call& call,
                                              const wire::DeleteTopicsRequest& request);
wire::FindCoordinatorResponse HandleFindCoordinator(const Call& call,
                                                    const wire::FindCoordinatorRequest& request);
wire::InitProducerIdResponse HandleInitProducerId(const Call& call,
                                                  const wire::InitProducerIdRequest& request);
wire::CreatePartitionsResponse HandleCreatePartitions(const Call& call,
                                                      const wire::CreatePartitionsRequest& request);
wire::DeleteRecordsResponse HandleDeleteRecords(const Call& call,
                                                const wire::DeleteRecordsRequest& request);
wire::DescribeConfigsResponse HandleDescribeConfigs(const Call& call,
                                                    const wire::DescribeConfigsRequest& request);
wire::AlterConfigsResponse HandleAlterConfigs(const Call& call,
                                              const wire::AlterConfigsRequest& request);
wire::IncrementalAlterConfigsResponse HandleIncrementalAlterConfigs(
    const Call& call, const wire::IncrementalAlterConfigsRequest& request);
wire::ListConfigResourcesResponse HandleListConfigResources(
    const Call& call, const wire::ListConfigResourcesRequest& request);
wire::DescribeClientQuotasResponse HandleDescribeClientQuotas(
    const Call& call, const wire::DescribeClientQuotasRequest& request);
wire::AlterClientQuotasResponse HandleAlterClientQuotas(
    const Call& call, const wire::AlterClientQuotasRequest& request);
// A status where nobody receives telemetry.
absl::StatusOr<wire::GetTelemetrySubscriptionsResponse> HandleGetTelemetrySubscriptions(
    const Call& call, const wire::GetTelemetrySubscriptionsRequest& request);
absl::StatusOr<wire::PushTelemetryResponse> HandlePushTelemetry(
    const Call& call, const wire::PushTelemetryRequest& request);
wire::DescribeClusterResponse HandleDescribeCluster(const Call& call,
                                                    const wire::DescribeClusterRequest& request);
wire::DescribeTopicPartitionsResponse HandleDescribeTopicPartitions(
    const Call& call, const wire::DescribeTopicPartitionsRequest& request);
wire::DescribeLogDirsResponse HandleDescribeLogDirs(const Call& call,
                                                    const wire::DescribeLogDirsRequest& request);
wire::DescribeProducersResponse HandleDescribeProducers(
    const Call& call, const wire::DescribeProducersRequest& request);
wire::OffsetForLeaderEpochResponse HandleOffsetForLeaderEpoch(
    const Call& call, const wire::OffsetForLeaderEpochRequest& request);

// Answered later, in any thread, when there is an answer; or at once, in this one. `call` and
// `request` need not stay.
void HandleJoinGroup(const Call& call, const wire::JoinGroupRequest& request,
                     std::function<void(wire::JoinGroupResponse)> answer);
void HandleSyncGroup(const Call& call, const wire::SyncGroupRequest& request,
                     std::function<void(wire::SyncGroupResponse)> answer);
wire::HeartbeatResponse HandleHeartbeat(const Call& call, const wire::HeartbeatRequest& request);
wire::LeaveGroupResponse HandleLeaveGroup(const Call& call, const wire::LeaveGroupRequest& request);
wire::ConsumerGroupHeartbeatResponse HandleConsumerGroupHeartbeat(
    const Call& call, const wire::ConsumerGroupHeartbeatRequest& request);
// Whether that would look at all topics, for regular expressions of the group.
bool ResolvesRegexes(const Call& call, const wire::ConsumerGroupHeartbeatRequest& request);
wire::ConsumerGroupDescribeResponse HandleConsumerGroupDescribe(
    const Call& call, const wire::ConsumerGroupDescribeRequest& request);
wire::OffsetCommitResponse HandleOffsetCommit(const Call& call,
                                              const wire::OffsetCommitRequest& request);
wire::OffsetFetchResponse HandleOffsetFetch(const Call& call,
                                            const wire::OffsetFetchRequest& request);
wire::OffsetDeleteResponse HandleOffsetDelete(const Call& call,
                                              const wire::OffsetDeleteRequest& request);
wire::DescribeGroupsResponse HandleDescribeGroups(const Call& call,
                                                  const wire::DescribeGroupsRequest& request);
wire::ListGroupsResponse HandleListGroups(const Call& call, const wire::ListGroupsRequest& request);
wire::DeleteGroupsResponse HandleDeleteGroups(const Call& call,
                                              const wire::DeleteGroupsRequest& request);

}  // namespace rill::net

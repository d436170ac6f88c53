#include "wire/api.h"

#include <algorithm>
#include <iterator>

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
#include "wire/messages/fetch.h"
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

namespace rill::wire {
namespace {

template <typename Request, typename Response>
constexpr Api Of(ApiKey key) {
  return {key, &MessageOf<Request>, &MessageOf<Response>};
}

constexpr Api kApis[] = {
    Of<ProduceRequest, ProduceResponse>(ApiKey::kProduce),
    Of<FetchRequest, FetchResponse>(ApiKey::kFetch),
    Of<ListOffsetsRequest, ListOffsetsResponse>(ApiKey::kListOffsets),
    Of<MetadataRequest, MetadataResponse>(ApiKey::kMetadata),
    Of<OffsetCommitRequest, OffsetCommitResponse>(ApiKey::kOffsetCommit),
    Of<OffsetFetchRequest, OffsetFetchResponse>(ApiKey::kOffsetFetch),
    Of<FindCoordinatorRequest, FindCoordinatorResponse>(ApiKey::kFindCoordinator),
    Of<JoinGroupRequest, JoinGroupResponse>(ApiKey::kJoinGroup),
    Of<HeartbeatRequest, HeartbeatResponse>(ApiKey::kHeartbeat),
    Of<LeaveGroupRequest, LeaveGroupResponse>(ApiKey::kLeaveGroup),
    Of<SyncGroupRequest, SyncGroupResponse>(ApiKey::kSyncGroup),
    Of<DescribeGroupsRequest, DescribeGroupsResponse>(ApiKey::kDescribeGroups),
    Of<ListGroupsRequest, ListGroupsResponse>(ApiKey::kListGroups),
    Of<ApiVersionsRequest, ApiVersionsResponse>(ApiKey::kApiVersions),
    Of<CreateTopicsRequest, CreateTopicsResponse>(ApiKey::kCreateTopics),
    Of<DeleteTopicsRequest, DeleteTopicsResponse>(ApiKey::kDeleteTopics),
    Of<DeleteRecordsRequest, DeleteRecordsResponse>(ApiKey::kDeleteRecords),
    Of<InitProducerIdRequest, InitProducerIdResponse>(ApiKey::kInitProducerId),
    Of<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(ApiKey::kOffsetForLeaderEpoch),
    Of<DescribeConfigsRequest, DescribeConfigsResponse>(ApiKey::kDescribeConfigs),
    Of<AlterConfigsRequest, AlterConfigsResponse>(ApiKey::kAlterConfigs),
    Of<DescribeLogDirsRequest, DescribeLogDirsResponse>(ApiKey::kDescribeLogDirs),
    Of<CreatePartitionsRequest, CreatePartitionsResponse>(ApiKey::kCreatePartitions),
    Of<DeleteGroupsRequest, DeleteGroupsResponse>(ApiKey::kDeleteGroups),
    Of<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
        ApiKey::kIncrementalAlterConfigs),
    Of<OffsetDeleteRequest, OffsetDeleteResponse>(ApiKey::kOffsetDelete),
    Of<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(ApiKey::kDescribeClientQuotas),
    Of<AlterClientQuotasRequest, AlterClientQuotasResponse>(ApiKey::kAlterClientQuotas),
    Of<DescribeClusterRequest, DescribeClusterResponse>(ApiKey::kDescribeCluster),
    Of<DescribeProducersRequest, DescribeProducersResponse>(ApiKey::kDescribeProducers),
    Of<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
        ApiKey::kConsumerGroupHeartbeat),
    Of<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(ApiKey::kConsumerGroupDescribe),
    Of<GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse>(
        ApiKey::kGetTelemetrySubscriptions),
    Of<PushTelemetryRequest, PushTelemetryResponse>(ApiKey::kPushTelemetry),
    Of<ListConfigResourcesRequest, ListConfigResourcesResponse>(ApiKey::kListConfigResources),
    Of<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
        ApiKey::kDescribeTopicPartitions),
};

static_assert(std::is_sorted(std::begin(kApis), std::end(kApis),
                             [](const Api& a, const Api& b) { return a.key < b.key; }));

}  // namespace

std::span<const Api> Apis() { return kApis; }

const Api* FindApi(std::int16_t key) {
  const auto found = std::lower_bound(std::begin(kApis), std::end(kApis), key,
                                      [](const Api& api, std::int16_t wanted) {
                                        return static_cast<std::int16_t>(api.key) < wanted;
                                      });
  const bool is_it = found != std::end(kApis) && static_cast<std::int16_t>(found->key) == key;
  return is_it ? found : nullptr;
}

int FirstAdvertisedVersion(const Api& api) {
  return api.key == ApiKey::kProduce ? 0 : api.request().first_version;
}

int RequestHeaderVersion(const Api& api, int version) {
  return api.request().IsFlexible(version) ? 2 : 1;
}

int ResponseHeaderVersion(const Api& api, int version) {
  if (api.key == ApiKey::kApiVersions) return 0;
  return api.response().IsFlexible(version) ? 1 : 0;
}

}  // namespace rill::wire
